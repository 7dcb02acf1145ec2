//! What a client may ask for.

use serde::Deserialize;
use serde_json::{Value, json};

use super::actions::Actions;
use super::hover;
use super::position::{Lines, Position, Range};
use super::server::Server;

/// Why a request has no result.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: i32,
    pub(super) message: String,
}

impl Failure {
    // Codes of JSON-RPC 2.0 and of the protocol.
    pub(super) const PARSE: i32 = -32700;
    pub(super) const INVALID_REQUEST: i32 = -32600;
    const METHOD_NOT_FOUND: i32 = -32601;
    const INVALID_PARAMS: i32 = -32602;
    pub(super) const INTERNAL: i32 = -32603;
    pub(super) const NOT_INITIALIZED: i32 = -32002;
    pub(super) const CANCELLED: i32 = -32800;

    pub(super) fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// As the error of an answer.
    pub(super) fn withdrawn() -> Value {
        json!({"code": Self::CANCELLED, "message": "the request was withdrawn"})
    }
}

#[derive(Deserialize)]
struct Document {
    uri: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HoverParams {
    text_document: Document,
    position: Position,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ActionParams {
    text_document: Document,
    range: Range,
    #[serde(default)]
    context: ActionContext,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ActionContext {
    only: Option<Vec<String>>,
}

impl Server<'_> {
    /// What the server can do, for a client that said what it can.
    pub(super) fn capabilities(&self) -> Value {
        let mut capabilities = json!({
            "positionEncoding": self.client.encoding.name(),
            "textDocumentSync": {"openClose": true, "change": 2, "save": {"includeText": false}},
            "hoverProvider": true,
            "workspace": {"fileOperations": {"didRename": {"filters": [{"pattern": {"glob": "**/*"}}]}}},
        });
        if self.client.takes_actions {
            let kinds = ["quickfix", "refactor.rewrite.dockfit", "source.fixAll.dockfit"];
            capabilities["codeActionProvider"] = json!({"codeActionKinds": kinds});
        }
        let info = json!({"name": "dockfit", "version": env!("CARGO_PKG_VERSION")});
        json!({"capabilities": capabilities, "serverInfo": info})
    }

    /// The result of a request.
    pub(super) fn answer(&mut self, method: &str, params: &Value) -> Result<Value, Failure> {
        match method {
            "textDocument/hover" => self.hover(read(params)?),
            "textDocument/codeAction" => self.actions(read(params)?),
            _ => Err(Failure::new(Failure::METHOD_NOT_FOUND, format!("there is no method {method}"))),
        }
    }

    #[allow(clippy::unnecessary_wraps, reason = "as the other requests")]
    fn hover(&mut self, params: HoverParams) -> Result<Value, Failure> {
        let uri = params.text_document.uri;
        self.analyse(&uri);
        let (Some(open), Some(analysis)) = (self.documents.open.get(&uri), self.analysis(&uri)) else {
            return Ok(Value::Null);
        };
        let lines = Lines::new(&open.text, self.client.encoding);
        let offset = lines.offset(params.position);
        Ok(hover::at(analysis, offset, &lines, self.client.markdown))
    }

    #[allow(clippy::unnecessary_wraps, reason = "as the other requests")]
    fn actions(&mut self, params: ActionParams) -> Result<Value, Failure> {
        let uri = params.text_document.uri;
        self.analyse(&uri);
        let (Some(open), Some(analysis)) = (self.documents.open.get(&uri), self.analysis(&uri)) else {
            return Ok(json!([]));
        };
        let span = Lines::new(&open.text, self.client.encoding).span(params.range);
        let actions = Actions {
            analysis,
            open,
            documents: &self.documents,
            client: &self.client,
            wanted: &self.wanted,
            book: self.book,
        };
        Ok(json!(actions.at(span, params.context.only.as_deref())))
    }
}

fn read<'a, T: Deserialize<'a>>(params: &'a Value) -> Result<T, Failure> {
    T::deserialize(params).map_err(|error| Failure::new(Failure::INVALID_PARAMS, error.to_string()))
}
