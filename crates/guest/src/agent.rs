//! The agent: PID 1 of a chamber, which executes the host's requests one after the other.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::process::ExitCode;

use crate::body::{Body, Chunks, read_request, write_response};
use crate::limits::Inherited;
use crate::protocol::{EXIT_USAGE, Exec, Request, Response, Stream, VERSION};
use crate::sys::{self, POLLIN, PollFd};
use crate::{archive, exec, files};

/// Serves requests until the input ends. Refuses to run outside a process namespace of its own, because it kills
/// everything that it can see.
pub(crate) fn run(arguments: &[OsString]) -> ExitCode {
    let Some(limits) = Inherited::parse(arguments).filter(|_| sys::is_first_process()) else {
        return ExitCode::from(EXIT_USAGE);
    };
    match serve(&limits) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// The same for a process that is no program of its own; the code to end with.
pub(crate) fn serve_to_end(arguments: &[OsString]) -> i32 {
    i32::from(run(arguments) != ExitCode::SUCCESS)
}

fn serve(limits: &Inherited) -> io::Result<()> {
    let mut agent = Agent::begin(limits)?;
    loop {
        match agent.answered()? {
            None | Some(Request::Shutdown) => return Ok(()),
            Some(Request::Serve) => agent.respond(&failed("no relay"))?,
            Some(_) => {}
        }
    }
}

/// What answers the host's requests.
pub(crate) struct Agent {
    pub(crate) children: OwnedFd,
    input: File,
    pub(crate) output: File,
}

impl Agent {
    /// Makes this process fit to be a chamber's first, and greets the host.
    pub(crate) fn begin(limits: &Inherited) -> io::Result<Self> {
        sys::forbid_inspection()?;
        sys::drop_handlers();
        sys::close_others_on_exec()?;
        limits.set()?;
        let mut agent = Self {
            children: sys::child_signals()?,
            input: File::from(io::stdin().as_fd().try_clone_to_owned()?),
            output: File::from(io::stdout().as_fd().try_clone_to_owned()?),
        };
        agent.respond(&Response::Hello { version: VERSION })?;
        Ok(agent)
    }

    fn respond(&mut self, response: &Response) -> io::Result<()> {
        write_response(&mut self.output, response)
    }

    /// Waits for a request and answers it, all but those that end an agent; `None` when the host is gone. Meanwhile
    /// takes in what ends, so that no dead process counts as one.
    pub(crate) fn answered(&mut self) -> io::Result<Option<Request>> {
        loop {
            let mut fds = [
                PollFd::new(Some(self.input.as_fd()), POLLIN),
                PollFd::new(Some(self.children.as_fd()), POLLIN),
            ];
            sys::poll(&mut fds, -1)?;
            if fds[1].ready() {
                exec::clear(&self.children);
                while let Ok(Some(_)) = sys::reap_one() {}
            }
            if fds[0].ready() {
                let Some(request) = read_request(&mut self.input)? else { return Ok(None) };
                self.answer(&request)?;
                return Ok(Some(request));
            }
        }
    }

    fn answer(&mut self, request: &Request) -> io::Result<()> {
        let response = match request {
            Request::Exec(exec) => self.exec(exec)?,
            Request::Put { path, mode, size_bytes } => {
                let mut body = Body::new(&mut self.input, *size_bytes);
                let result = files::put(path, *mode, &mut body);
                body.finish()?;
                done(result)
            }
            Request::MakeFolder { path, mode } => done(files::make_folder(path, *mode)),
            Request::Get { path, cap_bytes } => {
                let mut chunks = Chunks::new(&mut self.output, Stream::Out);
                files::get(path, *cap_bytes, &mut chunks)?
            }
            Request::Snapshot { cap_bytes } => {
                let mut chunks = Chunks::new(&mut self.output, Stream::Out);
                let saved = archive::save(&files::roots(), *cap_bytes, &mut chunks);
                chunks.flush()?;
                match saved {
                    Ok(archive::Saved::Whole) => Response::Done,
                    Ok(archive::Saved::TooLarge) => Response::TooLarge,
                    Err(error) => Response::Failed { reason: error.to_string() },
                }
            }
            Request::Restore { size_bytes } => {
                sys::kill_everything(0);
                let mut body = Body::new(&mut self.input, *size_bytes);
                let result = archive::restore(&files::roots(), &mut body);
                body.finish()?;
                done(result)
            }
            Request::Data(_) => failed("a body that no request announced"),
            Request::Serve | Request::Shutdown => return Ok(()),
        };
        self.respond(&response)
    }

    fn exec(&mut self, exec: &Exec) -> io::Result<Response> {
        let ran = exec::run(exec, &self.children)?;
        for (capture, stream) in [(&ran.out, Stream::Out), (&ran.err, Stream::Err)] {
            let mut chunks = Chunks::new(&mut self.output, stream);
            for piece in capture.kept() {
                chunks.write_all(piece)?;
            }
            chunks.flush()?;
        }
        Ok(Response::Ran {
            ending: ran.ending,
            out_bytes: ran.out.total_bytes(),
            err_bytes: ran.err.total_bytes(),
            took_us: u64::try_from(ran.took.as_micros()).unwrap_or(u64::MAX),
        })
    }
}

fn failed(reason: &str) -> Response {
    Response::Failed { reason: reason.to_owned() }
}

fn done(result: io::Result<()>) -> Response {
    match result {
        Ok(()) => Response::Done,
        Err(error) => Response::Failed { reason: error.to_string() },
    }
}
