//! The protocol over a real Unix socket.

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use serde_json::{Value, json};
use tempfile::TempDir;
use types::chat::{ChatRequest, ChatResponse, Choice, Message, Role};

use super::{Awaited, Complete, CompleteError, Stop, serve_until, stopper};

/// Says back what was said last, or fails in the way that it asks for.
struct Echo;

impl Complete for Echo {
    fn complete(&self, request: &ChatRequest) -> Result<ChatResponse, CompleteError> {
        let said = request.messages.last().and_then(|message| message.content.clone()).unwrap();
        match said.as_str() {
            "too long" => Err(CompleteError::ContextLength { prompt_tokens: 9, context_tokens: 8 }),
            "tools" => Err(CompleteError::ToolsUnsupported("no tools".to_owned())),
            "broken" => Err(CompleteError::Failed("it broke".to_owned())),
            "panic" => panic!("as asked"),
            _ => Ok(ChatResponse {
                id: String::new(),
                model: String::new(),
                choices: vec![Choice {
                    index: 0,
                    message: Message::text(Role::Assistant, format!("{said} {:?}", request.max_tokens)),
                    finish_reason: Some("stop".to_owned()),
                }],
                usage: None,
            }),
        }
    }

    fn model(&self) -> &str {
        "echo"
    }

    fn notes(&self) -> Vec<String> {
        vec!["it says back what was said".to_owned()]
    }
}

struct Server {
    path: PathBuf,
    stop: Stop,
    thread: JoinHandle<std::io::Result<()>>,
    _folder: TempDir,
}

fn started() -> Server {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    let (stop, stopped) = stopper();
    let thread = std::thread::spawn(move || serve_until(listener, Arc::new(Echo), stopped));
    Server { path, stop, thread, _folder: folder }
}

fn sent(path: &Path, method: &str, target: &str, body: &[u8]) -> (u16, Value) {
    let mut stream = UnixStream::connect(path).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
    )
    .unwrap();
    // The server may answer, and close, before it has read a body that is too long.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
}

fn asked(server: &Server, body: &Value) -> (u16, Value) {
    sent(&server.path, "POST", "/v1/chat/completions", body.to_string().as_bytes())
}

fn saying(text: &str) -> Value {
    json!({"model": "any", "messages": [{"role": "user", "content": text}]})
}

#[test]
fn a_conversation_is_answered_in_the_protocols_shape() {
    let server = started();
    let (status, answer) = asked(&server, &saying("hello"));
    assert_eq!(status, 200);
    assert_eq!(answer["object"], "chat.completion");
    assert_eq!(answer["model"], "echo");
    assert_eq!(answer["choices"][0]["message"]["content"], "hello None");
    assert_eq!(answer["choices"][0]["finish_reason"], "stop");
    serde_json::from_value::<ChatResponse>(answer).unwrap();
}

#[test]
fn the_model_and_its_notes_are_listed() {
    let server = started();
    let (status, models) = sent(&server.path, "GET", "/v1/models", b"");
    assert_eq!((status, &models["data"][0]["id"]), (200, &json!("echo")));
    assert_eq!(models["data"][0]["notes"], json!(["it says back what was said"]));
    assert_eq!(sent(&server.path, "GET", "/health", b"").0, 200);
}

#[test]
fn the_newer_name_of_the_token_limit_is_understood() {
    let mut body = saying("hello");
    body["max_completion_tokens"] = json!(7);
    assert_eq!(asked(&started(), &body).1["choices"][0]["message"]["content"], "hello Some(7)");
}

#[test]
fn every_failure_has_its_status_and_code() {
    let server = started();
    let with = |name: &str, value: Value| {
        let mut body = saying("hello");
        body[name] = value;
        body
    };
    for (body, status, code) in [
        (saying("too long"), 400, "context_length_exceeded"),
        (saying("tools"), 400, "tools_unsupported"),
        (saying("broken"), 500, "completion_failed"),
        (saying("panic"), 500, "completion_failed"),
        (with("stream", json!(true)), 400, "stream_unsupported"),
        (with("n", json!(2)), 400, "unsupported_parameter"),
        (with("top_p", json!(0.5)), 400, "unsupported_parameter"),
        (with("stop", json!("x")), 400, "unsupported_parameter"),
        (with("temperature", json!(-1)), 400, "invalid_request"),
        (with("max_tokens", json!(0)), 400, "invalid_request"),
        (with("messages", json!([])), 400, "invalid_request"),
        (with("messages", json!("hello")), 400, "invalid_request"),
        (json!([1]), 400, "invalid_request"),
    ] {
        let (found, answer) = asked(&server, &body);
        assert_eq!((found, &answer["error"]["code"]), (status, &json!(code)), "{body}");
        assert!(answer["error"]["message"].is_string() && answer["error"]["type"].is_string(), "{answer}");
    }
}

#[test]
fn parameters_that_change_nothing_are_accepted() {
    let mut body = saying("hello");
    for (name, value) in
        [("n", json!(1)), ("top_p", json!(1)), ("stream", json!(false)), ("stop", Value::Null)]
    {
        body[name] = value;
    }
    assert_eq!(asked(&started(), &body).0, 200);
}

#[test]
fn paths_methods_and_bodies_that_are_not_served_are_named() {
    let server = started();
    for (method, target, body, status, code) in [
        ("GET", "/", &b""[..], 404, "not_found"),
        ("GET", "/v1/chat/completions", b"", 405, "method_not_allowed"),
        ("POST", "/v1/chat/completions", b"{", 400, "invalid_json"),
        ("POST", "/v1/chat/completions", b"\xff", 400, "invalid_json"),
        ("POST", "/v1/chat/completions", &vec![b' '; 9 << 20], 413, "invalid_body"),
    ] {
        let (found, answer) = sent(&server.path, method, target, body);
        assert_eq!((found, &answer["error"]["code"]), (status, &json!(code)), "{method} {target}");
    }
}

#[test]
fn a_stopped_server_ends_and_takes_no_more() {
    let server = started();
    assert_eq!(asked(&server, &saying("hello")).0, 200);
    server.stop.stop();
    server.thread.join().unwrap().unwrap();
    assert!(UnixStream::connect(&server.path).is_err());
}

/// Works until nobody waits any more, and says so.
struct Endless(std::sync::mpsc::SyncSender<()>);

impl Complete for Endless {
    fn complete(&self, _request: &ChatRequest) -> Result<ChatResponse, CompleteError> {
        Err(CompleteError::Failed("only an awaited answer is worked on".to_owned()))
    }

    fn complete_for(&self, _request: &ChatRequest, awaited: &Awaited) -> Result<ChatResponse, CompleteError> {
        self.0.send(()).unwrap();
        while awaited.still() {
            std::thread::yield_now();
        }
        self.0.send(()).unwrap();
        Err(CompleteError::Abandoned)
    }

    fn model(&self) -> &str {
        "endless"
    }
}

#[test]
fn a_client_that_hangs_up_ends_the_work_on_its_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    let (worked, works) = std::sync::mpsc::sync_channel(0);
    let (_stop, stopped) = stopper();
    std::thread::spawn(move || serve_until(listener, Arc::new(Endless(worked)), stopped));
    let mut client = UnixStream::connect(&path).unwrap();
    let body = r#"{"model":"m","messages":[{"role":"user","content":"go on"}]}"#;
    let head = "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json";
    write!(client, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    works.recv().unwrap();
    drop(client);
    works.recv().expect("the work ends");
}
