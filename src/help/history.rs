//! What to do about migration files that are not found, not read, or not a graph, and about symbols that lead nowhere.

use std::path::Path;

use super::{Advice, Command, Help, Note};
use history::env_py::Undecidable;
use history::layout::LayoutError;
use history::{GraphError, IniError, Problem, ReadError, Remedy};
use python::PythonError;

impl Help for LayoutError {
    fn help(&self) -> Advice {
        match self {
            Self::Nothing { .. } => "name the migrations folder: LEVELHEAD_MIGRATIONS=DIR or --migrations DIR".into(),
            Self::NoConfigFile { .. } => "correct -c or ALEMBIC_CONFIG, or ship the file in the image".into(),
            Self::Unreadable { path, .. } => format!("make {} a readable UTF-8 file", path.display()).into(),
            Self::Ini { path, error: IniError::Interpolation { option, .. } } => {
                format!("correct '{option}' in {}", path.display()).into()
            }
            Self::Ini { path, .. } | Self::Toml { path, .. } => format!("correct {}", path.display()).into(),
            Self::TomlType { path, option, expected } => {
                format!("make {option} in {} {expected}", path.display()).into()
            }
            Self::Separator { option, .. } => format!("set {option} = os").into(),
            Self::NoScriptLocation { .. } => {
                "set script_location there, or name the folder: LEVELHEAD_MIGRATIONS=DIR".into()
            }
            Self::NoScriptFolder { path } => {
                format!("ship {} in the image, or start in the application's folder", path.display()).into()
            }
            Self::NotMigrations { .. } => "name the folder that holds env.py".into(),
            Self::NoPackage { package, .. } => format!("set PYTHONPATH to the folder that holds {package}").into(),
            Self::Sourceless => "ship the .py files of the revisions and drop sourceless".into(),
        }
    }
}

impl Help for Undecidable {
    fn help(&self) -> Advice {
        "name it: LEVELHEAD_VERSION_TABLE=NAME, and LEVELHEAD_VERSION_TABLE_SCHEMA=SCHEMA if it is in one".into()
    }
}

/// What to do about the first problem.
impl Help for ReadError {
    fn help(&self) -> Advice {
        self.problems.first().map(Problem::help).unwrap_or_default()
    }
}

impl Help for Problem {
    fn help(&self) -> Advice {
        match self {
            Self::Unreadable { path, remedy, .. } => readable(path, remedy),
            Self::MissingParent { missing, attribute: "down_revision", .. } => {
                Command::levelhead("restore").with(missing).and("this brings its file back from version control")
            }
            Self::MissingParent { missing, path, .. } => {
                format!("ship the revision or label '{missing}', or correct depends_on in {}", path.display()).into()
            }
            Self::Duplicate { second, .. } => {
                format!("delete one of the two files, or give {} a new revision id", second.display()).into()
            }
            Self::LabelClash { label, path, .. } => {
                format!("rename or remove the branch label '{label}' in {}", path.display()).into()
            }
            Self::IllegalCharacter { path, character, .. } => {
                format!("rename the revision in {} without '{character}'", path.display()).into()
            }
            Self::Cycle { revisions, .. } => match revisions.first() {
                Some(first) => {
                    format!("correct the down_revision or depends_on of one of them, '{first}' for example").into()
                }
                None => "correct the down_revision or depends_on of one of them".into(),
            },
        }
    }
}

/// What makes a file one that can be read.
fn readable(path: &Path, remedy: &Remedy) -> Advice {
    let path = path.display();
    match remedy {
        Remedy::Move => format!("move {path} away").into(),
        Remedy::Permit => format!("make {path} readable for the user that starts the application").into(),
        Remedy::Python(PythonError::TooLong { .. }) => {
            format!("move the data in {path} to a file that upgrade() opens; or move it away if it is no migration")
                .into()
        }
        Remedy::Python(error) => error.help(),
        Remedy::Declare => "declare revision in it, or move it out of the versions folder if it is no migration".into(),
        Remedy::DeclareParent => {
            "declare down_revision, None for a first revision; or move the file away if it is no migration".into()
        }
        Remedy::Expect { attribute, expected } => {
            format!("make {attribute} {expected}; Alembic cannot use what it is now").into()
        }
        Remedy::Spell { attribute, expression } => {
            format!("write {attribute} as plain text in place of {expression}").into()
        }
    }
}

impl Help for GraphError {
    fn help(&self) -> Advice {
        let first = |of: &[String]| of.first().map_or("REV", String::as_str).to_owned();
        match self {
            Self::NotFound { candidates, .. } if candidates.len() > 1 => {
                format!("give more of the id; it begins {}", candidates.join(" and ")).into()
            }
            Self::NotFound { .. } => Command::levelhead("history").and("this lists the revisions of your files"),
            Self::MultipleHeads { heads, .. } => {
                format!("name one of {}, or all of them with heads", heads.join(", ")).into()
            }
            Self::StampMultipleHeads { .. } => {
                Note::way("to stamp all heads", Command::levelhead("stamp heads")).into()
            }
            Self::NotARange { start, end } => Command::levelhead("history -r").with(format!("{end}:{start}")).into(),
            Self::NotOnBranch => Command::levelhead("current").and("this shows the current revisions"),
            Self::Overlap { .. } => Command::levelhead("fix").and("this removes the rows that are ancestors of others"),
            Self::TooFewSteps { .. } | Self::WalkedTooFar { .. } => {
                Command::levelhead("history").and("this lists the revisions of your files")
            }
            Self::AmbiguousStart { rows } => format!("name the branch, {}@+1 for example", first(rows)).into(),
            Self::AmbiguousWalk { choices } => {
                format!("name the revision to go to, {} for example", first(choices)).into()
            }
            Self::NoColon => Command::levelhead("history -r base:heads").into(),
            Self::RowsDoNotFit { .. } => Command::levelhead("infer").and("this shows which revision your tables match"),
        }
    }
}
