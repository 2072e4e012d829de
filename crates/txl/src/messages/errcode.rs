//! `txl errcode`.

use super::Message;

pub(crate) fn is_success() -> Message {
    message!(en: "errcode 0 is success (成功)"; zh: "错误码 0 表示成功")
}

pub(crate) fn unknown(code: i32) -> Message {
    message!(en: "errcode {code} is not in the table (未收录的错误码)"; zh: "错误码 {code} 未收录")
}

pub(crate) fn read_the_errmsg() -> Message {
    message!(
        en: "read the errmsg beside the code; its hint id finds the call in WeCom's query tool (错误码查询工具); `txl errcode` lists the table";
        zh: "请看错误码旁的 errmsg；用其中的 hint 可在企业微信的“错误码查询工具”中查到该次调用；`txl errcode` 列出全部错误码"
    )
}
