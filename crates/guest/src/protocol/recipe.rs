//! What the host tells the builder: a template's steps once, then a recipe for each chamber.
//!
//! One message of a sequenced-packet socket each, at most [`MESSAGE_MAX_BYTES`]. The builder does what it is told and
//! decides nothing; that a chamber holds is shown by the probe, as for every kind.

use super::wire::{Fields, Malformed, Taker};

/// The longest message to or from a builder.
pub const MESSAGE_MAX_BYTES: usize = 64 << 10;

/// The most descriptors with one message.
pub const DESCRIPTORS_MAX: usize = 16;

/// One step in building walls, done in order. Paths are the chamber's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// An empty folder.
    Folder {
        /// Where.
        at: String,
    },
    /// A symbolic link.
    Link {
        /// What it says.
        target: String,
        /// Where.
        at: String,
    },
    /// A file or folder of the host, with all that is mounted beneath it, read-only. In a template only.
    Show {
        /// Where the host has it.
        source: String,
        /// Where; made when it is not there.
        at: String,
    },
    /// A device of the host's. In a template only.
    Device {
        /// Where the host has it.
        source: String,
        /// Where.
        at: String,
    },
    /// An empty file system in memory.
    Memory {
        /// Where.
        at: String,
        /// What it holds at most.
        size_bytes: u64,
        /// Permission bits of its root.
        mode: u32,
    },
    /// The processes of the chamber's own process namespace.
    Processes {
        /// Where.
        at: String,
    },
    /// Pseudo-terminals of its own.
    Terminals {
        /// Where.
        at: String,
    },
    /// Shows a folder again at its own place, so that it can be made read-only by itself.
    Again {
        /// Which.
        at: String,
    },
    /// Makes what is mounted at a place read-only.
    ReadOnly {
        /// Which.
        at: String,
    },
    /// Allows no user namespace below the chamber's own. Needs its processes mounted.
    NoUserNamespaces,
}

/// What all chambers have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// An empty folder of the host's on which it is put together.
    pub scratch: String,
    /// What it holds.
    pub steps: Vec<Step>,
}

/// One chamber. Its descriptors come with the message: input, output, errors, then control groups to join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// Namespaces of its own, as `clone` takes them.
    pub namespaces: u64,
    /// The user and group that it is outside.
    pub outer_id: u32,
    /// The user and group that it seems to be inside.
    pub inner_id: u32,
    /// What it is called inside.
    pub hostname: String,
    /// What is put onto the template.
    pub steps: Vec<Step>,
    /// The folder that its first process stands in.
    pub folder: String,
    /// Whether every capability is given up.
    pub drops_capabilities: bool,
    /// Whether no program can give rights back.
    pub no_new_privileges: bool,
    /// System-call filters as the kernel reads them, loaded in this order.
    pub filters: Vec<Vec<u8>>,
    /// What the agent is told.
    pub arguments: Vec<String>,
}

/// A message to a builder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Build the template. Comes first, once. Answered by `Ready`.
    Prepare(Template),
    /// Open a chamber. Answered by `Opened`, with a descriptor of its first process.
    Open(Recipe),
}

/// A builder's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The template stands.
    Ready,
    /// The first process exists. Whether it gets through its steps shows on its output.
    Opened,
    /// It could not be done.
    Failed {
        /// Why, as one fragment.
        reason: String,
    },
}

const FOLDER: u8 = 1;
const LINK: u8 = 2;
const SHOW: u8 = 3;
const DEVICE: u8 = 4;
const MEMORY: u8 = 5;
const PROCESSES: u8 = 6;
const TERMINALS: u8 = 7;
const AGAIN: u8 = 8;
const READ_ONLY: u8 = 9;
const NO_USER_NAMESPACES: u8 = 10;

const PREPARE: u8 = 1;
const OPEN: u8 = 2;

const READY: u8 = 1;
const OPENED: u8 = 2;
const FAILED: u8 = 3;

impl Step {
    fn encode(&self) -> Vec<u8> {
        match self {
            Self::Folder { at } => Fields::new(FOLDER).text(at),
            Self::Link { target, at } => Fields::new(LINK).text(target).text(at),
            Self::Show { source, at } => Fields::new(SHOW).text(source).text(at),
            Self::Device { source, at } => Fields::new(DEVICE).text(source).text(at),
            Self::Memory { at, size_bytes, mode } => Fields::new(MEMORY).text(at).u64(*size_bytes).u32(*mode),
            Self::Processes { at } => Fields::new(PROCESSES).text(at),
            Self::Terminals { at } => Fields::new(TERMINALS).text(at),
            Self::Again { at } => Fields::new(AGAIN).text(at),
            Self::ReadOnly { at } => Fields::new(READ_ONLY).text(at),
            Self::NoUserNamespaces => Fields::new(NO_USER_NAMESPACES),
        }
        .0
    }

    fn decode(content: &[u8]) -> Result<Self, Malformed> {
        let mut taker = Taker::new(content);
        let step = match taker.byte()? {
            FOLDER => Self::Folder { at: taker.text()? },
            LINK => Self::Link { target: taker.text()?, at: taker.text()? },
            SHOW => Self::Show { source: taker.text()?, at: taker.text()? },
            DEVICE => Self::Device { source: taker.text()?, at: taker.text()? },
            MEMORY => Self::Memory { at: taker.text()?, size_bytes: taker.u64()?, mode: taker.u32()? },
            PROCESSES => Self::Processes { at: taker.text()? },
            TERMINALS => Self::Terminals { at: taker.text()? },
            AGAIN => Self::Again { at: taker.text()? },
            READ_ONLY => Self::ReadOnly { at: taker.text()? },
            NO_USER_NAMESPACES => Self::NoUserNamespaces,
            _ => return Err(Malformed("a step of unknown kind")),
        };
        taker.end()?;
        Ok(step)
    }
}

fn list<T>(fields: Fields, items: &[T], encode: impl Fn(&T) -> Vec<u8>) -> Fields {
    items.iter().fold(fields.count(items.len()), |fields, item| fields.bytes(&encode(item)))
}

fn taken<T>(
    taker: &mut Taker<'_>,
    decode: impl Fn(&[u8]) -> Result<T, Malformed>,
) -> Result<Vec<T>, Malformed> {
    (0..taker.count()?).map(|_| decode(taker.bytes()?)).collect()
}

impl Order {
    /// The message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Prepare(template) => {
                list(Fields::new(PREPARE).text(&template.scratch), &template.steps, Step::encode).0
            }
            Self::Open(recipe) => recipe.encode(),
        }
    }

    /// The order that a message holds.
    ///
    /// # Errors
    /// [`Malformed`] when it is not exactly one.
    pub fn decode(content: &[u8]) -> Result<Self, Malformed> {
        let mut taker = Taker::new(content);
        let order = match taker.byte()? {
            PREPARE => {
                Self::Prepare(Template { scratch: taker.text()?, steps: taken(&mut taker, Step::decode)? })
            }
            OPEN => Self::Open(Recipe::decode(&mut taker)?),
            _ => return Err(Malformed("an order of unknown kind")),
        };
        taker.end()?;
        Ok(order)
    }
}

impl Recipe {
    fn encode(&self) -> Vec<u8> {
        let fields = Fields::new(OPEN)
            .u64(self.namespaces)
            .u32(self.outer_id)
            .u32(self.inner_id)
            .text(&self.hostname)
            .text(&self.folder)
            .byte(self.drops_capabilities.into())
            .byte(self.no_new_privileges.into());
        let fields = list(fields, &self.steps, Step::encode);
        let fields = list(fields, &self.filters, Vec::clone);
        list(fields, &self.arguments, |argument| argument.clone().into_bytes()).0
    }

    fn decode(taker: &mut Taker<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            namespaces: taker.u64()?,
            outer_id: taker.u32()?,
            inner_id: taker.u32()?,
            hostname: taker.text()?,
            folder: taker.text()?,
            drops_capabilities: taker.byte()? != 0,
            no_new_privileges: taker.byte()? != 0,
            steps: taken(taker, Step::decode)?,
            filters: taken(taker, |bytes| Ok(bytes.to_vec()))?,
            arguments: taken(taker, |bytes| {
                String::from_utf8(bytes.to_vec()).map_err(|_| Malformed("a text that is not UTF-8"))
            })?,
        })
    }
}

impl Reply {
    /// The message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Ready => Fields::new(READY),
            Self::Opened => Fields::new(OPENED),
            Self::Failed { reason } => Fields::new(FAILED).text(reason),
        }
        .0
    }

    /// The reply that a message holds.
    ///
    /// # Errors
    /// [`Malformed`] when it is not exactly one.
    pub fn decode(content: &[u8]) -> Result<Self, Malformed> {
        let mut taker = Taker::new(content);
        let reply = match taker.byte()? {
            READY => Self::Ready,
            OPENED => Self::Opened,
            FAILED => Self::Failed { reason: taker.text()? },
            _ => return Err(Malformed("a reply of unknown kind")),
        };
        taker.end()?;
        Ok(reply)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps() -> Vec<Step> {
        let at = || "/a".to_owned();
        vec![
            Step::Folder { at: at() },
            Step::Link { target: "b".to_owned(), at: at() },
            Step::Show { source: "/s".to_owned(), at: at() },
            Step::Device { source: "/d".to_owned(), at: at() },
            Step::Memory { at: at(), size_bytes: 1 << 40, mode: 0o1777 },
            Step::Processes { at: at() },
            Step::Terminals { at: at() },
            Step::Again { at: at() },
            Step::ReadOnly { at: at() },
            Step::NoUserNamespaces,
        ]
    }

    fn orders() -> [Order; 2] {
        let recipe = Recipe {
            namespaces: 1 << 33,
            outer_id: 7,
            inner_id: 8,
            hostname: "h".to_owned(),
            steps: steps(),
            folder: "/work".to_owned(),
            drops_capabilities: true,
            no_new_privileges: false,
            filters: vec![vec![0; 16], Vec::new()],
            arguments: vec!["1".to_owned()],
        };
        [Order::Prepare(Template { scratch: "/x".to_owned(), steps: steps() }), Order::Open(recipe)]
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        for order in orders() {
            assert_eq!(Order::decode(&order.encode()), Ok(order));
        }
        for reply in [Reply::Ready, Reply::Opened, Reply::Failed { reason: "r".to_owned() }] {
            assert_eq!(Reply::decode(&reply.encode()), Ok(reply));
        }
    }

    #[test]
    fn a_message_cut_short_or_too_long_is_no_order() {
        for order in orders() {
            let whole = order.encode();
            for length in 0..whole.len() {
                assert!(Order::decode(&whole[..length]).is_err(), "{length}");
            }
            assert!(Order::decode(&[whole, vec![0]].concat()).is_err());
        }
    }
}
