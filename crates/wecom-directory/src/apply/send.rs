//! The calls of a step, and what their answers mean.

use serde_json::{Map, Value};
use wecom_contacts::{
    Bilingual, Class, Client, ErrorKind,
    departments::{DepartmentPatch, NewDepartment},
    members::{MemberPatch, NewMember},
    tags::{NewTag, RenameTag},
};

use super::{look, tag_list::TagList};
use crate::{
    journal::ObjectKind,
    plan::{Step, StepAction},
    run::{StepReason, Stop},
};

/// What the answer to a call means.
#[derive(Debug)]
pub(super) enum Answer {
    /// The call is done. `refused`: members and departments of a tag that WeCom did not take.
    Done { refused: TagList },
    /// WeCom refused it for good.
    Refused(StepReason),
    /// It may have been executed.
    Lost,
    /// It was not executed and may succeed later. `is_conflict`: too many calls at the same time.
    Busy { is_conflict: bool, text: Bilingual },
    /// WeCom closed the endpoint for this many seconds.
    Closed(u64),
    /// The corp has no more accounts.
    AccountCeiling,
    /// No call of this kind can succeed.
    Forbidden(Stop),
}

/// How many calls a step has.
pub(super) fn parts(step: &Step) -> u32 {
    match step.action {
        StepAction::AddMembers | StepAction::RemoveMembers => TagList::of(step).parts(),
        _ => 1,
    }
}

/// Sends one call of a step.
pub(super) async fn send(client: &Client, step: &Step, part: u32) -> Answer {
    let sent = match step.object.kind {
        ObjectKind::Member => member(client, step).await.map(|()| TagList::default()),
        ObjectKind::Department => department(client, step).await.map(|()| TagList::default()),
        ObjectKind::Tag => tag(client, step, part).await,
    };
    match sent {
        Ok(refused) => Answer::Done { refused },
        Err(Failure::Invalid(problem)) => Answer::Refused(StepReason::Invalid { problem }),
        Err(Failure::Call(error)) => answer(step, part, &error),
    }
}

enum Failure {
    /// The body cannot be made.
    Invalid(Bilingual),
    Call(wecom_contacts::Error),
}

impl From<wecom_contacts::Error> for Failure {
    fn from(error: wecom_contacts::Error) -> Self {
        Self::Call(error)
    }
}

/// The text of the error names a field and never a value.
fn read<T: serde::de::DeserializeOwned>(body: Map<String, Value>) -> Result<T, Failure> {
    serde_json::from_value(body.into()).map_err(|error| {
        let text = error.to_string();
        let field = text.split('`').nth(1).unwrap_or_default();
        Failure::Invalid(if text.starts_with("missing field") {
            let chinese = format!("缺少字段 {field}");
            Bilingual::new(text, chinese)
        } else if text.starts_with("unknown field") {
            let chinese = format!("未知的字段 {field}");
            Bilingual::new(text, chinese)
        } else {
            Bilingual::new("a value has another form than its field", "某个值的格式与字段不符")
        })
    })
}

fn unsupported() -> Failure {
    Failure::Invalid(Bilingual::new("this kind of object has no such step", "这类对象没有这种步骤"))
}

fn no_number() -> Failure {
    Failure::Invalid(Bilingual::new("the id is no number", "id 不是数字"))
}

async fn member(client: &Client, step: &Step) -> Result<(), Failure> {
    let userid = step.object.id.as_str();
    match step.action {
        StepAction::Create => {
            let mut body = step.body();
            body.insert("userid".to_owned(), userid.into());
            client.members().create(read::<NewMember>(body)?).await?;
        }
        StepAction::Update => client.members().update(userid, read::<MemberPatch>(step.body())?).await?,
        StepAction::Remove => client.members().delete(userid).await?,
        StepAction::AddMembers | StepAction::RemoveMembers => return Err(unsupported()),
    }
    Ok(())
}

async fn department(client: &Client, step: &Step) -> Result<(), Failure> {
    let id = look::department_id(step).ok_or_else(no_number)?;
    match step.action {
        StepAction::Create => {
            let mut body = step.body();
            body.insert("id".to_owned(), id.0.into());
            client.departments().create(read::<NewDepartment>(body)?).await?;
        }
        StepAction::Update => client.departments().update(id, read::<DepartmentPatch>(step.body())?).await?,
        StepAction::Remove => client.departments().delete(id).await?,
        StepAction::AddMembers | StepAction::RemoveMembers => return Err(unsupported()),
    }
    Ok(())
}

async fn tag(client: &Client, step: &Step, part: u32) -> Result<TagList, Failure> {
    let id = look::tag_id(step).ok_or_else(no_number)?;
    let nodes = || TagList::of(step).part(part).nodes();
    let outcome = match step.action {
        StepAction::Create => {
            let mut body = step.body();
            body.insert("tagid".to_owned(), id.0.into());
            client.tags().create(read::<NewTag>(body)?).await?;
            return Ok(TagList::default());
        }
        StepAction::Update => {
            let mut body = step.body();
            body.insert("tagid".to_owned(), id.0.into());
            client.send(&read::<RenameTag>(body)?).await?;
            return Ok(TagList::default());
        }
        StepAction::Remove => {
            client.tags().delete(id).await?;
            return Ok(TagList::default());
        }
        StepAction::AddMembers => client.tags().add(id, nodes()).await?,
        StepAction::RemoveMembers => client.tags().remove(id, nodes()).await?,
    };
    Ok(TagList { members: outcome.invalid_members, departments: outcome.invalid_departments })
}

/// Codes that say something of the credential or the corp, and nothing of the object.
const FORBIDDEN: &[i32] =
    &[48001, 48002, 48004, 48005, 48006, 48008, 48009, 48010, 50003, 50006, 60020, 60031, 301_007];

fn answer(step: &Step, part: u32, error: &wecom_contacts::Error) -> Answer {
    if error.may_have_applied() {
        return Answer::Lost;
    }
    let text = || error.report().message;
    if let ErrorKind::EndpointClosed { reopens_in } = error.kind() {
        return Answer::Closed(reopens_in.as_secs());
    }
    let Some(code) = error.code() else {
        return match (error.class(), error.kind()) {
            (_, ErrorKind::Unwritable(_)) => Answer::Refused(StepReason::Invalid { problem: text() }),
            (Class::TokenSource | Class::Configuration | Class::BadCredentials, _) => {
                Answer::Forbidden(Stop::Forbidden { code: None, text: text() })
            }
            // The reply of a call that may have been executed is not what it should be.
            (_, ErrorKind::Malformed(_) | ErrorKind::TooLarge { .. }) => Answer::Lost,
            _ => Answer::Busy { is_conflict: false, text: text() },
        };
    };
    let errmsg = match error.kind() {
        ErrorKind::Refused { errmsg, .. } => errmsg.clone(),
        _ => error.to_string(),
    };
    match (code.0, error.class()) {
        (45009, _) => Answer::Closed(error.retry_after().map_or(60, |after| after.as_secs())),
        (45024, _) => Answer::AccountCeiling,
        (6000 | 45033 | 45035 | 45036, _) => Answer::Busy { is_conflict: true, text: text() },
        (code, Class::IpNotAllowed | Class::BadCredentials) => {
            Answer::Forbidden(Stop::Forbidden { code: Some(code), text: Bilingual::untranslated(errmsg) })
        }
        (code, _) if FORBIDDEN.contains(&code) => {
            Answer::Forbidden(Stop::Forbidden { code: Some(code), text: Bilingual::untranslated(errmsg) })
        }
        // A token that died although it was new: another program with the same secret may renew it at the same time.
        (_, Class::ServerBusy | Class::Retry | Class::RateLimited | Class::RefreshToken) => {
            Answer::Busy { is_conflict: false, text: text() }
        }
        // Every member and department of the call is unknown.
        (40070 | 40031, _) if matches!(step.action, StepAction::AddMembers | StepAction::RemoveMembers) => {
            Answer::Done { refused: TagList::of(step).part(part) }
        }
        (code, _) => Answer::Refused(StepReason::Refused { code, errmsg }),
    }
}
