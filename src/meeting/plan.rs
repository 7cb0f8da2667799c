//! What is set up before a meeting: who is expected where, in which order things are heard, by which rules.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    clock::Timestamp,
    ids::{AgendaItemId, DelegateId, MeetingId, PointId},
};

/// A meeting as it is set up. After it is published, every change of it is a new version, and the ledger has its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Meeting {
    pub id: MeetingId,
    /// The number of the invitation letter, such as `125/GM-UBND`; may be empty.
    #[serde(default)]
    pub number: String,
    pub title: String,
    /// IANA name of the time zone of the papers.
    #[serde(default = "default_zone")]
    pub zone: String,
    pub starts_at: Timestamp,
    /// The point from which the conference is led.
    pub hub: PointId,
    #[serde(default)]
    pub officers: Officers,
    /// The invited points. Parents before children; the hub is one of them.
    pub points: Vec<Point>,
    /// The expected delegates.
    #[serde(default)]
    pub delegates: Vec<Delegate>,
    #[serde(default)]
    pub agenda: Vec<AgendaItem>,
    #[serde(default)]
    pub rules: Rules,
}

fn default_zone() -> String {
    "Asia/Ho_Chi_Minh".to_owned()
}

/// A room connected to the conference, with its place in the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Point {
    pub id: PointId,
    #[serde(default)]
    pub parent: Option<PointId>,
    /// Name of the tier, as the directory has it: data, never code.
    pub level: String,
    pub name: String,
    pub room: String,
}

/// Those who run the meeting. Each that is named has a seat of their own beside the hub's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Officers {
    pub chair: Option<Person>,
    pub secretary: Option<Person>,
    pub technician: Option<Person>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Person {
    pub name: String,
    #[serde(default)]
    pub title: String,
    /// Where the person is reached; printed on invites for the technician on duty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
}

/// Somebody who is expected in the room of a point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Delegate {
    pub id: DelegateId,
    pub name: String,
    #[serde(default)]
    pub title: String,
    /// The unit that the delegate is of: in a district's room sit the chairmen of its communes.
    pub unit: PointId,
    /// The point in whose room the delegate is expected.
    pub point: PointId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AgendaItem {
    pub id: AgendaItemId,
    #[serde(rename = "type")]
    pub kind: AgendaKind,
    pub title: String,
    #[serde(default)]
    pub presenter: String,
    /// The point that presents.
    #[serde(default)]
    pub point: Option<PointId>,
    /// Planned, 0 to 1440; 0 is open-ended.
    #[serde(default)]
    pub minutes: u32,
    #[serde(default)]
    pub documents: Vec<Document>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AgendaKind {
    Report,
    Discussion,
    Conclusion,
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Document {
    pub title: String,
    /// Where it can be read: an address that begins with http:// or https://, a path on this site, or empty.
    #[serde(default)]
    pub link: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Rules {
    /// Who is first confirmed present more than this many minutes after the opening is late; 0 to 1440.
    pub late_after_minutes: u32,
    pub quorum: Option<Quorum>,
    pub second_device: SecondDevice,
    pub microphones: Microphones,
}

/// The share that must be present for votes to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Quorum {
    pub of: Electorate,
    /// 1 to 100; reached by exactly this share.
    pub percent: u8,
}

/// Who is counted: heads or rooms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Electorate {
    Delegates,
    /// Units with at least one delegate expected; one counts as present with at least one delegate present.
    Units,
}

/// What happens when a second device comes to an occupied seat. A device that comes back to its own seat always may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SecondDevice {
    /// The newcomer is refused: a leaked link does not throw out the real participant.
    #[default]
    Refuse,
    /// The newcomer takes the seat.
    Replace,
    /// Both stay; the newcomer sees and hears, and publishes nothing.
    Companion,
}

/// Who may be heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Microphones {
    /// Those on stage: who presides, the hub's room, and who has the floor.
    #[default]
    Floor,
    /// Every point, whenever it likes: for a small meeting.
    Free,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            late_after_minutes: 15,
            quorum: None,
            second_device: SecondDevice::default(),
            microphones: Microphones::default(),
        }
    }
}

/// A version of a meeting's plan: the ledger says which one held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanRef {
    /// 1, 2, 3 …
    pub version: u32,
    /// SHA-256 of the plan's JSON as it is kept, in hexadecimal.
    pub sha256: String,
}

impl Meeting {
    pub fn point(&self, id: &PointId) -> Option<&Point> {
        self.points.iter().find(|point| point.id == *id)
    }

    pub fn delegate(&self, id: &DelegateId) -> Option<&Delegate> {
        self.delegates.iter().find(|delegate| delegate.id == *id)
    }

    pub fn agenda_item(&self, id: AgendaItemId) -> Option<&AgendaItem> {
        self.agenda.iter().find(|item| item.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_plan_does_not_say_is_the_time_of_viet_nam_no_quorum_and_no_second_device() {
        let plan: Meeting = serde_json::from_str(
            r#"{ "id": "m", "title": "Hội nghị", "startsAt": "2021-10-19T01:00:00Z", "hub": "08",
                "points": [{ "id": "08", "level": "Tỉnh", "name": "Tỉnh Tuyên Quang", "room": "" }] }"#,
        )
        .unwrap();
        assert_eq!(plan.check(), Ok(()));
        assert_eq!(plan.zone, "Asia/Ho_Chi_Minh");
        let Rules { late_after_minutes, quorum, second_device, microphones } = plan.rules;
        assert_eq!((late_after_minutes, quorum), (15, None));
        assert_eq!((second_device, microphones), (SecondDevice::Refuse, Microphones::Floor));
    }
}
