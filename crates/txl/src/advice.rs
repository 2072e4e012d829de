//! Remedies for errors of the SDK that name the flags of the command.

use wecom_contacts::{Bilingual, Error, ErrorKind, TransportFailure};

use crate::{
    language::{self, Language},
    messages::{Message, sdk},
};

/// Returns the remedies. They name flags if the command has flags for the error; otherwise they are those of the SDK's report. The remedies of an
/// errcode are in both languages if texts are English.
pub(crate) fn remedies(error: &Error, reported: &[Bilingual]) -> Vec<Message> {
    if let Some(remedy) = with_flags(error) {
        return vec![remedy];
    }
    let has_code = error.code().is_some_and(|code| code.info().is_some());
    let has_both = has_code && language::current() == Language::English;
    let chinese = reported.iter().filter(|_| has_both).map(sdk::in_chinese_too);
    reported.iter().map(sdk::of_report).chain(chinese).collect()
}

fn with_flags(error: &Error) -> Option<Message> {
    if error.may_have_applied() {
        return None;
    }
    Some(match error.kind() {
        ErrorKind::Transport { failure: TransportFailure::NoConnection, .. } => sdk::check_the_network(),
        ErrorKind::Transport { failure: TransportFailure::Timeout, .. } => sdk::allow_more_time(),
        ErrorKind::NotWeCom { .. } => sdk::check_base_url_and_proxy(),
        ErrorKind::TooLarge { .. } => sdk::ask_for_less(),
        ErrorKind::StillRunning { .. } => sdk::take_the_job_up_again(),
        ErrorKind::Configuration(_) => sdk::check_the_configuration(),
        _ => return None,
    })
}
