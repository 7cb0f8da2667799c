//! For the tests of this module: the golden offers, and a client made to measure that offers as a browser does.

use std::{fmt::Write, fs, path::Path};

use super::lines::Direction;
use crate::media::{Fingerprint, LocalEndpoint, MediaKind};

/// The text of a golden offer, `chromium/join`, with the line ends it had.
pub fn golden(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/media/sdp/golden/{name}.sdp"));
    fs::read_to_string(path).expect("a golden offer").replace('\n', "\r\n")
}

/// Every golden offer, in no particular order.
pub const GOLDEN: [&str; 21] = [
    "chromium/join",
    "chromium/publish",
    "chromium/more",
    "chromium/screen",
    "chromium/unpublish",
    "chromium/restart",
    "firefox/join",
    "firefox/publish",
    "firefox/more",
    "firefox/screen",
    "firefox/unpublish",
    "firefox/restart",
    "python/join",
    "python/publish",
    "python/camera",
    "python/unpublish",
    "python/more",
    "webrtc-rs/join",
    "webrtc-rs/publish",
    "webrtc-rs/more",
    "webrtc-rs/unpublish",
];

pub fn endpoint() -> LocalEndpoint {
    LocalEndpoint {
        fingerprint: Fingerprint([0xA5; 32]),
        candidates: vec![
            "192.0.2.1:7881".parse().expect("an address"),
            "[2001:db8::1]:7881".parse().expect("an address"),
        ],
        tcp: true,
    }
}

/// A browser's peer connection, as far as its offers show it.
#[derive(Clone, Debug)]
pub struct Client {
    pub ufrag: String,
    pub fingerprint: String,
    /// The SCTP section is always the first.
    pub sections: Vec<ClientSection>,
    next_mid: u32,
}

#[derive(Clone, Debug)]
pub struct ClientSection {
    pub mid: String,
    pub kind: MediaKind,
    pub direction: Direction,
    /// The msid's track and the attribute lines that belong to what is sent.
    pub source: Option<(String, String)>,
}

impl Default for Client {
    /// Offers data channels only.
    fn default() -> Self {
        Self { ufrag: "Abcd".into(), fingerprint: "0A:".repeat(31) + "0A", sections: Vec::new(), next_mid: 1 }
    }
}

impl Client {
    /// Three sections of each kind to receive on, as `livekit-client` begins.
    pub fn livekit() -> Self {
        let mut client = Self::default();
        client.request(3, 3);
        client
    }

    /// What a `MediaSectionsRequirement` makes it do.
    pub fn request(&mut self, audios: u32, videos: u32) {
        for (kind, count) in [(MediaKind::Audio, audios), (MediaKind::Video, videos)] {
            for _ in 0..count {
                self.add(kind, Direction::RecvOnly, None);
            }
        }
    }

    /// Adds a section that sends `cid`; `lines` go into it as they are.
    pub fn publish(&mut self, kind: MediaKind, cid: &str, lines: &str) -> String {
        self.add(kind, Direction::SendOnly, Some((cid.to_owned(), lines.to_owned())))
    }

    pub fn unpublish(&mut self, mid: &str) {
        for section in self.sections.iter_mut().filter(|section| section.mid == mid) {
            section.direction = Direction::Inactive;
        }
    }

    fn add(&mut self, kind: MediaKind, direction: Direction, source: Option<(String, String)>) -> String {
        let mid = self.next_mid.to_string();
        self.next_mid += 1;
        self.sections.push(ClientSection { mid: mid.clone(), kind, direction, source });
        mid
    }

    pub fn offer(&self) -> String {
        let Self { ufrag, fingerprint, .. } = self;
        let mids: String = self.sections.iter().map(|section| format!(" {}", section.mid)).collect();
        let mut sdp = format!("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0{mids}\r\n");
        let transport = format!(
            "c=IN IP4 0.0.0.0\r\na=ice-ufrag:{ufrag}\r\na=ice-pwd:{ufrag}5678901234567890123\r\n\
             a=fingerprint:sha-256 {fingerprint}\r\na=setup:actpass\r\n"
        );
        write!(
            sdp,
            "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n{transport}a=mid:0\r\na=sctp-port:5000\r\n\
             a=max-message-size:262144\r\n"
        )
        .expect("a String takes all");
        for section in &self.sections {
            let codec = match section.kind {
                MediaKind::Audio => {
                    "m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\na=rtpmap:111 opus/48000/2\r\n\
                     a=rtcp-fb:111 transport-cc\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:0 PCMU/8000\r\n"
                }
                MediaKind::Video => {
                    "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98\r\na=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack\r\n\
                     a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rtpmap:98 VP9/90000\r\n\
                     a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n"
                }
            };
            write!(
                sdp,
                "{codec}{transport}a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=rtcp-mux\r\na=mid:{}\r\na={}\r\n",
                section.mid,
                section.direction.as_str()
            )
            .expect("a String takes all");
            if let Some((cid, lines)) = &section.source {
                write!(sdp, "a=msid:- {cid}\r\n{lines}").expect("a String takes all");
            }
        }
        sdp
    }
}

/// The lines of a three-layer simulcast.
pub const SIMULCAST: &str = "a=rid:q send\r\na=rid:h send\r\na=rid:f send\r\na=simulcast:send q;h;f\r\n";
