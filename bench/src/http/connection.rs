//! One keep-alive connection.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::response::{Head, LENGTH_MAX, Response, ResponseError, parse_head};
use crate::error::{Error, Result};

/// Room for the longest usual answer, so that it mostly comes in one read.
const BUFFER_LENGTH: usize = 128 << 10;

/// One keep-alive connection. It holds the bytes of the last answer.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await;
        let stream = stream.map_err(Error::io(format!("cannot connect to {address}")))?;
        stream.set_nodelay(true).map_err(Error::io("cannot set TCP_NODELAY"))?;
        Ok(Self { stream, buffer: vec![0; BUFFER_LENGTH] })
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Head> {
        self.stream.write_all(request).await.map_err(Error::io("cannot send"))?;
        let mut filled = 0;
        let head = loop {
            filled += self.read(filled).await?;
            if let Some(head) = parse_head(&self.buffer[..filled])? {
                break head;
            }
        };
        let length = head.length + head.body_length;
        while filled < length {
            filled += self.read(filled).await?;
        }
        if filled > length { Err(ResponseError::Surplus.into()) } else { Ok(head) }
    }

    /// The same, with the answer taken apart.
    pub(crate) async fn fetch(&mut self, request: &[u8]) -> Result<Response> {
        let head = self.exchange(request).await?;
        Ok(self.last_response(head))
    }

    /// The answer that [`Connection::exchange`] read last and gave the head of.
    pub(crate) fn last_response(&self, head: Head) -> Response {
        Response::new(head, &self.buffer[..head.length + head.body_length])
    }

    /// Reads more bytes behind the first `filled`. Returns how many, never zero.
    async fn read(&mut self, filled: usize) -> Result<usize> {
        if filled == self.buffer.len() {
            self.grow()?;
        }
        let count = self.stream.read(&mut self.buffer[filled..]).await;
        match count.map_err(Error::io("cannot receive"))? {
            0 => Err(ResponseError::Closed.into()),
            count => Ok(count),
        }
    }

    /// Doubles the room for an answer, up to [`LENGTH_MAX`].
    fn grow(&mut self) -> Result<()> {
        let length = self.buffer.len() * 2;
        if length > LENGTH_MAX {
            return Err(ResponseError::TooLong.into());
        }
        self.buffer.resize(length, 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// Answers each piece it receives with one of `answers`, then closes.
    async fn server(answers: Vec<Vec<u8>>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            for answer in answers {
                let mut request = [0; 1024];
                assert!(stream.read(&mut request).await.unwrap() > 0);
                stream.write_all(&answer).await.unwrap();
            }
        });
        address
    }

    fn answer(body: &str) -> Vec<u8> {
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }

    #[tokio::test]
    async fn one_connection_carries_many_answers_of_any_length() {
        let long = "x".repeat(BUFFER_LENGTH * 3);
        let address = server(vec![answer("one"), answer(&long), answer("")]).await;
        let mut connection = Connection::open(address).await.unwrap();

        assert_eq!(connection.fetch(b"1").await.unwrap().body, "one");
        assert_eq!(connection.fetch(b"2").await.unwrap().body, long);
        assert_eq!(connection.fetch(b"3").await.unwrap().body, "");
    }

    #[tokio::test]
    async fn a_connection_closed_within_an_answer_is_an_error() {
        let mut cut = answer("hello");
        cut.pop();
        let address = server(vec![cut]).await;

        let result = Connection::open(address).await.unwrap().exchange(b"1").await;

        assert!(matches!(result, Err(Error::Response(ResponseError::Closed))));
    }

    #[tokio::test]
    async fn bytes_after_an_answer_are_an_error() {
        let mut longer = answer("hello");
        longer.push(b'!');
        let address = server(vec![longer]).await;

        let result = Connection::open(address).await.unwrap().exchange(b"1").await;

        assert!(matches!(result, Err(Error::Response(ResponseError::Surplus))));
    }

    #[tokio::test]
    async fn an_answer_beyond_the_limit_is_an_error() {
        let address = server(vec![answer(&"x".repeat(LENGTH_MAX))]).await;

        let result = Connection::open(address).await.unwrap().exchange(b"1").await;

        assert!(matches!(result, Err(Error::Response(ResponseError::TooLong))));
    }
}
