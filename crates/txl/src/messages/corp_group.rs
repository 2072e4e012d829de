//! `txl corp-group`.

use wecom_contacts::{ChainRuleId, JobId};

use super::{Message, counted};

pub(crate) fn app_may(seconds_left: u64) -> Message {
    message!(en: "the app can call as this corp; its token expires in {}", counted(seconds_left, "second"))
}

pub(crate) fn remove_corp(corp_id: &str, chain: &str) -> Message {
    message!(en: "remove corp {corp_id} from chain {chain}")
}

pub(crate) fn removed_corp(corp_id: &str) -> Message {
    message!(en: "removed corp {corp_id}")
}

pub(crate) fn modified_rule(rule: ChainRuleId) -> Message {
    message!(en: "modified rule {rule}")
}

pub(crate) fn delete_rule(rule: ChainRuleId, chain: &str) -> Message {
    message!(en: "delete rule {rule} of chain {chain}")
}

pub(crate) fn deleted_rule(rule: ChainRuleId) -> Message {
    message!(en: "deleted rule {rule}")
}

pub(crate) fn job(id: &JobId) -> Message {
    message!(en: "job {id}")
}

pub(crate) fn not_imported(corps: usize) -> Message {
    message!(en: "not imported: {}, listed above", counted(corps, "corp"))
}

pub(crate) fn import_them_again() -> Message {
    message!(en: "correct them and import them again; one invalid contact blocks its whole corp")
}

pub(crate) fn corps_are_no_json() -> Message {
    message!(en: "the corps are not a JSON array of corps")
}

pub(crate) fn rule_is_no_json() -> Message {
    message!(en: "the rule is not a JSON object of WeCom's")
}

pub(crate) fn see_the_shape() -> Message {
    message!(en: "see `txl corp-group --help` for the shape, and quote it for the shell")
}
