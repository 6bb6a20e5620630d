//! Why a measurement ended without a table.

use std::io;

/// What every fallible function of the bench returns.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// Why a measurement ended without a table. Each text is one line for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The operating system refused something.
    #[error("{what}: {source}")]
    Io {
        /// What was tried, as "cannot …".
        what: String,
        /// Why it failed.
        source: io::Error,
    },
    /// A server answered something that is not the HTTP/1.1 the bench reads.
    #[error("the answer cannot be read: {0}")]
    Response(#[from] crate::http::ResponseError),
    /// A request of a scenario or of its preparation was not answered as it must be.
    #[error("{request} was answered {status}, not {expected}: {body}")]
    Status {
        /// Method and path.
        request: String,
        /// The status that came.
        status: u16,
        /// The status that should have come.
        expected: u16,
        /// The start of the body.
        body: String,
    },
    /// An answer lacks a field that the next step needs.
    #[error("the answer to {request} has no text at {pointer}")]
    Field {
        /// Method and path.
        request: String,
        /// JSON pointer (RFC 6901) of the missing field.
        pointer: &'static str,
    },
    /// An answer is not what the scenario is about.
    #[error("{0}")]
    Unfit(String),
    /// The floor does not answer what the server answered, so comparing the two would mean nothing.
    #[error("the floor does not answer the bytes of {0}")]
    FloorDiffers(String),
    /// A run is worse than an earlier one.
    #[error("worse than before: {0}")]
    Worse(String),
    /// The server ended before it answered.
    #[error("{0} ended before it answered")]
    Ended(String),
    /// Something did not happen in time.
    #[error("{what} took more than {seconds} s")]
    TooSlow {
        /// What was awaited.
        what: String,
        /// The limit.
        seconds: u64,
    },
    /// A part of the bench itself stopped: a thread or task that never should.
    #[error("{0} stopped without a result")]
    Lost(&'static str),
    /// The user, or the system, asked the bench to stop.
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// For `map_err`: gives an operating system error the name of what was tried.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { what: what.into(), source }
    }
}
