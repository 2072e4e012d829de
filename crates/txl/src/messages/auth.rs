//! `txl auth`.

use super::{Message, counted};
use crate::access::Caller;

/// The secret of a caller, in the console's words.
fn secret_of(caller: Caller) -> &'static str {
    match caller {
        Caller::Contacts => word!("contacts-sync secret (通讯录同步)", "“通讯录同步”的 secret"),
        Caller::App => word!("app's secret (自建应用)", "自建应用的 secret"),
    }
}

pub(crate) fn secret_is_good(caller: Caller, seconds_left: u64) -> Message {
    message!(
        en: "the {} is valid; its token expires in {}", secret_of(caller), counted(seconds_left, "second");
        zh: "{} 有效；所得 token 在 {} 秒后过期", secret_of(caller), seconds_left
    )
}

pub(crate) fn secret_was_checked(caller: Caller) -> Message {
    message!(
        en: "this was a check of the corp id and the {}", secret_of(caller);
        zh: "本次只检查了企业ID 和{}", secret_of(caller)
    )
}

/// `as_caller` is what `--as` takes.
pub(crate) fn other_secret_was_not_checked(as_caller: &str) -> Message {
    message!(
        en: "the other secret was not checked: run `txl auth check --as {as_caller}`";
        zh: "另一个 secret 未检查：请执行 `txl auth check --as {as_caller}`"
    )
}
