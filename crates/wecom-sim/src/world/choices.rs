//! One switch for each point on which the documentation is missing, contradictory, or different from recorded
//! answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The behaviour of the simulator where the real server is not verified, or was recorded to differ from its pages.
/// `docs/fidelity.md` has the defaults and their reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Choices {
    /// If on, `user/create` refuses a missing department (41019) and an unknown one (40066), as in doc 90313. By
    /// default such members go to 其他（待设置部门）, as in doc 90195.
    pub strict_departments: bool,
    /// If on, a body with `\uXXXX` escapes is refused with 40033, as in doc 90313. By default it is accepted, because
    /// Python's `requests` and Go's `encoding/json` write such escapes in daily use.
    pub refuse_unicode_escapes: bool,
    /// If on, fields that a credential cannot see are returned empty, and `gender` is `"0"`. By default they are
    /// absent.
    pub withheld_as_empty: bool,
    /// If on, numbers and lists must have the format of the pages: a quoted number, and a single number in place of a
    /// list, count as absent and cause the warning. By default both are accepted, as recorded live.
    pub strict_numbers: bool,
    /// If on, requests send `gender` as a text, as in doc 90195, and a number counts as absent. By default it is a
    /// number, and a text causes the warning, as recorded live.
    pub text_gender: bool,
    /// If on, `user/get` and `user/list` return `enable`, `isleader` and `hide_mobile`, as recorded live. No page
    /// lists them.
    pub return_enable: bool,
    /// If on, a `gender` that the credential cannot see is `"0"`, as in doc 90196. By default the key is absent, as
    /// recorded live.
    pub withheld_gender_as_zero: bool,
    /// If on, an app created after 2022-06-20 gets `external_position` and `external_profile` of each member, as in
    /// doc 90196. By default it gets no `external_position`, and `external_profile` only if it has content, as
    /// recorded live.
    pub external_fields_for_new_apps: bool,
    /// If on, `extattr` lists only attributes with a value, with a text once, as in doc 100067. By default it lists
    /// all attributes of the console, with a text twice (`value` and `text.value`), as recorded live.
    pub brief_attributes: bool,
    /// If on, the last page of `user/list_id` has `"next_cursor": ""`, as in doc 96067. By default the key is absent,
    /// as seen live.
    pub empty_last_cursor: bool,
    /// If on, `user/simplelist` and `user/list` support `fetch_child=1`, although the current pages no longer mention
    /// it.
    pub fetch_child: bool,
    /// If on, `department/create` refuses `id: 0` (60123), as recorded live. If off, 0 counts as absent.
    pub refuse_department_zero: bool,
    /// If on, `department/list` and `simplelist` refuse department 0. By default `id=0` returns the whole visible
    /// range.
    pub unknown_department_zero: bool,
    /// If on, events have the format of docs 90970–90972: `ChangeType` without CDATA, unchanged elements in a full
    /// `update_user`, and no `AgentID` in the envelope for the contacts assistant. By default they have the recorded
    /// format.
    pub events_of_the_page: bool,
    /// If on, a `user/update` that sends `department` without `is_leader_in_dept` makes the member lead none of these
    /// departments. By default a leader who stays in a department remains one.
    pub drop_leaders: bool,
    /// If on, apps read members as in 成员授权模式 (doc 90196): `department` is `[1]`, there is no `order`, and the member
    /// leads nothing. The main department is 1.
    pub member_authorization: bool,
    /// If on, `user/list_id` lists members by department. A member who moves to an earlier department while a client
    /// reads the pages is then missing from them, and one who moves to a later department is in them twice. By default
    /// members are listed by age, so a move changes nothing.
    pub ids_by_department: bool,
    /// If on, members who have left the corp (status 5) are absent from `user/simplelist`, `user/list`, `user/list_id`
    /// and the exports of members; `user/get` still returns them. By default they are listed.
    pub hide_left_members: bool,
    /// If on, `user/get`, `user/simplelist`, `user/list` and the exports of members return the userid in lower case;
    /// `user/list_id`, tags and leaders have it as it was created. By default it is everywhere as it was created.
    pub lower_case_userids: bool,
    /// If on, `tag/addtagusers` omits an empty `invalidparty`, as in doc 90214. By default a call that adds only
    /// members gets an empty one, as recorded live.
    pub omit_empty_invalidparty: bool,
    /// If on, a text in `external_profile` can have 12 characters, as in the help of 90101. The default is 32 (doc
    /// 92230).
    pub short_external_text: bool,
    /// If on, a 企业邮箱 must be in the corp's own domain, else 81015.
    pub check_mail_domain: bool,
    /// If on, an update with an invalid 企业邮箱 part writes its other fields, which doc 90197 allows.
    pub split_biz_mail_update: bool,
    /// If on, `extattr` and `external_attr` of an update replace only the given attributes. By default they replace
    /// the whole list.
    pub merge_attributes: bool,
    /// If on, members outside an app's range fail `tag/addtagusers` with 60011. By default they are in `invalidlist`.
    pub tag_out_of_range_fails: bool,
    /// If on, a used OAuth code answers 42022 and an expired one 42003. By default both answer 40029, as in its help.
    pub distinct_code_errors: bool,
    /// If on, an import file that is not UTF-8 is read as GBK. By default it is refused (40092), because doc 90979
    /// requires UTF-8.
    pub gbk_imports: bool,
    /// If on, `gettoken` for a disabled app answers 50003. By default it answers 40001, whose help mentions this
    /// case.
    pub disabled_app_50003: bool,
    /// If on, a callback that gets a status other than 200 is retried, as in doc 90238. Doc 90930 mentions only
    /// timeouts and failed connections.
    pub callback_retries_other_statuses: bool,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            strict_departments: false,
            refuse_unicode_escapes: false,
            withheld_as_empty: false,
            strict_numbers: false,
            text_gender: false,
            return_enable: true,
            withheld_gender_as_zero: false,
            external_fields_for_new_apps: false,
            brief_attributes: false,
            empty_last_cursor: false,
            fetch_child: true,
            refuse_department_zero: true,
            unknown_department_zero: false,
            events_of_the_page: false,
            drop_leaders: false,
            member_authorization: false,
            ids_by_department: false,
            hide_left_members: false,
            lower_case_userids: false,
            omit_empty_invalidparty: false,
            short_external_text: false,
            check_mail_domain: false,
            split_biz_mail_update: false,
            merge_attributes: false,
            tag_out_of_range_fails: false,
            distinct_code_errors: false,
            gbk_imports: false,
            disabled_app_50003: false,
            callback_retries_other_statuses: true,
        }
    }
}
