//! Between the listener and the [`Shell`]: tells each request which peer its connection is from.
//!
//! axum's own make-service does this for a `Router` only, and putting the shell into one more
//! router would cost a second routing per request.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    net::SocketAddr,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::ConnectInfo,
    http::Request,
};
use tower::Service;

use crate::http::shell::Shell;

/// Makes the service of each connection.
#[derive(Clone)]
pub(super) struct Connections(pub(super) Shell);

/// The service of one connection.
#[derive(Clone)]
pub(super) struct Connection {
    shell: Shell,
    peer: SocketAddr,
}

impl Service<SocketAddr> for Connections {
    type Response = Connection;
    type Error = Infallible;
    type Future = Ready<Result<Connection, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, peer: SocketAddr) -> Self::Future {
        ready(Ok(Connection { shell: self.0.clone(), peer }))
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
