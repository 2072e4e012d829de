//! Imports (异步导入).

use wecom_contacts::imports::*;

use crate::wire::Sample;

pub(crate) const SAMPLES: &[Sample] = &[
    Sample::of::<SyncMembers>(),
    Sample::of::<ReplaceMembers>(),
    Sample::of::<ReplaceDepartments>(),
    Sample::of::<GetImportResult>(),
];
