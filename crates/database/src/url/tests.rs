//! Tables: what each spelling becomes, what is refused, and that no password is ever shown.

use super::*;
use std::path::Path;

fn environment(pairs: &[(&str, &str)]) -> LibpqEnvironment {
    let lookup = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    LibpqEnvironment::from_lookup(lookup, Some("/home/app".into()), || Some("os".into()))
}

fn parse_with(text: &str, pairs: &[(&str, &str)]) -> Result<DatabaseUrl, UrlError> {
    DatabaseUrl::parse(text, &environment(pairs))
}

fn postgres(text: &str, pairs: &[(&str, &str)]) -> Box<PostgresUrl> {
    match parse_with(text, pairs) {
        Ok(DatabaseUrl::Postgres(url)) => url,
        other => panic!("{text}: {other:?}"),
    }
}

/// user, password, endpoints, database, sslmode
fn summary(url: &PostgresUrl) -> String {
    let endpoints: Vec<String> = url.endpoints.iter().map(ToString::to_string).collect();
    let password = url.password.as_ref().map_or("-", |password| password.expose());
    format!("{} {password} {} {} {}", url.user, endpoints.join(","), url.database, url.tls.mode.word())
}

#[test]
fn spellings() {
    let sockets = "/var/run/postgresql/.s.PGSQL.5432,/tmp/.s.PGSQL.5432";
    let cases: &[(&str, &str)] = &[
        ("postgresql://u:p@h:1/d", "u p h:1 d prefer"),
        ("postgres://u:p@h/d", "u p h:5432 d prefer"),
        ("postgresql+psycopg2://u:p@h/d?sslmode=require", "u p h:5432 d require"),
        ("postgresql+asyncpg://u:p@h/d?ssl=verify-full", "u p h:5432 d verify-full"),
        ("postgresql+pg8000://u@h/d?unix_sock=/run/pg/.s.PGSQL.7", "u - /run/pg/.s.PGSQL.7 d prefer"),
        ("postgresql://u:p%40s%2Fs%25@h/d%20b", "u p@s/s% h:5432 d b prefer"),
        ("postgresql://u:p/q?r#s@h/d", "u p/q?r#s h:5432 d prefer"),
        ("postgresql://u:100%zz@h/d", "u 100%zz h:5432 d prefer"),
        ("postgresql://u%3Ax@h/d", "u:x - h:5432 d prefer"),
        ("postgresql://user@server:p@h/d", "user@server p h:5432 d prefer"),
        ("postgresql://u:@h/d", "u - h:5432 d prefer"),
        ("postgresql://:p@h/d", "os p h:5432 d prefer"),
        ("postgresql://u@[::1]:5/d", "u - [::1]:5 d prefer"),
        ("postgresql://u@[fe80::1%eth0]/d", "ERR host"),
        ("postgresql://u@h", "u - h:5432 u prefer"),
        ("postgresql://h/", "os - h:5432 os prefer"),
        ("postgresql:///d?host=/run/pg&port=6", "os - /run/pg/.s.PGSQL.6 d prefer"),
        ("postgresql://u@h/d?host=a,b&port=1,2", "u - a:1,b:2 d prefer"),
        ("postgresql://u@/d?host=a:1&host=b:2", "u - a:1,b:2 d prefer"),
        ("postgresql://u@/d?host=a&host=b", "u - a:5432,b:5432 d prefer"),
        ("postgresql://u@/d?host=a:7", "u - a:7 d prefer"),
        ("postgresql://u@a,b:7/d", "u - a:7,b:7 d prefer"),
        ("postgresql://u@h/d?hostaddr=127.0.0.1", "u - h:5432 d prefer"),
        ("postgresql://u:p@h/d?user=v&password=w&dbname=e&sslmode=", "v w h:5432 e prefer"),
        ("postgresql://u@h/d?sslrootcert=system", "u - h:5432 d verify-full"),
    ];
    for (text, expected) in cases {
        match parse_with(text, &[]) {
            Ok(DatabaseUrl::Postgres(url)) => assert_eq!(summary(&url), *expected, "{text}"),
            other => assert!(expected.starts_with("ERR"), "{text}: {other:?}"),
        }
    }
    assert_eq!(summary(&postgres("postgresql://", &[])), format!("os - {sockets} os prefer"));
}

#[test]
fn the_environment_fills_what_the_url_leaves_open() {
    let all = [
        ("PGUSER", "eu"),
        ("PGPASSWORD", "ep"),
        ("PGHOST", "eh"),
        ("PGPORT", "9"),
        ("PGDATABASE", "ed"),
        ("PGSSLMODE", "require"),
        ("PGOPTIONS", "-cx=1"),
        ("PGAPPNAME", ""),
    ];
    assert_eq!(summary(&postgres("postgresql://", &all)), "eu ep eh:9 ed require");
    assert_eq!(summary(&postgres("postgresql://u:p@h:1/d?sslmode=allow", &all)), "u p h:1 d allow");
    assert_eq!(summary(&postgres("postgresql:///d?host=/s", &all)), "eu ep /s/.s.PGSQL.9 d require");
    let url = postgres("postgresql://", &all);
    assert_eq!((url.options.as_deref(), url.application_name.as_str()), (Some("-cx=1"), "levelhead"));
    let wrong = parse_with("postgresql://u@h/d", &[("PGSSLMODE", "yes")]).unwrap_err();
    assert!(wrong.to_string().starts_with("PGSSLMODE must be disable, allow"), "{wrong}");
}

#[test]
fn what_is_not_honoured_is_named() {
    let text = "postgresql://u@h/d?sslcrl=a&prepared_statement_cache_size=0&pgbouncer=true&frobnicate=1&schema=s\
                &keepalives_idle=5&connect_timeout=3&channel_binding=require&target_session_attrs=primary&x=1&x=2";
    let url = parse_with(text, &[]).unwrap();
    let keys: Vec<&str> = url.warnings().iter().map(|warning| warning.key.as_str()).collect();
    assert_eq!(keys, ["x", "frobnicate", "schema", "sslcrl", "x"]);
}

#[test]
fn what_leads_to_another_database_is_refused_where_the_driver_would_follow_it() {
    let service = &[("PGSERVICE", "depot")][..];
    for (text, variables, key) in [
        ("postgresql+psycopg:///?service=depot", &[][..], "service"),
        ("postgresql://u:p@h:1/d?service=depot", &[][..], "service"),
        ("postgresql://u:p@h:1/d", service, "PGSERVICE"),
        ("postgresql:///?service=", service, "PGSERVICE"),
        ("postgresql+asyncpg://u@h/d", service, "PGSERVICE"),
        ("postgresql+pg8000://u@h/d?service=depot", &[][..], "service"),
        ("postgresql+psycopg2:///?dsn=dbname%3Dother", &[][..], "dsn"),
        ("postgresql+psycopg:///?conninfo=dbname%3Dother", &[][..], "conninfo"),
    ] {
        let error = parse_with(text, variables).unwrap_err();
        assert!(error.to_string().starts_with(&format!("{key} chooses a database")), "{text}: {error}");
    }
    for (text, variables) in [
        ("postgresql://u@h/d?service=", &[][..]),
        ("postgresql://u@h/d", &[("PGSERVICE", "")][..]),
        ("postgresql://u@h/d", &[("PGSERVICEFILE", "/etc/pg_service.conf")][..]),
        ("postgresql+pg8000://u@h/d", service),
        ("sqlite:////srv/app.db", service),
    ] {
        assert!(parse_with(text, variables).is_ok(), "{text} {variables:?}");
    }
}

#[test]
fn encryption_that_only_libpq_knows_a_word_for_is_never_left_out() {
    for (text, variables, mode) in [
        ("postgresql://u@h/d?requiressl=1", &[][..], "require"),
        ("postgresql://u@h/d?requiressl=0", &[][..], "prefer"),
        ("postgresql://u@h/d", &[("PGREQUIRESSL", "1")][..], "require"),
        ("postgresql://u@h/d", &[("PGREQUIRESSL", "0")][..], "prefer"),
        ("postgresql://u@h/d", &[("PGREQUIRESSL", "1"), ("PGSSLMODE", "verify-ca")][..], "verify-ca"),
        ("postgresql://u@h/d?sslmode=disable", &[("PGREQUIRESSL", "1")][..], "disable"),
        ("postgresql://u@h/d?gssencmode=disable", &[][..], "prefer"),
        ("postgresql+asyncpg://u@h/d", &[("PGGSSENCMODE", "require")][..], "prefer"),
    ] {
        let url = postgres(text, variables);
        assert_eq!((url.tls.mode.word(), url.warnings.len()), (mode, 0), "{text} {variables:?}");
    }
    for (text, variables, key) in [
        ("postgresql+psycopg://u@h/d?gssencmode=require", &[][..], "gssencmode"),
        ("postgresql://u@h/d", &[("PGGSSENCMODE", "require")][..], "PGGSSENCMODE"),
    ] {
        assert_eq!(parse_with(text, variables).unwrap_err(), UrlError::Kerberos { key }, "{text}");
    }
}

#[test]
fn white_space_at_the_end_is_taken_off_where_it_is_part_of_no_name() {
    for (text, expected) in [
        ("postgresql://u@h/d?sslmode=disable\n", "u - h:5432 d disable"),
        ("postgresql://u@h/d?sslmode=disable \t", "u - h:5432 d disable"),
        ("postgresql://u@h/d?connect_timeout=5\r\n", "u - h:5432 d prefer"),
        ("postgresql://u@h/d?sslmode=require&password=p\n", "u p h:5432 d require"),
        ("postgresql://u@h:7\n", "u - h:7 u prefer"),
    ] {
        let url = postgres(text, &[]);
        assert_eq!(summary(&url), expected, "{text:?}");
        assert_eq!(url.warnings[0].key, "white space at the end of the database URL", "{text:?}");
    }
    assert_eq!(postgres("postgresql://u@h:0/d", &[("PGPORT", "9")]).endpoints[0].port(), 9);
}

#[test]
fn limits_in_time() {
    let limit = |value: &str| postgres(&format!("postgresql://u@h/d?connect_timeout={value}"), &[]).connect_timeout;
    let seconds = |seconds| Some(std::time::Duration::from_secs_f64(seconds));
    let cases =
        [("3", seconds(3.0)), ("0.5", seconds(0.5)), ("0", None), ("-1", None), ("1e12", None), ("1e300", None)];
    for (value, expected) in cases {
        assert_eq!(limit(value), expected, "{value}");
    }
}

#[test]
fn refusals() {
    use UrlError::*;
    let value = |key, accepted| Value { key, accepted };
    let modes = "disable, allow, prefer, require, verify-ca or verify-full";
    let cases: &[(&str, UrlError)] = &[
        ("", Empty),
        (" \n", Empty),
        ("postgresql://u@h/d\n", SurroundingSpace),
        ("postgresql://u@h\n", SurroundingSpace),
        ("postgresql://u@h/\n", SurroundingSpace),
        (" postgresql://u@h/d?sslmode=disable", SurroundingSpace),
        ("postgresql://u@h:1/d?password=p ", SurroundingSpace),
        ("sqlite:///app.db\n", SurroundingSpace),
        ("'postgresql://u@h/d'", Quoted),
        ("u:p@h/d", NoScheme),
        ("postgresql:/u:p@h/d", NoScheme),
        ("mysql+pymysql://u:p@h/d", UnsupportedDialect { dialect: "mysql".into() }),
        ("mariadb://u:p@h/d", UnsupportedDialect { dialect: "mariadb".into() }),
        ("postgresql://u:p@ss@h/d", UnescapedAt),
        ("postgresql://u:p@s/s@h/d", UnescapedAt),
        ("postgresql://u:p@s?s@h/d", UnescapedAt),
        ("postgresql://u:p@s/s?k=s@h/d", UnescapedAt),
        ("postgresql://u:p@[s]x@h/d", AfterHost),
        ("postgresql://[::1]x/d", AfterHost),
        ("postgresql://h:/d", Port),
        ("postgresql://h:-1/d", Port),
        ("postgresql://h:99999/d", Port),
        ("postgresql://u:secret", Port),
        ("postgresql://h1:1,h2:2/d", SeveralPorts),
        ("postgresql://u:se,cret", Port),
        ("postgresql://u@::1/d", NoBrackets),
        ("postgresql://u@::1:5432/d", NoBrackets),
        ("postgresql://u@2001:db8::7/d", NoBrackets),
        ("PostgreSQL://u@h/d", SchemeCase { dialect: "postgresql".into() }),
        ("SQLite:///app.db", SchemeCase { dialect: "sqlite".into() }),
        ("MySQL://u@h/d", UnsupportedDialect { dialect: "MySQL".into() }),
        ("postgresql://%2Fvar%2Frun/d", EncodedHost),
        ("postgresql://u@/d?host=a,b&port=1,2,3", HostCount { hosts: 2, ports: 3 }),
        ("postgresql://u@/d?host=a:1&host=b:2&port=3", MixedHosts),
        ("postgresql://u@h/d?sslmode=on", value("sslmode", modes)),
        ("postgresql://u@h/d?connect_timeout=soon", value("connect_timeout", "a number")),
        ("postgresql://u@h/d?hostaddr=name", value("hostaddr", "an IP address")),
        ("postgresql://u@h/d?sslrootcert=system&sslmode=require", WeakSystemRoots),
        ("sqlite://", InMemory),
        ("sqlite:///", InMemory),
        ("sqlite:///:memory:", InMemory),
        ("sqlite:///file::memory:?uri=true", InMemory),
        ("sqlite:///file:x?mode=memory&uri=true", InMemory),
        ("sqlite://app.db", SqliteHost),
        ("sqlite+pysqlcipher://:p@/x.db", EncryptedSqlite { driver: "pysqlcipher".into() }),
    ];
    for (text, expected) in cases {
        assert_eq!(&parse_with(text, &[]).unwrap_err(), expected, "{text}");
    }
}

#[test]
fn sqlite_spellings() {
    let cases = [
        ("sqlite:///app.db", "app.db", false, 5.0),
        ("sqlite:////srv/app.db", "/srv/app.db", false, 5.0),
        ("sqlite+pysqlite:///a%20b.db?timeout=2.5", "a b.db", false, 2.5),
        ("sqlite+aiosqlite:////srv/app.db?check_same_thread=false", "/srv/app.db", false, 5.0),
        ("sqlite:///file:app.db?mode=ro&uri=true", "app.db", true, 5.0),
        ("sqlite:///file:/srv/app.db?uri=true", "/srv/app.db", false, 5.0),
        ("sqlite:///file:///srv/a%2520b.db?immutable=1&uri=true", "/srv/a b.db", true, 5.0),
        ("sqlite:///file://localhost/srv/app.db?uri=true", "/srv/app.db", false, 5.0),
        ("sqlite:///file:app.db?uri=yes", "app.db", false, 5.0),
        ("sqlite:///file:app.db?uri=ON&cache=shared", "app.db", false, 5.0),
        ("sqlite:///app.db?uri=true&mode=ro", "app.db", true, 5.0),
        ("sqlite:///file:app.db#part?uri=t", "app.db", false, 5.0),
    ];
    for (text, path, read_only, seconds) in cases {
        let Ok(DatabaseUrl::Sqlite(url)) = parse_with(text, &[]) else { panic!("{text}") };
        assert_eq!((url.path.as_path(), url.read_only), (Path::new(path), read_only), "{text}");
        assert!((url.busy_timeout.as_secs_f64() - seconds).abs() < 1e-9, "{text}");
        assert_eq!(url.warnings, [], "{text}");
    }
    for (text, path, key) in [
        ("sqlite:///app.db?mode=ro", "app.db", "mode"),
        ("sqlite:///file:app.db", "file:app.db", "file:"),
        ("sqlite:///~/app.db", "~/app.db", "~"),
        ("sqlite:///file:~/app.db?uri=true", "~/app.db", "~"),
    ] {
        let Ok(DatabaseUrl::Sqlite(url)) = parse_with(text, &[]) else { panic!("{text}") };
        let keys: Vec<&str> = url.warnings.iter().map(|warning| warning.key.as_str()).collect();
        assert_eq!((url.path.as_path(), keys), (Path::new(path), vec![key]), "{text}");
    }
    for wrong in ["sqlite:///app.db?uri=2", "sqlite:///file://elsewhere/app.db?uri=true"] {
        assert!(matches!(parse_with(wrong, &[]), Err(UrlError::Value { .. })), "{wrong}");
    }
}

/// Every password made of the characters that have a meaning in a URL, escaped and not, in every place where
/// somebody may put it: no rendering of the result shows a piece of it.
#[test]
fn a_password_is_never_shown() {
    let pieces = ["Zq", "Wx"];
    let separators =
        ["@", "/", ":", "#", "?", "%", "%zz", " ", "&", "=", "[", "]", "+", "\n", "@/", "?@", "/@:", "\\", "é"];
    let escape =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let mut seen = 0;
    for first in separators {
        for second in separators {
            let raw = format!("{}{first}{}{second}Vy", pieces[0], pieces[1]);
            for password in [raw.clone(), escape(&raw)] {
                for text in [
                    format!("postgresql://user:{password}@db.example:5432/shop?sslmode=require"),
                    format!("postgresql+psycopg://user:{password}@db.example"),
                    format!("postgresql://:{password}@/shop?host=/run/pg"),
                    format!("user:{password}@db.example/shop"),
                    format!("mysql://user:{password}@db.example/shop"),
                    format!("sqlite://user:{password}@/shop.db"),
                    format!("postgresql://user@db.example/shop?password={}", escape(&raw)),
                ] {
                    let shown = match parse_with(&text, &[("PGPASSWORD", &raw)]) {
                        Ok(url) => format!("{url} {url:?} {:?}", url.warnings()),
                        Err(error) => format!("{error} {error:?}"),
                    };
                    seen += 1;
                    for piece in ["Zq", "Wx", "Vy"] {
                        assert!(!shown.contains(piece), "{text:?} shows {shown}");
                    }
                }
            }
        }
    }
    assert!(seen > 4000);
    assert!(!format!("{:?}", environment(&[("PGPASSWORD", "Zq")])).contains("Zq"));
}
