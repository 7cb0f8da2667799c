-- The directory (meetings, their points, their invites) and the ledger (events).

CREATE TABLE meetings (
    id           TEXT    NOT NULL PRIMARY KEY,
    starts_at_ms INTEGER NOT NULL,
    plan         TEXT    NOT NULL
) STRICT;

-- A code itself is never stored: who reads this table cannot sit down on anyone's seat.
CREATE TABLE invites (
    code_sha256   BLOB    NOT NULL PRIMARY KEY,
    meeting       TEXT    NOT NULL,
    place         TEXT    NOT NULL,
    made_at_ms    INTEGER NOT NULL,
    revoked_at_ms INTEGER,
    FOREIGN KEY (meeting) REFERENCES meetings (id)
) STRICT;

CREATE INDEX invites_of_a_seat ON invites (meeting, place);

-- The body is kept byte for byte as it was written, so that a later hash chain covers what the reader sees; the kind
-- is drawn from it, so that the two cannot differ.
CREATE TABLE events (
    meeting TEXT    NOT NULL REFERENCES meetings (id),
    seq     INTEGER NOT NULL,
    at_ms   INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    kind    TEXT    NOT NULL GENERATED ALWAYS AS (body ->> 'kind') VIRTUAL,
    body    TEXT    NOT NULL CHECK (json_valid(body)),
    PRIMARY KEY (meeting, seq)
) STRICT;

CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only: an event is never changed');
END;

CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only: an event is never deleted');
END;

-- INSERT OR REPLACE deletes without asking the trigger above; an event that is not the next one is refused here.
CREATE TRIGGER events_are_only_appended BEFORE INSERT ON events
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM events WHERE meeting = NEW.meeting)
  OR NEW.at_ms < (SELECT at_ms FROM events WHERE meeting = NEW.meeting ORDER BY seq DESC LIMIT 1)
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only: an event comes right after the last one');
END;

-- One row: the last instant at which the server is known to have been alive.
CREATE TABLE liveness (
    only_row    INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    last_known_ms INTEGER NOT NULL
) STRICT;
