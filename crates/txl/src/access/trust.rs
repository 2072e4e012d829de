//! Certificates from the user: `--ca-cert`, and the variables that replace the platform's roots.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use wecom_contacts::{Client, Secret};

use crate::{
    failure::{Failure, Result},
    file::contents,
    messages::credentials as messages,
};

/// Returns the PEM text of a file of CA certificates.
///
/// # Errors
///
/// Fails if the file cannot be read, or contains no usable certificate.
pub(crate) fn certificates(path: &Path) -> Result<Vec<u8>> {
    let pem = contents(path)?;
    // The certificates are the only possible fault of this client.
    let client = Client::builder("", Secret::contacts_sync("")).root_certificates_pem(pem.clone()).build();
    if count(&pem) == 0 || client.is_err() {
        return Err(Failure::usage(messages::holds_no_certificate(path))
            .remedy(messages::what_a_certificate_looks_like()));
    }
    Ok(pem)
}

/// Refuses unusable roots in `SSL_CERT_FILE` and `SSL_CERT_DIR`. Otherwise a client would silently trust the bundled roots instead.
pub(crate) fn check_environment() -> Result {
    const FILE: &str = "SSL_CERT_FILE";
    const DIRECTORIES: &str = "SSL_CERT_DIR";
    let refused = |variable, message| Failure::usage(message).remedy(messages::correct_or_unset(variable));
    if let Some(path) = env::var_os(FILE).filter(|path| !path.is_empty()).map(PathBuf::from) {
        let pem = fs::read(&path).map_err(|error| {
            refused(FILE, messages::certificates_cannot_be_read(FILE, &path)).because(&error)
        })?;
        if count(&pem) == 0 {
            return Err(refused(FILE, messages::certificates_are_none(FILE, &path)));
        }
    }
    if let Some(paths) = env::var_os(DIRECTORIES).filter(|paths| !paths.is_empty())
        && !env::split_paths(&paths).any(|path| path.is_dir())
    {
        let message = messages::certificates_are_in_no_directory(DIRECTORIES, Path::new(&paths));
        return Err(refused(DIRECTORIES, message));
    }
    Ok(())
}

fn count(pem: &[u8]) -> usize {
    reqwest::Certificate::from_pem_bundle(pem).map_or(0, |certificates| certificates.len())
}
