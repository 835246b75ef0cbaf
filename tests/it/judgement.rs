//! What is concluded where rows, files and schema tell different stories, and that every command concludes the same.

use std::fs;

use crate::support::Backend;
use crate::support::database::{BOTH, Database};
use crate::support::depot::{Depot, OWNER, PARCELS};
use crate::support::postgres::server;

#[test]
fn a_row_over_nothing_starts_nothing() {
    for backend in BOTH {
        for (tables, code) in
            [("SELECT 1", "stamped-too-far"), ("CREATE TABLE invoices (id integer)", "wrong-database")]
        {
            let depot = Depot::new(backend, &[PARCELS, OWNER]);
            depot.alembic(&["stamp", "heads"]);
            depot.database.sql(tables);
            depot.run().code(125).prints("").says(code);
            let report = depot.check();
            assert!(report.contains(code) && report.contains("\"healthy\": false"), "{report}");
            depot.levelhead(&["run", "--", "echo", "started"]).env("LEVELHEAD_VERIFY", "never").run().success();
        }
    }
}

#[test]
fn one_table_of_the_files_is_enough_to_be_at_head_without_a_closer_look() {
    for backend in BOTH {
        let depot = Depot::new(backend, &[PARCELS, OWNER]);
        depot.alembic(&["upgrade", "heads"]);
        depot.database.sql("CREATE TABLE zebras (id integer); CREATE TABLE parcels_old (id integer)");
        depot.run().success().prints("started\n").says("2 revisions read in");
    }
}

/// Tables that a helper makes are in no revision file: a closer look, and no refusal.
#[test]
fn tables_that_no_file_names_are_no_reason_to_stop() {
    for backend in BOTH {
        let mut depot = Depot::new(backend, &[]);
        fs::write(
            depot.folder.path().join("helper.py"),
            format!("from alembic import op\nimport sqlalchemy as sa\n\n\ndef make():\n    {PARCELS}\n"),
        )
        .unwrap();
        let env = depot.folder.path().join("migrations/env.py");
        let text = fs::read_to_string(&env).unwrap();
        fs::write(&env, format!("import sys\nsys.path.insert(0, '.')\n{text}")).unwrap();
        depot.add("import helper\nhelper.make()");
        depot.alembic(&["upgrade", "heads"]);
        depot.run().success().prints("started\n").says("at head a1");
    }
}

#[test]
fn a_row_ahead_of_the_schema_is_seen_where_a_later_revision_takes_the_difference_away() {
    let bodies = [
        PARCELS,
        OWNER,
        "op.create_table('crates', sa.Column('id', sa.Integer, primary_key=True))",
        "with op.batch_alter_table('parcels') as batch:\n    batch.drop_column('owner')",
    ];
    for backend in BOTH {
        let depot = Depot::new(backend, &bodies);
        depot.alembic(&["upgrade", "a1"]);
        depot.set_row("a2");
        depot.run().code(125).prints("").says("stamped-too-far").says("parcels.owner is missing, which a2 creates");
        depot.has_rows(&["a2"]);
    }
}

#[test]
fn a_table_that_no_migration_made_may_be_made_anew() {
    let anew = "op.drop_table('crates')\nop.create_table('crates', sa.Column('id', sa.Integer, primary_key=True), sa.Column('lid', sa.Text))";
    for backend in BOTH {
        for made in ["id integer PRIMARY KEY", "id integer PRIMARY KEY, lid text"] {
            let mut depot = Depot::new(backend, &[PARCELS]);
            depot.database.sql(&format!("CREATE TABLE crates ({made})"));
            depot.alembic(&["upgrade", "heads"]);
            depot.add(anew);
            let report = depot.check();
            assert!(report.contains("\"behind\"") && !report.contains("half-applied"), "{report}");
            depot.run().success().prints("started\n");
            depot.has_rows(&["a2"]);
        }
    }
}

#[test]
fn a_lost_row_is_proven_beside_tables_of_nobodys_migrations() {
    for backend in BOTH {
        let depot = Depot::new(backend, &[PARCELS, OWNER]);
        depot.alembic(&["upgrade", "heads"]);
        depot.database.sql("CREATE TABLE sessions (id integer); DROP TABLE alembic_version");
        depot.run().success().prints("started\n").says("adding a2");
        depot.has_rows(&["a2"]);
        // A column of their own is another matter: a newer release may have made it.
        depot.database.sql("ALTER TABLE parcels ADD COLUMN colour text");
        depot.database.sql("DROP TABLE alembic_version");
        depot.run().code(125).prints("");
    }
}

#[test]
fn the_version_table_is_found_where_env_py_sets_the_search_path() {
    let setup = "connection.execute(text('CREATE SCHEMA IF NOT EXISTS depot'))\n    \
                 connection.execute(text('SET search_path TO depot'))\n    connection.commit()\n    \
                 connection.dialect.default_schema_name = 'depot'";
    let mut depot = Depot::with_setup(Backend::Postgres, setup, &[PARCELS]);
    depot.run().success().prints("started\n").says("at head a1, upgraded in");
    depot.run().success().prints("started\n").says("at head a1; 1 revision read");
    depot.add(OWNER);
    let report = depot.check();
    assert!(report.contains("as the rows say"), "{report}");
    depot.run().success().prints("started\n").says("at head a2, upgraded in");
    assert_eq!(depot.database.sql("SELECT version_num FROM depot.alembic_version"), ["a2"]);
    depot.levelhead(&["current", "--check-heads"]).run().success();
    // A row that is too far is seen there, too.
    depot.database.sql("ALTER TABLE depot.parcels DROP COLUMN owner");
    assert!(depot.check().contains("parcels.owner is missing, which a2 creates"));
    // Where two schemas have one, nobody has said which.
    depot.database.sql("CREATE SCHEMA other; CREATE TABLE other.alembic_version (version_num text)");
    depot.run().code(125).says("depot.alembic_version, other.alembic_version");
}

#[test]
fn an_edited_revision_is_named_before_and_after_an_upgrade() {
    let edited = format!("op.add_column('parcels', sa.Column('nick', sa.Text))\n{OWNER}");
    for backend in BOTH {
        let mut depot = Depot::new(backend, &[PARCELS, OWNER]);
        depot.alembic(&["upgrade", "heads"]);
        depot.edit(2, &edited);
        let named = |report: &str| {
            assert!(
                report.contains("edited-revision") && report.contains("parcels.nick is missing, which a2 creates"),
                "{report}"
            );
            assert!(report.contains("a2.py:9)") && !report.contains("parcels.owner"), "{report}");
        };
        named(&depot.check());
        depot.add("op.create_table('labels', sa.Column('id', sa.Integer, primary_key=True))");
        named(&depot.check());
        depot.run().success().prints("started\n").says("warning[edited-revision]: ");
        depot.has_rows(&["a3"]);
        named(&depot.check());
        depot.run().success().prints("started\n");
        let page = depot.levelhead(&["explain", "edited-revision"]).run();
        page.success();
        assert!(page.stdout.contains("was edited"), "{page:#?}");
    }
}

/// Nothing of the revision is there: that is no edit.
#[test]
fn a_revision_of_which_nothing_is_there_is_not_taken_for_edited() {
    for backend in BOTH {
        let depot = Depot::new(
            backend,
            &[PARCELS, OWNER, "op.create_table('crates', sa.Column('id', sa.Integer, primary_key=True))"],
        );
        depot.alembic(&["upgrade", "a1"]);
        depot.set_row("a3");
        assert!(depot.check().contains("stamped-too-far"));
    }
}

const CODE_NOT_NULL: &str = "with op.batch_alter_table('parcels') as batch:\n    batch.alter_column('code', existing_type=sa.Integer, nullable=False)";

#[test]
fn a_leftover_of_batch_mode_is_dropped_only_where_it_is_a_copy() {
    let leftover = "CREATE TABLE _alembic_tmp_parcels (id INTEGER NOT NULL PRIMARY KEY, code INTEGER NOT NULL)";
    let rows = "INSERT INTO _alembic_tmp_parcels VALUES (1, 5)";
    let own = "INSERT INTO parcels VALUES (1, 5)";
    let depot = |statements: &[&str]| {
        let depot = Depot::new(Backend::Sqlite, &[PARCELS, CODE_NOT_NULL]);
        depot.alembic(&["upgrade", "a1"]);
        statements.iter().for_each(|statement| drop(depot.database.sql(statement)));
        depot
    };
    let dropped = "note: this asks first, then runs: DROP TABLE _alembic_tmp_parcels";
    for copy in [&[leftover, own][..], &[leftover, own, rows]] {
        let depot = depot(copy);
        depot.run().code(125).prints("").says("leftover-table").says(dropped);
        assert!(depot.check().contains("_alembic_tmp_parcels"));
        depot.database.sql("DROP TABLE _alembic_tmp_parcels");
        depot.run().success().prints("started\n");
    }
    // The table is gone: its rows are in the leftover.
    let gone = depot(&[leftover, rows, "DROP TABLE parcels"]);
    let renamed = "note: this asks first, then runs: ALTER TABLE _alembic_tmp_parcels RENAME TO parcels";
    gone.run().code(125).prints("").says("leftover-table").says(renamed).says_nothing_of("DROP TABLE");
    // Made anew, and empty: neither.
    let doubtful = depot(&[leftover, rows]);
    let stopped = doubtful.run();
    stopped.code(125).says("has fewer rows").says_nothing_of("DROP TABLE").says_nothing_of("RENAME");
    // At head nothing meets a copy; that a table is gone is seen there, too.
    let head = depot(&[own]);
    head.alembic(&["upgrade", "heads"]);
    head.database.sql(leftover);
    head.run().success().prints("started\n").says("warning[leftover-table]");
    head.database.sql("DROP TABLE parcels");
    head.run().code(125).says(renamed);
}

#[test]
fn a_leftover_is_named_with_its_schema_and_among_several() {
    let depot = Depot::new(
        Backend::Postgres,
        &[
            "op.execute('CREATE SCHEMA stock')",
            "op.create_table('parcels', sa.Column('id', sa.Integer), schema='stock')",
        ],
    );
    depot.alembic(&["upgrade", "heads"]);
    depot
        .database
        .sql("CREATE TABLE stock._alembic_tmp_parcels (id integer); CREATE TABLE _alembic_tmp_gone (id integer)");
    let report = depot.check();
    assert!(report.contains("ALTER TABLE _alembic_tmp_gone RENAME TO gone"), "{report}");
    assert!(report.contains("stock._alembic_tmp_parcels: a copy of stock.parcels"), "{report}");
}

#[test]
fn a_revision_that_asks_before_each_step_is_tried() {
    let asks = "inspector = sa.inspect(op.get_bind())\nthere = {column['name'] for column in inspector.get_columns('parcels')}\n\
                for name in ('zone', 'state'):\n    if name not in there:\n        op.add_column('parcels', sa.Column(name, sa.Text))\n\
                if 'keys' not in inspector.get_table_names():\n    op.create_table('keys', sa.Column('id', sa.Integer, primary_key=True))";
    let asks_not = "op.add_column('parcels', sa.Column('zone', sa.Text))\nop.create_table('keys', sa.Column('id', sa.Integer, primary_key=True))";
    for backend in BOTH {
        for (body, goes_on) in [(asks, true), (asks_not, false)] {
            let depot = Depot::new(backend, &[PARCELS, body]);
            depot.alembic(&["upgrade", "a1"]);
            depot.database.sql("ALTER TABLE parcels ADD COLUMN zone text");
            let outcome = depot.run();
            match goes_on {
                true => outcome.success().prints("started\n"),
                false => outcome.code(125).prints(""),
            };
            depot.has_rows(&[if goes_on { "a2" } else { "a1" }]);
        }
    }
}

#[test]
fn a_further_database_is_judged_by_every_command_and_upgraded_by_the_same() {
    for backend in BOTH {
        let depot = Depot::new(backend, &[PARCELS, OWNER]);
        let people = Depot::new(backend, &[PARCELS, OWNER]);
        depot.alembic(&["upgrade", "heads"]);
        people.alembic(&["upgrade", "a1"]);
        let named = format!("people={}", people.database.url());
        let levelhead = |words: &[&str]| depot.levelhead(words).env("LEVELHEAD_DATABASES", &named);
        let check = levelhead(&["check", "--format", "json"]).run();
        check.code(10);
        assert!(check.stdout.contains("people: at a1, 1 revision pending"), "{check:#?}");
        levelhead(&["run", "--", "echo", "started"]).run().code(125).prints("").says("people is behind: alembic");
        // An upgrade command that serves both.
        let both =
            format!("sh -c 'alembic upgrade heads && DATABASE_URL={} alembic upgrade heads'", people.database.url());
        levelhead(&["run", "--", "echo", "started"])
            .env("LEVELHEAD_UPGRADE_COMMAND", &both)
            .run()
            .success()
            .prints("started\n");
        people.has_rows(&["a2"]);
        levelhead(&["check"]).run().success();
        people.set_row("zz9");
        levelhead(&["check"]).run().success().prints_a("[ahead]: people: ");
        levelhead(&["run", "--", "echo", "started"]).run().success().says("people: the version table says zz9");
        people.database.sql("ALTER TABLE parcels DROP COLUMN owner");
        levelhead(&["check"]).run().code(1);
        levelhead(&["run", "--", "echo", "started"]).run().code(125).prints("");
    }
}

/// The ledger's schema has the role's name, and `"$user"` leads to it.
#[test]
fn a_role_called_levelhead_keeps_its_tables_where_they_are() {
    let mut depot = Depot::new(Backend::Postgres, &[PARCELS]);
    let Database::Postgres { name } = &depot.database else { unreachable!() };
    let _ = server().try_sql(name, "CREATE ROLE levelhead LOGIN PASSWORD 'secret'");
    depot.database.sql(&format!("ALTER DATABASE {name} OWNER TO levelhead; GRANT ALL ON SCHEMA public TO levelhead"));
    let url = depot.database.url();
    let url = format!("postgresql://levelhead:secret{}", &url[url.find('@').unwrap()..]);
    let run = |depot: &Depot| depot.levelhead(&["run", "--", "echo", "started"]).env("DATABASE_URL", &url).run();
    run(&depot).success().says("not in the ledger: your role is called levelhead");
    depot.add(OWNER);
    run(&depot).success().prints("started\n");
    assert_eq!(depot.database.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'levelhead'"), ["0"]);
}
