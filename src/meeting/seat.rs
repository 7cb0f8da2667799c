//! A seat: one place in one meeting, and the participant identity by which signalling knows it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Meeting;
use crate::ids::{DelegateId, Identity, MeetingId, ObserverId, PointId};

/// What an invite opens: one place in one meeting.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Seat {
    pub meeting: MeetingId,
    pub place: Place,
}

/// A place in a meeting. Its text is the participant's identity: `hub`, `chair`, `secretary`, `technician`,
/// `point:CODE`, `delegate:ID`, `observer:NAME`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Place {
    /// The host's desk in the hub's room. It presides where the meeting names no chair with a seat of their own.
    Hub,
    Chair,
    Secretary,
    Technician,
    /// The room of a point: one camera, many delegates.
    Point(PointId),
    /// A delegate's own device. That it is connected says nothing about the point's line.
    Delegate(DelegateId),
    Observer(ObserverId),
}

/// A text that names no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a place in a meeting: hub, chair, secretary, technician, point:CODE, delegate:ID or observer:NAME")]
pub struct NoPlace;

crate::ids::text_schema!(Place, "point:071");

const POINT: &str = "point:";
const DELEGATE: &str = "delegate:";
const OBSERVER: &str = "observer:";

// An identity is made from a place without a check, so the longest must fit.
const _: () = assert!(POINT.len() + PointId::MAX_LEN <= Identity::MAX_LEN);
const _: () = assert!(DELEGATE.len() + DelegateId::MAX_LEN <= Identity::MAX_LEN);
const _: () = assert!(OBSERVER.len() + ObserverId::MAX_LEN <= Identity::MAX_LEN);

impl Place {
    pub fn identity(&self) -> Identity {
        self.to_string().try_into().expect("an id is valid text, and fits with its prefix")
    }

    /// The hub's desk and the officers: those who may run the meeting.
    pub fn is_host(&self) -> bool {
        matches!(self, Place::Hub | Place::Chair | Place::Secretary | Place::Technician)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Hub => f.write_str("hub"),
            Place::Chair => f.write_str("chair"),
            Place::Secretary => f.write_str("secretary"),
            Place::Technician => f.write_str("technician"),
            Place::Point(point) => write!(f, "{POINT}{point}"),
            Place::Delegate(delegate) => write!(f, "{DELEGATE}{delegate}"),
            Place::Observer(observer) => write!(f, "{OBSERVER}{observer}"),
        }
    }
}

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        Ok(match text {
            "hub" => Place::Hub,
            "chair" => Place::Chair,
            "secretary" => Place::Secretary,
            "technician" => Place::Technician,
            _ => {
                if let Some(point) = text.strip_prefix(POINT) {
                    Place::Point(point.parse().map_err(|_| NoPlace)?)
                } else if let Some(delegate) = text.strip_prefix(DELEGATE) {
                    Place::Delegate(delegate.parse().map_err(|_| NoPlace)?)
                } else if let Some(observer) = text.strip_prefix(OBSERVER) {
                    Place::Observer(observer.parse().map_err(|_| NoPlace)?)
                } else {
                    return Err(NoPlace);
                }
            }
        })
    }
}

impl TryFrom<String> for Place {
    type Error = NoPlace;

    fn try_from(text: String) -> Result<Self, NoPlace> {
        text.parse()
    }
}

impl From<Place> for String {
    fn from(place: Place) -> String {
        place.to_string()
    }
}

impl Seat {
    pub fn identity(&self) -> Identity {
        self.place.identity()
    }
}

impl Meeting {
    /// The seat that an identity names in this meeting, if there is one: the inverse of [`Seat::identity`].
    pub fn seat(&self, identity: &Identity) -> Option<Seat> {
        let place: Place = identity.as_str().parse().ok()?;
        self.has(&place).then(|| Seat { meeting: self.id.clone(), place })
    }

    /// Whether this meeting has such a place. Anybody may be let in to watch.
    pub fn has(&self, place: &Place) -> bool {
        match place {
            Place::Hub | Place::Observer(_) => true,
            Place::Chair => self.officers.chair.is_some(),
            Place::Secretary => self.officers.secretary.is_some(),
            Place::Technician => self.officers.technician.is_some(),
            Place::Point(point) => self.point(point).is_some(),
            Place::Delegate(delegate) => self.delegate(delegate).is_some(),
        }
    }

    /// The room that a place is in; none for those who watch.
    pub fn point_of(&self, place: &Place) -> Option<&super::Point> {
        match place {
            Place::Hub | Place::Chair | Place::Secretary | Place::Technician => self.point(&self.hub),
            Place::Point(point) => self.point(point),
            Place::Delegate(delegate) => self.point(&self.delegate(delegate)?.point),
            Place::Observer(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meeting::test_meeting;

    #[test]
    fn every_seat_of_a_meeting_has_an_identity_that_leads_back_to_it() {
        let meeting = test_meeting();
        let points = meeting.points.iter().map(|point| Place::Point(point.id.clone()));
        for place in points.chain([Place::Hub, Place::Observer("Báo Tuyên Quang".parse().unwrap())]) {
            let seat = Seat { meeting: meeting.id.clone(), place };
            assert_eq!(meeting.seat(&seat.identity()), Some(seat));
        }
    }

    #[test]
    fn an_identity_that_is_no_seat_of_the_meeting_names_none() {
        let meeting = test_meeting();
        for text in ["point:999", "point:", "Hub", "hub ", "071", "delegate:1", "point:point:071", "chair"] {
            assert_eq!(meeting.seat(&text.parse().unwrap()), None, "{text}");
        }
    }

    #[test]
    fn the_longest_code_still_makes_an_identity() {
        let place = Place::Point("x".repeat(PointId::MAX_LEN).parse().unwrap());
        assert!(place.identity().as_str().ends_with("xx"));
    }
}
