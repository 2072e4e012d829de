//! Where the documentation is silent or contradicts itself, or the live service was recorded to answer otherwise: a switch each.

use serde::{Deserialize, Serialize};

/// How the simulator behaves where the real server is not verified, or was recorded to differ from its pages. The defaults and the
/// grounds for them are in `docs/fidelity.md`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Choices {
    /// `user/create` refuses a missing department (41019) and an unknown one (40066), as doc 90313 has it; by default they go to
    /// 其他（待设置部门）, as doc 90195 has it.
    pub strict_departments: bool,
    /// A body with `\uXXXX` escapes is refused with 40033, as doc 90313 has it. By default it is read: Python's `requests` and
    /// Go's `encoding/json` write such escapes, and their users' programs work.
    pub refuse_unicode_escapes: bool,
    /// Fields that a credential may not see are returned empty, and `gender` is `"0"`; by default they are absent.
    pub withheld_as_empty: bool,
    /// Whole numbers and lists are read as the pages spell them: a number in quotes, and a single number where a list is asked,
    /// count as not given and are warned of. By default both are read, as recorded live.
    pub strict_numbers: bool,
    /// `gender` is written as a text, as doc 90195 has it, and a number counts as not given. By default it is a number, and a text
    /// is taken with a warning, as recorded live.
    pub text_gender: bool,
    /// `user/get` and `user/list` carry `enable`, `isleader` and `hide_mobile`, as recorded live; the pages list none of them.
    pub return_enable: bool,
    /// A `gender` that the credential may not see is `"0"`, as doc 90196 has it. By default the key is absent, as recorded live.
    pub withheld_gender_as_zero: bool,
    /// An app created after 2022-06-20 gets `external_position` and `external_profile` of each member, as doc 90196 has it. By
    /// default it gets no `external_position`, and an `external_profile` only where something is set, as recorded live.
    pub external_fields_for_new_apps: bool,
    /// `extattr` lists only attributes with a value, and a text once, as doc 100067 has it. By default it lists every attribute of
    /// the console, and a text twice (`value` and `text.value`), as recorded live.
    pub brief_attributes: bool,
    /// The last page of `user/list_id` has `"next_cursor": ""`, as doc 96067 has it; by default it has none, as seen live.
    pub empty_last_cursor: bool,
    /// `fetch_child=1` of `user/simplelist` and `user/list` is honoured, though the current pages dropped it.
    pub fetch_child: bool,
    /// `department/create` refuses `id: 0` (60123), as recorded live. Switched off, it counts as not given.
    pub refuse_department_zero: bool,
    /// `department/list` and `simplelist` know no department 0. By default `id=0` asks for the whole visible range.
    pub unknown_department_zero: bool,
    /// Events are written as docs 90970–90972 show them: `ChangeType` without CDATA, elements of a full `update_user` that did not
    /// change, and no `AgentID` in the envelope for the contacts assistant. By default they are as recorded live.
    pub events_of_the_page: bool,
    /// `tag/addtagusers` leaves out an empty `invalidparty`, as doc 90214 has it. By default a call that names members only is
    /// answered with an empty one, as recorded live.
    pub omit_empty_invalidparty: bool,
    /// A text in `external_profile` may have 12 characters, as the help of 90101 has it; by default 32 (doc 92230).
    pub short_external_text: bool,
    /// A 企业邮箱 must be of the corp's own domain, else 81015.
    pub check_mail_domain: bool,
    /// When the 企业邮箱 part of an update fails, the rest is written all the same (doc 90197 allows for it).
    pub split_biz_mail_update: bool,
    /// `extattr` and `external_attr` of an update replace only the attributes they name; by default they replace the whole list.
    pub merge_attributes: bool,
    /// Members outside an app's range fail `tag/addtagusers` with 60011; by default they are in `invalidlist`.
    pub tag_out_of_range_fails: bool,
    /// An OAuth code that was used answers 42022 and an old one 42003; by default both answer 40029, as its help has it.
    pub distinct_code_errors: bool,
    /// An import file that is no UTF-8 is read as GBK; by default it is refused (40092), as doc 90979 asks for UTF-8.
    pub gbk_imports: bool,
    /// `gettoken` for a disabled app answers 50003; by default 40001, whose help names this case.
    pub disabled_app_50003: bool,
    /// A callback answered with another status than 200 is sent again, as doc 90238 has it; doc 90930 names only time-outs and
    /// failed connections.
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
