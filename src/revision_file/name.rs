//! Where a new revision file goes: `file_template`, `truncate_slug_length` and `timezone`, as Alembic applies them.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

/// What `file_template` is when nobody says.
const DEFAULT_TEMPLATE: &str = "%(rev)s_%(slug)s";
/// What `truncate_slug_length` is when nobody says, or says 0.
const DEFAULT_LENGTH: usize = 40;

/// The time now, in the zone that the configuration names, else in this machine's. Errors name the option.
pub(super) fn now(timezone: Option<&str>) -> Result<ZonedDateTime, String> {
    let zone = match timezone {
        None => TimeZone::system(),
        Some("") => return Err("timezone is set to nothing, with which Alembic fails: delete the line".to_owned()),
        Some(name) => {
            let zone = TimeZone::get(name);
            let zone = zone
                .map_err(|_| format!("timezone = {name}: this machine does not know that zone, nor would Alembic"))?;
            // Alembic looks for the name as it is, then in capitals.
            match zone.iana_name() {
                Some(known) if known != name && known != name.to_uppercase() => {
                    return Err(format!("timezone = {name}: Alembic does not find that zone; it is called {known}"));
                }
                _ => zone,
            }
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
            Err(_) => return Err(format!("truncate_slug_length = {text}: it is no length")),
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
        let spec = Spec::of(format);
        let text = spec.and_then(|spec| match (value, kind) {
            (Ok(text), 's') => Some(spec.text(text)),
            (Err(number), 's') => Some(spec.text(&number.to_string())),
            (Err(number), 'd' | 'i' | 'u') => Some(spec.number(number, &number.unsigned_abs().to_string())),
            (Err(number), 'x') => Some(spec.number(number, &format!("{:x}", number.unsigned_abs()))),
            _ => None,
        });
        name.push_str(&text.ok_or_else(|| refuse(&format!("%({key}){format}{kind} is not understood")))?);
        rest = &after[1..];
    }
    Ok(name + rest + ".py")
}

/// What stands between `%(name)` and the letter: flags, a width, a precision.
struct Spec<'a> {
    flags: &'a str,
    width: usize,
    precision: Option<usize>,
}

impl<'a> Spec<'a> {
    fn of(format: &'a str) -> Option<Self> {
        let rest = format.trim_start_matches(['-', '+', ' ', '0']);
        let flags = &format[..format.len() - rest.len()];
        let number =
            |text: &str| if text.is_empty() { Some(0) } else { text.parse().ok().filter(|width| *width < 100) };
        let (width, precision) = match rest.split_once('.') {
            None => (rest, None),
            Some((width, precision)) => (width, Some(number(precision)?)),
        };
        Some(Self { flags, width: number(width)?, precision })
    }

    /// As `%s` writes it: cut to the precision.
    fn text(&self, text: &str) -> String {
        self.padded(&text.chars().take(self.precision.unwrap_or(usize::MAX)).collect::<String>())
    }

    /// As `%d` writes it: at least as many digits as the precision says.
    fn number(&self, number: i64, digits: &str) -> String {
        let sign = match number {
            ..0 => "-",
            _ if self.flags.contains('+') => "+",
            _ if self.flags.contains(' ') => " ",
            _ => "",
        };
        let zeros = if self.flags.contains('0') && !self.flags.contains('-') { self.width } else { 0 };
        let least = self.precision.unwrap_or(0).max(zeros.saturating_sub(sign.len()));
        self.padded(&format!("{sign}{digits:0>least$}"))
    }

    fn padded(&self, text: &str) -> String {
        let width = self.width;
        if self.flags.contains('-') { format!("{text:<width$}") } else { format!("{text:>width$}") }
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
            ("%(day)+d|%(day)-4d|%(year) d|%(year)x|%(day)+04d|%(day)-04d|", "+3|3   | 2026|7ea|+003|3   |.py"),
        ] {
            assert_eq!(name(template).unwrap(), expected);
        }
        for refused in ["%(nope)s", "%d", "%(rev)d", "%(year)", "%(day)f"] {
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
