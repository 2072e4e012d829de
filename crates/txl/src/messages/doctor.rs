//! `txl doctor`.

use std::{fmt::Display, io, path::Path};

use jiff::SignedDuration;
use wecom_contacts::{Bilingual, DepartmentId, Error, ErrorCode};
use wecom_directory::Coverage;

use super::{Message, counted, directory};
use crate::access::Caller;

pub(crate) fn problems(problems: usize) -> Message {
    message!(en: "{} found", counted(problems as u64, "problem"))
}

pub(crate) fn correct_them() -> Message {
    message!(en: "correct what is marked PROBLEM (`\"state\":\"problem\"` with -o json), then run `txl doctor` again")
}

pub(crate) fn to_try(remedy: &str) -> Message {
    message!(en: "try: {remedy}")
}

pub(crate) fn page(path: &str) -> Message {
    message!(en: "page: {path}")
}

pub(crate) fn of_report(text: &Bilingual) -> Message {
    message!(en: "{}", text.english)
}

// Setup, clock and network.

pub(crate) fn version(version: &str) -> Message {
    message!(en: "txl {version}")
}

pub(crate) fn source(corp: &str, profile: Option<&str>) -> Message {
    match profile {
        Some(profile) => message!(en: "corp {corp}, from profile {profile}"),
        None => message!(en: "corp {corp}, from flags and variables"),
    }
}

pub(crate) fn server_gives_no_time() -> Message {
    message!(en: "the server gives no time to compare with")
}

pub(crate) fn clock_is_right() -> Message {
    message!(en: "this machine's clock agrees with the server's")
}

pub(crate) fn clock_is_off(ahead: SignedDuration) -> Message {
    let direction = if ahead.is_negative() { "behind" } else { "ahead of" };
    message!(en: "this machine's clock is {} {direction} the server's", directory::age(ahead.abs()))
}

pub(crate) fn set_the_clock() -> Message {
    message!(en: "set the clock, by NTP: callbacks with an old time are refused, and tokens end at the wrong time")
}

pub(crate) fn proxy_is_dead(host: &str, port: u16) -> Message {
    message!(en: "the proxy {host}:{port} does not answer")
}

pub(crate) fn check_the_proxy() -> Message {
    message!(en: "start the proxy, or correct --proxy, the key `proxy` of the profile, or HTTPS_PROXY")
}

pub(crate) fn not_through_the_proxy(server: &str, host: &str, port: u16, cause: &str) -> Message {
    message!(en: "the proxy {host}:{port} answers, but {server} cannot be reached through it: {cause}")
}

pub(crate) fn let_it_through() -> Message {
    message!(en: "let the proxy pass connections to qyapi.weixin.qq.com:443; a proxy that opens TLS needs --ca-cert")
}

pub(crate) fn server_is_unreachable(server: &str, cause: &str) -> Message {
    message!(en: "{server} cannot be reached: {cause}")
}

pub(crate) fn check_the_network() -> Message {
    message!(en: "check --base-url, the firewall and the name server; `txl auth api-ips` lists WeCom's addresses")
}

pub(crate) fn answer_is_unusable(error: &Error) -> Message {
    message!(en: "the answer is not WeCom's: {error}")
}

// Secrets and rights.

pub(crate) fn secret_is_not_given() -> Message {
    message!(en: "no secret is given")
}

pub(crate) fn secret_is_good() -> Message {
    message!(en: "WeCom issues a token for it")
}

pub(crate) fn corp_id_is_wrong() -> Message {
    message!(en: "no corp has this corp id (企业ID)")
}

pub(crate) fn copy_the_corp_id() -> Message {
    message!(en: "copy the corp id from the page")
}

pub(crate) fn secret_is_wrong(caller: Caller) -> Message {
    match caller {
        Caller::Contacts => {
            message!(en: "WeCom refuses the secret: it is mistyped, of another corp, reset or revoked in the console, or API接口同步 is off")
        }
        Caller::App => {
            message!(en: "WeCom refuses the secret: it is mistyped, of another corp or app, reset or revoked in the console, or the app is disabled")
        }
    }
}

pub(crate) fn copy_the_secret() -> Message {
    message!(en: "copy the present secret from the page; a secret that was reset is replaced everywhere")
}

pub(crate) fn refused(error: &Error) -> Message {
    message!(en: "{error}")
}

pub(crate) fn address_is_not_trusted(error: &Error) -> Message {
    message!(en: "this machine's address is not a trusted IP (企业可信IP): {error}")
}

pub(crate) fn add_the_address() -> Message {
    message!(en: "add the address that the error names to 企业可信IP on the page; a new entry takes about a minute")
}

pub(crate) fn address_is_trusted() -> Message {
    message!(en: "calls from this address are accepted")
}

pub(crate) fn contacts_reads_ids() -> Message {
    message!(en: "it lists all ids; details need the app's secret")
}

pub(crate) fn contacts_reads_details() -> Message {
    message!(en: "it lists all ids and reads details, as only addresses from before 2022-08-15 may")
}

pub(crate) fn contacts_secret_is_an_apps() -> Message {
    message!(en: "the secret given as contacts-sync (通讯录同步) is an app's: it reads details and may not list ids")
}

pub(crate) fn app_secret_is_contacts_syncs() -> Message {
    message!(en: "the secret given as the app's is that of contacts-sync (通讯录同步): it lists ids and may not read details")
}

pub(crate) fn give_each_its_own() -> Message {
    message!(en: "give the secret of contacts-sync as --contacts-secret, and the app's as --app-secret")
}

pub(crate) fn contacts_sync_is_off(code: ErrorCode) -> Message {
    message!(en: "contacts-sync may not list ids (errcode {code}): API接口同步 is off")
}

pub(crate) fn switch_it_on() -> Message {
    message!(en: "switch on API接口同步, with the permission 编辑 to write or 读取 to read")
}

pub(crate) fn writing_is_not_tested() -> Message {
    message!(en: "only a write would show it: with the permission 读取 (read-only) every write is refused, by 48002 or 60011")
}

pub(crate) fn permission_must_be_edit() -> Message {
    message!(en: "to write, the permission of API接口同步 must be 编辑通讯录, not 读取通讯录")
}

pub(crate) fn app_reads_details() -> Message {
    message!(en: "it reads details inside its visible range")
}

pub(crate) fn app_reads_nothing(code: ErrorCode) -> Message {
    message!(en: "the app may not list departments (errcode {code})")
}

pub(crate) fn call_fails(endpoint: &str, how: impl Display) -> Message {
    message!(en: "`{endpoint}`: {how}")
}

// What the app sees.

pub(crate) fn app_sees_everything(departments: usize) -> Message {
    message!(en: "the app sees all {}", counted(departments as u64, "department"))
}

/// `unseen` are some of the departments that the app does not see; `total` is the number of all, if it is known.
pub(crate) fn app_sees_a_part(seen: usize, total: Option<usize>, unseen: &[DepartmentId]) -> Message {
    let ids: Vec<_> = unseen.iter().map(ToString::to_string).collect();
    match total {
        Some(total) => {
            message!(en: "the app sees {seen} of {}; it does not see {}", counted(total as u64, "department"), ids.join(", "))
        }
        None => message!(en: "the app sees {}, without the root", counted(seen as u64, "department")),
    }
}

pub(crate) fn widen_the_range() -> Message {
    message!(en: "add the root department to the app's visible range (可见范围) on the page, if it is meant to see everybody")
}

pub(crate) fn no_member_to_look_at() -> Message {
    message!(en: "no member is in sight")
}

pub(crate) fn no_field_is_hidden() -> Message {
    message!(en: "the app shows mobile, email and the other sensitive fields")
}

pub(crate) fn fields_are_hidden(fields: &[&str]) -> Message {
    message!(en: "WeCom hides {} from this app, as from every app created after 2022-06-20", fields.join(", "))
}

pub(crate) fn how_hidden_fields_are_read() -> Message {
    message!(
        en: "an app from before 2022-06-20 shows them; a member can also agree, by a login with snsapi_privateinfo (`txl auth authorize-url --private-info`)"
    )
}

// Callback URL.

pub(crate) fn no_callback_url() -> Message {
    message!(en: "no URL is given")
}

pub(crate) fn give_a_callback_url() -> Message {
    message!(en: "--callback-url URL verifies it, with --callback-token and --callback-aes-key")
}

pub(crate) fn callback_url_is_none() -> Message {
    message!(en: "the URL is not one")
}

pub(crate) fn callback_key_is_none(error: &impl Display) -> Message {
    message!(en: "the EncodingAESKey is not one: {error}")
}

pub(crate) fn callback_is_unreachable(error: &Message) -> Message {
    message!(en: "the URL cannot be reached: {error}")
}

pub(crate) fn serve_the_callback() -> Message {
    message!(en: "start the server behind it; WeCom reaches it over the internet, so check DNS, firewall and certificate from outside too")
}

pub(crate) fn copy_the_callback_settings() -> Message {
    message!(en: "copy Token and EncodingAESKey from the page, with the same corp id on both sides")
}

// Token store and mirror.

pub(crate) fn no_token_store() -> Message {
    message!(en: "none: each command requests its own token")
}

pub(crate) fn shared_token_store() -> Message {
    message!(en: "a shared store; it is used by the next command")
}

pub(crate) fn no_home_for_tokens() -> Message {
    message!(en: "no home directory is known, so each command requests its own token")
}

pub(crate) fn name_a_token_store() -> Message {
    message!(en: "name a file or `none` by --token-store")
}

pub(crate) fn token_store_is_a_directory(path: &Path) -> Message {
    message!(en: "{} is a directory", path.display())
}

pub(crate) fn token_store_is_read_only(path: &Path) -> Message {
    message!(en: "{} is read-only", path.display())
}

pub(crate) fn token_store_cannot_be_read(path: &Path, error: &io::Error) -> Message {
    message!(en: "{} cannot be read: {error}", path.display())
}

pub(crate) fn token_store_is_usable(path: &Path) -> Message {
    message!(en: "{}", path.display())
}

pub(crate) fn token_store_is_new(path: &Path) -> Message {
    message!(en: "{} does not exist yet", path.display())
}

pub(crate) fn no_mirror() -> Message {
    message!(en: "there is none yet")
}

pub(crate) fn mirror_lacks_the_corp() -> Message {
    message!(en: "the mirror does not have this corp")
}

pub(crate) fn pull_first() -> Message {
    message!(en: "fill it with `txl pull`")
}

pub(crate) fn no_complete_pull() -> Message {
    message!(en: "no pull of this corp is complete")
}

pub(crate) fn mirror_is_there(members: u64, age: SignedDuration, coverage: &Coverage) -> Message {
    message!(
        en: "{}, pulled {} ago; members {}, departments {}, tags {}",
        counted(members, "member"),
        directory::age(age),
        coverage.members,
        coverage.departments,
        coverage.tags
    )
}

pub(crate) fn last_run_stopped(run: i64, why: &str) -> Message {
    message!(en: "run {run} stopped: {why}")
}

pub(crate) fn resume_it(run: i64) -> Message {
    message!(en: "remove the cause, then `txl apply --resume {run}`")
}
