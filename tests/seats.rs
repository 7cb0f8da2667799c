//! What a seat in a meeting is worth to real clients: who has the floor is heard, and nobody else, whatever their devices
//! say; who sits there stays when somebody else comes with the same link; who is removed is out until readmitted.

mod support;

use diemcau::{
    media::MediaKind,
    meeting::{Actor, Command, Meeting, Place},
};
use livekit_protocol::{DisconnectReason, MuteTrackRequest, TrackType, signal_request::Message as Request};
use serde_json::json;
use support::{
    Server,
    guest::{Guest, Heard},
};

const LAM_BINH: &str = "point:071";
const PHUC_YEN: &str = "point:02233";

/// A meeting that is open.
struct Held {
    server: Server,
    meeting: Meeting,
}

impl Held {
    async fn open() -> Held {
        let (server, meeting) = (Server::start().await, meeting());
        server.records.create_meeting(&meeting).await.expect("kept");
        let held = Held { server, meeting };
        held.chair(Command::Publish).await;
        held.chair(Command::Open).await;
        held
    }

    async fn chair(&self, command: Command) {
        self.server.hub.command(&self.meeting.id, Actor::Seat(Place::Hub), command).await.expect("taken");
    }

    async fn guest(&self, identity: &str) -> Guest {
        self.server.guest("m", identity).await
    }

    /// Why somebody is not let in.
    async fn refusal(&self, identity: &str) -> String {
        self.server.try_join("m", identity, true).await.err().expect("nobody is let in").to_string()
    }
}

fn meeting() -> Meeting {
    let point =
        |id: &str, parent: Option<&str>| json!({ "id": id, "parent": parent, "level": "", "name": id, "room": "" });
    let plan = json!({
        "id": "m", "title": "Hội nghị", "startsAt": "2021-10-19T01:00:00Z", "hub": "08",
        "points": [point("08", None), point("071", Some("08")), point("02233", Some("071"))],
    });
    serde_json::from_value(plan).expect("a plan")
}

fn place(identity: &str) -> Place {
    identity.parse().expect("a place")
}

/// The sid of somebody's microphone, as the others are told of it.
fn microphone(heard: &Heard, identity: &str) -> Option<String> {
    let tracks = &heard.others.get(identity)?.tracks;
    tracks.iter().find(|track| track.r#type() == TrackType::Audio).map(|track| track.sid.clone())
}

/// How much sound of somebody came.
fn sound(heard: &Heard, identity: &str) -> u64 {
    microphone(heard, identity).and_then(|sid| heard.tracks.get(&sid)).map_or(0, |track| track.packets)
}

/// What a device says that wants to be heard.
async fn unmute(guest: &Guest, hub: &Guest, identity: &str) {
    let sid = microphone(&hub.heard(), identity).expect("it is shown");
    guest.request(Request::Mute(MuteTrackRequest { sid, muted: false })).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_has_the_floor_is_heard_though_all_of_them_talk() {
    let held = Held::open().await;
    let mut hub = held.guest("hub").await;
    let mut lam_binh = held.guest(LAM_BINH).await;
    let mut phuc_yen = held.guest(PHUC_YEN).await;
    lam_binh.play(MediaKind::Audio).await;
    phuc_yen.play(MediaKind::Audio).await;
    let shown = |heard: &Heard| microphone(heard, LAM_BINH).is_some() && microphone(heard, PHUC_YEN).is_some();
    hub.until("both microphones", shown).await;

    // Both devices say that they are not muted; one has the floor.
    let give = |identity: &str| {
        let speaker = serde_json::from_value(json!({ "name": "Ma Văn Lập" })).expect("a speaker");
        Command::GiveFloor { place: place(identity), speaker, subject: String::new(), seconds: 300 }
    };
    held.chair(give(LAM_BINH)).await;
    unmute(&lam_binh, &hub, LAM_BINH).await;
    unmute(&phuc_yen, &hub, PHUC_YEN).await;
    let heard = hub.until("two seconds of Lâm Bình", |heard| sound(heard, LAM_BINH) >= 100).await;
    assert_eq!(sound(&heard, PHUC_YEN), 0, "Phúc Yên has no floor");

    // It goes to the other one, and the first plays on.
    held.chair(give(PHUC_YEN)).await;
    unmute(&phuc_yen, &hub, PHUC_YEN).await;
    let heard = hub.until("Phúc Yên", |heard| sound(heard, PHUC_YEN) >= 1).await;
    let said = sound(&heard, LAM_BINH);
    unmute(&lam_binh, &hub, LAM_BINH).await;
    let heard = hub.until("two seconds of Phúc Yên", |heard| sound(heard, PHUC_YEN) >= 100).await;
    assert_eq!(sound(&heard, LAM_BINH), said, "Lâm Bình has the floor no more");

    // When it is taken back nobody but the hub is heard.
    held.chair(Command::TakeFloorBack).await;
    hub.play(MediaKind::Audio).await;
    let heard = lam_binh.until("the hub", |heard| sound(heard, "hub") >= 1).await;
    let said = sound(&heard, PHUC_YEN);
    unmute(&phuc_yen, &hub, PHUC_YEN).await;
    let heard = lam_binh.until("two seconds of the hub", |heard| sound(heard, "hub") >= 100).await;
    assert_eq!(sound(&heard, PHUC_YEN), said, "nobody has the floor");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_with_a_leaked_link_is_refused_and_who_sits_there_hears_nothing_of_it() {
    let held = Held::open().await;
    let mut hub = held.guest("hub").await;
    let mut point = held.guest(LAM_BINH).await;
    let refusal = held.refusal(LAM_BINH).await;
    assert!(refusal.contains("DuplicateIdentity"), "{refusal}");
    hub.count();
    point.until("the hub to count on", |heard| heard.count_of("hub") >= 20).await;
    let heard = point.heard();
    assert!(heard.leave.is_none() && !heard.closed, "{heard:?}");
    let lines = hub.heard().others.get(LAM_BINH).map(|other| other.sid.clone());
    assert_eq!(lines, Some(point.sid()), "it is the same device as before");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_removed_goes_and_comes_back_when_readmitted() {
    let held = Held::open().await;
    let _hub = held.guest("hub").await;
    let mut point = held.guest(LAM_BINH).await;
    held.chair(Command::Remove { place: place(LAM_BINH), reason: "Gây ồn".to_owned() }).await;
    let heard = point.until("the farewell", |heard| heard.leave.is_some()).await;
    assert_eq!(heard.leave.expect("heard").reason(), DisconnectReason::ParticipantRemoved);
    assert!(!held.refusal(LAM_BINH).await.is_empty());
    held.chair(Command::Readmit { place: place(LAM_BINH) }).await;
    let again = held.guest(LAM_BINH).await;
    assert_ne!(again.sid(), point.sid());
}
