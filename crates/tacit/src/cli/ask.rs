//! Questions on the terminal. A password is not shown while it is typed.

use std::io::{self, BufRead, Read, Stdin};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use super::{failure::Failure, terminal};

/// Longest password that is read, in bytes: far above what the server takes.
const PASSWORD_BYTES_MAX: u64 = 4096;

/// Asks for a line; an empty answer means `default`, or asks again if there is none.
pub(super) fn line(question: &str, default: Option<&str>) -> Result<String, Failure> {
    let shown = default.map_or_else(|| question.to_owned(), |default| format!("{question} [{default}]"));
    loop {
        terminal::prompt(&shown);
        let mut answer = String::new();
        if io::stdin().lock().read_line(&mut answer).map_err(|error| unreadable(&error))? == 0 {
            return Err(cancelled());
        }
        match (answer.trim(), default) {
            ("", Some(default)) => return Ok(default.to_owned()),
            ("", None) => {}
            (answer, _) => return Ok(answer.to_owned()),
        }
    }
}

/// Asks for a password without showing it.
pub(super) fn password(question: &str) -> Result<Zeroizing<String>, Failure> {
    terminal::prompt(question);
    let silence = Silence::begin(io::stdin()).map_err(|error| unreadable(&error.into()))?;
    let typed = read_keys(&mut silence.stdin.lock());
    drop(silence);
    terminal::error_line("");
    text(typed?)
}

/// Reads a password from standard input up to its end; the line end after it is not part of it.
pub(super) fn password_from_stdin() -> Result<Zeroizing<String>, Failure> {
    let mut typed = Zeroizing::new(Vec::new());
    io::stdin()
        .lock()
        .take(PASSWORD_BYTES_MAX)
        .read_to_end(&mut typed)
        .map_err(|error| unreadable(&error))?;
    let length = without_line_end(&typed).len();
    typed.truncate(length);
    text(typed)
}

/// A terminal that neither shows what is typed nor acts on it, until this is dropped.
struct Silence {
    stdin: Stdin,
    before: Termios,
}

impl Silence {
    fn begin(stdin: Stdin) -> rustix::io::Result<Self> {
        let before = tcgetattr(&stdin)?;
        let mut silent = before.clone();
        // Ctrl-C must come as a key: if it ended the process here, the terminal would stay silent.
        silent.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        tcsetattr(&stdin, OptionalActions::Flush, &silent)?;
        Ok(Self { stdin, before })
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        let _ = tcsetattr(&self.stdin, OptionalActions::Flush, &self.before);
    }
}

/// Reads keys up to Enter, with the usual keys for correcting.
fn read_keys(keys: &mut impl BufRead) -> Result<Zeroizing<Vec<u8>>, Failure> {
    const INTERRUPT: u8 = 3;
    const END: u8 = 4;
    const BACKSPACE: u8 = 8;
    const DELETE: u8 = 127;
    const CLEAR: u8 = 21;
    let mut typed = Zeroizing::new(Vec::new());
    for key in keys.bytes() {
        match key.map_err(|error| unreadable(&error))? {
            b'\r' | b'\n' => return Ok(typed),
            INTERRUPT | END => break,
            BACKSPACE | DELETE => remove_last_character(&mut typed),
            CLEAR => typed.clear(),
            byte => typed.push(byte),
        }
    }
    Err(cancelled())
}

/// Removes one UTF-8 character: continuation bytes and the byte before them.
fn remove_last_character(typed: &mut Vec<u8>) {
    while typed.pop().is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000) {}
}

fn without_line_end(typed: &[u8]) -> &[u8] {
    let text = typed.strip_suffix(b"\n").unwrap_or(typed);
    text.strip_suffix(b"\r").unwrap_or(text)
}

fn text(mut typed: Zeroizing<Vec<u8>>) -> Result<Zeroizing<String>, Failure> {
    match String::from_utf8(std::mem::take(&mut *typed)) {
        Ok(text) if !text.is_empty() => Ok(Zeroizing::new(text)),
        Ok(_) => Err(Failure::failed("the password is empty", "type or pipe in a password")),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(Failure::failed("the password is not UTF-8 text", "check the terminal's character set"))
        }
    }
}

fn cancelled() -> Failure {
    Failure::failed("cancelled", "nothing was changed")
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::failed(format!("cannot read standard input: {error}"), "give the answer as a flag instead")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[u8]) -> Option<String> {
        let typed = read_keys(&mut &keys[..]).ok()?;
        Some(String::from_utf8(typed.to_vec()).unwrap())
    }

    #[test]
    fn keys_are_read_up_to_enter() {
        assert_eq!(typed(b"hunter2\rrest"), Some("hunter2".to_owned()));
    }

    #[test]
    fn backspace_removes_a_whole_character_and_ctrl_u_everything() {
        assert_eq!(typed("a\u{e9}\u{20ac}\x7f\x7fb\n".as_bytes()), Some("ab".to_owned()));
        assert_eq!(typed(b"wrong\x15right\n"), Some("right".to_owned()));
        assert_eq!(typed(b"\x7f\x7fok\n"), Some("ok".to_owned()));
    }

    #[test]
    fn ctrl_c_and_a_closed_terminal_cancel() {
        assert_eq!(typed(b"half\x03\n"), None);
        assert_eq!(typed(b"half"), None);
    }
}
