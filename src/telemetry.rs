//! The log: what is written, how, and where to.

use std::{
    io::{self, IsTerminal},
    panic, thread,
};

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::{Log, LogFormat};

/// The environment variable that goes before the configured filter.
pub const FILTER_VARIABLE: &str = "DIEMCAU_LOG";

/// Sends the log of the whole process to the standard error output. Later calls change nothing.
pub fn init(log: &Log) {
    let filter = EnvFilter::try_from_env(FILTER_VARIABLE).unwrap_or_else(|_| EnvFilter::new(log.filter.as_str()));
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(colour(io::stderr().is_terminal()));
    let registry = tracing_subscriber::registry().with(filter);
    // Fails only when a subscriber is set already, which is what a second call means.
    let _ = match log.format {
        LogFormat::Text => registry.with(lines).try_init(),
        LogFormat::Json => registry.with(lines.json()).try_init(),
    };
    // A thread that dies (a media worker is replaced when it does) says why where everything else is said.
    panic::set_hook(Box::new(|panic| {
        let thread = thread::current();
        let (thread, location) = (thread.name().unwrap_or("unnamed"), panic.location().map(tracing::field::display));
        tracing::error!(thread, location, "panic: {}", panic.payload_as_str().unwrap_or("no message"));
    }));
}

/// Whether to write in colour: to terminals, unless `NO_COLOR` is set to something.
pub fn colour(terminal: bool) -> bool {
    terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
