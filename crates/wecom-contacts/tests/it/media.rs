//! Media (素材管理).

use wecom_contacts::media::*;

use crate::wire::Sample;

pub(crate) const SAMPLES: &[Sample] = &[
    Sample::of_form::<UploadedMedia>("media/upload"),
    Sample::of_form::<UploadedImage>("media/uploadimg"),
    Sample::of::<UploadByUrl>(),
    Sample::of::<GetUploadByUrlResult>(),
];
