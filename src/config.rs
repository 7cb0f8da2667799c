//! The one annotated TOML file: reading, checking, defaults.
