//! libpq's password file: `host:port:database:user:password` lines, the first that fits wins.
//!
//! Read only when neither URL nor environment has a password. Never written.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{Endpoint, PostgresUrl};
use crate::password::Password;

/// The password for one endpoint. A file that others can read is ignored, as libpq ignores it.
#[must_use]
pub(crate) fn find_password(url: &PostgresUrl, endpoint: &Endpoint) -> Option<Password> {
    let file = url.password_file.as_deref().filter(|file| file.is_file() && !others_may_read(file))?;
    let text = fs::read(file).ok()?;
    let host = match endpoint {
        Endpoint::Tcp { host, .. } => host.clone(),
        Endpoint::Socket { folder, .. } if folder == Path::new("/var/run/postgresql") => "localhost".to_owned(),
        Endpoint::Socket { folder, .. } if folder == Path::new("/tmp") => "localhost".to_owned(),
        Endpoint::Socket { folder, .. } => folder.display().to_string(),
    };
    let wanted = [host, endpoint.port().to_string(), url.database.clone(), url.user.clone()];
    password_in(&String::from_utf8_lossy(&text), &wanted)
}

/// The file that is ignored because others can read it: worth a word when a password is missing.
#[must_use]
pub(crate) fn ignored_file(url: &PostgresUrl) -> Option<&Path> {
    url.password_file.as_deref().filter(|file| file.is_file() && others_may_read(file))
}

fn others_may_read(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

fn password_in(text: &str, wanted: &[String; 4]) -> Option<Password> {
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut fields = split_fields(line);
        let password = fields.pop()?;
        let fits = fields.len() == wanted.len()
            && fields.iter().zip(wanted).all(|(field, wanted)| field.raw == "*" || field.value == *wanted);
        (fits && !password.value.is_empty()).then(|| Password::new(password.value))
    })
}

#[derive(Default)]
struct Field {
    /// As written: a star is a wildcard only without a backslash.
    raw: String,
    value: String,
}

/// Colons separate unless a backslash comes before; the fifth field goes on to the end of the line's next colon.
fn split_fields(line: &str) -> Vec<Field> {
    let mut fields = vec![Field::default()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == ':' {
            if fields.len() == 5 {
                break;
            }
            fields.push(Field::default());
            continue;
        }
        let Some(field) = fields.last_mut() else { continue };
        field.raw.push(character);
        let plain =
            if character == '\\' { characters.next().inspect(|next| field.raw.push(*next)) } else { Some(character) };
        field.value.extend(plain);
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::password_in;

    #[test]
    fn the_first_line_that_fits_wins() {
        let file = "# comment\nother:5432:shop:app:wrong\nh:5433:shop:app:wrong\n*:*:shop:a\\:pp:co\\:l\\\\on\nh:*:*:app:right\n*:*:*:*:late";
        let wanted = |host: &str, user: &str| [host.to_owned(), "5432".into(), "shop".into(), user.into()];
        let cases =
            [("h", "app", "right"), ("x", "a:pp", "co:l\\on"), ("x", "nobody", "late"), ("other", "app", "wrong")];
        for (host, user, password) in cases {
            let found = password_in(file, &wanted(host, user));
            assert_eq!(found.as_ref().map(|p| p.expose()), Some(password), "{host} {user}");
        }
        assert!(password_in("h:5432:shop:app\nh:5432:shop:app:\n\n", &wanted("h", "app")).is_none());
    }
}
