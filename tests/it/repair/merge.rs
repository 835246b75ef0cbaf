//! `merge`: the file is Alembic's own, at its own place, and a dry run shows the same without writing it.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::project::{Project, Spec};
use crate::support::python;

const FORK: &str = "a000;b111<-a000;c222<-a000";

/// Holds a dry run and a merge against what the tool itself writes.
fn compare(project: &Project, theirs: &[&str], ours: &[&str], message: &str) {
    let arguments = ["--rev-id", "abc123", "-m", message];
    let before = project.files(".");
    let shown = project.levelhead(&[&["merge", "--dry-run", "--format", "json"], ours, &arguments].concat()).run();
    let shown: Value = serde_json::from_str(&shown.success().stdout).unwrap();
    assert_eq!(project.files("."), before);
    let path = project.path().join(shown["revision"]["path"].as_str().unwrap());
    let written = project.levelhead(&[&["merge"], ours, &arguments].concat()).run();
    let printed = project.path().join(written.success().stdout.trim());
    let ours = fs::read_to_string(&printed).unwrap();
    fs::remove_file(&printed).unwrap();
    let output = project.command(&python::binaries().join(theirs[0]), &[&theirs[1..], &["heads"], &arguments].concat());
    assert!(output.status.success(), "{output:#?}");
    let new: Vec<PathBuf> = project.files(".").into_iter().filter(|file| !before.contains(file)).collect();
    let [theirs] = &new[..] else { panic!("{theirs:?} wrote {new:?}") };
    let real = theirs.canonicalize().unwrap();
    assert_eq!([path.canonicalize().unwrap(), printed.canonicalize().unwrap()], [real.clone(), real]);
    let text = dateless(&fs::read_to_string(theirs).unwrap());
    assert_eq!([dateless(shown["text"].as_str().unwrap()), dateless(&ours)], [text.clone(), text]);
}

/// A text without the digits of its moment, but with its form.
fn dateless(text: &str) -> String {
    let line = |line: &str| match line.split_once("Create Date:") {
        Some((start, date)) => format!("{start}Create Date:{}", date.replace(|c: char| c.is_ascii_digit(), "9")),
        None => line.to_owned(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn write_graph(project: &Project, graph: &str) {
    for spec in Spec::graph(graph) {
        project.write(&format!("mig/versions/{}_x.py", spec.id), &spec.text(None));
    }
}

const MERGE: &[&str] = &["alembic", "merge"];

#[test]
fn every_template_gives_alembics_own_file() {
    for template in ["generic", "pyproject", "multidb"] {
        let project = Project::empty(template);
        write_graph(&project, FORK);
        compare(&project, MERGE, &[], "two Sides, \"it's\" ünited");
    }
    // What only Mako knows, and what only env.py does.
    let project = Project::new(FORK);
    project.edit("mig/script.py.mako", "${message}", "${message | h}\n<% import os %>${os.path.basename('a/b')}");
    project.edit("alembic.ini", "script_location =", "revision_environment = true\nscript_location =");
    project.alembic(&["current"]);
    compare(&project, MERGE, &[], "a < b");
}

#[test]
fn options_are_alembics_business() {
    let long = "a message that is far longer than what a file name takes";
    for options in [
        "timezone = Europe/Berlin",
        "file_template = %%(year)d/%%(month)02d/%%(slug).5s_%%(rev)-8s_\nrecursive_version_locations = true\ntruncate_slug_length = 10",
        "version_locations = %(here)s/other:%(here)s/mig/versions",
        "version_locations = %(here)s/mig/versions\n    other",
        "version_path_separator = os  # Use os.pathsep. What Alembic 1.7 has left there.",
    ] {
        let project = Project::new(FORK);
        if options.contains("1.7") {
            project.edit("alembic.ini", "path_separator = os", "");
        }
        project.edit("alembic.ini", "script_location =", &format!("{options}\nscript_location ="));
        if options.contains("    other") {
            project.edit("alembic.ini", "path_separator = os", "path_separator = newline");
        }
        fs::create_dir(project.path().join("other")).unwrap();
        compare(&project, MERGE, &[], long);
    }
    // Another file, section and name.
    let project = Project::new(FORK);
    let ini = project.read("alembic.ini").replace("[alembic]", "[two]");
    fs::remove_file(project.path().join("alembic.ini")).unwrap();
    project.write("conf/x.ini", &ini.replace("%(here)s/mig", "%(here)s/../mig").replace("path_separator", "unset"));
    compare(&project, &["alembic", "-c", "conf/x.ini", "-n", "two", "merge"], &["-c", "conf/x.ini", "-n", "two"], "x");
}

#[test]
fn flask_migrates_several_databases() {
    let project = Project::empty("generic");
    project.write(
        "app.py",
        "import os\nfrom flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\nfrom flask_migrate import Migrate\n\
         app = Flask(__name__)\napp.config['SQLALCHEMY_DATABASE_URI'] = os.environ['DATABASE_URL']\n\
         app.config['SQLALCHEMY_BINDS'] = {'users': 'sqlite://', 'logs': 'sqlite://'}\n\
         db = SQLAlchemy(app)\nMigrate(app, db)\n",
    );
    fs::remove_file(project.path().join("alembic.ini")).unwrap();
    let flask = |arguments: &[&str]| {
        let output = project.command(&python::binaries().join("flask"), arguments);
        assert!(output.status.success(), "{output:#?}");
    };
    flask(&["db", "init", "--multidb"]);
    flask(&["db", "revision", "--rev-id", "a000"]);
    flask(&["db", "revision", "--rev-id", "b111"]);
    flask(&["db", "revision", "--rev-id", "c222", "--head", "a000", "--splice"]);
    compare(&project, &["flask", "db", "merge"], &[], "x");
    // The application has to load.
    fs::remove_file(project.path().join("migrations/versions/abc123_x.py")).unwrap();
    project.write("app.py", "import no_such_module\n");
    let failed = project.levelhead(&["merge", "--rev-id", "abc123"]).run();
    failed
        .code(125)
        .says("`flask db merge -d migrations -m 'merge b111, c222' --rev-id abc123 b111 c222` exited with ");
    failed.says("No module named 'no_such_module'").says("help: flask db merge -d migrations -m ").prints("");
    assert_eq!(project.files("migrations/versions").len(), 3);
}

#[test]
fn alembic_goes_up_and_down_through_the_result() {
    for graph in [
        FORK,
        "a000;b111<-a000@left;c222<-a000@right;d333<-c222",
        "a111;a222<-a111;b111^a222",
        "a111@lib;b111<-a111;a222;b222<-a222^b111;c222<-b222@app",
        "a000;b111<-a000;c222<-a000;d333<-b111,c222;e444<-b111,c222",
    ] {
        let project = Project::new(graph);
        let merged = project.levelhead(&["merge"]).run();
        let path = PathBuf::from(merged.success().stdout.trim());
        let id = path.file_name().unwrap().to_str().unwrap().split('_').next().unwrap().to_owned();
        let heads = project.alembic(&["heads"]);
        assert_eq!((heads.lines().count(), heads.starts_with(&id)), (1, true), "{graph}: {heads}");
        for symbol in ["head", "base"] {
            project.alembic(&[if symbol == "base" { "downgrade" } else { "upgrade" }, symbol]);
            let rows = if symbol == "base" { String::new() } else { format!("{id} (head) (mergepoint)") };
            let current = project.levelhead(&["current"]).run();
            assert_eq!(current.success().stdout.trim(), rows, "{graph}");
        }
        for label in ["left", "right", "lib", "app"].iter().filter(|label| graph.contains(&format!("@{label}"))) {
            assert!(heads.contains(label), "{label} is lost: {heads}");
        }
        project.levelhead(&["merge"]).run().success().says("is the only head").prints("");
    }
}

#[test]
fn chosen_heads_and_labels() {
    let project = Project::new("a000;b111<-a000@left;c222<-a000;d333<-a000");
    let merged = project.levelhead(&["merge", "left@head", "d3", "--branch-label", "both", "--rev-id", "e444"]).run();
    merged.success().says("merged b111, d333 into e444");
    let heads = project.alembic(&["heads"]);
    assert_eq!(heads.lines().count(), 2, "{heads}");
    project.alembic(&["upgrade", "both@head"]);
    project.levelhead(&["merge", "a000", "c222"]).run().code(125).says("a000 is no head: b111 follows it");
    project.levelhead(&["merge", "c222"]).run().code(125).says("two heads or more").says("levelhead merge c222 e444");
    project.levelhead(&["merge", "nope"]).run().code(125).says("Can't locate revision identified by 'nope'");
    let illegal = project.levelhead(&["merge", "--rev-id", "a-b"]).run();
    illegal
        .code(125)
        .says("character '-' is not allowed")
        .says("note: give another --rev-id or --branch-label, or none");
    project.levelhead(&["merge", "--rev-id", "a000"]).run().code(125).says("present more than once");
    project.levelhead(&["merge", "--branch-label", "left"]).run().code(125).says("'left' in revision");
    project.levelhead(&["merge", "--branch-label", "one", "--branch-label", "two"]).run().code(2);
    project.levelhead(&["merge", "--message=-n"]).run().success();
    assert!(project.alembic(&["history"]).contains("(head) (mergepoint), -n"));
}

#[test]
fn objects_that_both_sides_touch_are_named_and_nothing_else_is_written() {
    let project = Project::empty("generic");
    let graph = Spec::graph("a000;b111<-a000;c222<-a000");
    let bodies = [
        "op.create_table('users', sa.Column('id', sa.Integer, primary_key=True))",
        "op.add_column('users', sa.Column('email', sa.Text)); op.create_table('logs', sa.Column('id', sa.Integer))",
        "op.add_column('users', sa.Column('email', sa.Text)); op.create_table('other', sa.Column('id', sa.Integer))",
    ];
    for (spec, body) in graph.iter().zip(bodies) {
        project.write(&format!("mig/versions/{}_x.py", spec.id), &spec.text(Some(body)));
    }
    let before = project.files("mig");
    let shown = project.levelhead(&["merge", "--dry-run"]).run();
    shown.success().says("warning: users.email: b111 creates it, c222 creates it").says_nothing_of("logs");
    assert!(shown.stdout.contains("down_revision: Union[str, Sequence[str], None] = ('b111', 'c222')"), "{shown:#?}");
    assert_eq!(project.files("mig"), before);
    let document = project.levelhead(&["merge", "--dry-run", "--format", "json"]).run();
    let document: Value = serde_json::from_str(&document.success().stdout).unwrap();
    assert_eq!(document["clashes"][0]["what"], "users.email");
    assert_eq!(document["written"], false);
}

#[test]
fn a_file_that_is_there_is_never_written_over() {
    let project = Project::new(FORK);
    project.edit("alembic.ini", "script_location =", "file_template = same\nscript_location =");
    project.write("mig/versions/same.py", &Spec::graph("z999<-b111")[0].text(None));
    let before = project.read("mig/versions/same.py");
    // Alembic itself writes over it. A broken file is put back, too.
    for message in ["x", "it \"\"\" ends"] {
        for arguments in [&["merge", "-m", message][..], &["merge", "-m", message, "--dry-run"]] {
            let refused = project.levelhead(arguments).run();
            refused.code(125).prints("");
            if message == "x" {
                refused
                    .says("cannot write mig/versions/same.py: it already exists")
                    .says("move mig/versions/same.py away");
            }
            assert_eq!(project.read("mig/versions/same.py"), before);
            assert_eq!(project.files("mig/versions").len(), 4);
        }
    }
}

#[test]
fn post_write_hooks_run_on_the_file_and_not_on_a_dry_run() {
    let project = Project::new(FORK);
    let hook = "[post_write_hooks]\nhooks = mark\nmark.type = exec\nmark.executable = /bin/sh\n\
                mark.options = -c 'echo \"# marked\" >> REVISION_SCRIPT_FILENAME'\n";
    project.edit("alembic.ini", "[post_write_hooks]", hook);
    let shown = project.levelhead(&["merge", "--dry-run"]).run();
    shown.success().says("the post-write hooks (mark) did not run on this text").says_nothing_of("# marked");
    let written = project.levelhead(&["merge"]).run();
    assert!(project.read(written.success().stdout.trim()).ends_with("# marked\n"));
}

#[test]
fn the_command_is_derived_from_the_upgrade_command() {
    let project = Project::new(FORK);
    fs::rename(project.path().join("alembic.ini"), project.path().join("other.ini")).unwrap();
    project.edit("mig/env.py", "import os\n", "import os, sys\nopen('seen', 'w').write(repr([context.get_x_argument(), os.environ['SKIP_DB_UPGRADE'], sys.stdin.read()]))\n");
    project.edit("mig/env.py", "import os, sys\n", "from alembic import context\nimport os, sys\n");
    project.edit("other.ini", "script_location =", "revision_environment = true\nscript_location =");
    let python = "python -m alembic -x tenant=one -c other.ini upgrade head";
    let merge = |command: &str, arguments: &[&str]| {
        let merge = [&["merge", "-c", "other.ini"], arguments].concat();
        project.levelhead(&merge).env("LEVELHEAD_UPGRADE_COMMAND", command).run()
    };
    merge(python, &["--dry-run"]).success();
    assert_eq!(project.read("seen"), "[['tenant=one'], 'true', '']");
    // What upgrades otherwise leaves it to the layout.
    merge("./upgrade.sh", &["--rev-id", "d333"]).success();
    assert_eq!(project.read("seen"), "[[], 'true', '']");
    // Another configuration leads to other files.
    write_graph(&project, "e444<-a000");
    project.write("mig2/versions/none", "");
    project.write("wrong.ini", "[alembic]\nscript_location = mig2\n");
    project.write("mig2/env.py", "");
    project.write("mig2/script.py.mako", "");
    merge("alembic -c wrong.ini upgrade head", &[]).code(125).says("exited with 255: Can't locate revision");
}

#[test]
fn alembic_that_is_missing_fails_or_hangs_is_named() {
    let project = Project::new(FORK);
    let arguments = ["merge", "--rev-id", "d333", "-m", "x"];
    let command = "`alembic -c alembic.ini merge -m x --rev-id d333 b111 c222`";
    let missing = project.levelhead(&arguments).env("PATH", "/usr/bin:/bin").run();
    missing.code(127).says(&format!("cannot run {command}: alembic: command not found")).prints("");
    missing.says("note: install alembic: activate the application's virtualenv, or install its requirements; or set");
    let fake = |script: &str| {
        project.write("bin/alembic", &format!("#!/bin/sh\n{script}\n"));
        project.command("chmod".as_ref(), &["+x", "bin/alembic"]);
        let path = format!("{}/bin:/usr/bin:/bin", project.path().display());
        project.levelhead(&arguments).env("PATH", path).env("LEVELHEAD_UPGRADE_TIMEOUT", "1").run()
    };
    let failed = fake("echo one; echo two >&2; exit 3");
    failed.code(125).says("warning:   one\n").says(&format!("{command} exited with 3: two"));
    failed.says("help: alembic -c alembic.ini merge -m x --rev-id d333 b111 c222").prints("");
    fake("kill -9 $$").code(125).says("was ended by SIGKILL: it has said nothing");
    let silent = fake("echo waiting; (sleep 3; touch late) & sleep 60");
    silent.code(124).says("warning:   waiting\n").says(&format!("{command} did not end within 1s and was killed"));
    let nothing = fake("exit 0");
    nothing.code(125).says("Alembic wrote no new file, but not the merge revision d333: no file in ").prints("");
    let other = fake("cp mig/versions/c222_x.py mig/versions/other.py");
    other.code(125).says("Alembic wrote mig/versions/other.py, but not the merge revision d333");
    other.says("help: rm mig/versions/other.py");
    fs::remove_file(project.path().join("mig/versions/other.py")).unwrap();
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert!(!project.path().join("late").exists());
    assert_eq!(project.files("mig/versions").len(), 3);
}

#[test]
fn what_alembic_writes_is_read_back() {
    let project = Project::new(FORK);
    let template = project.read("mig/script.py.mako");
    for (text, arguments, reason) in [
        ("revision = '${up_revision}'\ndown_revision = 'b111'\n", &[][..], "its down_revision is b111, not b111, c222"),
        (
            "revision = '${up_revision}'\ndown_revision = ${repr(down_revision)}\nbranch_labels = ('a', 'b')\n",
            &["--branch-label", "b"],
            "its branch_labels are (a, b)",
        ),
        ("revision = 'f000'\ndown_revision = ${repr(down_revision)}\n", &[], "has this id"),
    ] {
        project.write("mig/script.py.mako", text);
        let arguments = [&["merge", "--rev-id", "d333", "-m", "x"], arguments].concat();
        let shown = project.levelhead(&[&arguments[..], &["--dry-run"]].concat()).run();
        shown.code(125).says("Alembic wrote mig/versions/d333_x.py in a copy, but not the merge").says(reason);
        shown.says("note: correct script.py.mako").prints("");
        assert_eq!(project.files("mig/versions").len(), 3);
        let written = project.levelhead(&arguments).run();
        written.code(125).says("Alembic wrote mig/versions/d333_x.py, but not the merge revision d333: ").says(reason);
        written.says("help: rm mig/versions/d333_x.py").prints("");
        fs::remove_file(project.path().join("mig/versions/d333_x.py")).unwrap();
    }
    project.write("mig/script.py.mako", &template);
    let broken = project.levelhead(&["merge", "--rev-id", "d333", "-m", "it \"\"\" ends"]).run();
    broken.code(125).says("SyntaxError").says("mig/versions/d333_it_ends.py was written all the same");
}
