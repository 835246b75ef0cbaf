//! The options that Alembic finds in `alembic.ini` and `pyproject.toml` together.

use std::path::{Path, PathBuf};

use super::ini::{Ini, interpolate};
use super::layout::LayoutError;

/// Both files, either of which may be missing.
#[derive(Debug, Clone, Default)]
pub(super) struct AlembicConfig {
    ini: Option<(PathBuf, Ini)>,
    toml: Option<(PathBuf, toml::Table)>,
    section: String,
    /// `%(here)s` of the toml file.
    toml_here: String,
}

impl AlembicConfig {
    /// Reads the files that are there; paths that are not are left out, as Alembic does. `section` is the ini file's.
    pub(super) fn read(cwd: &Path, ini: &Path, toml: &Path, section: &str) -> Result<Self, LayoutError> {
        let mut config = Self { section: section.to_owned(), ..Self::default() };
        if let Some(text) = read_text(cwd, ini)? {
            let parsed = Ini::parse(&text, &here(cwd, ini));
            let parsed = parsed.map_err(|error| LayoutError::Ini { path: ini.to_owned(), error })?;
            config.ini = Some((ini.to_owned(), parsed));
        }
        if let Some(text) = read_text(cwd, toml)? {
            config.toml_here = here(cwd, toml);
            let table = text.parse::<toml::Table>().map_err(|error| LayoutError::Toml {
                path: toml.to_owned(),
                line: error.span().map_or(0, |span| 1 + text[..span.start].matches('\n').count()),
                reason: error.message().to_owned(),
            })?;
            if let Some(table) = table.get("tool").and_then(|tool| tool.get("alembic")).and_then(toml::Value::as_table)
            {
                config.toml = Some((toml.to_owned(), table.clone()));
            }
        }
        Ok(config)
    }

    /// The files that have something to say.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let ini = self.ini.as_ref().map(|(path, _)| path.clone());
        ini.into_iter().chain(self.toml.as_ref().map(|(path, _)| path.clone())).collect()
    }

    /// A string option: the ini file's, else the toml file's.
    pub(super) fn string(&self, option: &str) -> Result<Option<String>, LayoutError> {
        if let Some(value) = self.ini_string(option)? {
            return Ok(Some(value));
        }
        match self.toml_value(option) {
            None => Ok(None),
            Some(toml::Value::String(text)) => self.percent(option, text).map(Some),
            Some(toml::Value::Integer(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(self.wrong_type(option, "a string")),
        }
    }

    /// An option of the ini file only, interpolated.
    pub(super) fn ini_string(&self, option: &str) -> Result<Option<String>, LayoutError> {
        let Some((path, ini)) = &self.ini else { return Ok(None) };
        ini.get(&self.section, option).map_err(|error| LayoutError::Ini { path: path.clone(), error })
    }

    /// A list option of the toml file.
    pub(super) fn toml_list(&self, option: &str) -> Result<Option<Vec<String>>, LayoutError> {
        let Some(value) = self.toml_value(option) else { return Ok(None) };
        let wrong_type = || self.wrong_type(option, "an array of strings");
        let items = value.as_array().ok_or_else(wrong_type)?;
        let text = |item: &toml::Value| self.percent(option, item.as_str().ok_or_else(wrong_type)?);
        items.iter().map(text).collect::<Result<_, _>>().map(Some)
    }

    /// A boolean option: `true` and nothing else in the ini file, a real boolean in the toml file.
    pub(super) fn boolean(&self, option: &str) -> Result<bool, LayoutError> {
        if let Some(value) = self.ini_string(option)? {
            return Ok(value == "true");
        }
        match self.toml_value(option) {
            None => Ok(false),
            Some(toml::Value::Boolean(value)) => Ok(*value),
            Some(_) => Err(self.wrong_type(option, "true or false, without quotes")),
        }
    }

    /// The character that an option names to split lists of paths at; `None` where none of these options is there.
    pub(super) fn separator(&self, options: &[&str]) -> Result<Option<char>, LayoutError> {
        for option in options {
            let Some(value) = self.ini_string(option)? else { continue };
            return match value.as_str() {
                "space" => Ok(Some(' ')),
                "newline" => Ok(Some('\n')),
                "os" | ":" => Ok(Some(':')),
                ";" => Ok(Some(';')),
                _ => Err(LayoutError::Separator { option: (*option).to_owned(), value }),
            };
        }
        Ok(None)
    }

    /// The names of the post-write hooks, of the ini file or of the toml file.
    pub(super) fn post_write_hooks(&self) -> Result<Vec<String>, LayoutError> {
        const SECTION: &str = "post_write_hooks";
        if let Some((path, ini)) = &self.ini {
            let hooks = ini.get(SECTION, "hooks").map_err(|error| LayoutError::Ini { path: path.clone(), error })?;
            if let Some(hooks) = hooks.filter(|hooks| !hooks.trim().is_empty()) {
                return Ok(hooks.split([',', ' ', '\n']).filter(|name| !name.is_empty()).map(str::to_owned).collect());
            }
        }
        let hooks = self.toml_value(SECTION).and_then(toml::Value::as_array);
        let name = |hook: &toml::Value| Some(hook.get("name")?.as_str()?.to_owned());
        Ok(hooks.into_iter().flatten().filter_map(name).collect())
    }

    /// The ini file's text with other `version_locations` and without hooks, of the toml file's too. It may be made up: what
    /// is not in it Alembic takes from the toml file.
    pub(super) fn ini_of_copy(&self, version_locations: &[PathBuf]) -> String {
        let mut ini = self.ini.as_ref().map(|(_, ini)| ini.clone()).unwrap_or_default();
        // Without locations nobody has read it: Alembic 1.7 to 1.15 leave a comment in its value.
        let separator = self.separator(&["path_separator", "version_path_separator"]).ok().flatten();
        if separator.is_none() {
            ini.set(&self.section, "version_path_separator", "os");
        }
        let locations: Vec<_> =
            version_locations.iter().map(|path| path.to_string_lossy().replace('%', "%%")).collect();
        ini.set(&self.section, "version_locations", &locations.join(&separator.unwrap_or(':').to_string()));
        ini.empty("post_write_hooks");
        ini.to_string()
    }

    fn toml_value(&self, option: &str) -> Option<&toml::Value> {
        self.toml.as_ref().and_then(|(_, table)| table.get(option))
    }

    /// Strings of the toml file are `%`-formatted with `here` only.
    fn percent(&self, option: &str, value: &str) -> Result<String, LayoutError> {
        let here = self.toml_here.replace('%', "%%");
        let raw = |name: &str| (name == "here").then_some(here.as_str());
        interpolate(option, value, &raw).map_err(|error| LayoutError::Ini { path: self.toml_path(), error })
    }

    fn wrong_type(&self, option: &str, expected: &'static str) -> LayoutError {
        LayoutError::TomlType { path: self.toml_path(), option: option.to_owned(), expected }
    }

    fn toml_path(&self) -> PathBuf {
        self.toml.as_ref().map(|(path, _)| path.clone()).unwrap_or_default()
    }
}

fn here(cwd: &Path, file: &Path) -> String {
    cwd.join(file).parent().unwrap_or(cwd).to_string_lossy().into_owned()
}

fn read_text(cwd: &Path, file: &Path) -> Result<Option<String>, LayoutError> {
    let path = cwd.join(file);
    if !path.is_file() {
        return Ok(None);
    }
    let unreadable = |reason: String| LayoutError::Unreadable { path: file.to_owned(), reason };
    let bytes = std::fs::read(&path).map_err(|error| unreadable(error.to_string()))?;
    String::from_utf8(bytes).map(Some).map_err(|_| unreadable("it is not UTF-8".to_owned()))
}
