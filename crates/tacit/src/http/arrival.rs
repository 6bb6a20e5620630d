//! What the shell knows of a request, for everybody inside.

use std::sync::Arc;

use axum::http::Extensions;
use tacit_core::random::Random;

use super::limits::Limits;
use crate::app::{Client, Error};

/// The id of one request, `req-` and 14 letters or digits (wire-contract 1.5).
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestId([u8; 18]);

/// How a request came. One extension and not one for each part, because each costs an allocation.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    /// The id that its answer names if it fails.
    pub(super) id: RequestId,
    /// From where.
    pub(super) client: Client,
    /// Whether the browser reaches the server by TLS.
    pub(super) is_https: bool,
    /// What is taken of it.
    pub(super) limits: Arc<Limits>,
}

impl RequestId {
    /// A new one.
    pub(super) fn new(random: &Random) -> Self {
        const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        let mut id = *b"req-00000000000000";
        id[4..].copy_from_slice(&random.bytes::<14>().map(|byte| ALPHABET[usize::from(byte) % 36]));
        Self(id)
    }

    /// The id of the request with these extensions.
    pub(super) fn of(extensions: &Extensions) -> Self {
        extensions.get::<Arrival>().map_or(Self(*b"req-00000000000000"), |arrival| arrival.id)
    }

    /// The id as text.
    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Arrival {
    /// Where the request with these extensions comes from.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] if it did not pass the shell: a defect.
    pub(super) fn client(extensions: &Extensions) -> Result<Client, Error> {
        let missing = || Error::Internal("the shell did not say where the request comes from".to_owned());
        extensions.get::<Self>().map(|arrival| arrival.client.clone()).ok_or_else(missing)
    }

    /// What is taken of the request with these extensions.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] if it did not pass the shell: a defect.
    pub(super) fn limits(extensions: &Extensions) -> Result<Arc<Limits>, Error> {
        let missing = || Error::Internal("the shell did not say how much is taken".to_owned());
        extensions.get::<Self>().map(|arrival| Arc::clone(&arrival.limits)).ok_or_else(missing)
    }

    /// Whether the browser that sent the request with these extensions reaches the server by TLS.
    pub(super) fn is_https(extensions: &Extensions) -> bool {
        extensions.get::<Self>().is_some_and(|arrival| arrival.is_https)
    }
}
