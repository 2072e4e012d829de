//! Random corps, credentials and changes for property tests.

use proptest::{
    collection::vec,
    prelude::*,
    sample::Index,
    test_runner::{Config, RngSeed},
};
use wecom_directory::pull::{Pull, Via};
use wecom_sim::{
    Choices, Console, ConsoleDepartment, ConsoleLegacy, ConsoleMember, ConsoleRange, CorpDump, Sim,
};

use crate::{corp::Corp, oracle::Leeway};

/// The cases are the same in every run. `PROPTEST_CASES` runs that many random ones instead.
pub(crate) fn config(cases: u32) -> Config {
    let config = Config { failure_persistence: None, max_shrink_iters: 60, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() {
        return config;
    }
    Config { cases, rng_seed: RngSeed::Fixed(13), ..config }
}

/// Runs a case on threads of its own.
pub(crate) fn run(case: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.unwrap().block_on(case);
}

/// A corp, and how it is seen.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) members: u32,
    pub(crate) departments: u32,
    pub(crate) seed: u64,
    pub(crate) edits: Vec<Edit>,
    pub(crate) secrets: Secrets,
    pub(crate) range: Range,
    /// The contacts-sync secret reads details, as one from before 2022.
    pub(crate) contacts_is_old: bool,
    /// The app sees sensitive fields, as one from before 2022.
    pub(crate) app_is_full: bool,
    pub(crate) via: Via,
    pub(crate) page: u32,
    /// One bit for each switch of the simulator.
    pub(crate) switches: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrets {
    Both,
    Contacts,
    App,
}

/// The visible range of the app.
#[derive(Clone, Debug)]
pub(crate) enum Range {
    Whole,
    Departments(Vec<Index>),
    Members(Vec<Index>),
    Tag(Index),
}

/// A change of the corp in the console. An index chooses among the objects that exist then.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    Seats { member: Index, departments: Vec<Index>, leads: bool },
    DirectLeader { member: Index, leader: Index },
    Rename { member: Index, name: String },
    Clear { member: Index },
    Disable { member: Index },
    Quit { member: Index },
    Delete { member: Index },
    Create { userid: String, department: Index },
    CreateDepartment { parent: Index, name: String },
    MoveDepartment { department: Index, parent: Index },
    RenameDepartment { department: Index, name: String },
    DeleteDepartment { department: Index },
    Tag { tag: Index, members: Vec<Index>, departments: Vec<Index>, add: bool },
    CreateTag { name: String },
    DeleteTag { tag: Index },
}

pub(crate) fn secrets() -> impl Strategy<Value = Secrets> {
    prop_oneof![3 => Just(Secrets::Both), 1 => Just(Secrets::Contacts), 1 => Just(Secrets::App)]
}

pub(crate) fn range() -> impl Strategy<Value = Range> {
    prop_oneof![
        2 => Just(Range::Whole),
        2 => vec(any::<Index>(), 1..4).prop_map(Range::Departments),
        1 => vec(any::<Index>(), 0..4).prop_map(Range::Members),
        1 => any::<Index>().prop_map(Range::Tag),
    ]
}

pub(crate) fn edit() -> impl Strategy<Value = Edit> {
    let index = any::<Index>;
    let name = || "[a-zA-Z张李王部]{1,8}";
    prop_oneof![
        4 => (index(), vec(index(), 1..4), any::<bool>())
            .prop_map(|(member, departments, leads)| Edit::Seats { member, departments, leads }),
        1 => (index(), index()).prop_map(|(member, leader)| Edit::DirectLeader { member, leader }),
        1 => (index(), name()).prop_map(|(member, name)| Edit::Rename { member, name }),
        1 => index().prop_map(|member| Edit::Clear { member }),
        1 => index().prop_map(|member| Edit::Disable { member }),
        1 => index().prop_map(|member| Edit::Quit { member }),
        2 => index().prop_map(|member| Edit::Delete { member }),
        2 => ("[A-Z][a-zA-Z0-9]{3,9}", index())
            .prop_map(|(userid, department)| Edit::Create { userid, department }),
        2 => (index(), name()).prop_map(|(parent, name)| Edit::CreateDepartment { parent, name }),
        1 => (index(), index()).prop_map(|(department, parent)| Edit::MoveDepartment { department, parent }),
        1 => (index(), name()).prop_map(|(department, name)| Edit::RenameDepartment { department, name }),
        1 => index().prop_map(|department| Edit::DeleteDepartment { department }),
        2 => (index(), vec(index(), 0..3), vec(index(), 0..3), any::<bool>())
            .prop_map(|(tag, members, departments, add)| Edit::Tag { tag, members, departments, add }),
        1 => name().prop_map(|name| Edit::CreateTag { name }),
        1 => index().prop_map(|tag| Edit::DeleteTag { tag }),
    ]
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    let via = prop_oneof![2 => Just(Via::Lists), 1 => Just(Via::Export), 1 => Just(Via::Auto)];
    let size = (0_u32..30, 1_u32..9, 0_u64..1_000, vec(edit(), 0..12));
    (size, secrets(), range(), any::<bool>(), any::<bool>(), via, 1_u32..20, any::<u16>()).prop_map(
        |(size, secrets, range, contacts_is_old, app_is_full, via, page, switches)| {
            let (members, departments, seed, edits) = size;
            Case {
                members,
                departments,
                seed,
                edits,
                secrets,
                range,
                contacts_is_old,
                app_is_full,
                via,
                page,
                switches,
            }
        },
    )
}

impl Case {
    fn is_on(&self, bit: u32) -> bool {
        self.switches >> bit & 1 == 1
    }

    pub(crate) fn choices(&self) -> Choices {
        let mut choices = Choices::default();
        choices.withheld_as_empty = self.is_on(0);
        choices.withheld_gender_as_zero = self.is_on(1);
        choices.return_enable = !self.is_on(2);
        choices.external_fields_for_new_apps = self.is_on(3);
        choices.brief_attributes = self.is_on(4);
        choices.empty_last_cursor = self.is_on(5);
        choices.ids_by_department = self.is_on(6);
        choices.hide_left_members = self.is_on(7);
        choices.lower_case_userids = self.is_on(8);
        // Half as often: it hides all seats.
        choices.member_authorization = self.is_on(9) && self.is_on(10);
        choices
    }

    pub(crate) async fn start(&self) -> Corp {
        let builder = Sim::builder()
            .seed(self.members, self.departments, self.seed)
            .choices(self.choices())
            .largest_id_page(self.page);
        let corp = Corp::with(builder).await;
        let rights = ConsoleLegacy::new().contacts(self.contacts_is_old).app(None, self.app_is_full);
        corp.sim.console().set_legacy(rights).await.unwrap();
        for edit in &self.edits {
            edit.make(&corp.sim.console(), &corp.sim.dump()).await;
        }
        set_range(&corp, &self.range).await;
        corp
    }

    pub(crate) fn pull(&self, corp: &Corp, secrets: Secrets) -> Pull {
        let pull = match secrets {
            Secrets::Both => corp.both(),
            Secrets::Contacts => corp.contacts_only(),
            Secrets::App => corp.app_only(),
        };
        pull.via(self.via)
    }

    pub(crate) fn leeway(&self) -> Leeway {
        Leeway { left_are_hidden: self.choices().hide_left_members, ..Leeway::default() }
    }
}

pub(crate) async fn set_range(corp: &Corp, range: &Range) {
    let dump = corp.sim.dump();
    let whole = ConsoleRange::new().departments([1]);
    let range = match range {
        Range::Whole => whole,
        Range::Departments(indexes) => ConsoleRange::new()
            .departments(indexes.iter().map(|index| index.get(&dump.departments).id).collect::<Vec<_>>()),
        Range::Members(_) if dump.members.is_empty() => ConsoleRange::new(),
        Range::Members(indexes) => ConsoleRange::new()
            .members(indexes.iter().map(|index| index.get(&dump.members).userid.clone()).collect::<Vec<_>>()),
        Range::Tag(_) if dump.tags.is_empty() => ConsoleRange::new(),
        Range::Tag(index) => ConsoleRange::new().tags([index.get(&dump.tags).tagid]),
    };
    corp.sim.console().set_app_range(range).await.unwrap();
}

/// What an edit has touched: userids in lower case, and departments.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    pub(crate) members: Vec<String>,
    pub(crate) departments: Vec<u32>,
}

impl Edit {
    /// Makes the change. One that the console refuses changes nothing.
    pub(crate) async fn make(&self, console: &Console, dump: &CorpDump) -> Touched {
        let mut touched = Touched::default();
        let department = |index: &Index| index.get(&dump.departments).id;
        let userid = |index: &Index| index.get(&dump.members).userid.clone();
        let needs_member = !matches!(
            self,
            Self::Create { .. }
                | Self::CreateDepartment { .. }
                | Self::MoveDepartment { .. }
                | Self::RenameDepartment { .. }
                | Self::DeleteDepartment { .. }
                | Self::Tag { .. }
                | Self::CreateTag { .. }
                | Self::DeleteTag { .. }
        );
        if needs_member && dump.members.is_empty() {
            return touched;
        }
        let mut member = |index: &Index| {
            touched.members.push(userid(index).to_ascii_lowercase());
            ConsoleMember::new().userid(userid(index))
        };
        match self {
            Self::Seats { member: index, departments, leads } => {
                let mut ids: Vec<_> = departments.iter().map(department).collect();
                ids.sort_unstable();
                ids.dedup();
                let leaders = vec![*leads; ids.len()];
                console.update_member(member(index).department(ids).is_leader_in_dept(leaders)).await.ok();
            }
            Self::DirectLeader { member: index, leader } => {
                console.update_member(member(index).direct_leader([userid(leader)])).await.ok();
            }
            Self::Rename { member: index, name } => {
                console.update_member(member(index).name(name)).await.ok();
            }
            Self::Clear { member: index } => {
                let empty = member(index).mobile("").position("").gender("0").external_position("");
                console.update_member(empty).await.ok();
            }
            Self::Disable { member: index } => {
                console.update_member(member(index).enable(false)).await.ok();
            }
            Self::Quit { member: index } => {
                touched.members.push(userid(index).to_ascii_lowercase());
                console.member_quits(&userid(index)).await.ok();
            }
            Self::Delete { member: index } => {
                touched.members.push(userid(index).to_ascii_lowercase());
                console.delete_member(&userid(index)).await.ok();
            }
            Self::Create { userid, department: index } => {
                touched.members.push(userid.to_ascii_lowercase());
                let new = ConsoleMember::new().userid(userid).name(userid).department([department(index)]);
                console.create_member(new).await.ok();
            }
            Self::CreateDepartment { parent, name } => {
                let new = ConsoleDepartment::new().name(name).parentid(department(parent));
                touched.departments.extend(console.create_department(new).await.ok());
            }
            Self::MoveDepartment { department: index, parent } => {
                touched.departments.push(department(index));
                let moved = ConsoleDepartment::new().id(department(index)).parentid(department(parent));
                console.update_department(moved).await.ok();
            }
            Self::RenameDepartment { department: index, name } => {
                touched.departments.push(department(index));
                console
                    .update_department(ConsoleDepartment::new().id(department(index)).name(name))
                    .await
                    .ok();
            }
            Self::DeleteDepartment { department: index } => {
                touched.departments.push(department(index));
                console.delete_department(department(index)).await.ok();
            }
            Self::CreateTag { name } => _ = console.create_tag(name, None).await,
            Self::Tag { .. } | Self::DeleteTag { .. } if dump.tags.is_empty() => {}
            Self::Tag { tag, members, departments, add } => {
                let tag = tag.get(&dump.tags).tagid;
                let members: Vec<_> =
                    if dump.members.is_empty() { Vec::new() } else { members.iter().map(userid).collect() };
                let departments: Vec<_> = departments.iter().map(department).collect();
                let members: Vec<_> = members.iter().map(String::as_str).collect();
                if *add {
                    console.add_tag_members(tag, &members, &departments).await.ok();
                } else {
                    console.remove_tag_members(tag, &members, &departments).await.ok();
                }
            }
            Self::DeleteTag { tag } => _ = console.delete_tag(tag.get(&dump.tags).tagid).await,
        }
        touched
    }
}
