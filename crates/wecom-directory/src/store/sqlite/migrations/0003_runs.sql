-- Plans that were applied, and what became of each step.

CREATE TABLE run (
    run         INTEGER PRIMARY KEY AUTOINCREMENT,
    corp        INTEGER NOT NULL REFERENCES corp,
    fingerprint TEXT NOT NULL,
    operator    TEXT,
    undo_of     INTEGER,
    started_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    state       TEXT NOT NULL,
    counts      TEXT NOT NULL,
    measures    TEXT NOT NULL,
    stop        TEXT
);
-- A plan is applied once.
CREATE UNIQUE INDEX run_fingerprint ON run (corp, fingerprint);

-- Apart from the run, whose row is written with each group of steps.
CREATE TABLE plan (
    run  INTEGER PRIMARY KEY REFERENCES run,
    plan TEXT NOT NULL
);

-- A step without a row was not sent.
CREATE TABLE step (
    run    INTEGER NOT NULL REFERENCES run,
    step   INTEGER NOT NULL,
    state  TEXT NOT NULL,
    part   INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    reason TEXT,
    PRIMARY KEY (run, step)
) WITHOUT ROWID;

-- Which person a key of a roster belongs to.
CREATE TABLE person_key (
    corp   INTEGER NOT NULL REFERENCES corp,
    name   TEXT NOT NULL,
    value  TEXT NOT NULL,
    person INTEGER NOT NULL REFERENCES person,
    PRIMARY KEY (corp, name, value)
) WITHOUT ROWID;
CREATE INDEX person_key_person ON person_key (person);

-- Fingerprints of values that runs wrote into fields which no credential shows. Their key is not in the database.
CREATE TABLE written_hidden (
    corp        INTEGER NOT NULL REFERENCES corp,
    person      INTEGER NOT NULL REFERENCES person,
    field       TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (corp, person, field)
) WITHOUT ROWID;
