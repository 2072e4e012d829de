//! Causes of a failure. Errors of our own libraries have a text in each language; those of other libraries are English.

use std::{error::Error, io};

use wecom_contacts::{Bilingual, callback::cipher, imports};

use super::{Message, callback, directory, sdk, sheets, violations};

/// Returns the text of one error of a chain.
pub(crate) fn cause(error: &(dyn Error + 'static)) -> Message {
    if let Some(own) = own(error) {
        return own;
    }
    // Errors of our own readers pass through the error of the standard library.
    if let Some(inner) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref)
        && let Some(own) = own(inner)
    {
        return own;
    }
    let text = Bilingual::of_error(error);
    message!(
        en: "{}", text.english;
        zh: "{}{}", if text.chinese == text.english { "底层报告：" } else { "" }, text.chinese
    )
}

/// Returns the text of an error of our own libraries.
fn own(error: &(dyn Error + 'static)) -> Option<Message> {
    if let Some(text) = error.downcast_ref::<Bilingual>() {
        return Some(sdk::of_report(text));
    }
    if let Some(error) = error.downcast_ref::<wecom_contacts::Error>() {
        return Some(sdk::of_report(&error.report().message));
    }
    if let Some(violations) = error.downcast_ref::<imports::Violations>() {
        return Some(violations::violations(violations));
    }
    if let Some(error) = error.downcast_ref::<wecom_sheets::Error>() {
        return Some(sheets::error(error));
    }
    if let Some(error) = error.downcast_ref::<wecom_sheets::writing::WriteError>() {
        return Some(sheets::write_error(error));
    }
    if let Some(error) = error.downcast_ref::<wecom_directory::Error>() {
        return Some(directory::error(error));
    }
    if let Some(error) = error.downcast_ref::<cipher::Error>() {
        return Some(callback::cipher_error(error));
    }
    error.downcast_ref::<Message>().cloned()
}
