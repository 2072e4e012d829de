//! Temporary media and images (素材管理).

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use futures_util::TryStreamExt;
use wecom_contacts::media::{Download, MediaKind, UploadByUrl};

use crate::{
    access::Access,
    failure::{Failure, Result},
    file::{Draft, contents},
    messages,
    output::{Output, print_bytes, say},
};

/// Upload and download temporary media (临时素材)
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    access: Access,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Upload a file, which WeCom keeps for three days (上传临时素材)
    Upload {
        /// The file; `-` is stdin
        file: PathBuf,
        /// Kind of the file
        #[arg(long = "type", value_name = "TYPE", default_value = "file")]
        kind: Kind,
    },
    /// Download an uploaded file (获取临时素材)
    Get {
        /// The media id
        media_id: String,
        #[command(flatten)]
        to: To,
    },
    /// Download a voice message as high-definition speex (获取高清语音素材)
    GetVoice {
        /// The media id
        media_id: String,
        #[command(flatten)]
        to: To,
    },
    /// Upload a permanent image, and show its URL (上传图片)
    UploadImage {
        /// The image; `-` is stdin
        file: PathBuf,
    },
    /// Upload a large file from a URL, with a job (异步上传临时素材)
    UploadByUrl {
        /// URL of the file
        url: String,
        /// The file's name
        #[arg(long)]
        filename: String,
        /// The file's MD5, as hex digits
        #[arg(long)]
        md5: String,
        /// Kind of the file: video or file
        #[arg(long = "type", value_name = "TYPE", default_value = "file")]
        kind: Kind,
    },
    /// Show the result of a job of `upload-by-url` (查询异步任务结果)
    UploadByUrlResult {
        /// The job
        job: String,
    },
}

/// Where a download goes.
#[derive(Args)]
struct To {
    /// File to write. Defaults to stdout, as does `-`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Image,
    Voice,
    Video,
    File,
}

impl From<Kind> for MediaKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Image => Self::Image,
            Kind::Voice => Self::Voice,
            Kind::Video => Self::Video,
            Kind::File => Self::File,
        }
    }
}

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        let media = self.access.either()?.media();
        match self.verb {
            Verb::Upload { file, kind } => {
                let content = contents(&file)?;
                output.record(&media.upload(kind.into(), name_of(&file), content).await?)
            }
            Verb::Get { media_id, to } => to.save(media.get(media_id).await?).await,
            Verb::GetVoice { media_id, to } => to.save(media.get_voice(media_id).await?).await,
            Verb::UploadImage { file } => {
                let content = contents(&file)?;
                output.ids(&[media.upload_image(name_of(&file), content).await?])
            }
            Verb::UploadByUrl { url, filename, md5, kind } => {
                let source = UploadByUrl::new(kind.into(), filename, url, md5);
                output.ids(&[media.upload_by_url(source).await?])
            }
            Verb::UploadByUrlResult { job } => output.record(&media.upload_by_url_result(job).await?),
        }
    }
}

impl To {
    async fn save(self, mut download: Download) -> Result {
        let Some(path) = self.out.filter(|path| path != Path::new("-")) else {
            while let Some(chunk) = download.try_next().await? {
                print_bytes(&chunk)?;
            }
            return Ok(());
        };
        let announced = download.content_length();
        let mut draft = Draft::new(&path)?;
        let mut written = 0;
        while let Some(chunk) = download.try_next().await? {
            draft.write(&chunk)?;
            written += chunk.len() as u64;
        }
        if announced.is_some_and(|announced| announced != written) {
            return Err(Failure::new(messages::media::length_is_not_as_announced())
                .remedy(messages::media::download_it_again()));
        }
        draft.finish()?;
        say(messages::media::saved(written, &path));
        Ok(())
    }
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().filter(|name| *name != "-");
    name.map_or_else(|| "upload".to_owned(), |name| name.to_string_lossy().into_owned())
}
