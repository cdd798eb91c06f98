//! Why a weights file was not loaded.

use std::io;

/// Why a weights file was not loaded. The file is untrusted: every way in which it can be wrong ends here.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The file or folder cannot be read.
    #[error("the weights cannot be read")]
    Read(#[source] io::Error),
    /// A folder must hold exactly one GGUF file.
    #[error("the folder of weights holds {found} .gguf files; give it exactly one, or name the file")]
    NotOneFile {
        /// How many there are.
        found: usize,
    },
    /// Other bytes than GGUF's magic.
    #[error("the weights are not a GGUF file: they do not start with `GGUF`")]
    NotGguf,
    /// A GGUF version that is not read.
    #[error("the weights are GGUF version {0}; versions 2 and 3 are read")]
    Version(u32),
    /// The file ends before what its header announces.
    #[error("the weights file is cut short: it ends within {0}")]
    Truncated(String),
    /// The header contradicts itself, the format, or a limit.
    #[error("the weights file is damaged: {0}")]
    Malformed(String),
    /// Metadata that is needed and not there, or of another type.
    #[error("the weights file lacks the metadata `{0}`, or holds it in another type")]
    MissingMetadata(String),
    /// A tensor that is needed and not there.
    #[error("the weights file lacks the tensor `{0}`")]
    MissingTensor(String),
    /// A tensor whose shape contradicts the metadata.
    #[error("the tensor `{name}` has the shape {found:?}; the metadata ask for {expected:?}")]
    Shape {
        /// The tensor's name.
        name: String,
        /// The shape in the file, rows first.
        found: Vec<usize>,
        /// The shape that the metadata ask for, rows first.
        expected: Vec<usize>,
    },
    /// A well-formed file that this engine cannot run.
    #[error(
        "the weights file needs {0}, which this runtime does not support; serve it with --runtime instead"
    )]
    Unsupported(String),
    /// The chat template does not parse.
    #[error("the weights file's chat template cannot be used: {0}")]
    Template(String),
    /// The worker threads cannot be started.
    #[error("the worker threads cannot be started: {0}")]
    Threads(String),
}
