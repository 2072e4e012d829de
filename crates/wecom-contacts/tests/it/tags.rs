//! Tags (标签管理).

use wecom_contacts::tags::*;

use crate::wire::Sample;

pub(crate) const SAMPLES: &[Sample] = &[
    Sample::of::<NewTag>(),
    Sample::of_silent::<RenameTag>(),
    Sample::of_silent::<DeleteTag>(),
    Sample::of::<GetTag>(),
    Sample::of::<AddTagNodes>().with_part::<TagNodes>(),
    Sample::of::<RemoveTagNodes>().with_part::<TagNodes>(),
    Sample::of::<ListTags>(),
];
