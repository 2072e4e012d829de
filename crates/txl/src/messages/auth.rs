//! `txl auth`.

use super::{Message, counted};
use crate::access::Caller;

/// The secret of a caller, in the console's words.
fn secret_of(caller: Caller) -> &'static str {
    match caller {
        Caller::Contacts => "contacts-sync secret (通讯录同步)",
        Caller::App => "app's secret (自建应用)",
    }
}

pub(crate) fn secret_is_good(caller: Caller, seconds_left: u64) -> Message {
    message!(en: "the {} is valid; its token expires in {}", secret_of(caller), counted(seconds_left, "second"))
}

pub(crate) fn secret_was_checked(caller: Caller) -> Message {
    message!(en: "this was a check of the corp id and the {}", secret_of(caller))
}

/// `as_caller` is what `--as` takes.
pub(crate) fn other_secret_was_not_checked(as_caller: &str) -> Message {
    message!(en: "the other secret was not checked: run `txl auth check --as {as_caller}`")
}
