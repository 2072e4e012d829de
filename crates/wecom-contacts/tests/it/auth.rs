//! Logins and server addresses (身份验证).

use wecom_contacts::auth::*;

use crate::wire::Sample;

pub(crate) const SAMPLES: &[Sample] = &[
    Sample::of::<GetUserInfo>(),
    Sample::of::<GetUserDetail>(),
    Sample::of::<GetApiDomainIp>(),
    Sample::of::<GetCallbackIp>(),
];
