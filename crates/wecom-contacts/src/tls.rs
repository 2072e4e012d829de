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
    let mut config = match Verifier::new_with_extra_roots(extra_roots.iter().cloned(), provider) {
        Ok(verifier) => {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
        }
        // A container image may lack ca-certificates. The bundled roots of Mozilla are used then.
        Err(_) => {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
            for root in extra_roots {
                roots.add(root).map_err(|error| {
                    Bilingual::new(
                        format!("a root certificate cannot be used: {error}"),
                        format!("根证书无法使用：{error}"),
                    )
                })?;
            }
            builder.with_root_certificates(roots).with_no_client_auth()
        }
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
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
}
