//! The search that reads from the store, beside the one that holds the people in memory.

use wecom_directory::search::{self, Searcher};
use wecom_sim::Sim;

use crate::corp::Corp;

#[tokio::test(flavor = "multi_thread")]
async fn a_search_in_the_store_finds_what_one_in_memory_finds() {
    let corp = Corp::with(Sim::builder().seed(400, 20, 1)).await;
    corp.pull().await;
    let searcher = Searcher::read(&corp.store, &corp.id()).await.unwrap();
    assert_eq!(searcher.len(), 400);
    let members = corp.members().await;
    let someone = members.values().next().unwrap();
    let name = someone.member.name.known().unwrap();
    let family: String = name.chars().take(1).collect();
    let departments = searcher.find(&family, 1).0[0].departments[0].clone();
    let department = departments.rsplit('/').next().unwrap();
    let queries = [
        "w",
        "zh",
        "li",
        "工程师",
        "qqqq",
        "1",
        "",
        name,
        &family,
        department,
        &format!("{family} {department}"),
    ];
    let mut most = 0;
    for query in queries {
        for limit in [1, 20, 1_000] {
            let found = search::find(&corp.store, &corp.id(), query, limit).await.unwrap();
            assert_eq!(found, searcher.find(query, limit), "{query}, {limit}");
            assert!(found.0.len() <= limit);
            most = most.max(found.1);
        }
    }
    assert!(most > 100, "one query finds many: {most}");
    assert!(searcher.find(&format!("{family} {department}"), 1).1 > 0);
}
