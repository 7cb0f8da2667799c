//! Whether the ledger is being written, for those who must see it in red when it is not.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "is", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum LedgerHealth {
    #[default]
    Well,
    /// Events are kept in memory and tried again; they are lost only if the process ends before the database works.
    Failing {
        /// The last sign of life, or the last event, before the first failure.
        since: Timestamp,
        /// How many events wait.
        waiting: usize,
        /// What the database says, in its own words.
        reason: String,
    },
}
