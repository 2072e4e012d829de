use crate::rig::Rig;

#[tokio::test]
async fn what_an_app_may_see_of_another_corp_is_read() {
    let rig = Rig::start().await;
    let permissions = rig.read("/linked/permissions").await;
    let userid = permissions["userids"][0].as_str().unwrap();
    let department = permissions["department_ids"][0].as_str().unwrap();
    let member = rig.read(&format!("/linked/member?userid={userid}")).await;
    assert!(userid.ends_with(member["user_info"]["userid"].as_str().unwrap()), "{member}");
    for path in ["/linked/departments?department_id=", "/linked/members?fetch_child=true&department_id="] {
        let list = rig.read(&format!("{path}{department}")).await;
        assert!(
            list.as_object()
                .unwrap()
                .values()
                .any(|list| list.as_array().is_some_and(|list| !list.is_empty()))
        );
    }
    let corp = userid.split('/').next().unwrap();
    rig.get(&format!("/linked/member?userid={corp}/nobody")).await.error(404, "not_found");
}
