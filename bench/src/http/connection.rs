//! One keep-alive connection.

use super::{
    endpoint::{Endpoint, Stream},
    response::{Head, LENGTH_MAX, Length, Response, ResponseError, chunks_end, parse_head},
};
use crate::error::{Error, Result};

/// Room for the longest usual answer, so that it mostly comes in one read.
const BUFFER_LENGTH: usize = 128 << 10;

/// One keep-alive connection. It holds the bytes of the last answer.
pub(crate) struct Connection {
    stream: Stream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(endpoint: &Endpoint) -> Result<Self> {
        Ok(Self { stream: endpoint.connect().await?, buffer: vec![0; BUFFER_LENGTH] })
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Head> {
        self.stream.send(request).await.map_err(Error::io("cannot send"))?;
        let mut filled = 0;
        let (status, start, length) = loop {
            filled += self.read(filled).await?;
            if let Some(parsed) = parse_head(&self.buffer[..filled])? {
                break parsed;
            }
        };
        let end = match length {
            Length::Known(length) => start + length,
            Length::Chunked => self.read_chunks(start, &mut filled).await?,
        };
        while filled < end {
            filled += self.read(filled).await?;
        }
        let head =
            Head { status, length: start, body_length: end - start, is_chunked: length == Length::Chunked };
        if filled > end { Err(ResponseError::Surplus.into()) } else { Ok(head) }
    }

    /// Reads until the last chunk of a body that begins at `start` has come. Returns where it ends.
    async fn read_chunks(&mut self, start: usize, filled: &mut usize) -> Result<usize> {
        loop {
            if let Some(length) = chunks_end(&self.buffer[start..*filled])? {
                return Ok(start + length);
            }
            *filled += self.read(*filled).await?;
        }
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
        let count = self.stream.receive(&mut self.buffer[filled..]).await;
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
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    /// Answers each piece it receives with one of `answers`, then closes.
    async fn server(answers: Vec<Vec<u8>>) -> Endpoint {
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
        address.into()
    }

    fn answer(body: &str) -> Vec<u8> {
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }

    #[tokio::test]
    async fn one_connection_carries_many_answers_of_any_length() {
        let long = "x".repeat(BUFFER_LENGTH * 3);
        let address = server(vec![answer("one"), answer(&long), answer("")]).await;
        let mut connection = Connection::open(&address).await.unwrap();

        assert_eq!(connection.fetch(b"1").await.unwrap().body, "one");
        assert_eq!(connection.fetch(b"2").await.unwrap().body, long);
        assert_eq!(connection.fetch(b"3").await.unwrap().body, "");
    }

    #[tokio::test]
    async fn a_chunked_answer_is_read_to_its_last_chunk() {
        let chunked =
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nabcd\r\n1\r\ne\r\n0\r\n\r\n";
        let address = server(vec![chunked.to_vec(), answer("next")]).await;
        let mut connection = Connection::open(&address).await.unwrap();

        assert_eq!(connection.fetch(b"1").await.unwrap().body, "abcde");
        assert_eq!(connection.fetch(b"2").await.unwrap().body, "next");
    }

    #[tokio::test]
    async fn a_connection_closed_within_an_answer_is_an_error() {
        let mut cut = answer("hello");
        cut.pop();
        let address = server(vec![cut]).await;

        let result = Connection::open(&address).await.unwrap().exchange(b"1").await;

        assert!(matches!(result, Err(Error::Response(ResponseError::Closed))));
    }

    #[tokio::test]
    async fn bytes_after_an_answer_are_an_error() {
        let mut longer = answer("hello");
        longer.push(b'!');
        let address = server(vec![longer]).await;

        let result = Connection::open(&address).await.unwrap().exchange(b"1").await;

        assert!(matches!(result, Err(Error::Response(ResponseError::Surplus))));
    }

    #[tokio::test]
    async fn an_answer_beyond_the_limit_is_an_error() {
        let address = server(vec![answer(&"x".repeat(LENGTH_MAX))]).await;

        let result = Connection::open(&address).await.unwrap().exchange(b"1").await;

        assert!(matches!(result, Err(Error::Response(ResponseError::TooLong))));
    }
}
