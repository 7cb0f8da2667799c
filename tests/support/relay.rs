//! Relays on the way between clients and server: they record, repeat, add what was never sent, and fall silent.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream, UdpSocket},
    sync::watch,
    task::JoinSet,
};

/// The address to advertise instead of the worker's: the relay listens there, on the worker's own port.
pub const RELAY: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// Datagrams of one client that are kept, from its first one on.
const RECORDED: usize = 1_000;

/// Carries datagrams between clients and one worker. To the worker each client has the address of its [`Path`].
pub struct MediaRelay {
    paths: Arc<Mutex<Vec<Arc<Path>>>>,
    _tasks: JoinSet<()>,
}

/// One client's way to the worker.
pub struct Path {
    client: SocketAddr,
    upstream: UdpSocket,
    dark: AtomicBool,
    recorded: Mutex<Vec<Vec<u8>>>,
}

impl MediaRelay {
    pub async fn start(worker: SocketAddr) -> MediaRelay {
        let front = Arc::new(UdpSocket::bind((RELAY, worker.port())).await.expect("the port is free there too"));
        let paths: Arc<Mutex<Vec<Arc<Path>>>> = Arc::default();
        let mut tasks = JoinSet::new();
        let known = paths.clone();
        tasks.spawn(async move {
            let mut back = JoinSet::new();
            let mut buffer = [0; 2_048];
            loop {
                // An error is of an earlier datagram whose client has gone.
                let Ok((len, client)) = front.recv_from(&mut buffer).await else { continue };
                let path = known.lock().expect("no panic").iter().find(|path| path.client == client).cloned();
                let path = match path {
                    Some(path) => path,
                    None => {
                        let path = Arc::new(Path::open(client, worker).await);
                        known.lock().expect("no panic").push(path.clone());
                        back.spawn(carry_back(path.clone(), front.clone()));
                        path
                    }
                };
                path.record(&buffer[..len]);
                if !path.dark.load(Ordering::Relaxed) {
                    let _ = path.upstream.send(&buffer[..len]).await;
                }
            }
        });
        MediaRelay { paths, _tasks: tasks }
    }

    /// The clients' ways, in the order of their first datagrams.
    pub fn paths(&self) -> Vec<Arc<Path>> {
        self.paths.lock().expect("no panic").clone()
    }
}

async fn carry_back(path: Arc<Path>, front: Arc<UdpSocket>) {
    let mut buffer = [0; 2_048];
    loop {
        if let Ok(len) = path.upstream.recv(&mut buffer).await
            && !path.dark.load(Ordering::Relaxed)
        {
            let _ = front.send_to(&buffer[..len], path.client).await;
        }
    }
}

impl Path {
    async fn open(client: SocketAddr, worker: SocketAddr) -> Path {
        let upstream = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        upstream.connect(worker).await.expect("connects");
        Path { client, upstream, dark: AtomicBool::new(false), recorded: Mutex::default() }
    }

    fn record(&self, datagram: &[u8]) {
        let mut recorded = self.recorded.lock().expect("no panic");
        if recorded.len() < RECORDED {
            recorded.push(datagram.to_vec());
        }
    }

    /// What the client has sent, as the network sees it.
    pub fn recorded(&self) -> Vec<Vec<u8>> {
        self.recorded.lock().expect("no panic").clone()
    }

    /// The socket whose address the worker takes for the client's.
    pub fn socket(&self) -> &UdpSocket {
        &self.upstream
    }

    /// From now on nothing passes either way.
    pub fn darken(&self) {
        self.dark.store(true, Ordering::Relaxed);
    }
}

/// Carries signalling connections to the server at `url` until they fall silent, open though they stay.
pub struct SignalRelay {
    pub url: String,
    dark: watch::Sender<bool>,
    _tasks: JoinSet<()>,
}

impl SignalRelay {
    pub async fn start(url: &str) -> SignalRelay {
        let server = url.strip_prefix("ws://").expect("no TLS here").to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let url = format!("ws://{}", listener.local_addr().expect("bound"));
        let (dark, silenced) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut client, _)) = listener.accept().await {
                let (server, mut silenced) = (server.clone(), silenced.clone());
                connections.spawn(async move {
                    let mut server = TcpStream::connect(server).await.expect("the server listens");
                    let silent = async { silenced.wait_for(|silenced| *silenced).await.is_ok() };
                    let silent = tokio::select! {
                        _ = copy_bidirectional(&mut client, &mut server) => false,
                        silent = silent => silent,
                    };
                    if silent {
                        // Both sockets stay open.
                        std::future::pending::<()>().await;
                    }
                });
            }
        });
        SignalRelay { url, dark, _tasks: tasks }
    }

    pub fn darken(&self) {
        self.dark.send_replace(true);
    }
}
