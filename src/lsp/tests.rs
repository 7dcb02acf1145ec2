//! Conversations with a scripted client.

use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::{Ended, serve, wire};
use crate::args::Options;

/// What a client such as Visual Studio Code says that it can.
fn able() -> Value {
    json!({"capabilities": {
        "general": {"positionEncodings": ["utf-16"]},
        "workspace": {"workspaceEdit": {"documentChanges": true, "resourceOperations": ["create", "rename"],
            "changeAnnotationSupport": {"groupsOnLabel": true}}},
        "textDocument": {"codeAction": {"codeActionLiteralSupport": {}, "disabledSupport": true},
            "hover": {"contentFormat": ["markdown", "plaintext"]}},
    }})
}

fn request(id: u64, method: &str, params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

fn notification(method: &str, params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "method": method, "params": params})
}

fn opened(uri: &str, text: &str) -> Value {
    let document = json!({"uri": uri, "languageId": "dockerfile", "version": 1, "text": text});
    notification("textDocument/didOpen", &json!({"textDocument": document}))
}

fn changed(uri: &str, version: u64, changes: &Value) -> Value {
    let document = json!({"uri": uri, "version": version});
    notification("textDocument/didChange", &json!({"textDocument": document, "contentChanges": changes}))
}

/// The whole conversation: initialised with `client`, the messages, shut down; what the server said between, and how it
/// ended.
fn talk(client: &Value, messages: &[Value]) -> (Vec<Value>, Ended) {
    let mut input = Vec::new();
    let last = [request(998, "shutdown", &Value::Null), notification("exit", &Value::Null)];
    let first = [request(0, "initialize", client), notification("initialized", &json!({}))];
    for message in first.iter().chain(messages).chain(&last) {
        wire::write(&mut input, message).expect("written");
    }
    let (said, ended) = raw(input);
    (said, ended.expect("a conversation"))
}

fn raw(input: Vec<u8>) -> (Vec<Value>, std::io::Result<Ended>) {
    let mut output = Vec::new();
    let options = Options::default();
    let passes = dockfit_transforms::passes();
    let ended =
        serve(passes, &options, Some("https://docs.example/"), std::io::Cursor::new(input), &mut output);
    let mut said = Vec::new();
    let mut rest = output.as_slice();
    while let Ok(wire::Read::Message(message)) = wire::read(&mut rest) {
        said.push(message);
    }
    (said, ended)
}

fn result(said: &[Value], id: u64) -> &Value {
    said.iter().find(|message| message["id"] == id).expect("an answer")
}

fn uri(folder: &Path, name: &str) -> String {
    super::documents::uri_of(&folder.canonicalize().expect("a folder").join(name)).expect("a URI")
}

fn all_of(line: u32) -> Value {
    json!({"start": {"line": line, "character": 0}, "end": {"line": line, "character": 0}})
}

fn actions(id: u64, uri: &str, range: &Value, only: &[&str]) -> Value {
    let context = if only.is_empty() { json!({"diagnostics": []}) } else { json!({"only": only}) };
    let params = json!({"textDocument": {"uri": uri}, "range": range, "context": context});
    request(id, "textDocument/codeAction", &params)
}

/// `text` with the edits of an action to `uri` made by a client that counts in UTF-16.
fn edited(text: &str, action: &Value, uri: &str) -> String {
    let changes = action["edit"]["documentChanges"].as_array().expect("document changes");
    let change = changes.iter().find(|change| change["textDocument"]["uri"] == uri).expect("a change");
    let lines = super::position::Lines::new(text, super::position::Encoding::Utf16);
    let mut edits: Vec<(usize, usize, String)> = change["edits"]
        .as_array()
        .expect("edits")
        .iter()
        .map(|edit| {
            let range = serde_json::from_value(edit["range"].clone()).expect("a range");
            let span = lines.span(range);
            (span.start, span.end, edit["newText"].as_str().expect("a text").to_owned())
        })
        .collect();
    edits.sort();
    let mut out = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        out.replace_range(start..end, &new);
    }
    out
}

const EMOJI: &str = "FROM python:3.13-slim\r\n# 😀 naïve\r\nRUN pip install \"😀\" flask\r\n";

#[test]
fn a_quick_fix_makes_what_the_pass_makes_in_the_text_that_is_not_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("Dockerfile"), "FROM scratch\n").expect("a file");
    let uri = uri(folder.path(), "Dockerfile");
    let (said, ended) = talk(&able(), &[opened(&uri, EMOJI), actions(1, &uri, &all_of(2), &[])]);
    assert_eq!(ended, Ended::InOrder);
    let actions = result(&said, 1)["result"].as_array().expect("actions").clone();
    let fix = actions.iter().find(|action| {
        action["kind"] == "quickfix"
            && action["title"].as_str().expect("a title").contains("package-caches/mount")
    });
    let fix = fix.unwrap_or_else(|| panic!("no fix in {actions:#?}"));
    assert_eq!(
        edited(EMOJI, fix, &uri),
        EMOJI.replace(
            "RUN pip",
            "RUN --mount=type=cache,id=pip-python-3.13-slim,target=/root/.cache/pip \\\r\n    pip"
        )
    );
    assert_eq!(fix["isPreferred"], true);
    assert_eq!(fix["edit"]["documentChanges"][0]["textDocument"]["version"], 1);
    assert_eq!(fix["edit"]["changeAnnotations"]["dockfit"]["needsConfirmation"], false);
    assert_eq!(
        fix["diagnostics"][0]["codeDescription"]["href"],
        "https://docs.example/passes/package-caches.html"
    );
    let all = actions.iter().find(|action| action["kind"] == "source.fixAll.dockfit").expect("all passes");
    assert!(edited(EMOJI, all, &uri).contains("PIP_"), "{all}");
    assert!(edited(EMOJI, all, &uri).split_inclusive('\n').all(|line| line.ends_with("\r\n")));
}

#[test]
fn diagnostics_follow_the_text() {
    let folder = tempfile::tempdir().expect("a folder");
    let uri = uri(folder.path(), "Dockerfile");
    // The word stands behind an emoji: two code units.
    let text = "FROM python:3.13-slim\nRUN echo 😀 && pip install flask\n";
    let wait = actions(1, &uri, &all_of(0), &["source.organizeImports"]);
    let range = json!({"start": {"line": 1, "character": 15}, "end": {"line": 1, "character": 32}});
    let change = changed(&uri, 2, &json!([{"range": range, "text": "true"}]));
    let hover = |id, character| {
        let place = json!({"textDocument": {"uri": uri}, "position": {"line": 1, "character": character}});
        request(id, "textDocument/hover", &place)
    };
    let (said, _) = talk(&able(), &[opened(&uri, text), hover(2, 5), wait, change, hover(3, 5)]);
    let before = result(&said, 2)["result"]["contents"]["value"].as_str().expect("a hover");
    assert!(before.contains("`package-caches/mount` · would be applied · safe"), "{before}");
    let after = result(&said, 3)["result"].to_string();
    assert!(!after.contains("package-caches/mount"), "{after}");
    assert_eq!(result(&said, 1)["result"], json!([]));
}

/// A client that waits for diagnostics before it goes on.
struct Slow {
    parts: Vec<Vec<u8>>,
}

impl std::io::Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let Some(part) = self.parts.first_mut() else { return Ok(0) };
        if part.is_empty() {
            // Longer than the calm that diagnostics wait for, and than they take.
            std::thread::sleep(std::time::Duration::from_millis(2500));
            self.parts.remove(0);
            return self.read(buffer);
        }
        let count = part.len().min(buffer.len());
        buffer[..count].copy_from_slice(&part[..count]);
        part.drain(..count);
        Ok(count)
    }
}

#[test]
fn diagnostics_are_published_when_nothing_comes_in_and_taken_back_when_closed() {
    let folder = tempfile::tempdir().expect("a folder");
    let uri = uri(folder.path(), "Dockerfile");
    let mut first = Vec::new();
    let messages = [
        request(0, "initialize", &able()),
        opened(&uri, "FROM python:3.13-slim\nRUN echo 😀 && pip install flask\nCOPY\n"),
        changed(
            &uri,
            7,
            &json!([{"text": "FROM python:3.13-slim\nRUN echo 😀 && pip install flask\nUSER root\n"}]),
        ),
    ];
    for message in &messages {
        wire::write(&mut first, message).expect("written");
    }
    let mut second = Vec::new();
    let close = notification("textDocument/didClose", &json!({"textDocument": {"uri": uri}}));
    for message in [close, notification("exit", &Value::Null)] {
        wire::write(&mut second, &message).expect("written");
    }
    let mut output = Vec::new();
    let options = Options::default();
    let input = Slow { parts: vec![first, second] };
    let ended = serve(dockfit_transforms::passes(), &options, None, input, &mut output).expect("served");
    assert_eq!(ended, Ended::Early, "nobody asked to shut down");
    let mut said = Vec::new();
    let mut rest = output.as_slice();
    while let Ok(wire::Read::Message(message)) = wire::read(&mut rest) {
        said.push(message);
    }
    let published: Vec<&Value> =
        said.iter().filter(|it| it["method"] == "textDocument/publishDiagnostics").collect();
    assert_eq!(published.len(), 2, "of the last version only, and none of a closed file: {published:#?}");
    assert_eq!(published[0]["params"]["version"], 7);
    let found = published[0]["params"]["diagnostics"].as_array().expect("diagnostics");
    let mount = found.iter().find(|it| it["code"] == "package-caches/mount").expect("a diagnostic");
    let range = json!({"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 32}});
    assert_eq!((&mount["range"], &mount["severity"]), (&range, &json!(2)), "an emoji is two code units");
    assert_eq!(published[1]["params"]["diagnostics"], json!([]));
}

#[test]
fn files_are_made_only_where_the_client_can() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("main.py"), "print()\n").expect("a file");
    let uri = uri(folder.path(), "Dockerfile");
    let text = "FROM python:3.13-slim\nCOPY . /app\nCMD [\"python\", \"/app/main.py\"]\n";
    let ask = [opened(&uri, text), actions(1, &uri, &all_of(1), &["source.fixAll"])];
    let (said, _) = talk(&able(), &ask);
    let all = &result(&said, 1)["result"][0];
    let operations = all["edit"]["documentChanges"].as_array().expect("changes");
    assert!(operations.iter().any(|it| it["kind"] == "create"), "{all}");
    let mut unable = able();
    unable["capabilities"]["workspace"]["workspaceEdit"]["resourceOperations"] = json!([]);
    let (said, _) = talk(&unable, &ask);
    let all = &result(&said, 1)["result"][0];
    assert!(all["edit"].is_null() && all["disabled"]["reason"].is_string(), "{all}");
    let (said, _) = talk(&json!({"capabilities": {}}), &ask);
    assert_eq!(result(&said, 1)["result"], json!([]));
}

#[test]
fn another_open_file_is_read_in_the_place_of_the_one_on_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("main.py"), "print()\n").expect("a file");
    let text = "FROM python:3.13-slim\nCOPY . /app\nCMD [\"python\", \"/app/main.py\"]\n";
    let (uri, ignore) = (uri(folder.path(), "Dockerfile"), uri(folder.path(), ".dockerignore"));
    let other = json!({"uri": ignore, "languageId": "ignore", "version": 4, "text": "node_modules\n"});
    let other = notification("textDocument/didOpen", &json!({"textDocument": other}));
    let ask = actions(1, &uri, &all_of(1), &["source.fixAll"]);
    let (said, _) = talk(&able(), &[opened(&uri, text), other, ask]);
    let changes =
        result(&said, 1)["result"][0]["edit"]["documentChanges"].as_array().expect("changes").clone();
    let ignored = changes.iter().find(|it| it["textDocument"]["uri"] == ignore).expect("the ignore file");
    assert_eq!(ignored["textDocument"]["version"], 4, "the text that the editor has is edited");
}

#[test]
fn requests_are_withdrawn_and_unknown_ones_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let uri = uri(folder.path(), "Dockerfile");
    let cancel = notification("$/cancelRequest", &json!({"id": 5}));
    let (said, _) = talk(
        &able(),
        &[
            opened(&uri, EMOJI),
            // The reader notes the withdrawal long before the first of many requests is done.
            actions(1, &uri, &all_of(2), &[]),
            actions(2, &uri, &all_of(2), &[]),
            actions(5, &uri, &all_of(2), &[]),
            cancel,
            request(6, "textDocument/definition", &json!({})),
            request(7, "textDocument/hover", &json!({"textDocument": 3})),
            request(
                8,
                "textDocument/hover",
                &json!({"textDocument": {"uri": "file:///no"}, "position": {"line": 0, "character": 0}}),
            ),
            request(9, "initialize", &able()),
            notification("$/unknown", &json!({})),
        ],
    );
    assert_eq!(result(&said, 5)["error"]["code"], -32800);
    assert_eq!(result(&said, 6)["error"]["code"], -32601);
    assert_eq!(result(&said, 7)["error"]["code"], -32602);
    assert_eq!(result(&said, 8)["result"], Value::Null);
    assert_eq!(result(&said, 9)["error"]["code"], -32600);
    assert_eq!(result(&said, 998)["result"], Value::Null);
}

#[test]
fn no_input_ends_in_a_panic() {
    let mut input = Vec::new();
    let mut put = |value: &Value| wire::write(&mut input, value).expect("written");
    put(&request(1, "textDocument/hover", &json!({})));
    put(&json!([1, 2]));
    put(&json!({"id": {"a": 1}, "method": "initialize"}));
    put(&json!({"id": 2, "method": "initialize", "params": {"capabilities": 7}}));
    for uri in [
        "",
        "file:",
        "file:///%00",
        "file:///%ff/Dockerfile",
        "untitled:Dockerfile",
        "http://x/Dockerfile",
        "file://host/x/Dockerfile",
    ] {
        put(&opened(uri, "FROM a\nRUN pip install \u{202e}x\n"));
        let far = json!({"start": {"line": 4_294_967_295_u32, "character": 4_294_967_295_u32}, "end": {"line": 0, "character": 0}});
        put(&changed(uri, 2, &json!([{"range": far, "text": "x\r"}, {"range": far, "text": "\u{0}"}])));
        put(&actions(3, uri, &far, &[""]));
        put(&changed(uri, 3, &json!([{"range": {"start": {"line": -1}}, "text": 1}])));
    }
    put(&notification("textDocument/didClose", &json!({"textDocument": {"uri": "file:///never"}})));
    input.write_all(b"Content-Length: 2\r\n\r\n{]").expect("written");
    wire::write(&mut input, &request(4, "shutdown", &Value::Null)).expect("written");
    let (said, ended) = raw(input.clone());
    assert_eq!(ended.expect("the stream ends"), Ended::Early);
    assert_eq!(result(&said, 1)["error"]["code"], -32002, "initialize comes first");
    assert!(said.iter().any(|it| it["error"]["code"] == -32700));
    assert!(said.iter().all(|it| it["error"]["code"] != -32603), "{said:#?}");
    assert_eq!(result(&said, 4)["result"], Value::Null);
    input.extend_from_slice(b"no header\r\n\r\n");
    assert!(raw(input).1.is_err(), "it cannot be told where the next message begins");
}
