-- Each checkpoint names the one before it of its meeting, and has the next number of all that the node signed. Those of
-- before go: the server signs every chain anew when it starts.
DROP TABLE checkpoints;

CREATE TABLE checkpoints (
    meeting   TEXT    NOT NULL REFERENCES meetings (id),
    node      TEXT    NOT NULL,
    number    INTEGER NOT NULL,
    after_seq INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    hash      BLOB    NOT NULL CHECK (length(hash) = 32),
    at_ms     INTEGER NOT NULL,
    key_id    TEXT    NOT NULL,
    signature TEXT    NOT NULL,
    PRIMARY KEY (meeting, node, seq)
) STRICT;

CREATE UNIQUE INDEX checkpoints_by_number ON checkpoints (node, number);

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
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM checkpoints WHERE node = NEW.node)
  OR NEW.after_seq <> (SELECT coalesce(max(seq), 0) FROM checkpoints WHERE meeting = NEW.meeting AND node = NEW.node)
  OR NEW.seq <= NEW.after_seq
BEGIN
    SELECT RAISE(ABORT, 'a checkpoint comes right after the last one');
END;
