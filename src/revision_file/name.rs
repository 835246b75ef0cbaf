//! Where a new revision file goes: `file_template`, `truncate_slug_length` and `timezone`, as Alembic applies them.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

/// What `file_template` is when nobody says.
const DEFAULT_TEMPLATE: &str = "%(rev)s_%(slug)s";
/// What `truncate_slug_length` is when nobody says, or says 0.
const DEFAULT_LENGTH: usize = 40;

/// The time now, in the zone that the configuration names, else in this machine's. Errors name the option.
pub(super) fn now(timezone: Option<&str>) -> Result<ZonedDateTime, String> {
    let zone = match timezone.filter(|name| !name.is_empty()) {
        None => TimeZone::system(),
        Some(name) => {
            TimeZone::get(name).map_err(|_| format!("timezone = {name}: this machine does not know that zone"))?
        }
    };
    Ok(ZonedDateTime::new(Timestamp::now(), zone))
}

/// The beginning of the message that goes into the name: words joined by `_`, cut at the end of one.
pub(super) fn slug(message: &str, truncate: Option<&str>) -> Result<String, String> {
    let length = match truncate {
        None => DEFAULT_LENGTH,
        Some(text) => match text.trim().parse() {
            Ok(0) => DEFAULT_LENGTH,
            Ok(length) => length,
            Err(_) => return Err(format!("truncate_slug_length = {text}: it is not a number")),
        },
    };
    let words = message.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("_").to_lowercase();
    if slug.chars().count() <= length {
        return Ok(slug);
    }
    let cut: String = slug.chars().take(length).collect();
    Ok(format!("{}_", cut.rsplit_once('_').map_or(cut.as_str(), |(kept, _)| kept)))
}

/// The file's name below its versions folder; it may hold slashes.
pub(super) fn file_name(
    template: Option<&str>,
    id: &str,
    slug: &str,
    created: &ZonedDateTime,
) -> Result<String, String> {
    let template = template.unwrap_or(DEFAULT_TEMPLATE);
    let refuse = |what: &str| format!("file_template = {template}: {what}");
    let mut name = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('%') {
        name.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            name.push('%');
            rest = after;
            continue;
        }
        let (key, after) = after
            .strip_prefix('(')
            .and_then(|after| after.split_once(')'))
            .ok_or_else(|| refuse("a % must be followed by (name) or %"))?;
        let value = match key {
            "rev" => Ok(id),
            "slug" => Ok(slug),
            "epoch" => Err(created.timestamp().as_second()),
            "year" => Err(created.year().into()),
            "month" => Err(created.month().into()),
            "day" => Err(created.day().into()),
            "hour" => Err(created.hour().into()),
            "minute" => Err(created.minute().into()),
            "second" => Err(created.second().into()),
            other => return Err(refuse(&format!("there is no {other}"))),
        };
        let end = after.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(|| refuse("it ends in the middle"))?;
        let (format, after) = after.split_at(end);
        let kind = after.chars().next().unwrap_or_default();
        let text = match (value, kind) {
            (Ok(text), 's') => padded(text, format),
            (Err(number), 's') => padded(&number.to_string(), format),
            (Err(number), 'd' | 'i' | 'u') => padded_number(number, format),
            _ => None,
        };
        name.push_str(&text.ok_or_else(|| refuse(&format!("%({key}){format}{kind} is not understood")))?);
        rest = &after[1..];
    }
    Ok(name + rest + ".py")
}

/// `%s` with a width: `%(rev)-12s`. A precision cuts.
fn padded(text: &str, format: &str) -> Option<String> {
    let (left, format) = format.strip_prefix('-').map_or((false, format), |rest| (true, rest));
    let (width, precision) = width_and_precision(format)?;
    let text: String = text.chars().take(precision.unwrap_or(usize::MAX)).collect();
    Some(if left { format!("{text:<width$}") } else { format!("{text:>width$}") })
}

/// `%d`, `%02d`, `%.2d`.
fn padded_number(number: i64, format: &str) -> Option<String> {
    let (zeros, format) = format.strip_prefix('0').map_or((false, format), |rest| (true, rest));
    let (width, precision) = width_and_precision(format)?;
    let digits = format!("{number:0precision$}", precision = precision.unwrap_or(0));
    Some(if zeros { format!("{digits:0>width$}") } else { format!("{digits:>width$}") })
}

fn width_and_precision(format: &str) -> Option<(usize, Option<usize>)> {
    let number = |text: &str| if text.is_empty() { Some(0) } else { text.parse().ok().filter(|width| *width < 100) };
    match format.split_once('.') {
        None => Some((number(format)?, None)),
        Some((width, precision)) => Some((number(width)?, Some(number(precision)?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_pythons_formatting_makes() {
        let created: ZonedDateTime = "2026-01-03T04:05:06+00:00[UTC]".parse().unwrap();
        let name = |template: &str| file_name(Some(template), "ab12", "a_slug", &created);
        assert_eq!(file_name(None, "ab12", "a_slug", &created).unwrap(), "ab12_a_slug.py");
        for (template, expected) in [
            (
                "%(year)d_%(month).2d_%(day).2d_%(hour).2d%(minute).2d-%(rev)s_%(slug)s",
                "2026_01_03_0405-ab12_a_slug.py",
            ),
            ("%(year)d/%(month)02d/%(rev)s", "2026/01/ab12.py"),
            ("%(epoch)s_%(rev)-6s|%(second)3d%%", "1767413106_ab12  |  6%.py"),
            ("%(slug).3s", "a_s.py"),
        ] {
            assert_eq!(name(template).unwrap(), expected);
        }
        for refused in ["%(nope)s", "%d", "%(rev)d", "%(year)", "%(day)+d"] {
            assert!(name(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn slugs_are_cut_at_the_end_of_a_word() {
        assert_eq!(slug("Add  e-mail, Straße!", None).unwrap(), "add_e_mail_straße");
        assert_eq!(slug("one two three", Some("9")).unwrap(), "one_two_");
        assert_eq!(slug("abcdefgh", Some("4")).unwrap(), "abcd_");
        assert_eq!(slug("", None).unwrap(), "");
        assert!(slug("a", Some("x")).is_err());
    }
}
