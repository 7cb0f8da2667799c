//! Who asks: an access token becomes an actor with its role, in one meeting or over all of them.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header::AUTHORIZATION, request::Parts},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Services, problem::Problem};
use crate::{
    clock::{self, Timestamp},
    ids::MeetingId,
    meeting::{Actor, Conference, Place},
    signalling::token::Claims,
};

/// How long a token that is given out for a code lasts, in milliseconds.
pub const TOKEN_TTL_MS: u64 = 10 * 60 * 1000;

/// What a token may do in general; what it may ask of a meeting stands in `meeting/RULES.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Sets meetings up, gives out invites, sees everything; does not preside.
    Administrator,
    /// A seat of the hub or of an officer: runs its meeting and sees everything of it.
    Host,
    /// A point or a delegate: sees what is public, and its own room.
    Point,
    /// Sees what is public.
    Observer,
}

/// The bearer of a token that was verified.
#[derive(Clone, Debug)]
pub struct Caller {
    pub actor: Actor,
    /// The one meeting that the token is for; none for an administrator of all.
    pub meeting: Option<MeetingId>,
    pub expires_at: Timestamp,
    /// The token was given out here, by a code or a password, and not signed by a program with a key of its own.
    is_person: bool,
}

impl Caller {
    pub fn role(&self) -> Role {
        match &self.actor {
            Actor::System | Actor::Administrator(_) => Role::Administrator,
            Actor::Seat(place) if place.is_host() => Role::Host,
            Actor::Seat(Place::Observer(_)) => Role::Observer,
            Actor::Seat(_) => Role::Point,
        }
    }

    /// Refuses whoever has nothing to do with a meeting. A stranger does not learn whether there is one.
    pub fn in_meeting(&self, meeting: &MeetingId) -> Result<(), Problem> {
        match &self.meeting {
            Some(own) if own != meeting => Err(Problem::NotPermitted),
            _ => Ok(()),
        }
    }

    /// Refuses whoever may not see everything of a meeting.
    pub fn runs(&self, meeting: &MeetingId) -> Result<(), Problem> {
        self.in_meeting(meeting)?;
        if Conference::sees_all(&self.actor) { Ok(()) } else { Err(Problem::NotPermitted) }
    }

    /// Refuses everybody but administrators of the whole server.
    pub fn administers(&self) -> Result<(), Problem> {
        match (&self.actor, &self.meeting) {
            (Actor::Administrator(_), None) => Ok(()),
            _ => Err(Problem::NotPermitted),
        }
    }

    /// The administrator who is a person; none for a seat and for a program.
    pub fn person(&self) -> Option<&str> {
        match &self.actor {
            Actor::Administrator(name) if self.is_person => Some(name),
            _ => None,
        }
    }

    /// Whose idempotency keys these are.
    pub fn scope(&self) -> String {
        let meeting = self.meeting.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{meeting}/{}", self.actor)
    }

    /// None for a token that neither has a seat nor administers.
    pub fn of(claims: &Claims, link_key: &str) -> Option<Caller> {
        let is_person = claims.api_key == link_key;
        let meeting = match &claims.grants.room {
            Some(room) => Some(MeetingId::try_from(room.to_string()).ok()?),
            None => None,
        };
        let seat = claims.identity.as_ref().filter(|_| claims.grants.room_join);
        if let (Some(identity), Some(meeting)) = (seat, &meeting) {
            let actor = Actor::Seat(identity.as_str().parse().ok()?);
            return Some(Caller { actor, meeting: Some(meeting.clone()), expires_at: claims.expires_at, is_person });
        }
        if !claims.grants.room_admin || (meeting.is_none() && !claims.grants.room_create) {
            return None;
        }
        // An administrator's own token carries the name; a program goes by its key.
        let name = if is_person { claims.name.clone() } else { claims.api_key.clone() };
        Some(Caller { actor: Actor::Administrator(name), meeting, expires_at: claims.expires_at, is_person })
    }
}

impl FromRequestParts<Services> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, Problem> {
        let token = bearer(&parts.headers).ok_or(Problem::Token)?;
        services.caller(token).await
    }
}

impl Services {
    /// Whose token this is.
    ///
    /// # Errors
    /// [`Problem::Token`] when it is not good, or when the invite that it came of is worthless now.
    pub async fn caller(&self, token: &str) -> Result<Caller, Problem> {
        let claims = self.keys.verify(token, clock::now()).map_err(|_| Problem::Token)?;
        let caller = Caller::of(&claims, &self.link_key).ok_or(Problem::NotPermitted)?;
        if caller.is_person && !self.stands(&caller).await? {
            return Err(Problem::Token);
        }
        Ok(caller)
    }

    /// Whether the invite or the password by which a token came still holds.
    async fn stands(&self, caller: &Caller) -> Result<bool, Problem> {
        let ttl_ms = i64::try_from(TOKEN_TTL_MS).unwrap_or(i64::MAX);
        let issued = caller.expires_at.plus_millis(-ttl_ms);
        match (&caller.actor, &caller.meeting) {
            (Actor::Seat(place), Some(meeting)) => Ok(self.records.is_open_since(meeting, place, issued).await?),
            (Actor::Administrator(name), None) => {
                let set = self.records.account(name).await?.and_then(|account| account.password_at);
                // A token's instants are whole seconds.
                Ok(set.is_some_and(|set| set.as_millis() / 1000 <= issued.as_millis().div_euclid(1000)))
            }
            _ => Ok(true),
        }
    }
}

pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
