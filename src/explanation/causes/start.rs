//! What ends the program, or keeps it from starting, before it can say why.

use super::{Reason, Sign, family};
use crate::explanation::recognise;

family! {
    /// The kernel or the platform ended it.
    KILLED {
        code: "killed",
        meaning: "the program was ended because it used more memory than it may",
        signs: &[Sign::Found(recognise::killed)],
        reasons: &[
            Reason::new(
                "Too many workers for the memory of this instance.",
                "Each worker holds the application once.",
                "start fewer workers, gunicorn --workers 1 …, or use a larger instance",
            ),
            Reason::new(
                "A migration loads whole tables into memory.",
                "The last line before it is Alembic's: Running upgrade.",
                "change rows in one UPDATE, or in batches, in the migration",
            ),
        ],
    }

    /// A start script that is none here.
    SCRIPT_NOT_STARTED {
        code: "script-not-started",
        meaning: "the start script, or the program that its first line names, cannot be started here",
        signs: &[Sign::Found(recognise::unstartable)],
        reasons: &[
            Reason::new(
                "The script has the line ends of Windows, so that its first line names a shell that is not there.",
                "The file is there, and the message says: no such file, bad interpreter, or \\r.",
                "sed -i 's/\\r$//' entrypoint.sh in the Dockerfile; and *.sh text eol=lf in .gitattributes",
            ),
            Reason::new(
                "The script may not be executed.",
                "The message says: Permission denied.",
                "chmod +x, in the repository: git update-index --chmod=+x entrypoint.sh",
            ),
            Reason::new(
                "The image was built for another processor.",
                "The message says: exec format error.",
                "build it for the platform: docker build --platform linux/amd64 …",
            ),
        ],
    }

    /// Nothing listens where the platform looks.
    PORT_NOT_BOUND {
        code: "port-not-bound",
        meaning: "the platform waited for the application to listen on its port, and gave up",
        signs: &[
            Sign::Text("Web process failed to bind to $PORT"),
            Sign::Text("Port scan timeout reached, no open ports detected"),
        ],
        reasons: &[
            Reason::new(
                "The server listens on another port or only on 127.0.0.1.",
                "Its own line says where it listens.",
                "listen on 0.0.0.0 and the port in $PORT: gunicorn --bind 0.0.0.0:$PORT …",
            ),
            Reason::new(
                "The upgrade before it takes longer than the platform waits.",
                "The last line is Alembic's: Running upgrade.",
                "run the upgrade in the release phase or a pre-deploy command",
            ),
        ],
    }

    /// `flask db init` where the folder is there.
    ALREADY_INITIALISED {
        code: "already-initialised",
        meaning: "the command makes a new migrations folder, and there is one",
        signs: &[Sign::Line(" already exists and is not empty")],
        reasons: &[Reason::new(
            "The start command runs flask db init or alembic init, which is done once, by you.",
            "The start command or the Dockerfile holds it.",
            "remove `init` from the start command: it needs the upgrade alone, levelhead run -- …",
        )],
    }
}
