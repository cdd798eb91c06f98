//! The routes, and the way from a request to the completer and back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use types::chat::ChatResponse;

use super::error::ApiError;
use super::{Awaited, Complete, WAITING_MAX, Waiting, request};

/// The longest request body. Far above any context (8 MiB of text are some two million tokens), and small
/// enough that [`WAITING_MAX`] of them fit in memory.
const BODY_MAX_BYTES: usize = 8 << 20;

#[derive(Clone)]
struct Served {
    completer: Arc<dyn Complete>,
    waiting: Arc<Semaphore>,
    answered: Arc<AtomicU64>,
}

/// The protocol's routes before `completer`.
pub(super) fn router(completer: Arc<dyn Complete>) -> Router {
    let served =
        Served { completer, waiting: Arc::new(Semaphore::new(WAITING_MAX)), answered: Arc::default() };
    Router::new()
        .route("/v1/chat/completions", post(complete))
        .route("/v1/models", get(models))
        .route("/health", get(async || Json(json!({"status": "ok"}))))
        .fallback(async || error(StatusCode::NOT_FOUND, "not_found", "no such path"))
        .method_not_allowed_fallback(async || {
            error(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "the path takes another method")
        })
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .with_state(served)
}

fn error(status: StatusCode, code: &'static str, message: &str) -> ApiError {
    ApiError { status, code, message: message.to_owned() }
}

async fn models(State(served): State<Served>) -> Json<Value> {
    let model = json!({
        "id": served.completer.model(),
        "object": "model",
        "owned_by": "proofhouse",
        "notes": served.completer.notes(),
    });
    Json(json!({"object": "list", "data": [model]}))
}

async fn complete(
    State(served): State<Served>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, ApiError> {
    let body = body.map_err(|rejection| {
        error(
            rejection.status(),
            "invalid_body",
            &format!("the body was not read: {}", rejection.body_text()),
        )
    })?;
    let request = request::parse(&body)?;
    drop(body);
    let place = Arc::clone(&served.waiting).try_acquire_owned().map_err(|_| {
        let message = format!("{WAITING_MAX} requests are waiting already: send fewer at a time");
        ApiError { status: StatusCode::SERVICE_UNAVAILABLE, code: "busy", message }
    })?;
    let completer = Arc::clone(&served.completer);
    let awaited = Awaited::default();
    let waiting = Waiting(awaited.clone());
    let completion = tokio::task::spawn_blocking(move || {
        let answer = completer.complete_for(&request, &awaited);
        drop(place);
        answer
    });
    let answer = completion.await.map_err(|_| ApiError::failed("the completion broke off"))??;
    drop(waiting);
    let number = served.answered.fetch_add(1, Ordering::Relaxed);
    envelope(answer, served.completer.model(), number).map(Json)
}

/// The answer with the fields that the protocol wants around it.
fn envelope(mut answer: ChatResponse, model: &str, number: u64) -> Result<Value, ApiError> {
    if answer.id.is_empty() {
        answer.id = format!("chatcmpl-{number}");
    }
    if answer.model.is_empty() {
        model.clone_into(&mut answer.model);
    }
    let mut value = serde_json::to_value(answer)
        .map_err(|error| ApiError::failed(format!("the answer cannot be written: {error}")))?;
    value["object"] = json!("chat.completion");
    value["created"] = json!(unix_seconds());
    Ok(value)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the protocol wants the time of an answer; nothing decides by it"
)]
fn unix_seconds() -> u64 {
    // A clock before 1970 is shown as 1970.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs())
}
