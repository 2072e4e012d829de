//! 通讯录镜像: the mirror, from the first pull to the history of a change. It is a file in a temporary directory.

use std::collections::BTreeSet;

use serde_json::json;
use tempfile::TempDir;
use wecom_contacts::{Bilingual, CorpId, Polling};
use wecom_directory::{
    Level,
    journal::{Action, ObjectKind},
    pull::{Pull, PullReport},
    search::Searcher,
    store::{QueryRow, Store, sqlite::SqliteStore},
    tree::{self, Node},
};

use super::{
    engine::{Engine, row, unmet},
    stage::{MOMENT, Stage},
};
use crate::{
    failure::{Failure, Result},
    messages::{self, cells},
    must,
    roster::KnownCorp,
};

/// The endpoint of a step that reads the mirror alone.
pub(super) const OFFLINE: &str = "no call: from the mirror";

/// The mirror of the tour. Its directory is removed with it.
pub(super) struct TourMirror {
    pub(super) store: SqliteStore,
    pub(super) corp: CorpId,
    pub(super) directory: TempDir,
}

impl TourMirror {
    async fn create(corp: &CorpId) -> Result<Self> {
        let directory = tempfile::tempdir()
            .map_err(|error| Failure::new(messages::tour::no_temporary_directory()).because(&error))?;
        let store = SqliteStore::open(directory.path().join("mirror.db")).await?;
        Ok(Self { store, corp: corp.clone(), directory })
    }

    /// A pull with both secrets.
    fn prepared(&self, stage: &Stage) -> Pull {
        Pull::new(self.corp.clone())
            .contacts_sync(stage.contacts.clone())
            .app(stage.agent_id(), stage.app.clone())
            .polling(Polling::every(MOMENT))
    }

    /// Pulls the corp. An export job needs the clock of the simulator.
    pub(super) async fn pull(&self, stage: &Stage) -> Result<PullReport> {
        stage.hastened(async { Ok(self.prepared(stage).run(&self.store).await?) }).await
    }

    /// Returns the path of the tour's department, from the root.
    pub(super) async fn department_path(&self, stage: &Stage) -> Result<String> {
        let id = stage.department()?;
        let known = KnownCorp::read(&self.store, &self.corp, &BTreeSet::new()).await?;
        known
            .paths
            .get(&id)
            .cloned()
            .ok_or_else(|| unmet("the mirror does not have the tour's own department"))
    }
}

/// Returns the mirror, for the chapter of rosters.
pub(super) async fn run(tour: &mut Engine, stage: &Stage) -> Option<TourMirror> {
    tour.chapter("通讯录镜像");
    let mirror = pull(tour, stage).await;
    read(tour, stage, mirror.as_ref()).await;
    follow(tour, stage, mirror.as_ref()).await;
    mirror
}

/// Returns the mirror, or the failure of a step that needs it.
pub(super) fn filled(mirror: Option<&TourMirror>) -> Result<&TourMirror> {
    mirror.ok_or_else(|| unmet("the mirror is missing: the step that pulls the corp failed"))
}

async fn pull(tour: &mut Engine, stage: &Stage) -> Option<TourMirror> {
    tour.step(
        row("Pull the corp into a mirror", "拉取通讯录", "Pull::run", "list_id, simplelist, user/list, …"),
        async {
            let mirror = TourMirror::create(stage.contacts.corp_id()).await?;
            let report = mirror.pull(stage).await?;
            must!(report.complete, "the pull is not complete");
            let departments = stage.contacts.departments().list_ids().await?.len() as u64;
            must!(report.departments.seen == departments, "the mirror lacks departments");
            let (members, departments) = (report.members.created, report.departments.created);
            Ok((
                mirror,
                Bilingual::new(
                    format!("{members} members and {departments} departments are in it"),
                    format!("其中有 {members} 名成员和 {departments} 个部门"),
                ),
            ))
        },
    )
    .await
}

async fn read(tour: &mut Engine, stage: &Stage, mirror: Option<&TourMirror>) {
    tour.step(row("See what a pull has proven", "镜像状态", "Store::corps", OFFLINE), async {
        let mirror = filled(mirror)?;
        let corps = mirror.store.corps().await?;
        let pull =
            corps.iter().find_map(|corp| corp.last_existence.as_ref().filter(|_| corp.corp == mirror.corp));
        let pull = pull.ok_or_else(|| unmet("no pull has proven which members exist"))?;
        must!(pull.coverage.members >= Level::Range, "no details of members were read");
        let covered = pull.coverage.members;
        Ok((
            (),
            Bilingual::new(
                format!("all ids are proven; details of members: {covered}"),
                format!("全部 id 已证实；成员详情：{}", cells::level_in_chinese(covered)),
            ),
        ))
    })
    .await;
    tour.step(row("Find people by their pinyin", "查找成员", "Searcher::find", OFFLINE), async {
        let mirror = filled(mirror)?;
        let path = mirror.department_path(stage).await?;
        let searcher = Searcher::read(&mirror.store, &mirror.corp).await?;
        let (hits, _) = searcher.find("wangfang", 50);
        let wang = hits.iter().find(|hit| hit.userid == stage.userid("wang"));
        must!(wang.is_some_and(|wang| wang.name == "王芳"), "王芳 is not found by her pinyin");
        must!(wang.is_some_and(|wang| wang.departments == [path]), "王芳 has no path to her department");
        Ok((
            (),
            Bilingual::new(
                format!("wangfang: 王芳, among {} people", searcher.len()),
                format!("wangfang：王芳，共 {} 人", searcher.len()),
            ),
        ))
    })
    .await;
    tour.step(row("Draw the tree", "组织架构", "tree::read", OFFLINE), async {
        let mirror = filled(mirror)?;
        let id = stage.department()?;
        let nodes = tree::read(&mirror.store, &mirror.corp, true).await?;
        let mine = node(&nodes, &|node| node.id == id);
        let mine = mine.ok_or_else(|| unmet("the tree lacks the tour's own department"))?;
        let wang = stage.userid("wang");
        must!(mine.leaders.iter().any(|leader| leader.userid == wang), "王芳 does not lead her department");
        must!(mine.members_direct == 2, "{} members instead of 2", mine.members_direct);
        Ok((
            (),
            ("2 people in the tour's own department, led by 王芳", "演示部门有 2 人，负责人是王芳").into(),
        ))
    })
    .await;
    tour.step(row("Ask in SQL", "用SQL查询", "Store::query", OFFLINE), async {
        let mirror = filled(mirror)?;
        let statement =
            format!("select name, telephone from members where userid = '{}'", stage.userid("wang"));
        let mut found = Vec::new();
        let mut each = |row: QueryRow<'_>| {
            found.push(row.values);
            Ok(())
        };
        mirror.store.query(Some(&mirror.corp), &statement, &mut each).await?;
        must!(found == [[json!("王芳"), json!("****")]], "the row is not that of 王芳, masked");
        let refused = mirror.store.query(None, "delete from member", &mut |_| Ok(())).await;
        must!(refused.is_err(), "a statement that writes was accepted");
        Ok((
            (),
            ("王芳, her telephone number masked; writing is refused", "王芳，座机已打码；写操作被拒绝")
                .into(),
        ))
    })
    .await;
}

async fn follow(tour: &mut Engine, stage: &Stage, mirror: Option<&TourMirror>) {
    let liu = stage.userid("liu");
    tour.step(
        row("Compare with the corp", "比较差异", "Pull::compare", "list_id, simplelist, user/list, …"),
        async {
            let mirror = filled(mirror)?;
            let change = json!({"userid": liu, "position": "首席架构师"});
            stage.console.post("console/update_member", change).await?;
            let compared = async { Ok(mirror.prepared(stage).compare(&mirror.store).await?) };
            let (_, changes) = stage.hastened(compared).await?;
            must!(
                matches!(&changes[..], [change] if change.id == *liu.as_str() && change.fields.len() == 1),
                "{} changes instead of one",
                changes.len()
            );
            Ok((
                (),
                ("刘洋 has another position; the mirror is as before", "刘洋的职务有变化；镜像没有改变")
                    .into(),
            ))
        },
    )
    .await;
    tour.step(
        row(
            "Pull again, then read the history",
            "变更记录",
            "Store::history",
            "list_id, simplelist, user/list, …",
        ),
        async {
            let mirror = filled(mirror)?;
            let report = mirror.pull(stage).await?;
            must!(report.members.changed == 1, "{} members changed instead of 1", report.members.changed);
            let history = mirror.store.history(&mirror.corp, ObjectKind::Member, liu.as_str()).await?;
            let last = history.last().ok_or_else(|| unmet("刘洋 has no history"))?;
            must!(last.action == Action::Changed, "the last change of 刘洋 is another one");
            must!(
                last.fields["position"] == json!({"before": "架构师", "after": "首席架构师"}),
                "the history has other values"
            );
            let cause = &last.cause.0;
            let chinese = format!("架构师 → 首席架构师，{}发现", cells::cause_in_chinese(cause));
            Ok(((), Bilingual::new(format!("架构师 → 首席架构师, seen by {cause}"), chinese)))
        },
    )
    .await;
}

/// Returns the first department of the trees that fits.
fn node<'n>(nodes: &'n [Node], fits: &impl Fn(&Node) -> bool) -> Option<&'n Node> {
    nodes.iter().find_map(|one| if fits(one) { Some(one) } else { node(&one.departments, fits) })
}
