//! Media (素材管理).

use std::time::Duration;

use futures_util::TryStreamExt;
use wecom_contacts::media::*;

use crate::rig::Rig;

#[tokio::test]
async fn a_file_is_uploaded_and_downloaded_whole_and_in_parts() {
    let rig = Rig::start().await;
    let content = "姓名,帐号\r\n王芳,wangfang\r\n--b0undary--\r\n".repeat(2000);
    let uploaded = rig.contacts.media().upload(MediaKind::File, "名册 \"1\".csv", &content).await.unwrap();
    assert_eq!(uploaded.kind, "file");
    assert!(uploaded.created_at.is_some());

    // All apps of the corp can read media.
    let media = rig.app.media();
    let file = media.get(&uploaded.media_id).await.unwrap();
    assert_eq!(file.content_length(), Some(content.len() as u64));
    assert_eq!(file.content_range(), None);
    let chunks: Vec<_> = file.try_collect().await.unwrap();
    assert_eq!(chunks.concat(), content.as_bytes());

    let part = media.get_range(&uploaded.media_id, 16..=31).await.unwrap();
    let range = part.content_range().unwrap();
    assert_eq!((range.first, range.last, range.total), (16, 31, content.len() as u64));
    assert_eq!(part.read(16).await.unwrap(), content.as_bytes()[16..32]);
    let error = media.get(&uploaded.media_id).await.unwrap().read(100).await.unwrap_err();
    assert!(matches!(error.kind(), wecom_contacts::ErrorKind::TooLarge { limit: 100 }));
}

#[tokio::test]
async fn a_medium_that_is_not_there_is_refused_in_json() {
    let rig = Rig::start().await;
    let error = rig.app.media().get("no-such-medium").await.unwrap_err();
    assert_eq!((error.call(), error.code().map(|code| code.0)), (Some("media/get"), Some(40007)));
    let error = rig.app.media().get_voice("no-such-medium").await.unwrap_err();
    assert_eq!((error.call(), error.code().map(|code| code.0)), (Some("media/get/jssdk"), Some(40007)));

    let uploaded = rig.app.media().upload(MediaKind::File, "a.csv", "abcdef").await.unwrap();
    rig.sim.advance(Duration::from_secs(3 * 86_400 + 1));
    let error = rig.app.media().get(uploaded.media_id).await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test]
async fn an_image_gets_a_url_for_good_and_too_small_a_file_none() {
    let rig = Rig::start().await;
    let url = rig.app.media().upload_image("logo.png", b"\x89PNG\r\n\x1a\n....").await.unwrap();
    assert!(url.starts_with("http"), "{url}");
    let error = rig.app.media().upload(MediaKind::File, "a.csv", "a").await.unwrap_err();
    assert!(error.is_invalid_argument(), "{error}");
}
