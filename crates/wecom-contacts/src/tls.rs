//! The TLS settings of a client: the platform's root certificates, and those that the user adds.
//!
//! The settings belong to the client. A process-wide `rustls` provider is used if the process has one, and never installed.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::Verifier;

/// Returns the settings of a client that trusts the certificates in these PEM texts beside the platform's.
///
/// # Errors
///
/// What is wrong with the certificates.
pub(crate) fn config(root_certificates: &[Vec<u8>]) -> Result<ClientConfig, String> {
    let extra_roots = certificates(root_certificates)?;
    let installed = CryptoProvider::get_default().map(Arc::clone);
    let provider = installed.unwrap_or_else(|| Arc::new(ring::default_provider()));
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("no TLS: {error}"))?;
    let mut config = match Verifier::new_with_extra_roots(extra_roots.iter().cloned(), provider) {
        Ok(verifier) => {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
        }
        // An image without ca-certificates has no roots of its own. It gets the bundled roots of Mozilla.
        Err(_) => {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
            for root in extra_roots {
                roots.add(root).map_err(|error| format!("a root certificate cannot be used: {error}"))?;
            }
            builder.with_root_certificates(roots).with_no_client_auth()
        }
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn certificates(bundles: &[Vec<u8>]) -> Result<Vec<CertificateDer<'static>>, String> {
    let mut certificates = Vec::new();
    for pem in bundles {
        let before = certificates.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            certificates.push(certificate.map_err(|_| "a root certificate is not PEM")?);
        }
        if certificates.len() == before {
            return Err("a root certificate is not PEM".to_owned());
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
            assert_eq!(why, "a root certificate is not PEM", "{pem}");
        }
        config(&[]).unwrap();
    }
}
