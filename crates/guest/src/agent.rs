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

fn serve(limits: &Inherited) -> io::Result<()> {
    sys::forbid_inspection()?;
    sys::drop_handlers();
    sys::close_others_on_exec()?;
    limits.set()?;
    let mut agent = Agent {
        children: sys::child_signals()?,
        input: File::from(io::stdin().as_fd().try_clone_to_owned()?),
        output: File::from(io::stdout().as_fd().try_clone_to_owned()?),
    };
    write_response(&mut agent.output, &Response::Hello { version: VERSION })?;
    while agent.await_request()?.is_some_and(|request| request != Request::Shutdown) {}
    Ok(())
}

struct Agent {
    children: OwnedFd,
    input: File,
    output: File,
}

impl Agent {
    /// Waits for a request and answers it; meanwhile takes in what ends, so that no dead process counts as one.
    fn await_request(&mut self) -> io::Result<Option<Request>> {
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
            Request::Data(_) => Response::Failed { reason: "a body that no request announced".to_owned() },
            Request::Shutdown => return Ok(()),
        };
        write_response(&mut self.output, &response)
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

fn done(result: io::Result<()>) -> Response {
    match result {
        Ok(()) => Response::Done,
        Err(error) => Response::Failed { reason: error.to_string() },
    }
}
