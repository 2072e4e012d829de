//! `txl man`: manual pages, made from the help texts.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, Command};
use clap_mangen::Man;

use crate::{
    failure::{Failure, Result},
    file,
    messages::man as messages,
    output::{print_bytes, say},
};

/// Write the manual pages (手册页), or print one
///
/// Example: txl man member get | man -l -
#[derive(Args)]
pub(crate) struct Manual {
    /// The command whose page is printed. Defaults to txl itself
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    command: Vec<String>,
    /// Directory to write the pages of all commands to: txl.1, txl-member.1, txl-member-get.1, …
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Manual {
    /// Prints or writes pages of this command line.
    pub(crate) fn run(self, mut command: Command) -> Result {
        // Global flags reach the subcommands, and each gets its full name.
        command.build();
        if let Some(directory) = &self.dir {
            fs::create_dir_all(directory).map_err(|error| file::unwritable(directory, &error))?;
            let pages = write(&command, "txl", directory)?;
            say(messages::written(pages, directory));
            return Ok(());
        }
        let mut found = &command;
        let mut name = "txl".to_owned();
        for word in &self.command {
            found = found.get_subcommands().find(|below| below.get_name() == word).ok_or_else(|| {
                Failure::usage(messages::no_such_command(&name, word)).remedy(messages::see_help())
            })?;
            name = format!("{name} {word}");
        }
        print_bytes(&page(found))
    }
}

/// Writes the page of a command and of all its subcommands. Returns their number.
fn write(command: &Command, name: &str, directory: &Path) -> Result<usize> {
    let path = directory.join(format!("{name}.1"));
    fs::write(&path, page(command)).map_err(|error| file::unwritable(&path, &error))?;
    let mut pages = 1;
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        pages += write(below, &format!("{name}-{}", below.get_name()), directory)?;
    }
    Ok(pages)
}

/// The page of a command that was built, so that it knows its full name.
fn page(command: &Command) -> Vec<u8> {
    let mut page = Vec::new();
    let man = Man::new(command.clone()).source(concat!("txl ", env!("CARGO_PKG_VERSION"))).manual("txl");
    // Memory does not fail.
    let _ = man.render(&mut page);
    page
}
