//! The confirmation of deletions. It appears only on a terminal.

use crate::{
    pty::Terminal,
    run::{Ran, RunningSim},
};

fn on_a_terminal(sim: &RunningSim, words: &[&str]) -> Terminal {
    let mut command = sim.txl();
    command.args(words);
    Terminal::start(command, 80, 24)
}

#[test]
fn on_a_terminal_each_deletion_shows_the_name_and_requires_yes() {
    let sim = RunningSim::start(&[]);
    sim.run(&["department", "create", "空部门", "--id", "50", "--parent", "示例公司/研发部"]);
    sim.run(&["tag", "create", "空标签", "--id", "60"]);
    for (words, question, still_there) in [
        (
            vec!["member", "delete", "zhaoliu"],
            "delete member zhaoliu (赵六)? Type yes",
            vec!["member", "get", "zhaoliu"],
        ),
        (
            vec!["member", "delete-many", "zhaoliu"],
            "delete 1 member: zhaoliu? Type yes",
            vec!["member", "get", "zhaoliu"],
        ),
        (
            vec!["department", "delete", "空部门"],
            "delete department 50 (示例公司/研发部/空部门)? Type yes",
            vec!["department", "get", "50"],
        ),
        (vec!["tag", "delete", "60"], "delete tag 60 (空标签)? Type yes", vec!["tag", "get", "60"]),
    ] {
        for no in ["", "no", "yess"] {
            let mut terminal = on_a_terminal(&sim, &words);
            terminal.wait_for(question);
            terminal.enter(no);
            let (code, text) = terminal.end();
            assert_eq!(code, 1, "{words:?}: {text}");
            assert!(text.contains("nothing was done"), "{words:?}: {text}");
            assert_eq!(sim.run(&still_there).code, 0, "{words:?}");
        }
        let mut terminal = on_a_terminal(&sim, &words);
        terminal.wait_for(question);
        terminal.enter("yes");
        assert_eq!(terminal.end().0, 0, "{words:?}");
        assert_eq!(sim.run(&still_there).code, 1, "{words:?}");
        // The second command needs the member again.
        let _ = sim.run(&["member", "create", "zhaoliu", "赵六", "--mobile", "13900000666"]);
    }
}

#[test]
fn with_yes_or_without_a_terminal_there_is_no_question() {
    let sim = RunningSim::start(&[]);
    let (code, text) = on_a_terminal(&sim, &["member", "delete", "zhaoliu", "--yes"]).end();
    assert_eq!(code, 0, "{text}");
    assert!(!text.contains('?'), "{text}");
    let ran: Ran = sim.run(&["member", "delete", "wangwu"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "deleted member wangwu\n"), "{ran:?}");
}
