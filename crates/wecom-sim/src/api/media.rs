//! Media (素材管理): pictures for avatars, CSV files for imports.

use serde_json::json;

use url::Url;

use super::{
    args::Part,
    call::{Call, Outcome},
    reply::Reply,
};
use crate::{
    download::{Content, Download},
    world::{Fail, MediaKind, Medium, UrlUploadRequest, World, extension},
};

/// Maximum size of one part of a file in a download.
const LARGEST_PIECE: u64 = 20 << 20;

/// `media/upload`, doc 90253.
pub(super) fn upload(world: &mut World, call: &Call) -> Outcome {
    let kind = call.args.query("type").and_then(MediaKind::of).ok_or_else(|| Fail::of(40005))?;
    let part = call
        .args
        .parts
        .iter()
        .find(|part| part.name.as_deref() == Some("media"))
        .ok_or_else(|| Fail::of(44001))?;
    let name = part.file_name.as_deref().unwrap_or_default();
    kind.judge(&extension(name), &part.bytes)?;
    // The help of 40123 mentions the declared length for pictures only, so other kinds are not checked.
    if kind == MediaKind::Image
        && part.declared_length.is_some_and(|length| length != part.bytes.len() as u64)
    {
        return Err(Fail::of(40123));
    }
    let media = &mut world.corp_mut(call.caller.corp).media;
    let media_id = media.keep(kind, name, part.bytes.clone(), false, call.now);
    Ok(Reply::with(
        "",
        &json!({"type": kind.name(), "media_id": media_id, "created_at": (call.now / 1000).to_string()}),
    ))
}

/// `media/get`, doc 90254.
pub(super) fn get(world: &World, call: &Call) -> Outcome {
    let (id, medium) = named(world, call)?;
    Ok(download(id, medium))
}

/// `media/get/jssdk`, doc 90255: a voice in high definition. The simulator returns the uploaded bytes.
pub(super) fn get_jssdk(world: &World, call: &Call) -> Outcome {
    let (id, medium) = named(world, call)?;
    if medium.kind != MediaKind::Voice {
        return Err(invalid_media_id());
    }
    Ok(download(id, medium))
}

/// `media/uploadimg`, doc 90256. The part can have any name.
pub(super) fn upload_picture(world: &mut World, call: &Call) -> Outcome {
    let part: &Part = call.args.parts.first().ok_or_else(|| Fail::of(44001))?;
    let ending = extension(part.file_name.as_deref().unwrap_or_default());
    let media = &mut world.corp_mut(call.caller.corp).media;
    media.admit_picture(&ending, &part.bytes, call.now)?;
    let png = part.bytes.starts_with(b"\x89PNG");
    let picture = Download {
        name: format!("picture.{}", if png { "png" } else { "jpg" }),
        content_type: if png { "image/png" } else { "image/jpeg" },
        content: Content::InMemory(part.bytes.clone()),
    };
    let url = world.link(picture, call.now, None);
    Ok(Reply::with("", &json!({ "url": url })))
}

/// `media/upload_by_url`, doc 96219. The simulator fetches only from loopback addresses and from allowed hosts.
pub(super) fn upload_by_url(world: &mut World, call: &Call) -> Outcome {
    let text = |key: &str, longest: usize| match call.args.text(key) {
        None | Some("") => Err(Fail::of(40063)),
        Some(text) if text.len() > longest => Err(Fail::of(40058)),
        Some(text) => Ok(text),
    };
    if call.args.integer("scene") != Some(1) {
        return Err(Fail::new(40058, "scene is not 1, invalid Request Parameter"));
    }
    let kind = MediaKind::of(text("type", 32)?)
        .filter(|kind| matches!(kind, MediaKind::Video | MediaKind::File))
        .ok_or_else(|| Fail::of(40005))?;
    let request = UrlUploadRequest {
        kind,
        name: text("filename", 128)?.into(),
        url: Url::parse(text("url", 1024)?)
            .ok()
            .filter(|url| world.allowed.check(url).is_ok())
            .ok_or_else(|| Fail::of(830_001))?,
        md5: text("md5", 32)?.to_ascii_lowercase(),
    };
    let job = world.submit_url_upload(call.caller.clone(), request, call.now);
    Ok(Reply::ok(&json!({ "jobid": job })))
}

/// `media/get_upload_by_url_result`, doc 96219.
pub(super) fn upload_by_url_result(world: &World, call: &Call) -> Outcome {
    let job = call.args.text("jobid").unwrap_or_default();
    Ok(Reply::ok(&world.url_upload_result(&call.caller, job, call.now)?))
}

fn named<'a>(world: &'a World, call: &'a Call) -> Result<(&'a str, &'a Medium), Fail> {
    let id = call.args.query("media_id").filter(|text| !text.is_empty()).ok_or_else(|| Fail::of(41006))?;
    let medium = world.corp(call.caller.corp).media.get(id, call.now).map_err(|_| invalid_media_id())?;
    Ok((id, medium))
}

/// The refusal of the page's sample, without a hint.
fn invalid_media_id() -> Fail {
    Fail::bare(40007, "invalid media_id")
}

fn download(id: &str, medium: &Medium) -> Reply {
    Reply::File {
        file: Download {
            name: format!("{id}.{}", medium.extension),
            content_type: medium.content_type,
            content: Content::InMemory(medium.bytes.clone()),
        },
        largest_piece: LARGEST_PIECE,
    }
}
