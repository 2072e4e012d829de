//! `txl corp-group`.

use wecom_contacts::{ChainRuleId, JobId};

use super::{Message, counted};

pub(crate) fn app_may(seconds_left: u64) -> Message {
    message!(
        en: "the app can call as this corp; its token expires in {}", counted(seconds_left, "second");
        zh: "应用可以用该企业的身份调用；所得 token 在 {} 秒后过期", seconds_left
    )
}

pub(crate) fn remove_corp(corp_id: &str, chain: &str) -> Message {
    message!(en: "remove corp {corp_id} from chain {chain}"; zh: "从上下游 {chain} 移除企业 {corp_id}")
}

pub(crate) fn removed_corp(corp_id: &str) -> Message {
    message!(en: "removed corp {corp_id}"; zh: "已移除企业 {corp_id}")
}

pub(crate) fn modified_rule(rule: ChainRuleId) -> Message {
    message!(en: "modified rule {rule}"; zh: "已修改规则 {rule}")
}

pub(crate) fn delete_rule(rule: ChainRuleId, chain: &str) -> Message {
    message!(en: "delete rule {rule} of chain {chain}"; zh: "删除上下游 {chain} 的规则 {rule}")
}

pub(crate) fn deleted_rule(rule: ChainRuleId) -> Message {
    message!(en: "deleted rule {rule}"; zh: "已删除规则 {rule}")
}

pub(crate) fn job(id: &JobId) -> Message {
    message!(en: "job {id}"; zh: "任务 {id}")
}

pub(crate) fn not_imported(corps: usize) -> Message {
    message!(
        en: "not imported: {}, listed above", counted(corps, "corp");
        zh: "{} 家企业未导入，见上面的列表", corps
    )
}

pub(crate) fn import_them_again() -> Message {
    message!(
        en: "correct them and import them again; one invalid contact blocks its whole corp";
        zh: "请改正后重新导入；只要有一个联系人无效，整家企业都不会导入"
    )
}

pub(crate) fn corps_are_no_json() -> Message {
    message!(en: "the corps are not a JSON array of corps"; zh: "给出的企业不是由企业组成的 JSON 数组")
}

pub(crate) fn rule_is_no_json() -> Message {
    message!(en: "the rule is not a JSON object of WeCom's"; zh: "给出的规则不是企业微信格式的 JSON 对象")
}

pub(crate) fn see_the_shape() -> Message {
    message!(
        en: "see `txl corp-group --help` for the shape, and quote it for the shell";
        zh: "格式见 `txl corp-group --help`；注意为 shell 加引号"
    )
}
