//! Departments (部门管理).

use wecom_contacts::{DepartmentId, ErrorCode, Seen, departments::*};

use crate::rig::Rig;

#[tokio::test]
async fn trap_18_a_department_is_created_under_the_id_that_comes_back() {
    let rig = Rig::start().await;
    let departments = rig.contacts.departments();
    let new = NewDepartment::new("华东销售部", DepartmentId::ROOT).name_en("East Sales").order(500);
    let made = departments.create(new.clone().id(20)).await.unwrap();
    assert_eq!(made, 20);
    assert!(departments.create(new).await.unwrap_err().is_already_exists(), "a sibling has the name");
    let chosen = departments.create(NewDepartment::new("一部", made)).await.unwrap();
    assert!(chosen.0 > 1);

    let read = rig.app.departments().get(made).await.unwrap();
    assert_eq!(read.name.as_deref(), Seen::Known("华东销售部"));
    assert_eq!(read.name_en.as_deref(), Seen::Known("East Sales"));
    assert_eq!((read.parentid, read.order), (Seen::Known(DepartmentId::ROOT), Seen::Known(500)));
}

#[tokio::test]
async fn trap_06_all_departments_come_without_an_id() {
    let rig = Rig::start().await;
    let departments = rig.app.departments();
    let all = departments.list().await.unwrap();
    assert!(rig.last_request().query.iter().all(|(key, _)| key != "id"));
    assert_eq!(all.len(), 5);
    assert_eq!(departments.list_under(2).await.unwrap().len(), 2);
    assert_eq!(rig.contacts.departments().list_ids().await.unwrap().len(), 5);
    assert_eq!(rig.contacts.departments().list_ids_under(2).await.unwrap().len(), 2);
    assert_eq!(rig.contacts.departments().list().await.unwrap_err().code(), Some(ErrorCode(48009)));
}

#[tokio::test]
async fn trap_09_reordering_a_department_does_not_move_it() {
    let rig = Rig::start().await;
    let departments = rig.contacts.departments();
    departments.update(3, DepartmentPatch::new().order(0)).await.unwrap();
    let read = rig.app.departments().get(3).await.unwrap();
    assert_eq!((read.parentid, read.order), (Seen::Known(2.into()), Seen::Known(0)));
    departments.update(3, DepartmentPatch::new().parentid(4).name("平台组")).await.unwrap();
    let read = rig.app.departments().get(3).await.unwrap();
    assert_eq!((read.parentid, read.order), (Seen::Known(4.into()), Seen::Known(0)));
    assert_eq!(read.name.as_deref(), Seen::Known("平台组"));

    let cycle = departments.update(4, DepartmentPatch::new().parentid(3)).await.unwrap_err();
    assert_eq!(cycle.code(), Some(ErrorCode(60010)));
}

#[tokio::test]
async fn a_department_in_use_is_not_deleted() {
    let rig = Rig::start().await;
    let departments = rig.contacts.departments();
    let code = async |id: u32| departments.delete(id).await.unwrap_err().code().unwrap().0;
    assert_eq!(code(1).await, 60005, "the server first checks that the root has members");
    assert_eq!(code(3).await, 60005);
    assert!([60003, 60123].contains(&code(999).await));
    let empty = departments.create(NewDepartment::new("空", 1)).await.unwrap();
    departments.delete(empty).await.unwrap();
    assert_eq!(rig.app.departments().find(empty).await.unwrap(), None);
    assert!(rig.app.departments().get(empty).await.unwrap_err().is_not_found());
}
