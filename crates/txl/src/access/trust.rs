//! Certificates that the user names: `--ca-cert`, and the variables that replace the platform's roots.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use wecom_contacts::{Client, Secret};

use crate::{
    failure::{Failure, Result},
    file::contents,
};

/// The PEM text of a file of CA certificates.
///
/// # Errors
///
/// Fails if the file cannot be read, or holds no certificate that a client can use.
pub(crate) fn certificates(path: &Path) -> Result<Vec<u8>> {
    let pem = contents(path)?;
    // Nothing else of this client can be at fault.
    let client = Client::builder("", Secret::contacts_sync("")).root_certificates_pem(pem.clone()).build();
    if count(&pem) == 0 || client.is_err() {
        let failure = Failure::usage(format!("{} holds no certificate in PEM form", path.display()));
        return Err(failure.remedy(
            "give --ca-cert (WECOM_CA_CERT) a file with -----BEGIN CERTIFICATE-----; convert a .der or .cer file by `openssl x509 -inform der`",
        ));
    }
    Ok(pem)
}

/// Refuses roots in `SSL_CERT_FILE` and `SSL_CERT_DIR` that cannot be used. Otherwise a client would silently trust the
/// bundled roots instead.
pub(crate) fn check_environment() -> Result {
    let remedy = |name: &str| format!("correct {name} or unset it; --ca-cert adds a company's own CA");
    if let Some(path) = env::var_os("SSL_CERT_FILE").filter(|path| !path.is_empty()).map(PathBuf::from) {
        let failure = |why: &str| {
            Failure::usage(format!("SSL_CERT_FILE names {}, which {why}", path.display()))
                .remedy(remedy("SSL_CERT_FILE"))
        };
        let pem = fs::read(&path).map_err(|error| failure("cannot be read").because(&error))?;
        if count(&pem) == 0 {
            return Err(failure("holds no certificate in PEM form"));
        }
    }
    if let Some(paths) = env::var_os("SSL_CERT_DIR").filter(|paths| !paths.is_empty())
        && !env::split_paths(&paths).any(|path| path.is_dir())
    {
        let failure =
            Failure::usage(format!("SSL_CERT_DIR names {}, which is no directory", paths.display()));
        return Err(failure.remedy(remedy("SSL_CERT_DIR")));
    }
    Ok(())
}

fn count(pem: &[u8]) -> usize {
    reqwest::Certificate::from_pem_bundle(pem).map_or(0, |certificates| certificates.len())
}
