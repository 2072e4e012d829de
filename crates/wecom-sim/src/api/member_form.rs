//! Reads a member from a body. A field with a wrong type counts as absent.

use serde_json::Value;

use super::args::{Args, Fields};
use crate::world::{AttributeForm, Choices, MemberForm, ProfileForm};

/// Reads the fields of `user/create` and `user/update`.
pub(crate) fn read(args: &Args, choices: &Choices) -> MemberForm {
    let text = |key| args.text(key).map(str::to_owned);
    let texts = |key| Some(args.texts(key)?.into_iter().map(str::to_owned).collect());
    MemberForm {
        userid: text("userid"),
        new_userid: text("new_userid"),
        name: text("name"),
        alias: text("alias"),
        mobile: text("mobile"),
        email: text("email"),
        biz_mail: text("biz_mail"),
        biz_mail_alias: biz_mail_alias(args),
        department: args.integers_or_one("department"),
        order: args.integers("order"),
        is_leader_in_dept: args.integers("is_leader_in_dept"),
        main_department: args.integer("main_department"),
        direct_leader: texts("direct_leader"),
        position: text("position"),
        gender: gender(args, choices.text_gender),
        telephone: text("telephone"),
        address: text("address"),
        enable: args.integer("enable"),
        avatar_mediaid: text("avatar_mediaid"),
        extattr: args.fields("extattr").and_then(|extattr| attributes(&extattr, "attrs")),
        external_profile: profile(args),
        external_position: text("external_position"),
        to_invite: args.flag("to_invite"),
        make_departments: false,
        activated: None,
    }
}

/// Reads a number, as recorded live; a text causes the warning. On the page it is a text.
fn gender(args: &Args, as_text: bool) -> Option<String> {
    let taken = match args.value("gender")? {
        Value::Number(number) if !as_text => return Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    };
    if taken.is_none() || !as_text {
        args.note_misread();
    }
    taken
}

/// Reads `{"item": […]}`; an empty object or an empty array clears the field.
fn biz_mail_alias(args: &Args) -> Option<Vec<String>> {
    if args.value("biz_mail_alias")?.as_array().is_some_and(Vec::is_empty) {
        return Some(Vec::new());
    }
    let object = args.fields("biz_mail_alias")?;
    let items = object.texts("item").unwrap_or_default();
    Some(items.into_iter().map(str::to_owned).collect())
}

/// Accepts `nickname` on the top level, as in the page's table, and inside `wechat_channels`, as in its samples.
fn profile(args: &Args) -> Option<ProfileForm> {
    let nickname = args.text("nickname").map(str::to_owned);
    let Some(profile) = args.fields("external_profile") else {
        return nickname
            .is_some()
            .then(|| ProfileForm { channels_nickname: nickname, ..ProfileForm::default() });
    };
    let channels = profile.fields("wechat_channels");
    Some(ProfileForm {
        external_corp_name: profile.text("external_corp_name").map(str::to_owned),
        channels_nickname: channels
            .and_then(|channels| channels.text("nickname").map(str::to_owned))
            .or(nickname),
        external_attr: attributes(&profile, "external_attr"),
    })
}

fn attributes(fields: &Fields<'_>, key: &str) -> Option<Vec<AttributeForm>> {
    let items = fields.objects(key)?;
    Some(items.iter().map(attribute).collect())
}

/// Very old items have only a `value`, without `type`.
fn attribute(item: &Fields<'_>) -> AttributeForm {
    let owned = |fields: Option<&Fields<'_>>, key| {
        fields.and_then(|fields| fields.text(key)).unwrap_or_default().to_owned()
    };
    let (text, web, app) = (item.fields("text"), item.fields("web"), item.fields("miniprogram"));
    let linked = web.as_ref().or(app.as_ref());
    AttributeForm {
        kind: item.integer("type").unwrap_or_default(),
        name: item.text("name").unwrap_or_default().to_owned(),
        text: match &text {
            Some(text) => text.text("value").map(str::to_owned),
            None => item.text("value").map(str::to_owned),
        },
        url: owned(web.as_ref(), "url"),
        title: owned(linked, "title"),
        appid: owned(app.as_ref(), "appid"),
        pagepath: owned(app.as_ref(), "pagepath"),
    }
}
