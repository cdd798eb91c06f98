//! `runtime::run` before it serves: what it is given must be one weights file and a free place for a socket.

use std::path::Path;

use runtime::engine::EngineError;
use runtime::{RuntimeError, run};

fn served(weights: &Path) -> Result<(), RuntimeError> {
    run(weights, &weights.with_extension("socket"), 1)
}

#[test]
fn weights_that_are_not_there_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        served(&folder.path().join("none.gguf")),
        Err(RuntimeError::Load(EngineError::Read(_)))
    ));
}

#[test]
fn a_folder_must_hold_exactly_one_weights_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("README"), "").unwrap();
    assert!(matches!(served(folder.path()), Err(RuntimeError::Load(EngineError::NotOneFile { found: 0 }))));
    std::fs::write(folder.path().join("a.gguf"), "").unwrap();
    assert!(matches!(served(folder.path()), Err(RuntimeError::Load(EngineError::NotGguf))));
    std::fs::write(folder.path().join("b.GGUF"), "").unwrap();
    assert!(matches!(served(folder.path()), Err(RuntimeError::Load(EngineError::NotOneFile { found: 2 }))));
}

#[test]
fn no_socket_is_made_for_weights_that_do_not_load() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    std::fs::write(folder.path().join("a.gguf"), "GGUF and nothing else").unwrap();
    assert!(run(folder.path(), &socket, 1).is_err());
    assert!(!socket.exists());
}
