//! A suite: a folder of Harbor task folders and a `suite.toml` that names it.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use types::{Area, ItemId};

use crate::dockerfile;
use crate::oracle::Oracle;
use crate::task::{self, Task};

/// The format that suite files name.
const SUITE_FORMAT: &str = "proofhouse-suite-1";

/// The largest file that an item may hold: items are read into memory whole.
const ITEM_FILE_MAX_BYTES: u64 = 16 << 20;

/// A suite, read whole.
#[derive(Debug, Clone)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Its areas, in the order in which reports show them.
    pub areas: Vec<Area>,
    /// Its items by name.
    pub items: Vec<Item>,
}

/// An item, read whole.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its folder's name.
    pub id: ItemId,
    /// What `task.toml` says.
    pub task: Task,
    /// What the model is told.
    pub instruction: String,
    /// Debian packages that its chamber needs.
    pub packages: Vec<String>,
    /// The files that are put into the agent's chamber.
    pub files: Vec<WorkFile>,
    /// How a submission is judged. Never enters the agent's chamber.
    pub oracle: Oracle,
    /// Where it was read from.
    pub folder: PathBuf,
}

/// A file in the agent's chamber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkFile {
    /// Its path beneath `/work`.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A suite that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SuiteError {
    /// A file or folder cannot be read.
    #[error("{file} cannot be read; check the path and its permissions", file = .file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file says something that is unknown, unsupported or unsafe.
    #[error("{file}:{line}: {what}", file = .file.display())]
    Invalid {
        /// Which file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong and what to write instead.
        what: String,
    },
    /// The folder holds no item.
    #[error("{folder} holds no item; a suite is a folder of task folders, each with a task.toml", folder = .folder.display())]
    Empty {
        /// Which folder.
        folder: PathBuf,
    },
    /// Tools that items need are not installed.
    #[error("items of this suite need Debian packages that are not installed; install them with: apt-get install {packages}", packages = .packages.join(" "))]
    MissingPackages {
        /// Which.
        packages: Vec<String>,
    },
}

impl SuiteError {
    pub(crate) fn toml(file: &Path, text: &str, error: &toml::de::Error) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.get(..start).map_or(1, |before| before.matches('\n').count() + 1);
        Self::Invalid { file: file.to_owned(), line, what: error.message().to_owned() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SuiteFile {
    format: String,
    name: String,
    description: String,
    areas: Vec<Area>,
}

impl Suite {
    /// Reads the suite in `folder`.
    ///
    /// # Errors
    /// [`SuiteError`] naming the first file and line that is wrong.
    pub fn read(folder: &Path) -> Result<Self, SuiteError> {
        let file = folder.join("suite.toml");
        let text = read_text(&file)?;
        let about: SuiteFile =
            toml::from_str(&text).map_err(|error| SuiteError::toml(&file, &text, &error))?;
        if about.format != SUITE_FORMAT {
            let what = format!("this reader knows format \"{SUITE_FORMAT}\" only");
            return Err(SuiteError::Invalid { file, line: 1, what });
        }
        let mut items = Vec::new();
        for path in item_folders(folder)? {
            let item = Item::read(&path)?;
            if !about.areas.contains(&item.task.metadata.area) {
                let what = format!("area \"{}\" is not among the suite's areas", item.task.metadata.area);
                return Err(SuiteError::Invalid { file: path.join("task.toml"), line: 1, what });
            }
            items.push(item);
        }
        if items.is_empty() {
            return Err(SuiteError::Empty { folder: folder.to_owned() });
        }
        Ok(Self { name: about.name, description: about.description, areas: about.areas, items })
    }

    /// The item of that name.
    #[must_use]
    pub fn item(&self, id: &ItemId) -> Option<&Item> {
        self.items.iter().find(|item| &item.id == id)
    }

    /// Checks that every package that an item needs is on this machine.
    ///
    /// # Errors
    /// [`SuiteError::MissingPackages`] naming all that are not.
    pub fn check_packages(&self, installed: impl Fn(&str) -> bool) -> Result<(), SuiteError> {
        let mut packages: Vec<String> = self
            .items
            .iter()
            .flat_map(|item| &item.packages)
            .filter(|name| !installed(name))
            .cloned()
            .collect();
        packages.sort();
        packages.dedup();
        if packages.is_empty() { Ok(()) } else { Err(SuiteError::MissingPackages { packages }) }
    }
}

/// Whether dpkg lists `package` as unpacked on this machine.
#[must_use]
pub fn package_installed(package: &str) -> bool {
    let lists = Path::new("/var/lib/dpkg/info");
    let foreign = format!("{package}:{}.list", if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" });
    lists.join(format!("{package}.list")).exists() || lists.join(foreign).exists()
}

impl Item {
    /// Reads the task folder.
    ///
    /// # Errors
    /// [`SuiteError`] naming the file and line that is wrong.
    pub fn read(folder: &Path) -> Result<Self, SuiteError> {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let file = folder.join("task.toml");
        let id: ItemId = name.parse().map_err(|error: types::NameError| SuiteError::Invalid {
            file: file.clone(),
            line: 1,
            what: format!("the folder's name is not an item's name: {error}"),
        })?;
        let task = task::read(&file, &read_text(&file)?)?;
        let environment = folder.join("environment");
        let file = environment.join("Dockerfile");
        let recipe = dockerfile::read(&file, &read_text(&file)?)?;
        let mut files = Vec::new();
        for copy in recipe.copies {
            files.push(WorkFile { path: copy.to, bytes: read_bytes(&environment.join(copy.from))? });
        }
        Ok(Self {
            id,
            task,
            instruction: read_text(&folder.join("instruction.md"))?,
            packages: recipe.packages,
            files,
            oracle: Oracle::read(&folder.join("tests"))?,
            folder: folder.to_owned(),
        })
    }
}

fn item_folders(folder: &Path) -> Result<Vec<PathBuf>, SuiteError> {
    let unreadable = |source| SuiteError::Unreadable { file: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.join("task.toml").is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Reads a text of an item.
///
/// # Errors
/// [`SuiteError`] naming the file.
pub fn read_text(file: &Path) -> Result<String, SuiteError> {
    String::from_utf8(read_bytes(file)?).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        SuiteError::Invalid { file: file.to_owned(), line, what: "this is not UTF-8 text".to_owned() }
    })
}

pub(crate) fn read_bytes(file: &Path) -> Result<Vec<u8>, SuiteError> {
    let unreadable = |source| SuiteError::Unreadable { file: file.to_owned(), source };
    let about = std::fs::symlink_metadata(file).map_err(unreadable)?;
    if !about.is_file() {
        let what = "an item is made of regular files; links and devices are refused".to_owned();
        return Err(SuiteError::Invalid { file: file.to_owned(), line: 1, what });
    }
    if about.len() > ITEM_FILE_MAX_BYTES {
        let what = format!("an item's file has at most {ITEM_FILE_MAX_BYTES} bytes");
        return Err(SuiteError::Invalid { file: file.to_owned(), line: 1, what });
    }
    std::fs::read(file).map_err(unreadable)
}
