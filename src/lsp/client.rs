//! What the client can do, as it says at the start. What it does not say, it cannot.

use serde_json::Value;

use super::position::Encoding;

/// The abilities that make a difference here.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "abilities are independent of each other")]
pub(super) struct Client {
    pub(super) encoding: Encoding,
    /// It takes edits of documents by their version.
    pub(super) versions: bool,
    /// It makes files.
    pub(super) creates: bool,
    /// It shows what an edit is for, and asks where that is wanted.
    pub(super) annotates: bool,
    /// It shows actions that cannot be taken, and why.
    pub(super) shows_disabled: bool,
    /// It takes code actions with their edits, not only commands.
    pub(super) takes_actions: bool,
    /// It shows markdown.
    pub(super) markdown: bool,
    /// It can be asked to watch files.
    pub(super) watches: bool,
}

impl Client {
    pub(super) fn of(params: &Value) -> Self {
        let at = |path: &str| params.pointer(&format!("/capabilities/{path}"));
        let can = |path: &str| at(path).and_then(Value::as_bool).unwrap_or(false);
        let lists = |path: &str, word: &str| {
            let words = at(path).and_then(Value::as_array);
            words.is_some_and(|words| words.iter().any(|found| found == word))
        };
        let versions = can("workspace/workspaceEdit/documentChanges");
        let encoding = if lists("general/positionEncodings", Encoding::Utf8.name()) {
            Encoding::Utf8
        } else {
            Encoding::Utf16
        };
        Self {
            encoding,
            versions,
            creates: versions && lists("workspace/workspaceEdit/resourceOperations", "create"),
            annotates: versions && at("workspace/workspaceEdit/changeAnnotationSupport").is_some(),
            shows_disabled: can("textDocument/codeAction/disabledSupport"),
            takes_actions: at("textDocument/codeAction/codeActionLiteralSupport").is_some(),
            markdown: lists("textDocument/hover/contentFormat", "markdown"),
            watches: can("workspace/didChangeWatchedFiles/dynamicRegistration"),
        }
    }
}
