//! What the version table and the migration files say together, and what the files are like on their own.

use super::{Follows, Reason, Sign, ToldBy, family};
use crate::explanation::recognise;
use crate::findings::Kind;

const LOST: Reason = Reason::run(
    "The parent is on another branch, or was deleted or squashed, and this revision still points at it.",
    "git finds a commit that has it.",
    "levelhead restore {name}",
)
.told_by(ToldBy::VersionControl);

family! {
    /// A row or an argument names a revision that no file has.
    UNKNOWN_REVISION {
        code: "unknown-revision",
        meaning: "a row of the version table, or an argument, names a revision that no file has",
        finding: Some(Kind::UNKNOWN_REVISION),
        signs: &[Sign::Text("Can't locate revision identified by ")],
        reasons: &[
            Reason::run(
                "The file is on another branch, or was deleted or replaced after the database had been upgraded.",
                "git finds a commit that has it.",
                "levelhead restore {name}",
            )
            .told_by(ToldBy::VersionControl),
            Reason::run(
                "This image is older than the database: a rollback.",
                "`levelhead infer` says that everything of the heads is there, and more.",
                "levelhead run",
            )
.noting("this starts an older release on a newer schema")
            .told_by(ToldBy::Ledger),
            Reason::run(
                "The history was squashed or made anew: every file has a new id.",
                "No commit's files have this id and the tables are the same.",
                "levelhead infer",
            )
.noting("this shows which revision your tables match"),
            Reason::run(
                "The database is another application's, or another branch's preview.",
                "`levelhead verify` shows host and database.",
                "levelhead verify",
            )
            .shown_by(&[Kind::WRONG_DATABASE]),
        ],
    }

    /// The command asks for the head, and there are several.
    MULTIPLE_HEADS {
        code: "multiple-heads",
        meaning: "the upgrade command asks for one head, and the files have several",
        finding: Some(Kind::MULTIPLE_HEADS),
        signs: &[Sign::Text("Multiple head revisions are present"), Sign::Text("Multiple heads are present")],
        follows: Follows::Only("duplicate-revision"),
        reasons: &[
            Reason::run(
                "Two people made a revision after the same parent, and both were merged.",
                "`levelhead branches` shows the parent, `levelhead heads` both ends.",
                "levelhead merge",
            )
.noting("or upgrade to `heads` instead of `head`")
            .shown_by(&[Kind::MULTIPLE_HEADS]),
            Reason::new(
                "The branches are meant to be: several bases or labels.",
                "`levelhead branches` shows labels.",
                "upgrade to `heads` in place of `head`, as `levelhead run` does",
            ),
            Reason::run(
                "One revision file is there twice, under two names.",
                "The output also says: is present more than once.",
                "levelhead heads",
            ),
        ],
    }

    /// A row is an ancestor of another row.
    OVERLAPPING_ROWS {
        code: "overlapping-rows",
        meaning: "the version table holds a revision and one of its ancestors",
        finding: Some(Kind::OVERLAPPING_ROWS),
        signs: &[Sign::Found(recognise::overlap)],
        reasons: &[Reason::run(
            "A restore or a stamp left the ancestor's row beside the later one.",
            "`levelhead current` prints the revisions, the table holds more rows than heads.",
            "levelhead fix",
        )
.noting("this removes the ancestor's row, as `levelhead run` does before it upgrades")
        .shown_by(&[Kind::OVERLAPPING_ROWS])],
    }

    /// The version table has a row twice, or lost one.
    ROW_MISMATCH {
        code: "row-mismatch",
        meaning: "the version table holds a revision twice, or lost it meanwhile",
        finding: Some(Kind::DUPLICATE_ROWS),
        signs: &[Sign::Text("Online migration expected to match one row")],
        reasons: &[
            Reason::new(
                "The version table has no primary key, and holds a revision twice.",
                "SELECT version_num, count(*) FROM alembic_version GROUP BY 1",
                "leave each revision once in the version table: SELECT version_num FROM alembic_version",
            ),
            Reason::run(
                "Two upgrades ran at once, and the other one moved the row.",
                "The message says: 0 found.",
                "levelhead run",
            )
.noting("this lets one instance upgrade at a time"),
        ],
    }

    /// A step leads to several revisions.
    AMBIGUOUS_WALK {
        code: "ambiguous-walk",
        meaning: "a relative step meets a fork of the revisions",
        finding: Some(Kind::MULTIPLE_HEADS),
        signs: &[Sign::Text("Ambiguous walk")],
        reasons: &[Reason::new(
            "`+1` or `-1` meets a fork, where Alembic cannot choose.",
            "`levelhead branches` shows it.",
            "name the revision to go to; `levelhead history --graph` draws them",
        )
        .shown_by(&[Kind::MULTIPLE_HEADS])],
    }

    /// Something else is to be done, and revisions are pending.
    NOT_UP_TO_DATE {
        code: "not-up-to-date",
        meaning: "revisions are pending, and a new one can only be made at head",
        finding: Some(Kind::BEHIND),
        signs: &[Sign::Text("Target database is not up to date")],
        reasons: &[
            Reason::run(
                "The database is behind the files: upgrade it before you make a new revision.",
                "`levelhead current` and `levelhead heads` differ.",
                "levelhead run",
            )
            .shown_by(&[Kind::BEHIND, Kind::FRESH_DATABASE]),
            Reason::run(
                "The version table is missing or empty, although the tables are there.",
                "`levelhead current` prints nothing.",
                "levelhead infer",
            )
            .shown_by(&[Kind::UNVERSIONED]),
        ],
    }

    /// A parent that no file has.
    MISSING_PARENT {
        code: "missing-parent",
        meaning: "a revision follows one whose file is not there",
        finding: Some(Kind::MISSING_PARENT),
        signs: &[Sign::Found(recognise::missing_parent)],
        reasons: &[
            Reason::run(
                "The parent's file was not committed, or is left out of the image by .dockerignore.",
                "git status shows it as untracked where it was made.",
                "git log --all --oneline -S{name} -- '*.py'",
            )
.noting("this finds the commit that has the file"),
            LOST,
        ],
    }

    /// A key that is missing; of what is not shown.
    MISSING_KEY {
        code: "missing-key",
        meaning: "something was looked up by this name and is not there; the line alone does not tell in what",
        reasons: &[
            Reason::new(
                "The application asks a dictionary for what it does not hold.",
                "The lines above this one, the traceback, end in the application's own code.",
                "give levelhead the whole traceback: COMMAND 2>&1 | levelhead explain",
            ),
            LOST,
        ],
    }

    /// A revision is lost, and the files that were read are whole.
    OTHER_FILES {
        code: "other-files",
        meaning: "every file that levelhead has read has its parent, so that Alembic has read others",
        reasons: &[
            Reason::run(
                "The command takes its files from another folder: another ini file, -c, -d, or where it is started.",
                "Both name other heads.",
                "levelhead heads",
            )
.noting("compare this with `alembic heads` or `flask db heads`"),
            Reason::run(
                "The text is from another image or branch, where a file is missing, or has been mended since.",
                "The traceback's paths and times.",
                "levelhead check",
            )
.noting("run this on the machine that the text is from"),
        ],
    }

    /// Two files with one revision id.
    DUPLICATE_REVISION {
        code: "duplicate-revision",
        meaning: "two files have the same revision id",
        finding: Some(Kind::DUPLICATE_REVISION),
        signs: &[Sign::Found(recognise::twice)],
        reasons: &[Reason::run(
            "A file was copied, and its revision id with it; or a rename left the old file behind.",
            "Two files of the versions folder have the same `revision =` line.",
            "grep -rn '^revision' --include='*.py' . | sort -k3",
        )],
    }

    /// Revisions that follow each other in a circle.
    CYCLE {
        code: "cycle",
        meaning: "revisions follow each other in a circle, so that none comes first",
        finding: Some(Kind::CYCLE),
        signs: &[Sign::Line("ycle is detected in revisions"), Sign::Line("elf-loop is detected in revisions")],
        reasons: &[Reason::run(
            "A down_revision was edited by hand, or a merge conflict was resolved to both sides.",
            "The message lists the revisions of the circle.",
            "grep -rn '^down_revision' --include='*.py' .",
        )],
    }

    /// A branch label that is taken.
    LABEL_CLASH {
        code: "label-clash",
        meaning: "two revisions claim the same branch label",
        finding: Some(Kind::LABEL_CLASH),
        signs: &[Sign::Found(recognise::label)],
        reasons: &[Reason::run(
            "branch_labels was copied with the rest of the file.",
            "Two files have the same branch_labels line.",
            "grep -rn '^branch_labels' --include='*.py' .",
        )],
    }

    /// A file that Python cannot load.
    BROKEN_FILE {
        code: "broken-file",
        meaning: "Python cannot read the file: an editing accident, or a merge conflict left in it",
        finding: Some(Kind::UNREADABLE_MIGRATION),
        signs: &[Sign::Found(recognise::unloadable)],
        reasons: &[
            Reason::run(
                "A merge conflict was left in the file.",
                "The file holds lines that begin with <<<<<<<.",
                "grep -rnE '^(<<<<<<<|>>>>>>>) ' --include='*.py' .",
            )
            .told_by(ToldBy::Conflict),
            Reason::run(
                "An editing accident: a bracket, a quote or an indentation.",
                "Python says in which line.",
                "python3 -m compileall -q .",
            )
            .told_by(ToldBy::Unreadable),
            Reason::run(
                "The file needs a newer Python than the one that runs it.",
                "It loads where it was written.",
                "python3 --version",
            )
            .told_by(ToldBy::Readable),
        ],
    }

    /// No migrations folder, or no configuration that names it.
    NO_MIGRATIONS {
        code: "no-migrations",
        meaning: "the migrations are not where the command looks for them",
        signs: &[
            Sign::Text("Path doesn't exist: "),
            Sign::Text("Can't find Python file "),
            Sign::Text("No config file "),
            Sign::Text("No 'script_location' key found"),
            Sign::Text("No such file or directory: 'alembic.ini'"),
        ],
        reasons: &[
            Reason::new(
                "The command starts in another folder than the one that holds alembic.ini or migrations/.",
                "ls shows neither.",
                "cd to the application's folder first, or name it: flask db upgrade -d DIR, alembic -c FILE upgrade heads",
            ),
            Reason::new(
                "The folder is not in the image: .dockerignore, .gitignore or a COPY that leaves it out.",
                "It is there in the repository.",
                "copy it into the image: COPY migrations migrations",
            ),
            Reason::run(
                "Plain `alembic` on a Flask-Migrate folder, which has no script_location.",
                "migrations/env.py imports current_app.",
                "flask db upgrade",
            ),
        ],
    }

    /// Alembic begins, and nothing more is said.
    SILENCED {
        code: "silenced",
        meaning: "Alembic began and then said nothing; Flask-Migrate's own message was switched off",
        reasons: &[
            Reason::run(
                "fileConfig() in env.py switches every logger off that alembic.ini does not list, \
                     and Flask-Migrate's own message with it.",
                "migrations/alembic.ini has no [logger_flask_migrate].",
                "levelhead infer",
            )
.noting("this shows which revision your tables match"),
            Reason::new(
                "The text was cut, or the upgrade was killed there.",
                "The exit code is above 128.",
                "fileConfig(…, disable_existing_loggers=False) in env.py, and start again",
            ),
        ],
    }
}
