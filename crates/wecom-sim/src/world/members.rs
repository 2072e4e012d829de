//! The members of a corp, and the indexes that keep every look-up as cheap as its answer.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use crate::clock::Millis;

/// A member's place in order of creation; never reused, so that it may be kept after the member is gone.
pub(crate) type MemberNo = u32;

/// One member (成员). Texts are empty where WeCom has nothing.
///
/// A world may hold a million of them: texts are exact-sized, and what few members have is behind one pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) userid: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) alias: Box<str>,
    /// Without `+86` and without blanks, as it is read back and compared.
    pub(crate) mobile: Box<str>,
    pub(crate) email: Box<str>,
    pub(crate) biz_mail: Box<str>,
    pub(crate) position: Box<str>,
    pub(crate) telephone: Box<str>,
    pub(crate) address: Box<str>,
    pub(crate) external_position: Box<str>,
    /// Departments, in the order they were given.
    pub(crate) seats: Box<[Seat]>,
    pub(crate) main_department: u32,
    /// 直属上级; by number, so that a leader's rename or deletion needs no visit here.
    pub(crate) direct_leader: Box<[MemberNo]>,
    pub(crate) extattr: Box<[Attribute]>,
    pub(crate) rare: Option<Box<Rare>>,
    pub(crate) created_at: Millis,
    pub(crate) gender: Gender,
    pub(crate) life: Life,
    /// `enable: 0` was set.
    pub(crate) disabled: bool,
    pub(crate) invited: bool,
    /// The userid was made by the system and may be changed once.
    pub(crate) userid_generated: bool,
    /// The 企业邮箱 was supplied, or changed once; it cannot change any more.
    pub(crate) biz_mail_fixed: bool,
}

/// What few members have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rare {
    /// The picture's URL up to its size, `…/0` or `…/100`.
    pub(crate) avatar: Box<str>,
    pub(crate) biz_mail_alias: Box<[Box<str>]>,
    pub(crate) external_corp_name: Box<str>,
    /// 视频号.
    pub(crate) channels_nickname: Box<str>,
    pub(crate) external_attr: Box<[Attribute]>,
}

/// A member's place in one department.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seat {
    pub(crate) department: u32,
    pub(crate) order: u32,
    pub(crate) leader: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Gender {
    #[default]
    Unknown,
    Male,
    Female,
}

/// How far a member has come; `enable` lies beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Life {
    #[default]
    NotActivated,
    Active,
    Left,
}

/// A custom attribute (扩展属性, 对外属性) that has a value; its name is shared with the console's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    pub(crate) name: Arc<str>,
    pub(crate) value: AttributeValue,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AttributeValue {
    Text(Box<str>),
    Web { url: Box<str>, title: Box<str> },
    Miniprogram { appid: Box<str>, title: Box<str>, pagepath: Box<str> },
}

impl Gender {
    /// As the API writes it: a digit in a string.
    pub(crate) fn digit(self) -> &'static str {
        match self {
            Self::Unknown => "0",
            Self::Male => "1",
            Self::Female => "2",
        }
    }
}

impl Member {
    /// 1 active, 2 disabled, 4 not activated, 5 left.
    pub(crate) fn status(&self) -> u8 {
        match self.life {
            Life::Left => 5,
            _ if self.disabled => 2,
            Life::Active => 1,
            Life::NotActivated => 4,
        }
    }

    /// Whether 成员对外属性 hold anything.
    pub(crate) fn has_external_profile(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| {
            !rare.external_corp_name.is_empty()
                || !rare.channels_nickname.is_empty()
                || !rare.external_attr.is_empty()
        })
    }

    pub(crate) fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// The full-size picture's URL; empty without a picture.
    pub(crate) fn avatar(&self) -> String {
        match &self.rare {
            Some(rare) if !rare.avatar.is_empty() => format!("{}/0", rare.avatar),
            _ => String::new(),
        }
    }

    /// Whether the member is bound to WeChat: one who has logged in counts as bound.
    pub(crate) fn has_wechat(&self) -> bool {
        self.life == Life::Active
    }

    pub(crate) fn biz_mail_alias(&self) -> &[Box<str>] {
        self.rare.as_ref().map_or(&[], |rare| &rare.biz_mail_alias)
    }
}

/// Who sits in one department.
#[derive(Debug, Default)]
struct Roll {
    /// In display order: larger `order` first, then the older member. Both packed in one number, see [`place`].
    places: BTreeSet<u64>,
    leaders: BTreeSet<u64>,
}

fn place(seat: &Seat, no: MemberNo) -> u64 {
    u64::from(u32::MAX - seat.order) << 32 | u64::from(no)
}

/// All members of a corp.
#[derive(Debug, Default)]
pub(crate) struct Members {
    slots: Vec<Option<Box<Member>>>,
    by_userid: HashMap<Box<str>, MemberNo>,
    by_mobile: HashMap<Box<str>, MemberNo>,
    by_email: HashMap<Box<str>, MemberNo>,
    /// Aliases too: they share one name space.
    by_biz_mail: HashMap<Box<str>, MemberNo>,
    rolls: HashMap<u32, Roll>,
    /// How many of those who have logged in were created on which day.
    active_by_day: BTreeMap<i64, usize>,
}

/// Userids and mails are compared without case.
pub(crate) fn folded(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        text.to_ascii_lowercase().into()
    } else {
        text.into()
    }
}

/// Days since the Unix epoch, as they begin in Beijing.
pub(crate) fn day_in_beijing(at: Millis) -> i64 {
    const HOUR: Millis = 3_600_000;
    (at + 8 * HOUR).div_euclid(24 * HOUR)
}

fn biz_mails(member: &Member) -> impl Iterator<Item = &str> {
    let aliases = member.biz_mail_alias().iter();
    std::iter::once(&member.biz_mail).chain(aliases).map(|mail| &**mail).filter(|mail| !mail.is_empty())
}

impl Members {
    /// No members yet, and room for `count`.
    pub(crate) fn with_capacity(count: usize) -> Self {
        Self {
            slots: Vec::with_capacity(count),
            by_userid: HashMap::with_capacity(count),
            by_mobile: HashMap::with_capacity(count),
            by_email: HashMap::with_capacity(count),
            by_biz_mail: HashMap::with_capacity(count),
            ..Self::default()
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.by_userid.len()
    }

    pub(crate) fn at(&self, no: MemberNo) -> Option<&Member> {
        self.slots.get(no as usize)?.as_deref()
    }

    pub(crate) fn number_of(&self, userid: &str) -> Option<MemberNo> {
        self.by_userid.get(&*folded(userid)).copied()
    }

    pub(crate) fn find(&self, userid: &str) -> Option<(MemberNo, &Member)> {
        let no = self.number_of(userid)?;
        Some((no, self.at(no)?))
    }

    pub(crate) fn get(&self, userid: &str) -> Option<&Member> {
        self.find(userid).map(|(_, member)| member)
    }

    /// The holder of a mobile, given as members carry it.
    pub(crate) fn with_mobile(&self, mobile: &str) -> Option<MemberNo> {
        self.by_mobile.get(mobile).copied()
    }

    pub(crate) fn with_email(&self, email: &str) -> Option<MemberNo> {
        self.by_email.get(&*folded(email)).copied()
    }

    /// The holder of a 企业邮箱 or of an alias of one.
    pub(crate) fn with_biz_mail(&self, mail: &str) -> Option<MemberNo> {
        self.by_biz_mail.get(&*folded(mail)).copied()
    }

    /// All members from that number on, oldest first.
    pub(crate) fn from(&self, first: MemberNo) -> impl Iterator<Item = (MemberNo, &Member)> {
        (first..)
            .zip(self.slots.iter().skip(first as usize))
            .filter_map(|(no, slot)| Some((no, slot.as_deref()?)))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (MemberNo, &Member)> {
        self.from(0)
    }

    /// The direct members of a department in display order.
    pub(crate) fn in_department(&self, department: u32) -> impl Iterator<Item = (MemberNo, &Member)> {
        self.seated(department, |roll| &roll.places)
    }

    /// The 部门负责人 of a department in display order.
    pub(crate) fn leaders_of(&self, department: u32) -> impl Iterator<Item = (MemberNo, &Member)> {
        self.seated(department, |roll| &roll.leaders)
    }

    fn seated(
        &self,
        department: u32,
        which: fn(&Roll) -> &BTreeSet<u64>,
    ) -> impl Iterator<Item = (MemberNo, &Member)> {
        let places = self.rolls.get(&department).map(which);
        places.into_iter().flatten().filter_map(|place| {
            let no = *place as MemberNo;
            Some((no, self.at(no)?))
        })
    }

    pub(crate) fn count_in(&self, department: u32) -> usize {
        self.rolls.get(&department).map_or(0, |roll| roll.places.len())
    }

    /// How many have logged in, of those who were created on that [day](day_in_beijing) or before.
    pub(crate) fn active_by(&self, day: i64) -> usize {
        self.active_by_day.range(..=day).map(|(_, count)| count).sum()
    }

    /// Remembers that members were invited, which is not called back.
    pub(crate) fn mark_invited(&mut self, invited: impl IntoIterator<Item = MemberNo>) {
        for no in invited {
            if let Some(Some(member)) = self.slots.get_mut(no as usize) {
                member.invited = true;
            }
        }
    }

    /// Adds a member whose keys the caller knows to be free.
    pub(crate) fn insert(&mut self, member: Member) -> MemberNo {
        let no = self.slots.len() as MemberNo;
        self.index(no, &member);
        self.slots.push(Some(Box::new(member)));
        no
    }

    /// Puts a member in the place of an older self, which it gives back.
    pub(crate) fn replace(&mut self, no: MemberNo, member: Member) -> Option<Box<Member>> {
        let old = self.slots.get_mut(no as usize)?.take()?;
        self.unindex(no, &old);
        self.index(no, &member);
        self.slots[no as usize] = Some(Box::new(member));
        Some(old)
    }

    pub(crate) fn remove(&mut self, no: MemberNo) -> Option<Box<Member>> {
        let old = self.slots.get_mut(no as usize)?.take()?;
        self.unindex(no, &old);
        Some(old)
    }

    fn index(&mut self, no: MemberNo, member: &Member) {
        self.by_userid.insert(folded(&member.userid).into(), no);
        if !member.mobile.is_empty() {
            self.by_mobile.insert(member.mobile.clone(), no);
        }
        if !member.email.is_empty() {
            self.by_email.insert(folded(&member.email).into(), no);
        }
        for mail in biz_mails(member) {
            self.by_biz_mail.insert(folded(mail).into(), no);
        }
        if member.life == Life::Active {
            *self.active_by_day.entry(day_in_beijing(member.created_at)).or_default() += 1;
        }
        for seat in &member.seats {
            let roll = self.rolls.entry(seat.department).or_default();
            roll.places.insert(place(seat, no));
            if seat.leader {
                roll.leaders.insert(place(seat, no));
            }
        }
    }

    fn unindex(&mut self, no: MemberNo, member: &Member) {
        self.by_userid.remove(&*folded(&member.userid));
        self.by_mobile.remove(&member.mobile);
        self.by_email.remove(&*folded(&member.email));
        for mail in biz_mails(member) {
            self.by_biz_mail.remove(&*folded(mail));
        }
        if member.life == Life::Active
            && let Some(count) = self.active_by_day.get_mut(&day_in_beijing(member.created_at))
        {
            // Days are few: one that is left without anybody costs nothing.
            *count -= 1;
        }
        for seat in &member.seats {
            if let Some(roll) = self.rolls.get_mut(&seat.department) {
                roll.places.remove(&place(seat, no));
                roll.leaders.remove(&place(seat, no));
                if roll.places.is_empty() {
                    self.rolls.remove(&seat.department);
                }
            }
        }
    }
}
