//! The reader of revision files against Python itself: whatever it decides about a random module is what running that
//! module gives. And whatever bytes it is given, it answers.

use std::path::Path;

use history::{Revision, read_header, read_revision};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::oracle::Oracle;

const MODULES: usize = 1500;
const NAMES: [&str; 7] = ["revision", "down_revision", "depends_on", "branch_labels", "x", "y", "f"];

/// What runs code that does not stand where it runs, once a statement touches it. Most modules have none of it.
const HIDDEN: [&str; 9] = [
    "x = (revision := z for z in 'gh')\n",
    "def made():\n    global revision\n    yield 1\n    revision = 'k'\nx = made()\n",
    "def closed():\n    global down_revision\n    try:\n        yield 1\n    finally:\n        down_revision = 'k'\n\
     x = closed()\nnext(x)\n",
    "class K:\n    def __len__(self, z=None):\n        global revision, x\n        revision, x = 'k', 'l'\n        return 1\n    \
     __add__ = __eq__ = __contains__ = __hash__ = __del__ = __len__\n    __str__ = lambda self: 's' * len(self)\n    \
     p = property(__len__, __add__)\nx = K()\n",
    "import contextlib\n@contextlib.contextmanager\ndef f(z=None):\n    global down_revision\n    \
     with contextlib.suppress(Exception):\n        yield z\n    down_revision = 'm'\n",
    "def f(z=None):\n    with __import__('contextlib').suppress(Exception):\n        x.append('i')\n    return z\n",
    "y = exec\n",
    "y = globals\n",
    "class C:\n    f = exec\n    def p(self, z=None): C.f(\"revision = 'p'\")\nx = C()\n",
];

/// An expression; a deep one now and then.
fn expression(random: &mut StdRng, depth: usize) -> String {
    let name = |random: &mut StdRng| *NAMES.choose(random).unwrap();
    if depth == 0 {
        let atoms =
            ["'a'", "'b'", "None", "()", "''", "1", "0", "True", "['c']", "('d',)", "{'e'}", "{'k': 'v'}", "r'\\n'"];
        return if random.random() { name(random).to_owned() } else { (*atoms.choose(random).unwrap()).to_owned() };
    }
    let part = |random: &mut StdRng| expression(random, depth - 1);
    let (a, b, c) = (part(random), part(random), part(random));
    match random.random_range(0..24) {
        0 => format!("({a}, {b})"),
        1 => format!("[{a}, *{b}]"),
        2 => format!("({a} + {b})"),
        3 => format!("({a} if {b} else {c})"),
        4 => format!("({a} or {b})"),
        5 => format!("({a} and {b})"),
        6 => format!("(not {a})"),
        7 => format!("({a} == {b})"),
        8 => format!("({a} is None)"),
        9 => format!("({} := {a})", name(random)),
        10 => format!("f'{{{a}}}z'"),
        11 => format!("{a}[{b}]"),
        12 => format!("tuple({a})"),
        13 => format!("str({a})"),
        14 => format!("f({a})"),
        15 => format!("len({a})"),
        16 => format!("{}({a})", name(random)),
        17 => format!("(lambda z=None: {a})"),
        18 => format!("[z({a}) for z in [f, {b}]]"),
        19 => format!("({} := z for z in {a})", name(random)),
        20 => format!("next({a}, {b})"),
        21 => format!("({a} == {b} == {c})"),
        22 => format!("{}.p", name(random)),
        _ => a,
    }
}

fn statement(random: &mut StdRng, indent: usize) -> String {
    let pad = "    ".repeat(indent);
    let name = *NAMES.choose(random).unwrap();
    let other = *NAMES.choose(random).unwrap();
    let depth = random.random_range(0..3);
    let value = expression(random, depth);
    if indent < 2 && random.random_range(0..4) == 0 {
        let count = random.random_range(1..3);
        let mut body = || (0..count).map(|_| statement(random, indent + 1)).collect::<String>();
        let (first, second) = (body(), body());
        return match random.random_range(0..12) {
            0 => format!("{pad}if {value}:\n{first}{pad}else:\n{second}"),
            1 => format!("{pad}try:\n{first}{pad}except Exception:\n{second}"),
            2 => format!("{pad}try:\n{first}{pad}except Exception as x:\n{second}{pad}    y = 'caught'\n"),
            3 => format!("{pad}for {name} in {value}:\n{first}"),
            4 => format!("{pad}def f(z=None):\n{pad}    global {name}\n{first}{pad}    return z\n"),
            5 => format!("{pad}with __import__('contextlib').suppress(Exception):\n{first}"),
            6 => format!("{pad}class {name}:\n{first}"),
            7 => format!("{pad}class {name}:\n{pad}    global {other}\n{first}"),
            8 => format!("{pad}with f({value}) as {name}:\n{first}"),
            9 => format!("{pad}@f\n{pad}def {name}(z={value}, y: f() = None):\n{pad}    global {other}\n{first}"),
            10 => format!("{pad}try:\n{first}{pad}except ({value}, Exception) as {name}:\n{second}"),
            _ => format!("{pad}while {value}:\n{first}{pad}    break\n"),
        };
    }
    match random.random_range(0..24) {
        0..=5 => format!("{pad}{name} = {value}\n"),
        6 => format!("{pad}{name}: object = {value}\n"),
        7 => format!("{pad}{name} = {other} = {value}\n"),
        8 => format!("{pad}{name}, {other} = {value}, 'q'\n"),
        9 => format!("{pad}{name} += {value}\n"),
        10 => format!("{pad}{name}.append('m')\n"),
        11 => format!("{pad}{name}[0] = {value}\n"),
        12 => format!("{pad}del {name}\n"),
        13 => format!("{pad}globals()['{name}'] = 'g'\n"),
        14 => format!("{pad}import os as {name}\n"),
        15 => format!("{pad}f({value})\n"),
        16 => format!("{pad}{name}(\"{other} = 'e'\")\n"),
        17 => format!("{pad}{name}()['{other}'] = 'e'\n"),
        18 => format!("{pad}def {name}(z=({other} := {value})): return z\n"),
        19 => format!("{pad}for z in {name}: pass\n"),
        20 => format!("{pad}{name}, = {other}\n"),
        21 => format!("{pad}{name}.p = {other} = {value}\n"),
        22 => format!("{pad}{name}: f() = {value}\n"),
        _ => format!("{pad}{value}\n"),
    }
}

fn module(random: &mut StdRng) -> String {
    let count = random.random_range(0..6);
    let mut text = String::from("def f(z=None): return z\nx = y = ''\nrevision = 'start'\ndown_revision = None\n");
    if random.random_range(0..4) == 0 {
        let hidden = *HIDDEN.choose(random).unwrap();
        text = text.replace("revision = 'start'", &format!("{hidden}revision = 'start'"));
    }
    text.extend((0..count).map(|_| statement(random, 0)));
    match random.random_range(0..3) {
        0 => text,
        // What most files end with, and now and then something after it.
        1 => text + "def upgrade() -> None:\n    revision = f(\n)\n\ndef downgrade():\n    pass\n",
        _ => text + "def upgrade():\n    x\n" + &statement(random, 0),
    }
}

fn decided(revision: &Revision, theirs: &Value) -> bool {
    // Python's sets have no order; levelhead keeps that of the source.
    let same = |ours: &[String], theirs: &Value| {
        let mut sorted = ours.to_vec();
        sorted.sort();
        sorted.dedup();
        json!(ours) == *theirs || json!(sorted) == *theirs
    };
    theirs["revision"] == *revision.id
        && same(&revision.down_revision, &theirs["down_revision"])
        && same(&revision.depends_on, &theirs["depends_on"])
        && same(&revision.branch_labels, &theirs["branch_labels"])
}

#[test]
#[expect(clippy::print_stdout, reason = "shown when the test fails, however it does")]
fn what_is_decided_is_what_python_does() {
    let seed = std::env::var("LEVELHEAD_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(rand::random);
    println!("LEVELHEAD_TEST_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let sources: Vec<String> = (0..MODULES).map(|_| module(&mut random)).collect();
    let answers = Oracle::new().ask(&json!({ "sources": sources }));
    let (mut agreed, mut wrong) = (0, Vec::new());
    for (source, theirs) in sources.iter().zip(answers.as_array().unwrap()) {
        let [header, whole] = [read_header, read_revision].map(|read| read(source.as_bytes(), Path::new("x.py")));
        if whole.is_ok() {
            assert_eq!(header, whole, "seed {seed}:\n{source}");
        }
        match whole {
            // A module that does not load is Alembic's to report.
            _ if theirs["failure"].is_string() => {}
            Ok(revision) if decided(&revision, theirs) => agreed += 1,
            Ok(revision) => wrong.push(format!("{source}\n{revision:?}\n{theirs}")),
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "seed {seed}: {} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(3)].join("\n\n"));
    assert!(agreed > MODULES / 10, "seed {seed}: only {agreed} modules were decided");
}

#[test]
#[expect(clippy::print_stdout, reason = "shown when the test fails, however it does")]
fn any_bytes_get_an_answer() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..3000 {
        let mut bytes = module(&mut random).into_bytes();
        for _ in 0..random.random_range(0..6) {
            let at = random.random_range(0..=bytes.len()).saturating_sub(1);
            match random.random_range(0..4) {
                _ if bytes.is_empty() => {}
                0 => bytes[at] = random.random(),
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, *b"()[]{}'\"\\\n\t:=#f@\0\xff".choose(&mut random).unwrap()),
                _ => bytes.truncate(at.max(1)),
            }
        }
        let _ = read_revision(&bytes, Path::new("x.py"));
    }
}

#[test]
fn the_deepest_source_that_is_parsed_fits_the_stack_of_a_thread() {
    let deep = |open: &str, close: &str, count: usize| {
        format!("revision = 'a'\ndown_revision = None\nx = {}1{}\n", open.repeat(count), close.repeat(count))
    };
    let cases = [
        deep("a + ", "", 990),
        deep("not ", "", 990),
        deep("-", "", 990),
        deep("(", ")", 190),
        deep("f(", ")", 190),
        deep("[", "]", 190),
        deep("a if b else ", "", 490),
        deep("lambda: ", "", 490),
        deep("", "[0]", 990),
        deep("", "()", 990),
        deep("", ".b", 990),
        deep("(x := ", ")", 190),
        deep("a and not ", "", 490),
        deep("", "(", 100_000),
        deep("a + ", "", 100_000),
    ];
    for source in cases {
        let read = move || read_revision(source.as_bytes(), Path::new("x.py")).map(|_| ()).map_err(|_| ());
        // Rust's own threads have 2 MB.
        let _ = std::thread::Builder::new().stack_size(2 << 20).spawn(read).unwrap().join().unwrap();
    }
}
