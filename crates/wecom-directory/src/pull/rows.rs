//! Rows as they came, with the hash of their bytes, so that an unchanged row need not be parsed.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::value::RawValue;
use wecom_contacts::{Call, DepartmentId, Endpoint, members::Member};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A member's row: as it came in an export or a list, or parsed, as a single member comes.
pub(crate) struct RawRow {
    pub(crate) userid: String,
    content: Content,
}

enum Content {
    Json(Box<RawValue>),
    Member(Box<Member>),
}

impl RawRow {
    /// The hash of the row's bytes, and of what is assumed of the credential that read it.
    pub(crate) fn hash(&self, seed: u64) -> u64 {
        match &self.content {
            Content::Json(json) => xxh3_64_with_seed(json.get().as_bytes(), seed),
            // Of the bytes that the parsed row has here, which are the same for the same answer.
            Content::Member(member) => {
                xxh3_64_with_seed(&serde_json::to_vec(member).unwrap_or_default(), !seed)
            }
        }
    }

    /// Returns the parsed row.
    pub(crate) fn member(&self) -> Result<Member, serde_json::Error> {
        match &self.content {
            Content::Json(json) => serde_json::from_str(json.get()),
            Content::Member(member) => Ok((**member).clone()),
        }
    }
}

impl From<Member> for RawRow {
    fn from(member: Member) -> Self {
        Self { userid: member.userid.as_str().to_owned(), content: Content::Member(Box::new(member)) }
    }
}

impl<'de> Deserialize<'de> for RawRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Id {
            userid: String,
        }

        let json = Box::<RawValue>::deserialize(deserializer)?;
        // A damaged text of the row is found here, where the SDK mends it and reads the row again.
        let Id { userid } = serde_json::from_str(json.get()).map_err(D::Error::custom)?;
        Ok(Self { userid, content: Content::Json(json) })
    }
}

/// `user/list`, its rows as they came: the direct members of one department.
///
/// Official: [获取部门成员详情](https://developer.work.weixin.qq.com/document/path/90201)
#[derive(Serialize)]
pub(crate) struct ListRows {
    department_id: DepartmentId,
}

impl ListRows {
    pub(crate) fn of(department_id: DepartmentId) -> Self {
        Self { department_id }
    }
}

#[derive(Deserialize)]
pub(crate) struct Rows {
    pub(crate) userlist: Vec<RawRow>,
}

impl Endpoint for ListRows {
    #[expect(
        clippy::disallowed_methods,
        reason = "the SDK's own endpoint parses the rows; the mirror compares their bytes first"
    )]
    const CALL: Call = Call::get("user/list");
    type Reply = Rows;
}
