//! 素材管理: the files of imports, avatars, and media of members.

use wecom_contacts::{
    Bilingual,
    media::{MediaKind, UploadByUrl, UrlUploadState},
};

use super::{
    engine::{Engine, row, unmet},
    stage::{MOMENT, Stage},
};
use crate::must;

/// A picture of one grey pixel.
const PNG: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00\x3a\x7e\x9b\x55\x00\x00\x00\x0a\x49\x44\x41\x54\x78\x9c\x63\xa8\x07\x00\x00\x81\x00\x80\xd3\x94\x53\x4a\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";
/// Its MD5.
const PNG_MD5: &str = "2baefc35b3a72467f8c98c36370abe9a";
/// A voice message of one empty frame.
const AMR: &[u8] = b"#!AMR\n\x3c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00";

pub(super) async fn run(tour: &mut Engine, stage: &Stage) {
    tour.chapter("素材管理");
    let media = stage.app.media();
    let content = "姓名,帐号\n王芳,wangfang\n".as_bytes();
    let uploaded = tour
        .step(row("Upload a file", "上传临时素材", "media().upload", "media/upload"), async {
            let uploaded = media.upload(MediaKind::File, "成员.csv", content).await?;
            must!(!uploaded.media_id.as_str().is_empty(), "the reply has no media id");
            Ok((
                uploaded.media_id,
                Bilingual::new(
                    format!("{} bytes, kept for three days", content.len()),
                    format!("{} 字节，保留三天", content.len()),
                ),
            ))
        })
        .await;
    tour.step(row("Download it", "获取临时素材", "media().get", "media/get"), async {
        let id = uploaded.ok_or_else(|| unmet("the file is missing: its upload failed"))?;
        let whole = media.get(&id).await?.read(1 << 20).await?;
        must!(whole == content, "the returned file differs");
        let part = media.get_range(&id, 0..=5).await?;
        let range = part.content_range();
        must!(range.is_some_and(|range| !range.is_last()), "a partial file was returned as complete");
        let part = part.read(1 << 20).await?;
        must!(part == content[..6], "the reply has another part");
        Ok(((), ("whole, and a part of it", "整个文件，以及其中一段").into()))
    })
    .await;
    tour.step(
        row("Download a voice message", "获取高清语音素材", "media().get_voice", "media/get/jssdk"),
        async {
            let voice = media.upload(MediaKind::Voice, "voice.amr", AMR).await?;
            let whole = media.get_voice(voice.media_id).await?.read(1 << 20).await?;
            must!(!whole.is_empty(), "the returned file is empty");
            Ok(((), Bilingual::new(format!("{} bytes", whole.len()), format!("{} 字节", whole.len()))))
        },
    )
    .await;
    let image = tour
        .step(row("Upload an image for good", "上传图片", "media().upload_image", "media/uploadimg"), async {
            let url = media.upload_image("grey.png", PNG).await?;
            must!(url.starts_with("http"), "the reply has no link");
            Ok((url, ("a link", "一个链接").into()))
        })
        .await;
    let job = tour
        .step(
            row("Let WeCom fetch a file", "异步上传临时素材", "media().upload_by_url", "media/upload_by_url"),
            async {
                let url = image.ok_or_else(|| unmet("the link is missing: an earlier step failed"))?;
                let source = UploadByUrl::new(MediaKind::File, "grey.png", url, PNG_MD5);
                let job = media.upload_by_url(source).await?;
                Ok((job.clone(), Bilingual::new(format!("job {job}"), format!("任务 {job}"))))
            },
        )
        .await;
    tour.step(
        row(
            "How that went",
            "查询异步任务结果",
            "media().upload_by_url_result",
            "media/get_upload_by_url_result",
        ),
        async {
            let job = job.ok_or_else(|| unmet("the job is missing: an earlier step failed"))?;
            for _ in 0..50 {
                let result = media.upload_by_url_result(&job).await?;
                match result.status {
                    UrlUploadState::Done => {
                        let id = result
                            .detail
                            .and_then(|detail| detail.media_id)
                            .ok_or_else(|| unmet("the job is done, but the reply has no media id"))?;
                        let whole = media.get(id).await?.read(1 << 20).await?;
                        must!(whole == PNG, "the returned file differs");
                        return Ok((
                            (),
                            ("done, and the file is as it was", "已完成，文件与原来一致").into(),
                        ));
                    }
                    UrlUploadState::Failed => return Err(unmet("the file was not fetched")),
                    _ => {}
                }
                stage.console.advance(1).await?;
                tokio::time::sleep(MOMENT).await;
            }
            Err(unmet("the job does not end"))
        },
    )
    .await;
}
