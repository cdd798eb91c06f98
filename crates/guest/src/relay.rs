//! The relay: PID 1 of a chamber that serves a model. It starts the model's runtime and carries connections from a
//! listening socket that the host made to the one on which the runtime listens inside. So nothing inside a chamber has
//! a say in which path of the host's is used, and the chamber needs no network.
//!
//! Until the host says so, nothing of the model's is started: a relay answers requests as an agent does, so that the
//! host can probe the chamber first.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::agent::Agent;
use crate::body::write_response;
use crate::capture::Capture;
use crate::exec;
use crate::limits::{Deadline, Inherited};
use crate::protocol::{EXIT_USAGE, Ending, Request, Response};
use crate::sys::{self, POLLIN, PollFd};

/// Connections at a time. A review needs one or two; more means that a client leaks them.
const CONNECTIONS_MAX: usize = 64;

/// What is kept of the runtime's last words.
const TAIL_BYTES: usize = 4096;

/// How often the runtime is asked whether it accepts connections yet.
const READY_EVERY_MS: i32 = 10;

/// How long the runtime may take to accept one connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// Where the runtime listens.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Address {
    Unix(PathBuf),
    Tcp(u16),
}

/// `LISTENER READY_MS (unix PATH|tcp PORT) PROCESSES FILE_BYTES OPEN_FILES WORDS...`
struct Orders {
    listener: i32,
    ready_within: Duration,
    address: Address,
    limits: Inherited,
    words: Vec<OsString>,
}

impl Orders {
    fn parse(arguments: &[OsString]) -> Option<Self> {
        let (own, words) = arguments.split_at_checked(7)?;
        let text = |index: usize| own[index].to_str();
        let address = match text(2)? {
            "unix" => Address::Unix(PathBuf::from(&own[3])),
            "tcp" => Address::Tcp(text(3)?.parse().ok()?),
            _ => return None,
        };
        Some(Self {
            listener: text(0)?.parse().ok()?,
            ready_within: Duration::from_millis(text(1)?.parse().ok()?),
            address,
            limits: Inherited::parse(&own[4..])?,
            words: words.to_vec(),
        })
    }
}

/// Serves until the runtime or the host ends.
pub(crate) fn run(arguments: &[OsString]) -> ExitCode {
    let Some(orders) = Orders::parse(arguments).filter(|_| sys::is_first_process()) else {
        return ExitCode::from(EXIT_USAGE);
    };
    match serve(orders) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve(orders: Orders) -> io::Result<()> {
    let listener = sys::inherited_listener(orders.listener)?;
    sys::set_nonblocking(listener.as_fd())?;
    let mut agent = Agent::begin(&orders.limits)?;
    loop {
        match agent.answered()? {
            None | Some(Request::Shutdown) => return Ok(()),
            Some(Request::Serve) => break,
            Some(_) => {}
        }
    }
    let Agent { children, mut output, .. } = agent;
    let mut log = Capture::of_end(TAIL_BYTES);
    let ending = match start(&orders.words) {
        Ok((child, pipe)) => {
            let mut relay =
                Relay { child, pipe: Some(pipe), children, log, listener, address: orders.address };
            let ending = relay.until_ended(orders.ready_within, &mut output)?;
            log = relay.log;
            ending
        }
        Err(error) => {
            log.push(format!("the command cannot be started: {error}").as_bytes());
            Some(Ending::Code(exec::EXIT_NOT_FOUND))
        }
    };
    match ending {
        Some(ending) => write_response(&mut output, &Response::Served { ending, tail: log.kept().concat() }),
        None => Ok(()),
    }
}

fn start(words: &[OsString]) -> io::Result<(Child, File)> {
    let (first, rest) = words.split_first().ok_or(io::ErrorKind::NotFound)?;
    let (log, log_writer) = io::pipe()?;
    #[expect(clippy::disallowed_methods, reason = "the guest is the chamber room's inner half")]
    let mut command = Command::new(first);
    command.args(rest).stdin(Stdio::null()).stdout(log_writer.try_clone()?).stderr(log_writer);
    sys::prepare_child(&mut command);
    let child = command.spawn()?;
    let log = OwnedFd::from(log);
    sys::set_nonblocking(log.as_fd())?;
    Ok((child, File::from(log)))
}

struct Relay {
    child: Child,
    /// What the runtime prints, until it closes it.
    pipe: Option<File>,
    children: OwnedFd,
    log: Capture,
    listener: UnixListener,
    address: Address,
}

/// What a wait ended with.
enum Event {
    Ended(Ending),
    HostGone,
    Connection,
    Nothing,
}

impl Relay {
    /// Relays connections until the runtime ends (how), or the host is gone.
    fn until_ended(&mut self, ready_within: Duration, output: &mut File) -> io::Result<Option<Ending>> {
        let deadline = Deadline::within(ready_within);
        while self.address.connect().is_err() {
            if deadline.passed() {
                sys::kill_everything(self.child.id().cast_signed());
                self.read_log();
                return Ok(Some(Ending::TimedOut));
            }
            match self.wait(None, READY_EVERY_MS)? {
                Event::Ended(ending) => return Ok(Some(ending)),
                Event::HostGone => return Ok(None),
                Event::Connection | Event::Nothing => {}
            }
        }
        write_response(output, &Response::Serving)?;
        let connections = Arc::new(AtomicUsize::new(0));
        let listener = self.listener.try_clone()?;
        loop {
            match self.wait(Some(&listener), -1)? {
                Event::Ended(ending) => return Ok(Some(ending)),
                Event::HostGone => return Ok(None),
                Event::Connection => {
                    if let Ok((outer, _)) = listener.accept() {
                        relay(outer, self.address.clone(), &connections);
                    }
                }
                Event::Nothing => {}
            }
        }
    }

    fn wait(&mut self, listener: Option<&UnixListener>, timeout_ms: i32) -> io::Result<Event> {
        let input = io::stdin();
        let mut fds = [
            PollFd::new(Some(self.children.as_fd()), POLLIN),
            PollFd::new(Some(input.as_fd()), POLLIN),
            PollFd::new(self.pipe.as_ref().map(AsFd::as_fd), POLLIN),
            PollFd::new(listener.map(AsFd::as_fd), POLLIN),
        ];
        sys::poll(&mut fds, timeout_ms)?;
        if fds[2].ready() {
            self.read_log();
        }
        if fds[0].ready() {
            exec::clear(&self.children);
            while let Ok(Some(ended)) = sys::reap_one() {
                if ended.pid == self.child.id().cast_signed() {
                    self.read_log();
                    return Ok(Event::Ended(exec::ending(ended.status)));
                }
            }
        }
        // The host never speaks to a relay that serves: that its pipe is readable means that it is gone.
        if fds[1].ready() {
            return Ok(Event::HostGone);
        }
        Ok(if fds[3].ready() { Event::Connection } else { Event::Nothing })
    }

    /// Takes in what the runtime has printed, at most a pipe's worth.
    fn read_log(&mut self) {
        let mut buffer = vec![0; exec::DRAIN_MAX_BYTES];
        let Some(pipe) = &mut self.pipe else { return };
        match pipe.read(&mut buffer) {
            Ok(0) => self.pipe = None,
            Ok(count) => self.log.push(&buffer[..count]),
            Err(_) => {}
        }
    }
}

impl Address {
    fn connect(&self) -> io::Result<Inner> {
        match self {
            Self::Unix(path) => UnixStream::connect(path).map(Inner::Unix),
            Self::Tcp(port) => {
                let address = SocketAddr::from((Ipv4Addr::LOCALHOST, *port));
                let stream = TcpStream::connect_timeout(&address, CONNECT_LIMIT)?;
                stream.set_nodelay(true)?;
                Ok(Inner::Tcp(stream))
            }
        }
    }
}

/// A connection to the runtime.
enum Inner {
    Unix(UnixStream),
    Tcp(TcpStream),
}

impl Inner {
    fn try_clone(&self) -> io::Result<Self> {
        match self {
            Self::Unix(stream) => stream.try_clone().map(Self::Unix),
            Self::Tcp(stream) => stream.try_clone().map(Self::Tcp),
        }
    }

    fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        match self {
            Self::Unix(stream) => stream.shutdown(how),
            Self::Tcp(stream) => stream.shutdown(how),
        }
    }
}

impl Read for Inner {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Unix(stream) => stream.read(buffer),
            Self::Tcp(stream) => stream.read(buffer),
        }
    }
}

impl Write for Inner {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Unix(stream) => stream.write(bytes),
            Self::Tcp(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Counts a connection for as long as it exists.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(connections: &Arc<AtomicUsize>) -> Option<Self> {
        let counted = Self(Arc::clone(connections));
        (connections.fetch_add(1, Ordering::Relaxed) < CONNECTIONS_MAX).then_some(counted)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Carries bytes between `outer` and the runtime in two threads. A connection that cannot be served is closed.
fn relay(outer: UnixStream, address: Address, connections: &Arc<AtomicUsize>) {
    let Some(counted) = Counted::new(connections) else { return };
    let carry = move || {
        let _counted = counted;
        carry_both_ways(outer, &address)
    };
    // Without a thread the closure is dropped, and with it the connection.
    let _ = thread::Builder::new().spawn(carry);
}

fn carry_both_ways(mut outer: UnixStream, address: &Address) -> io::Result<()> {
    outer.set_nonblocking(false)?;
    let mut inner = address.connect()?;
    let (mut from_outer, mut to_inner) = (outer.try_clone()?, inner.try_clone()?);
    let forth = thread::Builder::new().spawn(move || {
        // An error ends the connection just as its end does.
        let copied = io::copy(&mut from_outer, &mut to_inner);
        let how = if copied.is_ok() { Shutdown::Write } else { Shutdown::Both };
        let _ = to_inner.shutdown(how);
    })?;
    let copied = io::copy(&mut inner, &mut outer);
    outer.shutdown(Shutdown::Both)?;
    inner.shutdown(Shutdown::Both)?;
    // The other direction ends now that both its ends are shut.
    let _ = forth.join();
    copied.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_name_a_listener_an_address_and_a_program() {
        let words = ["7", "500", "tcp", "8080", "10", "20", "30", "server", "--flag"].map(OsString::from);
        let orders = Orders::parse(&words).unwrap();
        assert_eq!((orders.listener, orders.address), (7, Address::Tcp(8080)));
        assert_eq!(orders.words, ["server", "--flag"]);
        assert!(Orders::parse(&words[1..]).is_none());
    }
}
