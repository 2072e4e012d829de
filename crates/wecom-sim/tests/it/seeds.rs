//! Seeded corps: the same for the same arguments, and valid by every rule.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};
use wecom_sim::{SeedError, SeedShape, Sim};

use crate::rig::{By, Rig};

#[tokio::test]
async fn equal_arguments_give_equal_corps_and_others_do_not() {
    let digest = async |seed: u64| {
        let sim = Sim::builder().seed(500, 40, seed).start().await.unwrap();
        sim.state().digest.unwrap()
    };
    assert_eq!(digest(7).await, digest(7).await);
    assert_ne!(digest(7).await, digest(8).await);
    let sim = Sim::start().await;
    sim.seed(500, 40, 7).unwrap();
    assert_eq!(sim.state().digest.unwrap(), digest(7).await, "whichever way it is sown");
}

#[tokio::test]
async fn a_seeded_corp_keeps_the_rules() {
    let rig = Rig::with(Sim::builder().legacy(true).seed(3_000, 300, 1).seed_shape(SeedShape::Deep)).await;
    let departments = rig.get(By::Contacts, "department/list").await;
    let departments = departments["department"].as_array().unwrap();
    assert_eq!(departments.len(), 300);
    let parents: HashMap<i64, i64> = departments
        .iter()
        .map(|one| (one["id"].as_i64().unwrap(), one["parentid"].as_i64().unwrap()))
        .collect();
    let level =
        |id: i64| std::iter::successors(Some(&id), |id| parents.get(id).filter(|up| **up != 0)).count();
    assert_eq!(parents.keys().map(|id| level(*id)).max(), Some(15));
    let siblings: HashSet<_> =
        departments.iter().map(|one| (one["parentid"].to_string(), one["name"].to_string())).collect();
    assert_eq!(siblings.len(), 300, "names are unique among siblings");

    let members = rig.get(By::Contacts, "user/list?department_id=1&fetch_child=1").await;
    let members = members["userlist"].as_array().unwrap();
    assert_eq!(members.len(), 3_000);
    let userids: HashSet<_> = members.iter().map(|one| one["userid"].as_str().unwrap()).collect();
    for key in ["userid", "mobile", "email", "biz_mail"] {
        let values: HashSet<_> = members.iter().map(|one| one[key].as_str().unwrap()).collect();
        assert_eq!(values.len(), 3_000, "{key} is unique");
    }
    let (mut several, mut leaders) = (0, 0);
    for member in members {
        let own = member["department"].as_array().unwrap();
        assert!(!own.is_empty() && own.iter().all(|id| parents.contains_key(&id.as_i64().unwrap())));
        assert!(own.contains(&member["main_department"]));
        several += usize::from(own.len() > 1);
        leaders += usize::from(member["is_leader_in_dept"].as_array().unwrap().contains(&json!(1)));
        for leader in member["direct_leader"].as_array().unwrap() {
            assert!(userids.contains(leader.as_str().unwrap()));
            assert_ne!(leader, &member["userid"], "nobody leads themselves");
        }
        assert!(matches!(member["status"].as_i64(), Some(1 | 2 | 4)));
        let badge = &member["extattr"]["attrs"][0];
        assert_eq!(badge["name"], "工号");
    }
    assert!((150..600).contains(&several), "{several} sit in several departments");
    assert_eq!(leaders, 300, "each department has one");
    let tags = rig.get(By::Contacts, "tag/list").await;
    assert!(tags["taglist"].as_array().unwrap().len() >= 5);
}

#[tokio::test]
async fn whatever_a_seed_made_the_api_takes_back_unchanged() {
    let rig = Rig::with(Sim::builder().legacy(true).seed(50, 10, 3)).await;
    let before = rig.sim.state().digest;
    let members = rig.get(By::Contacts, "user/list?department_id=1&fetch_child=1").await;
    for member in members["userlist"].as_array().unwrap() {
        let body = json!({
            "userid": member["userid"], "name": member["name"], "mobile": member["mobile"], "email": member["email"],
            "department": member["department"], "order": member["order"],
            "is_leader_in_dept": member["is_leader_in_dept"], "position": member["position"],
            "telephone": member["telephone"], "extattr": member["extattr"], "gender": member["gender"],
            "direct_leader": member["direct_leader"],
        });
        let reply = rig.post(By::Contacts, "user/update", &body).await;
        assert_eq!(reply["errcode"], 0, "{body} {reply}");
    }
    assert_eq!(rig.sim.state().digest, before);
}

#[tokio::test]
async fn the_smallest_corps_and_the_largest_are_bounded() {
    let sim = Sim::start().await;
    sim.seed(0, 1, 0).unwrap();
    assert_eq!((sim.state().members, sim.state().departments), (0, 1));
    sim.seed(20, 1, 0).unwrap();
    assert_eq!((sim.state().members, sim.state().departments), (20, 1));
    sim.seed(1, 30, 0).unwrap();
    assert_eq!((sim.state().members, sim.state().departments), (1, 30));
    assert_eq!(sim.seed(1, 0, 0), Err(SeedError::Departments));
    assert_eq!(sim.seed(1, 30_001, 0), Err(SeedError::Departments));
    assert_eq!(sim.seed(2_000_001, 1000, 0), Err(SeedError::Members));
    assert_eq!(sim.seed(100_000, 2, 0), Err(SeedError::Crowded { members: 100_000, departments: 5 }));
    sim.seed(20_001, 5, 0).unwrap();
    assert_eq!(sim.state().members, 20_001);
    assert_eq!(sim.state().digest, None, "a large corp is summed up only on demand");
}

#[tokio::test]
async fn a_seed_calls_nobody_back_and_leaves_the_set_up_alone() {
    let rig = Rig::new().await;
    let token = rig.token(By::Contacts).await;
    let (status, reply) = rig.control("seed", &json!({"members": 30, "departments": 4, "seed": 9})).await;
    assert_eq!(status, 200, "{reply}");
    assert_eq!(reply, json!({"members": 30, "departments": 4, "tags": 8}));
    assert_eq!(rig.token(By::Contacts).await, token, "tokens live on");
    assert!(rig.sim.deliveries().is_empty());
    let (status, reply) = rig.control("seed", &json!({"members": 30, "departments": 0})).await;
    assert_eq!(
        (status, reply["error"].as_str().unwrap()),
        (422, "the number of departments must be 1 (the root) to 30000")
    );
    let after: Value = rig.get(By::Contacts, "department/simplelist").await;
    assert_eq!(after["department_id"].as_array().unwrap().len(), 4, "a refused seed changes nothing");
}

#[tokio::test]
async fn a_corp_emptied_first_is_sown_all_the_same() {
    let rig = Rig::new().await;
    let seed = json!({"members": 30, "departments": 4, "seed": 9});
    rig.control("seed", &seed).await;
    let digest = rig.sim.digest();
    let (status, reply) =
        rig.control("seed", &json!({"members": 30, "departments": 4, "seed": 9, "clear_first": true})).await;
    assert_eq!((status, &reply["members"]), (200, &json!(30)));
    assert_eq!(rig.sim.digest(), digest);
    let (status, _) =
        rig.control("seed", &json!({"members": 30, "departments": 0, "clear_first": true})).await;
    assert_eq!((status, rig.sim.state().members), (422, 30), "a refused seed clears nothing");
}

#[tokio::test]
async fn a_tree_has_the_depth_of_its_shape() {
    let rig = Rig::new().await;
    for (shape, levels) in [(None, 6), (Some("usual"), 6), (Some("flat"), 3), (Some("deep"), 15)] {
        let mut body = json!({"members": 10, "departments": 200, "seed": 4});
        if let Some(shape) = shape {
            body["shape"] = shape.into();
        }
        let (status, reply) = rig.control("seed", &body).await;
        assert_eq!((status, &reply["departments"]), (200, &json!(200)), "{reply}");
        let dump = rig.sim.dump();
        let parents: HashMap<u32, u32> = dump.departments.iter().map(|one| (one.id, one.parentid)).collect();
        let level =
            |id: &u32| std::iter::successors(Some(id), |id| parents.get(id).filter(|up| **up != 0)).count();
        assert_eq!(parents.keys().map(level).max(), Some(levels), "{shape:?}");
    }
    let (status, reply) =
        rig.control("seed", &json!({"members": 1, "departments": 1, "shape": "round"})).await;
    assert_eq!(status, 400, "{reply}");
}
