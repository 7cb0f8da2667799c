-- The meetings with their plans, the ledger, the codes, and what the server remembers. The SQLite schema beside this one
-- has the same tables and the same rules. Names are compared byte by byte (collation "C"), as SQLite does.

CREATE TABLE meetings (
    id           TEXT    COLLATE "C" NOT NULL PRIMARY KEY,
    number       TEXT    NOT NULL,
    title        TEXT    NOT NULL,
    starts_at_ms BIGINT  NOT NULL,
    version      BIGINT  NOT NULL CHECK (version >= 1)
);

CREATE INDEX meetings_by_start ON meetings (starts_at_ms, id);

-- Every version of every plan, byte for byte as its hash covers it.
CREATE TABLE plans (
    meeting TEXT   COLLATE "C" NOT NULL REFERENCES meetings (id),
    version BIGINT NOT NULL CHECK (version >= 1),
    sha256  TEXT   NOT NULL CHECK (length(sha256) = 64),
    body    TEXT   NOT NULL CHECK (body::json IS NOT NULL),
    PRIMARY KEY (meeting, version)
);

-- What is appended to only. The argument of the trigger says what it is.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed or taken out', TG_ARGV[0];
END $$;

CREATE TRIGGER plans_are_never_changed BEFORE UPDATE OR DELETE ON plans
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a version of a plan');
CREATE TRIGGER plans_are_never_emptied BEFORE TRUNCATE ON plans
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('a version of a plan');

CREATE FUNCTION refuse_plan_out_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM plans WHERE meeting = NEW.meeting) THEN
        RAISE EXCEPTION 'a version of a plan comes right after the last one';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER plans_are_only_appended BEFORE INSERT ON plans
    FOR EACH ROW EXECUTE FUNCTION refuse_plan_out_of_order();

-- One row: the name of the server that writes here, made once. Ledgers of several servers are told apart by it.
CREATE TABLE node (
    only_row BIGINT NOT NULL PRIMARY KEY CHECK (only_row = 1),
    id       TEXT   COLLATE "C" NOT NULL
);

CREATE TRIGGER the_node_is_never_changed BEFORE UPDATE OR DELETE ON node
    FOR EACH ROW EXECUTE FUNCTION refuse_change('the name of the node');
CREATE TRIGGER the_node_is_never_emptied BEFORE TRUNCATE ON node
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('the name of the node');

-- The ledger. The body is kept byte for byte as the hash covers it; the kind repeats what stands in it.
CREATE TABLE events (
    meeting   TEXT   COLLATE "C" NOT NULL REFERENCES meetings (id),
    node      TEXT   COLLATE "C" NOT NULL,
    seq       BIGINT NOT NULL,
    at_ms     BIGINT NOT NULL,
    actor     TEXT   NOT NULL,
    kind      TEXT   COLLATE "C" NOT NULL,
    body      TEXT   NOT NULL CHECK (body::json IS NOT NULL),
    prev_hash BYTEA  NOT NULL CHECK (length(prev_hash) = 32),
    hash      BYTEA  NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (meeting, node, seq),
    -- The kind comes first. (Taking it out of the JSON would refuse a body with an escaped NUL in some other text.)
    CHECK (starts_with(body, '{"kind":"' || kind || '"'))
);

CREATE INDEX events_by_kind ON events (kind, meeting);

CREATE TRIGGER events_are_never_changed BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION refuse_change('an event');
CREATE TRIGGER events_are_never_emptied BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('an event');

CREATE FUNCTION refuse_event_out_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last events%ROWTYPE;
BEGIN
    SELECT * INTO last FROM events WHERE meeting = NEW.meeting AND node = NEW.node ORDER BY seq DESC LIMIT 1;
    IF NEW.seq <> coalesce(last.seq, 0) + 1 OR NEW.at_ms < last.at_ms OR NEW.prev_hash <> last.hash THEN
        RAISE EXCEPTION 'the ledger is append-only: an event comes right after the last one';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER events_are_only_appended BEFORE INSERT ON events
    FOR EACH ROW EXECUTE FUNCTION refuse_event_out_of_order();

-- Signed statements of where the chain of a meeting stood.
CREATE TABLE checkpoints (
    meeting   TEXT   COLLATE "C" NOT NULL REFERENCES meetings (id),
    node      TEXT   COLLATE "C" NOT NULL,
    seq       BIGINT NOT NULL,
    hash      BYTEA  NOT NULL CHECK (length(hash) = 32),
    at_ms     BIGINT NOT NULL,
    key_id    TEXT   NOT NULL,
    signature TEXT   NOT NULL,
    PRIMARY KEY (meeting, node, seq)
);

CREATE TRIGGER checkpoints_are_never_changed BEFORE UPDATE OR DELETE ON checkpoints
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a checkpoint');
CREATE TRIGGER checkpoints_are_never_emptied BEFORE TRUNCATE ON checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('a checkpoint');

CREATE FUNCTION refuse_checkpoint_out_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seq <= (SELECT max(seq) FROM checkpoints WHERE meeting = NEW.meeting AND node = NEW.node) THEN
        RAISE EXCEPTION 'a checkpoint comes after the last one';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER checkpoints_are_only_appended BEFORE INSERT ON checkpoints
    FOR EACH ROW EXECUTE FUNCTION refuse_checkpoint_out_of_order();

-- The ballot boxes of secret votes: how often each option was chosen, never by whom or in which order.
CREATE TABLE ballots (
    meeting TEXT   COLLATE "C" NOT NULL REFERENCES meetings (id),
    vote    BIGINT NOT NULL,
    choice  BIGINT NOT NULL,
    count   BIGINT NOT NULL,
    PRIMARY KEY (meeting, vote, choice)
);

CREATE TRIGGER ballots_are_only_added BEFORE UPDATE ON ballots
    FOR EACH ROW
    WHEN (NEW.meeting <> OLD.meeting OR NEW.vote <> OLD.vote OR NEW.choice <> OLD.choice OR NEW.count <= OLD.count)
    EXECUTE FUNCTION refuse_change('a ballot');
CREATE TRIGGER ballots_are_never_deleted BEFORE DELETE ON ballots
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a ballot');
CREATE TRIGGER ballots_are_never_emptied BEFORE TRUNCATE ON ballots
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('a ballot');

-- A code itself is never stored: who reads this table cannot sit down on anyone's seat.
CREATE TABLE invites (
    code_sha256   BYTEA  NOT NULL PRIMARY KEY,
    meeting       TEXT   COLLATE "C" NOT NULL REFERENCES meetings (id),
    place         TEXT   COLLATE "C" NOT NULL,
    kind          TEXT   COLLATE "C" NOT NULL CHECK (kind IN ('seat', 'check-in')),
    number        BIGINT NOT NULL,
    made_at_ms    BIGINT NOT NULL,
    revoked_at_ms BIGINT
);

CREATE INDEX invites_of_a_place ON invites (meeting, place, kind);
CREATE UNIQUE INDEX one_live_invite_a_place ON invites (meeting, place, kind) WHERE revoked_at_ms IS NULL;

CREATE TABLE administrators (
    code_sha256   BYTEA  NOT NULL PRIMARY KEY,
    name          TEXT   COLLATE "C" NOT NULL,
    made_at_ms    BIGINT NOT NULL,
    revoked_at_ms BIGINT
);

CREATE UNIQUE INDEX one_live_administrator_a_name ON administrators (name) WHERE revoked_at_ms IS NULL;

-- What was answered to requests that carry a key, so that a repeated request is not carried out twice.
CREATE TABLE answers (
    scope          TEXT   COLLATE "C" NOT NULL,
    key            TEXT   COLLATE "C" NOT NULL,
    request_sha256 BYTEA  NOT NULL,
    response       BYTEA  NOT NULL,
    at_ms          BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
);

CREATE INDEX answers_by_age ON answers (at_ms);

-- One row: the last instant at which the server is known to have been alive.
CREATE TABLE liveness (
    only_row      BIGINT NOT NULL PRIMARY KEY CHECK (only_row = 1),
    last_known_ms BIGINT NOT NULL
);
