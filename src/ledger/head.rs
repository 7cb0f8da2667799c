//! Heads: where the chain of a meeting stands on a node. Papers print them, and `diemcau verify --head` takes them.

use serde::Serialize;
use utoipa::ToSchema;

use super::chain::Hash;
use crate::{clock::Timestamp, ids::NodeId};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LedgerHead)]
pub struct Head {
    pub node: NodeId,
    /// The number of the last record, its instant and its hash.
    pub seq: u64,
    pub at: Timestamp,
    pub hash: Hash,
    /// The last record that a checkpoint signs; 0 before the first checkpoint.
    pub signed_through: u64,
}
