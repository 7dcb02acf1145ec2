//! A language server: what the passes say of the Dockerfiles that are open in an editor, and their changes as actions.
//!
//! Source: Language Server Protocol 3.17 (microsoft.github.io/language-server-protocol), read 2026-11-24. Messages are read
//! by a thread of its own, so that a request can be withdrawn while it waits; all else happens in one thread, in order.
//! Nothing is written to disk: the editor makes the edits.

mod actions;
mod analysis;
mod client;
mod diagnostics;
mod documents;
mod hover;
mod position;
mod requests;
mod server;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::BTreeSet;
use std::io::{self, BufReader, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use dockfit_rewrite::Pass;
use serde_json::Value;

use self::analysis::Wanted;
use self::server::Server;
use self::wire::Read;
use crate::args::Options;
use crate::settings::Names;

/// How a server ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ended {
    /// As it was asked to.
    InOrder,
    /// Without having been asked to shut down first.
    Early,
}

/// How long nothing has to come in before a text that changed is looked at: less than what a person notices, more than what
/// lies between two keys.
const CALM: Duration = Duration::from_millis(80);

/// Messages that are read before the first of them is done.
const AHEAD: usize = 1024;

/// Serves one client until it asks to exit or goes away. `book`: where the pages of the passes stand, for links.
pub(crate) fn serve(
    passes: &'static [&'static dyn Pass],
    options: &Options,
    book: Option<&str>,
    input: impl io::Read + Send + 'static,
    output: &mut dyn Write,
) -> io::Result<Ended> {
    let names = Names::of(passes);
    let waiting = Arc::new(Waiting::default());
    let messages = listen(input, waiting.clone());
    let wanted = Wanted { passes, options, names: &names };
    let mut server = Server::new(wanted, book, waiting, output);
    let mut calm = CALM;
    loop {
        let next = if server.has_stale() { messages.recv_timeout(calm) } else { received(&messages) };
        match next {
            Ok(Ok(Read::Message(message))) => {
                calm = CALM;
                if let Some(ended) = server.take(&message)? {
                    return Ok(ended);
                }
            }
            Ok(Ok(Read::Broken(why))) => server.broken(&why)?,
            Ok(Ok(Read::End)) | Err(RecvTimeoutError::Disconnected) => return Ok(Ended::Early),
            Ok(Err(error)) => return Err(error),
            Err(RecvTimeoutError::Timeout) => {
                calm = Duration::ZERO;
                server.publish_next()?;
            }
        }
    }
}

fn received<T>(messages: &Receiver<T>) -> Result<T, RecvTimeoutError> {
    messages.recv().map_err(|_| RecvTimeoutError::Disconnected)
}

/// Reads messages in a thread; the last one is the end of the stream, or why it cannot be read.
fn listen(input: impl io::Read + Send + 'static, waiting: Arc<Waiting>) -> Receiver<io::Result<Read>> {
    let (sender, receiver) = mpsc::sync_channel(AHEAD);
    thread::spawn(move || {
        let mut input = BufReader::new(input);
        loop {
            let read = wire::read(&mut input);
            if let Ok(Read::Message(message)) = &read {
                waiting.note(message);
            }
            let is_last = !matches!(read, Ok(Read::Message(_) | Read::Broken(_)));
            if sender.send(read).is_err() || is_last {
                break;
            }
        }
    });
    receiver
}

/// The requests that are not answered yet, and those of them that were withdrawn; by their ids as JSON.
#[derive(Debug, Default)]
struct Waiting(Mutex<(BTreeSet<String>, BTreeSet<String>)>);

impl Waiting {
    fn note(&self, message: &Value) {
        let mut requests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (open, withdrawn) = &mut *requests;
        match (message.get("method").and_then(Value::as_str), message.get("id")) {
            (Some("$/cancelRequest"), _) => {
                let id = message.pointer("/params/id").map(Value::to_string);
                withdrawn.extend(id.filter(|id| open.contains(id)));
            }
            (Some(_), Some(id)) => {
                open.insert(id.to_string());
            }
            _ => {}
        }
    }

    fn is_withdrawn(&self, id: &Value) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.contains(&id.to_string())
    }

    /// Whether it was withdrawn; it waits no more.
    fn answered(&self, id: &Value) -> bool {
        let mut requests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        requests.0.remove(&id.to_string());
        requests.1.remove(&id.to_string())
    }
}
