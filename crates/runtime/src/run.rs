//! Loads weights and serves them.

use std::io;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::{Engine, EngineError};
use crate::server::serve;

/// Why a model is not served.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The weights were not loaded; the sentence is the engine's own.
    #[error(transparent)]
    Load(#[from] EngineError),
    /// The socket cannot be made.
    #[error("the socket {} cannot be made", .path.display())]
    Bind {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The server broke off.
    #[error("the server broke off")]
    Serve(#[source] io::Error),
}

/// Loads `weights`, a GGUF file or a folder with exactly one, and serves it on a new Unix socket at `socket`
/// until the process is killed. The socket is there only once the model is loaded: whoever can connect is served.
///
/// # Errors
/// [`RuntimeError`], when the weights cannot be loaded or the socket cannot be made.
pub fn run(weights: &Path, socket: &Path, threads: usize) -> Result<(), RuntimeError> {
    let engine = Engine::load(&weights_file(weights)?, threads)?;
    let listener = UnixListener::bind(socket)
        .map_err(|source| RuntimeError::Bind { path: socket.to_owned(), source })?;
    serve(listener, Arc::new(engine)).map_err(RuntimeError::Serve)
}

/// The one GGUF file that `weights` is or holds.
fn weights_file(weights: &Path) -> Result<PathBuf, EngineError> {
    if !weights.is_dir() {
        return Ok(weights.to_owned());
    }
    let mut found = Vec::new();
    for entry in weights.read_dir().map_err(EngineError::Read)? {
        let path = entry.map_err(EngineError::Read)?.path();
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gguf")) {
            found.push(path);
        }
    }
    match <[PathBuf; 1]>::try_from(found) {
        Ok([path]) => Ok(path),
        Err(found) => Err(EngineError::NotOneFile { found: found.len() }),
    }
}
