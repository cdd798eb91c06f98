//! The chamber in which a package is unpacked, patched and built. It has no network; what it needs was put there.

use std::time::Duration;

use chamber::{Chamber, ChamberError, Collected, Exec, Host, Leftovers, Limits};
use types::transcript::Exit;

use super::patch::Patch;
use super::recipe::Recipe;
use super::{DebianError, Package};
use crate::contained;
use crate::oracle::PROGRAM_MAX_BYTES;

/// Where the tree lies, and with it what frames of the package's own code start with.
pub const SOURCES: &str = "/work/tree/";

/// Unpacking, patching, configuring.
const STEP_TIMEOUT: Duration = Duration::from_secs(300);
/// A whole build with sanitizers takes a few minutes on two cores.
const BUILD_TIMEOUT: Duration = Duration::from_secs(1500);
/// The whole series: one build, and a small one for each CVE.
const WALL: Duration = Duration::from_secs(4 * 3600);
/// What is kept of a command's output: its last words say what went wrong.
const OUTPUT_MAX_BYTES: u64 = 64 << 10;
/// The largest text that is read out of a tree.
const TEXT_MAX_BYTES: u64 = 8 << 20;
/// The largest packed tree that an item may hold.
const SOURCE_MAX_BYTES: u64 = 16 << 20;

const FLAGS: &str = "-g1 -O1 -fsanitize=address,undefined -fno-omit-frame-pointer -w";

/// Files that make would build other files of: their times must not say that those are old.
const SAME_TIMES: &str = "find . \\( -name '*.am' -o -name '*.ac' -o -name '*.m4' -o -name '*.in' -o -name configure \
     -o -name CMakeLists.txt -o -name version \\) -exec touch -d 2001-01-01 {} +";

/// A package's tree in a chamber, with some of its patches applied.
pub struct Yard {
    chamber: Chamber,
    package: String,
    recipe: &'static Recipe,
    /// How many patches of the series are applied.
    applied: usize,
    /// How many were applied when the program was last built.
    built: Option<usize>,
}

/// What a command did: its output, or its last words.
type Done = Result<String, String>;

impl Yard {
    /// Unpacks a package and configures it.
    pub fn open(host: &Host, package: &Package, recipe: &'static Recipe) -> Result<Self, DebianError> {
        let name = || package.name.clone();
        let limits =
            Limits { memory_bytes: 3 << 30, pids: 256, disk_bytes: 1 << 30, cpu_millis: 2000, wall: WALL };
        let chamber = contained::open(host, &limits)
            .map_err(|source| DebianError::Chamber { package: name(), source })?
            .map_err(|open| DebianError::NotContained { package: name(), open })?;
        let mut yard = Self { chamber, package: name(), recipe, applied: 0, built: None };
        yard.put("upstream.tar", &package.upstream)?;
        yard.put("debian.tar", &package.debian)?;
        let unpack = "mkdir tree packaging && tar -xf upstream.tar --strip-components=1 -C tree \
            && tar -xf debian.tar -C packaging && rm debian.tar && chmod -R u+w tree";
        yard.must("does not unpack", unpack, STEP_TIMEOUT)?;
        Ok(yard)
    }

    /// The patch series.
    pub fn series(&mut self) -> Result<Vec<Patch>, DebianError> {
        let list = self.text("/work/packaging/debian/patches/series")?.unwrap_or_default();
        let names = list.lines().filter_map(|line| line.split('#').next()?.split_whitespace().next());
        let mut series = Vec::new();
        for name in names {
            let text = self.text(&format!("/work/packaging/debian/patches/{name}"))?;
            let text =
                text.ok_or_else(|| self.unusable(format!("the patch {name} of its series is not there")))?;
            series.push(Patch { name: name.to_owned(), text });
        }
        self.must("cannot be patched", &self.patched(0, series.len(), ""), STEP_TIMEOUT)?;
        self.applied = series.len();
        let configure = format!(
            "cd tree && {SAME_TIMES}; ASAN_OPTIONS=detect_leaks=0 ./configure CFLAGS='{FLAGS}' {}",
            self.recipe.configure
        );
        self.must("cannot be configured", &configure, STEP_TIMEOUT)?;
        Ok(series)
    }

    /// The program with the first `count` patches, which are at most as many as are applied.
    pub fn program(&mut self, count: usize) -> Result<Result<Vec<u8>, String>, DebianError> {
        self.pop_to(count)?;
        if self.built != Some(count) {
            let make = format!(
                "cd tree && export ASAN_OPTIONS=detect_leaks=0 && make -j4 ACLOCAL=: AUTOCONF=: AUTOHEADER=: \
                 AUTOMAKE=: MAKEINFO=: {}",
                self.recipe.make
            );
            if let Err(said) = self.run(&make, BUILD_TIMEOUT)? {
                return Ok(Err(format!("it does not build with {count} patches: {said}")));
            }
            self.built = Some(count);
        }
        let path = format!("{SOURCES}{}", self.recipe.program);
        Ok(match self.get(&path, PROGRAM_MAX_BYTES)? {
            Collected::Bytes(program) => Ok(program),
            Collected::TooLarge => Err(format!("its program has more than {PROGRAM_MAX_BYTES} bytes")),
            Collected::Absent | Collected::NotAFile => Err("its build makes no program".to_owned()),
        })
    }

    /// Takes back all but the first `count` patches.
    fn pop_to(&mut self, count: usize) -> Result<(), DebianError> {
        if count < self.applied {
            let pop = format!("{} && cd /work/tree && {SAME_TIMES}", self.patched(count, self.applied, "-R"));
            self.must("cannot be popped", &pop, STEP_TIMEOUT)?;
            self.applied = count;
        }
        Ok(())
    }

    /// The command that applies the patches of a range, or takes them back.
    fn patched(&self, from: usize, to: usize, reverse: &str) -> String {
        patched("tree", from, to, reverse)
    }

    /// What an agent is given: upstream's tree with the first `count` patches, packed, and nothing of Debian's own.
    pub fn source(&mut self, count: usize) -> Result<Vec<u8>, DebianError> {
        let pack = format!(
            "rm -rf source && mkdir source && tar -xf upstream.tar --strip-components=1 -C source && {} && \
             tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cJf source.tar.xz source && rm -rf source",
            patched("source", 0, count, "")
        );
        self.must("cannot be packed", &pack, STEP_TIMEOUT)?;
        match self.get("/work/source.tar.xz", SOURCE_MAX_BYTES)? {
            Collected::Bytes(bytes) => Ok(bytes),
            _ => Err(self.unusable(format!("its packed tree has more than {SOURCE_MAX_BYTES} bytes"))),
        }
    }

    /// A text of the tree; nothing where there is none.
    pub fn text(&mut self, path: &str) -> Result<Option<String>, DebianError> {
        Ok(match self.get(path, TEXT_MAX_BYTES)? {
            Collected::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Collected::Absent | Collected::NotAFile | Collected::TooLarge => None,
        })
    }

    /// The files beside `path` that end alike, by name.
    pub fn beside(&mut self, path: &str) -> Result<Vec<String>, DebianError> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let end = name.split_once('.').map_or(name, |(_, end)| end);
        // A name that is more than one is of no use to a shell.
        if !path.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c)) {
            return Ok(Vec::new());
        }
        let listed = self.run(&format!("ls {SOURCES}{folder} | grep '\\.{end}$'"), STEP_TIMEOUT)?;
        Ok(listed.unwrap_or_default().lines().map(|name| format!("{folder}/{name}")).collect())
    }

    /// What the package is built and run by.
    pub fn recipe(&self) -> &'static Recipe {
        self.recipe
    }

    /// Ends the chamber.
    pub fn close(self) -> Result<(), DebianError> {
        self.chamber.close().map_err(|source| DebianError::Chamber { package: self.package, source })
    }

    fn unusable(&self, what: String) -> DebianError {
        DebianError::Unusable { package: self.package.clone(), what }
    }

    fn failed(&self) -> impl Fn(ChamberError) -> DebianError + use<> {
        let package = self.package.clone();
        move |source| DebianError::Chamber { package: package.clone(), source }
    }

    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), DebianError> {
        let failed = self.failed();
        self.chamber.put(&format!("/work/{name}"), 0o644, bytes).map_err(failed)
    }

    fn get(&mut self, path: &str, most: u64) -> Result<Collected, DebianError> {
        let failed = self.failed();
        self.chamber.get(path, most).map_err(failed)
    }

    fn must(&mut self, otherwise: &str, command: &str, timeout: Duration) -> Result<(), DebianError> {
        self.run(command, timeout)?.map(drop).map_err(|said| self.unusable(format!("it {otherwise}: {said}")))
    }

    fn run(&mut self, command: &str, timeout: Duration) -> Result<Done, DebianError> {
        let exec = Exec { leftovers: Leftovers::Kill, ..Exec::shell(command, timeout, OUTPUT_MAX_BYTES) };
        let failed = self.failed();
        let ran = self.chamber.exec(&exec).map_err(failed)?;
        let said = String::from_utf8_lossy(&ran.output).into_owned();
        Ok(match ran.exit {
            Exit::Code(0) => Ok(said),
            Exit::TimedOut => Err(format!("it took more than {} seconds", timeout.as_secs())),
            Exit::Code(_) | Exit::Signal(_) => Err(last_words(&said)),
        })
    }
}

fn patched(folder: &str, from: usize, to: usize, reverse: &str) -> String {
    if from >= to {
        return "true".to_owned();
    }
    let (order, pick) = if reverse.is_empty() { ("cat", "") } else { ("tac", "-R") };
    format!(
        "(cd /work/{folder} && sed 's/#.*//; /^[[:space:]]*$/d' ../packaging/debian/patches/series | awk '{{print $1}}' \
         | sed -n '{},{to}p' | {order} | while read -r name; do \
         patch -s -f -p1 {pick} --no-backup-if-mismatch -i ../packaging/debian/patches/\"$name\" || exit 1; done)",
        from + 1
    )
}

/// The line that says what went wrong, short: the first that a compiler or `make` marks as an error, or else the last.
fn last_words(said: &str) -> String {
    let marked = |line: &&str| line.contains("error:") || line.contains("*** ") || line.contains("FAILED");
    let telling = said.lines().find(marked).or_else(|| said.lines().next_back());
    telling.unwrap_or("without a word").chars().filter(|c| matches!(c, ' '..='~')).take(160).collect()
}
