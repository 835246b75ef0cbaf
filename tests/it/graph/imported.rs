//! Headers that take their values from other modules: what is decided of them is what Alembic makes of them.

use super::fixtures::Expect::{BothRefuse, Same, Undecidable};
use super::fixtures::{Expect, Folder, check};
use super::oracle::Oracle;

const INI: &str = "[alembic]\nscript_location = mig\nprepend_sys_path = %(here)s\n";

/// The statements of a header beside its ids, the files that they import from, and what is made of them.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], Expect);

/// Every `depot` in them becomes a package of the case's own: Python loads each only once.
#[track_caller]
fn judge(oracle: &mut Oracle, number: usize, (header, files, expect): Case<'_>) {
    let own = |text: &str| text.replace("depot", &format!("depot{number}"));
    let revision = own(&format!("revision = 'r1'\ndown_revision = None\n{header}\n\n\ndef upgrade():\n    pass\n"));
    let mut all = vec![("alembic.ini".to_owned(), INI.to_owned()), ("mig/versions/a.py".to_owned(), revision)];
    all.extend(files.iter().map(|(path, text)| (own(path), own(text))));
    let all: Vec<(&str, &str)> = all.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    check(oracle, header, &Folder::new(&all), expect);
}

const NAMES: &[(&str, &str)] = &[
    ("depot/__init__.py", ""),
    (
        "depot/names.py",
        "EXPAND = 'expand'\nBOTH = ('x', 'y')\nIDS = {'k': 'v'}\nLIST = ['l']\nimport os\nWHERE = os.getcwd()\n",
    ),
];

#[test]
fn constants_of_modules_are_what_they_are_to_alembic() {
    let cases: &[Case<'_>] = &[
        ("from depot import names\nbranch_labels = (names.EXPAND,)", NAMES, Same),
        ("from depot.names import EXPAND\nbranch_labels = (EXPAND,)", NAMES, Same),
        ("from depot.names import EXPAND as E\nbranch_labels = [f'{E}_x']", NAMES, Same),
        ("import depot.names\nbranch_labels = depot.names.EXPAND", NAMES, Same),
        ("import depot.names as n\nbranch_labels = n.BOTH", NAMES, Same),
        ("from depot.names import *\nbranch_labels = EXPAND", NAMES, Same),
        ("from depot.names import BOTH\nbranch_labels = BOTH + ('z',)", NAMES, Same),
        ("from depot.names import EXPAND\nmilestone = [EXPAND]\nbranch_labels = 'b'", NAMES, Same),
        (
            "try:\n    from depot.names import EXPAND\nexcept ImportError:\n    EXPAND = 'expand'\nbranch_labels = EXPAND",
            NAMES,
            Same,
        ),
        ("from depot.names import LIST\nbranch_labels = LIST", NAMES, Undecidable),
        ("from depot.names import IDS\nbranch_labels = IDS['k']", NAMES, Undecidable),
        ("from depot.names import WHERE\nbranch_labels = WHERE.replace('/', '')", NAMES, Undecidable),
        ("from depot import names\nnames.EXPAND = 'z'\nbranch_labels = (names.EXPAND,)", NAMES, Undecidable),
        ("from depot import names\nn = names\nn.EXPAND = 'z'\nbranch_labels = (names.EXPAND,)", NAMES, Undecidable),
        ("from depot import names\nsetattr(names, 'EXPAND', 'z')\nbranch_labels = (names.EXPAND,)", NAMES, Undecidable),
        (
            "from depot import names\nfor n in [names]: n.EXPAND = 'z'\nbranch_labels = (names.EXPAND,)",
            NAMES,
            Undecidable,
        ),
        (
            "from depot import names\ndef f(): names.EXPAND = 'z'\nf()\nbranch_labels = (names.EXPAND,)",
            NAMES,
            Undecidable,
        ),
        (
            "def f(): global names; names = g\nclass g: EXPAND = 'z'\nfrom depot import names\nf()\nbranch_labels = (names.EXPAND,)",
            NAMES,
            Undecidable,
        ),
        ("from depot import names\nlabels = (names.EXPAND,)\nnames.EXPAND = 'z'\nbranch_labels = labels", NAMES, Same),
        ("from depot.nowhere import EXPAND\nbranch_labels = EXPAND", NAMES, BothRefuse),
        ("from depot.names import NOWHERE\nbranch_labels = NOWHERE", NAMES, BothRefuse),
        ("from .names import EXPAND\nbranch_labels = EXPAND", NAMES, BothRefuse),
        ("from depot import names", &[("depot/names.py", "x = 'a'")], Same),
        ("from depot import names\nbranch_labels = names.x", &[("depot/names.py", "x = 'a'")], Same),
        ("import depot\nbranch_labels = depot.x", &[("depot.py", "x = 'a'\nx += 'b'")], Same),
        (
            "import depot\nbranch_labels = depot.x",
            &[("depot.py", "x = 'a'\ndef f():\n    global x\n    x = 'z'\nf()")],
            Undecidable,
        ),
        ("import depot\nbranch_labels = depot.x", &[("depot.py", "x = __name__.upper()")], Same),
        ("import depot\nbranch_labels = depot.x", &[("depot.py", "def __getattr__(name): return 'z'")], Undecidable),
        ("import depot\nbranch_labels = depot.x", &[("depot.py", "x = 'a'"), ("depot/__init__.py", "x = 'b'")], Same),
        ("import string\nbranch_labels = string.digits", &[("string.py", "digits = 'z'")], Undecidable),
    ];
    let mut oracle = Oracle::new();
    cases.iter().enumerate().for_each(|(number, case)| judge(&mut oracle, number, *case));
}

#[test]
fn constants_that_modules_have_of_each_other_are_too() {
    let chain: &[(&str, &str)] = &[
        ("depot/__init__.py", "from . import names\nfrom .names import EXPAND as LABEL\n"),
        ("depot/names.py", "from .deeper.names import EXPAND\nfrom . import deeper\nCONTRACT = deeper.CONTRACT"),
        ("depot/deeper/__init__.py", "from ..other import CONTRACT\nfrom .names import *\n_HIDDEN = 'h'\n"),
        ("depot/deeper/names.py", "EXPAND = 'expand'\nOTHER = 'o'\n__all__ = ['EXPAND']\n"),
        ("depot/all.py", "from depot.deeper import *\n"),
        ("depot/shadowing.py", "from . import names\nfrom depot.deeper import *\n"),
        ("depot/other.py", "CONTRACT = 'contract'\n"),
    ];
    let set = |text: &'static str| -> [(&'static str, &'static str); 2] {
        [("depot/__init__.py", text), ("depot/names.py", "EXPAND = 'expand'\n")]
    };
    let (assigned, through) =
        (set("from . import names\nnames.EXPAND = 'z'"), set("from . import names\nsetattr(names, 'EXPAND', 'z')"));
    let circle: &[(&str, &str)] = &[
        ("depot/__init__.py", ""),
        ("depot/a.py", "X = 'x'\nfrom .b import Y"),
        ("depot/b.py", "Y = 'y'\nfrom .a import X"),
    ];
    let cases: &[Case<'_>] = &[
        ("from depot import LABEL\nbranch_labels = LABEL", chain, Same),
        ("from depot import names\nbranch_labels = (names.EXPAND, names.CONTRACT)", chain, Same),
        ("import depot.all\nbranch_labels = (depot.names.EXPAND, depot.all.CONTRACT, depot.LABEL + '2')", chain, Same),
        // Its star brings a module of the same name.
        ("from depot.shadowing import names\nbranch_labels = names.EXPAND", chain, Same),
        ("from depot.shadowing import names\nbranch_labels = names.CONTRACT", chain, BothRefuse),
        ("from depot.deeper import *\nbranch_labels = (EXPAND, CONTRACT)", chain, Same),
        ("from depot.deeper.names import *\nbranch_labels = OTHER", chain, BothRefuse),
        ("from depot.deeper import *\nbranch_labels = _HIDDEN", chain, BothRefuse),
        ("from depot import names\nbranch_labels = names.EXPAND", &assigned, Undecidable),
        ("from depot import names\nbranch_labels = names.EXPAND", &through, Undecidable),
        ("from depot.a import X, Y\nbranch_labels = (X, Y)", circle, Same),
    ];
    let mut oracle = Oracle::new();
    cases.iter().enumerate().for_each(|(number, case)| judge(&mut oracle, 100 + number, *case));
}

#[test]
fn a_star_binds_what_its_module_binds() {
    let binds = |text: &'static str| -> [(&'static str, &'static str); 1] { [("depot.py", text)] };
    let (label, id, listed) = (
        binds("branch_labels = ('theirs',)\n"),
        binds("revision = 'theirs'\ndown_revision = None\n_x = 'h'\n"),
        binds("depends_on = 'z'\nbranch_labels = ('b',)\n__all__ = ('branch_labels',)\n"),
    );
    let (unlisted, computed, none) = (
        binds("branch_labels = ('b',)\n__all__ = []\n"),
        binds("branch_labels = ('b',)\n__all__ = [n for n in dir() if n[0] != '_']\n"),
        binds("TABLES = 'users'\n"),
    );
    let (unknown, third) =
        (binds("branch_labels = tuple(open('alembic.ini').name[:3])\n"), binds("from json import *\nX = 'x'\n"));
    let cases: &[Case<'_>] = &[
        ("from depot import *", &label, Same),
        ("branch_labels = 'own'\nfrom depot import *", &label, Same),
        ("from depot import *\nbranch_labels = 'own'", &label, Same),
        ("from depot import *", &id, Same),
        ("from depot import *", &listed, Same),
        ("from depot import *", &unlisted, Same),
        ("from depot import *", &computed, Undecidable),
        ("from depot import *", &none, Same),
        ("from depot import *", &unknown, Undecidable),
        ("from depot import *\nbranch_labels = X", &third, Undecidable),
        ("from json import *", &[], Same),
        ("x = 'a'\nfrom json import *\nbranch_labels = x", &[], Undecidable),
        ("from string import *\nbranch_labels = digits", &[], Undecidable),
    ];
    let mut oracle = Oracle::new();
    cases.iter().enumerate().for_each(|(number, case)| judge(&mut oracle, 200 + number, *case));
}
