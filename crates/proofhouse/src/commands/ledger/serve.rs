//! `proofhouse ledger serve`: a log's public half as static files, and a witness, on this machine only.
//!
//! To the outside speaks a web server: it hosts the same files by itself, and can pass `/add-checkpoint` on.

use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use ledger::log::{FolderSource, PosixObjects};
use ledger::public::CHARTER_NAME;
use ledger::tiles::{CHECKPOINT, TileId, TileSource as _};
use ledger::witness::{MAX_REQUEST_BYTES, Witness, WitnessError};
use types::Clock as _;

use super::{arguments, public_half, witness};
use crate::say;
use crate::shell::{Failure, SystemClock};

/// Requests at once that wait for the disk.
const MAX_AT_ONCE: usize = 16;

#[derive(Clone)]
struct Served {
    log: Option<FolderSource>,
    witness: Option<Arc<Witness<PosixObjects>>>,
    clock: Arc<SystemClock>,
}

pub fn run(arguments: &arguments::Serve) -> Result<ExitCode, Failure> {
    if !arguments.listen.ip().is_loopback() {
        return Err(Failure::usage(
            "--listen takes a loopback address, such as 127.0.0.1:8417; let a web server speak to others",
        ));
    }
    let log = arguments.log.as_deref().map(log_source).transpose()?;
    let witness = arguments.witness.as_ref().map(|folder| witness::open(folder)).transpose()?.map(Arc::new);
    let served = Served { log, witness, clock: Arc::new(SystemClock::after(None)) };
    let failed = |error: std::io::Error| {
        Failure::record(format!("{} cannot be listened to: {error}", arguments.listen))
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(MAX_AT_ONCE)
        .build()
        .map_err(failed)?;
    let ended: Result<(), std::io::Error> = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
        say!("http://{}/", listener.local_addr()?);
        axum::serve(listener, router(served)).await
    });
    ended.map_err(failed)?;
    Ok(ExitCode::SUCCESS)
}

fn log_source(folder: &std::path::Path) -> Result<FolderSource, Failure> {
    let source = public_half(folder);
    super::published(&source, &folder.display().to_string())?;
    Ok(source)
}

fn router(served: Served) -> Router {
    Router::new()
        .route("/{*name}", get(file))
        .route("/add-checkpoint", post(add_checkpoint))
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .with_state(served)
}

async fn file(State(served): State<Served>, Path(name): Path<String>) -> Response {
    // Only what can be a log's is looked for: no other file of the folder is there for anybody.
    let (kind, caching) = if is_note(&name) {
        ("text/plain; charset=utf-8", "no-cache")
    } else if name.parse::<TileId>().is_ok() {
        ("application/octet-stream", "public, max-age=31536000, immutable")
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Some(source) = served.log else { return StatusCode::NOT_FOUND.into_response() };
    match tokio::task::spawn_blocking(move || source.fetch(&name)).await {
        Ok(Ok(Some(bytes))) => {
            ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, caching)], bytes).into_response()
        }
        Ok(Ok(None)) => StatusCode::NOT_FOUND.into_response(),
        Ok(Err(_)) | Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Whether `name` is that of a note which a log shows beside its tiles.
fn is_note(name: &str) -> bool {
    let numbered = |number: &str| number.parse::<u64>().is_ok_and(|read| read.to_string() == number);
    match name.split_once('/') {
        None => name == CHECKPOINT || name == CHARTER_NAME,
        Some(("rotation" | "aggregate", number)) => numbered(number),
        Some(_) => false,
    }
}

async fn add_checkpoint(State(served): State<Served>, body: Bytes) -> Response {
    let (Some(witness), clock) = (served.witness, served.clock) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let asked = tokio::task::spawn_blocking(move || witness.add_checkpoint(&body, clock.now())).await;
    let Ok(outcome) = asked else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    match outcome {
        Ok(line) => {
            ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{line}\n")).into_response()
        }
        Err(error) => refused(&error),
    }
}

fn refused(error: &WitnessError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let size = match error {
        WitnessError::Refused(refusal) => refusal.conflict(),
        WitnessError::Object(_)
        | WitnessError::Damaged(_)
        | WitnessError::Time { .. }
        | WitnessError::Known(_)
        | WitnessError::Rotation(_) => None,
    };
    match size {
        Some(size) => {
            (status, [(header::CONTENT_TYPE, "text/x.tlog.size")], format!("{size}\n")).into_response()
        }
        None => (status, format!("{}\n", report::inert(&error.to_string()))).into_response(),
    }
}
