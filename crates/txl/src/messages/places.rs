//! The user's own directories.

use super::Message;
use crate::places::Place;

pub(crate) fn home_is_relative(place: Place) -> Message {
    let kept = match place {
        Place::Config => word!("profiles", "配置档"),
        Place::Cache => word!("tokens", " token "),
        Place::State => word!("the keys of exports", "导出的密钥"),
        Place::Data => word!("mirrors", "镜像"),
    };
    message!(
        en: "the home directory (HOME) is not an absolute path, and {kept} are kept below it";
        zh: "主目录（HOME）不是绝对路径，而{kept}保存在其下"
    )
}

pub(crate) fn set_home_or_name_a_place(place: Place) -> Message {
    let otherwise = match place {
        Place::Config => "--config (TXL_CONFIG)",
        Place::Cache => word!(
            "--token-store (WECOM_TOKEN_STORE): a path, or `none`",
            "--token-store（WECOM_TOKEN_STORE，可为路径或 `none`）"
        ),
        Place::State => "--state-dir (TXL_STATE_DIR)",
        Place::Data => "--mirror (TXL_MIRROR)",
    };
    message!(
        en: "set HOME to an absolute path, or name a place by {otherwise}";
        zh: "请将 HOME 设为绝对路径，或用 {otherwise} 另行指定"
    )
}
