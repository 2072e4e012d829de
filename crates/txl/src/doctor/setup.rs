//! The version, and where the credentials come from.

use super::{diagnosis::Diagnosis, report::Report};
use crate::{access::Access, failure::Result, messages::doctor as messages};

pub(super) fn check(access: &Access, report: &mut Report) -> Result {
    report.add(Diagnosis::ok("version", messages::version(env!("CARGO_PKG_VERSION"))));
    let corp = access.corp_id()?;
    let profile = access.profile_name()?;
    report.add(Diagnosis::ok("credentials", messages::source(&corp, profile.as_deref())));
    Ok(())
}
