//! From DATABASE_URL to a connection, beside what SQLAlchemy, psycopg and Python's sqlite3 make of the same text.

mod certificates;
mod late_name;
mod pooler;
mod spellings;
mod sqlite_files;
mod tls;
mod waiting;

use std::time::Duration;

use database::connect::{ConnectError, Progress};
use database::postgres::connect::{Connected, connect};
use database::url::{DatabaseUrl, LibpqEnvironment, PostgresUrl};
use database::wait::Wait;
use tokio_postgres::{Client, SimpleQueryMessage};

/// Reads a URL with nothing in the environment and no home folder.
fn postgres_url(text: &str) -> Box<PostgresUrl> {
    match DatabaseUrl::parse(text, &LibpqEnvironment::default()) {
        Ok(DatabaseUrl::Postgres(url)) => url,
        other => panic!("{text}: {other:?}"),
    }
}

fn up_to(seconds: f64) -> Wait {
    Wait { per_attempt: Duration::from_secs(3), ..Wait::up_to(Duration::from_secs_f64(seconds)) }
}

/// What became of it, and each line that a waiting person would have read.
struct Tried {
    result: Result<Connected, ConnectError>,
    said: Vec<String>,
}

/// Connects on a runtime of its own, calls `on_wait` after each attempt that failed, and hands the result to `then`.
fn try_connect<T>(
    url: &PostgresUrl,
    wait: &Wait,
    mut on_wait: impl FnMut() + Send,
    then: impl AsyncFnOnce(Tried) -> T,
) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let result = runtime.block_on(async {
        let mut said = Vec::new();
        let mut progress = |progress: &Progress<'_>| {
            said.push(progress.to_string());
            // In a thread of its own, so that it may run a runtime of its own.
            std::thread::scope(|scope| scope.spawn(&mut on_wait).join().unwrap());
        };
        let result = connect(url, wait, &mut progress).await;
        then(Tried { result, said }).await
    });
    runtime.shutdown_background();
    result
}

/// The error, where there must be one, and what was said before it.
#[track_caller]
fn error_of(url: &str, wait: &Wait) -> (ConnectError, Vec<String>) {
    try_connect(
        &postgres_url(url),
        wait,
        || {},
        async |tried| match tried.result {
            Err(error) => (error, tried.said),
            Ok(connected) => panic!("connected to {}", connected.endpoint),
        },
    )
}

/// Connects, asks, and answers the first column of the first row.
fn ask(url: &str, query: &str) -> Result<String, ConnectError> {
    try_connect(
        &postgres_url(url),
        &up_to(0.0),
        || {},
        async |tried| {
            let connected = tried.result?;
            let value = first_value(&connected.client, query).await;
            connected.close().await;
            Ok(value)
        },
    )
}

async fn first_value(client: &Client, query: &str) -> String {
    let answer = client.simple_query(query).await.unwrap();
    let row = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    row.unwrap_or_default().to_owned()
}
