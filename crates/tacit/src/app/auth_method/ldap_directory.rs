//! A connection to a directory: one question after the other, always under TLS.

use tacit_core::ldap::{
    Entry, Malformed, Outcome, Response, Search, bind_request, message_length, read_response, search_request,
    start_tls_request,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;

use super::ldap_address::Address;
use crate::app::{
    App,
    egress::{ANSWER_BYTES_MAX, EgressError},
};

/// Why a directory does not say what it was asked. Never holds a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    /// It cannot be reached.
    #[error("{0}")]
    Egress(#[from] EgressError),
    /// It answers something that is no answer.
    #[error("{0}")]
    Malformed(#[from] Malformed),
    /// It answers another question.
    #[error("the answer is not to what was asked")]
    OtherQuestion,
    /// It does not offer TLS.
    #[error("the directory does not begin TLS: {0}. Nothing is sent without it")]
    NoTls(Outcome),
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nobody.
    Nobody,
    /// Exactly one entry.
    One(Entry),
    /// More than one.
    Several,
    /// The directory did not search.
    Failed(Outcome),
}

/// A connection under TLS.
pub struct Directory(Conversation<TlsStream<TcpStream>>);

impl Directory {
    /// Connects. `ca_certificate` is PEM of the certificates to trust in place of the system's.
    ///
    /// # Errors
    ///
    /// [`DirectoryError`].
    pub async fn connect(app: &App, address: &Address, ca_certificate: &str) -> Result<Self, DirectoryError> {
        let mut stream = app.egress.connect(&address.host, address.port).await?;
        if address.starts_tls {
            stream = start_tls(stream).await?;
        }
        Ok(Self(Conversation::new(app.egress.begin_tls(stream, &address.host, ca_certificate).await?)))
    }

    /// Says who asks, with a password that is not empty: without one a directory would not look at the name.
    ///
    /// # Errors
    ///
    /// [`DirectoryError`].
    pub async fn bind(&mut self, dn: &str, password: &str) -> Result<Outcome, DirectoryError> {
        let id = self.0.next_id();
        self.0.send(&bind_request(id, dn, password)).await?;
        match self.0.answer(id).await? {
            Response::Bound(outcome) => Ok(outcome),
            _ => Err(DirectoryError::OtherQuestion),
        }
    }

    /// Searches.
    ///
    /// # Errors
    ///
    /// [`DirectoryError`].
    pub async fn search(&mut self, search: Search<'_>) -> Result<Found, DirectoryError> {
        let id = self.0.next_id();
        self.0.send(&search_request(id, search)).await?;
        let mut entries = Vec::new();
        let outcome = loop {
            match self.0.answer(id).await? {
                Response::Entry(entry) if entries.len() < 2 => entries.push(entry),
                Response::Entry(_) | Response::Reference => {}
                Response::Searched(outcome) => break outcome,
                Response::Bound(_) | Response::Extended(_) => return Err(DirectoryError::OtherQuestion),
            }
        };
        Ok(match (outcome, entries.pop(), entries.pop()) {
            (Outcome::TOO_MANY, _, _) | (Outcome::SUCCESS, Some(_), Some(_)) => Found::Several,
            (Outcome::SUCCESS, Some(entry), None) => Found::One(entry),
            (Outcome::SUCCESS, None, _) => Found::Nobody,
            (outcome, _, _) => Found::Failed(outcome),
        })
    }
}

/// Asks to go on under TLS. Whatever comes after the answer must be TLS: what somebody on the way has put behind it must
/// not be taken for an answer under TLS.
async fn start_tls(stream: TcpStream) -> Result<TcpStream, DirectoryError> {
    let mut plain = Conversation::new(stream);
    let id = plain.next_id();
    plain.send(&start_tls_request(id)).await?;
    match plain.answer(id).await? {
        Response::Extended(Outcome::SUCCESS) if plain.buffer.is_empty() => Ok(plain.stream),
        Response::Extended(outcome) if outcome != Outcome::SUCCESS => Err(DirectoryError::NoTls(outcome)),
        _ => Err(DirectoryError::OtherQuestion),
    }
}

/// Messages there and back.
struct Conversation<S> {
    stream: S,
    /// What was read and belongs to no message yet.
    buffer: Vec<u8>,
    read_in_all: u64,
    last_id: u8,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<S> {
    const fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::new(), read_in_all: 0, last_id: 0 }
    }

    /// The number of the next request. There are a handful.
    const fn next_id(&mut self) -> u8 {
        self.last_id = self.last_id.wrapping_add(1);
        self.last_id
    }

    async fn send(&mut self, message: &[u8]) -> Result<(), EgressError> {
        self.stream.write_all(message).await.map_err(|_| EgressError::Failed)?;
        self.stream.flush().await.map_err(|_| EgressError::Failed)
    }

    /// The next message, which answers the request with this number.
    async fn answer(&mut self, id: u8) -> Result<Response, DirectoryError> {
        let length = loop {
            match message_length(&self.buffer)? {
                Some(length) if length <= self.buffer.len() => break length,
                _ => self.read().await?,
            }
        };
        let message: Vec<u8> = self.buffer.drain(..length).collect();
        match read_response(&message)? {
            (answered, response) if answered == u32::from(id) => Ok(response),
            _ => Err(DirectoryError::OtherQuestion),
        }
    }

    async fn read(&mut self) -> Result<(), EgressError> {
        let mut bytes = [0; 4096];
        let count = self.stream.read(&mut bytes).await.map_err(|_| EgressError::Failed)?;
        self.read_in_all += count as u64;
        if count == 0 {
            return Err(EgressError::Failed);
        }
        if self.read_in_all > ANSWER_BYTES_MAX {
            return Err(EgressError::TooLarge);
        }
        self.buffer.extend_from_slice(&bytes[..count]);
        Ok(())
    }
}
