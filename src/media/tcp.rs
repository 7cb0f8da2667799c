//! Media by TCP where UDP is blocked (RFC 6544): connections to the worker's own number, datagrams framed after RFC 4571.
//!
//! To the shard a connection is an address as any other: an alias out of a block from which no packet comes (RFC 6666).
//! Nothing waits here either: what a connection does not take soon enough is dropped.

use std::{
    collections::HashMap,
    io::{self, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    ops::Range,
    time::{Duration, Instant},
};

use mio::{
    Interest, Registry, Token,
    net::{TcpListener, TcpStream},
};

use super::egress::Egress;

/// Connections at a time; and of one address, behind which a whole office may be.
const MAX_CONNECTIONS: usize = 1_024;
const MAX_OF_ADDRESS: usize = 64;
/// A connection that has not shown within this time whose it is, or whose peer is gone, is closed.
const UNKNOWN_FOR: Duration = Duration::from_secs(10);
/// The longest datagram that is taken; whoever announces a longer one does not speak our protocol.
const MAX_FRAME: usize = 2_048;
const LENGTH: usize = 2;
/// What may wait to be written to one connection: half a second of a good picture.
const MAX_UNSENT: usize = 64 * 1024;
/// Read from one connection before the others get their turn, and from all before UDP gets its.
const READ_A_TURN: usize = 16 * 1024;
const READ_FROM_ALL: usize = 256 * 1024;

/// Aliases are `100::/64`: a number, then the IPv4 address that stands behind it.
const BLOCK: [u16; 4] = [0x100, 0, 0, 0];

pub fn is_alias(address: SocketAddr) -> bool {
    matches!(address.ip(), IpAddr::V6(ip) if ip.segments().starts_with(&BLOCK))
}

/// What stands behind an alias, as far as that has room in it; any other address is itself.
pub fn behind(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V6(ip) if is_alias(address) => {
            let [.., a, b, c, d] = ip.octets();
            let ip = Ipv4Addr::new(a, b, c, d);
            if ip.is_unspecified() { address } else { SocketAddr::new(ip.into(), address.port()) }
        }
        _ => address,
    }
}

fn alias(number: u32, address: SocketAddr) -> SocketAddr {
    let ip = match address.ip().to_canonical() {
        IpAddr::V4(ip) => u32::from(ip),
        IpAddr::V6(_) => 0,
    };
    let [a, b, c, d] = BLOCK;
    let halves = |value: u32| ((value >> 16) as u16, value as u16);
    let ((e, f), (g, h)) = (halves(number), halves(ip));
    SocketAddr::new(Ipv6Addr::new(a, b, c, d, e, f, g, h).into(), address.port())
}

/// The worker's listener and its connections.
pub struct TcpPort {
    listener: TcpListener,
    registry: Registry,
    /// Of the listener; connections have those from the next one on, each of them once.
    first: usize,
    connections: HashMap<u32, Connection>,
    last_number: u32,
    /// Connections that may have something to read.
    readable: Vec<u32>,
    acceptable: bool,
    swept_at: Instant,
}

/// Datagrams that have come by TCP.
#[derive(Debug, Default)]
pub struct Taken {
    bytes: Vec<u8>,
    frames: Vec<(SocketAddr, Range<usize>)>,
}

impl Taken {
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Each with the alias that it came from.
    pub fn get(&mut self, position: usize) -> Option<(SocketAddr, &mut [u8])> {
        let (from, range) = self.frames.get(position)?.clone();
        Some((from, self.bytes.get_mut(range)?))
    }
}

struct Connection {
    stream: TcpStream,
    alias: SocketAddr,
    address: IpAddr,
    opened_at: Instant,
    /// Of the frame that is coming in.
    received: Vec<u8>,
    unsent: Vec<u8>,
}

impl TcpPort {
    /// Listens at `address`; `first` and the tokens after it are its own.
    pub fn bind(address: SocketAddr, registry: &Registry, first: Token, now: Instant) -> io::Result<Self> {
        let mut listener = TcpListener::bind(address)?;
        let registry = registry.try_clone()?;
        registry.register(&mut listener, first, Interest::READABLE)?;
        Ok(Self {
            listener,
            registry,
            first: first.0,
            connections: HashMap::new(),
            last_number: 0,
            readable: Vec::new(),
            acceptable: false,
            swept_at: now,
        })
    }

    /// Notes what the poll said of one of our tokens; others are not ours.
    pub fn ready(&mut self, event: &mio::event::Event) {
        let Some(number) = event.token().0.checked_sub(self.first).and_then(|number| u32::try_from(number).ok()) else {
            return;
        };
        if number == 0 {
            self.acceptable = true;
            return;
        }
        if event.is_writable()
            && let Some(connection) = self.connections.get_mut(&number)
            && connection.write().is_err()
        {
            self.close(number);
        }
        if (event.is_readable() || event.is_read_closed()) && !self.readable.contains(&number) {
            self.readable.push(number);
        }
    }

    /// Takes connections, and the datagrams that have come; true when there is more to do at once.
    pub fn receive(&mut self, now: Instant, taken: &mut Taken) -> bool {
        taken.bytes.clear();
        taken.frames.clear();
        if std::mem::take(&mut self.acceptable) {
            self.accept(now);
        }
        for number in std::mem::take(&mut self.readable) {
            let Some(connection) = self.connections.get_mut(&number) else { continue };
            let full = taken.bytes.len() >= READ_FROM_ALL;
            match if full { Ok(Progress::More) } else { connection.read(taken) } {
                Ok(Progress::Drained) => {}
                Ok(Progress::More) => self.readable.push(number),
                Err(_) => self.close(number),
            }
        }
        !self.readable.is_empty()
    }

    fn accept(&mut self, now: Instant) {
        loop {
            let (mut stream, address) = match self.listener.accept() {
                Ok(accepted) => accepted,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // Also when there are too many files: the next connection asks again.
                Err(_) => return,
            };
            let ip = address.ip().to_canonical();
            let of_address = self.connections.values().filter(|other| other.address == ip).count();
            if self.connections.len() >= MAX_CONNECTIONS || of_address >= MAX_OF_ADDRESS {
                continue;
            }
            let Some(number) = self.last_number.checked_add(1) else { return };
            let token = Token(self.first + number as usize);
            let interest = Interest::READABLE | Interest::WRITABLE;
            if stream.set_nodelay(true).is_err() || self.registry.register(&mut stream, token, interest).is_err() {
                continue;
            }
            self.last_number = number;
            let alias = alias(number, address);
            let (received, unsent) = (Vec::new(), Vec::new());
            self.connections
                .insert(number, Connection { stream, alias, address: ip, opened_at: now, received, unsent });
            self.readable.push(number);
        }
    }

    /// Takes what is for connections out of `egress` and writes it; how many datagrams found no room.
    pub fn send(&mut self, egress: &mut Egress) -> usize {
        let mut dropped = 0;
        let mut broken = Vec::new();
        egress.take(is_alias, |run, bytes| {
            let number = number_of(run.to);
            let Some(connection) = self.connections.get_mut(&number).filter(|one| one.alias == run.to) else {
                dropped += run.datagrams;
                return;
            };
            for datagram in run.split(bytes) {
                dropped += usize::from(!connection.queue(datagram));
            }
            if connection.write().is_err() {
                broken.push(number);
            }
        });
        broken.into_iter().for_each(|number| self.close(number));
        dropped
    }

    /// Closes connections of nobody; to be called now and then. `known` tells whether an address is a peer's.
    pub fn sweep(&mut self, now: Instant, known: impl Fn(SocketAddr) -> bool) {
        if now.saturating_duration_since(self.swept_at) < Duration::from_secs(1) {
            return;
        }
        self.swept_at = now;
        let unknown = |(number, one): (&u32, &Connection)| {
            let old = now.saturating_duration_since(one.opened_at) >= UNKNOWN_FOR;
            (old && !known(one.alias)).then_some(*number)
        };
        let unknown: Vec<u32> = self.connections.iter().filter_map(unknown).collect();
        unknown.into_iter().for_each(|number| self.close(number));
    }

    fn close(&mut self, number: u32) {
        if let Some(mut connection) = self.connections.remove(&number) {
            // It is closed with the stream; nothing more can be done if this fails.
            let _ = self.registry.deregister(&mut connection.stream);
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.connections.len()
    }
}

fn number_of(alias: SocketAddr) -> u32 {
    match alias.ip() {
        IpAddr::V6(ip) => {
            let [.., high, low, _, _] = ip.segments();
            u32::from(high) << 16 | u32::from(low)
        }
        IpAddr::V4(_) => 0,
    }
}

enum Progress {
    /// Nothing is left to read.
    Drained,
    More,
}

impl Connection {
    fn read(&mut self, taken: &mut Taken) -> io::Result<Progress> {
        let mut buffer = [0; 8 * 1024];
        let mut total = 0;
        while total < READ_A_TURN {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(len) => {
                    total += len;
                    self.received.extend_from_slice(buffer.get(..len).unwrap_or_default());
                    self.unframe(taken)?;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Progress::Drained),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Progress::More)
    }

    /// Hands out the whole frames that have come, and keeps the rest.
    fn unframe(&mut self, taken: &mut Taken) -> io::Result<()> {
        let mut rest = self.received.as_slice();
        while let Some((&length, after)) = rest.split_first_chunk::<LENGTH>() {
            let length = usize::from(u16::from_be_bytes(length));
            if length > MAX_FRAME {
                return Err(io::ErrorKind::InvalidData.into());
            }
            let Some((frame, after)) = after.split_at_checked(length) else { break };
            if !frame.is_empty() {
                let start = taken.bytes.len();
                taken.bytes.extend_from_slice(frame);
                taken.frames.push((self.alias, start..start + length));
            }
            rest = after;
        }
        let used = self.received.len() - rest.len();
        self.received.drain(..used);
        Ok(())
    }

    /// False when too much waits already.
    fn queue(&mut self, datagram: &[u8]) -> bool {
        let Ok(length) = u16::try_from(datagram.len()) else { return false };
        if self.unsent.len() + LENGTH + datagram.len() > MAX_UNSENT {
            return false;
        }
        self.unsent.extend_from_slice(&length.to_be_bytes());
        self.unsent.extend_from_slice(datagram);
        true
    }

    /// Writes what the connection takes now; the rest goes when it takes more.
    fn write(&mut self) -> io::Result<()> {
        let mut written = 0;
        while written < self.unsent.len() {
            match self.stream.write(self.unsent.get(written..).unwrap_or_default()) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(len) => written += len,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // It opens still.
                Err(error) if error.kind() == io::ErrorKind::NotConnected => break,
                Err(error) => return Err(error),
            }
        }
        self.unsent.drain(..written);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use mio::{Events, Poll};

    use super::*;

    const FIRST: Token = Token(2);

    struct Port {
        poll: Poll,
        tcp: TcpPort,
        at: SocketAddr,
    }

    impl Port {
        fn open() -> Self {
            let poll = Poll::new().expect("a poll");
            let any = SocketAddr::from(([127, 0, 0, 1], 0));
            let tcp = TcpPort::bind(any, poll.registry(), FIRST, Instant::now()).expect("a port");
            let at = tcp.listener.local_addr().expect("bound");
            Self { poll, tcp, at }
        }

        /// Takes what comes until it is as wanted.
        fn until(&mut self, wanted: impl Fn(&[(SocketAddr, Vec<u8>)], &TcpPort) -> bool) -> Vec<(SocketAddr, Vec<u8>)> {
            let mut taken = Vec::new();
            let mut events = Events::with_capacity(16);
            let end = Instant::now() + Duration::from_secs(10);
            while !wanted(&taken, &self.tcp) {
                assert!(Instant::now() < end, "waited in vain; taken: {taken:?}");
                self.poll.poll(&mut events, Some(Duration::from_millis(20))).expect("polls");
                events.iter().for_each(|event| self.tcp.ready(event));
                let mut now = Taken::default();
                self.tcp.receive(Instant::now(), &mut now);
                for position in 0..now.len() {
                    let (from, datagram) = now.get(position).expect("counted");
                    taken.push((from, datagram.to_vec()));
                }
            }
            taken
        }
    }

    fn frame(datagram: &[u8]) -> Vec<u8> {
        [&(datagram.len() as u16).to_be_bytes()[..], datagram].concat()
    }

    #[test]
    fn datagrams_come_whole_however_they_are_cut_and_go_back_the_same_way() {
        let mut port = Port::open();
        let mut client = std::net::TcpStream::connect(port.at).expect("connects");
        let sent = [frame(b"one"), frame(b""), frame(&[7; MAX_FRAME]), frame(b"three")].concat();
        for piece in sent.chunks(700) {
            client.write_all(piece).expect("sends");
        }
        let taken = port.until(|taken, _| taken.len() == 3);
        let alias = taken[0].0;
        assert!(is_alias(alias) && taken.iter().all(|(from, _)| *from == alias));
        assert_eq!(behind(alias), client.local_addr().expect("bound"));
        assert_eq!(taken.into_iter().map(|(_, datagram)| datagram.len()).collect::<Vec<_>>(), [3, MAX_FRAME, 5]);

        let mut egress = Egress::new(10);
        let elsewhere = SocketAddr::from(([127, 0, 0, 1], 9));
        for (to, datagram) in [(alias, &b"back"[..]), (elsewhere, b"udp"), (alias, b"again")] {
            assert!(egress.push(to, datagram));
        }
        assert_eq!(port.tcp.send(&mut egress), 0);
        assert_eq!(egress.runs().map(|(run, _)| run.to).collect::<Vec<_>>(), [elsewhere]);
        let mut got = vec![0; 2 + 4 + 2 + 5];
        client.read_exact(&mut got).expect("comes");
        assert_eq!(got, [frame(b"back"), frame(b"again")].concat());
    }

    #[test]
    fn a_frame_too_long_ends_the_connection_and_so_does_its_other_side() {
        let mut port = Port::open();
        for last in [(MAX_FRAME as u16 + 1).to_be_bytes().to_vec(), Vec::new()] {
            let mut client = std::net::TcpStream::connect(port.at).expect("connects");
            port.until(|_, tcp| tcp.len() == 1);
            client.write_all(&last).expect("sends");
            client.shutdown(std::net::Shutdown::Write).expect("open");
            port.until(|_, tcp| tcp.len() == 0);
            assert_eq!(client.read(&mut [0; 8]).ok(), Some(0), "closed");
        }
    }

    #[test]
    fn strangers_are_put_out_after_a_while_and_one_address_has_so_many() {
        let mut port = Port::open();
        let clients: Vec<_> =
            (0..MAX_OF_ADDRESS + 3).map(|_| std::net::TcpStream::connect(port.at).expect("connects")).collect();
        port.until(|_, tcp| tcp.len() == MAX_OF_ADDRESS);
        let known = port.tcp.connections.values().next().expect("one").alias;
        let now = Instant::now();
        port.tcp.sweep(now + Duration::from_secs(2), |_| false);
        assert_eq!(port.tcp.len(), MAX_OF_ADDRESS, "they have a while");
        port.tcp.sweep(now + UNKNOWN_FOR, |alias| alias == known);
        assert_eq!(port.tcp.len(), 1);
        drop(clients);
    }

    #[test]
    fn what_a_connection_does_not_take_is_dropped() {
        let mut port = Port::open();
        let mut client = std::net::TcpStream::connect(port.at).expect("connects");
        client.write_all(&frame(b"hello")).expect("sends");
        let alias = port.until(|taken, _| !taken.is_empty())[0].0;
        let mut dropped = 0;
        for _ in 0..20_000 {
            let mut egress = Egress::new(1);
            assert!(egress.push(alias, &[1; 1_500]));
            dropped += port.tcp.send(&mut egress);
        }
        assert!(dropped > 0, "nobody reads");
        assert!(port.tcp.connections.values().all(|one| one.unsent.len() <= MAX_UNSENT));
        let mut egress = Egress::new(1);
        assert!(egress.push(super::alias(77, alias), b"to nobody"));
        assert_eq!(port.tcp.send(&mut egress), 1);
    }

    #[test]
    fn an_alias_is_not_mistaken_for_an_address() {
        for address in ["192.0.2.1:5", "[2001:db8::1]:5", "[::ffff:192.0.2.1]:5"] {
            let address: SocketAddr = address.parse().expect("an address");
            assert!(!is_alias(address));
            assert_eq!(behind(address), address);
            assert!(is_alias(alias(u32::MAX, address)));
            assert_eq!(number_of(alias(70_000, address)), 70_000);
        }
    }
}
