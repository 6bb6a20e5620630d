//! The floor: the least that an axum server can do to answer the same bytes.
//!
//! It runs as a child process of its own, built with the same profile and given the same number of threads
//! as the server. It routes the path, reads the request's body, copies a prepared answer, and nothing else.

use std::{
    io::{BufRead, Write},
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::Response,
    routing::any,
    serve::ListenerExt,
};
use axum_server::{
    accept::NoDelayAcceptor,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::{
    error::{Error, Result},
    http,
    tls::TlsFiles,
};

/// Header fields that hyper writes itself, for the floor as for the server.
const WRITTEN_BY_HYPER: [&str; 3] = ["connection", "content-length", "date"];

/// What the floor answers to any request on its one route.
#[derive(Serialize, Deserialize)]
pub(crate) struct Answer {
    /// The route as axum writes it, `/secrets/{name}`.
    pub(crate) route: String,
    /// Status code.
    pub(crate) status: u16,
    /// Header fields but for those hyper writes.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: String,
}

impl Answer {
    /// What the server answered, to be answered on `route`.
    pub(crate) fn copy(route: &str, response: &http::Response) -> Self {
        let headers = response.headers.iter().filter(|(name, _)| !WRITTEN_BY_HYPER.contains(&name.as_str()));
        Self {
            route: route.to_owned(),
            status: response.status,
            headers: headers.cloned().collect(),
            body: response.body.clone(),
        }
    }
}

/// The floor as a child process: reads its [`Answer`] as one line of JSON from standard input, prints its
/// address as one line, and serves until standard input ends, so that it cannot outlive the bench.
pub(crate) async fn serve(tls: &TlsFiles) -> Result<()> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(Error::io("cannot read the answer"))?;
    let answer = serde_json::from_str(&line).map_err(|error| Error::Unfit(error.to_string()))?;
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await;
    let listener = listener.map_err(Error::io("cannot listen"))?;
    let address = listener.local_addr().map_err(Error::io("cannot listen"))?;
    writeln!(std::io::stdout(), "{address}").map_err(Error::io("cannot print the address"))?;
    std::thread::spawn(exit_with_standard_input);
    serve_router(listener, router(answer)?, tls).await
}

fn exit_with_standard_input() {
    let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
    std::process::exit(0);
}

/// Serves `router` as fast as axum does: without delaying small answers.
pub(crate) async fn serve_router(listener: TcpListener, router: Router, tls: &TlsFiles) -> Result<()> {
    if let (Some(certificate), Some(key)) = (&tls.certificate, &tls.key) {
        // A second call changes nothing.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let config = RustlsConfig::from_pem_file(certificate, key).await;
        let acceptor = RustlsAcceptor::new(config.map_err(Error::io("cannot read the certificate"))?);
        let server = axum_server::Server::<SocketAddr>::from_listener(listener)
            .acceptor(acceptor.acceptor(NoDelayAcceptor::new()));
        return server.serve(router.into_make_service()).await.map_err(Error::io("cannot serve"));
    }
    let listener = listener.tap_io(|stream| {
        // A connection on which this fails is only slower.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router).await.map_err(Error::io("cannot serve"))
}

/// The prepared answer, in the types that axum sends.
struct Prepared {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

fn router(answer: Answer) -> Result<Router> {
    let unfit = || Error::Unfit("an answer of the server is no valid HTTP".to_owned());
    let mut headers = HeaderMap::new();
    for (name, value) in &answer.headers {
        let name: HeaderName = name.parse().map_err(|_| unfit())?;
        headers.append(name, HeaderValue::from_str(value).map_err(|_| unfit())?);
    }
    let status = StatusCode::from_u16(answer.status).map_err(|_| unfit())?;
    let prepared = Prepared { status, headers, body: Bytes::from(answer.body) };
    Ok(Router::new().route(&answer.route, any(respond)).with_state(Arc::new(prepared)))
}

/// The bare handler.
async fn respond(State(prepared): State<Arc<Prepared>>, _request_body: Bytes) -> Response {
    let mut response = Response::new(Body::from(prepared.body.clone()));
    *response.status_mut() = prepared.status;
    response.headers_mut().clone_from(&prepared.headers);
    response
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::{Connection, Request};

    async fn floor(answer: Answer) -> Connection {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let none = TlsFiles { certificate: None, key: None };
        let router = router(answer).unwrap();
        tokio::spawn(async move { serve_router(listener, router, &none).await });
        Connection::open(&address.into()).await.unwrap()
    }

    fn response(status: u16, headers: &[(&str, &str)], body: &str) -> http::Response {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        http::Response { status, headers: headers.iter().map(own).collect(), body: body.to_owned() }
    }

    #[tokio::test]
    async fn the_floor_answers_every_request_on_its_route_with_what_it_copied() {
        let headers = [("x-a", "1"), ("date", "then"), ("set-cookie", "a"), ("set-cookie", "b")];
        let original = response(200, &headers, "{}");
        let mut floor = floor(Answer::copy("/secrets/{name}", &original)).await;

        for request in [Request::get("/secrets/A"), Request::post("/secrets/B?c=d", &json!({ "e": 1 }))] {
            let copy = floor.fetch(request.encode().bytes()).await.unwrap();
            assert_eq!((copy.status, copy.body.as_str()), (200, "{}"));
            assert_eq!(copy.header("x-a"), Some("1"));
            assert_ne!(copy.header("date"), Some("then"));
            assert_eq!(copy.headers.iter().filter(|(name, _)| name == "set-cookie").count(), 2);
        }
    }

    #[tokio::test]
    async fn a_304_is_copied_without_a_body() {
        let mut floor = floor(Answer::copy("/list", &response(304, &[("etag", "\"x\"")], ""))).await;

        let copy = floor.fetch(Request::get("/list").encode().bytes()).await.unwrap();

        assert_eq!((copy.status, copy.header("etag")), (304, Some("\"x\"")));
    }
}
