//! Departments (部门管理).

use wecom_contacts::departments::*;

use crate::wire::Sample;

pub(crate) const SAMPLES: &[Sample] = &[
    Sample::of::<NewDepartment>(),
    Sample::of_silent::<UpdateDepartment>().with_part::<DepartmentPatch>(),
    Sample::of_silent::<DeleteDepartment>(),
    Sample::of::<ListDepartments>(),
    Sample::of::<ListDepartmentIds>(),
    Sample::of::<GetDepartment>(),
];
