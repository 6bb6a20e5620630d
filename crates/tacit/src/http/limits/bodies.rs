//! Reading bodies: so much of one, so much of all together, and not for ever.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

/// The bodies that are in memory.
#[derive(Debug)]
pub(in crate::http) struct Bodies {
    time_max: Duration,
    bytes_max: usize,
    held: Arc<AtomicUsize>,
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Unread {
    /// It is larger than its route takes.
    TooLarge,
    /// It did not arrive in time.
    TooSlow,
    /// The bodies of others take all the memory that there is for them.
    NoRoom,
    /// It ended before it was complete, or is no body at all.
    Broken,
}

/// The room that a body takes among all, given back when it is dropped: once the request is answered.
#[derive(Debug)]
pub(in crate::http) struct Room {
    held: Arc<AtomicUsize>,
    bytes: usize,
}

impl Bodies {
    pub(super) fn new(time_max: Duration, bytes_max: usize) -> Self {
        Self { time_max, bytes_max, held: Arc::default() }
    }

    /// Reads a body of at most `limit` bytes. Room is taken for what arrives and not for what is announced, so
    /// that who sends nothing takes none.
    pub(in crate::http) async fn read(&self, body: Body, limit: usize) -> Result<(Bytes, Room), Unread> {
        tokio::time::timeout(self.time_max, self.collect(body, limit)).await.unwrap_or(Err(Unread::TooSlow))
    }

    /// Takes a body of at most `limit` bytes in and keeps nothing of it.
    pub(in crate::http) async fn skip(&self, body: Body, limit: usize) -> Result<(), Unread> {
        let all = async {
            let (mut chunks, mut bytes) = (body.into_data_stream(), 0_usize);
            while let Some(chunk) = chunks.next().await {
                bytes = bytes.saturating_add(chunk.map_err(|_| Unread::Broken)?.len());
                if bytes > limit {
                    return Err(Unread::TooLarge);
                }
            }
            Ok(())
        };
        tokio::time::timeout(self.time_max, all).await.unwrap_or(Err(Unread::TooSlow))
    }

    async fn collect(&self, body: Body, limit: usize) -> Result<(Bytes, Room), Unread> {
        let mut room = Room { held: Arc::clone(&self.held), bytes: 0 };
        let mut chunks = body.into_data_stream();
        // Most bodies are one chunk, which is not copied.
        let mut first = Bytes::new();
        let mut more = BytesMut::new();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| Unread::Broken)?;
            if room.bytes.saturating_add(chunk.len()) > limit {
                return Err(Unread::TooLarge);
            }
            room.grow(chunk.len(), self.bytes_max)?;
            if more.is_empty() && first.is_empty() {
                first = chunk;
                continue;
            }
            if more.is_empty() {
                more.extend_from_slice(&first);
            }
            more.extend_from_slice(&chunk);
        }
        Ok((if more.is_empty() { first } else { more.freeze() }, room))
    }
}

impl Room {
    fn grow(&mut self, bytes: usize, bytes_max: usize) -> Result<(), Unread> {
        let before = self.held.fetch_add(bytes, Ordering::Relaxed);
        self.bytes += bytes;
        if before.saturating_add(bytes) > bytes_max { Err(Unread::NoRoom) } else { Ok(()) }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn body(chunks: &[&'static str]) -> Body {
        let chunks: Vec<_> = chunks.iter().map(|chunk| Ok::<_, std::io::Error>(*chunk)).collect();
        Body::from_stream(stream::iter(chunks))
    }

    #[tokio::test]
    async fn a_body_is_read_whole_up_to_its_limit() {
        let bodies = Bodies::new(Duration::from_mins(1), 100);
        for (chunks, whole) in [(&[][..], ""), (&["ab"], "ab"), (&["", "ab", "", "cd", "e"], "abcde")] {
            assert_eq!(bodies.read(body(chunks), 5).await.unwrap().0, whole);
        }
        let refused = bodies.read(body(&["ab", "cd", "ef"]), 5).await;
        assert_eq!(refused.unwrap_err(), Unread::TooLarge);
        assert_eq!(bodies.skip(body(&["ab", "cd", "ef"]), 5).await, Err(Unread::TooLarge));
        assert_eq!(bodies.skip(body(&["ab", "cd", "ef"]), 6).await, Ok(()));
        assert_eq!(bodies.held.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn all_bodies_share_one_room_and_give_it_back() {
        let bodies = Bodies::new(Duration::from_mins(1), 5);
        let (_, first) = bodies.read(body(&["abc"]), 100).await.unwrap();
        assert_eq!(bodies.read(body(&["abc"]), 100).await.unwrap_err(), Unread::NoRoom);
        let (_, second) = bodies.read(body(&["ab"]), 100).await.unwrap();
        drop((first, second));

        assert!(bodies.read(body(&["abcde"]), 100).await.is_ok());
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_is_not_waited_for_for_ever() {
        let bodies = Bodies::new(Duration::ZERO, 5);
        let silent = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());

        assert_eq!(bodies.read(silent, 100).await.unwrap_err(), Unread::TooSlow);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_none() {
        let bodies = Bodies::new(Duration::from_secs(3), 5);
        let parts = [Ok("ab"), Err(std::io::Error::other("gone"))];

        let broken = bodies.read(Body::from_stream(stream::iter(parts)), 100).await;
        assert_eq!(broken.unwrap_err(), Unread::Broken);
    }
}
