//! A media worker: one thread, one port for UDP and TCP, the drain loop around a shard.
//!
//! Nothing in the loop waits for anything but the socket, the command queue and the next deadline. What the socket
//! does not take is dropped and counted; what control does not take stays in the shard, which stops reading clients'
//! data meanwhile.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    os::fd::AsRawFd,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use mio::{Interest, Poll, Token, Waker, unix::SourceFd};
use thiserror::Error;
use tokio::sync::{
    mpsc::{
        self,
        error::{TryRecvError, TrySendError},
    },
    watch,
};

use super::{
    Command, Event, LocalEndpoint,
    shard::{Shard, Snapshot},
    socket::{BATCH, Batch, MediaSocket},
    tcp::{self, Taken, TcpPort},
    transport::dtls::DtlsIdentity,
};

/// Commands and events that may wait on their way between control and a worker.
const QUEUE: usize = 1_024;
/// The longest sleep: the end of control is noticed after it at the latest.
const MAX_WAIT: Duration = Duration::from_secs(1);
/// The sleep while control's queue is full: nobody wakes the worker when there is room again.
const BLOCKED_WAIT: Duration = Duration::from_millis(5);
/// Batches of datagrams taken before commands and deadlines get their turn.
const BATCHES_A_TURN: usize = 8;
const COMMANDS_A_TURN: usize = 256;

const SOCKET: Token = Token(0);
const WAKE: Token = Token(1);
/// The first of those of TCP.
const TCP: Token = Token(2);

#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// Port 0 takes any free one.
    pub listen: SocketAddr,
    /// Addresses to offer as candidates; the one listened on when empty.
    pub advertise: Vec<IpAddr>,
}

/// The worker's thread has ended; the cause is in the log.
#[derive(Clone, Copy, Debug, Error)]
#[error("the media worker has ended")]
pub struct WorkerGone;

/// The control side of a running worker; clones address the same one.
#[derive(Clone, Debug)]
pub struct Worker {
    endpoint: Arc<LocalEndpoint>,
    commands: mpsc::Sender<Command>,
    waker: Arc<Waker>,
    snapshot: watch::Receiver<Snapshot>,
}

impl Worker {
    /// Starts the thread. The receiver ends when the worker does: after every [`Worker`] is dropped, or by its death.
    pub fn spawn(options: WorkerOptions) -> io::Result<(Worker, mpsc::Receiver<Event>)> {
        let socket = MediaSocket::bind(options.listen)?;
        let local = socket.local_addr()?;
        let identity = Arc::new(DtlsIdentity::generate().map_err(io::Error::other)?);
        let candidates = match options.advertise.as_slice() {
            [] => vec![local],
            addresses => addresses.iter().map(|ip| SocketAddr::new(*ip, local.port())).collect(),
        };
        let poll = Poll::new()?;
        let tcp = TcpPort::bind(local, poll.registry(), TCP, Instant::now())
            .inspect_err(|error| tracing::warn!(%error, port = local.port(), "no media by TCP: the port is taken"))
            .ok();
        let endpoint = Arc::new(LocalEndpoint { fingerprint: identity.fingerprint(), candidates, tcp: tcp.is_some() });
        let waker = Arc::new(Waker::new(poll.registry(), WAKE)?);
        poll.registry().register(&mut SourceFd(&socket.as_udp().as_raw_fd()), SOCKET, Interest::READABLE)?;
        let (command_sender, commands) = mpsc::channel(QUEUE);
        let (events, event_receiver) = mpsc::channel(QUEUE);
        let shard = Shard::new(identity, Instant::now());
        let (publish, snapshot) = watch::channel(Snapshot::default());
        let turn = Loop {
            poll,
            socket,
            tcp,
            taken: Taken::default(),
            shard,
            commands,
            events,
            batch: Batch::default(),
            publish,
            published_at: Instant::now(),
        };
        thread::Builder::new().name(format!("media-{}", local.port())).spawn(move || turn.run())?;
        Ok((Worker { endpoint, commands: command_sender, waker, snapshot }, event_receiver))
    }

    pub fn endpoint(&self) -> &LocalEndpoint {
        &self.endpoint
    }

    /// What the worker held and had done two seconds ago at most.
    pub fn snapshot(&self) -> Snapshot {
        *self.snapshot.borrow()
    }

    /// Queues a command; waits while the worker's bounded queue is full.
    pub async fn send(&self, command: Command) -> Result<(), WorkerGone> {
        self.commands.send(command).await.map_err(|_| WorkerGone)?;
        if let Err(error) = self.waker.wake() {
            tracing::error!(%error, "cannot wake the media worker");
        }
        Ok(())
    }
}

struct Loop {
    poll: Poll,
    socket: MediaSocket,
    tcp: Option<TcpPort>,
    taken: Taken,
    shard: Shard,
    commands: mpsc::Receiver<Command>,
    events: mpsc::Sender<Event>,
    batch: Batch,
    publish: watch::Sender<Snapshot>,
    published_at: Instant,
}

/// How a turn of the loop ended.
enum Turn {
    /// There is more to do at once.
    Busy,
    /// Nothing to do before the next deadline.
    Idle,
    /// Control takes no more events for the moment.
    Blocked,
    /// Control is gone.
    Over,
}

impl Loop {
    fn run(mut self) {
        let mut ready = mio::Events::with_capacity(256);
        loop {
            let limit = match self.turn() {
                Ok(Turn::Over) => break,
                // Only to hear of connections.
                Ok(Turn::Busy) => Duration::ZERO,
                Ok(Turn::Idle) => MAX_WAIT,
                Ok(Turn::Blocked) => BLOCKED_WAIT,
                Err(error) => {
                    tracing::error!(%error, "the media port failed");
                    break;
                }
            };
            let wait = self.shard.next_deadline().map(|at| at.saturating_duration_since(Instant::now()));
            let waited = self.poll.poll(&mut ready, Some(wait.map_or(limit, |wait| wait.min(limit))));
            if let Err(error) = waited
                && error.kind() != io::ErrorKind::Interrupted
            {
                tracing::error!(%error, "waiting for the media port failed");
                break;
            }
            if let Some(tcp) = &mut self.tcp {
                ready.iter().for_each(|event| tcp.ready(event));
            }
        }
        tracing::debug!(snapshot = ?self.shard.snapshot(), "media worker ends");
    }

    fn turn(&mut self) -> io::Result<Turn> {
        let mut busy = false;
        for round in 0..COMMANDS_A_TURN {
            match self.commands.try_recv() {
                Ok(command) => self.shard.command(command, Instant::now()),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    self.flush();
                    return Ok(Turn::Over);
                }
            }
            self.flush();
            busy = round + 1 == COMMANDS_A_TURN;
        }
        for round in 0..BATCHES_A_TURN {
            if self.socket.receive(&mut self.batch)? == 0 {
                break;
            }
            let now = Instant::now();
            for (from, datagram) in self.batch.datagrams() {
                // Only a connection has an alias.
                if !tcp::is_alias(from) {
                    self.shard.datagram(from, datagram, now);
                }
            }
            while self.shard.forward(now) {
                self.flush();
            }
            self.flush();
            busy |= round + 1 == BATCHES_A_TURN;
        }
        busy |= self.receive_by_tcp();
        let now = Instant::now();
        while self.shard.handle_timeout(now) {
            self.flush();
        }
        if now.saturating_duration_since(self.published_at) >= MAX_WAIT {
            self.published_at = now;
            self.publish.send_replace(self.shard.snapshot());
        }
        self.flush();
        while let Some(event) = self.shard.poll_event() {
            match self.events.try_send(event) {
                Ok(()) | Err(TrySendError::Closed(_)) => {}
                Err(TrySendError::Full(event)) => {
                    self.shard.return_event(event);
                    return Ok(Turn::Blocked);
                }
            }
        }
        busy |= self.shard.has_unread();
        Ok(if busy { Turn::Busy } else { Turn::Idle })
    }

    /// True when there is more to do at once.
    fn receive_by_tcp(&mut self) -> bool {
        let Some(tcp) = &mut self.tcp else { return false };
        let now = Instant::now();
        let mut taken = std::mem::take(&mut self.taken);
        let more = tcp.receive(now, &mut taken);
        for position in 0..taken.len() {
            if let Some((from, datagram)) = taken.get(position) {
                self.shard.datagram(from, datagram, now);
            }
            if position % BATCH == BATCH - 1 || position + 1 == taken.len() {
                while self.shard.forward(now) {
                    self.flush();
                }
                self.flush();
            }
        }
        self.taken = taken;
        if let Some(tcp) = &mut self.tcp {
            tcp.sweep(now, |address| self.shard.knows(address));
        }
        more
    }

    fn flush(&mut self) {
        if !self.shard.egress().is_empty() {
            let by_tcp = self.tcp.as_mut().map_or(0, |tcp| tcp.send(self.shard.egress()));
            let sent = self.socket.send(self.shard.egress());
            self.shard.count_dropped(by_tcp + sent.dropped);
        }
    }
}
