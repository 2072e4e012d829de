//! Imports into a chain (批量导入上下游联系人). Each corp of the file is imported with all its contacts or not at all.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{
    callback::{
        notify::{FinishedJob, JobReceiver},
        target::Receiver,
    },
    corp_groups::{Chain, ChainContact, ChainCorp},
    fail::Fail,
    state::World,
};

/// Maximum levels of groups below the root.
const GROUP_LEVELS: usize = 9;

impl World {
    /// Executes a submitted import and sends its event to the submitting app.
    pub(crate) fn finish_chain_import(&mut self, corp: usize, id: &str) {
        let groups = &mut self.corp_mut(corp).groups;
        let Some(place) = groups.imports.iter().position(|job| job.id == id) else {
            return;
        };
        let job = &mut groups.imports[place];
        let (chain_id, agent_id) = (job.chain_id.clone(), job.agent_id);
        let rows = std::mem::take(&mut job.rows);
        let mut failures = Vec::new();
        if let Some(chain) = groups.chains.iter_mut().find(|chain| chain.id == chain_id) {
            let mut seen = HashSet::new();
            for row in &rows {
                if let Err(failure) = import_row(chain, row, &mut seen) {
                    failures.push(failure);
                }
            }
        }
        let import_status = match failures.len() {
            0 => 1,
            count if count < rows.len() => 2,
            _ => 3,
        };
        groups.imports[place].result = Some(json!({
            "chain_id": chain_id,
            "import_status": import_status,
            "fail_list": failures,
        }));
        let finished = FinishedJob {
            id: id.into(),
            kind: "import_chain_contact",
            errcode: 0,
            errmsg: "ok".into(),
            to: JobReceiver::Submitter(Receiver::App(agent_id)),
        };
        self.record_job(corp, finished);
    }
}

/// Imports one corp with all its contacts. One invalid contact stops the import of its corp (doc 95823).
fn import_row(chain: &mut Chain, row: &Value, seen: &mut HashSet<String>) -> Result<(), Value> {
    let given = |key: &str| row[key].as_str().unwrap_or_default().trim();
    let (name, custom_id, path) = (given("corp_name"), given("custom_id"), given("group_path"));
    let refuse = |code: i32, contacts: Vec<Value>| {
        let fail = Fail::of(code);
        json!({
            "corp_name": name,
            "custom_id": custom_id,
            "errcode": code,
            "errmsg": fail.text(),
            "contact_info_list": contacts,
        })
    };
    if name.is_empty() {
        return Err(refuse(670_012, Vec::new()));
    }
    if name.chars().count() > 32
        || !name.chars().all(|one| one.is_alphanumeric() || " -_()（）".contains(one))
    {
        return Err(refuse(670_013, Vec::new()));
    }
    if custom_id.len() > 64 || !custom_id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(refuse(670_011, Vec::new()));
    }
    if !seen.insert(name.to_owned()) {
        return Err(refuse(670_028, Vec::new()));
    }
    if path.split('/').filter(|name| !name.is_empty()).count() > GROUP_LEVELS {
        return Err(refuse(670_020, Vec::new()));
    }
    let taken = |corp: &&ChainCorp| !custom_id.is_empty() && corp.custom_id == custom_id && corp.name != name;
    if chain.corps.iter().any(|corp| taken(&corp)) {
        return Err(refuse(670_009, Vec::new()));
    }
    let people: &[Value] = row["contact_info_list"].as_array().map_or(&[], Vec::as_slice);
    let bad: Vec<_> = people
        .iter()
        .filter_map(|person| {
            let code = contact_fault(person)?;
            Some(json!({
                "mobile": person["mobile"].as_str().unwrap_or_default(),
                "errcode": code,
                "errmsg": Fail::of(code).text(),
            }))
        })
        .collect();
    if let Some(code) = bad.first().and_then(|first| first["errcode"].as_i64()) {
        return Err(refuse(code as i32, bad));
    }
    let contacts = people.iter().map(|person| ChainContact {
        mobile: person["mobile"].as_str().unwrap_or_default().into(),
        user_custom_id: person["user_custom_id"].as_str().unwrap_or_default().into(),
    });
    // Only a new corp is put into the given group; an existing corp stays in its group.
    if let Some(corp) = chain.corps.iter_mut().find(|corp| corp.name == name) {
        corp.contacts.extend(contacts);
        return Ok(());
    }
    let contacts = contacts.collect();
    let group = chain.group_at(path);
    let random: String = std::iter::repeat_with(fastrand::alphanumeric).take(16).collect();
    chain.corps.push(ChainCorp {
        name: name.into(),
        id: format!("wp{random}"),
        joined: false,
        group,
        custom_id: custom_id.into(),
        invite_userid: String::new(),
        contacts,
    });
    Ok(())
}

fn contact_fault(person: &Value) -> Option<i32> {
    let name = person["name"].as_str().unwrap_or_default();
    let custom_id = person["user_custom_id"].as_str().unwrap_or_default();
    if name.is_empty() {
        Some(670_014)
    } else if name.chars().count() > 32 {
        Some(670_015)
    } else if !matches!(person["identity_type"].as_i64(), Some(1 | 2)) {
        Some(670_016)
    } else if person["mobile"].as_str().is_none_or(str::is_empty) {
        Some(40058)
    } else if !custom_id.is_empty() && !is_user_custom_id(custom_id) {
        Some(670_032)
    } else {
        None
    }
}

/// Whether the text is a 64-bit number without leading zeros, from 1 to 2^64-2, with neither 11 nor 13 digits (those
/// could be mobiles).
fn is_user_custom_id(text: &str) -> bool {
    !text.starts_with('0')
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && ![11, 13].contains(&text.len())
        && text.parse::<u64>().is_ok_and(|number| number < u64::MAX)
}
