//! The TLS settings of a client: the platform's root certificates, and those that the user adds.
//!
//! The settings belong to the client. A process-wide `rustls` provider is used if one is installed; the client never
//! installs one.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::Verifier;

use crate::Bilingual;

const NOT_PEM: (&str, &str) = ("a root certificate is not PEM", "根证书不是 PEM 格式");

/// Returns the settings of a client that trusts the certificates in these PEM texts in addition to those of the
/// platform.
///
/// # Errors
///
/// Returns an error if a certificate is not PEM or is unusable.
pub(crate) fn config(root_certificates: &[Vec<u8>]) -> Result<ClientConfig, Bilingual> {
    let extra_roots = certificates(root_certificates)?;
    let installed = CryptoProvider::get_default().map(Arc::clone);
    let provider = installed.unwrap_or_else(|| Arc::new(ring::default_provider()));
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| Bilingual::new(format!("no TLS: {error}"), format!("无法使用 TLS：{error}")))?;
    // With a root of the user, the verifier would accept a platform without any, and trust that root alone.
    let verifier = match Verifier::new(Arc::clone(&provider)) {
        Ok(verifier) if extra_roots.is_empty() => Some(verifier),
        Ok(_) => {
            let both = Verifier::new_with_extra_roots(extra_roots.iter().cloned(), provider);
            Some(both.map_err(|error| unusable(&error))?)
        }
        Err(_) => None,
    };
    let mut config = match verifier {
        Some(verifier) => {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
        }
        None => builder.with_root_certificates(bundled_and(extra_roots)?).with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Returns the bundled roots of Mozilla and those of the user, for a platform without roots: a container image may lack ca-certificates.
fn bundled_and(extra_roots: Vec<CertificateDer<'static>>) -> Result<RootCertStore, Bilingual> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
    for root in extra_roots {
        roots.add(root).map_err(|error| unusable(&error))?;
    }
    Ok(roots)
}

fn unusable(error: &rustls::Error) -> Bilingual {
    Bilingual::new(format!("a root certificate cannot be used: {error}"), format!("根证书无法使用：{error}"))
}

fn certificates(bundles: &[Vec<u8>]) -> Result<Vec<CertificateDer<'static>>, Bilingual> {
    let mut certificates = Vec::new();
    for pem in bundles {
        let before = certificates.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            certificates.push(certificate.map_err(|_| Bilingual::from(NOT_PEM))?);
        }
        if certificates.len() == before {
            return Err(NOT_PEM.into());
        }
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_certificate_that_is_not_pem_is_an_error() {
        for pem in ["", "certificate", "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n"] {
            let why = config(&[pem.into()]).unwrap_err();
            assert_eq!(why.english, "a root certificate is not PEM", "{pem}");
        }
        config(&[]).unwrap();
    }

    #[test]
    fn without_roots_of_the_platform_a_root_of_the_user_is_added_to_the_bundled_ones() {
        let bundled = bundled_and(Vec::new()).unwrap().len();
        assert!(bundled > 100, "{bundled}");
        let one = webpki_root_certs::TLS_SERVER_ROOT_CERTS[0].clone();
        assert_eq!(bundled_and(vec![one]).unwrap().len(), bundled + 1);
        let why = bundled_and(vec![CertificateDer::from(b"no certificate".to_vec())]).unwrap_err();
        assert!(why.english.starts_with("a root certificate cannot be used: "), "{}", why.english);
    }
}
