-- Each checkpoint names the one before it of its meeting, and has the next number of all that the node signed. Those of
-- before go: the server signs every chain anew when it starts.
DROP TABLE checkpoints;
DROP FUNCTION refuse_checkpoint_out_of_order;

CREATE TABLE checkpoints (
    meeting   TEXT   COLLATE "C" NOT NULL REFERENCES meetings (id),
    node      TEXT   COLLATE "C" NOT NULL,
    number    BIGINT NOT NULL,
    after_seq BIGINT NOT NULL,
    seq       BIGINT NOT NULL,
    hash      BYTEA  NOT NULL CHECK (length(hash) = 32),
    at_ms     BIGINT NOT NULL,
    key_id    TEXT   NOT NULL,
    signature TEXT   NOT NULL,
    PRIMARY KEY (meeting, node, seq)
);

CREATE UNIQUE INDEX checkpoints_by_number ON checkpoints (node, number);

CREATE TRIGGER checkpoints_are_never_changed BEFORE UPDATE OR DELETE ON checkpoints
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a checkpoint');
CREATE TRIGGER checkpoints_are_never_emptied BEFORE TRUNCATE ON checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('a checkpoint');

CREATE FUNCTION refuse_checkpoint_out_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM checkpoints WHERE node = NEW.node)
        OR NEW.after_seq <> (SELECT coalesce(max(seq), 0) FROM checkpoints WHERE meeting = NEW.meeting AND node = NEW.node)
        OR NEW.seq <= NEW.after_seq
    THEN
        RAISE EXCEPTION 'a checkpoint comes right after the last one';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER checkpoints_are_only_appended BEFORE INSERT ON checkpoints
    FOR EACH ROW EXECUTE FUNCTION refuse_checkpoint_out_of_order();
