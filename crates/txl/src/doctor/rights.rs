//! The rights of each secret: trusted addresses, the permission of contacts-sync, and secrets that are mixed up.

use wecom_contacts::ErrorCode;

use super::{
    diagnosis::{Diagnosis, Page},
    matrix::{Cell, Readings},
    report::Report,
};
use crate::{access::Caller, messages::doctor as messages};

/// 48002: this kind of secret may not make the call.
const NO_RIGHT: ErrorCode = ErrorCode(48002);

pub(super) fn check(contacts: &Readings, app: &Readings, report: &mut Report) {
    for readings in [contacts, app] {
        address(readings, report);
    }
    if contacts.is_tested && contacts.untrusted.is_none() {
        of_contacts(contacts, report);
    }
    if app.is_tested && app.untrusted.is_none() {
        of_app(app, report);
    }
}

fn address(readings: &Readings, report: &mut Report) {
    let caller = readings.caller;
    match &readings.untrusted {
        Some(error) => report.add(
            Diagnosis::problem("trusted IP", messages::address_is_not_trusted(error))
                .of(caller)
                .code(error)
                .remedy(messages::add_the_address())
                .page(Page::of(caller)),
        ),
        None if readings.is_tested => {
            report.add(Diagnosis::ok("trusted IP", messages::address_is_trusted()).of(caller));
        }
        None => {}
    }
}

/// Contacts-sync lists all ids. A secret that may not is an app's, or the permission is off.
fn of_contacts(readings: &Readings, report: &mut Report) {
    const CHECK: &str = "rights";
    let problem = |message| Diagnosis::problem(CHECK, message).of(Caller::Contacts).page(Page::ContactsSync);
    let ids = readings.cell("user/list_id");
    report.add(match ids {
        Cell::Ok if readings.cell("department/list") == Cell::Ok => {
            Diagnosis::ok(CHECK, messages::contacts_reads_details()).of(Caller::Contacts)
        }
        Cell::Ok => Diagnosis::ok(CHECK, messages::contacts_reads_ids()).of(Caller::Contacts),
        Cell::Refused(NO_RIGHT) if has_details(readings) => {
            problem(messages::contacts_secret_is_an_apps()).remedy(messages::give_each_its_own())
        }
        Cell::Refused(code) => problem(messages::contacts_sync_is_off(code)).remedy(messages::switch_it_on()),
        cell => problem(messages::call_fails("user/list_id", cell)).remedy(messages::check_the_network()),
    });
    report.add(
        Diagnosis::not_tested("right to write", messages::writing_is_not_tested())
            .of(Caller::Contacts)
            .remedy(messages::permission_must_be_edit())
            .page(Page::ContactsSync),
    );
}

fn of_app(readings: &Readings, report: &mut Report) {
    const CHECK: &str = "rights";
    let problem = |message| Diagnosis::problem(CHECK, message).of(Caller::App).page(Page::App);
    report.add(match readings.cell("department/list") {
        Cell::Ok => Diagnosis::ok(CHECK, messages::app_reads_details()).of(Caller::App),
        Cell::Refused(_) if readings.cell("user/list_id") == Cell::Ok => {
            problem(messages::app_secret_is_contacts_syncs()).remedy(messages::give_each_its_own())
        }
        Cell::Refused(code) => problem(messages::app_reads_nothing(code)).remedy(messages::widen_the_range()),
        cell => problem(messages::call_fails("department/list", cell)).remedy(messages::check_the_network()),
    });
}

fn has_details(readings: &Readings) -> bool {
    ["department/list", "user/simplelist", "user/list", "user/get"]
        .into_iter()
        .any(|endpoint| readings.cell(endpoint) == Cell::Ok)
}
