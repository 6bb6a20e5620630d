//! A stand-in for a directory: whoever asks is bound, and every search finds the same entry (RFC 4511).

use std::net::SocketAddr;

use axum_server::tls_rustls::RustlsConfig;
use tacit_core::ldap::message_length;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    error::{Error, Result},
    tls::Tls,
};

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const TEXT: u8 = 0x04;
const ENUMERATED: u8 = 0x0a;
const BIND: u8 = 0x60;
const BOUND: u8 = 0x61;
const SEARCH: u8 = 0x63;
const ENTRY: u8 = 0x64;
const SEARCHED: u8 = 0x65;

/// The attribute that the entry has, and its value.
pub(crate) const ATTRIBUTE: (&str, &str) = ("employeeType", "robot");

/// Answers until the bench ends. Returns where.
pub(crate) async fn start(tls: &Tls) -> Result<SocketAddr> {
    // A second call changes nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let config = RustlsConfig::from_pem_file(&tls.certificate, &tls.key).await;
    let config = config.map_err(Error::io("cannot read the certificate"))?;
    let acceptor = TlsAcceptor::from(config.get_inner());
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(Error::io("cannot listen"))?;
    let address = listener.local_addr().map_err(Error::io("cannot listen"))?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(acceptor.clone(), stream));
        }
    });
    Ok(address)
}

/// Serves one connection until it ends, in whichever way.
async fn serve(acceptor: TlsAcceptor, stream: TcpStream) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut stream = acceptor.accept(stream).await.ok()?;
    let mut read = Vec::new();
    loop {
        match message_length(&read).ok()? {
            Some(length) if length <= read.len() => {
                let message: Vec<u8> = read.drain(..length).collect();
                stream.write_all(&answer(&message)?).await.ok()?;
                stream.flush().await.ok()?;
            }
            _ if stream.read_buf(&mut read).await.ok()? == 0 => return None,
            _ => {}
        }
    }
}

/// The answer to a message; `None` if it asks for something else than a directory is asked for a login.
fn answer(message: &[u8]) -> Option<Vec<u8>> {
    let begin = message.iter().position(|byte| *byte == INTEGER)?;
    let [_, 1, id, operation, ..] = message.get(begin..)? else { return None };
    let success = [element(ENUMERATED, &[0]), element(TEXT, b""), element(TEXT, b"")].concat();
    match *operation {
        BIND => Some(reply(*id, BOUND, &success)),
        SEARCH => Some([reply(*id, ENTRY, &entry()), reply(*id, SEARCHED, &success)].concat()),
        _ => None,
    }
}

fn entry() -> Vec<u8> {
    let (name, value) = ATTRIBUTE;
    let values = element(SET, &element(TEXT, value.as_bytes()));
    let attribute = element(SEQUENCE, &[element(TEXT, name.as_bytes()), values].concat());
    [element(TEXT, b"uid=bench,dc=acme,dc=test"), element(SEQUENCE, &attribute)].concat()
}

fn reply(id: u8, operation: u8, content: &[u8]) -> Vec<u8> {
    element(SEQUENCE, &[element(INTEGER, &[id]), element(operation, content)].concat())
}

/// An element of fewer than 128 bytes.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap_or(u8::MAX);
    [&[tag, length], content].concat()
}

#[cfg(test)]
mod tests {
    use tacit_core::ldap::{Filter, Outcome, Response, Search, bind_request, read_response, search_request};

    use super::*;

    #[test]
    fn whoever_asks_is_bound_and_finds_the_entry() {
        let bound = answer(&bind_request(7, "cn=x", "secret")).unwrap();
        assert_eq!(read_response(&bound).unwrap(), (7, Response::Bound(Outcome::SUCCESS)));

        let filter = Filter::parse("(uid={{username}})").unwrap();
        let search = Search {
            base: "dc=acme,dc=test",
            filter: &filter,
            user_name: "bench",
            attributes: &["employeeType"],
        };
        let found = answer(&search_request(8, search)).unwrap();
        let (first, rest) = found.split_at(message_length(&found).unwrap().unwrap());
        let (8, Response::Entry(entry)) = read_response(first).unwrap() else { panic!("no entry") };
        assert_eq!(entry.values(ATTRIBUTE.0).collect::<Vec<_>>(), [ATTRIBUTE.1]);
        assert_eq!(read_response(rest).unwrap(), (8, Response::Searched(Outcome::SUCCESS)));
    }
}
