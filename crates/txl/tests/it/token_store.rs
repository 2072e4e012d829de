//! Tokens that are stored between commands.

use crate::run::{Ran, RunningSim, txl};

#[test]
fn trap_25_the_second_command_uses_the_token_of_the_first() {
    let sim = RunningSim::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache/tokens.json");
    let list = || {
        let mut command = sim.txl();
        command.args(["department", "list-ids", "-o", "json"]).env("WECOM_TOKEN_STORE", &path);
        Ran::of(command.output().expect("the command starts")).json();
        std::fs::read_to_string(&path).expect("the tokens are kept here")
    };
    let first = list();
    assert!(first.contains("access_token") && !first.contains(sim.text("contacts_secret")), "{first}");
    // A new token would have another lease and another expiry.
    assert_eq!(list(), first);
}

#[test]
fn by_default_tokens_are_in_the_users_cache() {
    let sim = RunningSim::start(&[]);
    let home = tempfile::tempdir().unwrap();
    let mut command = sim.txl();
    command
        .args(["department", "list-ids", "-o", "json"])
        .env_remove("WECOM_TOKEN_STORE")
        .env("HOME", home.path());
    #[cfg(all(unix, not(target_vendor = "apple")))]
    let kept = {
        command.env("XDG_CACHE_HOME", home.path().join("cache"));
        home.path().join("cache/txl/tokens.json")
    };
    #[cfg(target_vendor = "apple")]
    let kept = home.path().join("Library/Caches/txl/tokens.json");
    Ran::of(command.output().expect("the command starts")).json();
    #[cfg(unix)]
    assert!(kept.is_file(), "{}", kept.display());
}

#[test]
fn an_invalid_address_is_refused_without_printing_it() {
    for address in ["ftp://user:very-secret-secret@example.com", "redis-sentinel://:very-secret-secret@host"]
    {
        let mut command = txl();
        command
            .args(["department", "list-ids", "--corp-id", "ww1", "--contacts-secret", "s"])
            .args(["--token-store", address]);
        Ran::of(command.output().expect("the command starts")).fails_with(2).with_remedy();
    }
}

#[test]
fn an_unreachable_store_is_reported_and_the_command_succeeds() {
    let sim = RunningSim::start(&[]);
    // The port was just released, so it is closed.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = sim.txl();
    command
        .args(["department", "list-ids", "-o", "json"])
        .env("WECOM_TOKEN_STORE", format!("redis://127.0.0.1:{port}"));
    let ran = Ran::of(command.output().expect("the command starts"));
    ran.json();
    assert_eq!(ran.stderr.lines().count(), 1, "{ran:#?}");
    assert!(ran.stderr.contains("the token store does not work"), "{ran:#?}");
    assert!(!ran.stderr.contains('\x1b'), "colours are for terminals: {ran:#?}");
}
