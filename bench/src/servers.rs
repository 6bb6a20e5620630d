//! Processes that answer the same, measured as one.

use std::time::Duration;

use crate::{
    error::{Error, Result},
    http::{Connection, Endpoint, Request, Response},
    server::Server,
};

/// One server, or the nodes of one installation. There is always a first.
pub(crate) struct Servers {
    servers: Vec<Server>,
}

impl From<Server> for Servers {
    fn from(server: Server) -> Self {
        Self { servers: vec![server] }
    }
}

impl Servers {
    /// Adds a node.
    pub(crate) fn join(&mut self, server: Server) {
        self.servers.push(server);
    }

    /// Where they listen, one after the other.
    pub(crate) fn endpoints(&self) -> Vec<Endpoint> {
        self.servers.iter().map(|server| server.endpoint.clone()).collect()
    }

    /// The memory of all in RAM, in bytes.
    pub(crate) fn resident_bytes(&self) -> Result<u64> {
        self.servers.iter().map(Server::resident_bytes).sum()
    }

    /// The CPU time that all have used so far.
    pub(crate) fn cpu_time(&self) -> Result<Duration> {
        self.servers.iter().map(Server::cpu_time).sum()
    }

    /// Sends one request to the first, on a connection of its own.
    pub(crate) async fn fetch(&self, request: &Request) -> Result<Response> {
        self.fetch_numbered(request, 0).await
    }

    /// The same with this number in the request.
    pub(crate) async fn fetch_numbered(&self, request: &Request, number: u64) -> Result<Response> {
        let first = self.servers.first().ok_or(Error::Lost("the server"))?;
        let mut encoded = request.encode();
        encoded.set_number(number);
        Connection::open(&first.endpoint).await?.fetch(encoded.bytes()).await
    }

    /// Asks all to stop and waits until they have.
    pub(crate) async fn stop(self) -> Result<()> {
        for server in self.servers {
            server.stop().await?;
        }
        Ok(())
    }
}
