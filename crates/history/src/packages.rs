//! Finding an installed Python package on the file system, without importing it.

use std::path::{Path, PathBuf};

/// What Python brings along. Most of it is loaded before any file of an application is, and hides one of its name.
const STANDARD_LIBRARY: &str = "abc aifc argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect builtins bz2 \
    cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall concurrent \
    configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal \
    difflib dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput \
    fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib \
    heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword \
    lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder \
    multiprocessing netrc nntplib ntpath numbers opcode operator optparse os pathlib pdb pickle pickletools \
    pipes pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc \
    pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors \
    shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 ssl stat statistics \
    string stringprep struct subprocess symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile \
    termios textwrap threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle \
    types typing unicodedata unittest urllib uuid venv warnings wave weakref webbrowser wsgiref xdrlib xml \
    xmlrpc zipapp zipfile zipimport zlib zoneinfo";

/// The file of a module, dotted name included, along `sys.path`: its own, its `__init__.py`, or the folder of a package without.
pub(super) fn module(dotted: &str, python_path: &[PathBuf]) -> Option<PathBuf> {
    let mut parts = dotted.split('.');
    let first = parts.next().filter(|first| STANDARD_LIBRARY.split(' ').all(|name| name != *first))?;
    let mut found = in_folders(first, python_path)?;
    for part in parts {
        let folder = if found.is_dir() { found } else { package_of(&found)?.to_owned() };
        found = in_folders(part, &[folder])?;
    }
    Some(found)
}

fn in_folders(name: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    let regular = |folder: &PathBuf| {
        let files = [folder.join(name).join("__init__.py"), folder.join(format!("{name}.py"))];
        files.into_iter().find(|file| file.is_file())
    };
    let folders_of_name = || folders.iter().map(|folder| folder.join(name));
    folders.iter().find_map(regular).or_else(|| folders_of_name().find(|folder| folder.is_dir()))
}

/// The folder of a package by its `__init__.py`; a module by itself has none.
fn package_of(file: &Path) -> Option<&Path> {
    if file.file_name()? == "__init__.py" { file.parent() } else { None }
}

/// The folder of a package, dotted name included, along `sys.path`.
pub(super) fn find(package: &str, python_path: &[PathBuf]) -> Option<PathBuf> {
    let relative: PathBuf = package.split('.').collect();
    let folders = || python_path.iter().map(|folder| folder.join(&relative));
    // A folder without __init__.py is only a package where no regular one is found.
    folders().find(|folder| folder.join("__init__.py").is_file()).or_else(|| folders().find(|folder| folder.is_dir()))
}

/// Where packages are installed: the virtualenv's and the system's `site-packages`, with what their `.pth` files add.
pub(super) fn site_packages(virtual_env: Option<&Path>) -> Vec<PathBuf> {
    let prefixes = virtual_env.into_iter().chain([Path::new("/usr/local"), Path::new("/usr")]);
    let mut found = Vec::new();
    for python in prefixes.flat_map(|prefix| entries(&prefix.join("lib"))) {
        let is_python = python.file_name().is_some_and(|name| name.to_string_lossy().starts_with("python3"));
        for name in ["site-packages", "dist-packages"] {
            let folder = python.join(name);
            if is_python && folder.is_dir() {
                let added: Vec<PathBuf> = entries(&folder).iter().flat_map(|file| added_by(file, &folder)).collect();
                found.push(folder);
                found.extend(added);
            }
        }
    }
    found
}

/// The folders that a `.pth` file adds: its lines that are neither comments nor imports.
fn added_by(file: &Path, folder: &Path) -> Vec<PathBuf> {
    if file.extension().is_none_or(|extension| extension != "pth") {
        return Vec::new();
    }
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with(['#']));
    let lines = lines.filter(|line| !line.starts_with("import ") && !line.starts_with("import\t"));
    lines.map(|line| folder.join(line)).filter(|folder| folder.is_dir()).collect()
}

/// What is in a folder, in order; nothing where it cannot be read.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    found.sort();
    found
}
