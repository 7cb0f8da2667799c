-- The directory of the authority: its units as a tree and their delegates, as they outlive the meetings. The PostgreSQL
-- schema beside this one has the same tables and the same rules.

-- One row: how many changes the directory has seen.
CREATE TABLE directory (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    revision INTEGER NOT NULL CHECK (revision >= 0)
) STRICT;

INSERT INTO directory (only_row, revision) VALUES (1, 0);

-- The position is among those with the same parent. A file may name a child before its parent: what refers to what is
-- looked at when all of it is there.
CREATE TABLE units (
    id            TEXT    NOT NULL PRIMARY KEY,
    parent        TEXT    REFERENCES units (id) DEFERRABLE INITIALLY DEFERRED,
    level         TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    room          TEXT    NOT NULL,
    position      INTEGER NOT NULL,
    retired_at_ms INTEGER
) STRICT;

-- The position is among those of the same unit.
CREATE TABLE delegates (
    id            TEXT    NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL,
    title         TEXT    NOT NULL,
    unit          TEXT    NOT NULL REFERENCES units (id) DEFERRABLE INITIALLY DEFERRED,
    point         TEXT    REFERENCES units (id) DEFERRABLE INITIALLY DEFERRED,
    position      INTEGER NOT NULL,
    retired_at_ms INTEGER
) STRICT;

-- Meetings name them: they are retired, and never deleted.
CREATE TRIGGER units_are_never_deleted BEFORE DELETE ON units
BEGIN
    SELECT RAISE(ABORT, 'a unit is retired, and never deleted');
END;

CREATE TRIGGER delegates_are_never_deleted BEFORE DELETE ON delegates
BEGIN
    SELECT RAISE(ABORT, 'a delegate is retired, and never deleted');
END;

-- Who changed the directory when, by which file, and how much of it. No names of delegates.
CREATE TABLE directory_changes (
    revision  INTEGER NOT NULL PRIMARY KEY,
    at_ms     INTEGER NOT NULL,
    by_whom   TEXT    NOT NULL,
    of_what   TEXT    NOT NULL CHECK (of_what IN ('units', 'delegates')),
    -- The one that was changed by hand; none for a file.
    subject   TEXT,
    file_name TEXT    NOT NULL,
    added     INTEGER NOT NULL,
    changed   INTEGER NOT NULL,
    restored  INTEGER NOT NULL,
    retired   INTEGER NOT NULL
) STRICT;

CREATE TRIGGER directory_changes_are_never_changed BEFORE UPDATE ON directory_changes
BEGIN
    SELECT RAISE(ABORT, 'what was changed in the directory stays noted');
END;

CREATE TRIGGER directory_changes_are_never_deleted BEFORE DELETE ON directory_changes
BEGIN
    SELECT RAISE(ABORT, 'what was changed in the directory stays noted');
END;

-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER directory_changes_are_only_appended BEFORE INSERT ON directory_changes
WHEN NEW.revision <= (SELECT max(revision) FROM directory_changes)
BEGIN
    SELECT RAISE(ABORT, 'a change of the directory comes after the last one');
END;
