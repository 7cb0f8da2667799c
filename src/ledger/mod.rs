//! What makes the ledger one that an auditor can trust: each event's hash covers the one before it, and signed
//! checkpoints fix where the chain stood. Pure: nothing here reads a clock or a database.

pub mod chain;
pub mod checkpoint;
pub mod head;
pub mod line;
pub mod signature;
pub mod verify;
