//! The three calls that submit an import.

use serde::{Deserialize, Serialize};
use wecom_cipher::{CallbackToken, EncodingAesKey};

use crate::{Endpoint, MediaId, media::JobStarted};

/// The call that submits one of the three imports. The trait is sealed.
pub trait ImportCall:
    Endpoint<Reply = JobStarted> + Clone + Default + Send + Sync + sealed::ImportArguments + 'static
{
}

pub(super) mod sealed {
    use super::{JobCallback, MediaId};

    pub trait ImportArguments {
        /// The name of the uploaded file.
        const FILE_NAME: &'static str;

        /// Whether a file can be split into several parts, with one job for each.
        const SEVERAL: bool;

        fn arguments(&mut self) -> (&mut MediaId, &mut Option<JobCallback>);
    }
}

macro_rules! import_calls {
    ($($call:ident, $file_name:literal, $several:literal;)*) => {$(
        impl $call {
            /// Creates a request that imports the file with this media id.
            pub fn new(media_id: impl Into<MediaId>) -> Self {
                Self { media_id: media_id.into(), ..Self::default() }
            }
        }

        impl ImportCall for $call {}

        impl sealed::ImportArguments for $call {
            const FILE_NAME: &'static str = $file_name;
            const SEVERAL: bool = $several;

            fn arguments(&mut self) -> (&mut MediaId, &mut Option<JobCallback>) {
                (&mut self.media_id, &mut self.callback)
            }
        }
    )*};
}

import_calls! {
    SyncMembers, "members.csv", true;
    ReplaceMembers, "members.csv", false;
    ReplaceDepartments, "departments.csv", false;
}

/// Submits an incremental import of members.
///
/// Official: [增量更新成员](https://developer.work.weixin.qq.com/document/path/90980)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SyncMembers {
    /// The uploaded file.
    pub media_id: MediaId,
    /// Whether new members are invited. WeCom's default is yes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_invite: Option<bool>,
    /// The callback that reports the end of the job. Without it, WeCom sends no report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback: Option<JobCallback>,
}

/// Submits a full replacement of the members.
///
/// Official: [全量覆盖成员](https://developer.work.weixin.qq.com/document/path/90981)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReplaceMembers {
    /// The uploaded file.
    pub media_id: MediaId,
    /// Whether new members are invited. WeCom's default is yes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_invite: Option<bool>,
    /// The callback that reports the end of the job. Without it, WeCom sends no report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback: Option<JobCallback>,
}

/// Submits a full replacement of the departments. It has no `to_invite`, because it adds no members.
///
/// Official: [全量覆盖部门](https://developer.work.weixin.qq.com/document/path/90982)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReplaceDepartments {
    /// The uploaded file.
    pub media_id: MediaId,
    /// The callback that reports the end of the job. Without it, WeCom sends no report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback: Option<JobCallback>,
}

/// The callback to which WeCom reports the end of a job. It has the same three settings as an app's callback.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobCallback {
    /// The URL, `http` or `https`.
    pub url: String,
    /// The token, which is a part of each signature.
    pub token: String,
    /// The `EncodingAESKey` of 43 characters.
    pub encodingaeskey: String,
}

masked_debug!(JobCallback { url | token, encodingaeskey });

impl JobCallback {
    /// Creates a callback from its URL and the two secrets that verify its requests.
    pub fn new(url: impl Into<String>, token: &CallbackToken, key: &EncodingAesKey) -> Self {
        Self { url: url.into(), token: token.expose().to_owned(), encodingaeskey: key.expose().to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn body(call: &impl Endpoint) -> Value {
        serde_json::to_value(call).unwrap()
    }

    #[test]
    fn trap_02_to_invite_is_sent_exactly_when_it_is_set() {
        let mut call = SyncMembers::new("m1");
        assert_eq!(body(&call), json!({"media_id": "m1"}));
        call.to_invite = Some(false);
        assert_eq!(body(&call), json!({"media_id": "m1", "to_invite": false}));
        call.to_invite = Some(true);
        assert_eq!(body(&call), json!({"media_id": "m1", "to_invite": true}));
    }

    #[test]
    fn trap_04_the_callback_goes_under_its_exact_keys_and_departments_have_no_to_invite() {
        let key = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C".parse().unwrap();
        let callback = JobCallback::new("https://hr.example.com/jobs", &"t0ken".into(), &key);
        let expected = json!({
            "media_id": "m1",
            "callback": {
                "url": "https://hr.example.com/jobs",
                "token": "t0ken",
                "encodingaeskey": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
            },
        });
        let replace = ReplaceMembers { callback: Some(callback.clone()), ..ReplaceMembers::new("m1") };
        assert_eq!(body(&replace), expected);
        let departments =
            ReplaceDepartments { callback: Some(callback.clone()), ..ReplaceDepartments::new("m1") };
        assert_eq!(body(&departments), expected);
        assert_eq!(body(&ReplaceDepartments::new("m1")), json!({"media_id": "m1"}));

        let shown = format!("{callback:?}");
        assert!(!shown.contains("t0ken") && !shown.contains("jWmYm7"), "{shown}");
    }
}
