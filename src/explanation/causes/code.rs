//! What is wrong with the application's code or its settings, where more is known than Python's word for it.

use super::{Reason, Sign, family};
use crate::explanation::recognise;

const VERSIONS: &str = "`python --version` where it works, and where it fails.";

family! {
    /// The code is written for a later Python. Recognised by the line of code, see `python`.
    PYTHON_TOO_OLD {
        code: "python-too-old",
        meaning: "the code is written for a later Python than the one that runs it",
        reasons: &[
            Reason::new(
                "The image, the platform or the virtualenv has an older Python than the one you develop with.",
                VERSIONS,
                "use the same Python: the image's tag (FROM python:3.13-slim), .python-version, runtime.txt or PYTHON_VERSION",
            ),
            Reason::run(
                "Another virtualenv or the system's Python comes first on the PATH.",
                "command -v python alembic flask names different folders.",
                "levelhead verify",
            ),
        ],
    }

    /// The code, or a package, is written for an earlier Python.
    PYTHON_TOO_NEW {
        code: "python-too-new",
        meaning: "the code, or a package of it, needs what this Python no longer has",
        reasons: &[
            Reason::new(
                "The Python was upgraded, and a package in requirements.txt is too old for it.",
                "The traceback's last file lies in a -packages folder.",
                "upgrade that package, or use the earlier Python: the image's tag, .python-version or PYTHON_VERSION",
            ),
            Reason::run(
                "setuptools is missing: Python brings it no longer from 3.12 on.",
                "The module is distutils or pkg_resources.",
                "pip install setuptools",
            ),
        ],
    }

    /// A client library of PostgreSQL that is not there.
    NO_LIBPQ {
        code: "no-libpq",
        meaning: "the driver is installed, but not PostgreSQL's client library libpq, which it needs",
        signs: &[Sign::Text("libpq.so.5: cannot open shared object file"), Sign::Text("no pq wrapper available"), Sign::Found(recognise::no_wrapper)],
        reasons: &[
            Reason::run(
                "The driver was installed without its own copy of libpq, and the image has none.",
                "requirements.txt names psycopg2 or psycopg, without -binary or [binary].",
                "pip install 'psycopg[binary]'",
            )
            .noting("for psycopg2: pip install psycopg2-binary"),
            Reason::run(
                "The driver was built in one stage of the image and copied into a slim one.",
                "The Dockerfile has two FROM lines.",
                "apt-get install -y libpq5",
            ),
        ],
    }

    /// Another server than the database. Recognised by its client's frames, see `network`.
    OTHER_SERVER {
        code: "other-server",
        meaning: "another server than the database was not reached; the database has nothing to do with it",
        reasons: &[Reason::new(
            "The address of the cache, the queue or the other service is not set here, or that service does not run.",
            "The message or the traceback names the client: redis, kombu, requests.",
            "correct the variable that holds its address; and connect when it is used, not while {place} is loaded",
        )],
    }

    /// An ini file that has none of the sections that `fileConfig` reads. Recognised by its frames, see `exception`.
    LOGGING_SECTIONS {
        code: "logging-sections",
        meaning: "fileConfig() in env.py reads the loggers from an ini file that has none",
        reasons: &[
            Reason::new(
                "alembic.ini was shortened, or settings moved to pyproject.toml: [loggers], [handlers] and [formatters] are missing.",
                "grep '^\\[' alembic.ini does not list them.",
                "copy the sections from a new file, alembic init /tmp/new; or remove fileConfig() from env.py",
            ),
            Reason::run(
                "Another ini file is read than you think: -c, ALEMBIC_CONFIG, or a file that is empty in the image.",
                "`levelhead verify` shows which files it reads.",
                "levelhead verify",
            ),
        ],
    }

    /// A file in the versions folder without a revision.
    NO_REVISION_ID {
        code: "no-revision-id",
        meaning: "a file in the versions folder is no revision: it has no `revision =`",
        signs: &[Sign::Text("Could not determine revision id from filename")],
        reasons: &[
            Reason::new(
                "A helper module lies among the revisions.",
                "The message names the file.",
                "move the file out of the versions folder",
            ),
            Reason::new(
                "The file is empty or was cut: a merge or a copy went wrong.",
                "git diff shows it.",
                "restore the file: git checkout -- FILE",
            ),
        ],
    }

    /// Models that are not there when env.py needs them.
    MODEL_NOT_IMPORTED {
        code: "model-not-imported",
        meaning: "a model refers to another one that was not imported, or is named differently",
        signs: &[
            Sign::Line("could not find table "),
            Sign::Line("failed to locate a name ("),
        ],
        reasons: &[
            Reason::new(
                "env.py or the application imports only some of the modules that hold models.",
                "It works where another module was imported before.",
                "import every module with models before target_metadata is used in env.py",
            ),
            Reason::new(
                "The name is misspelled, or the table is in another schema or MetaData.",
                "__tablename__ and the text in ForeignKey() differ.",
                "correct the name in ForeignKey() or relationship()",
            ),
        ],
    }

    /// A table that is defined twice.
    DEFINED_TWICE {
        code: "defined-twice",
        meaning: "two classes define the same table, or one module is imported under two names",
        signs: &[Sign::Line("is already defined for this MetaData instance")],
        reasons: &[
            Reason::new(
                "One module is imported under two names: app.models and models.",
                "The traceback shows both, or PYTHONPATH holds the folder and its parent.",
                "import it by one name everywhere",
            ),
            Reason::new(
                "Two classes have the same __tablename__.",
                "grep finds it twice.",
                "to find them, run grep -rn __tablename__ . --include='*.py'",
            ),
        ],
    }

    /// A variable whose value cannot be used.
    VARIABLE_VALUE {
        code: "variable-value",
        meaning: "a setting is read from the environment, and its value has another form than the settings class wants",
        signs: &[Sign::Line("error parsing value for field \""), Sign::Found(recognise::bad_variable)],
        reasons: &[Reason::new(
            "The variable is empty, or no JSON: pydantic reads lists and dictionaries as JSON.",
            "A list is written [\"a\", \"b\"], and not a,b.",
            "correct the variable {name} where the start command runs",
        )],
    }

    /// One connection for two tasks.
    SHARED_CONNECTION {
        code: "shared-connection",
        meaning: "two tasks use the same connection at the same time",
        signs: &[Sign::Line("another operation is in progress"), Sign::Line("another command is already in progress")],
        reasons: &[Reason::new(
            "A session or a connection is shared between tasks, or made at the module's level.",
            "asyncio.gather(), or a global session.",
            "give each task a session of its own: async with sessionmaker() as session",
        )],
    }
}
