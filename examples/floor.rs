//! The floor of `make bench`: the least that a program can do which asks the database and then becomes another one. It
//! connects, reads the rows, execs; it reads no file, waits for nothing and decides nothing.
//!
//! `floor TARGET [ROOT-CERTIFICATE] -- CMD [ARG…]`, with a `postgresql://` URL or an SQLite file as TARGET.

use std::error::Error;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::NoTls;
use tokio_postgres_rustls::MakeRustlsConnect;

const QUERY: &str = "SELECT version_num FROM alembic_version";

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (settings, command) = match words.iter().position(|word| word == "--") {
        Some(end) => (&words[..end], &words[end + 1..]),
        None => return Err("floor TARGET [ROOT-CERTIFICATE] -- CMD".into()),
    };
    let rows = match settings {
        [url] if url.starts_with("postgresql:") => ask(url, None)?,
        [url, root] => ask(url, Some(root))?,
        [file] => read(file)?,
        _ => return Err("floor TARGET [ROOT-CERTIFICATE] -- CMD".into()),
    };
    if rows == 0 {
        return Err("no rows".into());
    }
    let program = command.first().ok_or("no command")?;
    Err(Command::new(program).args(&command[1..]).exec().into())
}

fn ask(url: &str, root: Option<&String>) -> Result<usize, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let client = match root {
            None => {
                let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
                tokio::spawn(connection);
                client
            }
            Some(root) => {
                let mut roots = RootCertStore::empty();
                roots.add(CertificateDer::from_pem_file(root)?)?;
                let provider = Arc::new(rustls::crypto::ring::default_provider());
                let tls = ClientConfig::builder_with_provider(provider)
                    .with_safe_default_protocol_versions()?
                    .with_root_certificates(roots)
                    .with_no_client_auth();
                let (client, connection) = tokio_postgres::connect(url, MakeRustlsConnect::new(tls)).await?;
                tokio::spawn(connection);
                client
            }
        };
        // The rows, and the message that ends them.
        Ok(client.simple_query(QUERY).await?.len().saturating_sub(2))
    })
}

#[cfg(feature = "sqlite")]
fn read(file: &str) -> Result<usize, Box<dyn Error>> {
    let connection = rusqlite::Connection::open_with_flags(file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = connection.prepare(QUERY)?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(rows.len())
}

#[cfg(not(feature = "sqlite"))]
fn read(_: &str) -> Result<usize, Box<dyn Error>> {
    Err("built without SQLite".into())
}
