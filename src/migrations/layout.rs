//! Where the migrations of an application are, found as Alembic and Flask-Migrate find them.
//!
//! Reads configuration files only; takes the environment's words as values.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::alembic_config::AlembicConfig;
use super::ini::IniError;
use super::packages;

/// What flags and environment say about where to look.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// A folder that settles it: Flask-Migrate's, one with `env.py`, or one with `alembic.ini`.
    pub migrations: Option<PathBuf>,
    /// `-c`, at most one ini and one `pyproject.toml`.
    pub config_files: Vec<PathBuf>,
    /// `-n`, the ini file's section; `alembic` when left out.
    pub section: Option<String>,
    /// `ALEMBIC_CONFIG`; empty is unset.
    pub alembic_config: Option<PathBuf>,
    /// `FLASK_DB_DIRECTORY` or `-d`.
    pub flask_db_directory: Option<PathBuf>,
    /// `PYTHONPATH`, where `package:folder` is looked up.
    pub python_path: Option<OsString>,
    /// `VIRTUAL_ENV`, the same.
    pub virtual_env: Option<PathBuf>,
}

/// Which tool the application uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// `alembic`.
    Alembic,
    /// `flask db`.
    FlaskMigrate,
}

/// Where everything is. Relative paths are relative to the current folder.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Which tool upgrades.
    pub flavour: Flavour,
    /// The folder with `env.py`.
    pub script_location: PathBuf,
    /// The folders with revision files, in order; some may not exist.
    pub version_locations: Vec<PathBuf>,
    /// Whether their subfolders count.
    pub recursive: bool,
    /// The configuration files that were found.
    pub config_files: Vec<PathBuf>,
    /// `-n`, where it was given.
    pub section: Option<String>,
    config: AlembicConfig,
}

/// Why the migrations are not found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// Neither a configuration nor a folder.
    #[error("no migrations found: there is no {}", looked_for.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", no "))]
    Nothing {
        /// What was looked for.
        looked_for: Vec<PathBuf>,
    },
    /// A configuration file that was named and is not there.
    #[error("configuration file {} does not exist", path.display())]
    NoConfigFile {
        /// As named.
        path: PathBuf,
    },
    /// A configuration file that cannot be read.
    #[error("configuration file {} cannot be read: {reason}", path.display())]
    Unreadable {
        /// As named.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// An ini file, or an interpolated value, that is not right.
    #[error("{}: {error}", path.display())]
    Ini {
        /// As named.
        path: PathBuf,
        /// What is wrong.
        error: IniError,
    },
    /// A toml file that is none.
    #[error("{}:{line}: {reason}", path.display())]
    Toml {
        /// As named.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// The parser's words.
        reason: String,
    },
    /// An option of the wrong type.
    #[error("{}: [tool.alembic] {option} is not {expected}", path.display())]
    TomlType {
        /// As named.
        path: PathBuf,
        /// Which option.
        option: String,
        /// What it has to be.
        expected: &'static str,
    },
    /// A path separator that Alembic does not know.
    #[error("'{value}' is not a valid value for {option}; expected 'space', 'newline', 'os', ':', ';'")]
    Separator {
        /// Which option.
        option: String,
        /// What it says.
        value: String,
    },
    /// A configuration without the one option that it must have.
    #[error("No 'script_location' key found in configuration ({})", files.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", "))]
    NoScriptLocation {
        /// The files that were read.
        files: Vec<PathBuf>,
    },
    /// A script folder that is not there.
    #[error("migrations folder {} does not exist", path.display())]
    NoScriptFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A folder that was named and holds neither `env.py` nor `alembic.ini`.
    #[error("{} holds neither env.py nor alembic.ini", path.display())]
    NotMigrations {
        /// The folder.
        path: PathBuf,
    },
    /// `package:folder` of a package that is nowhere.
    #[error("package '{package}' of {option} is not found")]
    NoPackage {
        /// The package.
        package: String,
        /// Which option names it.
        option: &'static str,
    },
    /// `sourceless = true`.
    #[error("sourceless is set: compiled revision files cannot be read without Python")]
    Sourceless,
}

impl LayoutError {
    /// The one thing to do next.
    pub fn next(&self) -> String {
        match self {
            Self::Nothing { .. } => {
                "name the migrations folder: STILLHEAD_MIGRATIONS=DIR or --migrations DIR".to_owned()
            }
            Self::NoConfigFile { .. } => "correct -c or ALEMBIC_CONFIG, or ship the file in the image".to_owned(),
            Self::Unreadable { path, .. } => format!("make {} a readable UTF-8 file", path.display()),
            Self::Ini { path, error: IniError::Interpolation { option, .. } } => {
                format!("correct '{option}' in {}", path.display())
            }
            Self::Ini { path, .. } | Self::Toml { path, .. } => format!("correct {}", path.display()),
            Self::TomlType { path, option, expected } => format!("make {option} in {} {expected}", path.display()),
            Self::Separator { option, .. } => format!("set {option} = os"),
            Self::NoScriptLocation { .. } => {
                "set script_location there, or name the folder: STILLHEAD_MIGRATIONS=DIR".to_owned()
            }
            Self::NoScriptFolder { path } => {
                format!("ship {} in the image, or start in the application's folder", path.display())
            }
            Self::NotMigrations { .. } => "name the folder that holds env.py".to_owned(),
            Self::NoPackage { package, .. } => format!("set PYTHONPATH to the folder that holds {package}"),
            Self::Sourceless => "ship the .py files of the revisions and drop sourceless".to_owned(),
        }
    }
}

impl Layout {
    /// The application's own upgrade to all heads.
    pub fn upgrade_command(&self) -> Vec<OsString> {
        let mut words: Vec<OsString> = Vec::new();
        match self.flavour {
            Flavour::FlaskMigrate => {
                words.extend(["flask", "db", "upgrade", "-d"].map(OsString::from));
                words.push(self.script_location.clone().into_os_string());
            }
            Flavour::Alembic => {
                words.push("alembic".into());
                for file in &self.config_files {
                    words.extend(["-c".into(), file.clone().into_os_string()]);
                }
                if let Some(section) = &self.section {
                    words.extend(["-n".into(), section.into()]);
                }
                words.push("upgrade".into());
            }
        }
        words.push("heads".into());
        words
    }

    /// An option of the configuration by its name, `file_template` for example.
    pub fn option(&self, name: &str) -> Result<Option<String>, LayoutError> {
        self.config.string(name)
    }
}

/// Finds the migrations: an explicit folder; else `-c` or `ALEMBIC_CONFIG`; else Flask-Migrate's folder where one is
/// named; else `alembic.ini` or `pyproject.toml` here; else Flask-Migrate's `migrations`.
pub fn locate(search: &Search) -> Result<Layout, LayoutError> {
    locate_in(&std::env::current_dir().unwrap_or_default(), search)
}

/// As [`locate`], with `cwd` as the current folder.
pub(super) fn locate_in(cwd: &Path, search: &Search) -> Result<Layout, LayoutError> {
    let finder = Finder { cwd, search, section: search.section.as_deref().unwrap_or("alembic") };
    if let Some(folder) = &search.migrations {
        return finder.folder(folder);
    }
    let alembic_config = search.alembic_config.clone().filter(|path| !path.as_os_str().is_empty());
    let named = if search.config_files.is_empty() { alembic_config.as_slice() } else { &search.config_files };
    if !named.is_empty() {
        for path in named {
            if !cwd.join(path).is_file() {
                return Err(LayoutError::NoConfigFile { path: path.clone() });
            }
        }
        return finder.alembic(finder.config(named)?);
    }
    if let Some(folder) = search.flask_db_directory.as_ref().filter(|path| !path.as_os_str().is_empty()) {
        return finder.flask(folder);
    }
    let config = finder.config(&[])?;
    let flask = Path::new("migrations");
    match config.string("script_location")? {
        None if cwd.join(flask).join("env.py").is_file() => finder.flask(flask),
        None if config.files().is_empty() => {
            let looked_for = ["alembic.ini", "pyproject.toml with [tool.alembic]", "migrations/env.py"];
            Err(LayoutError::Nothing { looked_for: looked_for.map(PathBuf::from).to_vec() })
        }
        _ => finder.alembic(config),
    }
}

struct Finder<'a> {
    cwd: &'a Path,
    search: &'a Search,
    section: &'a str,
}

impl Finder<'_> {
    /// The two configuration files, replaced by those of `named`.
    fn config(&self, named: &[PathBuf]) -> Result<AlembicConfig, LayoutError> {
        let is_toml = |path: &&PathBuf| path.file_name().is_some_and(|name| name == "pyproject.toml");
        let toml = named.iter().find(is_toml).map_or(Path::new("pyproject.toml"), PathBuf::as_path);
        let ini = named.iter().find(|path| !is_toml(path)).map_or(Path::new("alembic.ini"), PathBuf::as_path);
        AlembicConfig::read(self.cwd, ini, toml, self.section)
    }

    fn folder(&self, folder: &Path) -> Result<Layout, LayoutError> {
        let here = self.cwd.join(folder);
        let (has_env, ini) = (here.join("env.py").is_file(), folder.join("alembic.ini"));
        if !here.is_dir() {
            return Err(LayoutError::NoScriptFolder { path: folder.to_owned() });
        }
        if self.cwd.join(&ini).is_file() {
            let config = self.config(&[ini])?;
            return if has_env && config.string("script_location")?.is_none() {
                self.flask(folder)
            } else {
                self.alembic(config)
            };
        }
        if !has_env {
            return Err(LayoutError::NotMigrations { path: folder.to_owned() });
        }
        // A script folder alone: its configuration is the one here that names it, or none.
        let config = self.config(&[])?;
        if config.string("script_location")?.is_some() {
            let layout = self.alembic(config)?;
            if same_file(&self.cwd.join(&layout.script_location), &here) {
                return Ok(layout);
            }
        }
        let mut layout = self.layout(Flavour::Alembic, folder.to_owned(), AlembicConfig::default())?;
        layout.section = None;
        Ok(layout)
    }

    /// Flask-Migrate reads `<folder>/alembic.ini` alone and sets `script_location` itself.
    fn flask(&self, folder: &Path) -> Result<Layout, LayoutError> {
        let none = Path::new("");
        let config = AlembicConfig::read(self.cwd, &folder.join("alembic.ini"), none, "alembic")?;
        self.layout(Flavour::FlaskMigrate, folder.to_owned(), config)
    }

    fn alembic(&self, config: AlembicConfig) -> Result<Layout, LayoutError> {
        let location = config.string("script_location")?;
        let location = location.ok_or_else(|| LayoutError::NoScriptLocation { files: config.files() })?;
        let script_location = self.resource(&location, "script_location", &config)?;
        self.layout(Flavour::Alembic, script_location, config)
    }

    fn layout(&self, flavour: Flavour, script: PathBuf, config: AlembicConfig) -> Result<Layout, LayoutError> {
        if !self.cwd.join(&script).exists() {
            return Err(LayoutError::NoScriptFolder { path: script });
        }
        if config.boolean("sourceless")? {
            return Err(LayoutError::Sourceless);
        }
        let version_locations = match self.version_locations(&config)? {
            Some(locations) if !locations.is_empty() => locations
                .iter()
                .map(|location| self.resource(location, "version_locations", &config))
                .collect::<Result<_, _>>()?,
            _ => vec![script.join("versions")],
        };
        Ok(Layout {
            flavour,
            script_location: script,
            version_locations,
            recursive: config.boolean("recursive_version_locations")?,
            config_files: config.files(),
            section: self.search.section.clone(),
            config,
        })
    }

    fn version_locations(&self, config: &AlembicConfig) -> Result<Option<Vec<String>>, LayoutError> {
        match config.ini_string("version_locations")?.filter(|text| !text.is_empty()) {
            Some(text) => {
                let separator = config.separator(&["path_separator", "version_path_separator"])?;
                Ok(Some(split(&text, separator, &[])))
            }
            None => config.toml_list("version_locations"),
        }
    }

    /// A path, or `package:folder[:folder]` of an installed package.
    fn resource(&self, location: &str, option: &'static str, config: &AlembicConfig) -> Result<PathBuf, LayoutError> {
        let path = PathBuf::from(location);
        let Some((package, folders)) = location.split_once(':').filter(|_| !path.is_absolute()) else {
            return Ok(path);
        };
        let mut found = packages::find(package, &self.python_path(config)?)
            .ok_or_else(|| LayoutError::NoPackage { package: package.to_owned(), option })?;
        found.extend(folders.split(':'));
        Ok(found)
    }

    /// `sys.path` as `alembic` has it when it looks for a package.
    fn python_path(&self, config: &AlembicConfig) -> Result<Vec<PathBuf>, LayoutError> {
        let prepended = match config.ini_string("prepend_sys_path")?.filter(|text| !text.is_empty()) {
            Some(text) => split(&text, config.separator(&["path_separator"])?, &[':']),
            None => config.toml_list("prepend_sys_path")?.unwrap_or_default(),
        };
        let prepended = prepended.into_iter().map(|path| self.cwd.join(path));
        let listed = self.search.python_path.iter().flat_map(std::env::split_paths).map(|path| self.cwd.join(path));
        let mut path: Vec<PathBuf> = prepended.chain(listed).collect();
        path.extend(packages::site_packages(self.search.virtual_env.as_deref()));
        path.push(self.cwd.to_owned());
        Ok(path)
    }
}

/// Splits a list of paths at `separator`; without one at spaces, commas and `also`, as Alembic did before it had one.
fn split(text: &str, separator: Option<char>, also: &[char]) -> Vec<String> {
    if let Some(separator) = separator {
        return text.split(separator).filter(|item| !item.is_empty()).map(|item| item.trim().to_owned()).collect();
    }
    let mut items = vec![String::new()];
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            ',' | ' ' => {
                while rest.next_if_eq(&' ').is_some() {}
                items.push(String::new());
            }
            c if also.contains(&c) => items.push(String::new()),
            c => items.last_mut().expect("never empty").push(c),
        }
    }
    items
}

fn same_file(left: &Path, right: &Path) -> bool {
    matches!((left.canonicalize(), right.canonicalize()), (Ok(left), Ok(right)) if left == right)
}
