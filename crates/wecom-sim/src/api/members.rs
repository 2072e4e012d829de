//! Members (成员管理): reading, writing, inviting.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::json;

use super::{
    call::{Call, Outcome},
    member_form,
    reply::Reply,
};
use crate::world::{
    Fail, Lookup, Member, MemberNo, MemberRow, SimpleMemberRow, View, World, day_in_beijing, plain_mobile,
};

/// Maximum number of ids in one `user/batchdelete` (40032).
const DELETED_AT_ONCE: usize = 200;
/// Maximum number of members in one list (45029). The real limit is in bytes and is not published.
const LISTED_AT_ONCE: usize = 100_000;
const ROWS_OF_PAGE: i64 = 10_000;
/// Maximum number of members, departments and tags in one `batch/invite`.
const INVITED: [usize; 3] = [1000, 100, 100];

/// `user/create`, doc 90195.
pub(super) fn create(world: &mut World, call: &Call) -> Outcome {
    let mut form = member_form::read(&call.args, &world.choices);
    form.make_departments = !world.choices.strict_departments;
    if form.department.is_none() && call.args.value("department").is_some() {
        // A `department` that is not a number answers 40066, unlike a missing one (recorded live).
        form.department = Some(Vec::new());
    }
    let created = world.create_member(call.caller.corp, call.caller.actor(), &form, call.now)?;
    if created.departments.is_empty() {
        return Ok(Reply::said("created"));
    }
    let made: Vec<_> = created.departments.iter().map(|(id, name)| json!({"name": name, "id": id})).collect();
    Ok(Reply::with("created", &json!({"created_department_list": {"department_info": made}})))
}

/// `user/get`, doc 90196.
pub(super) fn get(world: &World, call: &Call) -> Outcome {
    let view = world.view(&call.caller);
    let (no, member) = view.required_member(call.args.text("userid").unwrap_or_default())?;
    Ok(Reply::ok(&MemberRow { view: &view, no, member }))
}

/// `user/update`, doc 90197.
pub(super) fn update(world: &mut World, call: &Call) -> Outcome {
    let mut form = member_form::read(&call.args, &world.choices);
    if world.choices.drop_leaders
        && form.is_leader_in_dept.is_none()
        && let Some(departments) = &form.department
    {
        form.is_leader_in_dept = Some(vec![0; departments.len()]);
    }
    world.update_member(call.caller.corp, call.caller.actor(), &form, call.now)?;
    Ok(Reply::said("updated"))
}

/// `user/delete`, doc 90198.
pub(super) fn delete(world: &mut World, call: &Call) -> Outcome {
    let userid = call.args.text("userid").unwrap_or_default();
    world.delete_member(call.caller.corp, call.caller.actor(), userid)?;
    Ok(Reply::said("deleted"))
}

/// `user/batchdelete`, doc 90199. Deletes all members or none.
pub(super) fn delete_many(world: &mut World, call: &Call) -> Outcome {
    let userids = call.args.texts("useridlist").unwrap_or_default();
    if userids.is_empty() {
        return Err(Fail::of(40063));
    }
    if userids.len() > DELETED_AT_ONCE {
        return Err(Fail::of(40032));
    }
    let corp = world.corp(call.caller.corp);
    for userid in &userids {
        let (_, member) = corp.required_member(userid).map_err(|_| Fail::of(40031))?;
        if corp.console.is_creator(&member.userid) {
            return Err(Fail::of(301_005));
        }
    }
    for userid in &userids {
        match world.delete_member(call.caller.corp, call.caller.actor(), userid) {
            // The list contains the same member twice.
            Err(fail) if fail.code == 60111 => {}
            outcome => outcome?,
        }
    }
    Ok(Reply::said("deleted"))
}

/// `user/simplelist`, doc 90200.
pub(super) fn list_simple(world: &World, call: &Call) -> Outcome {
    let view = world.view(&call.caller);
    let members = listed(&view, call)?.into_iter();
    let userlist = members.map(|(_, member)| SimpleMemberRow { view: &view, member }).collect();
    Ok(Reply::ok(&UserList { userlist }))
}

/// `user/list`, doc 90201.
pub(super) fn list_details(world: &World, call: &Call) -> Outcome {
    let view = world.view(&call.caller);
    let members = listed(&view, call)?.into_iter();
    let view = &view;
    let userlist = members.map(|(no, member)| MemberRow { view, no, member }).collect();
    Ok(Reply::ok(&UserList { userlist }))
}

#[derive(Serialize)]
struct UserList<T> {
    userlist: Vec<T>,
}

/// Returns the members of the requested department. With `fetch_child=1` it includes the subtree, with each member
/// once.
fn listed<'w>(view: &View<'w>, call: &Call) -> Result<Vec<(MemberNo, &'w Member)>, Fail> {
    let department = view.required_department(call.args.integer("department_id"))?;
    let corp = view.corp;
    let deep = view.world.choices.fetch_child && call.args.flag("fetch_child") == Some(true);
    let members: Vec<_> = if deep {
        let mut seen = HashSet::new();
        corp.departments
            .subtree(department.id)
            .flat_map(|department| corp.members.in_department(department.id))
            .filter(|(no, member)| view.lists(member) && seen.insert(*no))
            .take(LISTED_AT_ONCE + 1)
            .collect()
    } else {
        corp.members.in_department(department.id).filter(|(_, member)| view.lists(member)).collect()
    };
    if members.len() > LISTED_AT_ONCE {
        return Err(Fail::of(45029));
    }
    Ok(members)
}

/// `user/list_id`, doc 96067. Returns one row for each member and department.
pub(super) fn list_ids(world: &World, call: &Call) -> Outcome {
    let limit = match call.args.integer("limit") {
        None => ROWS_OF_PAGE,
        Some(limit @ 1..=ROWS_OF_PAGE) => limit,
        Some(_) => return Err(Fail::of(40058)),
    } as usize;
    let limit = limit.min(world.largest_id_page);
    let view = world.view(&call.caller);
    let cursor = Some(call.args.text("cursor").unwrap_or_default()).filter(|cursor| !cursor.is_empty());
    let page = if world.choices.ids_by_department {
        ids_by_department(&view, cursor, limit)
    } else {
        ids_by_age(&view, cursor, limit)
    };
    let mut page = page.ok_or_else(|| Fail::of(50100))?;
    if world.choices.empty_last_cursor {
        page.next_cursor.get_or_insert_default();
    }
    Ok(Reply::ok(&page))
}

#[derive(Default, Serialize)]
struct IdPage<'w> {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    dept_user: Vec<IdRow<'w>>,
}

#[derive(Serialize)]
struct IdRow<'w> {
    userid: &'w str,
    department: u32,
}

/// Returns a page of the rows of all members, the oldest member first; `None` for an invalid cursor.
fn ids_by_age<'w>(view: &View<'w>, cursor: Option<&str>, limit: usize) -> Option<IdPage<'w>> {
    let (first, skipped) = match cursor {
        None => (0, 0),
        Some(cursor) => {
            let [no, at] = read_cursor(cursor, [8, 2])?;
            (MemberNo::try_from(no).ok()? ^ CURSOR_MASK, usize::try_from(at).ok()?)
        }
    };
    let mut page = IdPage::default();
    let members = view.corp.members.from(first).filter(|(_, member)| view.lists(member));
    let rows = members.flat_map(|(no, member)| {
        let already = if no == first { skipped } else { 0 };
        let seats = member.seats.iter().enumerate().skip(already);
        seats.map(move |(at, seat)| (no, at, member, seat))
    });
    for (no, at, member, seat) in rows {
        if page.dept_user.len() == limit {
            page.next_cursor = Some(format!("{:08x}{at:02x}", no ^ CURSOR_MASK));
            break;
        }
        page.dept_user.push(IdRow { userid: &member.userid, department: seat.department });
    }
    Some(page)
}

/// Returns a page of the rows of all departments by id, in each department the oldest member first; `None` for an
/// invalid cursor.
fn ids_by_department<'w>(view: &View<'w>, cursor: Option<&str>, limit: usize) -> Option<IdPage<'w>> {
    let (first, first_no) = match cursor {
        None => (0, 0),
        Some(cursor) => {
            let [department, no] = read_cursor(cursor, [8, 8])?;
            (u32::try_from(department).ok()? ^ CURSOR_MASK, MemberNo::try_from(no).ok()?)
        }
    };
    let mut page = IdPage::default();
    for department in view.corp.departments.iter().map(|one| one.id).filter(|id| *id >= first) {
        let mut members: Vec<_> = view
            .corp
            .members
            .in_department(department)
            .filter(|(no, member)| (department > first || *no >= first_no) && view.lists(member))
            .collect();
        members.sort_unstable_by_key(|(no, _)| *no);
        for (no, member) in members {
            if page.dept_user.len() == limit {
                page.next_cursor = Some(format!("{:08x}{no:08x}", department ^ CURSOR_MASK));
                return Some(page);
            }
            page.dept_user.push(IdRow { userid: &member.userid, department });
        }
    }
    Some(page)
}

/// Makes cursors look opaque, so that clients do not use them as numbers.
const CURSOR_MASK: u32 = 0x5eed_c0de;

/// Parses a cursor of two numbers with these counts of hexadecimal digits: the row at the start of the next page.
fn read_cursor(cursor: &str, [first, second]: [usize; 2]) -> Option<[u64; 2]> {
    if cursor.len() != first + second {
        return None;
    }
    let (left, right) = cursor.split_at_checked(first)?;
    Some([u64::from_str_radix(left, 16).ok()?, u64::from_str_radix(right, 16).ok()?])
}

/// `user/authsucc`, docs 90203 and 99521. Confirms a member who logs in for the first time.
pub(super) fn confirm_login(world: &mut World, call: &Call) -> Outcome {
    let userid = call.args.text("userid").unwrap_or_default();
    world.view(&call.caller).required_member(userid)?;
    world.activate_member(call.caller.corp, userid)?;
    Ok(Reply::said("ok"))
}

/// `batch/invite`, doc 90975. Unknown and invisible ids do not affect the others.
pub(super) fn invite(world: &mut World, call: &Call) -> Outcome {
    let users = call.args.texts("user").unwrap_or_default();
    let parties = call.args.integers("party").unwrap_or_default();
    let tags = call.args.integers("tag").unwrap_or_default();
    let counts = [users.len(), parties.len(), tags.len()];
    if counts == [0, 0, 0] {
        return Err(Fail::of(82001));
    }
    if counts.iter().zip(INVITED).any(|(count, most)| *count > most) {
        return Err(Fail::of(40058));
    }
    let view = world.view(&call.caller);
    let corp = view.corp;
    let mut invited = HashSet::new();
    let mut invalid_users = Vec::new();
    for userid in &users {
        match view.required_member(userid) {
            Ok((no, _)) => _ = invited.insert(no),
            Err(_) => invalid_users.push(*userid),
        }
    }
    let invite_department = |id: u32, invited: &mut HashSet<MemberNo>| {
        let below = corp.departments.subtree(id);
        invited.extend(below.flat_map(|one| corp.members.in_department(one.id)).map(|(no, _)| no));
    };
    let mut invalid_parties = Vec::new();
    for id in &parties {
        match view.required_department(Some(*id)) {
            Ok(department) => invite_department(department.id, &mut invited),
            Err(_) => invalid_parties.push(*id),
        }
    }
    let mut invalid_tags = Vec::new();
    for id in &tags {
        let Ok(tag) = corp.required_tag(Some(*id)) else {
            invalid_tags.push(*id);
            continue;
        };
        let members = tag.members.iter().filter_map(|no| Some((*no, corp.members.at(*no)?)));
        invited.extend(members.filter(|(no, member)| view.sees(*no, member)).map(|(no, _)| no));
        for id in tag.departments.iter().filter(|id| view.sees_department(**id)) {
            invite_department(*id, &mut invited);
        }
    }
    if [invalid_users.len(), invalid_parties.len(), invalid_tags.len()] == counts {
        return Err(Fail::of(81013));
    }
    let reply = Reply::ok(&json!({
        "invaliduser": invalid_users,
        "invalidparty": invalid_parties,
        "invalidtag": invalid_tags,
    }));
    world.corp_mut(call.caller.corp).members.mark_invited(invited);
    Ok(reply)
}

/// `corp/get_join_qrcode`, doc 91714. The link is valid for 7 days; it is not served here.
pub(super) fn join_qrcode(world: &World, call: &Call) -> Outcome {
    let size = match call.args.query("size_type") {
        None | Some("") => 1,
        Some(text) => match text.parse() {
            Ok(size @ 1..=4) => size,
            _ => return Err(Fail::of(40058)),
        },
    };
    let vcode = format!("{}{:x}", world.corp(call.caller.corp).id, call.now / 1000);
    let url = format!(
        "https://work.weixin.qq.com/wework_admin/genqrcode?action=join&vcode={vcode}&r=hb_share_api_mjoin&qr_size={size}"
    );
    Ok(Reply::ok(&json!({ "join_qrcode": url })))
}

/// `user/get_active_stat`, doc 92714. Counts the members who had logged in by that day, within the last 30 days.
pub(super) fn active_count(world: &World, call: &Call) -> Outcome {
    let date: jiff::civil::Date =
        call.args.text("date").and_then(|text| text.parse().ok()).ok_or_else(|| Fail::of(40058))?;
    let epoch = jiff::civil::date(1970, 1, 1);
    let day = epoch.until(date).map_or(-1, |span| i64::from(span.get_days()));
    if !(0..=30).contains(&(day_in_beijing(call.now) - day)) {
        return Err(Fail::of(40058));
    }
    let count = world.corp(call.caller.corp).members.active_by(day);
    Ok(Reply::ok(&json!({ "active_cnt": count })))
}

/// `user/getuserid`, doc 95402.
pub(super) fn find_by_mobile(world: &mut World, call: &Call) -> Outcome {
    let mobile = call.args.text("mobile").unwrap_or_default();
    if !(5..=32).contains(&mobile.len()) {
        return Err(Fail::of(40058));
    }
    let corp = world.corp(call.caller.corp);
    let holder = plain_mobile(mobile).ok().and_then(|mobile| corp.members.with_mobile(&mobile));
    looked_up(world, call, Lookup::Mobile, holder)
}

/// `user/get_userid_by_email`, doc 95895.
pub(super) fn find_by_email(world: &mut World, call: &Call) -> Outcome {
    let mail = call.args.text("email").unwrap_or_default();
    if mail.is_empty() {
        return Err(Fail::of(40058));
    }
    let members = &world.corp(call.caller.corp).members;
    let holder = match call.args.integer("email_type") {
        None | Some(1) => members.with_biz_mail(mail),
        Some(2) => members.with_email(mail),
        Some(_) => return Err(Fail::of(40058)),
    };
    looked_up(world, call, Lookup::Mail, holder)
}

fn looked_up(world: &mut World, call: &Call, kind: Lookup, holder: Option<MemberNo>) -> Outcome {
    let view = world.view(&call.caller);
    let userid = holder
        .and_then(|no| Some((no, view.corp.members.at(no)?)))
        .filter(|(no, member)| view.sees(*no, member))
        .map(|(_, member)| member.userid.to_string());
    let corp = world.corp_mut(call.caller.corp);
    let userid = corp.looked_up(kind, userid, call.now)?;
    Ok(Reply::ok(&json!({ "userid": userid })))
}
