//! Making a plan: the pull, the roster and the policy.

use std::{collections::BTreeSet, ops::RangeInclusive, path::PathBuf, sync::Arc};

use clap::Args;
use jiff::Timestamp;
use wecom_contacts::{CorpId, members::MemberField};
use wecom_directory::{
    plan::{Kind, LookUps, Plan, Planning},
    policy::{Policy, Span},
    roster::{Column, Place, Roster, RosterFile},
    store::{MemberKey, Store},
};

use super::{fingerprint, look_ups::Day};
use crate::{
    access::Access,
    directory::{self, MirrorFlags},
    failure::{Failure, Result},
    messages::{Message, plan as messages},
    output::say,
    roster::{KnownCorp, ReadingArgs, RosterFiles, policy},
};

/// No flag names more lines than this.
const MOST_LINES: u32 = 1_000_000;

/// How a plan is made.
#[derive(Args)]
#[command(next_help_heading = "Planning (变更计划)")]
pub(crate) struct PlanningArgs {
    /// Policy file [default: roster.toml beside the roster, if it exists]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Compare with the mirror as it is, without a pull
    #[arg(long)]
    offline: bool,
    /// How long the plan can be applied, such as 3d or 12h
    #[arg(long, value_name = "SPAN", default_value = "3 days", value_parser = str::parse::<Span>)]
    max_age: Span,
    /// Rename or move a department: 'A=B', where A is its path or a unique tail and B its new name or new path
    #[arg(long, value_name = "A=B", value_parser = renaming)]
    rename: Vec<(String, String)>,
    /// Confirm that this department is new, and not a renamed one
    #[arg(long, value_name = "PATH")]
    new_department: Vec<String>,
    /// Accept the faults of these rows, such as 14,88-90 or leavers.csv:7: they do not hold back leavers
    #[arg(long, value_name = "LINES", value_delimiter = ',', value_parser = lines)]
    ignore_rows: Vec<Lines>,
    /// Confirm that the people of these rows are new, although a member has the same name
    #[arg(long, value_name = "LINES", value_delimiter = ',', value_parser = lines)]
    new_people: Vec<Lines>,
    /// Write this field even if its present value is hidden
    #[arg(long, value_name = "FIELD", value_parser = field)]
    write_hidden: Vec<MemberField>,
    /// Look up who has the mobile number or the mail address of a new person where members hide theirs (user/getuserid); one call a
    /// day for 20 members at most
    #[arg(long, conflicts_with = "offline")]
    look_up: bool,
    /// Plan only these kinds: create, update, move, disable, enable, remove, departments, tags
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = str::parse::<Kind>)]
    only: Vec<Kind>,
    /// Leave out the changes of this member
    #[arg(long, value_name = "USERID", value_delimiter = ',')]
    exclude: Vec<String>,
    #[command(flatten)]
    reading: ReadingArgs,
}

/// What a plan is made from.
#[derive(Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// The files of a roster.
    Roster(&'a [PathBuf]),
    /// The removal of members whom runs disabled at least this long ago.
    RemoveDisabled(Span, &'a [PathBuf]),
}

/// Lines of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Lines {
    file: Option<String>,
    lines: RangeInclusive<u32>,
}

impl PlanningArgs {
    /// Reads the corp and the roster, and makes the plan.
    pub(crate) async fn plan(
        &self,
        wanted: Wanted<'_>,
        mirror: &MirrorFlags,
        access: &Access,
        shows_progress: bool,
    ) -> Result<(Plan, Arc<dyn Store>, CorpId)> {
        let (Wanted::Roster(paths) | Wanted::RemoveDisabled(_, paths)) = wanted;
        let policy = policy::read(self.policy.as_deref(), paths, access)?;
        // A missing file is reported before the corp is read.
        let files = match wanted {
            Wanted::Roster(paths) => {
                for path in paths {
                    if super::file::says_plan(path)? {
                        let failure = Failure::usage(messages::is_a_plan(path));
                        return Err(failure.remedy(messages::show_or_apply(path)));
                    }
                }
                Some(RosterFiles::open(paths)?)
            }
            Wanted::RemoveDisabled(..) => None,
        };
        let (store, corp) = if self.offline {
            let store = mirror.open_existing().await?;
            let corp = directory::corp(access, &*store).await?;
            say_age(&*store, &corp).await?;
            (store, corp)
        } else {
            let store = mirror.open().await?;
            directory::pull_now(access, &*store, shows_progress).await?;
            (store, CorpId::new(access.corp_id()?))
        };
        let mut planning = self.planning(policy.clone());
        if let Some(key) = fingerprint::existing()? {
            planning = planning.fingerprint_key(key);
        }
        let plan = match (wanted, files) {
            (Wanted::Roster(_), Some(files)) => {
                let unknown = self.reading.unknown_headings(&files, &policy);
                let known = KnownCorp::read(&*store, &corp, &unknown).await?;
                let roster = self.reading.read(&files, &policy, &known)?;
                self.check_excluded(&*store, &corp, Some(&roster), &policy).await?;
                let planning = planning
                    .ignore_rows(places(&self.ignore_rows, &roster.files)?)
                    .new_people(places(&self.new_people, &roster.files)?);
                if self.look_up {
                    self.with_look_ups(planning, &*store, &corp, &roster, access).await?
                } else {
                    planning.roster(&*store, &corp, &roster).await?
                }
            }
            (Wanted::RemoveDisabled(age, _), _) => {
                self.check_excluded(&*store, &corp, None, &policy).await?;
                planning.remove_disabled(&*store, &corp, age).await?
            }
            (Wanted::Roster(_), None) => return Err(Failure::usage(messages::no_roster())),
        };
        Ok((plan, store, corp))
    }

    /// Fails if `--exclude` has an unknown userid. With a wrong one, the changes of the member who is meant would be sent.
    async fn check_excluded(
        &self,
        store: &dyn Store,
        corp: &CorpId,
        roster: Option<&Roster>,
        policy: &Policy,
    ) -> Result {
        let mut unknown: BTreeSet<MemberKey> =
            self.exclude.iter().map(|userid| userid.as_str().into()).collect();
        if unknown.is_empty() || policy.roster.new_userid.is_some() {
            // A policy that makes userids decides on them later.
            return Ok(());
        }
        let asked: Vec<_> = unknown.iter().cloned().collect();
        for record in store.members(corp, &asked).await? {
            unknown.remove(&MemberKey::from(&record.member.userid));
        }
        let column = Column::Field(MemberField::Userid);
        if let Some(roster) = roster {
            for userid in (0..roster.len()).filter_map(|row| roster.cell(row, &column).value()) {
                unknown.remove(&MemberKey::from(userid));
            }
        }
        match self.exclude.iter().find(|userid| unknown.contains(&userid.as_str().into())) {
            Some(userid) => Err(Failure::usage(messages::excludes_an_unknown_member(userid))
                .remedy(messages::correct_the_userid())),
            None => Ok(()),
        }
    }

    /// Makes the plan with as many look-ups as the day has left.
    async fn with_look_ups(
        &self,
        planning: Planning,
        store: &dyn Store,
        corp: &CorpId,
        roster: &Roster,
        access: &Access,
    ) -> Result<Plan> {
        let client = match access.app_if_given()? {
            Some(app) => app,
            None => access.contacts()?,
        };
        let corps = store.corps().await?;
        let members = corps.iter().find(|summary| summary.corp == *corp).map_or(0, |summary| summary.members);
        let day = Day::today(corp)?;
        let mut look_ups = LookUps::new(client, day.left(members));
        let plan = planning.roster_with_look_ups(store, corp, roster, &mut look_ups).await?;
        day.add(look_ups.made(), corp)?;
        Ok(plan)
    }

    fn planning(&self, policy: Policy) -> Planning {
        let mut planning =
            Planning::new(policy).made_by(concat!("txl ", env!("CARGO_PKG_VERSION"))).max_age(self.max_age);
        if let Some(operator) = operator() {
            planning = planning.operator(operator);
        }
        for (from, to) in &self.rename {
            planning = planning.rename(from, to);
        }
        for department in &self.new_department {
            planning = planning.new_department(department);
        }
        for field in &self.write_hidden {
            planning = planning.write_hidden(*field);
        }
        for userid in &self.exclude {
            planning = planning.exclude(userid.as_str());
        }
        if self.only.is_empty() { planning } else { planning.only(self.only.iter().copied()) }
    }
}

/// The name of the operating system's user.
pub(crate) fn operator() -> Option<String> {
    let name = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    name.filter(|name| !name.is_empty())
}

async fn say_age(store: &dyn Store, corp: &CorpId) -> Result {
    let summary = store.corps().await?.into_iter().find(|summary| summary.corp == *corp);
    if let Some(pull) = summary.and_then(|summary| summary.last_pull) {
        say(messages::offline(Timestamp::now().duration_since(pull.ended_at)));
    }
    Ok(())
}

fn renaming(text: &str) -> std::result::Result<(String, String), Message> {
    match text.split_once('=') {
        Some((from, to)) if !from.is_empty() && !to.is_empty() => Ok((from.to_owned(), to.to_owned())),
        _ => Err(messages::rename_expected()),
    }
}

fn field(name: &str) -> std::result::Result<MemberField, Message> {
    MemberField::from_name(name).ok_or_else(|| messages::unknown_field(name))
}

/// Reads `14`, `14-20` or `FILE:14`.
fn lines(text: &str) -> std::result::Result<Lines, Message> {
    let (file, range) = match text.rsplit_once(':') {
        Some((file, range)) => (Some(file.to_owned()), range),
        None => (None, text),
    };
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let number = |text: &str| text.trim().parse::<u32>().ok().filter(|line| (1..=MOST_LINES).contains(line));
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => Ok(Lines { file, lines: first..=last }),
        _ => Err(messages::lines_expected()),
    }
}

/// The places of lines; a line without a file is one of the first file.
fn places(lines: &[Lines], files: &[RosterFile]) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    for Lines { file, lines } in lines {
        let number = match file {
            None => Some(0),
            Some(name) => files.iter().position(|file| file.name == *name),
        };
        let number = number.and_then(|number| u16::try_from(number).ok());
        let Some(file) = number else {
            return Err(Failure::usage(messages::no_such_file(file.as_deref().unwrap_or_default(), files)));
        };
        places.extend(lines.clone().map(|line| Place { file, line }));
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbers_and_ranges_of_a_file() {
        let files =
            ["a.csv", "b.csv"].map(|name| RosterFile { name: name.to_owned(), sha256: String::new() });
        let given: Vec<_> = ["14", "88-90", "b.csv:7"].into_iter().map(|text| lines(text).unwrap()).collect();
        let found: Vec<_> =
            places(&given, &files).unwrap().iter().map(|place| (place.file, place.line)).collect();
        assert_eq!(found, [(0, 14), (0, 88), (0, 89), (0, 90), (1, 7)]);
        for text in ["", "x", "0", "9-3", "1-9999999", "a.csv:"] {
            assert!(lines(text).is_err(), "{text}");
        }
        assert!(places(&[lines("c.csv:7").unwrap()], &files).is_err());
    }
}
