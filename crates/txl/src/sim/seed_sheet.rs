//! A spreadsheet as the corp of a simulator: `txl sim --seed-file corp.xlsx`. The roster reader of `wecom-sheets` reads it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde_json::{Map, Value, json};
use wecom_contacts::DepartmentId;
use wecom_sheets::{
    Error, Options,
    roster::{
        DepartmentPlace, ListedField, RosterField, RosterOptions, RosterRow, RosterTable, RosterValue,
        WrittenDepartment,
    },
};
use wecom_sim::CorpFile;

use super::seed_departments::SeedDepartments;
use crate::{
    failure::{Failure, Result},
    messages,
    output::say,
    roster,
};

/// The words of the column 状态 for people who have left. They are no members.
const LEFT: [&str; 3] = ["离职", "已离职", "left"];
/// Maximum number of faults that are printed.
const SHOWN: usize = 20;
/// Columns that identify a person, in the order in which they are tried.
const KEYS: [RosterField; 3] = [RosterField::Userid, RosterField::Mobile, RosterField::Email];

/// Reads a spreadsheet.
///
/// # Errors
///
/// Fails if the file has no column of accounts, mobile numbers or mail addresses, if a cell cannot be read, or if a rule of the simulator forbids a
/// value.
pub(super) fn corp_file(path: &Path) -> Result<CorpFile> {
    let table = open(path)?;
    roster::print_columns(&table, say);
    let mut rows = table.rows();
    let mut people = Vec::new();
    for row in &mut rows {
        people.push(row.map_err(|error| roster::unreadable(path, &error))?);
    }
    let reading = rows.into_reading();
    roster::print_reading(&reading, say);
    if reading.fault_count > 0 {
        let faults: Vec<_> = reading.faults.iter().take(SHOWN).map(ToString::to_string).collect();
        let failure = Failure::usage(messages::sim::sheet_has_faults(path, reading.fault_count));
        let failure = faults
            .into_iter()
            .fold(failure, |failure, fault| failure.cause(messages::sim::fault_of_the_sheet(&fault)));
        return Err(failure.remedy(messages::sim::correct_the_sheet()));
    }
    let before = people.len();
    people.retain(|row| !has_left(row));
    if people.len() < before {
        say(messages::sim::people_who_have_left(before - people.len()));
    }
    let listed = listed(&table, path)?;
    let mut written: Vec<WrittenDepartment> = people.iter().flat_map(departments).cloned().collect();
    written.extend(listed.iter().map(|(names, _)| WrittenDepartment::Levels(names.clone())));
    let mut tree = SeedDepartments::new(written.iter(), listed.iter().filter_map(|(_, id)| *id));
    for (names, id) in &listed {
        match id {
            Some(id) => tree.add(names, *id),
            None => drop(tree.id(&WrittenDepartment::Levels(names.clone()))),
        }
    }
    let accounts = accounts(&people);
    let mut tags = Tags::default();
    let members: Vec<Value> = people
        .iter()
        .zip(&accounts.userids)
        .map(|(row, userid)| member(row, userid, &mut tree, &accounts, &mut tags))
        .collect();
    let corp = json!({"departments": tree.into_json(), "members": members, "tags": tags.into_json()});
    serde_json::from_value(corp).map_err(|error| {
        Failure::usage(messages::sim::not_a_corp_file(path))
            .because(&error)
            .remedy(messages::sim::correct_the_sheet())
    })
}

/// Opens the file with the first key that it has.
fn open(path: &Path) -> Result<RosterTable> {
    let mut missing = None;
    for key in KEYS {
        match RosterTable::open(path, &Options::new(), &RosterOptions::new().key(key.name())) {
            Ok(table) => return Ok(table),
            Err(error @ (Error::NoKey { .. } | Error::NoHeadings { .. })) => {
                missing.get_or_insert(error);
            }
            Err(error) => return Err(roster::unreadable(path, &error)),
        }
    }
    let failure = Failure::usage(messages::sim::sheet_has_no_key(path));
    let failure = match &missing {
        Some(error) => failure.because(error),
        None => failure,
    };
    Err(failure.remedy(messages::sim::name_the_columns()))
}

/// The departments of the workbook's sheet of departments, with their ids if the sheet has them.
fn listed(table: &RosterTable, path: &Path) -> Result<Vec<(Vec<String>, Option<u32>)>> {
    let unreadable = |error: &Error| roster::unreadable(path, error);
    let Some(sheet) = table.departments().map_err(|error| unreadable(&error))? else {
        return Ok(Vec::new());
    };
    let mut listed = Vec::new();
    let mut by_id: BTreeMap<DepartmentId, Vec<String>> = BTreeMap::new();
    for row in sheet.rows() {
        let row = row.map_err(|error| unreadable(&error))?;
        let split =
            |text: &str| -> Vec<String> { text.split('/').map(|name| name.trim().to_owned()).collect() };
        let names = match row.place() {
            Some(DepartmentPlace::Path(path)) => split(&path),
            Some(DepartmentPlace::Under { parent, name }) => {
                split(&parent).into_iter().chain([name]).collect()
            }
            Some(DepartmentPlace::UnderId { parent, name }) => {
                let above = by_id.get(&parent).cloned().unwrap_or_default();
                above.into_iter().chain([name]).collect()
            }
            None => continue,
        };
        let id = row.cell(ListedField::Id).text().and_then(|id| id.parse().ok());
        if let Some(id) = id {
            by_id.insert(DepartmentId(id), names.clone());
        }
        listed.push((names, id));
    }
    Ok(listed)
}

fn has_left(row: &RosterRow) -> bool {
    row.cell(RosterField::State).text().is_some_and(|state| LEFT.contains(&state))
}

fn departments(row: &RosterRow) -> &[WrittenDepartment] {
    match row.cell(RosterField::Department).value() {
        Some(RosterValue::Departments(departments)) => departments,
        _ => &[],
    }
}

/// The accounts of all people.
struct Accounts {
    userids: Vec<String>,
    /// Accounts by name, for leaders. A name that several people have is left out.
    by_name: BTreeMap<String, Option<String>>,
}

/// Returns the accounts of the file. A person without one gets `user1`, `user2`, ….
fn accounts(people: &[RosterRow]) -> Accounts {
    let given = |row: &RosterRow| row.cell(RosterField::Userid).text().map(str::to_owned);
    let taken: BTreeSet<String> =
        people.iter().filter_map(given).map(|userid| userid.to_ascii_lowercase()).collect();
    let mut free = (1_u64..).map(|number| format!("user{number}")).filter(|userid| !taken.contains(userid));
    let userids: Vec<String> =
        people.iter().map(|row| given(row).or_else(|| free.next()).unwrap_or_default()).collect();
    let made = people.iter().filter(|row| given(row).is_none()).count();
    if made > 0 {
        say(messages::sim::accounts_are_made(made));
    }
    let mut by_name: BTreeMap<String, Option<String>> = BTreeMap::new();
    for (row, userid) in people.iter().zip(&userids) {
        if let Some(name) = row.cell(RosterField::Name).text() {
            let entry = by_name.entry(name.to_owned());
            entry.and_modify(|known| *known = None).or_insert_with(|| Some(userid.clone()));
        }
    }
    Accounts { userids, by_name }
}

impl Accounts {
    /// Returns the account of a leader, who is written as an account or a unique name.
    fn leader(&self, text: &str) -> String {
        let is_account = self.userids.iter().any(|userid| userid.eq_ignore_ascii_case(text));
        match self.by_name.get(text) {
            Some(Some(userid)) if !is_account => userid.clone(),
            _ => text.to_owned(),
        }
    }
}

/// The members of each tag.
#[derive(Default)]
struct Tags(BTreeMap<String, Vec<String>>);

impl Tags {
    fn into_json(self) -> Vec<Value> {
        let tags = (1..).zip(self.0);
        tags.map(|(id, (name, members))| json!({"tagid": id, "tagname": name, "userlist": members})).collect()
    }
}

fn member(
    row: &RosterRow,
    userid: &str,
    tree: &mut SeedDepartments,
    accounts: &Accounts,
    tags: &mut Tags,
) -> Value {
    let mut member = Map::new();
    member.insert("userid".to_owned(), userid.into());
    let name = row.cell(RosterField::Name).text().unwrap_or(userid);
    member.insert("name".to_owned(), name.into());
    for field in [
        RosterField::Alias,
        RosterField::Mobile,
        RosterField::Email,
        RosterField::BizMail,
        RosterField::Position,
        RosterField::Telephone,
        RosterField::Address,
        RosterField::ExternalPosition,
    ] {
        if let Some(text) = row.cell(field).text() {
            member.insert(field.name().to_owned(), text.into());
        }
    }
    if let Some(RosterValue::Gender(gender)) = row.cell(RosterField::Gender).value() {
        member.insert("gender".to_owned(), gender.as_str().into());
    }
    if let Some(RosterValue::Flag(false)) = row.cell(RosterField::Enable).value() {
        member.insert("enable".to_owned(), 0.into());
    }
    if let Some(leader) = row.cell(RosterField::DirectLeader).text() {
        member.insert("direct_leader".to_owned(), json!([accounts.leader(leader)]));
    }
    if let Some(name) = row.cell(RosterField::ExternalCorpName).text() {
        member.insert("external_profile".to_owned(), json!({"external_corp_name": name}));
    }
    let departments: Vec<u32> = departments(row).iter().map(|department| tree.id(department)).collect();
    if !departments.is_empty() {
        member.insert("department".to_owned(), json!(departments));
        if let Some(leads) = leads(row, &departments, tree) {
            member.insert("is_leader_in_dept".to_owned(), json!(leads));
        }
        if let Some(RosterValue::Numbers(order)) = row.cell(RosterField::Order).value() {
            member.insert("order".to_owned(), json!(order));
        }
    }
    if let Some(RosterValue::Departments(main)) = row.cell(RosterField::MainDepartment).value()
        && let Some(main) = main.first()
    {
        member.insert("main_department".to_owned(), tree.id(main).into());
    }
    if let Some(RosterValue::List(names)) = row.cell(RosterField::Tags).value() {
        for name in names {
            tags.0.entry(name.clone()).or_default().push(userid.to_owned());
        }
    }
    Value::Object(member)
}

/// Returns 1 for each department that the person leads, else 0.
fn leads(row: &RosterRow, departments: &[u32], tree: &mut SeedDepartments) -> Option<Vec<u8>> {
    match row.cell(RosterField::Leader).value()? {
        RosterValue::Flags(flags) => Some(flags.iter().map(|flag| u8::from(*flag)).collect()),
        RosterValue::Departments(led) => {
            let led: Vec<u32> = led.iter().map(|department| tree.id(department)).collect();
            Some(departments.iter().map(|id| u8::from(led.contains(id))).collect())
        }
        _ => None,
    }
}
