//! Standard streams that are closed when the command starts.

use crate::run::{Ran, RunningSim, in_a_shell};

#[test]
fn a_closed_stdout_is_a_failure_of_commands_that_print_data() {
    let sim = RunningSim::start(&[]);
    let at_sim = |script: &str, arguments: &[&str]| {
        let mut command = in_a_shell(script, arguments);
        for (name, value) in sim.txl().get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        Ran::of(command.output().unwrap())
    };
    for arguments in [
        &["member", "list", "2"][..],
        &["member", "get", "zhangsan", "-o", "json"],
        &["department", "create", "新部门", "--parent", "1"],
        &["export", "members"],
    ] {
        let ran = at_sim("exec \"$@\" >&-", arguments);
        ran.fails_with(1);
        assert!(ran.stderr.contains("stdout"), "{ran:?}");
    }
    let ran = at_sim("exec \"$@\" >/dev/null", &["member", "list", "2"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let ran = at_sim("exec \"$@\" >&-", &["member", "update", "zhangsan", "--position", "x"]);
    assert_eq!(ran.code, 0, "the command prints no data: {ran:?}");
    let ran = at_sim("exec \"$@\" <&-", &["media", "upload", "-"]);
    ran.fails_with(1);
    assert!(ran.stderr.contains("stdin"), "{ran:?}");
}
