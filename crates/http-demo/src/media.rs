//! 素材管理: temporary media and images. A file is the body of the request; its name and kind are in the query.

use axum::{
    Json,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use wecom_contacts::{JobId, MediaId, media::*};

use crate::{
    AppState,
    failure::{Failure, Reply},
    input::{FileBody, InBody, InPath, InQuery},
};

#[derive(Debug, Serialize, Deserialize)]
struct FileInfo {
    #[serde(rename = "type")]
    kind: MediaKind,
    filename: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct ImageInfo {
    filename: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct ImageUrl {
    url: String,
}

pub(crate) async fn upload(
    State(state): State<AppState>,
    query: InQuery,
    FileBody(content): FileBody,
) -> Result<(StatusCode, Json<UploadedMedia>), Failure> {
    let FileInfo { kind, filename } = query.read()?;
    Ok((StatusCode::CREATED, Json(state.writer.media().upload(kind, filename, content).await?)))
}

pub(crate) async fn upload_image(
    State(state): State<AppState>,
    query: InQuery,
    FileBody(content): FileBody,
) -> Result<(StatusCode, Json<ImageUrl>), Failure> {
    let ImageInfo { filename } = query.read()?;
    let url = state.writer.media().upload_image(filename, content).await?;
    Ok((StatusCode::CREATED, Json(ImageUrl { url })))
}

pub(crate) async fn get(
    State(state): State<AppState>,
    InPath(media_id): InPath<MediaId>,
) -> Result<Response, Failure> {
    Ok(file(state.reader.media().get(media_id).await?))
}

pub(crate) async fn get_voice(
    State(state): State<AppState>,
    InPath(media_id): InPath<MediaId>,
) -> Result<Response, Failure> {
    Ok(file(state.reader.media().get_voice(media_id).await?))
}

/// Streams the file. It is always an attachment, as a member chose its type and content.
fn file(download: Download) -> Response {
    let content_type = download.content_type().and_then(|text| HeaderValue::from_str(text).ok());
    let headers = [
        (header::CONTENT_TYPE, content_type.unwrap_or(HeaderValue::from_static("application/octet-stream"))),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, Body::from_stream(download)).into_response()
}

pub(crate) async fn upload_by_url(
    State(state): State<AppState>,
    body: InBody,
) -> Result<(StatusCode, Json<JobStarted>), Failure> {
    let request: UploadByUrl = body.read()?;
    Ok((StatusCode::ACCEPTED, Json(state.reader.send(&request).await?)))
}

pub(crate) async fn upload_by_url_result(
    State(state): State<AppState>,
    InPath(job): InPath<JobId>,
) -> Reply<UrlUpload> {
    Ok(Json(state.reader.send(&GetUploadByUrlResult::new(job)).await?))
}
