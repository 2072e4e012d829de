//! The policy file: `roster.toml` beside the roster, or the file of `--policy`.

use std::path::{Path, PathBuf};

use wecom_directory::policy::Policy;

use crate::{
    access::Access,
    failure::{Failure, Result},
    file,
    messages::roster as messages,
    output::say,
};

/// The name of the policy file beside a roster.
const NAME: &str = "roster.toml";

/// Reads the policy that a flag names, else the one beside the first roster, or in the current directory if there is no roster. The defaults apply if neither exists.
///
/// # Errors
///
/// Fails if the file cannot be read, is no policy, or is for another profile.
pub(crate) fn read(flag: Option<&Path>, rosters: &[PathBuf], access: &Access) -> Result<Policy> {
    let Some(path) = flag.map(Path::to_owned).or_else(|| beside(rosters)) else {
        say(match rosters {
            [] => messages::no_policy_here(NAME),
            _ => messages::no_policy(NAME),
        });
        return Ok(Policy::default());
    };
    let text = file::text(&path)?;
    let policy = parse(&text, &path)?;
    say(messages::policy(&path));
    let Some(expected) = &policy.profile else { return Ok(policy) };
    let used = access.profile_name()?;
    if used.as_ref() != Some(expected) {
        return Err(Failure::usage(messages::other_profile(&path, expected, used.as_deref()))
            .remedy(messages::use_the_profile(expected)));
    }
    Ok(policy)
}

/// The policy beside the first roster that is a file, or in the current directory for a plan without a roster.
fn beside(rosters: &[PathBuf]) -> Option<PathBuf> {
    let directory = match rosters {
        [] => Path::new("."),
        rosters => file::directory_of(rosters.iter().find(|path| path.as_path() != Path::new("-"))?),
    };
    Some(directory.join(NAME)).filter(|path| path.exists())
}

fn parse(text: &str, path: &Path) -> Result<Policy> {
    toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start).min(text.len());
        let line = text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count() + 1;
        Failure::usage(messages::invalid_policy(path, line, error.message()))
            .remedy(messages::correct_the_policy())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::test::in_chinese;

    #[test]
    fn a_fault_of_the_policy_has_its_line() {
        for (text, line, words) in [
            ("[roster]\nkey = \"工号\"\nleaver = \"keep\"\n", 3, "leaver"),
            ("[roster]\nleavers = \"remove\"\n", 2, "remove"),
            ("[gate]\nmembers_removed = { share = 5 }\n", 1, "share"),
            ("[gate]\nwindow = \"7 moons\"\n", 1, "span of time"),
            ("[roster\n", 1, ""),
        ] {
            let failure = parse(text, Path::new("roster.toml")).unwrap_err().to_string();
            assert!(failure.contains(words), "{failure}");
            assert!(failure.contains("roster.toml, line "), "{line}: {failure}");
        }
        assert_eq!(parse("", Path::new("roster.toml")).unwrap(), Policy::default());
    }

    #[test]
    fn a_fault_of_the_policy_is_in_chinese() {
        for (text, words) in [
            ("[roster]\nleaver = \"keep\"\n", "第 2 行：未知的键 `leaver`；可用的键：`key`、"),
            ("[roster]\nleavers = \"remove\"\n", "第 2 行：不支持的值 `remove`；可用的值：`keep`、`disable`"),
            ("[gate]\nmembers = { share = 0.5 }\n", "[gate] 中没有名为 members 的上限"),
            ("[gate]\nmembers_removed = { share = 5 }\n", "share 应为 0 到 1 之间的数"),
            ("[gate]\nwindow = \"7 moons\"\n", "时长无效"),
            ("[roster\n", "TOML 解析报告："),
        ] {
            let parsed = in_chinese(|| parse(text, Path::new("roster.toml")));
            let failure = parsed.unwrap_err().to_string();
            assert!(failure.contains(words), "{failure}");
        }
    }
}
