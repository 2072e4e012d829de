-- The mirror of one or more corps. Ids that WeCom compares without case have a key column in lower case.
-- Times are milliseconds of Unix time. A hidden field is NULL, and its bit is set in `hidden`.

CREATE TABLE corp (
    corp    INTEGER PRIMARY KEY,
    corp_id TEXT NOT NULL UNIQUE
);

-- What is known of a secret. Secrets themselves are never stored.
CREATE TABLE credential (
    corp           INTEGER NOT NULL REFERENCES corp,
    source         TEXT NOT NULL CHECK (source IN ('app', 'contacts_sync')),
    agent_id       INTEGER NOT NULL DEFAULT 0,
    sees_sensitive INTEGER,
    sees_everybody INTEGER,
    read_at        INTEGER NOT NULL,
    PRIMARY KEY (corp, source, agent_id)
) WITHOUT ROWID;

CREATE TABLE pull (
    pull        INTEGER PRIMARY KEY AUTOINCREMENT,
    corp        INTEGER NOT NULL REFERENCES corp,
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER NOT NULL,
    members     TEXT NOT NULL,
    departments TEXT NOT NULL,
    tags        TEXT NOT NULL,
    existence   INTEGER NOT NULL,
    is_complete INTEGER NOT NULL,
    report      TEXT NOT NULL
);
CREATE INDEX pull_corp ON pull (corp, pull);

-- How far an unfinished pull has come; at most one row for each corp.
CREATE TABLE pull_progress (
    corp     INTEGER PRIMARY KEY REFERENCES corp,
    progress TEXT NOT NULL
);

CREATE TABLE department (
    corp      INTEGER NOT NULL REFERENCES corp,
    id        INTEGER NOT NULL,
    state     TEXT NOT NULL,
    name      TEXT,
    name_en   TEXT,
    parent    INTEGER,
    place     INTEGER,
    leaders   TEXT,
    path      TEXT,
    depth     INTEGER,
    read_at   INTEGER NOT NULL,
    PRIMARY KEY (corp, id)
) WITHOUT ROWID;

-- A person keeps the number when the userid changes.
CREATE TABLE person (
    person INTEGER PRIMARY KEY,
    corp   INTEGER NOT NULL REFERENCES corp
);

CREATE TABLE member (
    person            INTEGER PRIMARY KEY REFERENCES person,
    corp              INTEGER NOT NULL REFERENCES corp,
    userid            TEXT NOT NULL,
    userid_key        TEXT NOT NULL,
    state             TEXT NOT NULL,
    name              TEXT,
    alias             TEXT,
    mobile            TEXT,
    email             TEXT,
    biz_mail          TEXT,
    biz_mail_alias    TEXT,
    direct_leader     TEXT,
    position          TEXT,
    gender            TEXT,
    telephone         TEXT,
    address           TEXT,
    status            INTEGER,
    enable            INTEGER,
    avatar            TEXT,
    thumb_avatar      TEXT,
    qr_code           TEXT,
    extattr           TEXT,
    external_profile  TEXT,
    external_position TEXT,
    open_userid       TEXT,
    english_name      TEXT,
    isleader          INTEGER,
    hide_mobile       INTEGER,
    hidden            INTEGER NOT NULL,
    shown_app         INTEGER NOT NULL,
    shown_sync        INTEGER NOT NULL,
    read_at           INTEGER NOT NULL,
    hash_app          INTEGER,
    hash_sync         INTEGER,
    hash_departments  INTEGER
);
-- A userid that was freed by a rename or a removal may come back for another person.
CREATE UNIQUE INDEX member_userid ON member (corp, userid_key) WHERE state <> 'removed';

CREATE TABLE seat (
    person     INTEGER NOT NULL REFERENCES person,
    department INTEGER NOT NULL,
    place      INTEGER,
    is_leader  INTEGER,
    is_main    INTEGER,
    PRIMARY KEY (person, department)
) WITHOUT ROWID;

CREATE TABLE member_search (
    person INTEGER PRIMARY KEY REFERENCES person,
    corp   INTEGER NOT NULL REFERENCES corp,
    mask   INTEGER NOT NULL,
    text   TEXT NOT NULL
);

CREATE TABLE tag (
    corp             INTEGER NOT NULL REFERENCES corp,
    id               INTEGER NOT NULL,
    state            TEXT NOT NULL,
    name             TEXT,
    has_members      INTEGER NOT NULL,
    members_complete INTEGER NOT NULL,
    has_departments  INTEGER NOT NULL,
    read_at          INTEGER NOT NULL,
    PRIMARY KEY (corp, id)
) WITHOUT ROWID;

CREATE TABLE tag_member (
    corp       INTEGER NOT NULL REFERENCES corp,
    tag        INTEGER NOT NULL,
    userid_key TEXT NOT NULL,
    userid     TEXT NOT NULL,
    PRIMARY KEY (corp, tag, userid_key)
) WITHOUT ROWID;

CREATE TABLE tag_department (
    corp       INTEGER NOT NULL REFERENCES corp,
    tag        INTEGER NOT NULL,
    department INTEGER NOT NULL,
    PRIMARY KEY (corp, tag, department)
) WITHOUT ROWID;

-- The journal.
CREATE TABLE change (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    corp     INTEGER NOT NULL REFERENCES corp,
    at       INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    id       TEXT NOT NULL,
    id_key   TEXT NOT NULL,
    person   INTEGER,
    action   TEXT NOT NULL,
    fields   TEXT NOT NULL,
    cause    TEXT NOT NULL,
    operator TEXT
);
CREATE INDEX change_object ON change (corp, kind, id_key);
CREATE INDEX change_person ON change (person) WHERE person IS NOT NULL;
