//! 花名册: the weekly job of a roster, from the file of HR to the plan, the run, the gate and the undo.

use std::fs;

use wecom_contacts::{Bilingual, Seen};
use wecom_directory::{
    Error,
    apply::{Apply, PlanRefused, RunReport},
    gate::Reason,
    journal::ObjectKind,
    plan::{Plan, Planning},
    policy::{Measure, Policy},
    store::Store,
    undo::Undo,
};

use super::{
    engine::{Engine, row, unmet},
    mirror::{OFFLINE, TourMirror, filled},
    stage::Stage,
};
use crate::{
    failure::Result,
    messages::cells,
    must,
    roster::{KnownCorp, ReadingArgs, RosterFiles},
};

/// The userids of the members whom the roster adds, with their names.
const NEWCOMERS: [(&str, &str); 3] = [("qian", "钱多"), ("he", "何静"), ("lu", "陆远")];

pub(super) async fn run(tour: &mut Engine, stage: &Stage, mirror: Option<&TourMirror>) {
    tour.chapter("花名册");
    let plan = plan(tour, stage, mirror).await;
    let report = apply(tour, stage, mirror, plan.as_ref()).await;
    stop(tour, stage, mirror).await;
    undo(tour, stage, mirror, report.as_ref()).await;
}

/// The files of one week: the roster and its policy.
struct Week {
    rows: Vec<String>,
    policy: Policy,
}

impl Week {
    /// The week in which 王芳 is promoted, 刘洋 moves into a new department, and three people arrive.
    async fn of(stage: &Stage, mirror: &TourMirror) -> Result<Self> {
        let department = mirror.department_path(stage).await?;
        let (wang, liu) = (stage.userid("wang"), stage.userid("liu"));
        let mut rows = vec![
            format!("{wang},王芳,,{department},总工程师"),
            format!("{liu},刘洋,,{department}/架构组,首席架构师"),
        ];
        for (number, (userid, name)) in (3..).zip(NEWCOMERS) {
            let (userid, mobile) = (stage.userid(userid), stage.mobile(number));
            rows.push(format!("{userid},{name},{mobile},{department}/架构组,架构师"));
        }
        let policy = format!(
            "[roster]\nscope = [\"{department}\"]\nleavers = \"disable\"\nprotected = [\"{wang}\"]\n"
        );
        let policy =
            toml::from_str(&policy).map_err(|error| unmet("the policy cannot be read").because(&error))?;
        Ok(Self { rows, policy })
    }

    /// Writes the roster as HR does, and makes the plan of its file.
    async fn plan(&self, mirror: &TourMirror) -> Result<Plan> {
        let path = mirror.directory.path().join("花名册.csv");
        let text = format!("\u{feff}帐号,姓名,手机号,部门,职位\n{}\n", self.rows.join("\n"));
        fs::write(&path, text).map_err(|error| crate::file::unwritable(&path, &error))?;
        let files = RosterFiles::open(&[path])?;
        let roster = ReadingArgs::default().read_with(&files, &self.policy, &KnownCorp::default(), drop)?;
        let planning = Planning::new(self.policy.clone()).made_by("txl tour");
        Ok(planning.roster(&mirror.store, &mirror.corp, &roster).await?)
    }
}

async fn plan(tour: &mut Engine, stage: &Stage, mirror: Option<&TourMirror>) -> Option<Plan> {
    tour.step(row("Plan the week of a roster", "变更计划", "Planning::roster", OFFLINE), async {
        let mirror = filled(mirror)?;
        let plan = Week::of(stage, mirror).await?.plan(mirror).await?;
        must!(plan.findings.is_empty(), "the plan has {} findings", plan.findings.len());
        must!(plan.gate.passes(), "the gate stops the plan");
        let counts = (plan.counts.create, plan.counts.update, plan.counts.moved);
        must!(counts == (3, 1, 1), "the plan creates, updates and moves {counts:?}");
        must!(plan.counts.departments.create == 1, "the plan does not create the department");
        Ok((
            plan,
            (
                "+3 people, +1 department, 1 promoted, 1 moved; the gate passes",
                "新增 3 人和 1 个部门，晋升 1 人，调动 1 人；安全闸通过",
            )
                .into(),
        ))
    })
    .await
}

async fn apply(
    tour: &mut Engine,
    stage: &Stage,
    mirror: Option<&TourMirror>,
    plan: Option<&Plan>,
) -> Option<RunReport> {
    tour.step(
        row("Apply the plan", "执行变更计划", "Apply::run", "user/create, user/update, department/create"),
        async {
            let mirror = filled(mirror)?;
            let plan = plan.ok_or_else(|| unmet("the plan is missing: the step that makes it failed"))?;
            let report = sent(stage, mirror, plan).await?;
            let he = stage.app.members().get(stage.userid("he")).await?;
            must!(he.position.as_deref() == Seen::Known("架构师"), "何静 is not as the roster says");
            let again = Week::of(stage, mirror).await?.plan(mirror).await?;
            must!(again.steps.is_empty(), "the next plan has {} steps instead of none", again.steps.len());
            let done = report.counts.done;
            Ok((
                report,
                Bilingual::new(
                    format!("{done} steps done and read back; the next plan is empty"),
                    format!("完成 {done} 步并已回读；下一份计划为空"),
                ),
            ))
        },
    )
    .await
}

async fn stop(tour: &mut Engine, stage: &Stage, mirror: Option<&TourMirror>) {
    tour.step(
        row("The gate stops a cut file", "安全闸", "Apply::run", "no call: the plan is refused"),
        async {
            let mirror = filled(mirror)?;
            let mut week = Week::of(stage, mirror).await?;
            week.rows.truncate(1);
            let plan = week.plan(mirror).await?;
            let over = |reason: &Reason| {
                matches!(reason, Reason::OverLimit { measure: Measure::MembersDisabled, .. })
            };
            let reason = plan.gate.reasons.iter().find(|reason| over(reason));
            let flag = reason.and_then(Reason::flag).ok_or_else(|| unmet("the gate lets the plan pass"))?;
            let refused = prepared(stage, mirror).run(&mirror.store, &plan).await;
            must!(
                matches!(&refused, Err(Error::PlanRefused(why)) if matches!(why, PlanRefused::Gate(_))),
                "the plan was not refused"
            );
            Ok((
                (),
                Bilingual::new(
                    format!("it would disable {}; {flag} allows it", plan.counts.disable),
                    format!("会停用 {} 人；{flag} 可放行", plan.counts.disable),
                ),
            ))
        },
    )
    .await;
}

async fn undo(tour: &mut Engine, stage: &Stage, mirror: Option<&TourMirror>, run: Option<&RunReport>) {
    tour.step(
        row("Undo the run", "撤销", "Undo::plan", "user/delete, user/update, department/delete"),
        async {
            let mirror = filled(mirror)?;
            let run =
                run.ok_or_else(|| unmet("the run is missing: the step that applies the plan failed"))?;
            mirror.pull(stage).await?;
            let undo = Undo::new(mirror.corp.clone(), run.run).remove_created(true);
            sent(stage, mirror, &undo.plan(&mirror.store).await?).await?;
            let liu = stage.app.members().get(stage.userid("liu")).await?;
            must!(liu.department == Seen::Known(vec![stage.department()?]), "刘洋 is not back");
            let left = stage.app.members().list_simple_recursive(stage.department()?).await?;
            must!(left.len() == 2, "{} members are left instead of 2", left.len());
            Ok((
                (),
                (
                    "everyone is where they were, and the newcomers are gone",
                    "所有人恢复原状，新增的成员已移除",
                )
                    .into(),
            ))
        },
    )
    .await;
    tour.step(row("Read who did it, and when", "变更记录", "Store::history", OFFLINE), async {
        let mirror = filled(mirror)?;
        let liu = stage.userid("liu");
        let history = mirror.store.history(&mirror.corp, ObjectKind::Member, liu.as_str()).await?;
        let causes: Vec<_> = history.iter().map(|change| change.cause.0.as_str()).collect();
        let of_run = causes.iter().filter(|cause| cause.starts_with("run ")).count();
        must!(of_run == 2, "{of_run} changes of 刘洋 are from runs instead of 2: {causes:?}");
        must!(history.last().is_some_and(|last| last.operator.as_deref() == Some("txl tour")), "no operator");
        let chinese: Vec<_> = causes.iter().map(|cause| cells::cause_in_chinese(cause)).collect();
        let chinese = format!("刘洋：{}", chinese.join("，"));
        Ok(((), Bilingual::new(format!("刘洋: {}", causes.join(", ")), chinese)))
    })
    .await;
}

fn prepared(stage: &Stage, mirror: &TourMirror) -> Apply {
    Apply::new(mirror.corp.clone(), stage.contacts.clone())
        .app(stage.agent_id(), stage.app.clone())
        .operator("txl tour")
}

/// Applies a plan. A step that is not done is a failure.
async fn sent(stage: &Stage, mirror: &TourMirror, plan: &Plan) -> Result<RunReport> {
    let report = prepared(stage, mirror).run(&mirror.store, plan).await?;
    if report.is_clean() {
        return Ok(report);
    }
    let (outcomes, differences) = (report.outcomes.len(), report.differences.len());
    Err(unmet(format_args!("{outcomes} steps are not done, and {differences} values differ")))
}
