//! The dump of a corp: all its contacts with all their values, as no credential sees them. It is the oracle of tests
//! that compare what a client has with what the corp has.
//!
//! The names of the fields are those of the API. The switches of [`Choices`](crate::Choices) do not change the dump.

use std::{io, path::Path};

use parking_lot::RwLock;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::{
    digest::{CorpReader, Sum, read_whole},
    large_files::{FilePart, FileWriter},
    world::{Corp, Department, ExternalProfile, Member, MemberNo, Tag, World, qr_code},
};

/// All contacts of a corp at one moment. [`Sim::dump`](crate::Sim::dump) returns it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct CorpDump {
    /// The departments (部门) by id, including the root.
    pub departments: Vec<DumpedDepartment>,
    /// The members (成员), oldest first.
    pub members: Vec<DumpedMember>,
    /// The tags (标签) by id.
    pub tags: Vec<DumpedTag>,
    /// The digest of these contacts, as [`Sim::digest`](crate::Sim::digest) returns it.
    pub digest: String,
}

/// One member with all values. The lists `department`, `order` and `is_leader_in_dept` are parallel.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct DumpedMember {
    /// The userid as it was created.
    pub userid: String,
    /// The name (姓名).
    pub name: String,
    /// The alias (别名).
    pub alias: String,
    /// The mobile without `+86`.
    pub mobile: String,
    /// The mail (邮箱).
    pub email: String,
    /// The 企业邮箱.
    pub biz_mail: String,
    /// The other addresses of the 企业邮箱. In JSON `{"item": […]}`.
    #[serde(serialize_with = "as_items")]
    #[schemars(with = "Items")]
    pub biz_mail_alias: Vec<String>,
    /// The departments in the order of the last write.
    pub department: Vec<u32>,
    /// The place in each department, larger first.
    pub order: Vec<u32>,
    /// 1 for each department that the member leads (部门负责人), else 0.
    pub is_leader_in_dept: Vec<u8>,
    /// The main department (主部门).
    pub main_department: u32,
    /// The userids of the leaders (直属上级).
    pub direct_leader: Vec<String>,
    /// The position (职务).
    pub position: String,
    /// `"0"` undefined, `"1"` male, `"2"` female.
    pub gender: String,
    /// The telephone (座机).
    pub telephone: String,
    /// The address (地址).
    pub address: String,
    /// 1 active, 2 disabled, 4 not activated, 5 left the corp.
    pub status: u8,
    /// 0 for a disabled member, else 1.
    pub enable: u8,
    /// The URL of the picture; empty without one.
    pub avatar: String,
    /// The URL of the small picture; empty without one.
    pub thumb_avatar: String,
    /// The URL of the personal QR code.
    pub qr_code: String,
    /// The 扩展属性 that have a value: `{"attrs": […]}` as in `user/get`.
    pub extattr: Value,
    /// The 对外职务.
    pub external_position: String,
    /// The 成员对外属性 as in `user/get`.
    pub external_profile: Value,
    /// The time of creation, Unix milliseconds of the simulator's clock. No call returns it.
    pub created_at: i64,
    /// Whether an invitation was sent. No call returns it.
    pub invited: bool,
    /// Whether the system generated the userid, so that it can be changed once. No call returns it.
    pub userid_generated: bool,
    /// Whether the 企业邮箱 cannot be changed any more. No call returns it.
    pub biz_mail_fixed: bool,
}

/// One department with all values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct DumpedDepartment {
    /// The id; the root is 1.
    pub id: u32,
    /// The name (部门名称).
    pub name: String,
    /// The English name; empty without one.
    pub name_en: String,
    /// The userids of all leaders (部门负责人) in display order.
    pub department_leader: Vec<String>,
    /// The parent; 0 for the root.
    pub parentid: u32,
    /// The place among siblings, larger first.
    pub order: u32,
}

/// One tag with all values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct DumpedTag {
    /// The id.
    pub tagid: u32,
    /// The name (标签名).
    pub tagname: String,
    /// The userids of all members that were added themselves, oldest member first.
    pub userlist: Vec<String>,
    /// The ids of its departments, ascending.
    pub partylist: Vec<u32>,
    /// The owner: `contacts`, `app 1000002` or `console`. No call returns it.
    pub owner: String,
}

fn as_items<S: Serializer>(items: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    Items { item: items.to_vec() }.serialize(serializer)
}

#[derive(Serialize, JsonSchema)]
struct Items {
    item: Vec<String>,
}

impl DumpedMember {
    fn of(corp: &Corp, no: MemberNo, member: &Member) -> Self {
        let text = |text: &str| text.to_owned();
        let nothing = Default::default();
        let rare = member.rare.as_deref().unwrap_or(&nothing);
        let picture = |size: &str| match &*rare.avatar {
            "" => String::new(),
            avatar => format!("{avatar}/{size}"),
        };
        let leaders = member.direct_leader.iter().filter_map(|no| corp.members.at(*no));
        Self {
            userid: text(&member.userid),
            name: text(&member.name),
            alias: text(&member.alias),
            mobile: text(&member.mobile),
            email: text(&member.email),
            biz_mail: text(&member.biz_mail),
            biz_mail_alias: member.biz_mail_alias().iter().map(|alias| text(alias)).collect(),
            department: member.seats.iter().map(|seat| seat.department).collect(),
            order: member.seats.iter().map(|seat| seat.order).collect(),
            is_leader_in_dept: member.seats.iter().map(|seat| seat.leader.into()).collect(),
            main_department: member.main_department,
            direct_leader: leaders.map(|leader| text(&leader.userid)).collect(),
            position: text(&member.position),
            gender: text(member.gender.digit()),
            telephone: text(&member.telephone),
            address: text(&member.address),
            status: member.status(),
            enable: (!member.disabled).into(),
            avatar: picture("0"),
            thumb_avatar: picture("100"),
            qr_code: qr_code(corp, no).to_string(),
            extattr: json!({ "attrs": &*member.extattr }),
            external_position: text(&member.external_position),
            external_profile: json_of(ExternalProfile { member }),
            created_at: member.created_at,
            invited: member.invited,
            userid_generated: member.userid_generated,
            biz_mail_fixed: member.biz_mail_fixed,
        }
    }
}

impl DumpedDepartment {
    fn of(corp: &Corp, department: &Department) -> Self {
        let leaders = corp.members.leaders_of(department.id);
        Self {
            id: department.id,
            name: department.name.clone(),
            name_en: department.name_en.clone(),
            department_leader: leaders.map(|(_, leader)| leader.userid.to_string()).collect(),
            parentid: department.parent,
            order: department.order,
        }
    }
}

impl DumpedTag {
    fn of(corp: &Corp, tag: &Tag) -> Self {
        let members = tag.members.iter().filter_map(|no| corp.members.at(*no));
        Self {
            tagid: tag.id,
            tagname: tag.name.clone(),
            userlist: members.map(|member| member.userid.to_string()).collect(),
            partylist: tag.departments.iter().copied().collect(),
            owner: tag.owner.to_string(),
        }
    }
}

fn json_of(value: impl Serialize) -> Value {
    serde_json::to_value(value).expect("plain structs and maps are JSON")
}

/// Returns all contacts of the corp at one moment.
pub(crate) fn dump(world: &RwLock<World>) -> CorpDump {
    let Collected { mut dump, sum } = read_whole(world, Collected::default);
    dump.digest = sum.digits();
    dump
}

#[derive(Default)]
struct Collected {
    dump: CorpDump,
    sum: Sum,
}

impl CorpReader for Collected {
    fn begin(&mut self, corp: &Corp) {
        self.dump.departments.extend(corp.departments.iter().map(|one| DumpedDepartment::of(corp, one)));
    }

    fn member(&mut self, corp: &Corp, no: MemberNo, member: &Member) {
        self.dump.members.push(DumpedMember::of(corp, no, member));
        self.sum.member(corp, no, member);
    }

    fn end(&mut self, corp: &Corp) {
        self.dump.tags.extend(corp.tags.iter().map(|tag| DumpedTag::of(corp, tag)));
        self.sum.end(corp);
    }
}

/// Writes all contacts of the corp at one moment to a file, one JSON object a line. The file uses the directory only
/// if it is large, so the memory does not grow with the corp.
pub(crate) fn write_dump(world: &RwLock<World>, directory: &Path) -> io::Result<FilePart> {
    read_whole(world, || Lines::begin(directory)).finish()
}

/// One line of a dump.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[schemars(rename = "DumpLine")]
pub(crate) enum Line {
    Department(DumpedDepartment),
    Member(Box<DumpedMember>),
    Tag(DumpedTag),
    /// The last line.
    End {
        departments: usize,
        members: usize,
        tags: usize,
        digest: String,
    },
}

struct Lines {
    file: FileWriter,
    /// The lines that are not in the file yet.
    pending: Vec<u8>,
    sum: Sum,
    failed: Option<io::Error>,
}

/// Number of bytes that are written at a time.
const CHUNK: usize = 64 << 10;

impl Lines {
    fn begin(directory: &Path) -> Self {
        Self {
            file: FileWriter::begin(directory),
            pending: Vec::with_capacity(CHUNK + 4096),
            sum: Sum::default(),
            failed: None,
        }
    }

    fn line(&mut self, line: &Line) {
        serde_json::to_writer(&mut self.pending, line).expect("plain structs and maps are JSON");
        self.pending.push(b'\n');
        if self.pending.len() >= CHUNK {
            self.write_out();
        }
    }

    fn write_out(&mut self) {
        if self.failed.is_none() {
            self.failed = self.file.append(&self.pending).err();
        }
        self.pending.clear();
    }

    fn finish(mut self) -> io::Result<FilePart> {
        self.write_out();
        if let Some(error) = self.failed {
            return Err(error);
        }
        let size = self.file.written();
        Ok(FilePart { file: self.file.finish(), start: 0, size })
    }
}

impl CorpReader for Lines {
    fn begin(&mut self, corp: &Corp) {
        for department in corp.departments.iter() {
            self.line(&Line::Department(DumpedDepartment::of(corp, department)));
        }
    }

    fn member(&mut self, corp: &Corp, no: MemberNo, member: &Member) {
        self.line(&Line::Member(Box::new(DumpedMember::of(corp, no, member))));
        self.sum.member(corp, no, member);
    }

    fn end(&mut self, corp: &Corp) {
        for tag in corp.tags.iter() {
            self.line(&Line::Tag(DumpedTag::of(corp, tag)));
        }
        self.sum.end(corp);
        self.line(&Line::End {
            departments: corp.departments.len(),
            members: corp.members.len(),
            tags: corp.tags.len(),
            digest: self.sum.digits(),
        });
    }
}
