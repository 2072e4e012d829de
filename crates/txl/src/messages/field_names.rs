//! The names of fields in plans and reports.

use std::borrow::Cow;

use wecom_sheets::roster::RosterField;

use crate::{
    language::{Language, current},
    output::console_term,
};

/// Returns the name that people read: in English the name in WeCom's JSON, in Chinese the heading of a roster, else the term of the
/// console as tables have it.
///
/// An attribute is `extattr.工号`, and its own name is enough in Chinese. An unknown name stays as it is.
pub(crate) fn field_name(field: &str) -> Cow<'_, str> {
    match current() {
        Language::English => field.into(),
        Language::Chinese => chinese(field),
    }
}

fn chinese(field: &str) -> Cow<'_, str> {
    if let Some(attribute) = field.strip_prefix("extattr.") {
        return attribute.into();
    }
    if let Some(attribute) = field.strip_prefix("external_profile.") {
        return format!("对外信息“{attribute}”").into();
    }
    let name = match field {
        "leads" => "部门负责人",
        "external_profile" => "对外信息",
        "biz_mail_alias" => "企业邮箱别名",
        "avatar_mediaid" => "头像",
        "new_userid" => "新帐号",
        "nickname" => "昵称",
        "to_invite" => "邀请",
        _ => {
            let in_rosters = RosterField::ALL.iter().find(|one| one.name() == field).map(|one| one.heading());
            in_rosters.or_else(|| console_term(field)).unwrap_or(field)
        }
    };
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_that_a_plan_can_write_has_a_chinese_name() {
        let is_ascii = |field: &str| chinese(field).is_ascii();
        let written = wecom_contacts::members::fields()
            .filter(|field| field.is_in_create() || field.is_in_update())
            .map(|field| field.name());
        let written = written.chain(["name_en", "parentid", "order", "department_leader", "tagname"]);
        let missing: Vec<_> = written.filter(|field| is_ascii(field)).collect();
        assert_eq!(missing, [""; 0]);
    }

    #[test]
    fn an_attribute_has_its_own_name() {
        assert_eq!(chinese("extattr.工号"), "工号");
        assert_eq!(chinese("external_profile.官网"), "对外信息“官网”");
        assert_eq!(chinese("position"), "职位");
        assert_eq!(chinese("unheard_of"), "unheard_of");
        assert_eq!(chinese("入职 日期"), "入职 日期");
    }
}
