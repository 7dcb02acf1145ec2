//! The state of a server, and what each message does to it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::analysis::{Analysis, Wanted};
use super::client::Client;
use super::diagnostics;
use super::documents::{ContentChange, Documents};
use super::position::Lines;
use super::requests::Failure;
use super::{Ended, Waiting, wire};
use crate::git::Tracked;
use crate::run;

/// How far a conversation is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// The client has not said what it can.
    New,
    Running,
    ShutDown,
}

/// A server.
pub(super) struct Server<'a> {
    pub(super) wanted: Wanted<'a>,
    /// Where the pages of the passes stand.
    pub(super) book: Option<&'a str>,
    pub(super) client: Client,
    pub(super) documents: Documents,
    phase: Phase,
    waiting: Arc<Waiting>,
    output: &'a mut dyn Write,
    /// By URI; what is stale is not in it.
    analyses: BTreeMap<String, Analysis>,
    /// The Dockerfiles whose diagnostics are not those of their text.
    stale: BTreeSet<String>,
    /// What git keeps, by the top of its work tree, as long as no file was saved.
    tracked: BTreeMap<PathBuf, Arc<Tracked>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    text_document: OpenedText,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OpenedText {
    uri: String,
    #[serde(default)]
    language_id: String,
    version: i64,
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changed {
    text_document: ChangedText,
    content_changes: Vec<ContentChange>,
}

#[derive(Deserialize)]
struct ChangedText {
    uri: String,
    version: i64,
}

impl<'a> Server<'a> {
    pub(super) fn new(
        wanted: Wanted<'a>,
        book: Option<&'a str>,
        waiting: Arc<Waiting>,
        output: &'a mut dyn Write,
    ) -> Self {
        Self {
            wanted,
            book,
            client: Client::default(),
            documents: Documents::default(),
            phase: Phase::New,
            waiting,
            output,
            analyses: BTreeMap::new(),
            stale: BTreeSet::new(),
            tracked: BTreeMap::new(),
        }
    }

    /// Whether a text changed since its diagnostics were sent.
    pub(super) fn has_stale(&self) -> bool {
        !self.stale.is_empty()
    }

    /// Does what a message asks for; says so where the conversation is over.
    pub(super) fn take(&mut self, message: &Value) -> io::Result<Option<Ended>> {
        let id = message.get("id");
        let Some(method) = message.get("method").and_then(Value::as_str) else {
            // An answer to what was asked of the client; or nothing that the protocol knows.
            let is_answer =
                id.is_some() && (message.get("result").is_some() || message.get("error").is_some());
            if !is_answer {
                self.fail(&Value::Null, Failure::INVALID_REQUEST, "the message has no method")?;
            }
            return Ok(None);
        };
        let params = message.get("params").unwrap_or(&Value::Null);
        match id {
            None => self.notified(method, params),
            Some(id) if id.is_string() || id.is_i64() || id.is_u64() => {
                self.asked(id, method, params)?;
                Ok(None)
            }
            Some(_) => {
                self.fail(&Value::Null, Failure::INVALID_REQUEST, "an id is a number or a text")?;
                Ok(None)
            }
        }
    }

    /// Says that a message could not be read.
    pub(super) fn broken(&mut self, why: &str) -> io::Result<()> {
        self.fail(&Value::Null, Failure::PARSE, why)
    }

    fn notified(&mut self, method: &str, params: &Value) -> io::Result<Option<Ended>> {
        if method == "exit" {
            let in_order = self.phase == Phase::ShutDown;
            return Ok(Some(if in_order { Ended::InOrder } else { Ended::Early }));
        }
        if self.phase != Phase::Running {
            return Ok(None);
        }
        match method {
            "initialized" if self.client.watches => self.watch()?,
            "textDocument/didOpen" => {
                if let Ok(Opened { text_document: it }) = Opened::deserialize(params) {
                    self.documents.open(&it.uri, &it.language_id, it.version, it.text);
                    self.changed(&it.uri);
                }
            }
            "textDocument/didChange" => {
                if let Ok(Changed { text_document: it, content_changes }) = Changed::deserialize(params)
                    && self.documents.change(&it.uri, it.version, content_changes, self.client.encoding)
                {
                    self.changed(&it.uri);
                }
            }
            "textDocument/didClose" => {
                if let Some(uri) = params.pointer("/textDocument/uri").and_then(Value::as_str) {
                    self.close(uri)?;
                }
            }
            // What the disk holds is another thing now.
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" | "workspace/didRenameFiles" => {
                self.tracked.clear();
                self.all_changed();
            }
            _ => {}
        }
        Ok(None)
    }

    /// A text changed: a Dockerfile concerns itself alone, another file all Dockerfiles.
    fn changed(&mut self, uri: &str) {
        if self.documents.open.get(uri).is_some_and(|open| open.is_dockerfile) {
            self.analyses.remove(uri);
            self.stale.insert(uri.to_owned());
        } else {
            self.all_changed();
        }
    }

    fn all_changed(&mut self) {
        self.analyses.clear();
        let dockerfiles = self.documents.open.iter().filter(|(_, open)| open.is_dockerfile);
        self.stale = dockerfiles.map(|(uri, _)| uri.clone()).collect();
    }

    fn close(&mut self, uri: &str) -> io::Result<()> {
        let Some(open) = self.documents.open.remove(uri) else { return Ok(()) };
        self.analyses.remove(uri);
        self.stale.remove(uri);
        if open.is_dockerfile {
            let params = json!({"uri": uri, "diagnostics": []});
            return self.notify("textDocument/publishDiagnostics", &params);
        }
        self.all_changed();
        Ok(())
    }

    /// Sends the diagnostics of one text that changed.
    pub(super) fn publish_next(&mut self) -> io::Result<()> {
        let Some(uri) = self.stale.pop_first() else { return Ok(()) };
        self.analyse(&uri);
        let (Some(open), Some(analysis)) = (self.documents.open.get(&uri), self.analyses.get(&uri)) else {
            return Ok(());
        };
        let lines = Lines::new(&open.text, self.client.encoding);
        let diagnostics = diagnostics::all(analysis, &open.text, &lines, self.book);
        let params = json!({"uri": uri, "version": open.version, "diagnostics": diagnostics});
        self.notify("textDocument/publishDiagnostics", &params)
    }

    /// The analysis of a text that is open, made anew where it is stale.
    pub(super) fn analyse(&mut self, uri: &str) -> Option<&Analysis> {
        let open = self.documents.open.get(uri).filter(|open| open.is_dockerfile)?;
        if !self.analyses.contains_key(uri) {
            let tracked = &mut self.tracked;
            let mut of_root = |root: &std::path::Path| {
                let new = || Arc::new(Tracked::below(root.to_path_buf()));
                tracked.entry(root.to_path_buf()).or_insert_with(new).clone()
            };
            let analysis = Analysis::of(open, self.documents.overlay(), &self.wanted, &mut of_root);
            self.analyses.insert(uri.to_owned(), analysis);
        }
        self.analyses.get(uri)
    }

    /// The analysis that there is.
    pub(super) fn analysis(&self, uri: &str) -> Option<&Analysis> {
        self.analyses.get(uri)
    }

    fn asked(&mut self, id: &Value, method: &str, params: &Value) -> io::Result<()> {
        if self.waiting.is_withdrawn(id) {
            return self.fail(id, Failure::CANCELLED, "the request was withdrawn");
        }
        let result = match (self.phase, method) {
            (Phase::New, "initialize") => {
                self.client = Client::of(params);
                self.phase = Phase::Running;
                Ok(self.capabilities())
            }
            (Phase::New, _) => Err(Failure::new(Failure::NOT_INITIALIZED, "initialize comes first")),
            (Phase::Running, "initialize") | (Phase::ShutDown, _) => {
                Err(Failure::new(Failure::INVALID_REQUEST, "this is not the time for it"))
            }
            (Phase::Running, "shutdown") => {
                self.phase = Phase::ShutDown;
                Ok(Value::Null)
            }
            (Phase::Running, method) => match run::guarded(|| self.answer(method, params)) {
                Ok(answer) => answer,
                Err(problem) => Err(Failure::new(Failure::INTERNAL, problem.message)),
            },
        };
        match result {
            Ok(result) => self.respond(id, &result),
            Err(failure) => self.fail(id, failure.code, &failure.message),
        }
    }

    fn respond(&mut self, id: &Value, result: &Value) -> io::Result<()> {
        if self.waiting.answered(id) {
            return self.send(&json!({"jsonrpc": "2.0", "id": id, "error": Failure::withdrawn()}));
        }
        self.send(&json!({"jsonrpc": "2.0", "id": id, "result": result}))
    }

    fn fail(&mut self, id: &Value, code: i32, message: &str) -> io::Result<()> {
        self.waiting.answered(id);
        self.send(&json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}))
    }

    fn notify(&mut self, method: &str, params: &Value) -> io::Result<()> {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}))
    }

    /// Asks to be told of files that passes read beside the Dockerfile.
    fn watch(&mut self) -> io::Result<()> {
        const FILES: &str = "**/{*compose*.yml,*compose*.yaml,docker-bake*.json,docker-bake*.hcl,dockfit.toml,\
            pyproject.toml,*.lock,requirements*.txt,package.json,.dockerignore,*.dockerignore}";
        let watchers = json!([{"globPattern": FILES}, {"globPattern": "**/.github/workflows/*.{yml,yaml}"}]);
        self.send(&json!({"jsonrpc": "2.0", "id": "dockfit/watch", "method": "client/registerCapability", "params": {
            "registrations": [{"id": "dockfit/watch", "method": "workspace/didChangeWatchedFiles",
                "registerOptions": {"watchers": watchers}}],
        }}))
    }

    fn send(&mut self, message: &Value) -> io::Result<()> {
        wire::write(&mut self.output, message)
    }
}
