//! Checks a meeting's ledger on the server, as `diemcau verify` does elsewhere.

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Services, access::Caller, meetings::meeting_id, problem::Problem};
use crate::{
    clock::{self, Timestamp},
    ids::NodeId,
    ledger::{chain::Hash, verify::Whole},
    records::Unsound,
};

/// What a check of the ledger found. It is the server's own word: whoever doubts the server takes the ledger's file and
/// checks it elsewhere.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LedgerCheck {
    checked_at: Timestamp,
    found: LedgerFinding,
}

#[derive(Serialize, ToSchema)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum LedgerFinding {
    Whole {
        records: u64,
        checkpoints: u64,
        /// How many of the last records no checkpoint signs yet.
        unsigned: u64,
        heads: Vec<FoundHead>,
        /// The name of the key that signed.
        key: String,
    },
    /// Something was changed, dropped or put in.
    Broken {
        /// What is wrong and where, in English, for a technician.
        fault: String,
    },
}

#[derive(Serialize, ToSchema)]
pub struct FoundHead {
    node: NodeId,
    /// The number of the last record, its instant and its hash.
    seq: u64,
    at: Timestamp,
    hash: Hash,
}

/// Reads the whole ledger of the meeting and checks it: every record, every link, every signature.
#[utoipa::path(get, path = "/api/v1/meetings/{id}/ledger-check", tag = "ledger", params(("id" = String, Path)),
    security(("token" = [])),
    responses((status = 200, body = LedgerCheck), (status = 401), (status = 403), (status = 404), (status = 503)))]
pub async fn check(
    State(services): State<Services>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<LedgerCheck>, Problem> {
    let id = meeting_id(id)?;
    caller.runs(&id)?;
    services.records.plan(&id).await?.ok_or(Problem::UnknownMeeting)?;
    // A few at a time, as papers are drawn: the whole ledger is read and computed.
    let _permit = services.papers.acquire().await.map_err(|_| Problem::Unavailable)?;
    let found = match services.records.reader().audit_meeting(&id, services.records.public_key()).await {
        Ok(Whole { records, checkpoints, unsigned, heads, key, .. }) => LedgerFinding::Whole {
            records,
            checkpoints,
            unsigned,
            heads: heads.into_iter().map(|(node, seq, at, hash)| FoundHead { node, seq, at, hash }).collect(),
            key: key.id(),
        },
        Err(Unsound::Records(error)) => return Err(error.into()),
        Err(fault) => {
            tracing::error!(%fault, meeting = %id, "the ledger is not whole");
            LedgerFinding::Broken { fault: fault.to_string() }
        }
    };
    Ok(Json(LedgerCheck { checked_at: clock::now(), found }))
}
