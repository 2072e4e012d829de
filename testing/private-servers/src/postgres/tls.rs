//! Certificates of a private PostgreSQL.

use std::io;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use super::server::Cluster;

/// The file of the authority, in the folder of the cluster.
pub(super) const AUTHORITY: &str = "authority.pem";

/// Makes an authority, and lets the server use a certificate of it for `localhost`.
pub(super) fn prepare(cluster: &mut Cluster) -> io::Result<()> {
    let (authority, certificate, key) = certificates().map_err(io::Error::other)?;
    cluster.write(AUTHORITY, &authority)?;
    cluster.set("ssl", "on");
    for (setting, name, pem) in
        [("ssl_cert_file", "server.pem", certificate), ("ssl_key_file", "server.key", key)]
    {
        let file = cluster.write(name, &pem)?;
        cluster.set(setting, &file.to_string_lossy());
    }
    Ok(())
}

/// Returns the certificate of the authority, and the certificate and the key of the server, in PEM format.
fn certificates() -> Result<(String, String, String), rcgen::Error> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(["localhost".to_owned()])?.signed_by(&key, &authority)?;
    Ok((authority.pem(), certificate.pem(), key.serialize_pem()))
}
