//! The digest of a corp's contacts. The same contacts have the same digest, regardless of their order and history.
//!
//! Each member, department and tag has its own digest, and the sum of all is independent of the order. Random values
//! (internal numbers of members, ids of pictures) and values that the API never shows (creation time of a member,
//! creator of a tag) are excluded.

use md5::{Digest as _, Md5};
use parking_lot::RwLock;
use wecom_cipher::hex;

use crate::world::{Attribute, AttributeValue, Corp, Department, Member, MemberNo, Tag, World};

/// Number of members that are processed in one lock of the world.
const SLICE: usize = 2048;
/// Number of attempts before a world that keeps changing is locked for the whole reading.
const ATTEMPTS: usize = 3;

/// Returns the digest of the corp's contacts at one moment. A million members take about a second, and calls continue
/// during this time.
pub(crate) fn digest(world: &RwLock<World>) -> String {
    read_whole(world, Sum::default).digits()
}

/// Reads all contacts of the corp.
pub(crate) trait CorpReader {
    /// Reads what comes before the members.
    fn begin(&mut self, _corp: &Corp) {}
    fn member(&mut self, corp: &Corp, no: MemberNo, member: &Member);
    /// Reads what comes after the members.
    fn end(&mut self, corp: &Corp);
}

/// Reads the corp as it is at one moment. The world is locked slice by slice, so calls continue. A reading during
/// which the world changes is discarded and repeated with a new reader.
pub(crate) fn read_whole<R: CorpReader>(world: &RwLock<World>, reader: impl Fn() -> R) -> R {
    let read = (0..ATTEMPTS).find_map(|_| read_in_slices(world, reader()));
    read.unwrap_or_else(|| {
        let (world, mut reader) = (world.read(), reader());
        let corp = world.corp(0);
        reader.begin(corp);
        corp.members.iter().for_each(|(no, member)| reader.member(corp, no, member));
        reader.end(corp);
        reader
    })
}

/// Returns `None` if the world changed during the reading.
fn read_in_slices<R: CorpReader>(world: &RwLock<World>, mut reader: R) -> Option<R> {
    let revision = {
        let world = world.read();
        reader.begin(world.corp(0));
        world.revision()
    };
    let mut next = Some(0);
    while let Some(first) = next {
        let world = world.read();
        if world.revision() != revision {
            return None;
        }
        let corp = world.corp(0);
        let mut members = corp.members.from(first);
        members.by_ref().take(SLICE).for_each(|(no, member)| reader.member(corp, no, member));
        next = members.next().map(|(no, _)| no);
        if next.is_none() {
            reader.end(corp);
        }
    }
    Some(reader)
}

/// The sum of the digests so far.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    total: u128,
    item: Item,
}

impl CorpReader for Sum {
    fn member(&mut self, corp: &Corp, _no: MemberNo, member: &Member) {
        self.item.member(corp, member);
        self.add();
    }

    fn end(&mut self, corp: &Corp) {
        for department in corp.departments.iter() {
            self.item.department(department);
            self.add();
        }
        for tag in corp.tags.iter() {
            self.item.tag(corp, tag);
            self.add();
        }
    }
}

impl Sum {
    fn add(&mut self) {
        self.total = self.total.wrapping_add(self.item.digest());
    }

    /// Returns the digest of all contacts that were read.
    pub(crate) fn digits(&self) -> String {
        hex(self.total.to_be_bytes())
    }
}

/// One member, department or tag, encoded field by field without ambiguity.
#[derive(Debug, Default)]
struct Item(Vec<u8>);

impl Item {
    fn begin(&mut self, kind: u8) {
        self.0.clear();
        self.0.push(kind);
    }

    fn number(&mut self, number: u32) {
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u32);
        self.0.extend_from_slice(text.as_bytes());
    }

    fn digest(&self) -> u128 {
        u128::from_be_bytes(Md5::digest(&self.0).into())
    }

    fn member(&mut self, corp: &Corp, member: &Member) {
        self.begin(b'm');
        for text in [
            &member.userid,
            &member.name,
            &member.alias,
            &member.mobile,
            &member.email,
            &member.biz_mail,
            &member.position,
            &member.telephone,
            &member.address,
            &member.external_position,
        ] {
            self.text(text);
        }
        self.text(member.gender.digit());
        self.number(member.status().into());
        self.number(member.disabled.into());
        self.number(member.main_department);
        self.number(member.seats.len() as u32);
        for seat in &member.seats {
            self.number(seat.department);
            self.number(seat.order);
            self.number(seat.leader.into());
        }
        for leader in member.direct_leader.iter().filter_map(|no| corp.members.at(*no)) {
            self.text(&leader.userid);
        }
        self.attributes(&member.extattr);
        let aliases = member.biz_mail_alias();
        self.number(aliases.len() as u32);
        aliases.iter().for_each(|alias| self.text(alias));
        // An absent record and an empty one are the same to a caller.
        let nothing = Default::default();
        let rare = member.rare.as_deref().unwrap_or(&nothing);
        // The picture's name contains the id of the upload, which is random.
        self.number((!rare.avatar.is_empty()).into());
        self.text(&rare.external_corp_name);
        self.text(&rare.channels_nickname);
        self.attributes(&rare.external_attr);
    }

    /// Adds the attributes by name, because their stored order depends on the history.
    fn attributes(&mut self, attributes: &[Attribute]) {
        let mut attributes: Vec<&Attribute> = attributes.iter().collect();
        attributes.sort_by_key(|attribute| &attribute.name);
        self.number(attributes.len() as u32);
        for attribute in attributes {
            self.text(&attribute.name);
            let texts: &[&str] = match &attribute.value {
                AttributeValue::Text(text) => &[text],
                AttributeValue::Web { url, title } => &[url, title],
                AttributeValue::Miniprogram { appid, title, pagepath } => &[appid, title, pagepath],
            };
            self.number(texts.len() as u32);
            texts.iter().for_each(|text| self.text(text));
        }
    }

    fn department(&mut self, department: &Department) {
        self.begin(b'd');
        self.number(department.id);
        self.text(&department.name);
        self.text(&department.name_en);
        self.number(department.parent);
        self.number(department.order);
    }

    fn tag(&mut self, corp: &Corp, tag: &Tag) {
        self.begin(b't');
        self.number(tag.id);
        self.text(&tag.name);
        let mut userids: Vec<&str> =
            tag.members.iter().filter_map(|no| Some(&*corp.members.at(*no)?.userid)).collect();
        userids.sort_unstable();
        self.number(userids.len() as u32);
        userids.iter().for_each(|userid| self.text(userid));
        tag.departments.iter().for_each(|id| self.number(*id));
    }
}
