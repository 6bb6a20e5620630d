//! Between the listener and the [`Shell`]: counts connections, and tells each request which peer its
//! connection is from.
//!
//! axum's own make-service does the latter for a `Router` only, and putting the shell into one more
//! router would cost a second routing per request.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::ConnectInfo,
    http::Request,
};
use axum_server::accept::Accept;
use rustix::net::sockopt::set_tcp_user_timeout;
use tokio::net::TcpStream;
use tower::Service;

use crate::http::shell::Shell;

/// Makes the service of each connection, up to a maximum. One more is closed before anything is read from it.
#[derive(Clone)]
pub(super) struct Connections {
    shell: Shell,
    open: Arc<AtomicUsize>,
    max: usize,
}

/// There are as many connections as there may be.
#[derive(Debug, thiserror::Error)]
#[error("{0} connections are open, which is the maximum")]
pub(super) struct TooMany(usize);

/// The service of one connection.
#[derive(Clone)]
pub(super) struct Connection {
    shell: Shell,
    peer: SocketAddr,
    _place: Arc<Place>,
}

/// The place of an open connection, given back when it has ended.
struct Place(Arc<AtomicUsize>);

impl Connections {
    /// For at most `max` connections at one time.
    pub(super) fn new(shell: Shell, max: usize) -> Self {
        Self { shell, open: Arc::default(), max }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Service<SocketAddr> for Connections {
    type Response = Connection;
    type Error = TooMany;
    type Future = Ready<Result<Connection, TooMany>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TooMany>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, peer: SocketAddr) -> Self::Future {
        let before = self.open.fetch_add(1, Ordering::Relaxed);
        let place = Arc::new(Place(Arc::clone(&self.open)));
        if before >= self.max {
            return ready(Err(TooMany(self.max)));
        }
        ready(Ok(Connection { shell: self.shell.clone(), peer, _place: place }))
    }
}

impl<B> Service<Request<B>> for Connection
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = <Shell as Service<Request<Body>>>::Response;
    type Error = Infallible;
    type Future = <Shell as Service<Request<Body>>>::Future;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        self.shell.call(request)
    }
}

/// Sets a new connection up: small answers leave at once, and a client that takes nothing of what is sent to it,
/// or is not there any more, is given up by the system.
#[derive(Clone, Copy)]
pub(super) struct Tuned {
    /// How long it may take nothing.
    pub(super) send_time: Duration,
}

impl<S> Accept<TcpStream, S> for Tuned {
    type Stream = TcpStream;
    type Service = S;
    type Future = Ready<io::Result<(TcpStream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let millis = u32::try_from(self.send_time.as_millis()).unwrap_or(u32::MAX);
        let set = stream.set_nodelay(true).and_then(|()| Ok(set_tcp_user_timeout(&stream, millis)?));
        ready(set.map(|()| (stream, service)))
    }
}
