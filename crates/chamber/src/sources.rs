//! Source packages of the machine's own distribution, downloaded by its own package manager.
//!
//! This is the one program that the house starts outside a chamber for what it fetches: it needs the network, and it
//! holds what it fetched against the distribution's signatures itself. It works in a folder of its own, with the
//! machine's own list of places and nothing of its state; what it fetched is unpacked in a chamber and nowhere else.

use std::fs;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::host::Host;
use crate::limits::Deadline;
use crate::sys::BeforeExec;
use crate::{spawner, sys};

/// Lists of packages and a few megabytes of sources.
const DOWNLOAD_LIMIT: Duration = Duration::from_secs(900);
/// The package manager.
const PROGRAM: &str = "/usr/bin/apt-get";
/// Where the machine says where packages come from.
const PLACES: &str = "/etc/apt/sources.list";
/// Likewise, a file each.
const MORE_PLACES: &str = "/etc/apt/sources.list.d";
/// A line that only the distribution's own places have: others have no source packages, and need not be asked.
const OWN_KEYRING: &str = "debian-archive-keyring";

/// Why sources could not be downloaded.
#[derive(Debug, thiserror::Error)]
pub enum SourcesError {
    /// A name that is none.
    #[error("{0:?} is not the name of a source package")]
    Name(String),
    /// Nothing says where packages come from.
    #[error(
        "this machine names no place for Debian packages; download the sources elsewhere and name their folder with --sources"
    )]
    NoPlaces,
    /// A file cannot be read or written.
    #[error("{file} cannot be used while sources are downloaded", file = .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The package manager cannot be started.
    #[error("apt-get cannot be started; install it, or name a folder of sources with --sources")]
    Start(#[source] io::Error),
    /// It failed.
    #[error("apt-get could not download {package} ({said}); name a folder of sources with --sources")]
    Failed {
        /// What was asked for.
        package: String,
        /// Its last words.
        said: String,
    },
}

/// Downloads the newest sources of `packages` into `folder`, which is there and empty.
///
/// # Errors
/// [`SourcesError`] naming what could not be done.
pub fn download(host: &Host, packages: &[String], folder: &Path) -> Result<(), SourcesError> {
    let identity = host.0.identity(host.0.next_number());
    if let Some(name) = packages.iter().find(|name| !is_name(name)) {
        return Err(SourcesError::Name(name.clone()));
    }
    let state = folder.join("state");
    let beneath = |name: &str| state.join(name);
    for name in ["places", "lists/partial", "cache/archives/partial"] {
        make(&beneath(name))?;
    }
    write(&beneath("places/own.sources"), &places()?)?;
    let configuration = format!(
        "Dir::Etc::sourcelist \"/dev/null\";\nDir::Etc::sourceparts \"{0}/places\";\nDir::State::lists \"{0}/lists\";\n\
         Dir::Cache \"{0}/cache\";\nAPT::Get::AllowUnauthenticated \"false\";\n",
        state.display()
    );
    write(&beneath("apt.conf"), &configuration)?;
    let job = Job { state: &state, folder, identity };
    if let Some(id) = identity {
        give(folder, id)?;
    }
    job.run(&["update", "-qq"], "the lists of packages")?;
    for package in packages {
        job.run(&["source", "-qq", "--download-only", package], package)?;
    }
    fs::remove_dir_all(&state).map_err(|source| SourcesError::File { file: state, source })
}

/// Debian's rule for names of source packages.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c);
    name.len() > 1 && name.chars().all(plain) && name.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// The machine's own places, asked for sources instead of programs.
fn places() -> Result<String, SourcesError> {
    let mut texts = Vec::new();
    let read = |file: &Path| fs::read_to_string(file);
    if let Ok(text) = read(Path::new(PLACES)) {
        texts.push((false, text));
    }
    let entries = fs::read_dir(MORE_PLACES).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    for file in files {
        let stanzas = file.extension().is_some_and(|end| end == "sources");
        let lines = file.extension().is_some_and(|end| end == "list");
        if stanzas || lines {
            let text = read(&file).map_err(|source| SourcesError::File { file, source })?;
            texts.push((stanzas, text));
        }
    }
    let found: Vec<String> = texts
        .iter()
        .flat_map(|(stanzas, text)| if *stanzas { of_stanzas(text) } else { of_lines(text) })
        .collect();
    if found.is_empty() { Err(SourcesError::NoPlaces) } else { Ok(found.join("\n\n") + "\n") }
}

/// The distribution's own stanzas (sources.list(5), deb822 style).
fn of_stanzas(text: &str) -> Vec<String> {
    let without = |stanza: &str| {
        let lines = stanza.lines().filter(|line| !line.starts_with('#'));
        let line = |line: &str| {
            if line.starts_with("Types:") { "Types: deb-src".to_owned() } else { line.to_owned() }
        };
        lines.map(line).collect::<Vec<String>>().join("\n")
    };
    let own = |stanza: &String| stanza.contains(OWN_KEYRING) && stanza.contains("Types:");
    text.split("\n\n").map(without).filter(own).collect()
}

/// Lines `deb [options] place suite components` as stanzas. Without a key of their own they are the distribution's.
fn of_lines(text: &str) -> Vec<String> {
    let stanza = |line: &str| {
        let rest = line.trim().strip_prefix("deb ")?.trim();
        let (options, rest) = match rest.strip_prefix('[') {
            Some(rest) => rest.split_once(']')?,
            None => ("", rest),
        };
        let foreign = options.contains("signed-by") && !options.contains(OWN_KEYRING);
        let mut words = rest.split_whitespace();
        let (place, suite) = (words.next()?, words.next()?);
        let components: Vec<&str> = words.collect();
        (!foreign && !components.is_empty()).then(|| {
            format!("Types: deb-src\nURIs: {place}\nSuites: {suite}\nComponents: {}", components.join(" "))
        })
    };
    text.lines().filter_map(stanza).collect()
}

/// Where apt-get works, and as whom.
struct Job<'a> {
    state: &'a Path,
    folder: &'a Path,
    identity: Option<u32>,
}

impl Job<'_> {
    fn run(&self, arguments: &[&str], package: &str) -> Result<(), SourcesError> {
        let log = self.state.join("log");
        let file =
            fs::File::create(&log).map_err(|source| SourcesError::File { file: log.clone(), source })?;
        let errors = file.try_clone().map_err(SourcesError::Start)?;
        #[expect(clippy::disallowed_methods, reason = "this is the room that starts processes")]
        let mut command = Command::new(PROGRAM);
        // Proxies are in the environment; the house's own secret is, too.
        command
            .args(arguments)
            .current_dir(self.folder)
            .env("APT_CONFIG", self.state.join("apt.conf"))
            .env("LC_ALL", "C");
        command.env_remove("PROOFHOUSE_KEY").stdin(Stdio::null()).stdout(file).stderr(errors);
        // It dies with this process; what it started ends when nobody reads it any more. A program that changes its user
        // by itself, as apt-get does for root, would forget that, so it starts as a user without rights.
        let before = BeforeExec {
            groups: Vec::new(),
            shown: Vec::new(),
            identity: self.identity,
            inherited: Vec::new(),
        };
        sys::set_before_exec(&mut command, before);
        let mut child = spawner::spawn(command).map_err(SourcesError::Start)?;
        let ended = wait(&mut child);
        if matches!(ended, Ok(true)) {
            return Ok(());
        }
        let said = fs::read_to_string(&log).unwrap_or_default();
        let telling = said.lines().find(|line| line.starts_with("E:")).or_else(|| said.lines().next_back());
        // Addresses are the machine's own business, and long.
        let words =
            telling.unwrap_or("without a word").split_whitespace().filter(|word| !word.contains("://"));
        let said = words.collect::<Vec<&str>>().join(" ").chars().take(200).collect();
        Err(SourcesError::Failed { package: package.to_owned(), said })
    }
}

/// Gives a folder and all that is in it to a user.
fn give(folder: &Path, id: u32) -> Result<(), SourcesError> {
    let failed = |source| SourcesError::File { file: folder.to_owned(), source };
    chown(folder, Some(id), Some(id)).map_err(failed)?;
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            give(&path, id)?;
        } else {
            chown(&path, Some(id), Some(id)).map_err(failed)?;
        }
    }
    Ok(())
}

/// Whether it ended well, within its time.
fn wait(child: &mut Child) -> io::Result<bool> {
    let deadline = Deadline::within(DOWNLOAD_LIMIT);
    let pid = i32::try_from(child.id()).map_err(io::Error::other)?;
    let handle = sys::process_handle(pid)?;
    // A signal ends a wait early.
    while !deadline.passed() && !sys::poll([(handle.as_fd(), sys::Readiness::Read)], deadline.left_ms())?[0] {
    }
    if deadline.passed() {
        child.kill()?;
    }
    Ok(child.wait()?.success())
}

fn make(folder: &Path) -> Result<(), SourcesError> {
    fs::create_dir_all(folder).map_err(|source| SourcesError::File { file: folder.to_owned(), source })
}

fn write(file: &Path, text: &str) -> Result<(), SourcesError> {
    fs::write(file, text).map_err(|source| SourcesError::File { file: file.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_distribution_s_own_places_are_asked_and_for_sources() {
        let text = "Types: deb\n# a remark\nURIs: place/\nSuites: bookworm\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\nTypes: deb\nURIs: other/\nSuites: x\nComponents: main\nSigned-By: /usr/share/keyrings/other.gpg\n";
        let found = of_stanzas(text);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("Types: deb-src\nURIs: place/\n"), "{found:?}");
        let lines = "deb place/ bookworm main contrib\n# deb off/ x main\ndeb [signed-by=/usr/share/keyrings/other.gpg] other/ x main\ndeb-src place/ bookworm main\n";
        assert_eq!(
            of_lines(lines),
            ["Types: deb-src\nURIs: place/\nSuites: bookworm\nComponents: main contrib"]
        );
    }

    #[test]
    fn what_is_no_name_of_a_package_never_reaches_a_command_line() {
        let host = Host::find(&crate::HostOptions::default()).unwrap();
        for name in ["-oX=y", "a b", "../x", "x;y", "", "x", "X11"] {
            let said = download(&host, &[name.to_owned()], Path::new("/nonexistent")).unwrap_err();
            assert!(matches!(said, SourcesError::Name(_)), "{name}");
        }
        assert!(is_name("libarchive") && is_name("g++-12") && is_name("fig2dev"));
    }
}
