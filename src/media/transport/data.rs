//! Data channels.

/// Why a message was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    #[error("the client has not opened the channel")]
    NotOpen,
    #[error("the message is larger than the client takes")]
    TooLarge,
    /// The client does not read fast enough; the connection must end with [`PeerFailure::DataOverflow`](crate::media::PeerFailure::DataOverflow).
    #[error("too much reliable data waits for the client")]
    Overflow,
}
