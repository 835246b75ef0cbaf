//! Verifies a server's certificate as far as libpq does in the same mode: not at all, its chain, or its chain and name.
//!
//! The chain, the dates and the signature are webpki's work. What OpenSSL accepts and webpki does not is added here:
//! a self-signed certificate that is its own root, and a name that stands only in the subject. The signature of the
//! handshake is verified in every mode, because channel binding relies on it.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature, verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use x509_cert::Certificate;
use x509_cert::der::asn1::{PrintableStringRef, TeletexStringRef, Utf8StringRef};
use x509_cert::der::oid::db::rfc4519::COMMON_NAME;
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

/// Certificates that are trusted as roots.
#[derive(Debug)]
pub(super) struct TrustedRoots {
    store: RootCertStore,
    certificates: Vec<CertificateDer<'static>>,
}

impl TrustedRoots {
    /// `None` when none of them can be used.
    pub(super) fn new(certificates: Vec<CertificateDer<'static>>) -> Option<Self> {
        let mut store = RootCertStore::empty();
        let (usable, _) = store.add_parsable_certificates(certificates.iter().cloned());
        (usable > 0).then_some(Self { store, certificates })
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct LibpqVerifier {
    pub(super) roots: Option<TrustedRoots>,
    pub(super) verify_name: bool,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for LibpqVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(roots) = &self.roots else { return Ok(ServerCertVerified::assertion()) };
        if roots.certificates.iter().any(|root| root == end_entity) {
            verify_dates(end_entity, now)?;
        } else {
            let parsed = ParsedCertificate::try_from(end_entity)?;
            let algorithms = self.algorithms.all;
            verify_server_cert_signed_by_trust_anchor(&parsed, &roots.store, intermediates, now, algorithms)?;
        }
        if self.verify_name {
            let in_alternative_names = match ParsedCertificate::try_from(end_entity) {
                Ok(parsed) => verify_server_name(&parsed, server_name),
                Err(error) => Err(error),
            };
            in_alternative_names.or_else(|error| match subject_names(end_entity, server_name) {
                true => Ok(()),
                false => Err(error),
            })?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match verify_tls13_signature(message, certificate, signature, &self.algorithms) {
            // `openssl x509 -req` without extensions makes version 1 certificates, which webpki does not parse.
            Err(Error::InvalidCertificate(CertificateError::Other(_) | CertificateError::BadEncoding)) => {
                let key = decode(certificate)?.tbs_certificate.subject_public_key_info.to_der();
                let key = SubjectPublicKeyInfoDer::from(key.map_err(|_| CertificateError::BadEncoding)?);
                verify_tls13_signature_with_raw_key(message, &key, signature, &self.algorithms)
            }
            result => result,
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn decode(certificate: &CertificateDer<'_>) -> Result<Certificate, Error> {
    Certificate::from_der(certificate).map_err(|_| CertificateError::BadEncoding.into())
}

/// OpenSSL looks at the dates of a trusted certificate too.
fn verify_dates(certificate: &CertificateDer<'_>, now: UnixTime) -> Result<(), Error> {
    let validity = decode(certificate)?.tbs_certificate.validity;
    let (from, until) = (validity.not_before.to_unix_duration(), validity.not_after.to_unix_duration());
    let since_epoch = std::time::Duration::from_secs(now.as_secs());
    if since_epoch > until {
        Err(CertificateError::Expired.into())
    } else if since_epoch < from {
        Err(CertificateError::NotValidYet.into())
    } else {
        Ok(())
    }
}

/// libpq looks at the subject's common name only when no alternative name is a DNS name or an address.
fn subject_names(certificate: &CertificateDer<'_>, server_name: &ServerName<'_>) -> bool {
    let Ok(certificate) = decode(certificate) else { return false };
    let certificate = certificate.tbs_certificate;
    let has_alternatives = certificate.get::<SubjectAltName>().is_ok_and(|found| {
        found.is_some_and(|(_, names)| {
            names.0.iter().any(|name| matches!(name, GeneralName::DnsName(_) | GeneralName::IpAddress(_)))
        })
    });
    let host = server_name.to_str();
    let mut attributes = certificate.subject.0.iter().flat_map(|names| names.0.iter());
    !has_alternatives
        && attributes.any(|attribute| {
            let value = &attribute.value;
            let text = Utf8StringRef::try_from(value)
                .map(|text| text.as_str())
                .or_else(|_| PrintableStringRef::try_from(value).map(|text| text.as_str()))
                .or_else(|_| TeletexStringRef::try_from(value).map(|text| text.as_str()));
            attribute.oid == COMMON_NAME && text.is_ok_and(|text| name_fits(text, &host))
        })
}

/// As libpq: letters in any case, and a `*.` that stands for one label.
fn name_fits(pattern: &str, host: &str) -> bool {
    if pattern.eq_ignore_ascii_case(host) {
        return true;
    }
    match (pattern.strip_prefix("*."), host.split_once('.')) {
        (Some(parent), Some((label, rest))) => {
            !label.is_empty() && host.parse::<std::net::IpAddr>().is_err() && parent.eq_ignore_ascii_case(rest)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::name_fits;

    #[test]
    fn a_star_is_one_label() {
        let cases = [
            ("db.example", "DB.example", true),
            ("*.example", "db.example", true),
            ("*.example", "a.db.example", false),
            ("*.example", "example", false),
            ("*.0.0.1", "127.0.0.1", false),
            ("", "db", false),
            ("*", "db", false),
        ];
        for (pattern, host, fits) in cases {
            assert_eq!(name_fits(pattern, host), fits, "{pattern} {host}");
        }
    }
}
