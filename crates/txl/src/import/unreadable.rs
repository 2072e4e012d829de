//! Failures to read the file of an import, with the remedy for each.

use std::path::Path;

use wecom_sheets::Error;

use super::check::Import;
use crate::{
    failure::{Exit, Failure},
    messages::{files, import::unreadable as messages},
};

/// The number of rows at the top of a file that are searched for the headings.
const HEADING_ROWS: usize = 20;

/// Returns the failure to read the file at `path`.
pub(super) fn unreadable<R: Import>(path: &Path, error: &Error) -> Failure {
    let failure = Failure::new(messages::cannot_import(path)).because(error);
    let is_usage = matches!(
        error,
        Error::NoField { .. } | Error::NoColumn { .. } | Error::NoSheet { .. } | Error::NotAWorkbook
    );
    let failure = if is_usage { failure.exit(Exit::Usage) } else { failure };
    match error {
        Error::NoHeadings { is_json: true, .. } => {
            failure.remedy(messages::write_objects_with_a_key(R::KIND, R::field(R::ID)))
        }
        Error::NoHeadings { is_undivided: true, .. } => failure.remedy(messages::separate_the_cells()),
        Error::NoHeadings { like, rows, other_sheets, .. } => {
            let like = like.first().map(String::as_str);
            let mut failure = failure.remedy(messages::map_the_column(like, R::field(R::ID)));
            if *rows >= HEADING_ROWS {
                failure = failure.remedy(messages::delete_the_rows_above());
            }
            match other_sheets.first() {
                Some(other) => failure.remedy(messages::read_another_sheet(Some(other))),
                None => failure,
            }
        }
        Error::SameField { headings, .. } => failure.remedy(match headings.as_slice() {
            [one, other] if one != other => messages::ignore_one_of(one, other),
            // `--ignore-column` ignores every column with its heading, so it cannot choose one of them.
            _ => messages::rename_one_column(),
        }),
        Error::Empty => failure.remedy(messages::import_a_file_with_headings(R::KIND)),
        Error::EmptySheet { others, .. } => {
            failure.remedy(messages::read_another_sheet(others.first().map(String::as_str)))
        }
        Error::Json { .. } => failure.remedy(messages::correct_the_line()),
        Error::BrokenUtf8 { .. } => failure.remedy(messages::export_as_utf8()),
        Error::OnlyIds { .. } => failure.remedy(messages::map_the_other_columns()),
        Error::TagExport => failure.remedy(messages::change_the_tag()),
        Error::TwoHeadings { .. } => failure.remedy(messages::keep_one_row_of_headings()),
        Error::NoField { .. } | Error::NoColumn { .. } => failure.remedy(messages::map_one_of_these()),
        Error::NoSheet { .. } => failure.remedy(messages::use_one_of_these_sheets()),
        Error::NotAWorkbook => failure.remedy(messages::remove_the_sheet()),
        Error::Io(_) => failure.remedy(files::name_a_readable_file()),
        Error::NoEncoding { .. } | Error::Ambiguous { .. } | Error::PrivateUse { .. } => {
            failure.remedy(messages::set_the_encoding())
        }
        Error::HiddenRows { .. } => failure.remedy(messages::decide_on_hidden_rows()),
        Error::Changed => failure.remedy(messages::wait_for_the_file()),
        Error::Password => failure.remedy(messages::save_without_a_password()),
        _ => failure.remedy(messages::save_in_another_format()),
    }
}
