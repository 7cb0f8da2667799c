//! Invites: codes that open one place of one meeting, at most one live code for each place and kind.

use serde::{Deserialize, Serialize};
use sqlx::{Any, Row, Transaction, any::AnyRow};
use utoipa::ToSchema;

use super::{Reader, Records, RecordsError, code::InviteCode};
use crate::{
    clock::Timestamp,
    ids::{MeetingId, PointId},
    meeting::{Meeting, NoPlace, Place, Seat},
};

/// What a code opens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Opening {
    /// A seat.
    Seat(Seat),
    /// The page on which delegates in a point's room say on their own phones that they are here, and nothing else.
    CheckIn { meeting: MeetingId, point: PointId },
}

/// Which of the two an invite is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InviteKind {
    Seat,
    CheckIn,
}

/// An invite in the list of them; the code itself is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Invite {
    pub place: Place,
    pub kind: InviteKind,
    pub made_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

impl Opening {
    pub fn meeting(&self) -> &MeetingId {
        match self {
            Opening::Seat(seat) => &seat.meeting,
            Opening::CheckIn { meeting, .. } => meeting,
        }
    }

    pub fn place(&self) -> Place {
        match self {
            Opening::Seat(seat) => seat.place.clone(),
            Opening::CheckIn { point, .. } => Place::Point(point.clone()),
        }
    }

    pub fn kind(&self) -> InviteKind {
        match self {
            Opening::Seat(_) => InviteKind::Seat,
            Opening::CheckIn { .. } => InviteKind::CheckIn,
        }
    }
}

impl InviteKind {
    fn as_str(self) -> &'static str {
        match self {
            InviteKind::Seat => "seat",
            InviteKind::CheckIn => "check-in",
        }
    }
}

impl Records {
    /// Makes an invite and returns its code, which is kept only as a hash. The one before it is worthless from now on.
    ///
    /// # Errors
    /// [`RecordsError::UnknownPlace`] when there is no such place, [`RecordsError::UnknownMeeting`].
    pub async fn invite(&self, opening: &Opening, now: Timestamp) -> Result<String, RecordsError> {
        let codes = self.invite_all(std::slice::from_ref(opening), now).await?;
        Ok(codes.into_iter().collect())
    }

    /// Makes an invite for each opening, all or none, and returns their codes in the same order.
    pub async fn invite_all(&self, openings: &[Opening], now: Timestamp) -> Result<Vec<String>, RecordsError> {
        let mut meeting: Option<Meeting> = None;
        for opening in openings {
            if meeting.as_ref().is_none_or(|meeting| meeting.id != *opening.meeting()) {
                meeting = self.meeting(opening.meeting()).await?;
            }
            let known = meeting.as_ref().ok_or_else(|| RecordsError::UnknownMeeting(opening.meeting().clone()))?;
            let place = opening.place();
            if !known.has(&place) {
                return Err(RecordsError::UnknownPlace { meeting: opening.meeting().clone(), place });
            }
        }
        let _change = self.0.known.changing(openings);
        let mut transaction = self.begin().await?;
        let mut codes = Vec::with_capacity(openings.len());
        for opening in openings {
            codes.push(issue(&mut transaction, opening, now).await?);
        }
        transaction.commit().await?;
        Ok(codes)
    }

    /// Makes the live invite worthless; false when there was none.
    pub async fn revoke(&self, opening: &Opening, now: Timestamp) -> Result<bool, RecordsError> {
        let _change = self.0.known.changing(std::slice::from_ref(opening));
        let mut transaction = self.begin().await?;
        let revoked = revoke(&mut transaction, opening, now).await?;
        transaction.commit().await?;
        Ok(revoked)
    }

    /// What a code opens; hyphens, spaces and letter case do not matter. A revoked code opens nothing. A code that was read
    /// before opens the same while the database does not answer.
    pub async fn redeem(&self, code: &str) -> Result<Option<Opening>, RecordsError> {
        let Some(code) = InviteCode::parse(code).map(|code| code.sha256()) else { return Ok(None) };
        let known = &self.0.known;
        let read = async {
            let state = known.state();
            let opening = self.reader().opening(&code).await?;
            known.note_opening(state, &code, opening.as_ref());
            Ok(opening)
        };
        self.read_or_known(read, || known.opening(&code).map(Some)).await
    }

    /// Whether the invite by which a place was open at an instant is still the live one. What was read before holds while
    /// the database does not answer.
    pub async fn is_open_since(
        &self,
        meeting: &MeetingId,
        place: &Place,
        since: Timestamp,
    ) -> Result<bool, RecordsError> {
        let known = &self.0.known;
        let read = async {
            let state = known.state();
            let open = self.reader().is_open_since(meeting, place, since).await?;
            known.note_seat(state, meeting, place, since, open);
            Ok(open)
        };
        self.read_or_known(read, || known.seat(meeting, place, since)).await
    }
}

impl Reader {
    /// What the code with this hash opens.
    async fn opening(&self, code_sha256: &[u8]) -> Result<Option<Opening>, RecordsError> {
        let row =
            sqlx::query("SELECT meeting, place, kind FROM invites WHERE code_sha256 = $1 AND revoked_at_ms IS NULL")
                .bind(code_sha256)
                .fetch_optional(self.pool())
                .await?;
        row.as_ref().map(opening).transpose()
    }

    async fn is_open_since(&self, meeting: &MeetingId, place: &Place, since: Timestamp) -> Result<bool, RecordsError> {
        let made: Option<i64> = sqlx::query_scalar(
            "SELECT made_at_ms FROM invites WHERE meeting = $1 AND place = $2 AND kind = $3 AND revoked_at_ms IS NULL",
        )
        .bind(meeting.as_str())
        .bind(place.to_string())
        .bind(InviteKind::Seat.as_str())
        .fetch_optional(self.pool())
        .await?;
        // A token's instants are whole seconds.
        Ok(made.is_some_and(|made| made / 1000 <= since.as_millis().div_euclid(1000)))
    }

    /// The newest invite of each place and kind, live or revoked.
    pub async fn invites(&self, meeting: &MeetingId) -> Result<Vec<Invite>, RecordsError> {
        // Of several made in one instant only the last can be live.
        let rows = sqlx::query(
            "SELECT place, kind, made_at_ms, revoked_at_ms FROM invites AS invite
             WHERE meeting = $1 AND NOT EXISTS (
                 SELECT 1 FROM invites AS newer
                 WHERE newer.meeting = invite.meeting AND newer.place = invite.place AND newer.kind = invite.kind
                   AND newer.number > invite.number)
             ORDER BY place, kind",
        )
        .bind(meeting.as_str())
        .fetch_all(self.pool())
        .await?;
        rows.iter().map(invite).collect()
    }
}

async fn issue(
    transaction: &mut Transaction<'_, Any>,
    opening: &Opening,
    now: Timestamp,
) -> Result<String, RecordsError> {
    revoke(transaction, opening, now).await?;
    let code = InviteCode::random();
    sqlx::query(
        "INSERT INTO invites (code_sha256, meeting, place, kind, number, made_at_ms)
         SELECT $1, $2, $3, $4, coalesce(max(number), 0) + 1, $5 FROM invites
         WHERE meeting = $2 AND place = $3 AND kind = $4",
    )
    .bind(code.sha256())
    .bind(opening.meeting().as_str())
    .bind(opening.place().to_string())
    .bind(opening.kind().as_str())
    .bind(now.as_millis())
    .execute(&mut **transaction)
    .await?;
    Ok(code.display())
}

async fn revoke(
    transaction: &mut Transaction<'_, Any>,
    opening: &Opening,
    now: Timestamp,
) -> Result<bool, RecordsError> {
    let revoked = sqlx::query(
        "UPDATE invites SET revoked_at_ms = $1 WHERE meeting = $2 AND place = $3 AND kind = $4 AND revoked_at_ms IS NULL",
    )
    .bind(now.as_millis())
    .bind(opening.meeting().as_str())
    .bind(opening.place().to_string())
    .bind(opening.kind().as_str())
    .execute(&mut **transaction)
    .await?;
    Ok(revoked.rows_affected() > 0)
}

fn opening(row: &AnyRow) -> Result<Opening, RecordsError> {
    let meeting = row.try_get::<String, _>("meeting")?.try_into().map_err(RecordsError::damaged("invites"))?;
    match (kind(row)?, place(row)?) {
        (InviteKind::Seat, place) => Ok(Opening::Seat(Seat { meeting, place })),
        (InviteKind::CheckIn, Place::Point(point)) => Ok(Opening::CheckIn { meeting, point }),
        (InviteKind::CheckIn, place) => Err(damaged(format!("a check-in at {place}"))),
    }
}

fn invite(row: &AnyRow) -> Result<Invite, RecordsError> {
    Ok(Invite {
        place: place(row)?,
        kind: kind(row)?,
        made_at: Timestamp::from_millis(row.try_get("made_at_ms")?),
        revoked_at: row.try_get::<Option<i64>, _>("revoked_at_ms")?.map(Timestamp::from_millis),
    })
}

fn place(row: &AnyRow) -> Result<Place, RecordsError> {
    row.try_get::<String, _>("place")?.parse().map_err(|error: NoPlace| damaged(error.to_string()))
}

fn kind(row: &AnyRow) -> Result<InviteKind, RecordsError> {
    match row.try_get::<&str, _>("kind")? {
        "seat" => Ok(InviteKind::Seat),
        "check-in" => Ok(InviteKind::CheckIn),
        other => Err(damaged(format!("the kind {other}"))),
    }
}

fn damaged(reason: String) -> RecordsError {
    RecordsError::Damaged { place: "invites", reason }
}
