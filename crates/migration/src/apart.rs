//! Packages that know nothing of Alembic.

use super::import::KNOWN_PACKAGES;
use super::known;
use super::shipped;

/// What these do changes no schema, unless they are given a connection.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "PIL", "argon2", "argparse", "array", "ast", "asyncio", "atexit", "attr", "attrs", "babel", "bcrypt", "binascii",
    "bisect", "bleach", "boto3", "botocore", "bs4", "builtins", "cachetools", "certifi", "cgi", "chardet",
    "charset_normalizer", "click", "cmath", "codecs", "colorama", "concurrent", "configparser", "contextlib",
    "contextvars", "croniter", "cryptography", "csv", "ctypes", "dateparser", "dateutil", "difflib", "dotenv",
    "email", "emoji", "environ", "errno", "faker", "fastapi", "filecmp", "fnmatch", "fractions", "functools", "gc",
    "getpass", "glob", "google", "gzip", "heapq", "hmac", "html", "http", "httpx", "humanize", "importlib", "inspect",
    "io", "ipaddress", "itertools", "itsdangerous", "jinja2", "jose", "jsonschema", "jwt", "linecache", "locale",
    "loguru", "lxml", "lz4", "markdown", "markdown2", "markupsafe", "marshmallow", "mimetypes", "more_itertools",
    "msgpack", "multiprocessing", "nacl", "nanoid", "netaddr", "nltk", "numbers", "numpy", "operator", "orjson", "os",
    "packaging", "passlib", "pathlib", "pendulum", "phonenumbers", "pickle", "pkg_resources", "pkgutil", "platform",
    "polars", "pprint", "psutil", "pycountry", "pydantic", "pydantic_settings", "pymongo", "pytz", "queue",
    "rapidfuzz", "redis", "regex", "requests", "rich", "ruamel", "sched", "selectors", "sentry_sdk", "shlex",
    "shortuuid", "shutil", "signal", "simplejson", "six", "slugify", "smtplib", "socket", "sqids", "sqlparse", "ssl",
    "starlette", "stat", "statistics", "stringcase", "stripe", "struct", "structlog", "sys", "tempfile", "tenacity",
    "termcolor", "text_unidecode", "threading", "timeit", "tldextract", "toml", "tomli", "tomllib", "toolz", "tqdm",
    "traceback", "types", "typing_extensions", "tzlocal", "ujson", "ulid", "unicodedata", "unidecode", "urllib",
    "urllib3", "uuid6", "uuid_utils", "weakref", "werkzeug", "xml", "xmltodict", "yaml", "yarl", "zipfile", "zlib",
];

/// Functions among theirs that run whatever they are told, or bring in a module whose functions then do.
const RUN_OTHERS: [&str; 12] = [
    "ctypes.",
    "importlib.__import__",
    "importlib.import_module",
    "importlib.machinery",
    "importlib.reload",
    "importlib.util",
    "os.exec",
    "os.popen",
    "os.spawn",
    "os.system",
    "six.exec_",
    "six.moves",
];

/// Parts of known packages that are neither operations nor constructs.
const OWN: [&str; 4] = ["alembic", "flask", "flask_sqlalchemy", "flask_sqlalchemy_lite"];

/// Whether a dotted name is of a package that is not read and may make operations of its own.
pub(super) fn is_of_strangers(name: &str) -> bool {
    let root = name.split('.').next().unwrap_or_default();
    let is_apart = KNOWN_PACKAGES.contains(&root)
        || OWN.contains(&root)
        || NAMES.binary_search(&root).is_ok()
        || known::is(root, known::PLAIN_MODULE | known::LOOKING_MODULE)
        || shipped::only_finds(name);
    let commands = name == "alembic.command" || name.starts_with("alembic.command.");
    !is_apart || commands || RUN_OTHERS.iter().any(|other| name.starts_with(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_stands_once_and_in_its_place() {
        let wrong = NAMES.windows(2).find(|pair| pair[0] >= pair[1]);
        assert_eq!(wrong, None);
    }

    #[test]
    fn what_may_make_operations_is_told_from_what_does_not() {
        for name in ["json.loads", "sqlalchemy.func.now", "alembic.context", "os.path.join", "tqdm.tqdm"] {
            assert!(!is_of_strangers(name), "{name}");
        }
        let strangers =
            ["house.stamped", "alembic.command.upgrade", "os.system", "subprocess.run", "importlib.import_module"];
        for name in strangers {
            assert!(is_of_strangers(name), "{name}");
        }
    }
}
