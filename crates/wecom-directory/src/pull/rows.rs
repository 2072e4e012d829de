//! Rows as they came, with the hash of their bytes, so that an unchanged row need not be parsed.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::value::RawValue;
use wecom_contacts::{Call, DepartmentId, Endpoint, UserId, members::Member};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A member's row of an export or a list.
pub(super) struct RawRow {
    pub(super) userid: String,
    json: Box<RawValue>,
}

impl RawRow {
    /// The hash of the row's bytes, and of what is assumed of the credential that read it.
    pub(super) fn hash(&self, seed: u64) -> u64 {
        xxh3_64_with_seed(self.json.get().as_bytes(), seed)
    }

    /// Parses the row.
    pub(super) fn member(&self) -> Result<Member, serde_json::Error> {
        serde_json::from_str(self.json.get())
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
        Ok(Self { userid, json })
    }
}

/// `user/list`, its rows as they came: the direct members of one department.
///
/// Official: [获取部门成员详情](https://developer.work.weixin.qq.com/document/path/90201)
#[derive(Serialize)]
pub(super) struct ListRows {
    department_id: DepartmentId,
}

impl ListRows {
    pub(super) fn of(department_id: DepartmentId) -> Self {
        Self { department_id }
    }
}

#[derive(Deserialize)]
pub(super) struct Rows {
    pub(super) userlist: Vec<RawRow>,
}

impl Endpoint for ListRows {
    #[expect(
        clippy::disallowed_methods,
        reason = "the SDK's own endpoint parses the rows; the mirror compares their bytes first"
    )]
    const CALL: Call = Call::get("user/list");
    type Reply = Rows;
}

/// `user/get`, the row as it came.
///
/// Official: [读取成员](https://developer.work.weixin.qq.com/document/path/90196)
#[derive(Serialize)]
pub(super) struct GetRow {
    userid: UserId,
}

impl GetRow {
    pub(super) fn of(userid: UserId) -> Self {
        Self { userid }
    }
}

impl Endpoint for GetRow {
    #[expect(
        clippy::disallowed_methods,
        reason = "the SDK's own endpoint parses the row; the mirror compares its bytes first"
    )]
    const CALL: Call = Call::get("user/get");
    type Reply = RawRow;
}
