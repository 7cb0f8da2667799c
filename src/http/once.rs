//! Requests that must not be carried out twice: with the same `Idempotency-Key`, the first answer is given again.

use std::{future::Future, sync::Arc};

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;

use super::{Services, access::Caller, problem::Problem};
use crate::{clock, records::Answer};

/// The longest key, in bytes.
const MAX_KEY_BYTES: usize = 128;
/// Requests with the same key wait for one another; so may a few others.
const STRIPES: usize = 64;

/// One lock for each part of the keys.
#[derive(Default)]
pub struct Stripes(Vec<Arc<Mutex<()>>>);

impl Stripes {
    pub fn new() -> Stripes {
        Stripes((0..STRIPES).map(|_| Arc::default()).collect())
    }

    fn of(&self, hash: &[u8]) -> Option<Arc<Mutex<()>>> {
        let first = usize::from(*hash.first()?);
        self.0.get(first % self.0.len().max(1)).cloned()
    }
}

#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    body: Value,
}

/// Carries a request out, or answers as before. `request` is what must be equal: the path and the body.
pub async fn once<T: Serialize>(
    services: &Services,
    caller: &Caller,
    headers: &HeaderMap,
    request: &[&[u8]],
    carry_out: impl Future<Output = Result<(StatusCode, T), Problem>>,
) -> Result<Response, Problem> {
    let Some(key) = headers.get("idempotency-key") else {
        let (status, body) = carry_out.await?;
        return Ok(answer(status, Json(body).into_response()));
    };
    let key = key.to_str().ok().filter(|key| (1..=MAX_KEY_BYTES).contains(&key.len())).ok_or(Problem::Malformed)?;
    let scope = caller.scope();
    let request = digest(&SHA256, &request.join(&0)).as_ref().to_vec();
    let stripe = services.stripes.of(digest(&SHA256, format!("{scope}/{key}").as_bytes()).as_ref());
    let _alone = match &stripe {
        Some(stripe) => Some(stripe.lock().await),
        None => None,
    };
    if let Some(before) = services.records.recall(&scope, key, clock::now()).await {
        if before.request_sha256 != request {
            return Err(Problem::KeyReused);
        }
        let kept: Kept = serde_json::from_slice(&before.response).map_err(|_| Problem::Unavailable)?;
        let status = StatusCode::from_u16(kept.status).map_err(|_| Problem::Unavailable)?;
        return Ok(answer(status, Json(kept.body).into_response()));
    }
    let (status, body) = carry_out.await?;
    let body = serde_json::to_value(body).map_err(|_| Problem::Unavailable)?;
    let kept = Kept { status: status.as_u16(), body };
    let response = serde_json::to_vec(&kept).map_err(|_| Problem::Unavailable)?;
    let remembered = Answer { request_sha256: request, response };
    if let Err(error) = services.records.remember(&scope, key, &remembered, clock::now()).await {
        // It was carried out: that is what the client has to hear.
        tracing::error!(%error, "an answer is not remembered");
    }
    Ok(answer(status, Json(kept.body).into_response()))
}

fn answer(status: StatusCode, mut response: Response) -> Response {
    *response.status_mut() = status;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
