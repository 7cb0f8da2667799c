//! A seat: one place in one meeting, and the participant identity by which signalling knows it.

use serde::{Deserialize, Serialize};

use super::Meeting;
use crate::ids::{Identity, MeetingId, PointId};

const HUB: &str = "hub";
const POINT_PREFIX: &str = "point:";

// An identity is made from a point's code without a check, so the longest code must fit.
const _: () = assert!(POINT_PREFIX.len() + PointId::MAX_LEN <= Identity::MAX_LEN);

/// What an invite opens: one place in one meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    pub meeting: MeetingId,
    pub point: PointId,
    pub role: SeatRole,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeatRole {
    /// Leads the conference from the hub.
    Host,
    Point,
}

impl Seat {
    /// The participant identity of this seat: `hub`, or `point:` and the point's code.
    pub fn identity(&self) -> Identity {
        let text = match self.role {
            SeatRole::Host => HUB.to_owned(),
            SeatRole::Point => format!("{POINT_PREFIX}{}", self.point),
        };
        text.try_into().expect("a point's code is valid text, and fits with its prefix")
    }
}

impl Meeting {
    /// The seat that an identity names in this meeting, if there is one: the inverse of [`Seat::identity`].
    pub fn seat(&self, identity: &Identity) -> Option<Seat> {
        let (point, role) = match identity.as_str() {
            HUB => (self.hub.clone(), SeatRole::Host),
            text => (text.strip_prefix(POINT_PREFIX)?.parse().ok()?, SeatRole::Point),
        };
        self.point(&point)?;
        Some(Seat { meeting: self.id.clone(), point, role })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meeting::tree::tests::lam_binh;

    #[test]
    fn every_seat_of_a_meeting_has_an_identity_that_leads_back_to_it() {
        let meeting = lam_binh();
        let host = Seat { meeting: meeting.id.clone(), point: meeting.hub.clone(), role: SeatRole::Host };
        let points = meeting.points.iter().map(|point| Seat {
            meeting: meeting.id.clone(),
            point: point.id.clone(),
            role: SeatRole::Point,
        });
        for seat in points.chain([host]) {
            assert_eq!(meeting.seat(&seat.identity()), Some(seat));
        }
    }

    #[test]
    fn an_identity_that_is_no_seat_of_the_meeting_names_none() {
        let meeting = lam_binh();
        for text in ["point:999", "point:", "Hub", "hub ", "071", "delegate:1", "point:point:071"] {
            assert_eq!(meeting.seat(&text.parse().unwrap()), None, "{text}");
        }
    }

    #[test]
    fn the_longest_code_still_makes_an_identity() {
        let point: PointId = "x".repeat(PointId::MAX_LEN).parse().unwrap();
        let seat = Seat { meeting: "m".parse().unwrap(), point, role: SeatRole::Point };
        assert!(seat.identity().as_str().ends_with("xx"));
    }
}
