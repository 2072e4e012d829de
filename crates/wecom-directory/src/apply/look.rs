//! Readings of the objects that a plan touches: the fresh look before the first write, the settlement of lost answers, and the
//! verification.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    pin::pin,
};

use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use wecom_contacts::{
    Client, DepartmentId, Polling, Seen, TagId, UserId,
    departments::{Department, DepartmentNode},
    members::Member,
    tags::TagContent,
};

use super::{tag_list::TagList, values::DepartmentNow};
use crate::{
    Result,
    journal::ObjectKind,
    plan::Step,
    pull::{
        departments::english_name,
        details,
        merge::{self, Departments, Sight},
    },
    record::MemberRecord,
    store::MemberKey,
    tasks,
};

/// A department is listed as a whole if it has no more members than this for each member that is wanted.
const ROWS_FOR_ONE: u64 = 20;

/// The clients that read.
pub(super) struct Reader {
    /// Reads all ids, and the tags.
    pub(super) contacts: Client,
    /// Read details, in this order.
    pub(super) details: Vec<(Client, Sight)>,
    /// How many calls run at the same time.
    pub(super) calls: usize,
}

/// The objects that are to be read.
#[derive(Default)]
pub(super) struct Touched {
    pub(super) members: BTreeMap<MemberKey, UserId>,
    pub(super) departments: BTreeSet<DepartmentId>,
    pub(super) tags: BTreeSet<TagId>,
}

impl Touched {
    pub(super) fn of<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Self {
        let mut touched = Self::default();
        for step in steps {
            touched.add(step);
        }
        touched
    }

    fn add(&mut self, step: &Step) {
        match step.object.kind {
            ObjectKind::Member => {
                let userid = UserId::new(&step.object.id);
                self.members.insert(MemberKey::from(&userid), userid);
                if let Some(new) = step.fields.get("new_userid").and_then(|change| change.after.as_str()) {
                    self.members.insert(new.into(), UserId::new(new));
                }
            }
            ObjectKind::Department => self.departments.extend(department_id(step)),
            ObjectKind::Tag => self.tags.extend(tag_id(step)),
        }
    }
}

pub(super) fn department_id(step: &Step) -> Option<DepartmentId> {
    step.object.id.parse().ok().map(DepartmentId)
}

pub(super) fn tag_id(step: &Step) -> Option<TagId> {
    step.object.id.parse().ok().map(TagId)
}

/// What readings have shown. An object that was not wanted is not here.
#[derive(Default)]
pub(super) struct Sighted {
    /// All departments, if the ids were read.
    nodes: Option<BTreeMap<DepartmentId, DepartmentNode>>,
    /// The departments with names that were wanted.
    departments: HashMap<DepartmentId, Department>,
    /// The departments of the wanted members, from a complete reading of the ids.
    listed: Option<HashMap<MemberKey, Vec<DepartmentId>>>,
    /// The details of the wanted members, with the credential that showed them.
    rows: HashMap<MemberKey, (Timestamp, Sight, Member)>,
    /// The names of all tags.
    tag_names: BTreeMap<TagId, String>,
    /// The contents of the wanted tags.
    tags: HashMap<TagId, TagContent>,
}

/// Whether a member exists, as readings show it.
#[derive(Debug)]
pub(super) enum MemberNow {
    /// The details were read.
    Seen(Box<MemberRecord>),
    /// The member exists, and the details are out of sight.
    OutOfSight,
    /// No reading shows the member.
    Absent,
}

impl Sighted {
    pub(super) fn member(&self, key: &MemberKey) -> MemberNow {
        let listed = self.listed.as_ref().and_then(|listed| listed.get(key));
        match (self.rows.get(key), listed) {
            (Some((sent_at, sight, row)), listed) => {
                let mut record = MemberRecord::unread(row.userid.clone(), *sent_at);
                let departments =
                    listed.map_or_else(|| row.department.known().cloned().unwrap_or_default(), Clone::clone);
                merge::details(&mut record, row, &Departments::All(&departments), *sight, *sent_at);
                MemberNow::Seen(Box::new(record))
            }
            (None, Some(_)) => MemberNow::OutOfSight,
            (None, None) => MemberNow::Absent,
        }
    }

    /// The details of a member, with the credential that showed them.
    pub(super) fn row(&self, key: &MemberKey) -> Option<&(Timestamp, Sight, Member)> {
        self.rows.get(key)
    }

    /// Whether the details of a member have all departments that the ids have.
    fn shows_seats(&self, key: &MemberKey) -> bool {
        let Some((.., row)) = self.rows.get(key) else { return false };
        let shown = row.department.known().map_or(&[][..], Vec::as_slice);
        self.listed(key).unwrap_or_default().iter().all(|department| shown.contains(department))
    }

    /// The departments of a member in the reading of the ids.
    pub(super) fn listed(&self, key: &MemberKey) -> Option<&[DepartmentId]> {
        self.listed.as_ref()?.get(key).map(Vec::as_slice)
    }

    /// A department as the readings show it; `None` if it does not exist.
    pub(super) fn department(&self, id: DepartmentId) -> Option<DepartmentNow> {
        let node = self.nodes.as_ref()?.get(&id)?;
        let details = self.departments.get(&id);
        Some(DepartmentNow {
            name: details.map_or(Seen::Hidden, |details| details.name.clone()),
            name_en: details.map_or(Seen::Hidden, english_name),
            parent: node.parentid,
            order: node.order,
        })
    }

    pub(super) fn tag_name(&self, id: TagId) -> Option<&str> {
        self.tag_names.get(&id).map(String::as_str)
    }

    /// The id of the tag with this name.
    pub(super) fn tag_named(&self, name: &str) -> Option<TagId> {
        self.tag_names.iter().find(|(_, known)| *known == name).map(|(id, _)| *id)
    }

    /// Which of these members and departments are in a tag. `None` if the tag does not exist or does not show them.
    pub(super) fn tag_list(&self, id: TagId, wanted: &TagList) -> Option<TagList> {
        let content = self.tags.get(&id)?;
        let mut list = wanted.clone();
        if !list.members.is_empty() {
            let inside: HashSet<_> =
                content.members.known()?.iter().map(|member| MemberKey::from(&member.userid)).collect();
            list.members.retain(|userid| inside.contains(&MemberKey::from(userid)));
        }
        if !list.departments.is_empty() {
            let inside = content.departments.known()?;
            list.departments.retain(|id| inside.contains(id));
        }
        Some(list)
    }
}

impl Reader {
    /// Reads the ids of all members and departments, and the objects that are wanted.
    pub(super) async fn look(&self, touched: &Touched) -> Result<Sighted> {
        let mut sighted = Sighted::default();
        self.look_at_departments(touched, &mut sighted).await?;
        self.look_at_tags(touched, &mut sighted).await?;
        if touched.members.is_empty() {
            return Ok(sighted);
        }
        let sizes = self.list(touched, &mut sighted).await?;
        let wanted = touched.members.iter().filter(|(key, _)| sighted.listed(key).is_some());
        let wanted: Vec<_> = wanted.map(|(key, userid)| (key.clone(), userid.clone())).collect();
        for (client, sight) in &self.details {
            let missing: Vec<_> =
                wanted.iter().filter(|(key, _)| !sighted.shows_seats(key)).cloned().collect();
            self.read_members(client, *sight, missing, Some(&sizes), &mut sighted).await?;
        }
        Ok(sighted)
    }

    /// Reads what is wanted, and the ids of all members only if a wanted member is not found without them.
    pub(super) async fn look_closer(&self, touched: &Touched) -> Result<Sighted> {
        let mut sighted = Sighted::default();
        self.look_at_departments(touched, &mut sighted).await?;
        self.look_at_tags(touched, &mut sighted).await?;
        for (client, sight) in &self.details {
            let missing = touched.members.iter().filter(|(key, _)| sighted.row(key).is_none());
            let missing: Vec<_> = missing.map(|(key, userid)| (key.clone(), userid.clone())).collect();
            self.read_members(client, *sight, missing, None, &mut sighted).await?;
        }
        if touched.members.keys().any(|key| sighted.row(key).is_none()) {
            self.list(touched, &mut sighted).await?;
        }
        Ok(sighted)
    }

    async fn look_at_departments(&self, touched: &Touched, sighted: &mut Sighted) -> Result<()> {
        if touched.departments.is_empty() {
            return Ok(());
        }
        let nodes = self.contacts.departments().list_ids().await?;
        sighted.nodes = Some(nodes.into_iter().map(|node| (node.id, node)).collect());
        sighted.departments = self.departments(|id| touched.departments.contains(&id)).await?;
        Ok(())
    }

    /// Reads the details of these departments, as far as any credential shows them.
    pub(super) async fn departments(
        &self,
        is_wanted: impl Fn(DepartmentId) -> bool,
    ) -> Result<HashMap<DepartmentId, Department>> {
        let mut departments = HashMap::new();
        for (client, _) in &self.details {
            let list = match details::departments(client, Polling::default()).await {
                Ok(list) => list,
                Err(error) if error.is_permission_denied() => continue,
                Err(error) => return Err(error.into()),
            };
            for department in list.into_iter().filter(|department| is_wanted(department.id)) {
                departments.entry(department.id).or_insert(department);
            }
        }
        Ok(departments)
    }

    async fn look_at_tags(&self, touched: &Touched, sighted: &mut Sighted) -> Result<()> {
        if touched.tags.is_empty() {
            return Ok(());
        }
        let names = self.contacts.tags().list().await?;
        sighted.tag_names = names.into_iter().map(|tag| (tag.tagid, tag.tagname)).collect();
        let existing = touched.tags.iter().copied().filter(|id| sighted.tag_names.contains_key(id));
        let existing: Vec<_> = existing.collect();
        let read = |id| {
            let contacts = self.contacts.clone();
            async move { Ok((id, contacts.tags().find(id).await?)) }
        };
        let mut contents = pin!(tasks::readings(existing, self.calls, read));
        while let Some((id, content)) = contents.try_next().await? {
            sighted.tags.extend(content.map(|content| (id, content)));
        }
        Ok(())
    }

    /// Reads the ids of all members to their end. Keeps those that are wanted, and returns the sizes of all departments.
    async fn list(&self, touched: &Touched, sighted: &mut Sighted) -> Result<HashMap<DepartmentId, u64>> {
        let mut sizes = HashMap::new();
        let mut listed: HashMap<MemberKey, Vec<DepartmentId>> = HashMap::new();
        let mut rows = self.contacts.members().ids().page_size(10_000).stream();
        while let Some(row) = rows.try_next().await? {
            *sizes.entry(row.department).or_insert(0_u64) += 1;
            let key = MemberKey::from(&row.userid);
            if touched.members.contains_key(&key) {
                listed.entry(key).or_default().push(row.department);
            }
        }
        for departments in listed.values_mut() {
            departments.sort_unstable();
            departments.dedup();
        }
        sighted.listed = Some(listed);
        Ok(sizes)
    }

    /// Reads the details of these members: by lists of departments where many of them are, otherwise one by one.
    async fn read_members(
        &self,
        client: &Client,
        sight: Sight,
        wanted: Vec<(MemberKey, UserId)>,
        sizes: Option<&HashMap<DepartmentId, u64>>,
        sighted: &mut Sighted,
    ) -> Result<()> {
        let mut singles: BTreeMap<MemberKey, UserId> = wanted.into_iter().collect();
        let mut departments: BTreeMap<DepartmentId, u64> = BTreeMap::new();
        for key in singles.keys() {
            if let Some([first, ..]) = sighted.listed(key) {
                *departments.entry(*first).or_default() += 1;
            }
        }
        let is_worth_it = |(id, wanted): &(DepartmentId, u64)| {
            let size = sizes.and_then(|sizes| sizes.get(id)).copied().unwrap_or(u64::MAX);
            *wanted > 1 && size <= wanted.saturating_mul(ROWS_FOR_ONE)
        };
        let lists: Vec<_> = departments.into_iter().filter(is_worth_it).map(|(id, _)| id).collect();
        let list = |id| {
            let client = client.clone();
            async move {
                let sent_at = Timestamp::now();
                let list = visible(client.members().list(id).await)?;
                Ok((sent_at, list.unwrap_or_default()))
            }
        };
        let mut lists = pin!(tasks::readings(lists, self.calls, list));
        while let Some((sent_at, rows)) = lists.try_next().await? {
            for row in rows {
                let key = MemberKey::from(&row.userid);
                if singles.remove(&key).is_some() {
                    sighted.rows.insert(key, (sent_at, sight, row));
                }
            }
        }
        let get = |userid: UserId| {
            let client = client.clone();
            async move {
                let sent_at = Timestamp::now();
                Ok((sent_at, visible(client.members().get(userid).await)?))
            }
        };
        let mut rows = pin!(tasks::readings(singles.into_values(), self.calls, get));
        while let Some((sent_at, row)) = rows.try_next().await? {
            sighted.rows.extend(row.map(|row| (MemberKey::from(&row.userid), (sent_at, sight, row))));
        }
        Ok(())
    }
}

/// Makes an answer without a value of a refusal that says that the object is out of sight.
fn visible<T>(answer: wecom_contacts::Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_not_found() || error.is_permission_denied() => Ok(None),
        Err(error) => Err(error.into()),
    }
}
