//! Folders with every trap that configuration and file names hold, read by Alembic and by levelhead.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::{Value, json};

use super::oracle::Oracle;
use crate::support::Levelhead;

/// What the two readers make of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    /// The same revisions.
    Same,
    /// An error from both.
    BothRefuse,
    /// Alembic runs the file; levelhead says that it cannot be decided.
    Undecidable,
}
use Expect::{BothRefuse, Same, Undecidable};

const INI: &str = "[alembic]\nscript_location = mig\n";

/// A name, files by path, and what is made of them.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], Expect);

/// A revision file in few words.
fn file(id: &str, down: &str) -> String {
    format!(
        "\"\"\"message of {id}\nsecond line\n\nRevision ID: other\n\"\"\"\nrevision = '{id}'\ndown_revision = {down}\n"
    )
}

pub(super) struct Folder(tempfile::TempDir);

impl Folder {
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(folder.0.path().join("mig/versions")).unwrap();
        fs::write(folder.0.path().join("mig/env.py"), "").unwrap();
        for (path, text) in files {
            folder.write(path, text.as_bytes());
        }
        folder
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn link(&self, target: &str, path: &str) {
        symlink(self.0.path().join(target), self.0.path().join(path)).unwrap();
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

/// The fields on which the two must agree, by id.
fn by_id(revisions: &Value, down: &str, deps: &str, labels: &str) -> BTreeMap<String, Value> {
    let fields = |revision: &Value| {
        let fields = json!([revision[down], revision[deps], revision[labels], revision["message"], revision["path"]]);
        (revision["id"].as_str().unwrap().to_owned(), fields)
    };
    revisions.as_array().unwrap().iter().map(fields).collect()
}

#[track_caller]
pub(super) fn check(oracle: &mut Oracle, name: &str, folder: &Folder, expect: Expect) {
    let theirs = oracle.ask(&json!({ "folder": folder.path() }));
    let ours = Levelhead::new(&["history", "--format", "json"]).current_dir(folder.path()).run();
    match expect {
        Same => {
            assert_eq!(ours.status.code(), Some(0), "{name}: {ours:#?}\n{theirs}");
            let ours: Value = serde_json::from_str(&ours.stdout).unwrap();
            assert!(theirs["revisions"].is_array(), "{name}: {theirs}");
            assert_eq!(
                by_id(&ours["revisions"], "down_revision", "depends_on", "branch_labels"),
                by_id(&theirs["revisions"], "down", "deps", "labels"),
                "{name}"
            );
        }
        BothRefuse => {
            assert!(theirs["revisions"].is_null(), "{name}: {theirs}");
            assert_eq!(ours.status.code(), Some(125), "{name}: {ours:#?}");
        }
        Undecidable => {
            assert!(theirs["revisions"].is_array(), "{name}: {theirs}");
            ours.code(125).says("cannot be decided without running Python");
        }
    }
}

#[test]
fn configuration_is_read_as_alembic_reads_it() {
    let (a, b) = (file("a", "None"), file("b", "'a'"));
    let (a, b) = (a.as_str(), b.as_str());
    let toml = "[tool.alembic]\nscript_location = '%(here)s/mig'\n";
    let cases: &[Case<'_>] = &[
        ("plain", &[("alembic.ini", INI), ("mig/versions/a.py", a)], Same),
        ("no versions", &[("alembic.ini", INI)], Same),
        (
            "here",
            &[
                ("alembic.ini", "[DEFAULT]\nX=mig\n[alembic]\nscript_location=%(here)s/%(x)s\n"),
                ("mig/versions/a.py", a),
            ],
            Same,
        ),
        (
            "lazy",
            &[("alembic.ini", "[alembic]\nscript_location: mig\nsqlalchemy.url = a%40b\n"), ("mig/versions/a.py", a)],
            Same,
        ),
        ("toml", &[("pyproject.toml", toml), ("mig/versions/a.py", a)], Same),
        (
            "ini before toml",
            &[
                ("alembic.ini", INI),
                ("pyproject.toml", "[tool.alembic]\nscript_location='x'\n"),
                ("mig/versions/a.py", a),
            ],
            Same,
        ),
        (
            "toml beside ini",
            &[("alembic.ini", "[alembic]\n"), ("pyproject.toml", toml), ("mig/versions/a.py", a)],
            Same,
        ),
        (
            "toml locations",
            &[
                (
                    "pyproject.toml",
                    "[tool.alembic]\nscript_location='mig'\nversion_locations=['%(here)s/v1','v2']\nrecursive_version_locations=true\n",
                ),
                ("v1/x/a.py", a),
                ("v2/b.py", b),
            ],
            Same,
        ),
        (
            "toml string locations",
            &[("pyproject.toml", "[tool.alembic]\nscript_location='mig'\nrecursive_version_locations='true'\n")],
            BothRefuse,
        ),
        ("toml percent", &[("pyproject.toml", "[tool.alembic]\nscript_location='mi%g'\n")], BothRefuse),
        (
            "os",
            &[
                ("alembic.ini", "[alembic]\nscript_location=mig\npath_separator=os\nversion_locations=v1: v2::none\n"),
                ("v1/a.py", a),
                ("v2/b.py", b),
            ],
            Same,
        ),
        (
            "newline",
            &[
                (
                    "alembic.ini",
                    "[alembic]\nscript_location=mig\nversion_path_separator=newline\nversion_locations=\n  v1\n\n  v 2\n",
                ),
                ("v1/a.py", a),
                ("v 2/b.py", b),
            ],
            Same,
        ),
        (
            "legacy",
            &[
                ("alembic.ini", "[alembic]\nscript_location=mig\nversion_locations=v1,  v2 v3\n"),
                ("v1/a.py", a),
                ("v2/b.py", b),
            ],
            Same,
        ),
        (
            "wrong separator",
            &[("alembic.ini", "[alembic]\nscript_location=mig\npath_separator=,\nversion_locations=v1\n")],
            BothRefuse,
        ),
        (
            "replaces the default",
            &[
                ("alembic.ini", "[alembic]\nscript_location=mig\npath_separator=space\nversion_locations=v1\n"),
                ("v1/a.py", a),
                ("mig/versions/b.py", b),
            ],
            Same,
        ),
        (
            "not true",
            &[
                ("alembic.ini", "[alembic]\nscript_location=mig\nrecursive_version_locations=True\n"),
                ("mig/versions/a.py", a),
                ("mig/versions/x/b.py", b),
            ],
            Same,
        ),
        (
            "package",
            &[
                ("alembic.ini", "[alembic]\nscript_location=pkg.sub:mig\nprepend_sys_path=. lib\n"),
                ("lib/pkg/__init__.py", ""),
                ("lib/pkg/sub/__init__.py", ""),
                ("lib/pkg/sub/mig/versions/a.py", a),
            ],
            Same,
        ),
        ("no package", &[("alembic.ini", "[alembic]\nscript_location=nopkg:mig\n")], BothRefuse),
        ("no location", &[("alembic.ini", "[alembic]\nx = 1\n")], BothRefuse),
        ("no section", &[("alembic.ini", "[other]\nscript_location = mig\n")], BothRefuse),
        ("no folder", &[("alembic.ini", "[alembic]\nscript_location = gone\n")], BothRefuse),
        ("twice", &[("alembic.ini", "[alembic]\nscript_location=mig\nSCRIPT_LOCATION=mig\n")], BothRefuse),
        ("order mark", &[("alembic.ini", "\u{feff}[alembic]\nscript_location=mig\n")], BothRefuse),
        ("no value", &[("alembic.ini", "[alembic]\nscript_location=mig\nflag\n")], BothRefuse),
    ];
    let mut oracle = Oracle::new();
    for (name, files, expect) in cases {
        let files: Vec<_> = files.iter().copied().chain([("migrations/README", "")]).collect();
        check(&mut oracle, name, &Folder::new(&files), *expect);
    }
}

#[test]
fn the_same_files_count() {
    let mut oracle = Oracle::new();
    let recursive = format!("{INI}recursive_version_locations = true\n");
    let names = [
        "a.py",
        "#b.py",
        ".hidden.py",
        "_x.py",
        "with space.py",
        "__init__.py",
        "__init__foo.py",
        ".#lock.py",
        "n.pyc",
        "n.txt",
        "ünï.py",
        "sub/deep.py",
        "sub/.git/h.py",
        "__pycache__/c.py",
        "x__pycache__/d.py",
        "__pycache__/in/e.py",
    ];
    for ini in [INI, &recursive] {
        let folder = Folder::new(&[("alembic.ini", ini)]);
        for (number, name) in names.iter().enumerate() {
            folder.write(&format!("mig/versions/{name}"), file(&format!("r{number}"), "None").as_bytes());
        }
        folder.write("elsewhere/.#linked.py", file("l1", "None").as_bytes());
        folder.write("elsewhere/good.py", file("l2", "None").as_bytes());
        folder.write("elsewhere/folder/f.py", file("l3", "None").as_bytes());
        folder.link("elsewhere/.#linked.py", "mig/versions/z1.py");
        folder.link("elsewhere/good.py", "mig/versions/z2.txt");
        folder.link("elsewhere/good.py", "mig/versions/z3.py");
        folder.link("elsewhere/folder", "mig/versions/z4");
        check(&mut oracle, ini, &folder, Same);
    }
    let folder = Folder::new(&[("alembic.ini", INI), ("mig/versions/a.py", &file("a", "None"))]);
    folder.link("nowhere.py", "mig/versions/b.py");
    check(&mut oracle, "a broken link", &folder, BothRefuse);
}

#[test]
fn attributes_are_what_python_says() {
    let cases: &[(&str, &[u8], Expect)] = &[
        ("annotated", b"revision: str = 'a'\ndown_revision: 'str | None' = None\n", Same),
        ("concatenated", b"revision = ('a' 'b') + \"c\" + f'{1}{\"d\"}'\ndown_revision = None\n", Same),
        ("tuple", b"revision, down_revision, branch_labels = 'a', None, ('x', 'y')\n", Same),
        ("chained", b"depends_on = branch_labels = down_revision = None; revision = r'a\\n'\n", Same),
        ("walrus", b"repr(revision := 'a')\ndown_revision = None\n", Same),
        ("walrus in a call that is not followed", b"id(revision := 'a')\ndown_revision = None\n", Undecidable),
        ("walrus in if", b"if (revision := 'a'): down_revision = None\n", Same),
        ("added", b"revision = 'a'\nrevision += 'b'\ndown_revision = ()\n", Same),
        ("empty set", b"revision = 'a'\ndown_revision = {}\nbranch_labels = {'l'}\n", Same),
        ("list of none", b"revision = 'a'\ndown_revision = [None]\n", Same),
        ("order mark, line ends", b"\xef\xbb\xbf\"\"\"one\r\ntwo\r\n\r\nthree\"\"\"\r\nrevision = 'a'\r\ndown_revision = None\r\n", Same),
        ("latin-1", b"# coding: latin-1\n\"\"\"caf\xe9\"\"\"\nrevision = 'a'\ndown_revision = None\n", Same),
        ("not utf-8", b"\"\"\"caf\xe9\"\"\"\nrevision = 'a'\ndown_revision = None\n", BothRefuse),
        ("try", b"try:\n    import nothing_like_it\nexcept ImportError:\n    pass\nrevision = 'a'\ndown_revision = None\n", Same),
        ("try around", b"try:\n    import nothing_like_it\n    revision = 'a'\nexcept ImportError:\n    revision = 'b'\ndown_revision = None\n", Undecidable),
        ("version", b"import sys\nif sys.version_info >= (3, 0):\n    revision = 'a'\nelse:\n    revision = 'b'\ndown_revision = None\n", Undecidable),
        ("main", b"revision = 'a'\ndown_revision = None\nif __name__ == '__main__':\n    revision = 'b'\n", Same),
        ("mutated", b"revision = 'a'\ndown_revision = []\nbranch_labels = ['x']\nbranch_labels.append('y')\n", Undecidable),
        ("loop", b"revision = ''\nfor c in 'abc':\n    revision += c\ndown_revision = None\n", Undecidable),
        ("global", b"revision = 'a'\ndown_revision = None\ndef f():\n    global revision\n    revision = 'b'\nf()\n", Undecidable),
        ("globals", b"revision = 'a'\ndown_revision = None\nglobals()['revision'] = 'b'\n", Undecidable),
        ("exec", b"revision = 'a'\ndown_revision = None\nexec(\"revision = 'b'\")\n", Undecidable),
        ("formatted", b"revision = '%s' % 'a'\ndown_revision = None\n", Same),
        ("formatted in all ways", b"n = 7\nrevision = '%03d' % n + f'_{n:>3}_'.strip('_').replace(' ', '0') + '{!r:.2}'.format(n)\ndown_revision = None\n", Same),
        ("formatted by what is not known", b"import os\nrevision = '%s' % os.name\ndown_revision = None\n", Undecidable),
        ("deleted", b"revision = 'a'\ndown_revision = depends_on = 'x'\ndepends_on = None\ndel depends_on\ndown_revision = None\n", Same),
        ("class", b"class Ids:\n    revision = 'b'\nrevision = 'a'\ndown_revision = None\n", Same),
        ("comprehension", b"x = [revision for revision in 'bc']\nrevision = 'a'\ndown_revision = None\n", Same),
        ("strange ids", "revision = 'a b/c.d é'\ndown_revision = None\n".as_bytes(), Same),
        ("illegal id", b"revision = 'a-b'\ndown_revision = None\n", BothRefuse),
        ("number", b"revision = 1\ndown_revision = None\n", BothRefuse),
        ("no down_revision", b"revision = 'a'\n", BothRefuse),
        ("no revision", b"down_revision = None\n", BothRefuse),
        ("syntax", b"revision = 'a'\ndown_revision = None\ndef upgrade(:\n", BothRefuse),
        ("missing parent", b"revision = 'a'\ndown_revision = 'gone'\n", BothRefuse),
        ("own parent", b"revision = 'a'\ndown_revision = 'a'\n", BothRefuse),
        ("empty parent", b"revision = 'a'\ndown_revision = ''\n", BothRefuse),
        ("raw docstring", b"r'''raw \\n one'''\nrevision = 'a'\ndown_revision = None\n", Same),
        ("two part docstring", b"'one ' 'two'\nrevision = 'a'\ndown_revision = None\n", Same),
        ("bytes docstring", b"b'no'\nrevision = 'a'\ndown_revision = None\n", Same),
        ("helper on the way", b"import logging\nlog = logging.getLogger(__name__)\nlog.debug('x')\nrevision = 'a'\ndown_revision = None\n", Same),
    ];
    let mut oracle = Oracle::new();
    for (name, text, expect) in cases {
        let folder = Folder::new(&[("alembic.ini", INI)]);
        folder.write("mig/versions/r_x.py", text);
        check(&mut oracle, name, &folder, *expect);
    }
    let folder = Folder::new(&[("alembic.ini", INI)]);
    folder.write("mig/versions/00ff.py", b"down_revision = None\n");
    check(&mut oracle, "named by its revision", &folder, Same);
}
