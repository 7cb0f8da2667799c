/** The fewest characters of a password (`src/http/password.rs`); the server has the last word. */
export const MIN_PASSWORD_CHARS = 10;
