//! `txl completion`: scripts that complete commands and flags in a shell.

use clap::{Args, Command};
use clap_complete::{Shell, generate};

use crate::{failure::Result, output::print_bytes};

/// Print a script that completes commands and flags in a shell (命令补全)
///
/// It completes names, never values: no secret and no userid is read.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Completion {
    /// The shell
    shell: Shell,
}

const EXAMPLES: &str = "\
Where the script goes:
  bash        txl completion bash > ~/.local/share/bash-completion/completions/txl
  zsh         txl completion zsh > DIR/_txl, with DIR in fpath before compinit
  fish        txl completion fish > ~/.config/fish/completions/txl.fish
  powershell  txl completion powershell >> $PROFILE";

impl Completion {
    /// Prints the script for this command line.
    pub(crate) fn run(self, mut command: Command) -> Result {
        // The generator panics if a write fails, and memory does not fail.
        let mut script = Vec::new();
        generate(self.shell, &mut command, "txl", &mut script);
        print_bytes(&script)
    }
}
