//! TLS as libpq means it: which certificates are trusted, which one is shown, how far the server is verified.
//!
//! Nothing is read before the server has agreed to TLS. The modes are in `docs/database-url.md`.

mod verifier;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, version};

use crate::url::{RootCertificates, SslMode, TlsSettings};
use verifier::{LibpqVerifier, TrustedRoots};

/// A certificate or key that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum TlsError {
    /// verify-ca and verify-full need a root certificate, and the file is not there.
    #[error("sslmode={mode} needs a root certificate, and {file} does not exist")]
    RootMissing {
        /// The mode that asks for it.
        mode: &'static str,
        /// The file that was looked for.
        file: PathBuf,
    },
    /// The same without a home folder to look in.
    #[error("sslmode={mode} needs a root certificate, and sslrootcert is not set")]
    RootUnnamed {
        /// The mode that asks for it.
        mode: &'static str,
    },
    /// `sslrootcert=system` in an image without certificates.
    #[error("sslrootcert=system: this system has no root certificates (install ca-certificates)")]
    NoSystemRoots,
    /// Not readable, not PEM, or an encrypted key.
    #[error("{file}: {problem}")]
    File {
        /// The certificate or key.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The certificate has no key beside it.
    #[error("{certificate} is there, but not its private key (sslkey)")]
    KeyMissing {
        /// The client certificate.
        certificate: PathBuf,
    },
    /// Certificate and key do not belong together, or are of an unknown kind.
    #[error("client certificate: {0}")]
    Rejected(#[from] rustls::Error),
}

/// Reads the certificates and puts the client's side of TLS together.
///
/// # Errors
/// When a file that the mode needs is missing or unusable.
pub(super) fn client_config(settings: &TlsSettings) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions: &[_] = if settings.only_tls13 { &[&version::TLS13] } else { &[&version::TLS12, &version::TLS13] };
    let verifier = LibpqVerifier {
        roots: trusted_roots(settings)?,
        verify_name: settings.mode == SslMode::VerifyFull,
        algorithms: provider.signature_verification_algorithms,
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match client_certificate(settings)? {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key)?,
        None => builder.with_no_client_auth(),
    };
    config.enable_sni = settings.server_name;
    if settings.direct {
        config.alpn_protocols = vec![b"postgresql".to_vec()];
    }
    Ok(config)
}

/// libpq verifies the chain in every mode as soon as there is a root certificate, and fails without one only in
/// the two verifying modes.
fn trusted_roots(settings: &TlsSettings) -> Result<Option<TrustedRoots>, TlsError> {
    let verifying = matches!(settings.mode, SslMode::VerifyCa | SslMode::VerifyFull);
    let mode = settings.mode.word();
    match &settings.roots {
        RootCertificates::File(file) if file.exists() => {
            Ok(Some(TrustedRoots::new(read_certificates(file)?).ok_or_else(|| TlsError::File {
                file: file.clone(),
                problem: "no certificate in it can be used as a root".to_owned(),
            })?))
        }
        RootCertificates::System => {
            let system = rustls_native_certs::load_native_certs().certs;
            TrustedRoots::new(system).map(Some).ok_or(TlsError::NoSystemRoots)
        }
        RootCertificates::File(file) if verifying => Err(TlsError::RootMissing { mode, file: file.clone() }),
        RootCertificates::None if verifying => Err(TlsError::RootUnnamed { mode }),
        RootCertificates::File(_) | RootCertificates::None => Ok(None),
    }
}

type CertificateAndKey = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// As libpq: a certificate that is not there is not sent; one without its key is an error.
fn client_certificate(settings: &TlsSettings) -> Result<Option<CertificateAndKey>, TlsError> {
    let Some(file) = settings.certificate.as_deref().filter(|file| file.exists()) else { return Ok(None) };
    let Some(key_file) = settings.key.as_deref().filter(|key| key.exists()) else {
        return Err(TlsError::KeyMissing { certificate: file.to_owned() });
    };
    let key = PrivateKeyDer::from_pem_file(key_file).map_err(|error| unusable(key_file, &error))?;
    Ok(Some((read_certificates(file)?, key)))
}

fn read_certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let certificates = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match certificates {
        Ok(certificates) if certificates.is_empty() => {
            Err(TlsError::File { file: file.to_owned(), problem: "holds no certificate".to_owned() })
        }
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(unusable(file, &error)),
    }
}

fn unusable(file: &Path, error: &rustls::pki_types::pem::Error) -> TlsError {
    use rustls::pki_types::pem::Error;
    let problem = match error {
        Error::Io(error) if error.kind() == io::ErrorKind::PermissionDenied => "may not be read".to_owned(),
        Error::Io(error) => error.to_string(),
        Error::NoItemsFound => "holds no unencrypted PEM key".to_owned(),
        error => format!("is not PEM: {error}"),
    };
    TlsError::File { file: file.to_owned(), problem }
}
