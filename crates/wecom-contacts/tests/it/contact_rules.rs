//! Who may look at whom (通讯录查看权限管理).

use wecom_contacts::contact_rules::*;

use crate::wire::Sample;

pub(crate) const SAMPLES: &[Sample] = &[
    Sample::of::<CreateContactRules>(),
    Sample::of::<ListContactRules>(),
    Sample::of_silent::<UpdateContactRules>(),
    Sample::of_silent::<DeleteContactRules>(),
];
