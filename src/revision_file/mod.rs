//! New revision files, named and written as Alembic's own would be. Reads and writes files only.

mod name;
mod rebase;
mod template;
pub mod write;

use std::path::{Path, PathBuf};

use jiff::ZonedDateTime;

use history::layout::{Layout, LayoutError};
use history::{Node, Revision, read_revision, would_read};
use python;
pub use rebase::rebase;
pub use template::TemplateError;
use template::Words;

/// A revision file that does not exist yet.
#[derive(Debug)]
pub struct NewRevision {
    /// What it says about itself.
    pub revision: Revision,
    /// The file's contents.
    pub text: String,
}

/// Why a revision file cannot be made. Nothing has been written.
#[derive(Debug, thiserror::Error)]
pub enum NewRevisionError {
    /// An option that decides the file's name.
    #[error("{0}")]
    Option(String),
    /// The configuration cannot be read.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// `script.py.mako` cannot be read.
    #[error("{}: {source}", path.display())]
    NoTemplate {
        /// The template.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// `script.py.mako` does what only Mako can.
    #[error("{}: {source}", path.display())]
    Template {
        /// The template.
        path: PathBuf,
        /// What it does.
        source: TemplateError,
    },
    /// The file that the template makes does not say what it has to.
    #[error("{}: the file that it makes is no revision {id}: {reason}", path.display())]
    Wrong {
        /// The template.
        path: PathBuf,
        /// The id that it should have.
        id: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Makes the file of a merge revision with this `id`, from `script.py.mako`.
///
/// Its folder, its name and its text are those that `alembic merge` would give it. What the template makes is read back:
/// it has to be this revision.
pub fn merge(
    layout: &Layout,
    id: &str,
    message: &str,
    parents: &[&Node],
    branch_labels: &[String],
) -> Result<NewRevision, NewRevisionError> {
    let option = |name: &str| layout.option(name);
    let created = name::now(option("timezone")?.as_deref()).map_err(NewRevisionError::Option)?;
    let slug = name::slug(message, option("truncate_slug_length")?.as_deref()).map_err(NewRevisionError::Option)?;
    let file_name = name::file_name(option("file_template")?.as_deref(), id, &slug, &created);
    let file_name = file_name.map_err(NewRevisionError::Option)?;
    would_read(layout, Path::new(&file_name))
        .map_err(|reason| NewRevisionError::Option(format!("file_template makes {file_name}: {reason}")))?;
    let path = as_typed(&folder(layout, parents)).join(file_name);

    let template = layout.script_location.join("script.py.mako");
    let bytes = std::fs::read(&template);
    let bytes = bytes.map_err(|source| NewRevisionError::NoTemplate { path: template.clone(), source })?;
    let wrong = |reason: String| NewRevisionError::Wrong { path: template.clone(), id: id.to_owned(), reason };
    let source = String::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8".to_owned()))?;
    let down_revision: Vec<String> = parents.iter().map(|parent| parent.revision.id.clone()).collect();
    let setting = |name: &str| layout.option(name).ok().flatten();
    let binds = binds(parents);
    let words = words(Words::new(&setting, &binds), id, message, &down_revision, branch_labels, created, layout)?;
    let text = template::render(&source, words)
        .map_err(|source| NewRevisionError::Template { path: template.clone(), source })?;
    if !text.is_ascii() && !matches!(option("output_encoding")?.as_deref(), None | Some("utf-8" | "utf8" | "UTF-8")) {
        return Err(wrong("its output_encoding is not UTF-8".to_owned()));
    }

    let revision = read_revision(text.as_bytes(), &path).map_err(|problem| wrong(problem.to_string()))?;
    if revision.id != id || revision.down_revision != down_revision || revision.branch_labels != branch_labels {
        return Err(wrong("revision, down_revision or branch_labels are not in it".to_owned()));
    }
    Ok(NewRevision { revision, text })
}

/// A path as it would be typed in the current folder, where it is below that.
pub fn as_typed(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).to_path_buf()
}

/// The folder of the parent that comes first, where there are several; else the only one.
fn folder(layout: &Layout, parents: &[&Node]) -> PathBuf {
    let holds = |location: &PathBuf, file: &Path| location.canonicalize().is_ok_and(|real| file.starts_with(real));
    let of = |parent: &&Node| layout.version_locations.iter().find(|location| holds(location, &parent.revision.path));
    let first = parents.iter().find_map(of).or(layout.version_locations.first());
    first.cloned().unwrap_or_else(|| layout.script_location.join("versions"))
}

/// The names that Alembic gives a template.
fn words<'a>(
    mut words: Words<'a>,
    id: &str,
    message: &str,
    down_revision: &[String],
    branch_labels: &[String],
    created: ZonedDateTime,
    layout: &Layout,
) -> Result<Words<'a>, LayoutError> {
    use template::Value;
    let has_zone = layout.option("timezone")?.is_some();
    words.set("message", Value::Str(message.to_owned()));
    words.set("up_revision", Value::Str(id.to_owned()));
    words.set("down_revision", Value::ids(down_revision));
    words.set("depends_on", Value::None);
    words.set("create_date", Value::Moment(Box::new(created), has_zone));
    let labels: Vec<Value> = branch_labels.iter().cloned().map(Value::Str).collect();
    words.set("branch_labels", if labels.is_empty() { Value::None } else { Value::Tuple(labels) });
    Ok(words)
}

/// The databases that the parents' files have functions for: `upgrade_` and `upgrade_NAME`. Flask-Migrate's template asks
/// the application for them; a database that the parents do not know could not be upgraded to them either.
fn binds(parents: &[&Node]) -> Vec<String> {
    let mut names = Vec::new();
    for parent in parents {
        let Ok(bytes) = std::fs::read(&parent.revision.path) else { continue };
        let Ok(source) = python::decode(&bytes) else { continue };
        let functions = source.lines().filter_map(|line| line.strip_prefix("def upgrade_")?.split('(').next());
        for name in functions {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}
