-- The meetings with their plans, the ledger, the codes, and what the server remembers. The PostgreSQL schema beside this
-- one has the same tables and the same rules.

CREATE TABLE meetings (
    id           TEXT    NOT NULL PRIMARY KEY,
    number       TEXT    NOT NULL,
    title        TEXT    NOT NULL,
    starts_at_ms INTEGER NOT NULL,
    version      INTEGER NOT NULL CHECK (version >= 1)
) STRICT;

CREATE INDEX meetings_by_start ON meetings (starts_at_ms, id);

-- Every version of every plan, byte for byte as its hash covers it.
CREATE TABLE plans (
    meeting TEXT    NOT NULL REFERENCES meetings (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    sha256  TEXT    NOT NULL CHECK (length(sha256) = 64),
    body    TEXT    NOT NULL CHECK (json_valid(body)),
    PRIMARY KEY (meeting, version)
) STRICT;

CREATE TRIGGER plans_are_never_changed BEFORE UPDATE ON plans
BEGIN
    SELECT RAISE(ABORT, 'a version of a plan is never changed');
END;

CREATE TRIGGER plans_are_never_deleted BEFORE DELETE ON plans
BEGIN
    SELECT RAISE(ABORT, 'a version of a plan is never deleted');
END;

-- INSERT OR REPLACE deletes without asking the trigger above; a version that is not the next one is refused here.
CREATE TRIGGER plans_are_only_appended BEFORE INSERT ON plans
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM plans WHERE meeting = NEW.meeting)
BEGIN
    SELECT RAISE(ABORT, 'a version of a plan comes right after the last one');
END;

-- One row: the name of the server that writes here, made once. Ledgers of several servers are told apart by it.
CREATE TABLE node (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    id       TEXT    NOT NULL
) STRICT;

CREATE TRIGGER the_node_is_never_changed BEFORE UPDATE ON node
BEGIN
    SELECT RAISE(ABORT, 'the name of the node is never changed');
END;

CREATE TRIGGER the_node_is_never_deleted BEFORE DELETE ON node
BEGIN
    SELECT RAISE(ABORT, 'the name of the node is never changed');
END;

-- The ledger. The body is kept byte for byte as the hash covers it; the kind repeats what stands in it.
CREATE TABLE events (
    meeting   TEXT    NOT NULL REFERENCES meetings (id),
    node      TEXT    NOT NULL,
    seq       INTEGER NOT NULL,
    at_ms     INTEGER NOT NULL,
    actor     TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    body      TEXT    NOT NULL CHECK (json_valid(body)),
    prev_hash BLOB    NOT NULL CHECK (length(prev_hash) = 32),
    hash      BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (meeting, node, seq),
    CHECK (kind = body ->> 'kind')
) STRICT;

CREATE INDEX events_by_kind ON events (kind, meeting);

CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only: an event is never changed');
END;

CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only: an event is never deleted');
END;

CREATE TRIGGER events_are_only_appended BEFORE INSERT ON events
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM events WHERE meeting = NEW.meeting AND node = NEW.node)
  OR NEW.at_ms < (SELECT at_ms FROM events WHERE meeting = NEW.meeting AND node = NEW.node ORDER BY seq DESC LIMIT 1)
  OR NEW.prev_hash <> (SELECT hash FROM events WHERE meeting = NEW.meeting AND node = NEW.node ORDER BY seq DESC LIMIT 1)
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only: an event comes right after the last one');
END;

-- Signed statements of where the chain of a meeting stood.
CREATE TABLE checkpoints (
    meeting   TEXT    NOT NULL REFERENCES meetings (id),
    node      TEXT    NOT NULL,
    seq       INTEGER NOT NULL,
    hash      BLOB    NOT NULL CHECK (length(hash) = 32),
    at_ms     INTEGER NOT NULL,
    key_id    TEXT    NOT NULL,
    signature TEXT    NOT NULL,
    PRIMARY KEY (meeting, node, seq)
) STRICT;

CREATE TRIGGER checkpoints_are_never_changed BEFORE UPDATE ON checkpoints
BEGIN
    SELECT RAISE(ABORT, 'a checkpoint is never changed');
END;

CREATE TRIGGER checkpoints_are_never_deleted BEFORE DELETE ON checkpoints
BEGIN
    SELECT RAISE(ABORT, 'a checkpoint is never deleted');
END;

-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER checkpoints_are_only_appended BEFORE INSERT ON checkpoints
WHEN NEW.seq <= (SELECT max(seq) FROM checkpoints WHERE meeting = NEW.meeting AND node = NEW.node)
BEGIN
    SELECT RAISE(ABORT, 'a checkpoint comes after the last one');
END;

-- The ballot boxes of secret votes: how often each option was chosen, never by whom or in which order.
CREATE TABLE ballots (
    meeting TEXT    NOT NULL REFERENCES meetings (id),
    vote    INTEGER NOT NULL,
    choice  INTEGER NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (meeting, vote, choice)
) STRICT;

CREATE TRIGGER ballots_are_only_added BEFORE UPDATE ON ballots
WHEN NEW.meeting <> OLD.meeting OR NEW.vote <> OLD.vote OR NEW.choice <> OLD.choice OR NEW.count <= OLD.count
BEGIN
    SELECT RAISE(ABORT, 'a ballot is never taken out');
END;

CREATE TRIGGER ballots_are_never_deleted BEFORE DELETE ON ballots
BEGIN
    SELECT RAISE(ABORT, 'a ballot is never taken out');
END;

-- A code itself is never stored: who reads this table cannot sit down on anyone's seat.
CREATE TABLE invites (
    code_sha256   BLOB    NOT NULL PRIMARY KEY,
    meeting       TEXT    NOT NULL REFERENCES meetings (id),
    place         TEXT    NOT NULL,
    kind          TEXT    NOT NULL CHECK (kind IN ('seat', 'check-in')),
    number        INTEGER NOT NULL,
    made_at_ms    INTEGER NOT NULL,
    revoked_at_ms INTEGER
) STRICT;

CREATE INDEX invites_of_a_place ON invites (meeting, place, kind);
CREATE UNIQUE INDEX one_live_invite_a_place ON invites (meeting, place, kind) WHERE revoked_at_ms IS NULL;

CREATE TABLE administrators (
    code_sha256   BLOB    NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL,
    made_at_ms    INTEGER NOT NULL,
    revoked_at_ms INTEGER
) STRICT;

CREATE UNIQUE INDEX one_live_administrator_a_name ON administrators (name) WHERE revoked_at_ms IS NULL;

-- What was answered to requests that carry a key, so that a repeated request is not carried out twice.
CREATE TABLE answers (
    scope          TEXT    NOT NULL,
    key            TEXT    NOT NULL,
    request_sha256 BLOB    NOT NULL,
    response       BLOB    NOT NULL,
    at_ms          INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT;

CREATE INDEX answers_by_age ON answers (at_ms);

-- One row: the last instant at which the server is known to have been alive.
CREATE TABLE liveness (
    only_row      INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    last_known_ms INTEGER NOT NULL
) STRICT;
