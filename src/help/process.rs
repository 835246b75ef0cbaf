//! What to do about a program that cannot be executed, an upgrade that failed, and a port that is taken.

use std::io::ErrorKind;
use std::path::Path;

use super::{Advice, Command, Help};
use crate::process::barrier::Barrier;
use crate::process::liveness::LivenessError;
use crate::process::program::ProgramError;
use crate::process::upgrade::UpgradeError;

impl Help for ProgramError {
    fn help(&self) -> Advice {
        let is_python = |name: &str| name.rsplit('/').next().is_some_and(|name| name.starts_with("python"));
        let virtualenv = || Advice::note("make the virtualenv anew where it now is: python3 -m venv DIR");
        match self {
            Self::NotFound { name } if name.is_empty() => {
                "name the command; this one is an empty word, as a variable that is not set leaves it".into()
            }
            Self::NotFound { name } => {
                format!("install {name}, put its folder on the PATH, or give its full path").into()
            }
            Self::NoFile { file } if file.is_relative() => {
                "start in the folder that it lies in, or give its full path; in an image, COPY it there".into()
            }
            Self::NoFile { .. } => "correct the path; in an image, COPY the file there".into(),
            Self::Dangling { file, .. } if is_python(&file.to_string_lossy()) => virtualenv(),
            Self::Dangling { target, .. } => format!("put {} there, or name another program", target.display()).into(),
            Self::Folder { .. } => "name a program inside it".into(),
            Self::Unreachable { barrier: Some(Barrier { folder, .. }), .. } if folder == Path::new("/root") => {
                "put it where this user may go: a Python that root has installed for itself is no other user's".into()
            }
            Self::Unreachable { barrier: Some(barrier), .. } => {
                Command::of("chmod", "o+x").with(barrier.folder.display()).and("or put it where this user may go")
            }
            Self::Unreachable { file, .. } => Command::of("namei", "-l").with(file.display()).into(),
            Self::Interpreter { source, .. } => source.help(),
            Self::NotExecutable { file } => Command::of("chmod", "+x").with(file.display()).into(),
            Self::NoExec { file } => Command::of("findmnt", "-T")
                .with(file.display())
                .and("mount it with exec, or put the program elsewhere"),
            Self::NoInterpreter { file, interpreter } if interpreter.ends_with('\r') => {
                Command::of("sed", "-i").with("s/\\r$//").with(file.display()).into()
            }
            Self::NoInterpreter { interpreter, .. } if is_python(interpreter) => virtualenv(),
            Self::NoInterpreter { file, interpreter } => {
                format!("install {interpreter}, or name what is there in the first line of {}", file.display()).into()
            }
            Self::NotOnPath { name, .. } => format!("install {name}, or put its folder on the PATH").into(),
            Self::NoLoader { file } => {
                Command::of("file", "").with(file.display()).and("install a program that was built for this system")
            }
            Self::Format { file } => Command::of("file", "").with(file.display()).into(),
            Self::Other { file, .. } => Command::of("ls", "-l").with(file.display()).into(),
        }
    }
}

impl Help for LivenessError {
    fn help(&self) -> Advice {
        const UNSET: &str = "if you do not need it, unset LEVELHEAD_LIVENESS_PORT";
        match self.source.kind() {
            ErrorKind::PermissionDenied => Advice::note("choose a port above 1023").and(UNSET),
            _ => Command::of("ss", "-ltnp")
                .with(format!("sport = :{}", self.port))
                .and("this shows which process listens there")
                .and(UNSET),
        }
    }
}

impl Help for UpgradeError {
    fn help(&self) -> Advice {
        match self {
            Self::Program(error) => error.help(),
            Self::Exited { .. } | Self::Signalled { .. } => {
                "read the upgrade's own output above: its last line names the cause".into()
            }
            Self::TimedOut { .. } => Command::levelhead("plan")
                .and("this shows which step reads or writes whole tables; no lock was waited for at the end")
                .and("if such a step needs longer, raise LEVELHEAD_UPGRADE_TIMEOUT"),
            Self::Interrupted { .. } | Self::LockLost { .. } => "start again: it goes on with what is pending".into(),
            Self::Io { .. } => "raise this container's limits on processes and open files".into(),
        }
    }
}
