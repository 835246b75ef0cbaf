//! The version table as people have it: each state works, or stops with the statement that makes it work, which is taken from
//! what levelhead says and run.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::support::application::{HEAD, REVISIONS};
use crate::support::pooler::Pooler;
use crate::support::postgres::{Server, server};
use crate::support::{Application, Backend, Levelhead, Outcome};
use database::Database;
use database::url::{DatabaseUrl, LibpqEnvironment};
use database::wait::Wait;
use version_table::VersionTable;

static ROLES: AtomicU32 = AtomicU32::new(0);

/// What Alembic makes.
const TABLE: &str =
    "CREATE TABLE alembic_version (version_num varchar(32) CONSTRAINT alembic_version_pkc PRIMARY KEY);";

/// A new role without rights, and the URL of the application's database for it.
fn role(shop: &Application) -> (String, String) {
    let role = format!("role_{}", ROLES.fetch_add(1, Ordering::Relaxed));
    shop.database.sql(&format!("CREATE ROLE {role} LOGIN PASSWORD 'secret'"));
    let url = shop.database.url();
    let place = &url[url.find('@').unwrap()..];
    let url = format!("postgresql://{role}:secret{place}");
    (role, url)
}

/// The statement that the last line tells to run.
#[track_caller]
fn next(outcome: &Outcome) -> String {
    let line = outcome.stderr.lines().find_map(|line| line.strip_prefix("levelhead: note: run in the database, as "));
    line.and_then(|line| Some(line.split_once(": ")?.1))
        .unwrap_or_else(|| panic!("no statement in {outcome:#?}"))
        .to_owned()
}

/// `stamp head` stops with `problem` and a statement, which the owner of the database then runs; after that it works.
#[track_caller]
fn stops_until_the_statement_is_run(shop: &Application, url: &str, problem: &str, statement: &str) {
    let stamp = || shop.levelhead(&["stamp", "head"]).env("DATABASE_URL", url).run();
    let stopped = stamp();
    stopped.code(125).says(problem);
    assert_eq!(next(&stopped), statement, "{stopped:#?}");
    shop.database.sql(&next(&stopped));
    stamp().success();
    assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
}

#[test]
fn a_role_without_rights_on_the_table_is_told_which_it_lacks() {
    let shop = Application::new(Backend::Postgres);
    let (role, url) = role(&shop);
    shop.database.sql(TABLE);
    let table = "ON TABLE \"public\".\"alembic_version\" TO";
    let reading = shop.levelhead(&["current"]).env("DATABASE_URL", &url).run();
    reading.code(125).says(&format!("{role} lacks SELECT on public.alembic_version, which belongs to postgres"));
    assert_eq!(next(&reading), format!("GRANT SELECT {table} \"{role}\""));
    shop.database.sql(&next(&reading));
    shop.levelhead(&["current"]).env("DATABASE_URL", &url).run().success();
    let lacks = format!("[no-privilege]: {role} lacks INSERT, UPDATE on");
    stops_until_the_statement_is_run(&shop, &url, &lacks, &format!("GRANT INSERT, UPDATE {table} \"{role}\""));
}

#[test]
fn a_role_that_may_write_rows_needs_no_right_to_create_tables() {
    let shop = Application::new(Backend::Postgres);
    let (role, url) = role(&shop);
    shop.database.sql(&format!("{TABLE} GRANT SELECT, INSERT, UPDATE ON alembic_version TO {role}"));
    shop.levelhead(&["stamp", REVISIONS[0]]).env("DATABASE_URL", &url).run().success();
    shop.levelhead(&["stamp", "head"]).env("DATABASE_URL", &url).run().success();
    assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
}

/// PostgreSQL 15 took CREATE on the schema public from everybody.
#[test]
fn a_table_that_is_missing_needs_create_on_its_schema() {
    let shop = Application::new(Backend::Postgres);
    shop.database.sql("REVOKE CREATE ON SCHEMA public FROM public");
    let (role, url) = role(&shop);
    let problem = format!("[no-privilege]: {role} may not create public.alembic_version (CREATE on the schema)");
    let statement = format!("GRANT CREATE ON SCHEMA \"public\" TO \"{role}\"");
    for arguments in [&["run"] as &[&str], &["run", "--skip-db-upgrade"]] {
        let outcome = shop.levelhead(arguments).env("DATABASE_URL", &url).run();
        outcome.says(&problem);
        assert_eq!(next(&outcome), statement);
    }
    stops_until_the_statement_is_run(&shop, &url, &problem, &statement);
}

#[test]
fn a_schema_of_its_own_is_read_made_and_granted() {
    let shop = Application::new(Backend::Postgres);
    let (role, url) = role(&shop);
    let stamp =
        || shop.levelhead(&["stamp", "head", "--version-table-schema", "app \"x\""]).env("DATABASE_URL", &url).run();
    let mut said = Vec::new();
    for _ in 0..5 {
        let outcome = stamp();
        if outcome.status.success() {
            break;
        }
        said.push(next(outcome.code(125)));
        shop.database.sql(said.last().unwrap());
        if said.len() == 1 {
            shop.database.sql(&format!(
                "ALTER SCHEMA \"app \"\"x\"\"\" OWNER TO postgres; REVOKE ALL ON SCHEMA \"app \"\"x\"\"\" FROM {role}"
            ));
        }
    }
    let expected = [
        format!("CREATE SCHEMA \"app \"\"x\"\"\" AUTHORIZATION \"{role}\""),
        format!("GRANT USAGE ON SCHEMA \"app \"\"x\"\"\" TO \"{role}\""),
        format!("GRANT CREATE ON SCHEMA \"app \"\"x\"\"\" TO \"{role}\""),
    ];
    assert_eq!(said, expected);
    assert_eq!(shop.database.sql("SELECT version_num FROM \"app \"\"x\"\"\".alembic_version"), [HEAD]);
}

#[test]
fn the_table_that_the_search_path_leads_to_is_the_one_that_changes() {
    let shop = Application::new(Backend::Postgres);
    let (role, url) = role(&shop);
    shop.database.sql(&format!(
        "CREATE SCHEMA {role} AUTHORIZATION {role}; {TABLE} ALTER TABLE alembic_version OWNER TO {role}"
    ));
    shop.levelhead(&["stamp", "head"]).env("DATABASE_URL", &url).run().success();
    assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    assert_eq!(shop.database.sql("SELECT count(*) FROM pg_class WHERE relname = 'alembic_version'"), ["1"]);
}

#[test]
fn a_column_that_is_too_narrow_is_widened_by_its_owner() {
    let shop = Application::new(Backend::Postgres);
    shop.database.sql("CREATE TABLE alembic_version (version_num varchar(8) NOT NULL)");
    let outcome = shop.levelhead(&["run", "--", "echo", "started"]).env("LEVELHEAD_REPAIR", "none").run();
    outcome.code(125).says("[narrow-version-column]: public.alembic_version.version_num takes 8 characters");
    outcome.says("the longest revision id has 12");
    let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
    outcome.success().prints("started\n").says("version_num now takes 32 characters").says("at head");
    assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));

    let shop = Application::new(Backend::Postgres);
    let (role, url) = role(&shop);
    shop.database.sql(&format!(
        "CREATE DOMAIN id AS varchar(8); CREATE TABLE alembic_version (version_num id NOT NULL); \
         GRANT SELECT, INSERT, UPDATE ON alembic_version TO {role}"
    ));
    let statement = "ALTER TABLE \"public\".\"alembic_version\" ALTER COLUMN version_num TYPE VARCHAR(32)";
    stops_until_the_statement_is_run(&shop, &url, "has 12; postgres may widen it", statement);
}

#[test]
fn what_is_no_version_table_is_set_aside() {
    let rename =
        |kind: &str| format!("ALTER {kind} \"public\".\"alembic_version\" RENAME TO \"alembic_version_aside\"");
    for (made, problem, statement) in [
        (
            "CREATE VIEW alembic_version AS SELECT DISTINCT 'x'::varchar AS version_num WHERE false",
            "[unusable-version-table]: public.alembic_version is a view, which cannot be written to",
            rename("VIEW"),
        ),
        (
            "CREATE MATERIALIZED VIEW alembic_version AS SELECT 'x'::varchar AS version_num WHERE false",
            "public.alembic_version is a materialized view, which cannot be written to",
            rename("MATERIALIZED VIEW"),
        ),
        (
            "CREATE TABLE alembic_version (revision text)",
            "public.alembic_version, a table, has no column version_num",
            rename("TABLE"),
        ),
        ("CREATE SEQUENCE alembic_version", "a sequence, has no column version_num", rename("SEQUENCE")),
        (
            "CREATE TABLE alembic_version (version_num char(32) NOT NULL)",
            "public.alembic_version.version_num is of type character, not varchar",
            "ALTER TABLE \"public\".\"alembic_version\" ALTER COLUMN version_num TYPE VARCHAR(32)".to_owned(),
        ),
        (
            "CREATE TABLE alembic_version (version_num varchar(32), at date NOT NULL, \"by whom\" text NOT NULL)",
            "public.alembic_version has NOT NULL columns without a default (at, by whom)",
            "ALTER TABLE \"public\".\"alembic_version\" ALTER COLUMN \"at\" DROP NOT NULL, \
             ALTER COLUMN \"by whom\" DROP NOT NULL"
                .to_owned(),
        ),
    ] {
        let shop = Application::new(Backend::Postgres);
        shop.database.sql(made);
        stops_until_the_statement_is_run(&shop, &shop.database.url(), problem, &statement);
    }
}

#[test]
fn a_view_that_can_be_written_to_will_do() {
    let shop = Application::new(Backend::Postgres);
    shop.database.sql("CREATE TABLE versions (version_num varchar(32)); CREATE VIEW alembic_version AS TABLE versions");
    shop.levelhead(&["stamp", "head"]).run().success();
    assert_eq!(shop.database.sql("SELECT version_num FROM versions"), [HEAD]);
}

#[test]
fn policies_on_the_rows_are_named() {
    let shop = Application::new(Backend::Postgres);
    let (role, url) = role(&shop);
    shop.database.sql(&format!(
        "{TABLE} ALTER TABLE alembic_version ENABLE ROW LEVEL SECURITY; \
         GRANT SELECT, INSERT, UPDATE, DELETE ON alembic_version TO {role}"
    ));
    let statement = "ALTER TABLE \"public\".\"alembic_version\" DISABLE ROW LEVEL SECURITY";
    let problem = format!("row level security decides which rows of public.alembic_version {role} sees");
    stops_until_the_statement_is_run(&shop, &url, &problem, statement);
}

#[test]
fn rows_without_a_revision_are_in_nobodys_way() {
    let shop = Application::new(Backend::Postgres);
    shop.database
        .sql("CREATE TABLE alembic_version (version_num varchar(32)); INSERT INTO alembic_version VALUES (NULL)");
    let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
    outcome.success().prints("started\n").says("an empty database, 4 revisions pending");
    shop.levelhead(&["run", "--", "echo", "started"]).run().success().says(&format!("at head {HEAD}"));
    shop.levelhead(&["stamp", REVISIONS[0]]).run().success();
    assert_eq!(shop.database.sql("SELECT version_num FROM alembic_version ORDER BY 1"), [REVISIONS[0], "NULL"]);
}

/// Without a key, somebody's restore has brought the row back a second time. Alembic stops at it.
#[test]
fn a_row_that_is_there_twice_is_made_one() {
    for backend in [Backend::Postgres, Backend::Sqlite] {
        let shop = Application::at(backend, REVISIONS[1]);
        let row = REVISIONS[1];
        shop.database.sql(&format!(
            "DROP TABLE alembic_version; CREATE TABLE alembic_version (version_num varchar(32), at int DEFAULT 1); \
             INSERT INTO alembic_version VALUES ('{row}', 1), ('{row}', 2)"
        ));
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.code(125).says("[duplicate-rows]: ").says(&format!("alembic_version holds {row} more than once"));
        let command = outcome.stderr.lines().find_map(|line| line.strip_prefix("levelhead: help: ")).unwrap();
        let (_, command) = command.split_once("levelhead ").unwrap();
        assert_eq!(command, format!("stamp --purge {row}"));
        let words: Vec<&str> = command.split(' ').collect();
        shop.levelhead(&words).run().success();
        assert_eq!(shop.database.rows(), Some(vec![row.to_owned()]));
        shop.levelhead(&["run", "--", "echo", "started"]).run().success().prints("started\n");
    }
}

#[test]
fn a_read_only_default_is_named_with_the_statement_that_unmakes_it() {
    let shop = Application::new(Backend::Postgres);
    let (role, url) = role(&shop);
    let database = shop.database.sql("SELECT current_database()").remove(0);
    shop.database.sql(&format!("{TABLE} ALTER TABLE alembic_version OWNER TO {role}"));
    let setting = "default_transaction_read_only";
    for what in [
        format!("DATABASE \"{database}\""),
        format!("ROLE \"{role}\""),
        format!("ROLE \"{role}\" IN DATABASE \"{database}\""),
    ] {
        server().sql("postgres", &format!("ALTER {what} SET {setting} = on"));
        let stopped = shop.levelhead(&["stamp", "head"]).env("DATABASE_URL", &url).run();
        stopped.code(125).says(&format!("[read-only]: {setting} is on for {role} in {database}"));
        assert_eq!(next(&stopped), format!("ALTER {what} RESET {setting}"));
        // The database's own setting binds its sessions, too, so that this one is run elsewhere.
        server().sql("postgres", &next(&stopped));
        shop.levelhead(&["stamp", "head"]).env("DATABASE_URL", &url).run().success();
        shop.levelhead(&["stamp", "base"]).env("DATABASE_URL", &url).run().success();
    }
    let asked =
        shop.levelhead(&["stamp", "head"]).env("DATABASE_URL", format!("{url}?options=-c%20{setting}%3Don")).run();
    asked.code(125).says(&format!("note: take {setting} out of the options in DATABASE_URL"));
}

#[test]
fn a_standby_starts_at_head_and_points_to_its_primary_otherwise() {
    let primary = Server::start(&["wal_level=replica"]);
    let shop = Application::new(Backend::Sqlite);
    let database = primary.create_database();
    let on = |server: &Server, arguments: &[&str]| -> Levelhead {
        shop.levelhead(arguments).env("DATABASE_URL", server.url(&database))
    };
    on(&primary, &["run"]).run().success();
    let standby = primary.standby();
    let started = on(&standby, &["run", "--", "echo", "started"]).run();
    started.success().prints("started\n").says(&format!("at head {HEAD}"));
    let stopped = on(&standby, &["stamp", REVISIONS[0]]).run();
    stopped
        .code(125)
        .says("error[in-recovery]: this server is a standby")
        .says("note: point DATABASE_URL at the primary");
    on(&primary, &["stamp", REVISIONS[2]]).run().success();
    crate::support::running::eventually("the standby repeats the change", || {
        standby.sql(&database, "SELECT version_num FROM alembic_version") == [[REVISIONS[2]]]
    });
    let behind = on(&standby, &["run", "--", "echo", "started"]).run();
    behind.code(125).prints("").says("in-recovery").says("note: point DATABASE_URL at the primary");
}

#[test]
fn a_pooler_in_transaction_mode_is_no_hindrance() {
    let shop = Application::new(Backend::Postgres);
    let database = shop.database.sql("SELECT current_database()").remove(0);
    let pooler = Pooler::start(&[&database], "pool_mode = transaction\ndefault_pool_size = 2");
    let url = pooler.url("app", &database);
    shop.database.sql("CREATE TABLE alembic_version (version_num varchar(8) NOT NULL)");
    let stamped = shop.levelhead(&["stamp", "head"]).env("DATABASE_URL", &url).run();
    stamped.success().says("version_num now takes 32 characters").says("levelhead undo");
    shop.levelhead(&["undo"]).env("DATABASE_URL", &url).run().success().says("removing all rows");
    assert_eq!(shop.database.rows(), Some(vec![]));
}

#[test]
fn an_sqlite_file_that_cannot_be_written_to_is_named() {
    let shop = Application::new(Backend::Sqlite);
    shop.levelhead(&["stamp", REVISIONS[0]]).run().success();
    // Nobody, since root may write to any file.
    let folder = shop.folder();
    let mode = |mode: &str| assert!(Command::new("chmod").arg(mode).arg(folder).status().unwrap().success());
    mode("755");
    let mut command = shop.levelhead(&["stamp", "head"]).command();
    std::os::unix::process::CommandExt::uid(&mut command, 65534);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(125), "{said}");
    assert!(said.contains("not writable for this user") || said.contains("cannot lock"), "{said}");
    assert_eq!(shop.database.rows(), Some(vec![REVISIONS[0].to_owned()]));
}

#[test]
fn what_is_looked_at_is_peoples_own_and_nothing_of_levelheads_or_of_the_systems() {
    let name = server().create_database();
    server().sql(
        &name,
        "CREATE SCHEMA levelhead; CREATE TABLE levelhead.ledger (version_num text); CREATE TABLE t (version_num text)",
    );
    let url = DatabaseUrl::parse(&server().url(&name), &LibpqEnvironment::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let found = runtime.block_on(async {
        let database = Database::open(&url, &Wait::up_to(Duration::ZERO), &mut |_| {}).await.unwrap();
        let contents = database.contents().await.unwrap();
        let version_table = VersionTable::default();
        [
            database.tables(&version_table).await.unwrap(),
            database.version_tables().await.unwrap(),
            contents.tables.into_iter().map(|(table, _)| table).collect(),
            contents.losses.into_iter().map(|loss| loss.object).collect(),
            database.owners().await.unwrap().into_iter().map(|owner| owner.table).collect(),
            database.schema(&version_table).await.unwrap().tables.into_keys().collect(),
        ]
    });
    assert_eq!(
        found,
        ["public.t", "public.t", "public.t", "table public.t", "t", "t"].map(|only| vec![only.to_owned()])
    );
}
