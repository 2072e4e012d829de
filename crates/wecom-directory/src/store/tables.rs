//! The tables of a mirror, which are the same in all stores.

use super::{Table, columns::MEMBER_COLUMNS};

/// All tables. The corps come last, so that a copy that was interrupted shows none.
pub(in crate::store) const TABLES: &[Table] = &[
    Table {
        name: "credential",
        columns: &["corp", "source", "agent_id", "sees_sensitive", "sees_everybody", "read_at"],
        key: 3,
    },
    Table {
        name: "pull",
        columns: &[
            "pull",
            "corp",
            "started_at",
            "ended_at",
            "members",
            "departments",
            "tags",
            "existence",
            "is_complete",
            "report",
        ],
        key: 1,
    },
    Table {
        name: "department",
        columns: &[
            "corp", "id", "state", "name", "name_en", "parent", "place", "leaders", "path", "depth",
            "read_at",
        ],
        key: 2,
    },
    Table { name: "person", columns: &["person", "corp"], key: 1 },
    Table { name: "member", columns: MEMBER_COLUMNS, key: 1 },
    Table { name: "seat", columns: &["person", "department", "place", "is_leader", "is_main"], key: 2 },
    Table { name: "member_search", columns: &["person", "corp", "mask", "text"], key: 1 },
    Table {
        name: "tag",
        columns: &[
            "corp",
            "id",
            "state",
            "name",
            "has_members",
            "members_complete",
            "has_departments",
            "read_at",
        ],
        key: 2,
    },
    Table { name: "tag_member", columns: &["corp", "tag", "userid_key", "userid"], key: 3 },
    Table { name: "tag_department", columns: &["corp", "tag", "department"], key: 3 },
    Table {
        name: "change",
        columns: &[
            "seq", "corp", "at", "kind", "id", "id_key", "person", "action", "fields", "cause", "operator",
        ],
        key: 1,
    },
    Table {
        name: "run",
        columns: &[
            "run",
            "corp",
            "fingerprint",
            "operator",
            "undo_of",
            "started_at",
            "updated_at",
            "ended_at",
            "state",
            "counts",
            "measures",
            "stop",
        ],
        key: 1,
    },
    Table { name: "plan", columns: &["run", "plan"], key: 1 },
    Table { name: "step", columns: &["run", "step", "state", "part", "at", "reason"], key: 2 },
    Table { name: "person_key", columns: &["corp", "name", "value", "person"], key: 3 },
    Table { name: "written_hidden", columns: &["corp", "person", "field", "fingerprint"], key: 3 },
    Table { name: "corp", columns: &["corp", "corp_id"], key: 1 },
];
