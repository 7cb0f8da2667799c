//! Owns the running rooms: one task a room, translating between signalling, media and records.
