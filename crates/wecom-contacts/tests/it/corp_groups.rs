//! Corps in a group (企业互联, 上下游).

use wecom_contacts::corp_groups::*;

use crate::wire::Sample;

pub(crate) const SAMPLES: &[Sample] = &[
    Sample::of::<ListAppShareInfo>(),
    Sample::of::<GetLowerCorpToken>(),
    Sample::of::<TransferSession>(),
    Sample::of::<ListChains>(),
    Sample::of::<ListChainsOfCorp>(),
    Sample::of::<ListChainGroups>(),
    Sample::of::<ListChainCorps>(),
    Sample::of::<GetChainCorp>(),
    Sample::of_silent::<RemoveChainCorp>(),
    Sample::of::<GetMemberCustomId>(),
    Sample::of::<ImportChainContacts>(),
    Sample::of::<GetContactsJob>().aliases(&["/result/fail_list/0/contact_info_list/0/user_mobile"]),
    Sample::of::<ListChainRuleIds>(),
    Sample::of::<GetChainRule>(),
    Sample::of::<AddChainRule>(),
    Sample::of_silent::<ModifyChainRule>(),
    Sample::of_silent::<DeleteChainRule>(),
    Sample::of::<UnionIdToExternalUserId>(),
    Sample::of::<UnionIdToPendingId>(),
    Sample::of::<ExternalUserIdToPendingId>(),
];
