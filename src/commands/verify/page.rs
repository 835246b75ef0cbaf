//! One request for a page, as a platform's health check makes it: GET, no redirect followed.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// How long each step may take: the name, the connection, TLS, the answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// The longest head of an answer.
const LONGEST: usize = 16 << 10;

/// Where to ask.
pub(super) struct Page<'a> {
    pub(super) encrypted: bool,
    /// Host and port as they were given.
    authority: &'a str,
    pub(super) host: &'a str,
    port: u16,
    /// Path and query.
    path: String,
}

/// What the page answers.
pub(super) struct Answer {
    pub(super) status: u16,
    /// Where a redirect leads.
    pub(super) location: Option<String>,
}

/// Why there is no answer.
pub(super) enum Silence {
    /// The host's name leads nowhere.
    Name(io::Error),
    /// Nothing listens at the port.
    Refused,
    /// No connection in time.
    Unreachable,
    /// The network says why there is no connection.
    Connection(io::Error),
    /// What answers does not speak TLS.
    NoTls,
    /// The certificate, and what is wrong with it; whether there are any roots to hold it against.
    Certificate { fault: String, has_roots: bool },
    /// Anything else about TLS.
    Tls(io::Error),
    /// Connected, and no answer in time.
    Slow,
    /// The connection was closed or broken instead.
    Closed,
    /// What answers does not speak HTTP.
    NotHttp,
}

impl<'a> Page<'a> {
    /// `http://host[:port][/path][?query]`; the host may be an address in brackets.
    pub(super) fn parse(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let encrypted = match scheme {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        // A browser sends no fragment either.
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (host, port) =
            match authority.rsplit_once(':').filter(|(host, _)| !host.starts_with('[') || host.ends_with(']')) {
                Some((host, port)) => (host, port.parse().ok()?),
                None => (authority, if encrypted { 443 } else { 80 }),
            };
        let is_line = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let usable = !host.is_empty() && !authority.contains('@') && is_line(host) && is_line(path);
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        usable.then_some(Self { encrypted, authority, host, port, path })
    }

    /// `http://host:port/`, with another scheme or another path.
    pub(super) fn with(&self, encrypted: bool, path: &str) -> String {
        format!("http{}://{}{path}", if encrypted { "s" } else { "" }, self.authority)
    }

    /// As it was asked for.
    pub(super) fn url(&self) -> String {
        self.with(self.encrypted, &self.path)
    }

    /// Host and port, as openssl(1) takes them.
    pub(super) fn endpoint(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    /// Where a Location leads, seen from here.
    pub(super) fn resolve(&self, location: &str) -> String {
        match location {
            absolute if absolute.contains("://") => absolute.to_owned(),
            host if host.starts_with("//") => format!("http{}:{host}", if self.encrypted { "s" } else { "" }),
            path if path.starts_with('/') => self.with(self.encrypted, path),
            relative => {
                let path = self.path.split('?').next().unwrap_or_default();
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                self.with(self.encrypted, &format!("{folder}/{relative}"))
            }
        }
    }

    /// Asks for it.
    pub(super) async fn ask(&self) -> Result<Answer, Silence> {
        let addresses: Vec<_> = match timeout(PATIENCE, lookup_host((self.host, self.port))).await {
            Ok(Ok(addresses)) => addresses.collect(),
            Ok(Err(error)) => return Err(Silence::Name(error)),
            Err(_) => return Err(Silence::Name(io::Error::other("the name server does not answer"))),
        };
        let stream = match timeout(PATIENCE, TcpStream::connect(addresses.as_slice())).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => return Err(Silence::Refused),
            Ok(Err(error)) if error.kind() == ErrorKind::TimedOut => return Err(Silence::Unreachable),
            Ok(Err(error)) => return Err(Silence::Connection(error)),
            Err(_) => return Err(Silence::Unreachable),
        };
        if !self.encrypted {
            return self.exchange(stream).await;
        }
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let has_roots = !store.is_empty();
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Silence::Tls(io::Error::other(error)))?
            .with_root_certificates(store)
            .with_no_client_auth();
        let name = ServerName::try_from(self.host.to_owned()).map_err(|error| Silence::Tls(io::Error::other(error)))?;
        match timeout(PATIENCE, TlsConnector::from(Arc::new(config)).connect(name, stream)).await {
            Ok(Ok(stream)) => self.exchange(stream).await,
            Ok(Err(error)) => Err(of_tls(error, has_roots)),
            Err(_) => Err(Silence::NoTls),
        }
    }

    async fn exchange(&self, stream: impl AsyncRead + AsyncWrite + Unpin) -> Result<Answer, Silence> {
        timeout(PATIENCE, self.request(stream)).await.unwrap_or(Err(Silence::Slow))
    }

    async fn request(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> Result<Answer, Silence> {
        let (authority, path) = (self.authority, &self.path);
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: levelhead\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.map_err(|_| Silence::Closed)?;
        let mut head = Vec::new();
        while head.len() < LONGEST {
            let mut headers = [httparse::EMPTY_HEADER; 100];
            let mut response = httparse::Response::new(&mut headers);
            let parsed = response.parse(&head).map_err(|_| Silence::NotHttp)?;
            if let (Some(status), true) = (response.code, parsed.is_complete()) {
                let location = headers.iter().find(|header| header.name.eq_ignore_ascii_case("location"));
                let location = location.map(|header| String::from_utf8_lossy(header.value));
                let shown = |text: std::borrow::Cow<str>| text.chars().filter(|c| !c.is_control()).take(300).collect();
                return Ok(Answer { status, location: location.map(shown) });
            }
            match stream.read_buf(&mut head).await {
                Ok(0) | Err(_) => return Err(Silence::Closed),
                Ok(_) => {}
            }
        }
        Err(Silence::NotHttp)
    }
}

fn of_tls(error: io::Error, has_roots: bool) -> Silence {
    let fault = match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidMessage(_)) => return Silence::NoTls,
        Some(rustls::Error::InvalidCertificate(fault)) => match fault {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => "has expired".to_owned(),
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "is not valid yet".to_owned()
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "is for another name".to_owned()
            }
            CertificateError::UnknownIssuer => "is signed by an authority that this system does not trust".to_owned(),
            other => format!("is refused: {other}"),
        },
        _ => return Silence::Tls(error),
    };
    Silence::Certificate { fault, has_roots }
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn an_address_is_taken_apart_or_refused() {
        let parts =
            |url| Page::parse(url).map(|page| (page.encrypted, page.host.to_owned(), page.port, page.path.clone()));
        let page = |encrypted, host: &str, port, path: &str| Some((encrypted, host.to_owned(), port, path.to_owned()));
        assert_eq!(parts("http://a"), page(false, "a", 80, "/"));
        assert_eq!(parts("https://a.b:8443/x?y=1"), page(true, "a.b", 8443, "/x?y=1"));
        assert_eq!(parts("http://a:8000?y=/1"), page(false, "a", 8000, "/?y=/1"));
        assert_eq!(parts("http://a#top"), page(false, "a", 80, "/"));
        assert_eq!(parts("http://[::1]:80/"), page(false, "::1", 80, "/"));
        assert_eq!(parts("http://[::1]"), page(false, "::1", 80, "/"));
        for refused in [
            "a",
            "ftp://a",
            "http://",
            "http://?x",
            "http://u:p@a/",
            "http://a:x/",
            "http://a:70000/",
            "http://a/ b",
            "http://a/\r\nX: y",
        ] {
            assert_eq!(parts(refused), None, "{refused}");
        }
    }

    #[test]
    fn a_redirect_is_resolved_as_a_browser_does_it() {
        let page = Page::parse("http://a:8000/shop/list?x=/1").unwrap();
        for (location, leads) in [
            ("https://b/", "https://b/"),
            ("//b/x", "http://b/x"),
            ("/login?next=/", "http://a:8000/login?next=/"),
            ("all", "http://a:8000/shop/all"),
        ] {
            assert_eq!(page.resolve(location), leads);
        }
    }
}
