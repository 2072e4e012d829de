//! Members (成员管理).

use wecom_contacts::members::*;

use crate::wire::Sample;

pub(crate) const SAMPLES: &[Sample] = &[
    Sample::of::<NewMember>().read_only(CHANNELS_STATUS),
    Sample::of::<GetMember>(),
    Sample::of_silent::<UpdateMember>()
        .with_part::<MemberPatch>()
        .read_only(CHANNELS_STATUS),
    Sample::of_silent::<DeleteMember>(),
    Sample::of_silent::<DeleteMembers>(),
    Sample::of::<ListMembersSimple>(),
    Sample::of::<ListMembers>(),
    Sample::of::<ListMemberIds>(),
    Sample::of::<ToOpenId>(),
    Sample::of::<FromOpenId>(),
    Sample::of_silent::<ConfirmLogin>(),
    Sample::of::<GetTfaInfo>(),
    Sample::of_silent::<ConfirmTfa>(),
    Sample::of::<Invitation>(),
    Sample::of::<GetJoinQrCode>(),
    Sample::of::<GetActiveStat>(),
    Sample::of::<FindByMobile>(),
    Sample::of::<FindByEmail>(),
    Sample::of::<OpenUserIdsToUserIds>(),
];

const CHANNELS_STATUS: &[&str] = &["/external_profile/wechat_channels/status"];
