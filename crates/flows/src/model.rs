//! The model under review: taken in, started, and asked over one protocol, whatever it is.

use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use chamber::{Host, Limits, ServeError, ServeSpec, Served};
use range::agent::{AttemptError, ToolStyle};
use range::chat::{Address, Ask, Cancel, ChatError, Client, Patience};
use range::suite::Suite;
use runtime::server::{self, Stop};
use seal::Manifest;
use types::chat::{ChatRequest, Message, Role};
use types::transcript::ProbeCheck;
use types::{Digest, Secret};

use crate::error::FlowError;
use crate::plan::PlannedModel;
use crate::progress::{Progress, Step};
use crate::scripted::{Script, ScriptedAgent};
use crate::summary::EndpointProbe;

/// What is to be reviewed, as the operator names it.
#[derive(Debug, Clone)]
pub enum Source {
    /// A weights file or folder.
    Weights {
        /// Where it lies.
        path: PathBuf,
        /// The command that serves it, where it is not the house's own runtime.
        runtime: Option<String>,
    },
    /// An endpoint that someone hosts.
    Endpoint {
        /// Its base address.
        base: String,
        /// The model string to ask for.
        model: String,
        /// Its key.
        key: Option<Secret>,
    },
    /// A scripted reference agent.
    Script(Script),
}

/// A model that has been taken in: named, and not yet started.
pub struct Taken {
    /// What the plan says of it.
    pub planned: PlannedModel,
    /// Its files, where it has some.
    pub manifest: Option<Manifest>,
}

/// A model that answers.
pub struct Running {
    /// The connection.
    pub client: Client,
    /// Its name in requests.
    pub name: String,
    /// How it asks for commands.
    pub style: ToolStyle,
    alive: Alive,
}

/// What lives for as long as the model must answer; dropping it ends the model.
enum Alive {
    Elsewhere,
    Chamber(Box<Served>),
    Script { _stop: Stop },
}

/// A model that was not started, because the probe found a way out of its chamber.
pub(crate) struct NotContained {
    /// The first check that went through.
    pub(crate) open: String,
    /// What came of every check.
    pub(crate) checks: Vec<ProbeCheck>,
}

/// A big model takes minutes to load.
const READY_WITHIN: Duration = Duration::from_secs(600);
/// A served model may use what the machine has, within these.
const RUNTIME_PIDS: u32 = 1024;
/// The runtime writes nothing of size.
const RUNTIME_DISK_BYTES: u64 = 64 << 20;
/// Weights are mapped; what a runtime needs besides is a few times their size at worst.
const RUNTIME_MEMORY_PER_WEIGHT: u64 = 8;
const RUNTIME_MEMORY_LEAST_BYTES: u64 = 2 << 30;

impl NotContained {
    /// The error that stops everything.
    pub(crate) fn error(self) -> AttemptError {
        AttemptError::NotContained(self.open)
    }
}

impl Running {
    /// What the probe found in the model's own chamber, where it has one.
    pub(crate) fn checks(&self) -> Option<&[ProbeCheck]> {
        match &self.alive {
            Alive::Chamber(served) => Some(served.checks()),
            Alive::Elsewhere | Alive::Script { .. } => None,
        }
    }

    /// How the model's runtime ended, if it did.
    pub fn ended(&mut self) -> Option<String> {
        match &mut self.alive {
            Alive::Chamber(served) => served.ended().map(|end| end.tail),
            Alive::Elsewhere | Alive::Script { .. } => None,
        }
    }
}

/// Fixed prompts that an endpoint is asked at the start and at the end of a run. They touch no item.
const PROBE_PROMPTS: [&str; 3] = [
    "Reply with the word blue and nothing else.",
    "What is 17 times 23? Reply with the number only.",
    "Name three prime numbers above 100.",
];
const PROBE_MAX_TOKENS: u32 = 48;
/// What is kept of the name that an endpoint gives itself.
const MODEL_STRING_MAX_CHARS: usize = 200;

impl Source {
    /// Takes the model in: every file is hashed before anything reads it.
    pub(crate) fn take(&self, progress: &mut dyn Progress) -> Result<Taken, FlowError> {
        Ok(match self {
            Self::Weights { path, runtime } => {
                let mut sealing =
                    |done, total| progress.step(Step::Sealing { what: "the model", done, total });
                let manifest = seal::take(path, &mut sealing)?;
                let planned = PlannedModel::Weights {
                    name: manifest.name().to_owned(),
                    manifest: manifest.identity(),
                    files: manifest.files().len() as u64,
                    size_bytes: manifest.files().iter().map(|file| file.size_bytes).sum(),
                    runtime: runtime.clone().unwrap_or_else(|| "proofhouse runtime".to_owned()),
                };
                Taken { planned, manifest: Some(manifest) }
            }
            Self::Endpoint { base, model, .. } => {
                let planned = PlannedModel::Claimed { endpoint: base.clone(), model: model.clone() };
                Taken { planned, manifest: None }
            }
            Self::Script(script) => {
                Taken { planned: PlannedModel::Script { name: script.to_string() }, manifest: None }
            }
        })
    }

    /// Starts the model, or connects to it.
    pub(crate) fn start(&self, host: &Host, suite: &Suite, program: &Path) -> Result<Running, FlowError> {
        Ok(self.start_contained(host, suite, program)?.map_err(NotContained::error)?)
    }

    /// Does the same. The inner error is a chamber that does not contain, to be put on record.
    pub(crate) fn start_contained(
        &self,
        host: &Host,
        suite: &Suite,
        program: &Path,
    ) -> Result<Result<Running, NotContained>, FlowError> {
        match self {
            Self::Weights { path, runtime } => start_weights(host, path, runtime.as_deref(), program),
            Self::Endpoint { base, model, key } => Ok(Ok(Running {
                client: Client::new(Address::Url { base: base.clone(), key: key.clone() }),
                name: model.clone(),
                style: ToolStyle::Native,
                alive: Alive::Elsewhere,
            })),
            Self::Script(script) => start_script(*script, suite, host).map(Ok),
        }
    }
}

fn start_weights(
    host: &Host,
    path: &Path,
    runtime: Option<&str>,
    program: &Path,
) -> Result<Result<Running, NotContained>, FlowError> {
    let (command, read_only) = match runtime {
        None => {
            let words = ["runtime", "{weights}", "--socket", "{socket}"].map(str::to_owned);
            let command = std::iter::once(program.to_string_lossy().into_owned()).chain(words).collect();
            (command, vec![program.to_owned()])
        }
        Some(line) => (shlex::split(line).unwrap_or_default(), Vec::new()),
    };
    if command.is_empty()
        || !command.iter().any(|word: &String| word.contains("{socket}") || word.contains("{port}"))
    {
        let usage = "--runtime takes a command with {weights}, and {socket} or {port}, such as 'llama-server -m {weights} --port {port}'";
        return Err(FlowError::Usage(usage.to_owned()));
    }
    let weights_bytes = weights_size(path);
    let limits = Limits {
        memory_bytes: (weights_bytes * RUNTIME_MEMORY_PER_WEIGHT).max(RUNTIME_MEMORY_LEAST_BYTES),
        pids: RUNTIME_PIDS,
        disk_bytes: RUNTIME_DISK_BYTES,
        cpu_millis: 1000
            * thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(1)),
        wall: Duration::MAX,
    };
    let weights = path.to_owned();
    let spec = ServeSpec { command, weights, read_only, limits, ready_within: READY_WITHIN };
    let served = match Served::start(host, &spec) {
        Err(ServeError::NotContained { open, checks }) => return Ok(Err(NotContained { open, checks })),
        served => served?,
    };
    Ok(Ok(Running {
        client: Client::new(Address::Unix(served.socket().to_owned())),
        name: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        style: ToolStyle::Fenced,
        alive: Alive::Chamber(Box::new(served)),
    }))
}

fn weights_size(path: &Path) -> u64 {
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |about| about.len());
    let files = std::fs::read_dir(path).into_iter().flatten().flatten();
    size(path) + files.map(|file| size(&file.path())).sum::<u64>()
}

fn start_script(script: Script, suite: &Suite, host: &Host) -> Result<Running, FlowError> {
    let agent = ScriptedAgent::new(script, suite)?;
    // Beneath the run's folder, so that nothing is left for good when this process is killed.
    let socket = host.private_folder().map_err(FlowError::Script)?.join("script");
    let listener = UnixListener::bind(&socket).map_err(FlowError::Script)?;
    let (stop, stopped) = server::stopper();
    thread::spawn(move || server::serve_until(listener, Arc::new(agent), stopped));
    Ok(Running {
        client: Client::new(Address::Unix(socket)),
        name: format!("script:{script}"),
        style: ToolStyle::Native,
        alive: Alive::Script { _stop: stop },
    })
}

/// Asks the fixed prompts.
pub fn probe(
    (chat, name): (&dyn Ask, &str),
    cancel: &Cancel,
    patience: Patience,
) -> Result<EndpointProbe, ChatError> {
    let mut probe = EndpointProbe { models: Vec::new(), answers: Vec::new() };
    for prompt in PROBE_PROMPTS {
        let request = ChatRequest {
            model: name.to_owned(),
            messages: vec![Message::text(Role::User, prompt)],
            tools: Vec::new(),
            max_tokens: Some(PROBE_MAX_TOKENS),
            temperature: Some(0.0),
            seed: None,
        };
        let answer = patience.ask(chat, &request, cancel)?;
        let said =
            answer.choices.first().and_then(|choice| choice.message.content.clone()).unwrap_or_default();
        probe.models.push(answer.model.chars().take(MODEL_STRING_MAX_CHARS).collect());
        probe.answers.push(Digest::of(said.as_bytes()));
    }
    Ok(probe)
}
