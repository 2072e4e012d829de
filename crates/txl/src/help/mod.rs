//! `txl help`: the help of each command, and topics that belong to several commands.

mod chinese;
mod layout;
mod translated;

use clap::{Args, Command};

pub(crate) use self::{layout::laid_out, translated::translated};
use crate::{
    cli::EXIT_CODES,
    failure::{Failure, Result},
    language::{self, Language},
    messages::help as messages,
    output::print_text,
};

/// Print the help of a command, or explain a topic
///
/// Topics: secrets, exit-codes, formats, errcodes.
#[derive(Args)]
pub(crate) struct Help {
    /// A command, such as `member get`, or a topic: secrets, exit-codes, formats, errcodes
    #[arg(value_name = "COMMAND|TOPIC")]
    words: Vec<String>,
}

/// What programs need to know of exit codes, after the list.
const FOR_SCRIPTS: &str = "
The codes are the same in every version. With -o json the error is still a
text on stderr; the code tells a script what to do:

  1   read the error; for an import, an export or a run, some rows failed
  2   correct the command line: repeating it is useless
  3   repeat it later. A write may have run: read before you repeat it
  4   look at the plan, then allow it by the flag that the error names

`txl status --max-age 24h` ends with 1 if the mirror is older, for monitoring.
";

/// Returns the text of a topic.
fn topic(name: &str) -> Option<String> {
    Some(match name {
        "secrets" => include_str!("secrets.txt").to_owned(),
        "formats" => include_str!("formats.txt").to_owned(),
        "errcodes" => include_str!("errcodes.txt").to_owned(),
        "exit-codes" => format!("{EXIT_CODES}\n{FOR_SCRIPTS}"),
        _ => return None,
    })
}

impl Help {
    /// Prints the help of this command line.
    pub(crate) fn run(self, mut command: Command) -> Result {
        if let [word] = self.words.as_slice()
            && let Some(text) = topic(word)
        {
            return print_text(&text);
        }
        // Each subcommand gets its full name and the global flags.
        command.build();
        let mut found = &mut command;
        for word in &self.words {
            if found.find_subcommand(word).is_none() {
                let failure = Failure::usage(messages::no_such_command_or_topic(word));
                return Err(failure.remedy(messages::list_both()));
            }
            found = found.find_subcommand_mut(word).expect("it was found");
        }
        if language::current() == Language::Chinese {
            return print_text(&laid_out(&found.render_long_help().to_string()));
        }
        found.print_long_help().map_err(|error| Failure::of_stdout(&error))
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;
    use wecom_contacts::ErrorCode;

    use super::*;

    #[test]
    fn every_topic_fits_80_columns_and_is_named_in_the_help() {
        let help = Help::augment_args(Command::new("help")).render_long_help().to_string();
        for name in ["secrets", "exit-codes", "formats", "errcodes"] {
            let text = topic(name).unwrap();
            assert!(help.contains(name), "{name}");
            for line in text.lines() {
                assert!(line.width() <= 80, "{name}: {line}");
            }
        }
    }

    #[test]
    fn every_code_of_the_topic_is_in_the_table() {
        let text = topic("errcodes").unwrap();
        let codes: Vec<i32> = text
            .lines()
            .filter_map(|line| line.strip_prefix("   ")?.split_whitespace().next()?.parse().ok())
            .collect();
        assert_eq!(codes.len(), 8, "{codes:?}");
        assert!(codes.is_sorted() && codes.iter().all(|code| ErrorCode(*code).info().is_some()), "{codes:?}");
    }
}
