//! A session in a shell: commands, and what they print.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// The languages of the command, each with the ending of its files.
pub(super) const LANGUAGES: [Language; 2] = [
    Language { name: "en", locale: "en_US.UTF-8", ending: "" },
    Language { name: "zh", locale: "zh_CN.UTF-8", ending: "-zh" },
];

pub(super) struct Language {
    name: &'static str,
    locale: &'static str,
    pub(super) ending: &'static str,
}

/// A text in English and in Chinese.
#[derive(Clone, Copy)]
pub(super) struct Text(&'static str, &'static str);

impl Text {
    pub(super) fn of(self, language: &Language) -> &'static str {
        if language.name == "zh" { self.1 } else { self.0 }
    }
}

/// A recorded session.
pub(super) struct Session {
    /// The name of its files.
    pub(super) name: &'static str,
    pub(super) title: Text,
    /// Files in the directory in which the commands run.
    files: &'static [(&'static str, &'static str)],
    lines: &'static [Line],
}

enum Line {
    /// A remark.
    Note(Text),
    /// Arguments of `txl` without quotes, and the expected exit code.
    Txl(&'static str, i32),
    /// A file of the session, shown by `cat`.
    Cat(&'static str),
}
use Line::{Cat, Note, Txl};

/// The sessions. Each has a simulator of its own with the small default corp.
pub(super) const SESSIONS: [Session; 2] = [
    Session {
        name: "first-use",
        title: Text("First use of txl", "初次使用 txl"),
        files: &[],
        lines: &[
            Note(Text(
                "The credentials are in WECOM_CORP_ID, WECOM_CONTACTS_SECRET, …",
                "凭证放在 WECOM_CORP_ID、WECOM_CONTACTS_SECRET 等环境变量里",
            )),
            Txl("auth check", 0),
            Txl("department list", 0),
            Txl("member list-simple 3", 0),
            Txl("member update wangwu --position 架构师 --clear alias", 0),
            Txl("department get 3 -o json", 0),
            Txl("member get wangwuu", 1),
            Txl("errcode 60020", 0),
        ],
    },
    Session {
        name: "weekly-job",
        title: Text("The weekly job: plan, apply, undo", "每周的花名册：计划、执行、撤销"),
        files: &[
            (
                "roster.toml",
                "[roster]\nscope = [\"示例公司\"]\nleavers = \"disable\"\nprotected = [\"zhangsan\"]\n",
            ),
            (
                "week.csv",
                "帐号,姓名,手机号,部门,职位\n\
                 zhangsan,张三,,示例公司,总经理\n\
                 lisi,李四,,示例公司/研发部,研发总监\n\
                 wangwu,王五,,示例公司/研发部/后端组,架构师\n\
                 zhaoliu,赵六,,示例公司/市场部,工程师\n\
                 zhouba,周八,,示例公司/人事部,人事专员\n\
                 sunqi,孙七,,示例公司/市场部,市场经理\n\
                 chenjie,陈洁,13800000301,示例公司/人事部,专员\n",
            ),
        ],
        lines: &[
            Note(Text(
                "HR's file of this week, and the policy beside it.",
                "人事本周给的文件，旁边是策略文件",
            )),
            Cat("week.csv"),
            Cat("roster.toml"),
            Note(Text("What would change? Nothing is sent.", "会改什么？这一步不发送任何修改")),
            Txl("plan week.csv --out plan.json", 0),
            Txl("apply plan.json --yes", 0),
            Note(Text("Was that wrong? It can be taken back.", "改错了？可以撤销")),
            Txl("undo 1 --yes", 0),
        ],
    },
];

/// The address that recordings show instead of the simulator's, which has a free port.
const SHOWN_ADDRESS: &str = "http://127.0.0.1:8420";

impl Session {
    /// Runs the commands, and returns them with what they print.
    pub(super) fn record(&self, txl: &Path, language: &Language) -> Result<String> {
        let folder = tempfile::tempdir()?;
        let home = tempfile::tempdir()?;
        for (name, content) in self.files {
            fs::write(folder.path().join(name), content)?;
        }
        let sim = Simulator::start(txl)?;
        let mut transcript = String::new();
        for line in self.lines {
            match line {
                Note(note) => transcript.push_str(&format!("# {}\n", note.of(language))),
                Cat(file) => {
                    let content = fs::read_to_string(folder.path().join(file))?;
                    transcript.push_str(&format!("$ cat {file}\n{content}"));
                }
                Txl(arguments, expected) => {
                    let mut command = Command::new(txl);
                    command.args(arguments.split(' ')).current_dir(folder.path());
                    let command = with_environment(command, language, &sim.url, home.path());
                    let (output, code) = printed(command)?;
                    if code != Some(*expected) {
                        bail!("`txl {arguments}` ended with {code:?} instead of {expected}:\n{output}");
                    }
                    let output = normalised(&output.replace(&sim.url, SHOWN_ADDRESS));
                    transcript.push_str(&format!("$ txl {arguments}\n{output}"));
                }
            }
        }
        Ok(transcript)
    }
}

/// Gives a command the same environment on every machine.
fn with_environment(mut command: Command, language: &Language, url: &str, home: &Path) -> Command {
    command
        .env_clear()
        .env("HOME", home)
        .env("LANG", language.locale)
        .env("TXL_LANG", language.name)
        .env("TZ", "Asia/Shanghai")
        .env("WECOM_BASE_URL", url)
        .env("WECOM_CORP_ID", "ww1234567890abcdef")
        .env("WECOM_CONTACTS_SECRET", "sim-contacts-secret")
        .env("WECOM_AGENT_ID", "1000002")
        .env("WECOM_APP_SECRET", "sim-app-secret");
    command
}

/// Runs a command. Returns what it prints on stdout and stderr, in the order of a terminal, and its exit code.
fn printed(mut command: Command) -> Result<(String, Option<i32>)> {
    let (mut reader, writer) = io::pipe()?;
    let mut process = command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .spawn()
        .context("cannot start txl")?;
    // The command holds the other ends of the pipe.
    drop(command);
    let mut output = String::new();
    reader.read_to_string(&mut output)?;
    Ok((output, process.wait()?.code()))
}

/// What precedes the random number of a refusal.
const HINT: &str = "hint: [";

/// Replaces the times of this machine's clock, and the random numbers of refusals.
fn normalised(output: &str) -> String {
    let with_times = replaced(output, "####-##-## ##:##Z", "2026-01-05 01:00Z");
    // A plan is valid for three days.
    let with_times = with_times.replace("valid until 2026-01-05", "valid until 2026-01-08");
    let with_times = with_times.replace("有效期至 2026-01-05", "有效期至 2026-01-08");
    let with_times = replaced(&with_times, "expires in #### seconds", "expires in 7200 seconds");
    let with_times = replaced(&with_times, "在 #### 秒后过期", "在 7200 秒后过期");
    let mut parts = with_times.split(HINT);
    let mut output = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        output.push_str(HINT);
        output.push_str("1767574800");
        output.push_str(part.trim_start_matches(|one: char| one.is_ascii_digit()));
    }
    output
}

/// Replaces every text that has the shape of `pattern`, where `#` is a digit.
fn replaced(text: &str, pattern: &str, by: &str) -> String {
    let fits = |candidate: &[u8]| {
        candidate.iter().zip(pattern.as_bytes()).all(|(one, expected)| match expected {
            b'#' => one.is_ascii_digit(),
            _ => one == expected,
        })
    };
    let mut output = String::new();
    let mut rest = text;
    while let Some(one) = rest.chars().next() {
        let length = match rest.as_bytes().get(..pattern.len()) {
            Some(candidate) if fits(candidate) => {
                output.push_str(by);
                pattern.len()
            }
            _ => {
                output.push(one);
                one.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    output
}

/// A simulator with a stopped clock.
struct Simulator {
    process: Child,
    url: String,
}

impl Simulator {
    fn start(txl: &Path) -> Result<Self> {
        let mut process = Command::new(txl)
            .args(["sim", "--listen", "127.0.0.1:0", "--freeze", "--now", "2026-01-05T09:00:00+08:00"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start txl sim")?;
        let stdout = process.stdout.take();
        // From here on an error ends the process.
        let mut sim = Self { process, url: String::new() };
        let mut ready = String::new();
        BufReader::new(stdout.context("txl sim has no stdout")?).read_line(&mut ready)?;
        let ready: serde_json::Value =
            serde_json::from_str(&ready).context("txl sim printed no ready line")?;
        sim.url = ready["url"].as_str().context("the ready line has no url")?.to_owned();
        Ok(sim)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // The process may already have ended, so an error has no consequence.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_times_of_this_machine_and_random_numbers_are_replaced() {
        let refusal = "userid not found, hint: [17675748005719932716072], from ip: 127.0.0.1";
        assert_eq!(normalised(refusal), "userid not found, hint: [1767574800], from ip: 127.0.0.1");
        let output = "Compared with pull 1 of 2026-11-28 17:25Z; valid until 2026-12-01 17:25Z\n张三 2022-06-20 2026-1\n";
        let expected = "Compared with pull 1 of 2026-01-05 01:00Z; valid until 2026-01-08 01:00Z\n张三 2022-06-20 2026-1\n";
        assert_eq!(normalised(output), expected);
    }
}
