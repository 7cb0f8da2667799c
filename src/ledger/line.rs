//! The exported ledger: JSON Lines, one line a record, complete enough to be checked by somebody who has nothing else.
//! `FORMAT.md` beside this file describes it.

use serde::{Deserialize, Serialize};

use super::{chain::Hash, checkpoint::Checkpoint};
use crate::{clock::Timestamp, ids::MeetingId};

/// The name of the format, as the header has it.
pub const FORMAT: &str = "diemcau-ledger-1";

/// A line of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Line {
    /// The first line of a meeting.
    Header {
        format: String,
        meeting: MeetingId,
        /// What checks the checkpoints; 64 hexadecimal digits.
        public_key: String,
    },
    /// A version of the plan.
    Plan {
        version: u32,
        sha256: String,
        /// JSON, byte for byte as the hash covers it.
        body: String,
    },
    Event {
        node: String,
        seq: u64,
        at: Timestamp,
        actor: String,
        kind: String,
        /// JSON, byte for byte as the hash covers it.
        body: String,
        prev: Hash,
        hash: Hash,
    },
    Checkpoint(Checkpoint),
}

impl Line {
    /// The line without its end.
    pub fn write(&self) -> String {
        // Maps with text for keys, and values that are all JSON: this does not fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}
