//! Uploads: the multipart form and the replies.

use bytes::{BufMut, Bytes, BytesMut};
use serde::{Deserialize, Serialize};
use wecom_cipher::hex;

use super::text_seconds;
use crate::{Bilingual, Call, Error, ErrorKind, MediaId, Result, json_fields, transport::Body};

/// The kind of a medium (媒体文件类型).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// An image (图片): JPG or PNG, at most 10 MB.
    Image,
    /// A voice (语音): AMR, at most 2 MB and 60 seconds.
    Voice,
    /// A video (视频): MP4, at most 10 MB.
    Video,
    /// Any file (普通文件), at most 20 MB.
    File,
}

impl MediaKind {
    /// Returns the kind in WeCom's spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::File => "file",
        }
    }
}

/// An uploaded temporary medium.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UploadedMedia {
    /// The kind, in WeCom's spelling.
    #[serde(default, rename = "type", deserialize_with = "json_fields::or_default")]
    pub kind: String,
    /// The medium's id, valid for three days. Never empty.
    #[serde(deserialize_with = "json_fields::present")]
    pub media_id: MediaId,
    /// The time of the upload, in seconds since 1970. On the wire: text.
    #[serde(default, with = "text_seconds", skip_serializing_if = "Option::is_none")]
    pub created_at: Option<i64>,
}

/// A permanently uploaded image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UploadedImage {
    /// The image's URL. It never expires and works only inside WeCom. Never empty.
    #[serde(deserialize_with = "json_fields::present")]
    pub url: String,
}

/// Returns the MIME type of an image. The official page documents these two.
pub(super) fn image_type(content: &[u8]) -> &'static str {
    if content.starts_with(b"\x89PNG") { "image/png" } else { "image/jpg" }
}

/// Writes a form with one part, as WeCom requires. The part is named `media` and states its length (`filelength`), which
/// form libraries do not support.
pub(super) fn form(call: Call, file_name: &str, content_type: &str, content: &[u8]) -> Result<Body> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| {
        Error::new(
            call.path,
            ErrorKind::Unwritable(Bilingual::new(
                format!("the random boundary could not be generated: {error}"),
                format!("无法生成随机数：{error}"),
            )),
        )
    })?;
    let boundary = format!("wecom-{}", hex(random));
    Ok(Body::Form {
        content_type: format!("multipart/form-data; boundary={boundary}"),
        bytes: part(&boundary, file_name, content_type, content),
    })
}

fn part(boundary: &str, file_name: &str, content_type: &str, content: &[u8]) -> Bytes {
    // Follows the browsers: UTF-8 is unchanged; the three characters that would end the name or the line are escaped.
    let file_name = file_name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"media\"; filename=\"{file_name}\"; filelength={length}\r\n\
         Content-Type: {content_type}\r\n\r\n",
        length = content.len()
    );
    let tail = format!("\r\n--{boundary}--\r\n");
    let mut bytes = BytesMut::with_capacity(head.len() + content.len() + tail.len());
    bytes.put_slice(head.as_bytes());
    bytes.put_slice(content);
    bytes.put_slice(tail.as_bytes());
    bytes.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_names_the_file_and_its_length() {
        let body = part("b0undary", "名册 \"1\".csv", "application/octet-stream", b"abcdef");
        let expected = "--b0undary\r\n\
            Content-Disposition: form-data; name=\"media\"; filename=\"名册 %221%22.csv\"; filelength=6\r\n\
            Content-Type: application/octet-stream\r\n\r\nabcdef\r\n--b0undary--\r\n";
        assert_eq!(std::str::from_utf8(&body).unwrap(), expected);
    }

    #[test]
    fn a_file_name_cannot_break_out_of_its_header() {
        let body = part("b", "a\r\nX-Evil: 1\r\n\r\n\".csv", "text/csv", b"");
        assert!(!std::str::from_utf8(&body).unwrap().contains("\nX-Evil"));
    }

    #[test]
    fn trap_13_the_upload_time_is_read_as_text_or_number() {
        for body in [
            r#"{"type":"file","media_id":"m1","created_at":"1700000000"}"#,
            r#"{"type":"file","media_id":"m1","created_at":1700000000}"#,
        ] {
            let uploaded: UploadedMedia = serde_json::from_str(body).unwrap();
            assert_eq!(uploaded.created_at, Some(1_700_000_000));
            assert_eq!(uploaded.media_id, "m1");
        }
        let bare: UploadedMedia = serde_json::from_str(r#"{"media_id":"m1"}"#).unwrap();
        assert_eq!(bare.created_at, None);
    }
}
