//! The user's own directories.

use super::Message;
use crate::places::Place;

pub(crate) fn home_is_relative(place: Place) -> Message {
    let kept = match place {
        Place::Config => "profiles",
        Place::Cache => "tokens",
        Place::State => "the keys of exports",
        Place::Data => "mirrors",
    };
    message!(en: "the home directory (HOME) is not an absolute path, and {kept} are kept below it")
}

pub(crate) fn set_home_or_name_a_place(place: Place) -> Message {
    let otherwise = match place {
        Place::Config => "--config (TXL_CONFIG)",
        Place::Cache => "--token-store (WECOM_TOKEN_STORE): a path, or `none`",
        Place::State => "--state-dir (TXL_STATE_DIR)",
        Place::Data => "--mirror (TXL_MIRROR)",
    };
    message!(en: "set HOME to an absolute path, or name a place by {otherwise}")
}
