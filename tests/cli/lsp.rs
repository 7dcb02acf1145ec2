//! `dockfit lsp` as an editor starts it: a process with pipes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::dockfit;

fn message(value: &Value) -> Vec<u8> {
    let body = value.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn next(from: &mut BufReader<ChildStdout>) -> Value {
    let mut length = 0;
    loop {
        let mut line = String::new();
        from.read_line(&mut line).expect("a header");
        match line.trim_end().strip_prefix("Content-Length: ") {
            Some(digits) => length = digits.parse().expect("a number"),
            None if line == "\r\n" => break,
            None => panic!("{line:?} is no header"),
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).expect("a body");
    serde_json::from_slice(&body).expect("JSON")
}

#[test]
fn an_editor_gets_diagnostics_as_it_types_and_follows_a_rename() {
    let folder = tempfile::tempdir().expect("a folder");
    let real = folder.path().canonicalize().expect("a folder");
    let uri = |name: &str| url::Url::from_file_path(real.join(name)).expect("a path").to_string();
    let mut child = dockfit()
        .args(["lsp", "--stdio", "--only", "healthcheck"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("a pipe");
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut say = |value: Value| {
        input.write_all(&message(&value)).expect("written");
        input.flush().expect("written");
    };
    let open = |name: &str, text: &str| {
        json!({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument":
            {"uri": uri(name), "languageId": "dockerfile", "version": 1, "text": text}}})
    };
    say(json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params":
        {"capabilities": {"general": {"positionEncodings": ["utf-8", "utf-16"]}}}}));
    assert_eq!(next(&mut output)["result"]["capabilities"]["positionEncoding"], "utf-8");
    say(json!({"jsonrpc": "2.0", "method": "initialized", "params": {}}));
    let text = "FROM a\nHEALTHCHECK CMD [\"true\"]\n";
    say(open("Dockerfile", text));
    let published = next(&mut output);
    assert_eq!(published["params"]["uri"], uri("Dockerfile"));
    let codes: Vec<&Value> =
        published["params"]["diagnostics"].as_array().expect("a list").iter().map(|it| &it["code"]).collect();
    assert_eq!(codes, ["healthcheck/timeout", "healthcheck/start-period"], "as the options select");
    // An editor renames a file by closing and opening it.
    say(json!({"jsonrpc": "2.0", "method": "textDocument/didClose", "params":
        {"textDocument": {"uri": uri("Dockerfile")}}}));
    let gone = next(&mut output);
    assert_eq!(
        (&gone["params"]["uri"], &gone["params"]["diagnostics"]),
        (&json!(uri("Dockerfile")), &json!([]))
    );
    say(open("web.Dockerfile", text));
    say(json!({"jsonrpc": "2.0", "method": "workspace/didRenameFiles", "params":
        {"files": [{"oldUri": uri("Dockerfile"), "newUri": uri("web.Dockerfile")}]}}));
    let renamed = next(&mut output);
    assert_eq!(renamed["params"]["uri"], uri("web.Dockerfile"));
    assert_eq!(renamed["params"]["diagnostics"].as_array().map(Vec::len), Some(2));
    say(json!({"jsonrpc": "2.0", "id": "last", "method": "shutdown"}));
    let last = next(&mut output);
    assert_eq!((&last["id"], &last["result"]), (&json!("last"), &Value::Null));
    say(json!({"jsonrpc": "2.0", "method": "exit"}));
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn what_is_no_client_gets_an_error_and_a_wrong_name_as_well() {
    let mut child = dockfit()
        .arg("lsp")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(b"GET / HTTP/1.1\r\n\r\n").expect("written");
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && said.contains("the client sends no messages"), "{said}");
    let (code, _, said) = crate::run(dockfit().args(["lsp", "--only", "no-such-pass"]).stdin(Stdio::null()));
    assert!(code == Some(2) && said.contains("no-such-pass"), "{said}");
}
