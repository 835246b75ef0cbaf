//! What the URL asks of TLS, in libpq's words. Reads no certificate: that happens when a TLS connection is made.

use std::path::PathBuf;

use super::LibpqEnvironment;
use crate::url::UrlError;
use crate::url::settings::Settings;

const SSLMODES: &str = "disable, allow, prefer, require, verify-ca or verify-full";

/// libpq's `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SslMode {
    /// Never TLS.
    Disable,
    /// TLS only if the server refuses without.
    Allow,
    /// TLS if the server has it; libpq's default.
    Prefer,
    /// TLS or nothing; verified only when a root certificate is there.
    Require,
    /// The certificate must lead to a root certificate.
    VerifyCa,
    /// And must name the host.
    VerifyFull,
}

impl SslMode {
    /// The word as it is written in a URL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Allow => "allow",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

/// libpq's `channel_binding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelBinding {
    /// Not used.
    Disable,
    /// Used when TLS and the server offer it.
    Prefer,
    /// No connection without it.
    Require,
}

/// Where trusted root certificates come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootCertificates {
    /// `sslrootcert`, or `~/.postgresql/root.crt`. A missing file is an error for the verifying modes only.
    File(PathBuf),
    /// `sslrootcert=system`: the certificates of the operating system.
    System,
    /// No file is named and there is no home folder.
    None,
}

/// Everything that a TLS connection needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSettings {
    /// Whether, and how far the server is verified.
    pub mode: SslMode,
    /// What the server is verified against.
    pub roots: RootCertificates,
    /// `sslcert`, or `~/.postgresql/postgresql.crt`; without the file no certificate is sent.
    pub certificate: Option<PathBuf>,
    /// `sslkey`, or `~/.postgresql/postgresql.key`.
    pub key: Option<PathBuf>,
    /// Whether the host's name is sent in the clear (SNI); never for a numeric address.
    pub server_name: bool,
    /// `sslnegotiation=direct`: TLS from the first byte.
    pub direct: bool,
    /// Whether TLS 1.2 is refused.
    pub only_tls13: bool,
}

impl TlsSettings {
    pub(super) fn take(settings: &mut Settings, environment: &LibpqEnvironment) -> Result<Self, UrlError> {
        let default_file = |name: &str| environment.home.as_ref().map(|home| home.join(".postgresql").join(name));
        let file = |settings: &mut Settings, key: &str, name: &str| {
            settings.take(key).map(PathBuf::from).or_else(|| default_file(name))
        };
        let roots = match settings.take("sslrootcert") {
            Some(word) if word == "system" => RootCertificates::System,
            Some(path) => RootCertificates::File(path.into()),
            None => default_file("root.crt").map_or(RootCertificates::None, RootCertificates::File),
        };
        let mode = match (take_mode(settings)?, &roots) {
            (None | Some(SslMode::VerifyFull), RootCertificates::System) => SslMode::VerifyFull,
            (Some(_), RootCertificates::System) => return Err(UrlError::WeakSystemRoots),
            (mode, _) => mode.unwrap_or(SslMode::Prefer),
        };
        let certificate_words = [("allow", true), ("disable", false)];
        let send = settings.take_word("sslcertmode", &certificate_words, "allow or disable")?.unwrap_or(true);
        let old_versions = [("TLSv1", false), ("TLSv1.1", false), ("TLSv1.2", false), ("TLSv1.3", true)];
        let direct_words = [("postgres", false), ("direct", true)];
        let direct = settings.take_word("sslnegotiation", &direct_words, "postgres or direct")?.unwrap_or(false);
        if direct && matches!(mode, SslMode::Disable | SslMode::Allow | SslMode::Prefer) {
            return Err(UrlError::Value { key: "sslmode", accepted: "require or stronger with sslnegotiation=direct" });
        }
        Ok(Self {
            mode,
            roots,
            certificate: file(settings, "sslcert", "postgresql.crt").filter(|_| send),
            key: file(settings, "sslkey", "postgresql.key").filter(|_| send),
            server_name: settings.take_word("sslsni", &[("0", false), ("1", true)], "0 or 1")?.unwrap_or(true),
            direct,
            only_tls13: settings
                .take_word("ssl_min_protocol_version", &old_versions, "TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3")?
                .unwrap_or(false),
        })
    }
}

/// `sslmode` is libpq's, `ssl` asyncpg's with the same words; other drivers' `ssl=true` means `require`.
fn take_mode(settings: &mut Settings) -> Result<Option<SslMode>, UrlError> {
    use SslMode::{Allow, Disable, Prefer, Require, VerifyCa, VerifyFull};
    let words = [Disable, Allow, Prefer, Require, VerifyCa, VerifyFull].map(|mode| (mode.word(), mode));
    let switches = [("true", Require), ("1", Require), ("on", Require), ("false", Disable), ("0", Disable)];
    let ssl = settings.take_word("ssl", &[&words[..], &switches].concat(), SSLMODES)?;
    let sslmode = settings.take_word("sslmode", &words, SSLMODES)?;
    // PGREQUIRESSL, which counts where nothing else says a mode.
    let required = settings.take("requiressl").is_some_and(|value| value.starts_with('1'));
    Ok(ssl.or(sslmode).or(required.then_some(Require)))
}
