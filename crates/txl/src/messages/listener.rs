//! Servers of the command: where they listen.

use std::{io, net::SocketAddr};

use super::Message;

pub(crate) fn not_an_address(error: &io::Error) -> Message {
    message!(en: "{error}; an address looks like 127.0.0.1:8080"; zh: "不是有效的地址；地址形如 127.0.0.1:8080")
}

pub(crate) fn no_such_address() -> Message {
    message!(en: "no such address"; zh: "没有这个地址")
}

pub(crate) fn cannot_listen(address: SocketAddr) -> Message {
    message!(en: "cannot listen on {address}"; zh: "无法监听 {address}")
}

pub(crate) fn take_a_free_port() -> Message {
    message!(
        en: "another program has this port: stop it, or take a free port by --listen 127.0.0.1:0";
        zh: "该端口已被其他程序占用：请停止该程序，或用 --listen 127.0.0.1:0 选一个空闲端口"
    )
}

pub(crate) fn take_a_higher_port() -> Message {
    message!(en: "take a port above 1023"; zh: "请使用 1023 以上的端口")
}

pub(crate) fn use_an_address_of_this_machine() -> Message {
    message!(en: "use an address of this machine, such as 127.0.0.1:0"; zh: "请使用本机的地址，例如 127.0.0.1:0")
}
