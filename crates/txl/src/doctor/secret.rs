//! One secret: whether WeCom issues a token for it.

use wecom_contacts::{Class, Client, Error, ErrorKind};

use super::{
    diagnosis::{Diagnosis, Page},
    network,
    report::Report,
};
use crate::{
    access::{Access, Caller},
    messages::doctor as messages,
};

const CHECK: &str = "secret";

/// Requests a token. Returns the client if the secret is good.
pub(super) async fn check(access: &Access, caller: Caller, report: &mut Report) -> Option<Client> {
    let client = match access.client_if_given(caller) {
        Ok(Some(client)) => client,
        Ok(None) => {
            report.add(Diagnosis::not_tested(CHECK, messages::secret_is_not_given()).of(caller));
            return None;
        }
        Err(failure) => {
            report.add(Diagnosis::failed(CHECK, &failure).of(caller));
            return None;
        }
    };
    if report.is_unreachable {
        return None;
    }
    match client.auth().check().await {
        Ok(_) => {
            report.add(Diagnosis::ok(CHECK, messages::secret_is_good()).of(caller));
            Some(client)
        }
        Err(error) => {
            explain(access, &error, caller, report).await;
            None
        }
    }
}

async fn explain(access: &Access, error: &Error, caller: Caller, report: &mut Report) {
    let problem = |message| Diagnosis::problem(CHECK, message).code(error).of(caller);
    if error.code().is_none() {
        if let (ErrorKind::Transport { source, .. }, Ok(connection)) = (error.kind(), access.connection()) {
            return network::add(&connection, &**source, report).await;
        }
        report.is_unreachable = true;
        return report
            .add(problem(messages::answer_is_unusable(error)).remedy(messages::check_the_network()));
    }
    let code = error.code().map_or(0, |code| code.0);
    report.add(match error.class() {
        _ if code == 40013 => {
            problem(messages::corp_id_is_wrong()).remedy(messages::copy_the_corp_id()).page(Page::Corp)
        }
        Class::BadCredentials => problem(messages::secret_is_wrong(caller))
            .remedy(messages::copy_the_secret())
            .page(Page::of(caller)),
        Class::IpNotAllowed => problem(messages::address_is_not_trusted(error))
            .remedy(messages::add_the_address())
            .page(Page::of(caller)),
        _ => {
            let problem = problem(messages::refused(error)).page(Page::of(caller));
            match error.report().remedies.first() {
                Some(remedy) => problem.remedy(messages::of_report(remedy)),
                None => problem,
            }
        }
    });
}
