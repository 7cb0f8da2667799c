//! Data channels (RFC 8831, RFC 8832) over the client's SCTP association: the client opens, we accept.

use std::{
    collections::{HashMap, VecDeque},
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use rtc_datachannel::{
    data_channel::DataChannel,
    message::{Message, message_channel_ack::DataChannelAck, message_channel_open::DataChannelOpen},
};
use rtc_sctp::{
    Association, AssociationHandle, DatagramEvent, Endpoint, EndpointConfig, Event, Payload,
    PayloadProtocolIdentifier as Protocol, ServerConfig, StreamEvent, StreamId, TimerConfig, TransportConfig,
};
use rtc_shared::{
    TransportProtocol,
    marshal::{Marshal, Unmarshal},
};
use thiserror::Error;

use super::guard::{self, Guard, Verdict};
use crate::media::Channel;

/// The longest message taken from a client, in bytes: what our answers announce as `a=max-message-size`.
pub const MAX_MESSAGE_LEN: usize = 256 * 1024;

/// Received bytes that wait to be read before the client has to pause.
const RECEIVE_BUFFER_LEN: u32 = 512 * 1024;
/// Bytes that wait for a client on the reliable channel before it counts as lost.
const MAX_RELIABLE_BACKLOG: usize = 4 * 1024 * 1024;
/// Bytes that wait for a client on the lossy channel before further messages are dropped.
const MAX_LOSSY_BACKLOG: usize = 512 * 1024;
/// The longest wait before unacknowledged data is repeated. RFC 9260 lets it grow to a minute, which is a conference's
/// end after a short outage; browsers stay below a second, too.
const MAX_RETRANSMISSION_WAIT: Duration = Duration::from_secs(1);
/// Labels are short; the browsers' own limit is 65,535 bytes.
const MAX_OPEN_LEN: usize = 1024;
/// There is one association to one peer, which the address given to `rtc-sctp` only names.
const PEER: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 5000));

/// Why a message was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SendError {
    #[error("the client has not opened the channel")]
    NotOpen,
    #[error("the message is larger than the client takes")]
    TooLarge,
    /// The client does not read fast enough. To skip the message would break the channel's promise: the connection is
    /// to end with [`PeerFailure::DataOverflow`](crate::media::PeerFailure::DataOverflow).
    #[error("too much reliable data waits for the client")]
    Overflow,
}

/// The channel of a label; other labels are accepted and ignored.
fn channel(label: &[u8]) -> Option<Channel> {
    match label {
        b"_reliable" => Some(Channel::Reliable),
        b"_lossy" => Some(Channel::Lossy),
        _ => None,
    }
}

/// The SCTP side of one peer, told the time. Packets go in and out as DTLS application data.
pub struct DataTransport {
    /// Largest message that the client takes.
    max_message_len: usize,
    link: Option<Link>,
    /// SCTP packets ready to go.
    transmits: VecDeque<Bytes>,
    lossy_dropped: u64,
}

/// An association and its channels.
struct Link {
    endpoint: Endpoint,
    handle: AssociationHandle,
    association: Association,
    guard: Guard,
    /// The client's request and our answer. A repeated request gets the same answer again, whereas `rtc-sctp` would
    /// make another association of it.
    init: Bytes,
    init_ack: Vec<Bytes>,
    /// Open channels by stream; None for a label that is ignored.
    channels: HashMap<StreamId, Option<Channel>>,
    /// Open streams that may have messages to read.
    readable: VecDeque<StreamId>,
    /// The association's timer that lies further ahead than [`MAX_RETRANSMISSION_WAIT`], and when it was set.
    long_wait: Option<LongWait>,
}

#[derive(Clone, Copy)]
struct LongWait {
    until: Instant,
    since: Instant,
}

impl DataTransport {
    /// `max_message_size` is the client's `a=max-message-size` (RFC 8841), where 0 stands for any size.
    pub fn new(max_message_size: u32) -> Self {
        let max_message_len = match max_message_size as usize {
            0 => MAX_MESSAGE_LEN,
            size => size.min(MAX_MESSAGE_LEN),
        };
        Self { max_message_len, link: None, transmits: VecDeque::new(), lossy_dropped: 0 }
    }

    /// Takes an SCTP packet out of an authenticated DTLS record.
    pub fn handle(&mut self, now: Instant, packet: Bytes) {
        if let Some(initial_tsn) = guard::initial_tsn(&packet) {
            self.accept(now, packet, initial_tsn);
            return;
        }
        let Some(link) = &mut self.link else { return };
        match link.guard.judge(&packet) {
            Verdict::Admit => {}
            Verdict::Drop => return,
            Verdict::End => {
                self.link = None;
                return;
            }
        }
        if let Some((handle, DatagramEvent::AssociationEvent(event))) = link.endpoint.handle(now, PEER, None, packet)
            && handle == link.handle
        {
            link.association.handle_event(event);
            self.settle(now);
        }
    }

    /// Answers a request for an association. An established one is not replaced: a client whose SCTP restarts has a new
    /// connection altogether.
    fn accept(&mut self, now: Instant, init: Bytes, initial_tsn: u32) {
        if let Some(link) = &self.link {
            if !link.association.is_handshaking() {
                return;
            }
            if link.init == init {
                self.transmits.extend(link.init_ack.iter().cloned());
                return;
            }
        }
        // Who is silent for too long is given up by the worker, media and data together.
        let timers = TimerConfig { max_t3_rtx_retrans: usize::MAX, ..TimerConfig::default() };
        let config = TransportConfig::default()
            .with_timer_config(timers)
            .with_max_message_size(self.max_message_len as u32)
            .with_max_receive_buffer_size(RECEIVE_BUFFER_LEN);
        let mut endpoint = Endpoint::new(
            PEER,
            TransportProtocol::UDP,
            Arc::new(EndpointConfig::new()),
            Some(Arc::new(ServerConfig::new(config))),
        );
        let accepted = endpoint.handle(now, PEER, None, init.clone());
        let Some((handle, DatagramEvent::NewAssociation(mut association))) = accepted else { return };
        let init_ack = outbound(&mut association, now);
        self.transmits.extend(init_ack.iter().cloned());
        self.link = Some(Link {
            endpoint,
            handle,
            association,
            guard: Guard::new(initial_tsn),
            init,
            init_ack,
            channels: HashMap::new(),
            readable: VecDeque::new(),
            long_wait: None,
        });
    }

    /// Takes note of what the association reports; forgets an association that has ended.
    fn settle(&mut self, now: Instant) {
        let Some(link) = &mut self.link else { return };
        link.take_events(now);
        link.note_timer(now);
        if link.association.is_closed() && !link.association.is_handshaking() {
            self.transmits.extend(outbound(&mut link.association, now));
            self.link = None;
        }
    }

    /// The next message from the client. What is not polled stays in the receive buffer and slows the client down.
    pub fn poll_message(&mut self) -> Option<(Channel, Bytes)> {
        self.link.as_mut()?.next_message()
    }

    /// Queues one message.
    ///
    /// # Errors
    ///
    /// [`SendError`]; a message that the lossy channel has no room for is dropped, counted, and no error.
    pub fn send(&mut self, now: Instant, channel: Channel, payload: &Bytes) -> Result<(), SendError> {
        let link = self.link.as_mut().ok_or(SendError::NotOpen)?;
        let opened = link.channels.iter().find(|(_, opened)| **opened == Some(channel));
        let stream = opened.map(|(stream, _)| *stream).ok_or(SendError::NotOpen)?;
        if payload.len() > self.max_message_len {
            return Err(SendError::TooLarge);
        }
        let mut stream = link.association.stream(stream).map_err(|_| SendError::NotOpen)?;
        let backlog = stream.buffered_amount().map_err(|_| SendError::NotOpen)? + payload.len();
        match channel {
            Channel::Reliable if backlog > MAX_RELIABLE_BACKLOG => return Err(SendError::Overflow),
            Channel::Lossy if backlog > MAX_LOSSY_BACKLOG => {
                self.lossy_dropped += 1;
                return Ok(());
            }
            _ => {}
        }
        // SCTP has no empty messages: one byte stands for none (RFC 8831 section 6.6).
        let written = if payload.is_empty() {
            stream.write_chunk_with_ppi(now, &Bytes::from_static(&[0]), Protocol::BinaryEmpty)
        } else {
            stream.write_chunk_with_ppi(now, payload, Protocol::Binary)
        };
        written.map(|_| ()).map_err(|_| SendError::NotOpen)
    }

    /// Messages dropped because the lossy channel had no room.
    pub fn lossy_dropped(&self) -> u64 {
        self.lossy_dropped
    }

    /// The next SCTP packet to send over DTLS.
    pub fn poll_transmit(&mut self, now: Instant) -> Option<Bytes> {
        if self.transmits.is_empty()
            && let Some(link) = &mut self.link
        {
            self.transmits.extend(outbound(&mut link.association, now));
            self.transmits.iter().for_each(|packet| link.guard.sent(packet));
            link.note_timer(now);
        }
        self.transmits.pop_front()
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        let link = self.link.as_ref()?;
        link.association.poll_timeout().map(|timer| link.shortened(timer))
    }

    pub fn handle_timeout(&mut self, now: Instant) {
        if let Some(link) = &mut self.link
            && let Some(timer) = link.association.poll_timeout()
            && link.shortened(timer) <= now
        {
            // Its retransmission timer only compares: told a later time, the association repeats now.
            link.association.handle_timeout(timer.max(now));
            self.settle(now);
        }
    }

    /// Aborts the association, so that the client's channels close at once; [`Self::poll_transmit`] still hands that
    /// out.
    pub fn close(&mut self, now: Instant) {
        if let Some(mut link) = self.link.take() {
            self.transmits.extend(outbound(&mut link.association, now));
            // Cannot fail: it only queues a chunk.
            let _ = link.association.abort();
            self.transmits.extend(outbound(&mut link.association, now));
        }
    }
}

fn outbound(association: &mut Association, now: Instant) -> Vec<Bytes> {
    let mut packets = Vec::new();
    while let Some(transmit) = association.poll_transmit(now) {
        if let Payload::RawEncode(encoded) = transmit.message {
            packets.extend(encoded);
        }
    }
    packets
}

impl Link {
    fn note_timer(&mut self, now: Instant) {
        if let Some(until) = self.association.poll_timeout()
            && until > now + MAX_RETRANSMISSION_WAIT
            && self.long_wait.is_none_or(|wait| wait.until != until)
        {
            self.long_wait = Some(LongWait { until, since: now });
        }
    }

    /// When a timer of the association is to fire.
    fn shortened(&self, timer: Instant) -> Instant {
        match self.long_wait {
            Some(LongWait { until, since }) if until == timer => since + MAX_RETRANSMISSION_WAIT,
            _ => timer,
        }
    }

    fn take_events(&mut self, now: Instant) {
        while let Some(event) = self.association.poll() {
            match event {
                Event::Stream(StreamEvent::Readable { id }) => {
                    let is_open = self.channels.contains_key(&id) || self.greet(now, id);
                    if is_open && !self.readable.contains(&id) {
                        self.readable.push_back(id);
                    }
                }
                Event::AssociationLost { id, .. } => {
                    self.channels.remove(&id);
                    self.readable.retain(|stream| *stream != id);
                }
                _ => {}
            }
        }
    }

    /// Reads the first messages of a new stream up to the one that opens it, and says whether there was one. What comes
    /// before is dropped: a client sends nothing out of order before we acknowledge (RFC 8832 section 6).
    fn greet(&mut self, now: Instant, id: StreamId) -> bool {
        let Ok(mut stream) = self.association.stream(id) else { return false };
        while let Ok(Some(message)) = stream.read_sctp() {
            if message.ppi != Protocol::Dcep {
                continue;
            }
            let Ok(payload) = message.to_payload(MAX_OPEN_LEN) else { continue };
            let Ok(Message::DataChannelOpen(open)) = Message::unmarshal(&mut &payload[..]) else { continue };
            let DataChannelOpen { channel_type, reliability_parameter, label, .. } = open;
            let (unordered, reliability) = DataChannel::get_reliability_params(channel_type);
            let Ok(ack) = Message::DataChannelAck(DataChannelAck {}).marshal() else { continue };
            let opened = stream
                .set_reliability_params(unordered, reliability, reliability_parameter)
                .and_then(|()| stream.write_chunk_with_ppi(now, &ack.freeze(), Protocol::Dcep));
            if opened.is_err() {
                continue;
            }
            let channel = channel(&label);
            if channel.is_some() {
                // A label that is opened anew means the new stream.
                self.channels.values_mut().filter(|known| **known == channel).for_each(|known| *known = None);
            }
            self.channels.insert(id, channel);
            return true;
        }
        false
    }

    /// Takes the streams in turn.
    fn next_message(&mut self) -> Option<(Channel, Bytes)> {
        loop {
            let id = self.readable.pop_front()?;
            let Ok(mut stream) = self.association.stream(id) else { continue };
            let Ok(Some(message)) = stream.read_sctp() else { continue };
            self.readable.push_back(id);
            let Some(Some(channel)) = self.channels.get(&id) else { continue };
            match message.ppi {
                Protocol::String | Protocol::Binary => {
                    if let Ok(payload) = message.to_payload(MAX_MESSAGE_LEN) {
                        return Some((*channel, payload.freeze()));
                    }
                }
                Protocol::StringEmpty | Protocol::BinaryEmpty => return Some((*channel, Bytes::new())),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng, rngs::StdRng};
    use rtc_sctp::ClientConfig;

    use super::{super::testing::correct_checksum, *};

    fn packets(association: &mut Association, now: Instant) -> Vec<Bytes> {
        let packets = outbound(association, now);
        assert!(!packets.is_empty());
        packets
    }

    fn answers(data: &mut DataTransport, now: Instant) -> Vec<Bytes> {
        std::iter::from_fn(|| data.poll_transmit(now)).collect()
    }

    #[test]
    fn a_repeated_request_for_an_association_gets_the_same_answer() {
        let now = Instant::now();
        let mut client = Endpoint::new(PEER, TransportProtocol::UDP, Arc::new(EndpointConfig::new()), None);
        let (_, mut association) = client.connect(now, ClientConfig::default(), PEER).unwrap();
        let init = packets(&mut association, now).remove(0);
        let mut data = DataTransport::new(0);
        data.handle(now, init.clone());
        let first = answers(&mut data, now);
        assert_eq!(first.len(), 1);
        data.handle(now, init.clone());
        assert_eq!(answers(&mut data, now), first);

        // The later answer completes the association as well as the first; from then on the request is stale.
        let Some((_, DatagramEvent::AssociationEvent(event))) = client.handle(now, PEER, None, first[0].clone()) else {
            panic!("an answer to the request");
        };
        association.handle_event(event);
        for packet in packets(&mut association, now) {
            data.handle(now, packet);
        }
        assert_eq!(answers(&mut data, now).len(), 1);
        data.handle(now, init);
        assert_eq!(answers(&mut data, now), Vec::<Bytes>::new());
        assert!(data.link.is_some_and(|link| !link.association.is_handshaking()));
    }

    #[test]
    fn a_mangled_request_for_an_association_does_no_harm() {
        let now = Instant::now();
        let mut client = Endpoint::new(PEER, TransportProtocol::UDP, Arc::new(EndpointConfig::new()), None);
        let (_, mut association) = client.connect(now, ClientConfig::default(), PEER).unwrap();
        let init = packets(&mut association, now).remove(0);
        let mut rng = StdRng::seed_from_u64(3);
        for _ in 0..5000 {
            let mut mangled = init.to_vec();
            for _ in 0..rng.random_range(1..5) {
                let at = rng.random_range(12..mangled.len());
                mangled[at] = rng.random();
            }
            mangled.truncate(rng.random_range(mangled.len() / 2..2 * mangled.len()));
            correct_checksum(&mut mangled);
            let mut data = DataTransport::new(0);
            data.handle(now, mangled.into());
            assert!(answers(&mut data, now).len() <= 1);
            data.handle_timeout(now + Duration::from_secs(5));
        }
    }

    #[test]
    fn nothing_is_sent_on_a_channel_that_is_not_open() {
        let mut data = DataTransport::new(0);
        let sent = data.send(Instant::now(), Channel::Reliable, &Bytes::from_static(b"early"));
        assert_eq!(sent, Err(SendError::NotOpen));
        assert_eq!((data.poll_message(), data.next_deadline()), (None, None));
    }
}
