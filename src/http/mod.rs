//! HTTP: the web app, the interface under `/api/v1`, health, and what holds for every answer.

mod access;
mod administrators;
mod assets;
pub mod ca_page;
mod check_in;
mod client;
mod conduct;
mod description;
mod directory;
mod directory_import;
mod directory_words;
mod earlier;
mod faults;
mod invites;
mod join;
mod language;
mod ledger;
mod ledger_check;
mod line_check;
mod live;
mod meetings;
mod once;
mod outline;
mod papers;
mod password;
mod problem;
mod refusals;
mod room_service;
mod session;
mod throttle;
mod twirp;

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{
        HeaderMap, HeaderValue,
        header::{CONTENT_SECURITY_POLICY, HOST, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS},
    },
    middleware::{self, Next},
    response::Response,
    routing::{any, get},
};

use tokio::sync::Semaphore;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::SwaggerUi;

use self::{
    assets::Assets,
    description::{Description, describe_problems},
    line_check::LineChecks,
    live::Streams,
    once::Stripes,
    password::Passwords,
    problem::Problem,
    throttle::Throttle,
};
use crate::{
    directory::MAX_FILE_BYTES,
    hub::Hub,
    records::{LedgerHealth, Records},
    signalling::token::ApiKeys,
    stationery::Stationeries,
};

/// The most bytes that a request's body may have.
const MAX_BODY_BYTES: usize = 128 * 1024;
/// The same from somebody who has not shown a token yet.
const MAX_CODE_BYTES: usize = 4 * 1024;
/// The most bytes that a plan may have, with thousands of points and delegates.
const MAX_PLAN_BYTES: usize = 8 * 1024 * 1024;

/// The most papers that are drawn at a time; others wait.
const MAX_PAPERS: usize = 2;

const MINUTE: Duration = Duration::from_secs(60);

/// What the handlers work with; clones share it.
#[derive(Clone)]
pub struct Services {
    records: Records,
    hub: Hub,
    /// What links begin with, without a slash at the end.
    public_url: Arc<str>,
    stripes: Arc<Stripes>,
    streams: Arc<Streams>,
    line_checks: Arc<LineChecks>,
    /// Every key whose tokens are taken, `link_key` among them.
    keys: ApiKeys,
    /// The key that signs the tokens of those who come by a link.
    link_key: Arc<str>,
    dev: bool,
    trusted_proxies: Arc<[IpAddr]>,
    wrong_codes: Arc<Throttle<IpAddr>>,
    wrong_passwords: Arc<Throttle<String>>,
    passwords: Arc<Passwords>,
    /// Papers that may be drawn at a time.
    papers: Arc<Semaphore>,
    stationeries: Arc<Stationeries>,
}

/// What [`Services`] are made of.
pub struct ServicesOptions {
    pub records: Records,
    pub hub: Hub,
    /// What links begin with, without a slash at the end.
    pub public_url: String,
    pub keys: ApiKeys,
    pub link_key: String,
    pub dev: bool,
    pub trusted_proxies: Vec<IpAddr>,
    pub wrong_codes_per_minute: u32,
    /// The words of printed papers.
    pub stationeries: Stationeries,
}

impl Services {
    pub fn new(options: ServicesOptions) -> Services {
        Services {
            records: options.records,
            hub: options.hub,
            public_url: options.public_url.into(),
            stripes: Arc::new(Stripes::new()),
            streams: Arc::default(),
            line_checks: Arc::default(),
            keys: options.keys,
            link_key: options.link_key.into(),
            dev: options.dev,
            trusted_proxies: options.trusted_proxies.into(),
            wrong_codes: Arc::new(Throttle::new(options.wrong_codes_per_minute, MINUTE)),
            wrong_passwords: Arc::new(Throttle::new(options.wrong_codes_per_minute, MINUTE)),
            passwords: Arc::new(Passwords::new()),
            papers: Arc::new(Semaphore::new(MAX_PAPERS)),
            stationeries: Arc::new(options.stationeries),
        }
    }
}

/// Everything that is served, `signalling` included. Needs `ConnectInfo<SocketAddr>`.
pub fn router(services: Services, signalling: Router) -> Router {
    let assets = Arc::new(Assets::load());
    let (api, description) = api();
    let swagger = SwaggerUi::new("/api/docs").url("/api/openapi.json", description);
    let twirp = any(room_service::call).with_state(services.clone());
    let ready = get(ready).with_state(services.clone());
    let api: Router = api.with_state(services);
    api.route_service("/twirp/{*path}", twirp)
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", ready)
        .route("/api/{*rest}", any(not_found))
        .merge(swagger)
        .merge(signalling)
        .fallback_service(get(assets::serve).with_state(assets))
        .layer(middleware::from_fn(problem::speak))
        .layer(middleware::from_fn(harden))
        .layer(middleware::from_fn(log))
}

/// Whether everything works, for whoever watches over the server. While the ledger cannot be written it serves all the same.
async fn ready(State(services): State<Services>) -> Result<&'static str, Problem> {
    match *services.hub.ledger_health().borrow() {
        LedgerHealth::Well => Ok("ok\n"),
        LedgerHealth::Failing { .. } => Err(Problem::LedgerFailing),
    }
}

/// The interface under `/api/v1` with its description.
fn api() -> (Router<Services>, utoipa::openapi::OpenApi) {
    let plans = OpenApiRouter::new()
        .routes(routes!(meetings::create, meetings::list))
        .routes(routes!(meetings::get, meetings::put))
        .layer(DefaultBodyLimit::max(MAX_PLAN_BYTES));
    let codes = OpenApiRouter::new()
        .routes(routes!(join::join))
        .routes(routes!(session::sign_in, session::sign_out))
        .routes(routes!(session::renew))
        .routes(routes!(session::welcome))
        .routes(routes!(session::set_password, session::change_password))
        .routes(routes!(check_in::check_in))
        .layer(DefaultBodyLimit::max(MAX_CODE_BYTES));
    let files = OpenApiRouter::new()
        .routes(routes!(directory_import::preview))
        .routes(routes!(directory_import::import_file))
        .layer(DefaultBodyLimit::max(MAX_FILE_BYTES));
    let (router, mut description) = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(session::me))
        .routes(routes!(administrators::list, administrators::add))
        .routes(routes!(administrators::reset))
        .routes(routes!(administrators::revoke))
        .routes(routes!(invites::issue, invites::list))
        .routes(routes!(invites::revoke))
        .routes(routes!(invites::printed))
        .routes(routes!(invites::qr))
        .routes(routes!(conduct::command))
        .routes(routes!(conduct::get_state))
        .routes(routes!(conduct::roll_call))
        .routes(routes!(conduct::lines))
        .routes(routes!(conduct::public))
        .routes(routes!(conduct::events))
        .routes(routes!(outline::outline))
        .routes(routes!(line_check::line_check))
        .routes(routes!(live::ticket))
        .routes(routes!(live::live))
        .routes(routes!(ledger::head))
        .routes(routes!(ledger::file))
        .routes(routes!(ledger::key))
        .routes(routes!(papers::list))
        .routes(routes!(papers::paper))
        .routes(routes!(papers::schema))
        .routes(routes!(ledger_check::check))
        .routes(routes!(earlier::earlier))
        .routes(routes!(directory::summary))
        .routes(routes!(directory::units, directory::add_unit))
        .routes(routes!(directory::unit, directory::put_unit, directory::retire_unit))
        .routes(routes!(directory::delegates, directory::add_delegate))
        .routes(routes!(directory::delegate, directory::put_delegate, directory::retire_delegate))
        .routes(routes!(directory::select))
        .routes(routes!(directory::changes))
        .routes(routes!(directory::export))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .merge(codes)
        .merge(plans)
        .merge(files)
        .split_for_parts();
    describe_problems(&mut description);
    (router, description)
}

async fn not_found() -> Problem {
    Problem::NotFound
}

/// Tells browsers what the page may do: only what comes from here, and nobody may put it into a frame.
async fn harden(request: Request, next: Next) -> Response {
    let policy = content_security_policy(request.headers());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(self), microphone=(self), display-capture=(self), geolocation=()"),
    );
    response
}

/// `'self'` should cover the page's own WebSockets (CSP Level 3); older browsers need to be told.
fn content_security_policy(request: &HeaderMap) -> String {
    let host = request
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .filter(|host| !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || "-.:[]".contains(c)));
    let sockets = host.map(|host| format!(" ws://{host} wss://{host}")).unwrap_or_default();
    format!(
        "default-src 'self'; connect-src 'self'{sockets}; img-src 'self' data: blob:; media-src 'self' blob:; \
         font-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    )
}

/// One line a request. The query is left out: access tokens travel there.
async fn log(request: Request, next: Next) -> Response {
    let (method, path, start) = (request.method().clone(), request.uri().path().to_owned(), Instant::now());
    let response = next.run(request).await;
    let path = path.get(..path.floor_char_boundary(200)).unwrap_or_default();
    let latency_us = start.elapsed().as_micros();
    tracing::info!(%method, path, status = response.status().as_u16(), latency_us, "request");
    response
}

#[cfg(test)]
mod conduct_tests;
#[cfg(test)]
mod directory_tests;
#[cfg(test)]
mod earlier_tests;
#[cfg(test)]
mod papers_tests;
#[cfg(test)]
mod room_service_tests;
#[cfg(test)]
mod session_tests;
#[cfg(test)]
mod tests;

#[cfg(test)]
mod description_tests {
    /// `utoipa` does not read serde's `rename_all_fields`: such a field is renamed for the description by hand.
    #[test]
    fn every_field_is_described_by_the_name_that_it_has_on_the_wire() {
        let description = serde_json::to_value(super::api().1).unwrap();
        let mut left = vec![&description["components"]["schemas"]];
        while let Some(value) = left.pop() {
            if let Some(properties) = value["properties"].as_object() {
                let odd: Vec<&String> = properties.keys().filter(|name| name.contains('_')).collect();
                assert!(odd.is_empty(), "{odd:?}");
            }
            left.extend(value.as_object().into_iter().flat_map(|object| object.values()));
            left.extend(value.as_array().into_iter().flatten());
        }
    }

    /// The web app's types are made from that file. `UPDATE_EXPECT=1 cargo test the_description` writes it anew.
    #[test]
    fn the_description_in_web_is_what_the_code_says() {
        let json = super::api().1.to_pretty_json().unwrap();
        expect_test::expect_file!["../../web/openapi.json"].assert_eq(&format!("{json}\n"));
    }
}
