use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use crate::rig::Rig;

#[tokio::test]
async fn an_export_is_submitted_asked_for_and_streamed() {
    let rig = Rig::start().await;
    rig.sim.seed(50, 5, 1).unwrap();
    let tag = json!({"tagname": "导出", "tagid": 70});
    rig.json("POST", "/tags", tag).await;
    rig.json("POST", "/tags/70/additions", json!({"partylist": [1]})).await;
    for (submission, id, rows) in [
        ("/exports/members", "userid", Some(50)),
        ("/exports/simple-members", "userid", Some(50)),
        ("/exports/departments", "id", None),
        ("/exports/tags/70", "department", Some(1)),
    ] {
        let started = rig.json("POST", submission, json!({"block_size": 10_000})).await;
        assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.json());
        let job = started.json()["jobid"].as_str().unwrap().to_owned();
        // A running job differs from a missing one.
        rig.get(&format!("/exports/{job}/rows")).await.error(409, "still_running");
        rig.sim.advance(Duration::from_secs(60));
        assert_eq!(rig.read(&format!("/exports/{job}")).await["status"], 2);
        let answer = rig.get(&format!("/exports/{job}/rows")).await;
        assert_eq!(answer.headers["content-type"], "application/jsonl");
        let text = String::from_utf8(answer.bytes).unwrap();
        let parsed: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(parsed.iter().all(|row| !row[id].is_null()), "{submission}: {text}");
        assert!(
            !parsed.is_empty() && rows.is_none_or(|rows| rows == parsed.len()),
            "{submission}: {}",
            parsed.len()
        );
    }
}

#[tokio::test]
async fn a_job_of_another_process_has_no_rows_here() {
    let rig = Rig::start().await;
    rig.get("/exports/job-1/rows").await.error(404, "not_found");
    rig.json("POST", "/exports/members", json!({"block_size": 1})).await.error(400, "invalid_argument");
}
