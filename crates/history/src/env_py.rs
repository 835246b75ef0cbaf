//! Which version table `env.py` asks Alembic for: the literals of `context.configure(...)`, or of Flask-Migrate's
//! `Migrate(...)` where `env.py` passes those on. Runs nothing and guesses nothing.

use std::path::{Path, PathBuf};

use memchr::memmem;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, ModModule, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::bindings::Uses;
use super::evaluate::Names;
use super::files::read_source;
use super::layout::{Flavour, Layout};
use super::value::Value;
use python;
use version_table::VersionTable;

/// What the files say about the version table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Declared {
    /// Every call agrees on this one.
    Found(VersionTable),
    /// Nothing is said, so it is Alembic's default.
    Absent,
    /// Something is said that only Python can tell.
    Undecidable(Undecidable),
}

/// A `version_table…` argument that is no literal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: the version table cannot be decided without running Python: {expression}", path.display())]
pub struct Undecidable {
    /// The file.
    pub path: PathBuf,
    /// Counted from 1.
    pub line: usize,
    /// The argument.
    pub expression: String,
}

impl Declared {
    /// The table, with the configuration's name and schema in place of what the files say.
    pub fn settle(self, name: Option<String>, schema: Option<String>) -> Result<VersionTable, Undecidable> {
        let declared = match self {
            Self::Found(table) => table,
            Self::Absent => VersionTable::default(),
            Self::Undecidable(reason) if name.is_none() => return Err(reason),
            Self::Undecidable(_) => VersionTable::default(),
        };
        Ok(VersionTable { name: name.unwrap_or(declared.name), schema: schema.or(declared.schema), ..declared })
    }
}

/// Reads `env.py`, and the application's own files where Flask-Migrate's `env.py` passes their options on.
pub fn version_table(layout: &Layout) -> Declared {
    let path = layout.script_location.join("env.py");
    // Without a readable env.py there is no upgrade either, and that has an error of its own.
    let Ok(bytes) = read_source(&path) else { return Declared::Absent };
    let Ok(source) = python::decode(&bytes) else { return Declared::Absent };
    let is_flask = layout.flavour == Flavour::FlaskMigrate && source.contains("configure_args");
    let declared =
        if source.contains("version_table") { in_source(&source, &path, &["configure"]) } else { Declared::Absent };
    match declared {
        Declared::Absent if is_flask => in_application(Path::new(""), &layout.script_location),
        declared => declared,
    }
}

/// Whether `env.py` may decide by itself in which schema its connection works: then where the tables are is nothing that the
/// URL tells.
pub fn sets_search_path(layout: &Layout) -> bool {
    let env = read_source(&layout.script_location.join("env.py")).unwrap_or_default();
    memmem::find(&env, b"search_path").is_some()
}

/// What the calls of `functions` in one file say.
fn in_source(source: &str, path: &Path, functions: &[&str]) -> Declared {
    let undecidable = |range: TextRange| {
        let (line, expression) = (python::line_of(source, range.start()), python::excerpt(source, range));
        Declared::Undecidable(Undecidable { path: path.to_owned(), line, expression })
    };
    let module = match python::parse(source) {
        Ok(module) => module,
        Err(error) => {
            let (line, expression) = (error.line().unwrap_or(1), error.to_string());
            return Declared::Undecidable(Undecidable { path: path.to_owned(), line, expression });
        }
    };
    match calls(&module, functions) {
        Ok(tables) => match &tables[..] {
            [] => Declared::Absent,
            [(table, _), others @ ..] => match others.iter().find(|(other, _)| other != table) {
                Some((_, range)) => undecidable(*range),
                None => Declared::Found(table.clone()),
            },
        },
        Err(range) => undecidable(range),
    }
}

/// The table that each call asks for, or the argument that does not tell.
fn calls(module: &ModModule, functions: &[&str]) -> Result<Vec<(VersionTable, TextRange)>, TextRange> {
    let mut finder = Calls { functions, local: Vec::new(), found: Vec::new(), elsewhere: false };
    module.body.iter().for_each(|statement| finder.visit_stmt(statement));
    let mut names = Names::of(module, "env_py".to_owned());
    let mut tables = Vec::new();
    for (call, local) in &finder.found {
        let mut table = VersionTable::default();
        let mut says_so = false;
        for keyword in &call.arguments.keywords {
            let is_local = Uses::of_expression(&keyword.value).mentioned.iter().any(|name| local.contains(name));
            let value = if is_local { Value::Unknown(keyword.range) } else { names.eval(&keyword.value) };
            let arguments = match (&keyword.arg, value) {
                (Some(name), value) => vec![(name.to_string(), value)],
                (None, Value::Dict(items)) => {
                    items.into_iter().filter_map(|(key, value)| Some((key.text()?, value))).collect()
                }
                // A dictionary that cannot be followed: in doubt only where this file may have put a name into it.
                (None, _) if finder.elsewhere => return Err(keyword.range),
                (None, _) => continue,
            };
            for (name, value) in arguments {
                let range = value.unknown().copied().unwrap_or(keyword.range);
                match (name.as_str(), value) {
                    ("version_table", Value::Str(name)) => table.name = name,
                    ("version_table_schema", Value::Str(schema)) => table.schema = Some(schema),
                    ("version_table_schema", Value::None) => table.schema = None,
                    ("version_table_pk", value) if value.truth().is_some() => {
                        table.primary_key = value.truth() == Some(true);
                    }
                    (name, _) if is_argument(name) => return Err(range),
                    _ => continue,
                }
                says_so = true;
            }
        }
        if says_so {
            tables.push((table, call.range()));
        }
    }
    Ok(tables)
}

/// Calls of functions by their last name, with the names that are local where they stand.
struct Calls<'a, 'f> {
    functions: &'f [&'f str],
    local: Vec<&'a str>,
    found: Vec<(&'a ExprCall, Vec<&'a str>)>,
    /// Whether one of the arguments is named outside these calls.
    elsewhere: bool,
}

fn is_argument(name: &str) -> bool {
    matches!(name, "version_table" | "version_table_schema" | "version_table_pk")
}

impl<'a> Visitor<'a> for Calls<'a, '_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let outer = self.local.len();
        if let Stmt::FunctionDef(function) = statement {
            self.local.extend(function.parameters.iter().map(|parameter| parameter.name().as_str()));
            self.local.extend(Uses::of_statements(&function.body).bound);
        }
        walk_stmt(self, statement);
        self.local.truncate(outer);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression {
            let name = match &*call.func {
                Expr::Attribute(attribute) => attribute.attr.as_str(),
                Expr::Name(name) => name.id.as_str(),
                _ => "",
            };
            if self.functions.contains(&name) {
                self.found.push((call, self.local.clone()));
            } else {
                let mut named = call.arguments.keywords.iter().filter_map(|keyword| keyword.arg.as_ref());
                self.elsewhere |= named.any(|name| is_argument(name));
            }
        }
        if let Expr::StringLiteral(literal) = expression {
            self.elsewhere |= is_argument(literal.value.to_str());
        }
        walk_expr(self, expression);
    }
}

/// What `Migrate(...)` and `init_app(...)` say in the application's files: those below the current folder, without
/// virtualenvs, hidden folders, packages and the migrations themselves.
fn in_application(folder: &Path, script_location: &Path) -> Declared {
    const DEEPEST: usize = 6;
    const MOST_FILES: usize = 2000;

    let mut found = Declared::Absent;
    let mut files = 0;
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let here = if folder.as_os_str().is_empty() { Path::new(".") } else { &folder };
        let mut entries: Vec<_> = std::fs::read_dir(here).into_iter().flatten().flatten().collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let (path, kind) = (folder.join(&name), entry.file_type());
            let skipped = name.starts_with('.') || ["node_modules", "site-packages", "__pycache__"].contains(&&*name);
            if kind.as_ref().is_ok_and(std::fs::FileType::is_dir) {
                if !skipped && depth < DEEPEST && path != script_location && !path.join("pyvenv.cfg").exists() {
                    folders.push((path, depth + 1));
                }
            } else if name.ends_with(".py") && files < MOST_FILES {
                files += 1;
                match in_application_file(&path) {
                    Declared::Absent => {}
                    declared if found == Declared::Absent || declared == found => found = declared,
                    Declared::Found(table) => {
                        let expression = format!("version_table {table} here, and another in another file");
                        return Declared::Undecidable(Undecidable { path, line: 1, expression });
                    }
                    undecidable => return undecidable,
                }
            }
        }
    }
    found
}

fn in_application_file(path: &Path) -> Declared {
    let Ok(bytes) = read_source(path) else { return Declared::Absent };
    let holds = |word: &str| memmem::find(&bytes, word.as_bytes()).is_some();
    if !(holds("version_table") && holds("Migrate")) {
        return Declared::Absent;
    }
    match python::decode(&bytes) {
        Ok(source) => in_source(&source, path, &["Migrate", "init_app"]),
        Err(_) => Declared::Absent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str) -> String {
        match in_source(source, Path::new("env.py"), &["configure"]) {
            Declared::Found(table) => format!("{table} {}", table.primary_key),
            Declared::Absent => "absent".to_owned(),
            Declared::Undecidable(Undecidable { line, expression, .. }) => format!("{line}: {expression}"),
        }
    }

    #[test]
    fn literals_of_configure_are_found_wherever_they_stand() {
        let cases = [
            ("context.configure(url=url, target_metadata=m)", "absent"),
            ("context.configure(version_table='v')", "v true"),
            (
                "def f():\n    with x:\n        context.configure(c, version_table='v', version_table_schema='s')",
                "s.v true",
            ),
            ("T = 'v' + '2'\ndef f():\n    configure(version_table=T, version_table_pk=False)", "v2 false"),
            (
                "O = {'version_table': 'v', 'version_table_schema': None}\ndef f():\n    context.configure(**O)",
                "v true",
            ),
            ("O = {'version_table': 'v'}\ndef f():\n    context.configure(**O)\nf()", "3: **O"),
            ("def f():\n    o = dict(version_table='v')\n    context.configure(**o)", "3: **o"),
            ("context.configure(version_table='v', **other())", "v true"),
            ("context.configure(**other())", "absent"),
            (
                "def a():\n context.configure(version_table='v')\ndef b():\n context.configure(x, version_table='v')",
                "v true",
            ),
            (
                "def a():\n context.configure(version_table='v')\ndef b():\n context.configure(version_table='w')",
                "4: context.configure(version_table='w')",
            ),
            ("context.configure(version_table=os.environ['T'])", "1: os.environ['T']"),
            ("T = 'v'\ndef f(T):\n    context.configure(version_table=T)", "3: version_table=T"),
            ("def f():\n    t = 'v'\n    context.configure(version_table=t)", "3: version_table=t"),
            ("context.configure(version_table='v'", "1: syntax error on line 1: unexpected EOF while parsing"),
        ];
        for (source, expected) in cases {
            assert_eq!(shown(source), expected, "{source}");
        }
    }

    #[test]
    fn the_configuration_comes_first() {
        let reason = Undecidable { path: "env.py".into(), line: 3, expression: "f()".to_owned() };
        let undecidable = || Declared::Undecidable(reason.clone());
        assert_eq!(undecidable().settle(None, Some("s".to_owned())), Err(reason.clone()));
        let named = undecidable().settle(Some("v".to_owned()), None).map(|table| table.to_string());
        assert_eq!(named.as_deref(), Ok("v"));
        let found = Declared::Found(VersionTable { name: "v".to_owned(), ..VersionTable::default() });
        let named = found.settle(None, Some("s".to_owned())).map(|table| table.to_string());
        assert_eq!(named.as_deref(), Ok("s.v"));
    }
}
