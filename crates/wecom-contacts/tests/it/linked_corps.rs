//! Linked corps (互联企业).

use wecom_contacts::linked_corps::*;

use crate::wire::Sample;

pub(crate) const SAMPLES: &[Sample] = &[
    Sample::of::<GetLinkedPermissions>(),
    Sample::of::<GetLinkedMember>(),
    Sample::of::<ListLinkedMembersSimple>(),
    Sample::of::<ListLinkedMembers>(),
    Sample::of::<ListLinkedDepartments>(),
];
