//! A client of the signalling protocol, made from the `webrtc` crate: what the integration tests speak with.
//!
//! It is the other side of everything this server does, written against the protocol and not against the server's
//! own parts. One task owns the connection; the caller publishes, sends, and hears [`ClientEvent`]s.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    sync::Arc,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE};
use bytes::BytesMut;
use futures_util::{SinkExt, StreamExt};
use livekit_protocol as proto;
use prost::Message;
use proto::{signal_request::Message as Request, signal_response::Message as Response};
use rtc::{
    media_stream::MediaStreamTrack,
    rtp,
    rtp_transceiver::{
        RTCRtpTransceiverDirection, RTCRtpTransceiverInit,
        rtp_sender::{RTCRtpCodec, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind},
    },
};
use thiserror::Error;
use tokio::sync::{Mutex, mpsc};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        self,
        client::IntoClientRequest,
        http::{Uri, header::AUTHORIZATION},
    },
};
use webrtc::{
    data_channel::{DataChannel, DataChannelEvent, RTCDataChannelInit},
    media_stream::{
        track_local::{TrackLocal, static_rtp::TrackLocalStaticRTP},
        track_remote::{TrackRemote, TrackRemoteEvent},
    },
    peer_connection::{
        MediaEngine, PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceCandidateInit,
        RTCPeerConnectionState, RTCSessionDescription, Registry, SettingEngineBuilder, register_default_interceptors,
    },
};

use crate::{ids::random_text, media::MediaKind};

/// Clients ping the server this often.
const PING_INTERVAL: Duration = Duration::from_secs(5);
/// News and packets that the caller has not taken; when it is full the connection waits.
const EVENTS: usize = 4_096;

#[derive(Debug, Error)]
pub enum ClientError {
    #[error("signalling: {0}")]
    Signalling(#[from] Box<tungstenite::Error>),
    #[error("media: {0}")]
    Media(#[from] webrtc::error::Error),
    #[error("the server's message is malformed: {0}")]
    Malformed(#[from] prost::DecodeError),
    #[error("the server sent {0} where a join response was due")]
    NoJoin(String),
    #[error("the connection has ended")]
    Ended,
}

impl From<tungstenite::Error> for ClientError {
    fn from(error: tungstenite::Error) -> Self {
        Self::Signalling(Box::new(error))
    }
}

/// What a client hears.
#[derive(Debug)]
pub enum ClientEvent {
    /// ICE and DTLS are up.
    Connected,
    /// The data channel of this kind takes messages.
    DataOpen { reliable: bool },
    /// Facts about participants, the own ones included.
    Participants(Vec<proto::ParticipantInfo>),
    /// An own track was accepted.
    Published(proto::TrackInfo),
    /// A packet of a subscribed track; `track` is its sid.
    Packet { track: String, packet: rtp::Packet },
    /// A message of another participant.
    Data { packet: proto::DataPacket, reliable: bool },
    /// The server ended the session, or asks to join anew.
    Leave(proto::LeaveRequest),
    /// The signalling connection is gone.
    Closed,
}

/// A joined client; dropping it ends the connection without a word.
pub struct Client {
    pub join: proto::JoinResponse,
    commands: mpsc::Sender<Do>,
    /// Locked, so that one task can listen while others speak.
    events: Mutex<mpsc::Receiver<ClientEvent>>,
}

enum Do {
    Publish(Arc<TrackLocalStaticRTP>, Box<proto::AddTrackRequest>),
    Send { packet: Box<proto::DataPacket>, reliable: bool },
    Request(Box<Request>),
}

/// An own track: packets written to it are sent once the server has answered the offer that carries it.
#[derive(Clone)]
pub struct OwnTrack {
    track: Arc<TrackLocalStaticRTP>,
    ssrc: u32,
    payload_type: u8,
    sequence: u16,
}

impl OwnTrack {
    /// Sends one packet; numbers follow by themselves.
    pub async fn write(&mut self, timestamp: u32, marker: bool, payload: &[u8]) -> Result<(), ClientError> {
        let header = rtp::header::Header {
            version: 2,
            marker,
            payload_type: self.payload_type,
            sequence_number: self.sequence,
            timestamp,
            ssrc: self.ssrc,
            ..Default::default()
        };
        self.sequence = self.sequence.wrapping_add(1);
        let payload = bytes::Bytes::copy_from_slice(payload);
        Ok(self.track.write_rtp(rtp::Packet { header, payload }).await?)
    }
}

impl Client {
    /// Joins the room that `token` names at `url` (`ws://…` or `wss://…`), subscribing to everything by itself if asked to.
    pub async fn connect(url: &str, token: &str, auto_subscribe: bool) -> Result<Client, ClientError> {
        let (event_sender, events) = mpsc::channel(EVENTS);
        let mut request = format!("{url}/rtc/v1").into_client_request()?;
        let media = Media::new(local_address_towards(request.uri()), event_sender.clone()).await?;
        let offer = media.offer().await?;
        let join_request = proto::JoinRequest {
            connection_settings: Some(proto::ConnectionSettings { auto_subscribe, ..Default::default() }),
            publisher_offer: Some(proto::SessionDescription {
                r#type: "offer".into(),
                sdp: offer,
                id: 1,
                ..Default::default()
            }),
            ..Default::default()
        };
        let wrapped = proto::WrappedJoinRequest { join_request: join_request.encode_to_vec(), ..Default::default() };
        let query = URL_SAFE.encode(wrapped.encode_to_vec());
        *request.uri_mut() = format!("{url}/rtc/v1?join_request={query}").parse().map_err(|_| ClientError::Ended)?;
        let bearer = format!("Bearer {token}").parse().map_err(|_| ClientError::Ended)?;
        request.headers_mut().insert(AUTHORIZATION, bearer);
        let (mut socket, _) = connect_async(request).await?;
        let join = match next_response(&mut socket).await? {
            Response::Join(join) => join,
            Response::Leave(leave) => return Err(ClientError::NoJoin(format!("leave ({:?})", leave.reason()))),
            other => return Err(ClientError::NoJoin(format!("{other:?}").chars().take(40).collect())),
        };
        let (commands, command_receiver) = mpsc::channel(64);
        let session = Session {
            socket,
            media,
            commands: command_receiver,
            events: event_sender,
            pending: Vec::new(),
            offer_id: 1,
            negotiating: true,
            again: false,
        };
        tokio::spawn(session.run());
        Ok(Client { join, commands, events: Mutex::new(events) })
    }

    /// The next thing that happens; none once the connection has ended.
    pub async fn event(&self) -> Option<ClientEvent> {
        self.events.lock().await.recv().await
    }

    /// Publishes a track of one layer, Opus or VP8.
    pub async fn publish(&self, kind: MediaKind, source: proto::TrackSource) -> Result<OwnTrack, ClientError> {
        let (codec, payload_type, track_type) = match kind {
            MediaKind::Audio => (codec("audio/opus", 48_000, 2), 111, proto::TrackType::Audio),
            MediaKind::Video => (codec("video/VP8", 90_000, 0), 96, proto::TrackType::Video),
        };
        let ssrc = rand::random();
        let cid = random_text(12);
        let rtc_kind = match kind {
            MediaKind::Audio => RtpCodecKind::Audio,
            MediaKind::Video => RtpCodecKind::Video,
        };
        let track = Arc::new(TrackLocalStaticRTP::new(MediaStreamTrack::new(
            random_text(12),
            cid.clone(),
            cid.clone(),
            rtc_kind,
            vec![RTCRtpEncodingParameters {
                rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() },
                codec,
                ..Default::default()
            }],
        )));
        let request =
            proto::AddTrackRequest { cid, r#type: track_type as i32, source: source as i32, ..Default::default() };
        self.commands.send(Do::Publish(Arc::clone(&track), Box::new(request))).await.map_err(|_| ClientError::Ended)?;
        Ok(OwnTrack { track, ssrc, payload_type, sequence: rand::random() })
    }

    /// Sends a packet to the others over the channel of its kind.
    pub async fn send(&self, packet: proto::DataPacket, reliable: bool) -> Result<(), ClientError> {
        let send = Do::Send { packet: Box::new(packet), reliable };
        self.commands.send(send).await.map_err(|_| ClientError::Ended)
    }

    pub async fn request(&self, request: Request) -> Result<(), ClientError> {
        self.commands.send(Do::Request(Box::new(request))).await.map_err(|_| ClientError::Ended)
    }
}

fn codec(mime_type: &str, clock_rate: u32, channels: u16) -> RTCRtpCodec {
    RTCRtpCodec {
        mime_type: mime_type.into(),
        clock_rate,
        channels,
        sdp_fmtp_line: String::new(),
        rtcp_feedback: Vec::new(),
    }
}

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

async fn next_response(socket: &mut Socket) -> Result<Response, ClientError> {
    while let Some(message) = socket.next().await {
        if let tungstenite::Message::Binary(bytes) = message?
            && let Some(response) = proto::SignalResponse::decode(bytes)?.message
        {
            return Ok(response);
        }
    }
    Err(ClientError::Ended)
}

/// The one task that owns a client's connection.
struct Session {
    socket: Socket,
    media: Media,
    commands: mpsc::Receiver<Do>,
    events: mpsc::Sender<ClientEvent>,
    /// Tracks whose `addTrack` is not answered yet.
    pending: Vec<(String, Arc<TrackLocalStaticRTP>)>,
    offer_id: u32,
    /// An offer is out; another is made when its answer has come.
    negotiating: bool,
    again: bool,
}

impl Session {
    async fn run(mut self) {
        let mut ping = tokio::time::interval(PING_INTERVAL);
        loop {
            let step = tokio::select! {
                response = next_response(&mut self.socket) => match response {
                    Ok(response) => self.response(response).await,
                    Err(error) => Err(error),
                },
                command = self.commands.recv() => match command {
                    Some(command) => self.command(command).await,
                    None => break,
                },
                _ = ping.tick() => self.signal(Request::PingReq(proto::Ping::default())).await,
            };
            if let Err(error) = step {
                tracing::debug!(%error, "client session ends");
                break;
            }
        }
        let _ = self.events.send(ClientEvent::Closed).await;
        let _ = self.media.connection.close().await;
    }

    async fn signal(&mut self, message: Request) -> Result<(), ClientError> {
        let bytes = proto::SignalRequest { message: Some(message) }.encode_to_vec();
        Ok(self.socket.send(tungstenite::Message::Binary(bytes.into())).await?)
    }

    async fn tell(&self, event: ClientEvent) -> Result<(), ClientError> {
        self.events.send(event).await.map_err(|_| ClientError::Ended)
    }

    async fn response(&mut self, response: Response) -> Result<(), ClientError> {
        match response {
            Response::Answer(answer) => {
                self.media.answered(answer.sdp).await?;
                self.negotiating = false;
                if std::mem::take(&mut self.again) {
                    self.negotiate().await?;
                }
            }
            Response::MediaSectionsRequirement(wanted) => {
                for (kind, count) in
                    [(RtpCodecKind::Audio, wanted.num_audios), (RtpCodecKind::Video, wanted.num_videos)]
                {
                    for _ in 0..count {
                        self.media.receive(kind).await?;
                    }
                }
                self.negotiate().await?;
            }
            Response::TrackPublished(published) => {
                if let Some(position) = self.pending.iter().position(|(cid, _)| *cid == published.cid) {
                    let (_, track) = self.pending.swap_remove(position);
                    self.media.connection.add_track(track as Arc<dyn TrackLocal>).await?;
                    self.negotiate().await?;
                }
                if let Some(track) = published.track {
                    self.tell(ClientEvent::Published(track)).await?;
                }
            }
            Response::Update(update) => self.tell(ClientEvent::Participants(update.participants)).await?,
            Response::Leave(leave) => self.tell(ClientEvent::Leave(leave)).await?,
            _ => {}
        }
        Ok(())
    }

    async fn command(&mut self, command: Do) -> Result<(), ClientError> {
        match command {
            Do::Publish(track, request) => {
                self.pending.push((request.cid.clone(), track));
                self.signal(Request::AddTrack(*request)).await
            }
            Do::Send { packet, reliable } => {
                let channel = if reliable { &self.media.reliable } else { &self.media.lossy };
                Ok(channel.send(BytesMut::from(&packet.encode_to_vec()[..])).await?)
            }
            Do::Request(request) => self.signal(*request).await,
        }
    }

    async fn negotiate(&mut self) -> Result<(), ClientError> {
        if self.negotiating {
            self.again = true;
            return Ok(());
        }
        self.negotiating = true;
        self.offer_id += 1;
        let (sdp, id) = (self.media.offer().await?, self.offer_id);
        self.signal(Request::Offer(proto::SessionDescription { r#type: "offer".into(), sdp, id, ..Default::default() }))
            .await
    }
}

/// The address from which this machine reaches the server: where media leaves from too.
fn local_address_towards(server: &Uri) -> IpAddr {
    let port = server.port_u16().unwrap_or(443);
    let probe = || {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
        socket.connect((server.host()?, port)).ok()?; // sends nothing
        Some(socket.local_addr().ok()?.ip())
    };
    probe().unwrap_or(Ipv4Addr::LOCALHOST.into())
}

struct Media {
    connection: Arc<dyn PeerConnection>,
    reliable: Arc<dyn DataChannel>,
    lossy: Arc<dyn DataChannel>,
}

impl Media {
    async fn new(local: IpAddr, events: mpsc::Sender<ClientEvent>) -> Result<Media, ClientError> {
        let mut engine = MediaEngine::default();
        engine.register_default_codecs()?;
        let registry = register_default_interceptors(Registry::new(), &mut engine)?;
        let settings = SettingEngineBuilder::default().with_include_loopback_candidate(true).build();
        let connection = PeerConnectionBuilder::new()
            .with_media_engine(engine)
            .with_interceptor_registry(registry)
            .with_setting_engine(settings)
            .with_handler(Arc::new(Handler { events: events.clone() }))
            .with_udp_addrs(vec![SocketAddr::new(local, 0)])
            .build()
            .await?;
        let connection: Arc<dyn PeerConnection> = Arc::new(connection);
        let reliable = connection.create_data_channel("_reliable", None).await?;
        let unreliable = RTCDataChannelInit { ordered: false, max_retransmits: Some(0), ..Default::default() };
        let lossy = connection.create_data_channel("_lossy", Some(unreliable)).await?;
        for (channel, is_reliable) in [(&reliable, true), (&lossy, false)] {
            tokio::spawn(read_channel(Arc::clone(channel), is_reliable, events.clone()));
        }
        let media = Media { connection, reliable, lossy };
        for kind in [RtpCodecKind::Audio, RtpCodecKind::Video] {
            media.receive(kind).await?;
        }
        Ok(media)
    }

    /// Offers a further section to receive on.
    async fn receive(&self, kind: RtpCodecKind) -> Result<(), ClientError> {
        let init = RTCRtpTransceiverInit { direction: RTCRtpTransceiverDirection::Recvonly, ..Default::default() };
        self.connection.add_transceiver_from_kind(kind, Some(init)).await?;
        Ok(())
    }

    async fn answered(&self, sdp: String) -> Result<(), ClientError> {
        // The crate passes over candidates of an inactive section, which the first one is until something is received.
        let candidates: Vec<String> = sdp
            .lines()
            .filter_map(|line| line.strip_prefix("a=candidate:"))
            .map(|line| format!("candidate:{line}"))
            .collect();
        self.connection.set_remote_description(RTCSessionDescription::answer(sdp)?).await?;
        for candidate in candidates {
            let sdp_mid = Some("0".to_owned());
            self.connection.add_ice_candidate(RTCIceCandidateInit { candidate, sdp_mid, ..Default::default() }).await?;
        }
        Ok(())
    }

    async fn offer(&self) -> Result<String, ClientError> {
        let offer = self.connection.create_offer(None).await?;
        let sdp = offer.sdp.clone();
        self.connection.set_local_description(offer).await?;
        Ok(sdp)
    }
}

async fn read_channel(channel: Arc<dyn DataChannel>, reliable: bool, events: mpsc::Sender<ClientEvent>) {
    while let Some(event) = channel.poll().await {
        let told = match event {
            DataChannelEvent::OnOpen => ClientEvent::DataOpen { reliable },
            DataChannelEvent::OnMessage(message) => match proto::DataPacket::decode(&message.data[..]) {
                Ok(packet) => ClientEvent::Data { packet, reliable },
                Err(_) => continue,
            },
            _ => continue,
        };
        if events.send(told).await.is_err() {
            break;
        }
    }
}

struct Handler {
    events: mpsc::Sender<ClientEvent>,
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        if state == RTCPeerConnectionState::Connected {
            let _ = self.events.send(ClientEvent::Connected).await;
        }
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        let events = self.events.clone();
        tokio::spawn(async move {
            while let Some(event) = track.poll().await {
                if let TrackRemoteEvent::OnRtpPacket(packet) = event {
                    let track = track.track_id().await.to_string();
                    if events.send(ClientEvent::Packet { track, packet }).await.is_err() {
                        break;
                    }
                }
            }
        });
    }
}
