//! One attempt: every endpoint, every address, and TLS or not in libpq's order. Never waits for a later attempt.

use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::config::{ChannelBinding as Binding, SslMode as RawMode, SslNegotiation};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::allowance::{Allowance, Limited};
use super::transport::{self, Address, Transport};
use super::{Connected, target};
use crate::connect::Limits;
use crate::failure::{Failure, FailureKind};
use crate::postgres::failure::{classify, classify_io, in_words};
use crate::postgres::tls;
use crate::postgres::url::password_file::{find_password, ignored_file};
use crate::url::{ChannelBinding, Endpoint, PostgresUrl, SslMode};

/// What one connection is to be made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encryption {
    Never,
    IfOffered,
    Always,
}

/// Tries all endpoints in order. A refusal that will not pass ends the attempt: libpq does not go on after a wrong
/// password either.
pub(super) async fn attempt(
    url: &PostgresUrl,
    limits: Limits,
    is_passing: impl Fn(FailureKind) -> bool,
) -> Result<Connected, Vec<Failure>> {
    let mut failures = Vec::new();
    for endpoint in &url.endpoints {
        match attempt_endpoint(url, endpoint, limits).await {
            Ok(connected) => return Ok(connected),
            Err(failure) if is_passing(failure.kind) => failures.push(failure),
            Err(failure) => return Err(vec![failure]),
        }
    }
    Err(failures)
}

/// Tries all addresses of a name; the last one's answer counts, unless an earlier one has refused for good.
async fn attempt_endpoint(url: &PostgresUrl, endpoint: &Endpoint, limits: Limits) -> Result<Connected, Failure> {
    let failure = |kind, detail: String| Failure {
        endpoint: endpoint.to_string(),
        role: url.user.clone(),
        database: url.database.clone(),
        kind,
        detail,
    };
    let silent =
        |limit: Duration| failure(FailureKind::Silent, format!("no answer within {:.1} s", limit.as_secs_f64()));
    let addresses = match timeout(limits.now(), transport::resolve(endpoint)).await {
        Ok(Ok(addresses)) => addresses,
        Ok(Err(error)) => return Err(failure(FailureKind::NameUnknown, error.to_string())),
        Err(_) => return Err(failure(FailureKind::NameUnknown, "the name server does not answer".to_owned())),
    };
    let mut last = silent(limits.each);
    for address in &addresses {
        let order: &[Encryption] = match (endpoint, url.tls.mode) {
            (Endpoint::Socket { .. }, _) | (_, SslMode::Disable) => &[Encryption::Never],
            (_, SslMode::Allow) => &[Encryption::Never, Encryption::Always],
            (_, SslMode::Prefer) => &[Encryption::IfOffered, Encryption::Never],
            (_, SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull) => &[Encryption::Always],
        };
        for encryption in order {
            let limit = limits.now();
            match timeout(limit, connect_once(url, endpoint, address, *encryption)).await {
                Ok(Ok(connected)) => return Ok(connected),
                // The refusal of the connection without TLS says more.
                Ok(Err((FailureKind::NoTls, _))) if url.tls.mode == SslMode::Allow => {}
                Ok(Err((kind, detail))) => last = failure(kind, detail),
                Err(_) => last = silent(limit),
            }
            if !differs_by_encryption(last.kind) {
                break;
            }
        }
        if !last.kind.is_passing(false) {
            break;
        }
    }
    Err(last)
}

/// Whether the other way, with or without TLS, may be answered differently: `pg_hba.conf` tells them apart.
fn differs_by_encryption(kind: FailureKind) -> bool {
    use FailureKind::{CertificateFile, CertificateRejected, Dropped, NotAdmitted, TlsFailed};
    matches!(kind, NotAdmitted | CertificateFile | CertificateRejected | TlsFailed | Dropped)
}

type Refusal = (FailureKind, String);

async fn connect_once(
    url: &PostgresUrl,
    endpoint: &Endpoint,
    address: &Address,
    encryption: Encryption,
) -> Result<Connected, Refusal> {
    let is_socket = matches!(address, Address::Socket(_));
    let refused = |error: std::io::Error| (classify_io(&error, is_socket), error.to_string());
    let stream = transport::open(address, &url.keepalive).await.map_err(refused)?;
    let allowance = Allowance::while_connecting();
    let mut stream: Transport = Box::new(Limited { stream, allowance: allowance.clone() });
    let encrypted = match encryption {
        Encryption::Never => false,
        _ if url.tls.direct => true,
        _ => transport::request_tls(&mut stream).await.map_err(refused)?,
    };
    if encryption == Encryption::Always && !encrypted {
        return Err((
            FailureKind::NoTls,
            format!("the server has no TLS, and sslmode={} demands it", url.tls.mode.word()),
        ));
    }
    let config = session_config(url, endpoint, encrypted);
    let (mut connected, default_target) = if encrypted {
        start_encrypted(url, endpoint, &config, stream, allowance).await?
    } else {
        let (client, connection) = config.connect_raw(stream, NoTls).await.map_err(|error| refusal(url, &error))?;
        Connected::start(client, connection, endpoint, false, allowance)
    };
    target::verify(url.target, &mut connected, default_target).await?;
    Ok(connected)
}

async fn start_encrypted(
    url: &PostgresUrl,
    endpoint: &Endpoint,
    config: &Config,
    stream: Transport,
    allowance: Allowance,
) -> Result<(Connected, target::Reported), Refusal> {
    let tls = tls::client_config(&url.tls).map_err(|error| (FailureKind::CertificateFile, error.to_string()))?;
    let name = match endpoint {
        Endpoint::Tcp { host, .. } => host.as_str(),
        Endpoint::Socket { .. } => "",
    };
    let Ok(connector) = MakeTlsConnect::<Transport>::make_tls_connect(&mut MakeRustlsConnect::new(tls), name);
    let (client, connection) = config.connect_raw(stream, connector).await.map_err(|error| refusal(url, &error))?;
    Ok(Connected::start(client, connection, endpoint, true, allowance))
}

fn refusal(url: &PostgresUrl, error: &tokio_postgres::Error) -> Refusal {
    match (classify(error), ignored_file(url)) {
        (FailureKind::PasswordMissing, Some(file)) => {
            let why = format!("there is no password, and {} is ignored because others may read it", file.display());
            (FailureKind::PasswordMissing, why)
        }
        (kind, _) => (kind, in_words(error)),
    }
}

/// The startup message. TLS has been agreed on already, so tokio-postgres must not ask again: `Direct`.
fn session_config(url: &PostgresUrl, endpoint: &Endpoint, encrypted: bool) -> Config {
    let mut config = Config::new();
    config.user(&url.user).dbname(&url.database).application_name(&url.application_name);
    config.ssl_negotiation(SslNegotiation::Direct);
    config.ssl_mode(if encrypted { RawMode::Require } else { RawMode::Disable });
    config.channel_binding(match url.channel_binding {
        ChannelBinding::Disable => Binding::Disable,
        ChannelBinding::Prefer => Binding::Prefer,
        ChannelBinding::Require => Binding::Require,
    });
    if let Some(password) = url.password.clone().or_else(|| find_password(url, endpoint)) {
        config.password(password.expose());
    }
    if let Some(options) = &url.options {
        config.options(options);
    }
    config
}
