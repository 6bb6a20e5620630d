//! The way from one server to the database, on which things go wrong. It counts what the server asks and at a chosen
//! question breaks, or stands still: so a server can be stopped between any two statements, and at the same ones again.

use std::{
    io,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

/// What a client begins with that would like TLS, in place of a version.
const TLS_WANTED: u32 = 80_877_103;
/// Kinds of messages that are parts of a question. Others are answered.
const PARTS: &[u8] = b"PBDEC";
/// Kinds of messages that end a question: Sync and Query.
const ENDS: &[u8] = b"SQ";

/// What happens at a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The way breaks, and the database never hears of it.
    Lost,
    /// The database does what is asked. The way breaks before the answer.
    Unanswered,
    /// It waits until the way is open again. Other connections go on.
    Held,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Open,
    Standing,
    Broken,
}

/// A way that can break. Clones are the same way.
#[derive(Clone)]
pub struct Link(Arc<Inside>);

struct Inside {
    port: u16,
    /// After how many questions, and what happens then.
    due: Mutex<Option<(usize, Fault)>>,
    way: watch::Sender<Way>,
    /// How many connections the database has.
    connections: watch::Sender<usize>,
}

impl Link {
    /// A way to the database at an address such as `127.0.0.1:5432`.
    pub async fn to(database: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let inside = Arc::new(Inside {
            port: listener.local_addr().unwrap().port(),
            due: Mutex::default(),
            way: watch::Sender::new(Way::Open),
            connections: watch::Sender::new(0),
        });
        tokio::spawn(accept(listener, database.to_owned(), Arc::clone(&inside)));
        Self(inside)
    }

    /// Where it begins.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.0.port)
    }

    /// Lets something happen after so many more questions.
    pub fn plan(&self, questions: usize, fault: Fault) {
        *self.0.due.lock().unwrap() = Some((questions, fault));
    }

    /// Breaks now.
    pub fn cut(&self) {
        self.0.way.send_replace(Way::Broken);
    }

    /// Whether it is broken.
    pub fn is_broken(&self) -> bool {
        *self.0.way.borrow() == Way::Broken
    }

    /// Returns once a question waits.
    pub async fn stands(&self) {
        self.0.way.subscribe().wait_for(|way| *way == Way::Standing).await.unwrap();
    }

    /// Lets a question go on that waits, and forgets what was planned. What is broken stays so.
    pub fn go_on(&self) {
        *self.0.due.lock().unwrap() = None;
        self.0.way.send_if_modified(|way| {
            let stood = *way == Way::Standing;
            if stood {
                *way = Way::Open;
            }
            stood
        });
    }

    /// Makes a broken way whole, once the database has let go of everything that came by it.
    pub async fn mend(&self) {
        self.emptied().await;
        *self.0.due.lock().unwrap() = None;
        self.0.way.send_replace(Way::Open);
    }

    /// Returns once the database has ended, or done, everything that came by a broken way.
    pub async fn emptied(&self) {
        self.0.connections.subscribe().wait_for(|count| *count == 0).await.unwrap();
    }
}

async fn accept(listener: TcpListener, database: String, inside: Arc<Inside>) {
    // The last but this one is gone when the server and the schedule are.
    while Arc::strong_count(&inside) > 1 {
        let Ok((client, _)) = listener.accept().await else { return };
        if *inside.way.borrow() == Way::Broken {
            continue;
        }
        let database = TcpStream::connect(&database).await.unwrap();
        for end in [&client, &database] {
            end.set_nodelay(true).unwrap();
        }
        inside.connections.send_modify(|count| *count += 1);
        tokio::spawn(carry(client, database, Arc::clone(&inside)));
    }
}

async fn carry(client: TcpStream, database: TcpStream, inside: Arc<Inside>) {
    let (from_client, mut to_client) = client.into_split();
    let (mut from_database, mut to_database) = database.into_split();
    let mut way = inside.way.subscribe();
    tokio::select! {
        biased;
        _ = forward(from_client, &mut to_database, &inside) => {}
        _ = tokio::io::copy(&mut from_database, &mut to_client) => {}
        _ = way.wait_for(|way| *way == Way::Broken) => {}
    }
    drop(to_client);
    // The database does what it was asked, then finds the end, and lets go.
    let _ = to_database.shutdown().await;
    let _ = tokio::io::copy(&mut from_database, &mut tokio::io::sink()).await;
    inside.connections.send_modify(|count| *count -= 1);
}

async fn forward(from: OwnedReadHalf, to: &mut OwnedWriteHalf, inside: &Inside) -> io::Result<()> {
    let mut from = BufReader::new(from);
    let mut question = Vec::new();
    loop {
        read_body(&mut from, &mut question).await?;
        to.write_all(&question).await?;
        if question[4..8] != TLS_WANTED.to_be_bytes() {
            break;
        }
        question.clear();
    }
    question.clear();
    loop {
        let kind = from.read_u8().await?;
        question.push(kind);
        read_body(&mut from, &mut question).await?;
        if PARTS.contains(&kind) {
            continue;
        }
        let fault = if ENDS.contains(&kind) { inside.count() } else { None };
        if fault == Some(Fault::Held) {
            inside.way.send_replace(Way::Standing);
            inside.way.subscribe().wait_for(|way| *way == Way::Open).await.map_err(io::Error::other)?;
        }
        if fault != Some(Fault::Lost) {
            to.write_all(&question).await?;
        }
        if matches!(fault, Some(Fault::Lost | Fault::Unanswered)) {
            inside.way.send_replace(Way::Broken);
            return Ok(());
        }
        question.clear();
    }
}

/// The length of a message, and what it is long for.
async fn read_body(from: &mut BufReader<OwnedReadHalf>, message: &mut Vec<u8>) -> io::Result<()> {
    let length = from.read_u32().await?;
    message.extend(length.to_be_bytes());
    let begin = message.len();
    message.resize(begin + length as usize - 4, 0);
    from.read_exact(&mut message[begin..]).await?;
    Ok(())
}

impl Inside {
    /// Counts a question, and says what happens at it.
    fn count(&self) -> Option<Fault> {
        let mut due = self.due.lock().unwrap();
        match &mut *due {
            Some((0, _)) => due.take().map(|(_, fault)| fault),
            Some((left, _)) => {
                *left -= 1;
                None
            }
            None => None,
        }
    }
}
