//! 成员管理: members.

use futures_util::TryStreamExt;
use wecom_contacts::{
    Bilingual, Clear, Seen,
    departments::NewDepartment,
    members::{EmailType, Gender, Invitation, MemberPatch, NewMember, QrCodeSize},
};

use super::{
    engine::{Engine, row, unmet},
    stage::{Stage, text_of},
};
use crate::must;

pub(super) async fn run(tour: &mut Engine, stage: &mut Stage) {
    tour.chapter("成员管理");
    make_room(tour, stage).await;
    create_and_read(tour, stage).await;
    update(tour, stage).await;
    list(tour, stage).await;
    find(tour, stage).await;
    join(tour, stage).await;
    enter(tour, stage).await;
    identities(tour, stage).await;
    delete(tour, stage).await;
}

async fn make_room(tour: &mut Engine, stage: &mut Stage) {
    let made = tour
        .step(
            row("Make a department to work in", "创建部门", "departments().create", "department/create"),
            async {
                let department = NewDepartment::new(format!("巡游部-{}", stage.mark), 1);
                let id = stage.contacts.departments().create(department).await?;
                must!(id.0 > 1, "the new department's id is {id}, as if it were the root");
                Ok((id, Bilingual::untranslated(format!("id {id}"))))
            },
        )
        .await;
    stage.department = made;
}

async fn create_and_read(tour: &mut Engine, stage: &Stage) {
    let (contacts, app) = (stage.contacts.members(), stage.app.members());
    let wang = stage.userid("wang");
    tour.step(row("Create a member", "创建成员", "members().create", "user/create"), async {
        let department = stage.department()?;
        let member = NewMember::new(&wang, "王芳")
            .mobile(stage.mobile(1))
            .email(format!("{wang}@example.com"))
            .department([department])
            .is_leader_in_dept([true])
            .gender(Gender::Female)
            .position("工程师")
            .alias("Fang")
            .to_invite(false);
        let created = contacts.create(member).await?;
        must!(created.created_departments.is_empty(), "the call also created a department");
        for (name, shown, number) in [("liu", "刘洋", 2), ("chen", "陈晨", 3), ("zhao", "赵敏", 4)] {
            let member = NewMember::new(stage.userid(name), shown)
                .mobile(stage.mobile(number))
                .department([department])
                .direct_leader([&wang])
                .to_invite(false);
            contacts.create(member).await?;
        }
        Ok(((), ("王芳 and three who report to her", "王芳和三名下属").into()))
    })
    .await;
    tour.step(row("Read a member", "读取成员", "members().get", "user/get"), async {
        let member = app.get(&wang).await?;
        must!(member.userid == wang, "the reply has another member");
        must!(member.name.as_deref() == Seen::Known("王芳"), "the name differs from the request");
        must!(member.position.as_deref() == Seen::Known("工程师"), "the position differs from the request");
        must!(
            member.department == Seen::Known(vec![stage.department()?]),
            "the department is not the one given"
        );
        must!(member.is_leader_in_dept == Seen::Known(vec![true]), "she does not lead her department");
        let note = match member.mobile {
            Seen::Hidden => (
                "her mobile number is hidden from apps made after 2022-06-20",
                "2022-06-20 之后创建的应用看不到她的手机号",
            ),
            Seen::Known(mobile) if mobile.ends_with(&stage.mobile(1)) => {
                ("with her mobile number, as old apps see it", "含手机号，旧应用可以看到")
            }
            Seen::Known(_) => return Err(unmet("the mobile number differs from the request")),
        };
        Ok(((), note.into()))
    })
    .await;
    tour.step(row("A readable failure, with its remedy", "错误提示", "members().get", "user/get"), async {
        let nobody = stage.userid("nobody");
        let Err(error) = app.get(&nobody).await else {
            return Err(unmet("a missing member was read"));
        };
        must!(error.is_not_found(), "the error is not \"not found\": {error}");
        let info = error.code().and_then(|code| code.info());
        let Some(info) = info else {
            return Err(unmet("the error code is not in the table"));
        };
        must!(!info.remedy.is_empty(), "no remedy is known for {}", info.code);
        let note = format!(
            "refused as it should be: {} {} {}; try: {} ({})",
            info.code, info.chinese, info.english, info.remedy, info.remedy_chinese
        );
        let chinese = format!("按预期被拒绝：{} {}；建议：{}", info.code, info.chinese, info.remedy_chinese);
        Ok(((), Bilingual::new(note, chinese)))
    })
    .await;
}

async fn update(tour: &mut Engine, stage: &Stage) {
    let wang = stage.userid("wang");
    tour.step(row("Update a member", "更新成员", "members().update", "user/update"), async {
        let patch = MemberPatch::new().telephone("8001").position(Clear);
        stage.contacts.members().update(&wang, patch).await?;
        let member = stage.app.members().get(&wang).await?;
        let position = member.position.unwrap_or_default();
        must!(position.is_empty(), "the position is not cleared");
        must!(member.telephone.as_deref() == Seen::Known("8001"), "the telephone number is not set");
        must!(
            member.name.as_deref() == Seen::Known("王芳") && member.alias.as_deref() == Seen::Known("Fang"),
            "a field outside the update has changed"
        );
        must!(member.is_leader_in_dept == Seen::Known(vec![true]), "a field outside the update has changed");
        Ok((
            (),
            ("one field set, one cleared, the others as they were", "设置一个字段，清空一个字段，其余不变")
                .into(),
        ))
    })
    .await;
}

async fn list(tour: &mut Engine, stage: &Stage) {
    let (contacts, app) = (stage.contacts.members(), stage.app.members());
    let wang = stage.userid("wang");
    tour.step(
        row("List a department's members", "获取部门成员", "members().list_simple", "user/simplelist"),
        async {
            let department = stage.department()?;
            let members = app.list_simple(department).await?;
            must!(members.len() == 4, "{} members instead of 4", members.len());
            must!(
                members.iter().all(|member| member.department == Seen::Known(vec![department])),
                "a member of another department is listed"
            );
            let below_root = app.list_simple_recursive(1).await?;
            must!(
                below_root.iter().any(|member| member.userid == wang),
                "the root with all below it lacks 王芳"
            );
            Ok((
                (),
                Bilingual::new(
                    format!("4 here, {} in the whole corp", below_root.len()),
                    format!("此部门 4 名，全企业 {} 名", below_root.len()),
                ),
            ))
        },
    )
    .await;
    tour.step(row("List them with details", "获取部门成员详情", "members().list", "user/list"), async {
        let members = app.list(stage.department()?).await?;
        must!(members.len() == 4, "{} members instead of 4", members.len());
        let reports = members
            .iter()
            .filter(|member| member.direct_leader.as_deref() == Seen::Known(std::slice::from_ref(&wang)));
        let reports = reports.count();
        must!(reports == 3, "{reports} members report to 王芳 instead of 3");
        Ok(((), ("4, of whom 3 report to 王芳", "4 名，其中 3 名的直属上级是王芳").into()))
    })
    .await;
    tour.step(row("List member ids", "获取成员ID列表", "members().ids", "user/list_id"), async {
        let department = stage.department()?;
        let rows: Vec<_> = contacts.ids().page_size(3).stream().try_collect().await?;
        let mine = rows.iter().filter(|row| row.department == department).count();
        must!(mine == 4, "{mine} rows of the tour's department instead of 4");
        Ok((
            (),
            Bilingual::new(
                format!("{} rows, fetched three at a time", rows.len()),
                format!("{} 行，每次取三行", rows.len()),
            ),
        ))
    })
    .await;
}

async fn find(tour: &mut Engine, stage: &Stage) {
    let contacts = stage.contacts.members();
    let wang = stage.userid("wang");
    tour.step(
        row("Find by mobile number", "手机号获取userid", "members().find_by_mobile", "user/getuserid"),
        async {
            let found = contacts.find_by_mobile(stage.mobile(1)).await?;
            must!(found.as_ref() == Some(&wang), "her mobile number does not find 王芳");
            let unknown = contacts.find_by_mobile("13900000000").await?;
            must!(unknown.is_none(), "an unused number finds a member");
            Ok(((), ("found; an unused number has no member", "已找到；未使用的号码没有对应成员").into()))
        },
    )
    .await;
    tour.step(
        row("Find by mail", "邮箱获取userid", "members().find_by_email", "user/get_userid_by_email"),
        async {
            let email = format!("{wang}@example.com");
            let found = contacts.find_by_email(email, EmailType::Personal).await?;
            must!(found.as_ref() == Some(&wang), "her mail address does not find 王芳");
            Ok(((), ("found", "已找到").into()))
        },
    )
    .await;
}

async fn join(tour: &mut Engine, stage: &Stage) {
    let contacts = stage.contacts.members();
    let wang = stage.userid("wang");
    tour.step(row("Invite members", "邀请成员", "members().invite", "batch/invite"), async {
        let ghost = stage.userid("ghost");
        let outcome = contacts.invite(Invitation::new().members([&wang, &ghost])).await?;
        must!(outcome.invalid_members == [ghost], "the unknown member is not reported");
        Ok(((), ("one invited, one unknown is reported", "邀请一名，另报告一个未知的 userid").into()))
    })
    .await;
    tour.step(
        row("QR code to join by", "获取加入企业二维码", "members().join_qrcode", "corp/get_join_qrcode"),
        async {
            let url = contacts.join_qrcode(QrCodeSize::Large).await?;
            must!(url.starts_with("https://"), "the reply has no link");
            Ok(((), ("a link", "一个链接").into()))
        },
    )
    .await;
}

/// First login and second verification.
async fn enter(tour: &mut Engine, stage: &Stage) {
    let contacts = stage.contacts.members();
    let wang = stage.userid("wang");
    tour.step(
        row(
            "Active members of a day",
            "获取企业活跃成员数",
            "members().active_count",
            "user/get_active_stat",
        ),
        async {
            let beijing = jiff::tz::Offset::constant(8);
            let day = beijing.to_datetime(jiff::Timestamp::now()).date();
            let active = contacts.active_count(day).await?;
            Ok(((), Bilingual::new(format!("{active} today"), format!("今天 {active} 名"))))
        },
    )
    .await;
    tour.step(row("Let a member in", "登录二次验证", "members().confirm_login", "user/authsucc"), async {
        contacts.confirm_login(&wang).await?;
        let refused = contacts.confirm_login(stage.userid("nobody")).await;
        must!(refused.is_err(), "a missing member was admitted");
        Ok(((), ("王芳 is in", "王芳通过了验证").into()))
    })
    .await;
    let code = tour
        .step(
            row("Who is verified again", "获取用户二次验证信息", "members().tfa_info", "auth/get_tfa_info"),
            async {
                let visit = serde_json::json!({"userid": wang});
                let code = text_of(&stage.console.post("tfa/code", visit).await?, "code")?;
                let info = contacts.tfa_info(code).await?;
                must!(info.userid == wang, "the reply has another member");
                Ok((info.tfa_code, ("王芳, by a code that serves once", "王芳，凭一次性的 code").into()))
            },
        )
        .await;
    tour.step(row("Let them through", "使用二次验证", "members().confirm_tfa", "user/tfa_succ"), async {
        let code = code.ok_or_else(|| unmet("the tfa_code is missing: an earlier step failed"))?;
        contacts.confirm_tfa(&wang, code.as_str()).await?;
        let again = contacts.confirm_tfa(&wang, code).await;
        must!(again.is_err(), "a tfa_code served twice");
        Ok(((), ("王芳 is through", "王芳通过了二次验证").into()))
    })
    .await;
}

/// The other ids of a member.
async fn identities(tour: &mut Engine, stage: &Stage) {
    let app = stage.app.members();
    let wang = stage.userid("wang");
    let openid = tour
        .step(
            row(
                "Her id in WeChat payments",
                "userid转openid",
                "members().to_openid",
                "user/convert_to_openid",
            ),
            async {
                let openid = app.to_openid(&wang).await?;
                Ok((openid, ("an openid", "一个 openid").into()))
            },
        )
        .await;
    tour.step(row("And back", "openid转userid", "members().from_openid", "user/convert_to_userid"), async {
        let openid = openid.ok_or_else(|| unmet("the openid is missing: an earlier step failed"))?;
        must!(app.from_openid(openid).await? == wang, "the reply has another member");
        Ok(((), ("王芳 again", "仍是王芳").into()))
    })
    .await;
    tour.step(
        row(
            "An id that another app saw",
            "open_userid转userid",
            "members().openuserids_to_userids",
            "batch/openuserid_to_userid",
        ),
        async {
            let asked = serde_json::json!({"userid": wang, "agent_id": stage.agent_id()});
            let open_userid = text_of(&stage.console.post("open_userid", asked).await?, "open_userid")?;
            let ids = [open_userid.as_str(), "nobody"];
            let found = app.openuserids_to_userids(stage.agent_id(), ids).await?;
            must!(
                found.converted.len() == 1 && found.converted[0].userid == wang,
                "the reply has another member"
            );
            must!(found.invalid.len() == 1 && found.invalid[0] == "nobody", "the invalid id is not reported");
            Ok(((), ("王芳; one invalid id is reported", "王芳；另报告一个无效的 id").into()))
        },
    )
    .await;
}

async fn delete(tour: &mut Engine, stage: &Stage) {
    let (contacts, app) = (stage.contacts.members(), stage.app.members());
    tour.step(row("Delete a member", "删除成员", "members().delete", "user/delete"), async {
        let zhao = stage.userid("zhao");
        contacts.delete(&zhao).await?;
        must!(app.find(&zhao).await?.is_none(), "the deleted member is still there");
        Ok(((), ("gone", "已删除").into()))
    })
    .await;
    tour.step(
        row("Delete members at once", "批量删除成员", "members().delete_many", "user/batchdelete"),
        async {
            let chen = stage.userid("chen");
            let member = NewMember::new(stage.userid("sun"), "孙悦")
                .mobile(stage.mobile(5))
                .department([stage.department()?])
                .to_invite(false);
            contacts.create(member).await?;
            contacts.delete_many([chen, stage.userid("sun")]).await?;
            let left = app.list_simple(stage.department()?).await?;
            must!(left.len() == 2, "{} members are left instead of 2", left.len());
            Ok(((), ("two gone, two left", "删除两名，剩余两名").into()))
        },
    )
    .await;
}
