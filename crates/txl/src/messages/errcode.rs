//! `txl errcode`.

use super::Message;

pub(crate) fn is_success() -> Message {
    message!(en: "errcode 0 is success (成功)")
}

pub(crate) fn unknown(code: i32) -> Message {
    message!(en: "errcode {code} is not in the table (未收录的错误码)")
}

pub(crate) fn read_the_errmsg() -> Message {
    message!(
        en: "read the errmsg beside the code; its hint id finds the call in WeCom's query tool (错误码查询工具); `txl errcode` lists the table"
    )
}
