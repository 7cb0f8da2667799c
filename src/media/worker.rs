//! A media worker: one thread, one UDP port, the drain loop around a shard.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use thiserror::Error;
use tokio::sync::mpsc;

use super::{Command, Event, LocalEndpoint};

#[derive(Clone, Debug)]
pub struct WorkerOptions {
    pub listen: SocketAddr,
    /// Addresses to offer as candidates; those of the socket, or of every interface, when empty.
    pub advertise: Vec<IpAddr>,
}

/// The worker's thread has ended; the cause is in the log.
#[derive(Clone, Copy, Debug, Error)]
#[error("the media worker has ended")]
pub struct WorkerGone;

/// The control side of a running worker; clones address the same one.
#[derive(Clone, Debug)]
pub struct Worker {}

impl Worker {
    /// Starts the thread. The receiver ends when the worker does: after every [`Worker`] is dropped, or by its death.
    pub fn spawn(_options: WorkerOptions) -> io::Result<(Worker, mpsc::Receiver<Event>)> {
        unimplemented!()
    }

    pub fn endpoint(&self) -> &LocalEndpoint {
        unimplemented!()
    }

    /// Queues a command; waits while the worker's bounded queue is full.
    pub async fn send(&self, _command: Command) -> Result<(), WorkerGone> {
        unimplemented!()
    }
}
