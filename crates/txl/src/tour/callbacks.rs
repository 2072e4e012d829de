//! 通讯录回调通知: callbacks for changes of the console, sent to a real listener that verifies and decrypts them.

use serde_json::{Value, json};
use wecom_contacts::{
    Bilingual, DepartmentId, TagId,
    callback::{Event, cipher::Query},
    departments::DepartmentPatch,
};

use super::{
    engine::{Engine, row, unmet},
    stage::{Stage, number_of},
};
use crate::{listener::Received, messages::callback::refusal_in_chinese, must};

pub(super) async fn run(tour: &mut Engine, stage: &Stage) {
    tour.chapter("通讯录回调通知");
    verify(tour, stage).await;
    members(tour, stage).await;
    departments(tour, stage).await;
    tags(tour, stage).await;
    strangers(tour, stage).await;
    tour.step(row("Make a passive reply", "被动回复", "Receiver::reply", "callback reply"), async {
        let reply = stage.inbox.receiver.reply("<xml></xml>", 1_700_000_000, "424242")?;
        must!(
            reply.contains("<TimeStamp>1700000000</TimeStamp>") && reply.contains("<MsgSignature>"),
            "the reply is not of the documented form"
        );
        Ok(((), ("signed and encrypted", "已签名并加密").into()))
    })
    .await;
}

async fn verify(tour: &mut Engine, stage: &Stage) {
    tour.step(
        row("Save the URL: it is verified", "验证URL有效性", "Receiver::verify_url", "callback GET"),
        async {
            let saved = stage.console.post("console/set_callback", stage.inbox.settings()).await;
            saved?;
            match stage.inbox.next().await? {
                Received::Verification => Ok(((), Bilingual::untranslated(stage.inbox.url.clone()))),
                _ => Err(unmet("the first request is not the verification")),
            }
        },
    )
    .await;
}

/// Sends an action to the console and returns the resulting event.
async fn changed(stage: &Stage, action: &str, body: Value) -> crate::failure::Result<(Value, Event)> {
    let done = stage.console.post(&format!("console/{action}"), body).await?;
    Ok((done, stage.inbox.event().await?.event))
}

async fn members(tour: &mut Engine, stage: &Stage) {
    let zheng = stage.userid("zheng");
    tour.step(row("A member is created", "新增成员事件", "Receiver::receive", "callback create_user"), async {
        let department = stage.department()?;
        let member =
            json!({"userid": zheng, "name": "郑涛", "mobile": stage.mobile(7), "department": [department]});
        let (_, event) = changed(stage, "create_member", member).await?;
        let Event::MemberCreated(created) = event else {
            return Err(unmet("the event is not of a new member"));
        };
        must!(created.userid == zheng, "the event is of another member");
        must!(created.department == Some(vec![department]), "the event has another department");
        Ok(((), ("verified and decrypted; with userid and department", "验签并解密；含 userid 和部门").into()))
    })
    .await;
    tour.step(row("A member is moved", "更新成员事件", "Receiver::receive", "callback update_user"), async {
        // Actions of the contacts-sync secret cause no callbacks to it, so the change of the console must come first.
        let department = stage.department()?;
        let renamed = DepartmentPatch::new().order(7);
        stage.contacts.departments().update(department, renamed).await?;
        let member = json!({"userid": zheng, "department": [1, department]});
        let (_, event) = changed(stage, "update_member", member).await?;
        let Event::MemberUpdated(updated) = event else {
            return Err(unmet("the event is not of a changed member"));
        };
        must!(updated.userid == zheng, "the event is of another member");
        must!(
            updated.department == Some(vec![DepartmentId::ROOT, department]),
            "the event tells other departments"
        );
        Ok((
            (),
            (
                "with both departments; our own changes are not called back",
                "含两个部门；自己的修改不会收到回调",
            )
                .into(),
        ))
    })
    .await;
    tour.step(
        row("A member is deleted", "删除成员事件", "Receiver::receive", "callback delete_user"),
        async {
            let (_, event) = changed(stage, "delete_member", json!({"userid": zheng})).await?;
            let Event::MemberDeleted(deleted) = event else {
                return Err(unmet("the event is not of a deleted member"));
            };
            must!(deleted.userid == zheng, "the event is of another member");
            Ok(((), ("with the userid", "含 userid").into()))
        },
    )
    .await;
}

async fn departments(tour: &mut Engine, stage: &Stage) {
    let made = tour
        .step(
            row("A department is created", "新增部门事件", "Receiver::receive", "callback create_party"),
            async {
                let parent = stage.department()?;
                let department = json!({"name": "回调组", "parentid": parent});
                let (done, event) = changed(stage, "create_department", department).await?;
                let id = DepartmentId(number_of(&done, "id")?);
                let Event::DepartmentCreated(created) = event else {
                    return Err(unmet("the event is not of a new department"));
                };
                must!(
                    created.id == id && created.parentid == Some(parent),
                    "the event is of another department"
                );
                Ok((id, ("with id and parent", "含 id 和上级部门").into()))
            },
        )
        .await;
    let made = || made.ok_or_else(|| unmet("the step that creates the department failed"));
    tour.step(
        row("A department is moved", "更新部门事件", "Receiver::receive", "callback update_party"),
        async {
            let id = made()?;
            let (_, event) = changed(stage, "update_department", json!({"id": id, "parentid": 1})).await?;
            let Event::DepartmentUpdated(updated) = event else {
                return Err(unmet("the event is not of a changed department"));
            };
            must!(
                updated.id == id && updated.parentid == Some(DepartmentId::ROOT),
                "the event is of another department"
            );
            Ok(((), ("with the new parent", "含新的上级部门").into()))
        },
    )
    .await;
    tour.step(
        row("A department is deleted", "删除部门事件", "Receiver::receive", "callback delete_party"),
        async {
            let id = made()?;
            let (_, event) = changed(stage, "delete_department", json!({"id": id})).await?;
            let Event::DepartmentDeleted(deleted) = event else {
                return Err(unmet("the event is not of a deleted department"));
            };
            must!(deleted.id == id, "the event is of another department");
            Ok(((), ("with the id", "含 id").into()))
        },
    )
    .await;
}

async fn tags(tour: &mut Engine, stage: &Stage) {
    tour.step(
        row("Tag members change", "标签成员变更事件", "Receiver::receive", "callback update_tag"),
        async {
            let wang = stage.userid("wang");
            let name = format!("回调-{}", stage.mark);
            let done = stage.console.post("console/create_tag", json!({"tagname": name})).await?;
            let tag = TagId(number_of(&done, "tagid")?);
            let members = json!({"tagid": tag, "userlist": [wang], "partylist": []});
            let (_, event) = changed(stage, "add_tag_members", members).await?;
            stage.console.post("console/delete_tag", json!({"tagid": tag})).await?;
            let Event::TagUpdated(updated) = event else {
                return Err(unmet("the event is not of a tag's members"));
            };
            must!(
                updated.id == tag && updated.added_members == [wang],
                "the event tells another tag or other members"
            );
            Ok(((), ("with who was added", "含新增的成员").into()))
        },
    )
    .await;
}

async fn strangers(tour: &mut Engine, stage: &Stage) {
    tour.step(row("A forged event is refused", "伪造的回调", "Receiver::receive", "callback POST"), async {
        let receiver = &stage.inbox.receiver;
        let sealed = receiver
            .crypto()
            .seal("<xml></xml>", 1_700_000_000, "1")
            .map_err(|error| unmet("the event cannot be forged").because(&error))?;
        let body = sealed.to_delivery_xml(receiver.crypto().receive_id(), None);
        let query = "msg_signature=0000000000000000000000000000000000000000&timestamp=1700000000&nonce=1";
        must!(Query::parse(query).is_ok(), "the forged request has no query");
        let status = stage.console.deliver(&format!("{}?{query}", stage.inbox.url), body).await?;
        must!(status == 403, "the reply to the forged request is {status}");
        match stage.inbox.next().await? {
            Received::Refused(refusal) => {
                let chinese = format!("已拒绝：{}", refusal_in_chinese(&refusal));
                Ok(((), Bilingual::new(format!("refused: {refusal}"), chinese)))
            }
            _ => Err(unmet("a forged event was accepted")),
        }
    })
    .await;
}
