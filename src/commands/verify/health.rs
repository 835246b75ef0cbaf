//! One request for the running application's page, as a platform's health check makes it: GET, no redirect followed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::report::Check;

/// How long the answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest head of an answer.
const LONGEST: usize = 16 << 10;
const NAME: &str = "health";

/// Where to ask.
struct Page<'a> {
    encrypted: bool,
    host: &'a str,
    port: u16,
    path: &'a str,
}

impl<'a> Page<'a> {
    /// `http://host[:port][/path]`; the host may be an address in brackets.
    fn parse(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let encrypted = match scheme {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) =
            match authority.rsplit_once(':').filter(|(host, _)| !host.starts_with('[') || host.ends_with(']')) {
                Some((host, port)) => (host, port.parse().ok()?),
                None => (authority, if encrypted { 443 } else { 80 }),
            };
        let is_line = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let usable = !host.is_empty() && !authority.contains('@') && is_line(host) && is_line(path);
        usable.then_some(Self { encrypted, host, port, path: if path.is_empty() { "/" } else { path } })
    }
}

pub(super) async fn check(url: &str) -> Check {
    let Some(page) = Page::parse(url) else {
        return Check::fail(
            NAME,
            "--url is no http:// or https:// address",
            "stillhead verify --url http://127.0.0.1:8000/",
        );
    };
    let shown = format!("{}:{}{}", page.host, page.port, page.path);
    let clock = Instant::now();
    let answered = match timeout(PATIENCE, ask(&page)).await {
        Ok(answered) => answered,
        Err(_) => Err(std::io::Error::other(format!("no answer within {} s", PATIENCE.as_secs()))),
    };
    match answered {
        Ok(status @ 200..300) => {
            Check::pass(NAME, format!("{shown} answers {status} in {} ms", clock.elapsed().as_millis()))
        }
        Ok(status @ 300..400) => {
            Check::warn(NAME, format!("{shown} answers {status}: it leads elsewhere"), "name the page that it leads to")
        }
        Ok(status) => Check::fail(
            NAME,
            format!("{shown} answers {status}"),
            "read the application's log, or: ... | stillhead explain",
        ),
        Err(error) => Check::fail(NAME, format!("{shown}: {error}"), "start the application, or correct the address"),
    }
}

/// The status that the page answers with.
async fn ask(page: &Page<'_>) -> std::io::Result<u16> {
    let stream = TcpStream::connect((page.host, page.port)).await?;
    if !page.encrypted {
        return exchange(page, stream).await;
    }
    let roots = rustls_native_certs::load_native_certs().certs;
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(roots);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(std::io::Error::other)?
        .with_root_certificates(store)
        .with_no_client_auth();
    let name = ServerName::try_from(page.host.to_owned()).map_err(std::io::Error::other)?;
    exchange(page, TlsConnector::from(Arc::new(config)).connect(name, stream).await?).await
}

async fn exchange(page: &Page<'_>, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<u16> {
    let (host, path) = (page.host, page.path);
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: stillhead\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    while head.len() < LONGEST {
        let mut headers = [httparse::EMPTY_HEADER; 100];
        let mut response = httparse::Response::new(&mut headers);
        let parsed = response.parse(&head).map_err(|error| std::io::Error::other(error.to_string()))?;
        if let (Some(code), true) = (response.code, parsed.is_complete()) {
            return Ok(code);
        }
        if stream.read_buf(&mut head).await? == 0 {
            return Err(std::io::Error::other("the connection was closed without an answer"));
        }
    }
    Err(std::io::Error::other("the answer's head is too long"))
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn an_address_is_taken_apart_or_refused() {
        let parts =
            |url| Page::parse(url).map(|page| (page.encrypted, page.host.to_owned(), page.port, page.path.to_owned()));
        let page = |encrypted, host: &str, port, path: &str| Some((encrypted, host.to_owned(), port, path.to_owned()));
        assert_eq!(parts("http://a"), page(false, "a", 80, "/"));
        assert_eq!(parts("https://a.b:8443/x?y=1"), page(true, "a.b", 8443, "/x?y=1"));
        assert_eq!(parts("http://[::1]:80/"), page(false, "::1", 80, "/"));
        assert_eq!(parts("http://[::1]"), page(false, "::1", 80, "/"));
        for refused in ["a", "ftp://a", "http://", "http://u:p@a/", "http://a:x/", "http://a/ b", "http://a/\r\nX: y"] {
            assert_eq!(parts(refused), None, "{refused}");
        }
    }
}
