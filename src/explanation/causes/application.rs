//! What keeps the application from being loaded and served.

use super::{Follows, Reason, Sign, family};
use crate::explanation::recognise;

const VARIABLE: &[Reason] = &[
    Reason::new(
        "The variable is set where you work, in a shell or a .env file, and not where the start command runs.",
        "The platform's list of this service's variables does not have it.",
        "set {names} where the start command runs: in the service's environment on the platform",
    ),
    Reason::new(
        "The build, a pre-deploy step or a CI job runs without the service's variables.",
        "The log shows the error in the build and not in the start.",
        "move the upgrade out of the build, into the start: levelhead run -- …",
    ),
    Reason::run(
        "It is set under another name: misspelled, or with the prefix that a settings class puts before its fields.",
        "grep -rnE 'environ|getenv|env_prefix' . --include='*.py' shows what is read.",
        "grep -rnE 'environ|getenv|env_prefix' . --include='*.py'",
    ),
];

const FAULT: &[Reason] = &[
    Reason::new(
        "The code asks for what is not there: a name, an attribute, a key.",
        "The traceback's last line of your own code shows it.",
        "correct the code: {place}",
    ),
    Reason::new(
        "A package was upgraded, and does not fit the code or another package any more.",
        "The traceback ends in a -packages folder, and it works where older versions are installed.",
        "run `pip freeze` where it works, and pin the same versions in requirements.txt",
    ),
];

const UNKNOWN: &[Reason] = &[Reason::new(
    "An error that levelhead does not know.",
    "The last lines of the upgrade's own output name the exception and the line.",
    "read the upgrade's own output above: its last lines name the cause",
)];

family! {
    /// psycopg 3 is missing.
    NEW_DEFAULT_DRIVER {
        code: "new-default-driver",
        meaning: "SQLAlchemy wants psycopg 3, which is not installed; since version 2.1 a plain postgresql:// means it",
        signs: &[Sign::Found(recognise::psycopg)],
        reasons: &[
            Reason::run(
                "SQLAlchemy was upgraded to 2.1, and psycopg2 is the driver that is installed.",
                "pip show sqlalchemy says 2.1 or later; pip show psycopg2-binary finds it.",
                "pip install 'psycopg[binary]'",
            ),
            Reason::new(
                "You want to stay with psycopg2.",
                "requirements.txt names psycopg2 or psycopg2-binary.",
                "write postgresql+psycopg2:// into DATABASE_URL",
            ),
        ],
    }

    /// The driver of the database is missing.
    MISSING_DRIVER {
        code: "missing-driver",
        meaning: "the URL asks for a driver that is not installed",
        signs: &[Sign::Found(recognise::driver)],
        reasons: &[
            Reason::new(
                "The driver is not in requirements.txt.",
                "pip show psycopg2-binary psycopg asyncpg answers for none that the URL asks for.",
                "for postgresql+psycopg://, pip install 'psycopg[binary]'; for postgresql://, pip install psycopg2-binary",
            ),
            Reason::new(
                "Another driver is installed than the URL's scheme asks for.",
                "postgresql:// means psycopg2 before SQLAlchemy 2.1, and psycopg 3 from then on.",
                "write the driver that is installed into the scheme: postgresql+psycopg://…",
            ),
        ],
    }

    /// A Python module is missing.
    MISSING_MODULE {
        code: "missing-module",
        meaning: "a package of the application is not installed in the environment that runs this",
        signs: &[Sign::Found(recognise::module)],
        reasons: &[
            Reason::run(
                "The package is missing from requirements.txt, or was not installed in this environment.",
                "`levelhead verify` shows which python, flask and gunicorn the PATH gives.",
                "pip install -r requirements.txt",
            )
.noting("run it in the environment of the upgrade command"),
            Reason::new(
                "It is a module of the application itself, and the command starts in another folder.",
                "The module's file is in the repository.",
                "start in the application's folder, or set PYTHONPATH to it",
            ),
            Reason::run(
                "Another virtualenv comes first on the PATH.",
                "command -v python flask gunicorn names different folders.",
                "levelhead verify",
            ),
        ],
    }

    /// A module of the application itself is not found.
    OWN_MODULE {
        code: "own-module",
        meaning: "the module lies in this folder, but Python does not look for modules there",
        reasons: &[
            Reason::new(
                "The `alembic` command does not put the folder on Python's path; `flask` and `python -m` do.",
                "alembic.ini has no prepend_sys_path = . in [alembic].",
                "PYTHONPATH=. alembic upgrade heads",
            ),
            Reason::new(
                "The command starts in another folder, or WORKDIR of the image is another one.",
                "pwd in the start command.",
                "set PYTHONPATH to the application's folder",
            ),
        ],
    }

    /// A module does not have what is imported from it.
    IMPORT_FAILED {
        code: "import-failed",
        meaning: "the module is there, but not what is imported from it",
        signs: &[Sign::Found(recognise::import)],
        reasons: &[
            Reason::new(
                "Two modules import each other: the name does not exist yet when it is asked for.",
                "The message says: most likely due to a circular import, or the name is further down in the file.",
                "move the import into the function that needs it",
            ),
            Reason::new(
                "A package was upgraded and no longer has the name.",
                "The module's path is in a -packages folder.",
                "pin the package's earlier version in requirements.txt: pip index versions PACKAGE",
            ),
        ],
    }

    /// The database is used outside an application context.
    OUTSIDE_CONTEXT {
        code: "outside-context",
        meaning: "the application uses the database before it has an application context",
        signs: &[Sign::Text("Working outside of application context")],
        reasons: &[Reason::new(
            "Module-level code such as db.create_all() runs before there is an application context.",
            "The traceback's last line of your own code shows it.",
            "remove create_all(): the migrations make the tables",
        )],
    }

    /// gunicorn was not told which application to serve.
    NO_MODULE_NAMED {
        code: "no-module-named",
        meaning: "gunicorn was not told which application to serve",
        signs: &[Sign::Text("No application module specified")],
        reasons: &[Reason::new(
            "The start command ends before the application's name.",
            "gunicorn app:app has one; a quote or a variable may have eaten it.",
            "name the application as app:app, or as 'app:create_app()' in quotes",
        )],
    }

    /// Flask does not find the application.
    NO_APPLICATION {
        code: "no-application",
        meaning: "flask is not told which application it is for",
        signs: &[
            Sign::Text("Could not locate a Flask application"),
            Sign::Text("Failed to find Flask application"),
            Sign::Text("Error: Could not import "),
        ],
        reasons: &[
            Reason::new(
                "FLASK_APP is not set, and there is neither app.py nor wsgi.py here.",
                "`levelhead verify` shows FLASK_APP and tries it.",
                "set FLASK_APP, for example FLASK_APP=app",
            ),
            Reason::new(
                "FLASK_APP names a module that cannot be imported from this folder.",
                "The message says: Could not import.",
                "start in the application's folder, or set PYTHONPATH to it",
            ),
        ],
    }

    /// The module does not hold the application's name.
    NO_ATTRIBUTE {
        code: "no-attribute",
        meaning: "the module was imported, and does not hold this name",
        signs: &[Sign::Text("Failed to find attribute "), Sign::Line("as an attribute name or function call")],
        reasons: &[
            Reason::new(
                "The start command names another object than the module has.",
                "The module has a factory, create_app(), and the command says :app; or the other way round.",
                "name what the module has: 'app:create_app()' or app:app",
            ),
            Reason::new(
                "A package of the same name hides the module: a folder app/ beside app.py.",
                "ls shows both.",
                "rename one of the two",
            ),
        ],
    }

    /// The application's factory cannot be called as it is.
    BAD_FACTORY {
        code: "bad-factory",
        meaning: "the factory or the object is not one that can be called as it is written",
        signs: &[
            Sign::Line("but could not call it without arguments"),
            Sign::Line("Application object must be callable"),
        ],
        reasons: &[Reason::new(
            "The factory needs arguments, or the name is not a callable at all.",
            "The message names it.",
            "name a call: FLASK_APP='app:create_app(\"production\")', gunicorn 'app:create_app()'",
        )],
    }

    /// Flask-Migrate is not part of the application.
    NO_FLASK_MIGRATE {
        code: "no-flask-migrate",
        meaning: "Flask-Migrate is not installed, or the application does not initialise it",
        signs: &[Sign::Found(recognise::extension), Sign::Text("No such command 'db'")],
        follows: Follows::Anything,
        reasons: &[
            Reason::new(
                "The application could not be imported, so that its commands are not known.",
                "An error stands above this one.",
                "set LEVELHEAD_UPGRADE_COMMAND='alembic upgrade heads', or install Flask-Migrate",
            ),
            Reason::run(
                "Migrate(app, db) is never called on the application that FLASK_APP names.",
                "grep finds no Migrate( or init_app( that is reached.",
                "grep -rn 'Migrate(\\|migrate.init_app' . --include='*.py'",
            ),
        ],
    }

    /// Another process listens on the port.
    ADDRESS_IN_USE {
        code: "address-in-use",
        meaning: "another process listens on this port",
        signs: &[Sign::Found(recognise::address), Sign::Text("Connection in use: (")],
        reasons: &[
            Reason::run(
                "The application runs already: an earlier start, or a second one in the same container.",
                "ss -ltnp shows who listens.",
                "ss -ltnp",
            )
.noting("this shows what listens there; end it"),
            Reason::new(
                "Two commands of the start script serve, one in the background.",
                "The start command holds & or a development server.",
                "start the server once, by exec: levelhead run -- gunicorn …",
            ),
        ],
    }

    /// A worker did not answer in time.
    WORKER_TIMEOUT {
        code: "worker-timeout",
        meaning: "a gunicorn worker gave no sign of life for longer than --timeout",
        signs: &[Sign::Text("WORKER TIMEOUT")],
        reasons: &[
            Reason::new(
                "A request, or the import of the application, takes longer than --timeout, 30 s by default.",
                "The traceback below the line shows where it was.",
                "raise the limit until you have found what is slow: gunicorn --timeout 120 …",
            ),
            Reason::new(
                "The application upgrades the database, or waits for it, while it is imported.",
                "The traceback shows alembic, flask_migrate or a connect().",
                "take the upgrade out of the application; levelhead run does it before",
            ),
        ],
    }

    /// A worker was killed.
    WORKER_KILLED {
        code: "worker-killed",
        meaning: "the kernel or another process killed a gunicorn worker, probably for lack of memory",
        signs: &[Sign::Line("was sent SIGKILL!")],
        reasons: &[
            Reason::new(
                "The container has not enough memory for this many workers.",
                "dmesg, or the platform's events, speak of OOM.",
                "start fewer workers, gunicorn --workers 1 …, or use a larger instance",
            ),
            Reason::new(
                "The worker was killed after --timeout.",
                "WORKER TIMEOUT stands above.",
                "raise the limit until you have found what is slow: gunicorn --timeout 120 …",
            ),
        ],
    }

    /// What gunicorn says once a worker has failed to start.
    WORKER_FAILED {
        code: "worker-failed",
        meaning: "gunicorn's worker could not load the application; the reason is said before it",
        signs: &[
            Sign::Text("Reason: Worker failed to boot"),
            Sign::Text("Reason: App failed to load"),
            Sign::Text("Worker failed to boot"),
        ],
        follows: Follows::Anything,
        reasons: &[Reason::new(
            "The worker's own traceback stands above this line.",
            "Exception in worker process begins it.",
            "to import the application and see why: levelhead verify -- YOUR START COMMAND",
        )],
    }

    /// A program is not on the PATH.
    COMMAND_NOT_FOUND {
        code: "command-not-found",
        meaning: "the program is not installed, or its folder is not on the PATH",
        signs: &[Sign::Found(recognise::command), Sign::Text("executable file not found in ")],
        reasons: &[
            Reason::new(
                "The virtualenv is not on the PATH of this process.",
                "It works in a shell where the virtualenv is active.",
                "name the program with its folder (.venv/bin/…), or put that folder on the PATH",
            ),
            Reason::run(
                "The package is not installed.",
                "pip show flask alembic gunicorn",
                "pip install -r requirements.txt",
            )
.noting("run it in the environment of the upgrade command"),
        ],
    }

    /// An environment variable that the program asks for.
    MISSING_VARIABLE {
        code: "missing-variable",
        meaning: "the program asks for it, and the environment that it runs in does not have it",
        reasons: VARIABLE,
    }

    /// A key whose name is one of an environment variable; who has asked for it is not shown.
    PERHAPS_VARIABLE {
        code: "perhaps-variable",
        meaning: "mostly an environment variable that the program asks for and that is not set",
        reasons: VARIABLE,
    }

    /// The application's own code is at fault.
    FAULT {
        code: "fault",
        reasons: FAULT,
    }

    /// An exception that is not known here.
    UNKNOWN {
        code: "unknown",
        follows: Follows::Only("missing-parent"),
        reasons: UNKNOWN,
    }
}
