use axum::body::Body;
use http::StatusCode;

use crate::rig::Rig;

#[tokio::test]
async fn a_file_is_uploaded_and_comes_back_as_an_attachment() {
    let rig = Rig::start().await;
    let uploaded = rig.send("POST", "/media?type=file&filename=a.txt", Body::from("content of a file")).await;
    assert_eq!(uploaded.status, StatusCode::CREATED);
    let id = uploaded.json()["media_id"].as_str().unwrap().to_owned();
    let file = rig.get(&format!("/media/{id}")).await;
    assert_eq!((file.status, &*file.bytes), (StatusCode::OK, &b"content of a file"[..]));
    assert_eq!(file.headers["content-disposition"], "attachment");
    assert_eq!(file.headers["x-content-type-options"], "nosniff");

    rig.get("/media/gone").await.error(404, "not_found");
    rig.send("POST", "/media?type=film&filename=a", Body::from("content"))
        .await
        .error(400, "invalid_argument");
}
