//! Exports (异步导出).

use wecom_contacts::exports::*;

use crate::wire::Sample;

pub(crate) const SAMPLES: &[Sample] = &[
    Sample::of::<ExportMembersSimple>(),
    Sample::of::<ExportMembers>(),
    Sample::of::<ExportDepartments>(),
    Sample::of::<ExportTag>(),
    Sample::of::<GetExportResult>(),
];
