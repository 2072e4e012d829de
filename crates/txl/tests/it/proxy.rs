//! Unusable proxies are refused and never bypassed.

use crate::run::{Ran, SECRET, txl};

/// Runs a call with these environment variables against a server that records any request.
fn get(arguments: &[&str], variables: &[(&str, &str)]) -> (Ran, bool) {
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", server.local_addr().unwrap());
    let mut command = txl();
    command.args(["member", "get", "zhouting", "--corp-id", "ww1", "--base-url", &base]).args(arguments);
    command.env("WECOM_APP_SECRET", SECRET).env("WECOM_AGENT_ID", "1000002");
    command.envs(variables.iter().copied());
    let ran = Ran::of(command.output().unwrap());
    server.set_nonblocking(true).unwrap();
    (ran, server.accept().is_ok())
}

#[test]
fn trap_46_an_unusable_proxy_is_a_usage_error_and_nothing_is_sent() {
    for (arguments, variables) in [
        (&["--proxy", "ftp://127.0.0.1:1"][..], &[][..]),
        (&["--proxy", "socks5://127.0.0.1:1"], &[]),
        (&[], &[("HTTP_PROXY", "ftp://127.0.0.1:1")]),
        (&[], &[("all_proxy", "socks5://127.0.0.1:1")]),
    ] {
        let (ran, was_asked) = get(arguments, variables);
        ran.fails_with(2);
        assert!(!was_asked, "{arguments:?} {variables:?}");
        assert!(ran.stderr.contains("only http and https are supported"), "{ran:#?}");
    }
}
