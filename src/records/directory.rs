//! Writing the directory: meetings with their points, and the invites to their seats.
//!
//! These writes are rare and stand apart from the ledger's writer; each is one transaction.

use sqlx::{Sqlite, SqlitePool, Transaction};

use super::{RecordsError, invite::InviteCode};
use crate::{
    clock::Timestamp,
    meeting::{Meeting, Seat},
};

pub(super) async fn create_meeting(pool: &SqlitePool, meeting: &Meeting) -> Result<(), RecordsError> {
    meeting.check()?;
    let plan = serde_json::to_string(meeting).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let made = sqlx::query("INSERT INTO meetings (id, starts_at_ms, plan) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(meeting.id.as_str())
        .bind(meeting.starts_at.as_millis())
        .bind(plan)
        .execute(pool)
        .await?;
    if made.rows_affected() == 0 {
        return Err(RecordsError::MeetingExists(meeting.id.clone()));
    }
    Ok(())
}

/// Makes an invite for each seat, all or none, and returns their codes in the same order.
pub(super) async fn invite(pool: &SqlitePool, seats: &[Seat], now: Timestamp) -> Result<Vec<String>, RecordsError> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    let mut codes = Vec::with_capacity(seats.len());
    for seat in seats {
        codes.push(invite_one(&mut transaction, seat, now).await?);
    }
    transaction.commit().await?;
    Ok(codes)
}

async fn invite_one(
    transaction: &mut Transaction<'_, Sqlite>,
    seat: &Seat,
    now: Timestamp,
) -> Result<String, RecordsError> {
    let code = InviteCode::random();
    let made = sqlx::query("INSERT INTO invites (code_sha256, meeting, place, made_at_ms) VALUES (?, ?, ?, ?)")
        .bind(code.sha256())
        .bind(seat.meeting.as_str())
        .bind(seat.place.to_string())
        .bind(now.as_millis())
        .execute(&mut **transaction)
        .await;
    match made {
        Ok(_) => Ok(code.display()),
        Err(error) if error.as_database_error().is_some_and(|error| error.is_foreign_key_violation()) => {
            Err(RecordsError::UnknownMeeting(seat.meeting.clone()))
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn revoke(pool: &SqlitePool, seat: &Seat, now: Timestamp) -> Result<u64, RecordsError> {
    let revoked =
        sqlx::query("UPDATE invites SET revoked_at_ms = ? WHERE meeting = ? AND place = ? AND revoked_at_ms IS NULL")
            .bind(now.as_millis())
            .bind(seat.meeting.as_str())
            .bind(seat.place.to_string())
            .execute(pool)
            .await?;
    Ok(revoked.rows_affected())
}
