//! What keeps the application from being loaded and served.

use super::Reason;
use crate::explanation::Cause;

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
    Reason::new(
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
        "pip freeze, where it works, and pin the same versions in requirements.txt",
    ),
];

pub(super) fn of(cause: Cause) -> Option<&'static [Reason]> {
    Some(match cause {
        Cause::MissingModule => {
            const {
                &[
                    Reason::new(
                        "The package is missing from requirements.txt, or was not installed in this environment.",
                        "`levelhead verify` shows which python, flask and gunicorn the PATH gives.",
                        "pip install -r requirements.txt, in the environment of the upgrade command",
                    ),
                    Reason::new(
                        "It is a module of the application itself, and the command starts in another folder.",
                        "The module's file is in the repository.",
                        "start in the application's folder, or set PYTHONPATH to it",
                    ),
                    Reason::new(
                        "Another virtualenv comes first on the PATH.",
                        "command -v python flask gunicorn names different folders.",
                        "levelhead verify",
                    ),
                ]
            }
        }
        Cause::MissingDriver => {
            const {
                &[
                    Reason::new(
                        "The driver is not in requirements.txt.",
                        "pip show psycopg2-binary psycopg asyncpg answers for none that the URL asks for.",
                        "pip install 'psycopg[binary]' for postgresql+psycopg://, psycopg2-binary for postgresql://",
                    ),
                    Reason::new(
                        "Another driver is installed than the URL's scheme asks for.",
                        "postgresql:// means psycopg2; postgresql+psycopg:// means psycopg 3.",
                        "write the driver that is installed into the scheme: postgresql+psycopg://…",
                    ),
                ]
            }
        }
        Cause::ImportFailed => {
            const {
                &[
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
                ]
            }
        }
        Cause::CommandNotFound => {
            const {
                &[
                    Reason::new(
                        "The virtualenv is not on the PATH of this process.",
                        "It works in a shell where the virtualenv is active.",
                        "name the program with its folder (.venv/bin/…), or put that folder on the PATH",
                    ),
                    Reason::new(
                        "The package is not installed.",
                        "pip show flask alembic gunicorn",
                        "pip install -r requirements.txt, in the environment of the upgrade command",
                    ),
                ]
            }
        }
        Cause::NoApplication => {
            const {
                &[
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
                ]
            }
        }
        Cause::NoAttribute => {
            const {
                &[
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
                ]
            }
        }
        Cause::BadFactory => {
            const {
                &[Reason::new(
                    "The factory needs arguments, or the name is not a callable at all.",
                    "The message names it.",
                    "name a call: FLASK_APP='app:create_app(\"production\")', gunicorn 'app:create_app()'",
                )]
            }
        }
        Cause::OutsideContext => {
            const {
                &[Reason::new(
                    "Module-level code such as db.create_all() runs before there is an application context.",
                    "The traceback's last line of your own code shows it.",
                    "remove create_all(): the migrations make the tables",
                )]
            }
        }
        Cause::NoFlaskMigrate => {
            const {
                &[
                    Reason::new(
                        "The application could not be imported, so that its commands are not known.",
                        "An error stands above this one.",
                        "set LEVELHEAD_UPGRADE_COMMAND='alembic upgrade heads', or install Flask-Migrate",
                    ),
                    Reason::new(
                        "Migrate(app, db) is never called on the application that FLASK_APP names.",
                        "grep finds no Migrate( or init_app( that is reached.",
                        "grep -rn 'Migrate(\\|migrate.init_app' . --include='*.py'",
                    ),
                ]
            }
        }
        Cause::NoModuleNamed => {
            const {
                &[Reason::new(
                    "The start command ends before the application's name.",
                    "gunicorn app:app has one; a quote or a variable may have eaten it.",
                    "gunicorn app:app, or 'app:create_app()' in quotes",
                )]
            }
        }
        Cause::AddressInUse => {
            const {
                &[
                    Reason::new(
                        "The application runs already: an earlier start, or a second one in the same container.",
                        "ss -ltnp shows who listens.",
                        "ss -ltnp, and end what listens there",
                    ),
                    Reason::new(
                        "Two commands of the start script serve, one in the background.",
                        "The start command holds & or a development server.",
                        "serve once, by exec: levelhead run -- gunicorn …",
                    ),
                ]
            }
        }
        Cause::WorkerTimeout => {
            const {
                &[
                    Reason::new(
                        "A request, or the import of the application, takes longer than --timeout, 30 s by default.",
                        "The traceback below the line shows where it was.",
                        "gunicorn --timeout 120 …, until what is slow is found",
                    ),
                    Reason::new(
                        "The application upgrades the database, or waits for it, while it is imported.",
                        "The traceback shows alembic, flask_migrate or a connect().",
                        "take the upgrade out of the application; levelhead run does it before",
                    ),
                ]
            }
        }
        Cause::WorkerKilled => {
            const {
                &[
                    Reason::new(
                        "The container has not enough memory for this many workers.",
                        "dmesg, or the platform's events, speak of OOM.",
                        "gunicorn --workers 1 …, or a larger instance",
                    ),
                    Reason::new(
                        "The worker was killed after --timeout.",
                        "WORKER TIMEOUT stands above.",
                        "gunicorn --timeout 120 …, until what is slow is found",
                    ),
                ]
            }
        }
        Cause::MissingVariable | Cause::PerhapsVariable => VARIABLE,
        Cause::Fault => FAULT,
        Cause::WorkerFailed => {
            const {
                &[Reason::new(
                    "The worker's own traceback stands above this line.",
                    "Exception in worker process begins it.",
                    "levelhead verify -- YOUR START COMMAND, which imports the application and shows why",
                )]
            }
        }
        _ => return None,
    })
}
