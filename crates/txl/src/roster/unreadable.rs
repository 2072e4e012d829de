//! Failures to read a roster, with the remedy for each.

use std::path::Path;

use wecom_sheets::Error;

use crate::{
    failure::{Exit, Failure},
    messages::{files, import::unreadable, roster as messages},
};

/// Returns the failure to read the file at `path`.
pub(crate) fn unreadable(path: &Path, error: &Error) -> Failure {
    let failure = Failure::new(messages::cannot_read_roster(path)).because(error);
    let is_usage = matches!(
        error,
        Error::NoField { .. } | Error::NoColumn { .. } | Error::NoSheet { .. } | Error::NotAWorkbook
    );
    let failure = if is_usage { failure.exit(Exit::Usage) } else { failure };
    failure.remedy(match error {
        Error::NoKey { key, .. } => messages::map_the_key(key),
        Error::NoHeadings { .. } => messages::map_the_departments(),
        Error::SameField { .. } => messages::ignore_a_column(),
        Error::Empty | Error::EmptySheet { .. } => messages::a_roster_has_headings(),
        Error::NoField { .. } | Error::NoColumn { .. } => messages::map_one_of_these(),
        Error::Json { .. } => unreadable::correct_the_line(),
        Error::BrokenUtf8 { .. } => unreadable::export_as_utf8(),
        Error::NoSheet { .. } => unreadable::use_one_of_these_sheets(),
        Error::NotAWorkbook => unreadable::remove_the_sheet(),
        Error::NoEncoding { .. } | Error::Ambiguous { .. } | Error::PrivateUse { .. } => {
            unreadable::set_the_encoding()
        }
        Error::HiddenRows { .. } => messages::decide_on_hidden_rows(),
        Error::Io(_) => files::name_a_readable_file(),
        Error::Changed => messages::wait_for_the_file(),
        _ => messages::save_in_another_format(),
    })
}
