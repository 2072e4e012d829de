//! The store of access tokens between commands.

use std::{fs, path::Path};

use super::{diagnosis::Diagnosis, report::Report};
use crate::{
    access::{Access, NONE, own_file},
    failure::Result,
    messages::doctor as messages,
};

const CHECK: &str = "token store";

pub(super) fn check(access: &Access, report: &mut Report) {
    let diagnosis = diagnosed(access).unwrap_or_else(|failure| Diagnosis::failed(CHECK, &failure));
    report.add(diagnosis);
}

fn diagnosed(access: &Access) -> Result<Diagnosis> {
    let path = match access.token_store()?.as_deref() {
        Some(NONE) => return Ok(Diagnosis::ok(CHECK, messages::no_token_store())),
        // The address may contain a password.
        Some(url) if url.contains("://") => {
            return Ok(Diagnosis::not_tested(CHECK, messages::shared_token_store()));
        }
        Some(path) => Some(path.into()),
        None => own_file()?,
    };
    Ok(match path {
        None => {
            Diagnosis::warning(CHECK, messages::no_home_for_tokens()).remedy(messages::name_a_token_store())
        }
        Some(path) => of_file(&path),
    })
}

/// Looks at the file and its directory. It is not opened for writing, because another command may use it.
fn of_file(path: &Path) -> Diagnosis {
    match fs::metadata(path) {
        Ok(file) if file.is_dir() => Diagnosis::problem(CHECK, messages::token_store_is_a_directory(path))
            .remedy(messages::name_a_token_store()),
        Ok(file) if file.permissions().readonly() => {
            Diagnosis::problem(CHECK, messages::token_store_is_read_only(path))
                .remedy(messages::name_a_token_store())
        }
        Ok(_) => match fs::read(path) {
            Ok(_) => Diagnosis::ok(CHECK, messages::token_store_is_usable(path)),
            Err(error) => Diagnosis::problem(CHECK, messages::token_store_cannot_be_read(path, &error))
                .remedy(messages::name_a_token_store()),
        },
        Err(_) => Diagnosis::ok(CHECK, messages::token_store_is_new(path)),
    }
}
