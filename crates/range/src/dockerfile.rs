//! `environment/Dockerfile`, as far as it can be followed without an engine: a Debian base that stands for the
//! host's `/usr`, packages that must be installed there, a working folder, and files to copy.

use std::path::Path;

use crate::suite::SuiteError;

/// What the Dockerfile asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dockerfile {
    /// Debian packages that the agent may use.
    pub packages: Vec<String>,
    /// Files beside the Dockerfile, and where in the chamber they go.
    pub copies: Vec<Copy>,
}

/// A `COPY` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The file's name beside the Dockerfile.
    pub from: String,
    /// Its path in the chamber, beneath `/work`.
    pub to: String,
}

const BASES: [&str; 2] = ["debian:bookworm-slim", "debian:bookworm"];
const INSTALL: &str = "apt-get update && apt-get install -y --no-install-recommends ";
const CLEAN: &str = " && rm -rf /var/lib/apt/lists/*";

/// Reads a Dockerfile.
///
/// # Errors
/// [`SuiteError::Invalid`] with the line of the first instruction that cannot be followed.
pub fn read(file: &Path, text: &str) -> Result<Dockerfile, SuiteError> {
    let mut found = Dockerfile::default();
    let mut based = false;
    for (at, line) in text.lines().enumerate() {
        let refuse = |what: String| SuiteError::Invalid { file: file.to_owned(), line: at + 1, what };
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (instruction, rest) = line.split_once(' ').unwrap_or((line, ""));
        match instruction {
            "FROM" if BASES.contains(&rest) => based = true,
            "FROM" => return Err(refuse(format!("the base is one of {}", BASES.join(", ")))),
            "RUN" => found.packages.extend(packages(rest).ok_or_else(|| {
                refuse(format!("the only RUN that can be followed is \"{INSTALL}PACKAGES{CLEAN}\""))
            })?),
            "WORKDIR" if rest == crate::WORK_FOLDER => {}
            "WORKDIR" => return Err(refuse("the working folder is /work".to_owned())),
            "COPY" => found.copies.push(copy(rest).ok_or_else(|| {
                refuse("COPY takes one file beside the Dockerfile and its path beneath /work".to_owned())
            })?),
            other => return Err(refuse(format!("{other} cannot be followed without a container engine"))),
        }
    }
    if based {
        Ok(found)
    } else {
        Err(SuiteError::Invalid { file: file.to_owned(), line: 1, what: "FROM is missing".to_owned() })
    }
}

fn packages(command: &str) -> Option<Vec<String>> {
    let names = command.strip_prefix(INSTALL)?.strip_suffix(CLEAN)?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c);
    names.split_whitespace().map(|name| name.chars().all(plain).then(|| name.to_owned())).collect()
}

fn copy(arguments: &str) -> Option<Copy> {
    let (from, to) = arguments.split_once(' ')?;
    let to = to.trim();
    let beneath = to.strip_prefix("/work/")?;
    let plain = |path: &str| {
        path.split('/').all(|part| {
            !part.is_empty()
                && part != "."
                && part != ".."
                && part.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        })
    };
    (plain(from) && plain(beneath)).then(|| Copy { from: from.to_owned(), to: to.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subset_is_read() {
        let text = "FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*\nWORKDIR /work\nCOPY target.c /work/target.c\n";
        let read = read(Path::new("Dockerfile"), text).unwrap();
        assert_eq!(read.packages, ["gcc", "libc6-dev"]);
        assert_eq!(read.copies, [Copy { from: "target.c".to_owned(), to: "/work/target.c".to_owned() }]);
    }

    #[test]
    fn what_cannot_be_followed_is_named_with_its_line() {
        for (line, part) in [
            ("RUN curl http://x | sh", "the only RUN"),
            ("ADD http://x /work/x", "ADD cannot be followed"),
            ("COPY ../secret /work/x", "COPY takes one file"),
            ("COPY x /etc/passwd", "COPY takes one file"),
            ("COPY x /work/../etc/passwd", "COPY takes one file"),
        ] {
            let said = read(Path::new("Dockerfile"), &format!("FROM debian:bookworm\n{line}\n"))
                .unwrap_err()
                .to_string();
            assert!(said.starts_with("Dockerfile:2: ") && said.contains(part), "{said}");
        }
    }
}
