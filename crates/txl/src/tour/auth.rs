//! 身份验证: tokens, addresses, logins.

use serde_json::json;
use wecom_contacts::{Bilingual, auth::Scope};

use super::{
    engine::{Engine, row, unmet},
    stage::{Stage, text_of},
};
use crate::must;

pub(super) async fn run(tour: &mut Engine, stage: &Stage) {
    tour.chapter("身份验证");
    let (contacts, app) = (stage.contacts.auth(), stage.app.auth());
    tour.step(row("Get access tokens", "获取access_token", "auth().check", "gettoken"), async {
        let (of_contacts, of_app) = (contacts.check().await?, app.check().await?);
        must!(!of_contacts.is_zero() && !of_app.is_zero(), "a new token was already expired");
        let note = Bilingual::new(
            format!("contacts-sync {} s, app {} s", of_contacts.as_secs(), of_app.as_secs()),
            format!("通讯录同步 {} 秒，应用 {} 秒", of_contacts.as_secs(), of_app.as_secs()),
        );
        Ok(((), note))
    })
    .await;
    tour.step(
        row("Addresses of the API", "获取企业微信接口IP段", "auth().api_ips", "get_api_domain_ip"),
        async {
            let ips = contacts.api_ips().await?;
            must!(!ips.is_empty(), "the reply has no address");
            Ok(((), Bilingual::untranslated(ips.join(", "))))
        },
    )
    .await;
    tour.step(
        row("Addresses of callbacks", "获取企业微信回调IP段", "auth().callback_ips", "getcallbackip"),
        async {
            let ips = contacts.callback_ips().await?;
            must!(!ips.is_empty(), "the reply has no address");
            Ok(((), Bilingual::untranslated(ips.join(", "))))
        },
    )
    .await;
    tour.step(
        row("Where visitors log in", "构造网页授权链接", "auth().authorize_url", "oauth2/authorize"),
        async {
            let url = app
                .authorize_url("https://hr.example.com/back?from=txl")
                .scope(Scope::PrivateInfo)
                .state("tour")
                .build()?;
            let encoded = "redirect_uri=https%3A%2F%2Fhr.example.com%2Fback%3Ffrom%3Dtxl";
            must!(
                url.contains(encoded) && url.ends_with("#wechat_redirect"),
                "the link is not of the documented form"
            );
            Ok(((), ("the link to put on a page", "可放在网页上的链接").into()))
        },
    )
    .await;
    let visitor = tour
        .step(row("Who came back", "获取访问用户身份", "auth().user_info", "auth/getuserinfo"), async {
            let members = stage.app.members().list_simple_recursive(1).await?;
            let visitor =
                members.into_iter().next().ok_or_else(|| unmet("the corp has no member who can visit"))?;
            let visit = json!({"userid": visitor.userid, "agent_id": stage.agent_id(), "private": true});
            let code = text_of(&stage.console.post("oauth/code", visit).await?, "code")?;
            let info = app.user_info(code.as_str()).await?;
            must!(info.userid.as_ref() == Some(&visitor.userid), "the reply has another member");
            let again = app.user_info(code.as_str()).await;
            must!(again.is_err(), "a code served twice");
            let ticket = info
                .user_ticket
                .ok_or_else(|| unmet("the reply has no ticket for a visitor who consented"))?;
            Ok(((visitor.userid, ticket), ("by a code that served once", "凭一次性的 code").into()))
        })
        .await;
    tour.step(
        row(
            "What they consented to show",
            "获取访问用户敏感信息",
            "auth().user_detail",
            "auth/getuserdetail",
        ),
        async {
            let (userid, ticket) = visitor.ok_or_else(|| unmet("the step before returned no visitor"))?;
            let detail = app.user_detail(ticket).await?;
            must!(detail.userid == userid, "the reply has another member");
            must!(detail.mobile.is_known(), "the mobile number is missing");
            Ok(((), ("with the mobile number that user/get hides", "含有 user/get 隐藏的手机号").into()))
        },
    )
    .await;
}
