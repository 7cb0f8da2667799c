//! The whole server as a function: started on given addresses, stopped by a future.

use std::{
    future::Future,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    time::Duration,
};

use axum::Router;
use axum_server::{Handle, Server, tls_rustls::RustlsConfig};
use bytes::Bytes;
use thiserror::Error;
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

use crate::{
    clock,
    config::Config,
    http::{self, Services, ServicesOptions, ca_page},
    hub::{CommandError, Hub},
    ids::random_text,
    media::worker::WorkerOptions,
    meeting::{Actor, Command, Refusal},
    private::{self, PrivateFileError},
    records::{self, CodeOwner, Records, RecordsError, Sample, SampleError},
    signalling::{self, token::ApiKeys},
    stationery::Stationeries,
    tls::{Leaf, LocalCa, Names, TlsError},
    webhooks::{Webhooks, WebhooksError, WebhooksOptions},
};

/// The API key of development mode and its secret, known to everybody.
pub const DEV_KEY: (&str, &str) = ("devkey", "secret");
/// The key that signs the tokens of those who come by a link. No configured key can have a dot in its name.
const LINK_KEY: &str = "links.internal";
/// The file in the data directory that keeps its secret, so that tokens outlive a restart.
pub const LINK_SECRET_FILE: &str = "link-secret";
/// The file there that keeps the first administrator's code until it is used, so that the link that was printed at one
/// start is still good after the next.
pub const FIRST_ADMINISTRATOR_FILE: &str = "first-administrator";

/// How long a client may take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// How often `--lan` looks whether the machine's addresses have changed.
const ADDRESS_CHECK: Duration = Duration::from_secs(60);

/// How to run.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    pub config: Config,
    /// The words of printed papers, [`Config::stationeries`].
    pub stationeries: Stationeries,
    /// Takes the development key, and tells the web app so.
    pub dev: bool,
    /// Serves all interfaces, with TLS from the local authority.
    pub lan: bool,
}

/// What a started server tells.
#[derive(Clone, Debug)]
pub struct Started {
    /// Without a slash at the end; what the links begin with.
    pub url: String,
    pub http: SocketAddr,
    pub media: Vec<SocketAddr>,
    pub lan: Option<Lan>,
    /// The code by which the first administrator sets name and password; none where there is one.
    pub first_administrator: Option<String>,
    /// The sample meeting; none where real meetings are kept.
    pub sample: Option<Sample>,
}

/// How others on the local network come in.
#[derive(Clone, Debug)]
pub struct Lan {
    /// The plain-HTTP site that gives out the authority's certificate.
    pub ca_page: SocketAddr,
    /// SHA-256 of that certificate, `AB:CD:…`.
    pub fingerprint: String,
    /// Where the server is reached.
    pub addresses: Vec<IpAddr>,
}

/// Why the server cannot start, or went down, in words that say what to do.
#[derive(Debug, Error)]
pub enum ServerError {
    #[error(
        "cannot listen on {address}: {}",
        advice(cause, "--listen ADDRESS:PORT, or `listen` under [server] in the configuration")
    )]
    Listen { address: SocketAddr, cause: io::Error },
    #[error(
        "cannot listen on {address}, where --lan gives out its certificate (the port after the server's): {}",
        advice(cause, "--listen ADDRESS:PORT")
    )]
    CaPage { address: SocketAddr, cause: io::Error },
    #[error(
        "cannot take media on UDP {address} ({workers} port(s) from there on): {}",
        advice(cause, "--media-port PORT, or `port` under [media] in the configuration")
    )]
    Media { address: SocketAddr, workers: u16, cause: io::Error },
    #[error("the media ports {first} and the {workers} after it do not exist: the last one is 65535")]
    MediaPorts { first: u16, workers: u16 },
    #[error(transparent)]
    Records(#[from] RecordsError),
    #[error(transparent)]
    PrivateFile(#[from] PrivateFileError),
    #[error(transparent)]
    Sample(#[from] SampleError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    Webhooks(#[from] WebhooksError),
    #[error("HTTP: {0}")]
    Http(#[source] io::Error),
}

fn advice(cause: &io::Error, option: &str) -> String {
    match cause.kind() {
        io::ErrorKind::AddrInUse => format!("another program has this port; end it, or choose another with {option}"),
        io::ErrorKind::AddrNotAvailable => format!("this machine has no such address; choose another with {option}"),
        io::ErrorKind::PermissionDenied => {
            format!("the system does not allow this port; choose one above 1023 with {option}")
        }
        _ => cause.to_string(),
    }
}

/// Runs until `shutdown` is ready, then tells the clients, closes their lines in the records and returns. `ready`
/// hears where the server listens once it does. Port 0 takes any free one.
pub async fn run(
    options: ServerOptions,
    shutdown: impl Future<Output = ()>,
    ready: impl FnOnce(&Started),
) -> Result<(), ServerError> {
    let dir = options.config.server.data_dir.0.clone();
    let records = Records::open(options.config.store(), clock::now()).await?;
    let result = run_with(&records, &dir, options, shutdown, ready).await;
    records.close().await;
    result
}

async fn run_with(
    records: &Records,
    dir: &Path,
    options: ServerOptions,
    shutdown: impl Future<Output = ()>,
    ready: impl FnOnce(&Started),
) -> Result<(), ServerError> {
    let ServerOptions { config, stationeries, dev, lan } = options;
    let keys = api_keys(&config, dir, dev)?;
    let webhooks = Webhooks::start(WebhooksOptions {
        addresses: config.webhooks.urls.iter().map(|address| address.url().clone()).collect(),
        keys: keys.clone(),
        api_key: config.webhooks.api_key.clone(),
    })?;
    let names = lan.then(Names::of_this_machine);
    let listen = if lan { everywhere(config.server.listen) } else { config.server.listen };
    let (listener, http) = bind(listen).map_err(|cause| ServerError::Listen { address: listen, cause })?;

    let workers = media_workers(&config, listen.ip())?;
    let media = workers.first().map_or(listen, |worker| worker.listen);
    let hub = Hub::start(workers, records.clone(), keys.clone(), dev, webhooks.clone())
        .map_err(|cause| ServerError::Media { address: media, workers: config.media.workers, cause })?;
    hub.recover(clock::now()).await?;

    let url = match &config.server.public_url {
        Some(url) => url.as_str().to_owned(),
        None => format!("{}://{}", if lan { "https" } else { "http" }, reachable(http, names.as_ref())),
    };
    let services = Services::new(ServicesOptions {
        records: records.clone(),
        hub: hub.clone(),
        public_url: url.clone(),
        keys,
        link_key: LINK_KEY.to_owned(),
        dev,
        trusted_proxies: config.server.trusted_proxies.clone(),
        wrong_codes_per_minute: config.limits.wrong_codes_per_minute,
        stationeries,
    });
    let app = http::router(services, signalling::session::router(hub.clone()));

    let sample = match records::ensure_sample(records, clock::now()).await {
        Ok(sample) => {
            open_sample(&hub, &sample).await;
            Some(sample)
        }
        Err(SampleError::OtherMeetings) => None,
        Err(error) => return Err(error.into()),
    };
    let first_administrator = first_administrator(records, dir).await?;
    let site = match names {
        Some(names) => Site::with_local_tls(app, listener, port_after(listen), dir, names)?,
        None => Site::plain(app, listener).map_err(ServerError::Http)?,
    };
    let Site { handle, mut tasks, lan, renewal: _renewal } = site;

    ready(&Started { url, http, media: hub.media_addresses(), lan, first_administrator, sample });
    let failure = tokio::select! {
        () = shutdown => None,
        // Serving ends only when it is told to.
        Some(ended) = tasks.join_next() => ended.ok().and_then(Result::err),
    };
    tracing::info!("stopping");
    handle.graceful_shutdown(Some(config.limits.stop_wait()));
    hub.shutdown().await;
    webhooks.stop(config.limits.stop_wait()).await;
    while tasks.join_next().await.is_some() {}
    failure.map_or(Ok(()), |error| Err(ServerError::Http(error)))
}

async fn first_administrator(records: &Records, dir: &Path) -> Result<Option<String>, ServerError> {
    let file = dir.join(FIRST_ADMINISTRATOR_FILE);
    if records.administrators().await?.iter().any(|one| one.revoked_at.is_none()) {
        private::remove(&file)?;
        return Ok(None);
    }
    if let Some(code) = private::read(&file)?
        && records.code_owner(&code).await? == Some(CodeOwner::First)
    {
        return Ok(Some(code.trim().to_owned()));
    }
    let code = records.administration().add_first(clock::now()).await?;
    private::write(&file, &code)?;
    Ok(Some(code))
}

/// The sample is there to be walked into: it is published as soon as it is made.
async fn open_sample(hub: &Hub, sample: &Sample) {
    let publisher = Actor::Administrator("sample".to_owned());
    match hub.command(&sample.meeting, publisher, Command::Publish).await {
        Ok(_) | Err(CommandError::Refused(Refusal::WrongPhase { .. })) => {}
        Err(error) => tracing::error!(%error, "the sample meeting is not published"),
    }
}

fn api_keys(config: &Config, dir: &Path, dev: bool) -> Result<ApiKeys, PrivateFileError> {
    let link_secret = private::read_or_make(&dir.join(LINK_SECRET_FILE), || random_text(48))?;
    let configured = config.api_keys.iter().map(|(key, secret)| (key.clone(), secret.reveal().to_owned()));
    let development = dev.then(|| (DEV_KEY.0.to_owned(), DEV_KEY.1.to_owned()));
    Ok(ApiKeys::new(configured.chain(development).chain([(LINK_KEY.to_owned(), link_secret.trim().to_owned())])))
}

/// The same port on every interface.
fn everywhere(listen: SocketAddr) -> SocketAddr {
    if listen.ip().is_loopback() { SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), listen.port()) } else { listen }
}

/// Any port again when any port was asked for.
fn port_after(address: SocketAddr) -> SocketAddr {
    let next = if address.port() == 0 { None } else { address.port().checked_add(1) };
    SocketAddr::new(address.ip(), next.unwrap_or(0))
}

fn bind(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address)?;
    let bound = listener.local_addr()?;
    Ok((listener, bound))
}

/// One worker a port. A socket on every interface has no address to tell the clients, so theirs are told.
fn media_workers(config: &Config, listen: IpAddr) -> Result<Vec<WorkerOptions>, ServerError> {
    let ip = config.media.listen_ip.unwrap_or(listen);
    let advertise = match config.media.advertise.as_slice() {
        [] if ip.is_unspecified() => lan_addresses(&Names::of_this_machine(), ip),
        configured => configured.to_vec(),
    };
    let (first, workers) = (config.media.port, config.media.workers);
    (0..workers)
        .map(|number| {
            let port = if first == 0 { Some(0) } else { first.checked_add(number) };
            let port = port.ok_or(ServerError::MediaPorts { first, workers })?;
            Ok(WorkerOptions { listen: SocketAddr::new(ip, port), advertise: advertise.clone() })
        })
        .collect()
}

/// Addresses under which others reach a socket bound to `listen`; those of this machine only when there are no others.
fn lan_addresses(names: &Names, listen: IpAddr) -> Vec<IpAddr> {
    if !listen.is_unspecified() {
        return vec![listen];
    }
    let served = |ip: &&IpAddr| ip.is_ipv4() || listen.is_ipv6();
    let (own, lan): (Vec<IpAddr>, Vec<IpAddr>) = names.addresses.iter().filter(served).partition(|ip| ip.is_loopback());
    if lan.is_empty() { own } else { lan }
}

/// An address that a browser can be given for a socket.
fn reachable(bound: SocketAddr, names: Option<&Names>) -> SocketAddr {
    if !bound.ip().is_unspecified() {
        return bound;
    }
    let lan = names.and_then(|names| lan_addresses(names, bound.ip()).first().copied());
    SocketAddr::new(lan.unwrap_or(Ipv4Addr::LOCALHOST.into()), bound.port())
}

/// What serves the web: its tasks, and the handle that stops them.
struct Site {
    handle: Handle<SocketAddr>,
    tasks: JoinSet<io::Result<()>>,
    lan: Option<Lan>,
    /// Keeps the TLS certificate fresh for as long as it is held.
    renewal: JoinSet<()>,
}

impl Site {
    fn plain(app: Router, listener: TcpListener) -> io::Result<Site> {
        let handle = Handle::new();
        let mut tasks = JoinSet::new();
        let server = axum_server::from_tcp(listener)?.handle(handle.clone());
        tasks.spawn(limited(server).serve(app.into_make_service_with_connect_info::<SocketAddr>()));
        Ok(Site { handle, tasks, lan: None, renewal: JoinSet::new() })
    }

    /// TLS on `listener`, and on `ca_page` the site that gives out the authority's certificate.
    fn with_local_tls(
        app: Router,
        listener: TcpListener,
        ca_page: SocketAddr,
        dir: &Path,
        names: Names,
    ) -> Result<Site, ServerError> {
        let now = clock::now();
        let ca = LocalCa::open(dir, now)?;
        let leaf = ca.issue(&names, now)?;
        let tls = RustlsConfig::from_config(leaf.server_config()?);
        let fingerprint = ca.fingerprint();
        let certificate = Bytes::copy_from_slice(ca.certificate());
        let bound = listener.local_addr().map_err(ServerError::Http)?;
        let addresses = lan_addresses(&names, bound.ip());
        let (ca_listener, ca_page) = bind(ca_page).map_err(|cause| ServerError::CaPage { address: ca_page, cause })?;
        let ca_site = ca_page::router(certificate, fingerprint.clone(), bound.port());

        let handle = Handle::new();
        let mut tasks = JoinSet::new();
        let server = axum_server::from_tcp_rustls(listener, tls.clone()).map_err(ServerError::Http)?;
        let server = limited(server.handle(handle.clone()));
        tasks.spawn(server.serve(app.into_make_service_with_connect_info::<SocketAddr>()));
        let server = axum_server::from_tcp(ca_listener).map_err(ServerError::Http)?.handle(handle.clone());
        tasks.spawn(limited(server).serve(ca_site.into_make_service()));
        let mut renewal = JoinSet::new();
        renewal.spawn(renew(ca, leaf, tls));
        Ok(Site { handle, tasks, lan: Some(Lan { ca_page, fingerprint, addresses }), renewal })
    }
}

/// No client keeps a connection by sending nothing. (Not `http1_only`: that would refuse WebSocket upgrades.)
fn limited<Acceptor>(mut server: Server<SocketAddr, Acceptor>) -> Server<SocketAddr, Acceptor> {
    server.http_builder().http1().header_read_timeout(HEAD_TIMEOUT);
    server
}

/// Puts a new certificate in the place of one that nears its end or no longer names this machine.
async fn renew(ca: LocalCa, mut leaf: Leaf, tls: RustlsConfig) {
    let mut ticks = interval(ADDRESS_CHECK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        let (names, now) = (Names::of_this_machine(), clock::now());
        if !leaf.is_stale(&names, now) {
            continue;
        }
        match ca.issue(&names, now).and_then(|leaf| Ok((leaf.server_config()?, leaf))) {
            Ok((config, fresh)) => {
                tracing::info!("the certificate is renewed");
                tls.reload_from_config(config);
                leaf = fresh;
            }
            Err(error) => tracing::error!(%error, "the certificate cannot be renewed"),
        }
    }
}
