-- The directory of the authority: its units as a tree and their delegates, as they outlive the meetings. The SQLite
-- schema beside this one has the same tables and the same rules.

-- One row: how many changes the directory has seen.
CREATE TABLE directory (
    only_row BIGINT NOT NULL PRIMARY KEY CHECK (only_row = 1),
    revision BIGINT NOT NULL CHECK (revision >= 0)
);

INSERT INTO directory (only_row, revision) VALUES (1, 0);

-- The position is among those with the same parent. A file may name a child before its parent: what refers to what is
-- looked at when all of it is there.
CREATE TABLE units (
    id            TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    parent        TEXT   COLLATE "C" REFERENCES units (id) DEFERRABLE INITIALLY DEFERRED,
    level         TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    room          TEXT   NOT NULL,
    position      BIGINT NOT NULL,
    retired_at_ms BIGINT
);

-- The position is among those of the same unit.
CREATE TABLE delegates (
    id            TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    name          TEXT   NOT NULL,
    title         TEXT   NOT NULL,
    unit          TEXT   COLLATE "C" NOT NULL REFERENCES units (id) DEFERRABLE INITIALLY DEFERRED,
    point         TEXT   COLLATE "C" REFERENCES units (id) DEFERRABLE INITIALLY DEFERRED,
    position      BIGINT NOT NULL,
    retired_at_ms BIGINT
);

-- Meetings name them: they are retired, and never deleted.
CREATE FUNCTION refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is retired, and never deleted', TG_ARGV[0];
END $$;

CREATE TRIGGER units_are_never_deleted BEFORE DELETE ON units
    FOR EACH ROW EXECUTE FUNCTION refuse_deletion('a unit');
CREATE TRIGGER units_are_never_emptied BEFORE TRUNCATE ON units
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_deletion('a unit');

CREATE TRIGGER delegates_are_never_deleted BEFORE DELETE ON delegates
    FOR EACH ROW EXECUTE FUNCTION refuse_deletion('a delegate');
CREATE TRIGGER delegates_are_never_emptied BEFORE TRUNCATE ON delegates
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_deletion('a delegate');

-- Who changed the directory when, by which file, and how much of it. No names of delegates.
CREATE TABLE directory_changes (
    revision  BIGINT NOT NULL PRIMARY KEY,
    at_ms     BIGINT NOT NULL,
    by_whom   TEXT   NOT NULL,
    of_what   TEXT   COLLATE "C" NOT NULL CHECK (of_what IN ('units', 'delegates')),
    -- The one that was changed by hand; none for a file.
    subject   TEXT,
    file_name TEXT   NOT NULL,
    added     BIGINT NOT NULL,
    changed   BIGINT NOT NULL,
    restored  BIGINT NOT NULL,
    retired   BIGINT NOT NULL
);

CREATE TRIGGER directory_changes_are_never_changed BEFORE UPDATE OR DELETE ON directory_changes
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a change of the directory');
CREATE TRIGGER directory_changes_are_never_emptied BEFORE TRUNCATE ON directory_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('a change of the directory');

CREATE FUNCTION refuse_directory_change_out_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.revision <= (SELECT max(revision) FROM directory_changes) THEN
        RAISE EXCEPTION 'a change of the directory comes after the last one';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER directory_changes_are_only_appended BEFORE INSERT ON directory_changes
    FOR EACH ROW EXECUTE FUNCTION refuse_directory_change_out_of_order();
