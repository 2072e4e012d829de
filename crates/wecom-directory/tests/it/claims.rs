//! Whatever the corp, the credentials and the cuts in the readings: the mirror claims nothing that the dump contradicts.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*};
use wecom_contacts::Seen;
use wecom_directory::{
    Level,
    journal::ObjectKind,
    record::{Source, State},
    store::Store,
};
use wecom_sim::{ConsoleMember, ConsoleRange, Fault};

use crate::{
    cases::{Case, Edit, Range, Secrets, case, config, edit, range, run, secrets, set_range},
    corp::Corp,
    oracle::{Leeway, contradictions},
};

impl Corp {
    /// What a pull with these credentials has read.
    pub(crate) async fn leeway(&self, case: &Case, secrets: Secrets) -> Leeway {
        let mut read_by = Vec::new();
        let mut seats_read_in = Some(BTreeSet::new());
        if secrets != Secrets::Contacts {
            read_by.push(Source::App);
            let list = self.app.departments().list().await.unwrap();
            seats_read_in = Some(list.into_iter().map(|department| department.id.0).collect());
        }
        if secrets != Secrets::App && case.contacts_is_old {
            read_by.push(Source::ContactsSync);
            seats_read_in = None;
        }
        Leeway { read_by: Some(read_by), seats_read_in, ..case.leeway() }
    }
}

async fn claims_after_one_pull_and_another(case: Case) {
    let corp = case.start().await;
    let report = case.pull(&corp, case.secrets).run(&corp.store).await.unwrap();
    let dump = corp.sim.dump();
    let found = contradictions(&corp.mirror().await, &dump, &report, &case.leeway());
    assert!(found.is_empty(), "{found:#?}\n{report:?}");
    let gone = (report.members.removed, report.members.out_of_sight, report.departments.removed);
    assert_eq!((gone, report.moving.len()), ((0, 0, 0), 0), "{report:?}");

    let before = corp.tables().await;
    let report = case.pull(&corp, case.secrets).run(&corp.store).await.unwrap();
    assert_eq!(
        corp.tables().await,
        before,
        "an unchanged corp writes nothing but the pull's row: {report:?}"
    );
}

async fn claims_after_changes(case: Case, edits: Vec<Edit>, later: Secrets, later_range: Range) {
    let corp = case.start().await;
    case.pull(&corp, case.secrets).run(&corp.store).await.unwrap();
    let before = corp.mirror().await;
    for edit in &edits {
        edit.make(&corp.sim.console(), &corp.sim.dump()).await;
    }
    set_range(&corp, &later_range).await;
    let report = case.pull(&corp, later).run(&corp.store).await.unwrap();
    let leeway = corp.leeway(&case, later).await;
    let mirror = corp.mirror().await;
    let found = contradictions(&mirror, &corp.sim.dump(), &report, &leeway);
    assert!(found.is_empty(), "{found:#?}\n{report:?}");
    if !report.existence {
        let removed = |members: &[wecom_directory::record::MemberRecord]| {
            members.iter().filter(|member| member.state == State::Removed).count()
        };
        assert_eq!(removed(&mirror.members), removed(&before.members), "no id was read: {report:?}");
        assert_eq!((report.members.removed, report.departments.removed), (0, 0));
    }
    let before = corp.tables().await;
    let report = case.pull(&corp, later).run(&corp.store).await.unwrap();
    assert_eq!(
        corp.tables().await,
        before,
        "an unchanged corp writes nothing but the pull's row: {report:?}"
    );
}

/// A cut in the readings: an endpoint fails for good, or answers nothing from a call on.
#[derive(Clone, Debug)]
struct Cut {
    path: &'static str,
    /// How many calls succeed before.
    after: u64,
    fault: Fault,
}

fn cut() -> impl Strategy<Value = Cut> {
    let paths = prop::sample::select(vec![
        "user/list_id",
        "department/simplelist",
        "department/list",
        "user/list",
        "user/get",
        "export/user",
        "export/get_result",
        "tag/list",
        "tag/get",
        "*",
    ]);
    let faults = prop::sample::select(vec![
        Fault::errcode(60_011),
        Fault::errcode(60_111),
        Fault::errcode(60_003),
        Fault::errcode(48_002),
        Fault::errcode(48_009),
        Fault::errcode(45_029),
        Fault::errcode(50_001),
        Fault::errcode(40_068),
    ]);
    (paths, 0_u64..6, faults).prop_map(|(path, after, fault)| Cut { path, after, fault })
}

async fn claims_after_a_cut(case: Case, edits: Vec<Edit>, cuts: Vec<Cut>) {
    let corp = case.start().await;
    case.pull(&corp, case.secrets).run(&corp.store).await.unwrap();
    for edit in &edits {
        edit.make(&corp.sim.console(), &corp.sim.dump()).await;
    }
    for Cut { path, after, fault } in cuts {
        let every = wecom_sim::When::Every { k: after + 1, offset: after };
        corp.sim.faults().add(wecom_sim::CallRule::new(path, fault).when(every)).unwrap();
    }
    let before = corp.tables().await;
    let pulled = case.pull(&corp, case.secrets).run(&corp.store).await;
    corp.sim.faults().clear();
    let leeway = Leeway { read_by: Some(Vec::new()), seats_read_in: Some(BTreeSet::new()), ..case.leeway() };
    match pulled {
        Err(_) => assert_eq!(corp.tables().await, before, "a pull that fails changes nothing"),
        Ok(report) => {
            let found = contradictions(&corp.mirror().await, &corp.sim.dump(), &report, &leeway);
            assert!(found.is_empty(), "{found:#?}\n{report:?}");
        }
    }
    // The next pull without cuts is right again.
    let report = case.pull(&corp, case.secrets).run(&corp.store).await.unwrap();
    let leeway = corp.leeway(&case, case.secrets).await;
    let found = contradictions(&corp.mirror().await, &corp.sim.dump(), &report, &leeway);
    assert!(found.is_empty(), "{found:#?}\n{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_whose_content_is_refused_is_not_removed() {
    let corp = Corp::start().await;
    corp.pull().await;
    let before = corp.mirror().await.tags;
    corp.sim.faults().always("tag/get", Fault::errcode(40_068)).unwrap();
    let report = corp.pull().await;
    assert_eq!((report.tags.removed, report.coverage.tags), (0, Level::Range), "{report:?}");
    assert_eq!(corp.mirror().await.tags, before, "the last content stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_app_sees_of_a_tag_does_not_replace_all_of_it() {
    let corp = Corp::start().await;
    corp.pull().await;
    let before = corp.mirror().await.tags;
    set_range(&corp, &Range::Members(Vec::new())).await;
    corp.app_only().run(&corp.store).await.unwrap();
    assert_eq!(corp.mirror().await.tags, before);
    let history = corp.store.history(&corp.id(), ObjectKind::Tag, "1").await.unwrap();
    assert_eq!(history, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_of_a_department_that_the_app_does_not_see_may_still_be_one() {
    let corp = Corp::start().await;
    let range = ConsoleRange::new().departments([3]);
    corp.sim.console().set_app_range(range).await.unwrap();
    let member = ConsoleMember::new().userid("wangwu").department([3, 2]).is_leader_in_dept([false, true]);
    corp.sim.console().update_member(member).await.unwrap();
    corp.pull().await;
    let members = corp.members().await;
    assert_eq!(members["wangwu"].member.isleader, Seen::Hidden);
    assert_eq!(members["zhaoliu"].member.isleader, Seen::Known(false), "all departments are visible");
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn the_mirror_claims_what_the_corp_has_and_a_second_pull_writes_nothing(case in case()) {
        run(claims_after_one_pull_and_another(case));
    }

    #[test]
    fn changes_and_other_credentials_leave_no_false_claim(
        case in case(), edits in vec(edit(), 0..10), later in secrets(), later_range in range(),
    ) {
        run(claims_after_changes(case, edits, later, later_range));
    }

    #[test]
    fn a_reading_that_is_cut_leaves_no_false_claim(
        case in case(), edits in vec(edit(), 0..6), cuts in vec(cut(), 1..3),
    ) {
        run(claims_after_a_cut(case, edits, cuts));
    }
}
