//! What any store must do: each test runs against every store.

mod home;
mod reading;
mod records;
mod runs;
mod statements;
mod writing;

/// Runs each test of the suite against one store.
macro_rules! suite {
    ($store:ident, $home:expr, $($chapter:ident: $($test:ident),+;)+) => {
        mod $store {
            $($(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    super::$chapter::$test(&$home).await;
                }
            )+)+
        }
    };
}

/// The suite against each store.
macro_rules! suites {
    ($($tests:tt)+) => {
        suite!(sqlite, crate::conformance::home::Sqlite::new(), $($tests)+);
        suite!(postgres, crate::conformance::home::Postgres::new(), $($tests)+);
    };
}

suites! {
    writing:
        every_value_survives,
        a_dropped_transaction_changes_nothing,
        a_commit_is_visible_at_once_and_nothing_before_it,
        a_replaced_member_has_the_new_seats_alone,
        a_run_and_a_pull_replace_members_in_the_same_way,
        a_userid_goes_to_another_member_when_its_holder_is_removed,
        an_update_sees_the_earlier_writes_of_its_transaction_and_knows_the_persons,
        a_corp_has_one_writer_and_the_next_one_learns_its_name,
        a_lock_ends_with_its_holder,
        a_userid_that_was_removed_comes_back_as_another_person,
        progress_is_kept_until_the_pull_commits,
        progress_is_written_beside_the_transaction_of_a_new_corp,
        the_change_of_a_pull_can_be_taken_back,
        a_forgotten_member_is_in_no_row,
        a_present_member_is_not_forgotten,
        members_who_were_removed_long_ago_are_forgotten_together;
    reading:
        userids_compare_without_case,
        pages_follow_the_person_numbers,
        fields_that_are_not_read_are_hidden,
        two_corps_do_not_mix,
        head_counts_leave_removed_members_out,
        history_follows_the_person,
        readers_see_the_old_corp_or_the_new_one,
        a_copy_has_every_row_and_takes_new_ones,
        a_mirror_of_a_newer_version_is_refused,
        tables_of_another_program_are_refused,
        several_programs_can_create_the_mirror_at_once;
    runs:
        a_run_is_read_as_it_was_written,
        a_forgotten_member_is_in_no_step_and_has_no_key,
        forgetting_leaves_the_next_person_with_the_userid_alone;
    statements:
        a_statement_that_writes_is_refused,
        several_statements_are_refused,
        a_statement_that_does_not_parse_is_refused,
        a_statement_shows_one_corp_or_all,
        an_unknown_corp_is_an_error,
        values_are_null_numbers_and_texts,
        a_reader_can_stop_a_statement,
        the_views_have_their_columns,
        the_view_of_members_masks_personal_values,
        the_views_join_leaders_departments_and_tags;
}
