//! Where the migrations of an application are, found as Alembic and Flask-Migrate find them.
//!
//! Reads configuration files only; takes the environment's words as values.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::alembic_config::AlembicConfig;
use super::imports::root_of;
pub use super::layout_error::LayoutError;
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
    /// `PATH`: the packages of the Python whose programs come first on it are found without a `VIRTUAL_ENV`, too.
    pub path: Option<OsString>,
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
    /// The folder that the configuration is meant to be used in, where that is not the current one.
    pub working_folder: Option<PathBuf>,
    pub(super) config: AlembicConfig,
    pub(super) cwd: PathBuf,
    pub(super) search: Search,
}

impl Layout {
    /// `sys.path` as the migrations have it, as far as files tell; at its end where the package that holds them is.
    pub(super) fn python_path(&self) -> Vec<PathBuf> {
        let finder = Finder { cwd: &self.cwd, search: &self.search, section: "" };
        let mut path = finder.python_path(&self.config).unwrap_or_default();
        path.push(root_of(&self.cwd.join(&self.script_location)).to_owned());
        path
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

#[derive(Clone, Copy)]
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
            if has_env && let Some(layout) = self.naming(&ini, &here)? {
                return Ok(layout);
            }
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
        // A script folder alone: its configuration is the one that names it, here or in a folder above it; or none.
        for above in folder.ancestors().skip(1).filter(|_| folder.is_relative()) {
            if let Some(layout) = self.naming(&above.join("alembic.ini"), &here)? {
                return Ok(layout);
            }
        }
        // Flask-Migrate's asks the application for everything.
        let env = std::fs::read(here.join("env.py")).unwrap_or_default();
        if env.windows(b"current_app".len()).any(|window| window == b"current_app") {
            return self.flask(folder);
        }
        self.layout(Flavour::Alembic, folder.to_owned(), AlembicConfig::default())
    }

    /// The layout of a configuration file that names the script folder `here`: as seen from the current folder or, since many
    /// paths are written that way, from its own.
    fn naming(&self, ini: &Path, here: &Path) -> Result<Option<Layout>, LayoutError> {
        let own = ini.parent().unwrap_or(Path::new(""));
        let name = ini.file_name().map(PathBuf::from).unwrap_or_default();
        let places = [(Path::new(""), ini.to_owned()), (own, name)];
        for (working, ini) in places.iter().take(if own.as_os_str().is_empty() { 1 } else { 2 }) {
            let cwd = self.cwd.join(working);
            let finder = Finder { cwd: &cwd, ..*self };
            let config = finder.config(std::slice::from_ref(ini))?;
            if config.string("script_location")?.is_none() {
                return Ok(None);
            }
            let Ok(layout) = finder.alembic(config) else { continue };
            if same_file(&cwd.join(&layout.script_location), here) {
                let is_here = working.as_os_str().is_empty();
                return Ok(Some(if is_here { layout } else { layout.seen_from_above(working) }));
            }
        }
        Ok(None)
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
            working_folder: None,
            config,
            cwd: self.cwd.to_owned(),
            search: self.search.clone(),
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
        path.extend(packages::site_packages(self.search.virtual_env.as_deref(), self.search.path.as_deref()));
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes files in a folder of its own and shows what is located there.
    fn located(files: &[(&str, &str)], search: &Search) -> Result<String, LayoutError> {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let layout = locate_in(folder.path(), search)?;
        let words: Vec<String> =
            layout.upgrade_command("heads").iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let versions: Vec<String> = layout.version_locations.iter().map(|path| path.display().to_string()).collect();
        Ok(format!("{} | {}", words.join(" "), versions.join(" ")))
    }

    const FLASK: (&str, &str) = ("migrations/env.py", "from flask import current_app\n");
    const FLASK_INI: (&str, &str) = ("migrations/alembic.ini", "[alembic]\nfile_template = x\n");
    const INI: (&str, &str) = ("alembic.ini", "[alembic]\nscript_location = mig\n");
    const SCRIPTS: (&str, &str) = ("mig/env.py", "");

    #[test]
    fn what_is_named_comes_before_what_is_found() {
        let none = Search::default;
        let path = |path: &str| Some(PathBuf::from(path));
        let flask = "flask db upgrade -d migrations heads | migrations/versions";
        let alembic = "alembic -c alembic.ini upgrade heads | mig/versions";
        type Case<'a> = (&'a [(&'a str, &'a str)], Search, &'a str);
        let cases: &[Case<'_>] = &[
            (&[FLASK, FLASK_INI], none(), flask),
            (&[FLASK], none(), flask),
            (&[FLASK, FLASK_INI, INI, SCRIPTS], none(), alembic),
            (&[FLASK, ("alembic.ini", "[alembic]\nx = 1\n")], none(), flask),
            (&[FLASK, INI, SCRIPTS], Search { flask_db_directory: path("migrations"), ..none() }, flask),
            (&[FLASK, INI, SCRIPTS], Search { flask_db_directory: path(""), ..none() }, alembic),
            (&[FLASK, INI, SCRIPTS], Search { migrations: path("migrations"), ..none() }, flask),
            (&[FLASK, INI, SCRIPTS], Search { migrations: path("mig"), ..none() }, alembic),
            (&[FLASK, SCRIPTS], Search { migrations: path("mig"), ..none() }, "alembic upgrade heads | mig/versions"),
            (
                &[SCRIPTS, ("conf/alembic.ini", "[alembic]\nscript_location = mig\n")],
                Search { migrations: path("conf"), ..none() },
                "alembic -c conf/alembic.ini upgrade heads | mig/versions",
            ),
            (
                &[SCRIPTS, FLASK, ("other.ini", "[two]\nscript_location = mig\n")],
                Search { alembic_config: path("other.ini"), section: Some("two".to_owned()), ..none() },
                "alembic -c other.ini -n two upgrade heads | mig/versions",
            ),
            (
                &[SCRIPTS, INI, ("a/pyproject.toml", "[tool.alembic]\nversion_locations = ['v']\n")],
                Search { config_files: vec!["a/pyproject.toml".into()], alembic_config: path("no"), ..none() },
                "alembic -c alembic.ini -c a/pyproject.toml upgrade heads | v",
            ),
        ];
        for (files, search, expected) in cases {
            assert_eq!(located(files, search).as_deref(), Ok(*expected), "{files:?} {search:?}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let path = |path: &str| Some(PathBuf::from(path));
        let error = |files: &[(&str, &str)], search: &Search| located(files, search).unwrap_err().to_string();
        let none = Search::default;
        assert!(error(&[], &none()).starts_with("no migrations found: there is no alembic.ini"));
        let named = Search { config_files: vec!["x.ini".into()], ..none() };
        assert_eq!(error(&[INI], &named), "configuration file x.ini does not exist");
        let folder = Search { migrations: path("nowhere"), ..none() };
        assert_eq!(error(&[INI], &folder), "migrations folder nowhere does not exist");
        let folder = Search { migrations: path("mig"), ..none() };
        assert_eq!(error(&[("mig/x", "")], &folder), "mig holds neither env.py nor alembic.ini");
        assert_eq!(
            error(&[("alembic.ini", "[alembic]\nscript_location = %(x)s\n")], &none()),
            "alembic.ini: the value of 'script_location' cannot be interpolated: there is no option 'x'"
        );
        assert_eq!(error(&[("pyproject.toml", "a = 1\nb = \n")], &none()).split(": ").next(), Some("pyproject.toml:2"));
        let sourceless = ("alembic.ini", "[alembic]\nscript_location = mig\nsourceless = true\n");
        assert!(error(&[sourceless, SCRIPTS], &none()).starts_with("sourceless is set"));
    }
}
