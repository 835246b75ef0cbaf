//! `merge` beside `alembic merge`: the same path, the same text, and a history that Alembic agrees with.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::project::{Project, Spec};
use crate::support::python;

/// What both write for one merge.
fn compare(project: &Project, message: &str) {
    let arguments = ["--rev-id", "abc123", "-m", message];
    let ours = project.levelhead(&[&["merge", "--dry-run", "--format", "json"], &arguments[..]].concat()).run();
    let ours: Value = serde_json::from_str(&ours.success().stdout).unwrap();
    let before = project.files(".");
    project.alembic(&[&["merge", "heads"], &arguments[..]].concat());
    let written: Vec<PathBuf> = project.files(".").into_iter().filter(|file| !before.contains(file)).collect();
    let [theirs] = &written[..] else { panic!("alembic merge wrote {written:?}") };
    let path = project.path().join(ours["revision"]["path"].as_str().unwrap());
    assert_eq!(&path.canonicalize().unwrap(), &theirs.canonicalize().unwrap());
    assert_eq!(dateless(ours["text"].as_str().unwrap()), dateless(&fs::read_to_string(theirs).unwrap()));
}

/// A text without the digits of its moment, but with its form.
fn dateless(text: &str) -> String {
    let line = |line: &str| match line.split_once("Create Date:") {
        Some((start, date)) => format!("{start}Create Date:{}", date.replace(|c: char| c.is_ascii_digit(), "9")),
        None => line.to_owned(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

const FORK: &str = "a000;b111<-a000;c222<-a000";

fn write_graph(project: &Project, graph: &str) {
    for spec in Spec::graph(graph) {
        project.write(&format!("mig/versions/{}_x.py", spec.id), &spec.text(None));
    }
}

#[test]
fn every_template_of_alembics_gives_the_same_file() {
    for template in ["generic", "async", "pyproject", "pyproject_async"] {
        let project = Project::empty(template);
        write_graph(&project, FORK);
        compare(&project, "two Sides, \"it's\" ünited");
    }
    let project = Project::empty("multidb");
    project.edit("alembic.ini", "databases = engine1, engine2", "databases = engine1,  engine2,e3 ");
    write_graph(&project, FORK);
    compare(&project, "several");
}

#[test]
fn templates_that_people_have_made_give_the_same_file() {
    let heads = "revision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\n\
                 branch_labels = ${repr(branch_labels)}\ndepends_on = ${repr(depends_on)}\n";
    for rest in [
        "% if message:\n# ${message.capitalize()}\n% elif up_revision:\nx = 1\n% else:\n  % if 1:\ny\n  % endif\n% endif\n",
        "% if not imports:\nnone\n% endif\n%% if\n  %% for\n## a comment\n  ## another\n<%doc>\nnothing\n</%doc>z\n",
        "<%!\nimport re\n%>\n% for name in re.split(r',\\s*', 'a, b,c'):\nname_${name} = '${\"%s_x\" % name}'\n% endfor\n",
        "% for a in ['x', 'y']:\n% for b in list('12'):\n${a + b}=1\n% endfor\n% endfor\ntail",
        "a = \"\"\"${up_revision.upper()} ${', '.join(down_revision)}\"\"\"\nb = '${repr(message)[1:] if False else \"}\"}'\n",
        "x = 1 \\\n  + 2\n% if message \\\n  and up_revision:\nlong = ${len(down_revision)}\n% endif\n",
        "<%\n    who = message.strip().lower()\n    kind = 'x' if imports else 'y'\n%>who = ${repr(who)}; ${kind} = 1\n",
        "% if len(down_revision) > 1:\n${', '.join(down_revision) if isinstance(down_revision, (list, tuple)) else 'one'}\n% endif\n",
        "y = ${create_date.strftime('%Y')}\nz = ${config.get_main_option('no_such', 'default')!r}"
            .trim_end_matches("!r}"),
        "<%text>${this} stays\n</%text>\nd = ${repr(str(down_revision))}\n${context.get('nothing', 'pass')}\n",
    ] {
        let rest = if rest.ends_with("'default')") { format!("{rest}}}\n") } else { rest.to_owned() };
        let template = format!(
            "\"\"\"${{message}}\n\nRevises: ${{down_revision | comma,n}}\nCreate Date: ${{create_date}}\n\"\"\"\n{heads}'''\n{rest}\n'''\n"
        );
        let project = Project::new(FORK);
        project.write("mig/script.py.mako", &template);
        compare(&project, "Some message");
    }
}

#[test]
fn a_template_that_needs_mako_is_left_to_alembic() {
    let project = Project::new(FORK);
    let template = project.read("mig/script.py.mako");
    for (line, named) in [
        ("<%include file='x'/>", "the tag <%include file='x'/>"),
        ("${open('/etc/passwd').read()}", "`open('/etc/passwd').read()`"),
        ("${message | h}", "`message | h`"),
        ("% while True:\n% endwhile", "`% while True:`"),
        ("<% import os; x = os.getcwd() %>", "this block of Python"),
        ("${author}", "`author`"),
        ("% if message:", "`% if message:`"),
    ] {
        project.write("mig/script.py.mako", &format!("{template}\n{line}\n"));
        let refused = project.levelhead(&["merge", "-m", "a b"]).run();
        refused.code(125).says(named).says("script.py.mako: line ").prints("");
        refused.says("let Alembic write it: alembic -c alembic.ini merge -m 'a b' b111 c222");
        assert_eq!(project.files("mig/versions").len(), 3);
    }
    // Only Mako knows `h`. What is printed writes the same revision.
    project.write("mig/script.py.mako", &template.replacen("${message}", "${message | h}", 1));
    let wanted = ["merge", "-m", "a b", "--rev-id", "f00d", "--branch-label", "shop", "--branch-label", "till"];
    let refused = project.levelhead(&wanted).run();
    // Alembic itself takes one label.
    let printed = refused.code(125).says("; then add till to branch_labels in it").stderr.clone();
    let printed = printed.split("let Alembic write it: ").nth(1).unwrap().split(';').next().unwrap();
    let program = printed.replacen("alembic", python::binaries().join("alembic").to_str().unwrap(), 1);
    let shell = project.command("sh".as_ref(), &["-c", &program]);
    assert!(shell.status.success(), "{printed}: {shell:?}");
    let written = project.read("mig/versions/f00d_a_b.py");
    assert!(written.contains("'b111', 'c222'") && written.contains("('shop',)"), "{printed}:\n{written}");
    fs::remove_file(project.path().join("mig/versions/f00d_a_b.py")).unwrap();
    project.write("mig/script.py.mako", "revision = '${up_revision}'\ndown_revision = None\n");
    project.levelhead(&["merge"]).run().code(125).says("down_revision or branch_labels are not in it");
    project.write("mig/script.py.mako", &template);
    project.levelhead(&["merge", "-m", "it \"\"\" ends"]).run().code(125).says("syntax error");
    assert_eq!(project.files("mig/versions").len(), 3);
}

#[test]
fn options_decide_the_name_as_for_alembic() {
    let long = "a message that is far longer than what a file name takes";
    for options in [
        "truncate_slug_length = 10",
        "truncate_slug_length = 0",
        "timezone = UTC",
        "timezone = Europe/Berlin",
        "timezone = utc",
        "file_template = %%(year)d_%%(month).2d_%%(slug)s-%%(rev)s",
        "file_template = %%(year)d/%%(month)02d/%%(slug).5s_%%(rev)-8s_\nrecursive_version_locations = true",
        "version_locations = %(here)s/other:%(here)s/mig/versions",
        "version_locations = %(here)s/mig/versions:%(here)s/other",
    ] {
        let project = Project::new(FORK);
        project.edit("alembic.ini", "script_location =", &format!("{options}\nscript_location ="));
        fs::create_dir(project.path().join("other")).unwrap();
        compare(&project, long);
    }
    for (options, named) in [
        ("timezone = Mars/Olympus", "timezone = Mars/Olympus: this machine does not know that zone"),
        (
            "timezone = europe/berlin",
            "timezone = europe/berlin: Alembic does not find that zone; it is called Europe/Berlin",
        ),
        ("timezone = EUROPE/BERLIN", "it is called Europe/Berlin"),
        ("timezone =", "timezone is set to nothing, with which Alembic fails: delete the line"),
        ("truncate_slug_length = ten", "truncate_slug_length = ten: it is no length"),
        ("file_template = %%(nope)s", "file_template = %(nope)s: there is no nope"),
        ("file_template = sub/%%(slug).5s", "sub/merge.py: subfolders are only read with recursive_version_locations"),
        ("file_template = __init__", "file_template makes __init__.py: a name that begins with __init__"),
    ] {
        let project = Project::new(FORK);
        project.edit("alembic.ini", "script_location =", &format!("{options}\nscript_location ="));
        project.levelhead(&["merge"]).run().code(125).says(named).says("correct that option");
        if options.starts_with("timezone") {
            let refused = project.command(&python::binaries().join("alembic"), &["merge", "-m", "x", "heads"]);
            assert!(!refused.status.success(), "{options}: {refused:?}");
        }
        assert_eq!(project.files("mig/versions").len(), 3, "{options}");
    }
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
    project.levelhead(&["merge", "--rev-id", "a-b"]).run().code(125).says("character '-' is not allowed");
    project.levelhead(&["merge", "--rev-id", "a000"]).run().code(125).says("present more than once");
    project.levelhead(&["merge", "--branch-label", "left"]).run().code(125).says("'left' in revision");
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
    project.levelhead(&["merge"]).run().code(125).says("cannot write").says("same.py away");
    assert_eq!(project.read("mig/versions/same.py"), before);
    assert_eq!(project.files("mig/versions").len(), 4);
}

#[test]
fn formatters_that_alembic_would_run_are_named() {
    let project = Project::new(FORK);
    project.edit("alembic.ini", "[post_write_hooks]", "[post_write_hooks]\nhooks = black, ruff");
    project.levelhead(&["merge"]).run().success().says("the post-write hooks (black, ruff) were not run");
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
    let ours = project.levelhead(&["merge", "--rev-id", "abc123", "-m", "x", "--dry-run"]).run();
    flask(&["db", "merge", "heads", "--rev-id", "abc123", "-m", "x"]);
    assert_eq!(dateless(&ours.success().stdout), dateless(&project.read("migrations/versions/abc123_x.py")));
}
