-- Administrators sign in by a password. Their code is a link that sets it, once.

ALTER TABLE administrators ADD COLUMN password TEXT;
ALTER TABLE administrators ADD COLUMN password_at_ms BIGINT;
ALTER TABLE administrators ADD COLUMN code_used_at_ms BIGINT;

-- A browser in which an administrator is signed in; of its cookie there is only the hash.
CREATE TABLE administrator_sessions (
    secret_sha256 BYTEA  NOT NULL PRIMARY KEY,
    name          TEXT   COLLATE "C" NOT NULL,
    made_at_ms    BIGINT NOT NULL,
    seen_at_ms    BIGINT NOT NULL
);

CREATE INDEX sessions_of_an_administrator ON administrator_sessions (name, seen_at_ms);
