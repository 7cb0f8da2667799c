//! A client that plays tracks, counts aloud over the data channel, and listens for any gap in what the others do.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use diemcau::{
    client::{Client, ClientEvent},
    media::MediaKind,
};
use livekit_protocol::{
    DataPacket, LeaveRequest, ParticipantInfo, TrackSource, UserPacket, data_packet::Value, participant_info::State,
    signal_request::Message as Request,
};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{interval, timeout},
};

use super::DEADLINE;

/// Any payload does for Opus; a VP8 payload of one packet that is a key frame (RFC 7741).
const AUDIO: [u8; 80] = [b'a'; 80];
const VIDEO: [u8; 700] = {
    let mut payload = [0; 700];
    payload[0] = 0x10;
    payload
};

/// Twenty milliseconds at 48 kHz, forty at 90 kHz.
const AUDIO_TICKS: u32 = 960;
const VIDEO_TICKS: u32 = 3_600;

pub struct Guest {
    client: Arc<Client>,
    heard: watch::Receiver<Heard>,
    /// The listener, the players and the counter; they end with the guest.
    tasks: JoinSet<()>,
}

/// What a guest has heard so far.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    pub connected: bool,
    pub data_open: bool,
    /// By the track's sid.
    pub tracks: BTreeMap<String, Track>,
    /// The next number due of each who counts, by identity.
    pub counts: BTreeMap<String, u32>,
    /// The others as last announced, by identity.
    pub others: BTreeMap<String, ParticipantInfo>,
    /// How many own tracks were accepted.
    pub published: u32,
    pub leave: Option<LeaveRequest>,
    pub closed: bool,
    /// Whatever was not as it must be.
    pub faults: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Track {
    pub kind: MediaKind,
    pub packets: u64,
    last: (u16, u32),
}

impl Heard {
    /// Packets of the tracks of one kind, of the one with the fewest; zero when there is none.
    pub fn packets(&self, kind: MediaKind) -> u64 {
        self.tracks.values().filter(|track| track.kind == kind).map(|track| track.packets).min().unwrap_or(0)
    }

    pub fn count_of(&self, identity: &str) -> u32 {
        self.counts.get(identity).copied().unwrap_or(0)
    }

    pub fn is_gone(&self, identity: &str) -> bool {
        self.others.get(identity).is_some_and(|other| other.state() == State::Disconnected)
    }

    fn take(&mut self, event: ClientEvent) {
        match event {
            ClientEvent::Connected => self.connected = true,
            ClientEvent::DataOpen { reliable } => self.data_open |= reliable,
            ClientEvent::Participants(others) => {
                self.others.extend(others.into_iter().map(|other| (other.identity.clone(), other)));
            }
            ClientEvent::Packet { track, packet } => {
                let kind = if packet.payload.first() == VIDEO.first() { MediaKind::Video } else { MediaKind::Audio };
                self.packet(track, kind, packet.header.sequence_number, packet.header.timestamp);
            }
            ClientEvent::Data { packet, reliable: true } => self.message(packet),
            ClientEvent::Data { .. } => {}
            ClientEvent::Published(_) => self.published += 1,
            ClientEvent::Leave(leave) => self.leave = Some(leave),
            ClientEvent::Closed => self.closed = true,
        }
    }

    fn packet(&mut self, sid: String, kind: MediaKind, sequence: u16, timestamp: u32) {
        let now = (sequence, timestamp);
        let Some(track) = self.tracks.get_mut(&sid) else {
            self.tracks.insert(sid, Track { kind, packets: 1, last: now });
            return;
        };
        let ticks = match track.kind {
            MediaKind::Audio => AUDIO_TICKS,
            MediaKind::Video => VIDEO_TICKS,
        };
        let due = (track.last.0.wrapping_add(1), track.last.1.wrapping_add(ticks));
        if now != due {
            self.faults.push(format!("{sid}: {:?} packet {} is {now:?}, not {due:?}", track.kind, track.packets));
        }
        track.packets += 1;
        track.last = now;
    }

    fn message(&mut self, packet: DataPacket) {
        let Some(Value::User(user)) = packet.value else { return };
        let from = packet.participant_identity;
        let Ok(number) = user.payload[..].try_into().map(u32::from_be_bytes) else {
            self.faults.push(format!("{from} sends what is no number"));
            return;
        };
        let due = self.counts.entry(from.clone()).or_insert(number);
        if number != *due {
            self.faults.push(format!("{from} counts {number}, not {due}"));
        }
        *due = number + 1;
    }
}

impl Guest {
    pub fn new(client: Client) -> Guest {
        let client = Arc::new(client);
        let others = client.join.other_participants.iter().map(|other| (other.identity.clone(), other.clone()));
        let (tell, heard) = watch::channel(Heard { others: others.collect(), ..Default::default() });
        let mut tasks = JoinSet::new();
        let listening = client.clone();
        tasks.spawn(async move {
            while let Some(event) = listening.event().await {
                tell.send_modify(|heard| heard.take(event));
            }
        });
        Guest { client, heard, tasks }
    }

    pub fn sid(&self) -> String {
        self.client.join.participant.as_ref().map(|own| own.sid.clone()).unwrap_or_default()
    }

    /// What was heard when it first was as wanted.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&Heard) -> bool) -> Heard {
        self.within(DEADLINE, what, wanted).await
    }

    pub async fn within(&mut self, limit: Duration, what: &str, wanted: impl Fn(&Heard) -> bool) -> Heard {
        let found = timeout(limit, self.heard.wait_for(|heard| wanted(heard))).await;
        match found.map(|heard| heard.map(|heard| heard.clone())) {
            Ok(Ok(heard)) => heard,
            Ok(Err(_)) => panic!("the listener ended while waiting for {what}; heard {:?}", self.heard()),
            Err(_) => panic!("waited in vain for {what}; heard {:?}", self.heard()),
        }
    }

    pub fn heard(&self) -> Heard {
        self.heard.borrow().clone()
    }

    /// Publishes a track and plays it from now on: twenty-five video frames a second, fifty packets of sound.
    pub async fn play(&mut self, kind: MediaKind) {
        let (source, every_ms, ticks, payload) = match kind {
            MediaKind::Audio => (TrackSource::Microphone, 20, AUDIO_TICKS, &AUDIO[..]),
            MediaKind::Video => (TrackSource::Camera, 40, VIDEO_TICKS, &VIDEO[..]),
        };
        let mut track = self.client.publish(kind, source).await.expect("publishes");
        self.tasks.spawn(async move {
            let mut frames = interval(Duration::from_millis(every_ms));
            let mut timestamp: u32 = 0;
            loop {
                frames.tick().await;
                // Packets before the answer to their offer go nowhere.
                let _ = track.write(timestamp, kind == MediaKind::Video, payload).await;
                timestamp = timestamp.wrapping_add(ticks);
            }
        });
    }

    /// Counts for everybody, forty reliable messages a second.
    pub fn count(&mut self) {
        let client = self.client.clone();
        self.tasks.spawn(async move {
            let mut ticks = interval(Duration::from_millis(25));
            for number in 0u32.. {
                ticks.tick().await;
                let user = UserPacket { payload: number.to_be_bytes().to_vec(), ..Default::default() };
                let packet = DataPacket { value: Some(Value::User(user)), ..Default::default() };
                if client.send(packet, true).await.is_err() {
                    break;
                }
            }
        });
    }

    pub async fn request(&self, request: Request) {
        self.client.request(request).await.expect("the session runs");
    }

    /// Waits for so many more packets of the tracks it gets, and messages of `counting`; and that there was no fault.
    pub async fn goes_on(&mut self, counting: &str) {
        let before = self.heard();
        let heard = self
            .until("the call to go on", |heard| {
                let more =
                    |kind, packets| before.packets(kind) == 0 || heard.packets(kind) >= before.packets(kind) + packets;
                more(MediaKind::Audio, 50)
                    && more(MediaKind::Video, 25)
                    && heard.count_of(counting) >= before.count_of(counting) + 40
            })
            .await;
        assert_eq!(heard.faults, Vec::<String>::new());
    }
}
