//! PgBouncer in each pool mode between levelhead and PostgreSQL, and what it answers when it cannot serve.

use database::connect::Progress;
use database::failure::FailureKind;
use database::postgres::connect::connect;

use super::{error_of, first_value, postgres_url, try_connect, up_to};
use crate::support::application::{HEAD, REVISIONS};
use crate::support::database::Database;
use crate::support::pooler::Pooler;
use crate::support::{Application, Backend, Outcome};

#[test]
fn every_pool_mode_takes_simple_queries() {
    for mode in ["session", "transaction", "statement"] {
        let pooler = Pooler::start(&[], &format!("pool_mode = {mode}\ndefault_pool_size = 1"));
        let url = postgres_url(&pooler.url("app", "postgres"));
        // It does not listen at once: that is waited for.
        try_connect(
            &url,
            &up_to(60.0),
            || {},
            async |tried| {
                let connected = tried.result.unwrap();
                assert_eq!(connected.server_version.as_deref().map(|version| version.is_empty()), Some(false));
                for query in ["SELECT 7", "SELECT 7; SELECT 8"] {
                    assert_eq!(first_value(&connected.client, query).await, "7", "{mode}: {query}");
                }
                if mode != "statement" {
                    assert_eq!(first_value(&connected.client, "BEGIN; SELECT 7; ROLLBACK").await, "7");
                }
                connected.close().await;
            },
        );
    }
}

#[test]
fn what_a_pooler_refuses_says_why() {
    let pooler = Pooler::start(&[], "pool_mode = transaction");
    try_connect(
        &postgres_url(&pooler.url("app", "postgres")),
        &up_to(60.0),
        || {},
        async |tried| {
            tried.result.unwrap();
        },
    );
    let misnamed = pooler.url("app", "misnamed");
    let cases = [
        (pooler.url("app", "nowhere"), FailureKind::NoSuchDatabase, "no such database"),
        (misnamed.clone(), FailureKind::NoSuchDatabase, "does not exist"),
        (misnamed, FailureKind::NoSuchDatabase, "does not exist"),
        (pooler.url("nobody", "postgres"), FailureKind::WrongPassword, "authentication failed"),
        (pooler.url("app", "postgres").replace("secret", "Zq"), FailureKind::WrongPassword, "authentication failed"),
        (
            pooler.url("app", "postgres?options=-csearch_path%3Dshop"),
            FailureKind::PoolerParameter,
            // Newer poolers say which of the options it is.
            "unsupported startup parameter",
        ),
    ];
    for (url, kind, words) in cases {
        let (error, said) = error_of(&url, &up_to(60.0));
        assert_eq!((error.kind(), said.len()), (kind, 0), "{url}: {error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    // Its own server is away: the pooler holds the client, or says so.
    let (error, _) = error_of(&pooler.url("app", "away"), &up_to(2.0));
    assert!(error.is_deadline() && matches!(error.kind(), FailureKind::Silent | FailureKind::PoolerWaiting), "{error}");
}

#[test]
fn a_full_pooler_is_waited_for() {
    let pooler = Pooler::start(&[], "pool_mode = session\nmax_client_conn = 1");
    let url = postgres_url(&pooler.url("app", "postgres"));
    try_connect(
        &url,
        &up_to(60.0),
        || {},
        async |first| {
            let mut first = Some(first.result.unwrap());
            let mut said = Vec::new();
            let mut make_room = |progress: &Progress<'_>| {
                said.push(progress.to_string());
                // Dropping the client ends the first connection.
                first = None;
            };
            connect(&url, &up_to(60.0), &mut make_room).await.unwrap();
            assert!(said[0].contains("no more connections allowed"), "{said:?}");
        },
    );
}

const MODES: [&str; 3] = ["session", "transaction", "statement"];

fn run_through(mode: &str, application: &Application) -> Outcome {
    let Database::Postgres { name } = &application.database else { panic!("not PostgreSQL") };
    let pooler = Pooler::start(&[name], &format!("pool_mode = {mode}"));
    application.levelhead(&["run", "--", "echo", "started"]).env("DATABASE_URL", pooler.url("app", name)).run()
}

#[test]
fn at_head_every_pool_mode_will_do() {
    let shop = Application::at(Backend::Postgres, "head");
    for mode in MODES {
        run_through(mode, &shop).success().prints("started\n").says("at head");
    }
}

#[test]
fn an_upgrade_needs_transactions() {
    for mode in MODES {
        let shop = Application::at(Backend::Postgres, REVISIONS[0]);
        let outcome = run_through(mode, &shop);
        if mode == "statement" {
            outcome.code(125).prints("").says("statement pooling mode").says("note: use the database's direct URL");
            assert_eq!(shop.database.rows(), Some(vec![REVISIONS[0].to_owned()]));
        } else {
            outcome.success().prints("started\n").says("upgraded in");
            assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
        }
    }
}
