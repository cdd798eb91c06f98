//! Reading an artefact at rest: anywhere, and never before it was authenticated.

use types::{Digest, Hasher};

use super::cobblestone::{
    CHUNK_BYTES, HEADER_BYTES, MessageKey, SEALED_CHUNK_BYTES, TAG_BYTES, open_message, sealed_bytes,
};
use super::error::OpenError;
use super::index::{Index, PartSize, part_bytes, part_count, part_name};
use super::place::{Content, DataKey, Place};
use super::store::Parts;

/// The longest list of files that is read: 4 TiB in parts of 16 MiB.
pub(crate) const MAX_LIST_BYTES: u64 = 64 << 20;
/// A chunk that does not open is tried at this many other places, to say where it belongs: a tenth of a second.
const MAX_PLACES: u64 = 4096;

/// An artefact that opened.
pub struct Sealed<'a> {
    place: Place,
    key: DataKey,
    parts: &'a dyn Parts,
    index: Index,
}

/// Where a part belongs and how long it is.
#[derive(Clone, Copy)]
pub(crate) struct Whereabouts<'a> {
    pub(crate) file: u32,
    pub(crate) path: &'a str,
    pub(crate) part: u32,
    pub(crate) size_bytes: u64,
}

impl<'a> Sealed<'a> {
    /// Opens the index with the artefact's key.
    ///
    /// # Errors
    /// [`OpenError::Unfinished`], [`OpenError::Key`] and [`OpenError::Index`].
    pub fn open(place: Place, key: DataKey, parts: &'a dyn Parts) -> Result<Self, OpenError> {
        let text = list(&place, &key, parts, Content::Index, "index")?.ok_or(OpenError::Unfinished)?;
        let index = Index::parse(&text).map_err(OpenError::Index)?;
        Ok(Self { place, key, parts, index })
    }

    /// What the artefact holds.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    fn whereabouts(&self, file: u32, part: u32) -> Option<Whereabouts<'_>> {
        let listed = self.index.files.get(file as usize)?;
        let size_bytes = part_bytes(listed.size_bytes, self.index.part_bytes, part);
        Some(Whereabouts { file, path: &listed.path, part, size_bytes })
    }

    /// Fills `buffer` with a file's bytes from `at` on.
    ///
    /// # Errors
    /// Any [`OpenError`]; what `buffer` then holds was authenticated, but is not all of it.
    pub fn read_at(&self, file: u32, at: u64, buffer: &mut [u8]) -> Result<(), OpenError> {
        let end = at.saturating_add(buffer.len() as u64);
        let range = || OpenError::Range { file, at, end };
        let listed = self.index.files.get(file as usize).ok_or_else(range)?;
        if end > listed.size_bytes {
            return Err(range());
        }
        let (size, mut done) = (self.index.part_bytes.bytes(), 0);
        let mut chunk = vec![0; SEALED_CHUNK_BYTES];
        let mut opened: Option<(u32, MessageKey)> = None;
        while done < buffer.len() {
            let position = at + done as u64;
            let part = u32::try_from(position / size).map_err(|_| range())?;
            let here = self.whereabouts(file, part).ok_or_else(range)?;
            let key = match opened.take() {
                Some((which, key)) if which == part => key,
                _ => self.part_key(here)?,
            };
            let within = position % size;
            let number = within / CHUNK_BYTES as u64;
            let plain = open_chunk(self.parts, &key, here, number, &mut chunk)?;
            let from = (within % CHUNK_BYTES as u64) as usize;
            let count = (plain.len() - from).min(buffer.len() - done);
            buffer[done..done + count].copy_from_slice(&plain[from..from + count]);
            done += count;
            opened = Some((part, key));
        }
        Ok(())
    }

    /// Reads a whole file in order and holds it against its digest at the end.
    ///
    /// # Errors
    /// Any [`OpenError`]. What was given to `sink` before was authenticated chunk by chunk.
    pub fn stream(&self, file: u32, sink: &mut dyn FnMut(&[u8])) -> Result<(), OpenError> {
        let range = || OpenError::Range { file, at: 0, end: u64::MAX };
        let listed = self.index.files.get(file as usize).ok_or_else(range)?;
        let mut whole = Hasher::default();
        for (part, digest) in (0..).zip(&listed.parts_blake3) {
            let here = self.whereabouts(file, part).ok_or_else(range)?;
            let mut blake3 = blake3::Hasher::new();
            read_part(self.parts, &self.part_key(here)?, here, &mut |bytes| {
                whole.update(bytes);
                blake3.update(bytes);
                sink(bytes);
            })?;
            if blake3.finalize().to_hex().as_str() != digest {
                return Err(OpenError::Digest { path: listed.path.clone() });
            }
        }
        let found: Digest = whole.finish();
        if found == listed.sha256 { Ok(()) } else { Err(OpenError::Digest { path: listed.path.clone() }) }
    }

    /// Reads everything once, and gives nothing out.
    ///
    /// # Errors
    /// Any [`OpenError`].
    pub fn verify(&self) -> Result<(), OpenError> {
        (0..).take(self.index.files.len()).try_for_each(|file| self.stream(file, &mut |_| ()))
    }

    /// The key of a part, if what lies in its place is that part.
    fn part_key(&self, here: Whereabouts<'_>) -> Result<MessageKey, OpenError> {
        let key = part_key(&self.place, &self.key, self.parts, here).map_err(|error| match error {
            OpenError::ForeignPart { path, part } => match self.belongs(here) {
                Some((from_path, from_part)) => OpenError::MovedPart { path, part, from_path, from_part },
                None => OpenError::ForeignPart { path, part },
            },
            other => other,
        })?;
        let listed = self.index.files.get(here.file as usize);
        let due = listed.and_then(|listed| listed.parts_commitment.get(here.part as usize));
        if due.is_some_and(|due| *due == key.commitment()) {
            return Ok(key);
        }
        Err(OpenError::StalePart { path: here.path.to_owned(), part: here.part })
    }

    /// Which part of this artefact lies in the place of another.
    fn belongs(&self, here: Whereabouts<'_>) -> Option<(String, u32)> {
        let mut header = [0; HEADER_BYTES];
        self.parts.read(&part_name(here.file, here.part), 0, &mut header).ok()?;
        for (file, listed) in (0..).zip(&self.index.files) {
            for part in (0..).take(listed.parts_blake3.len()) {
                let content = Content::Part { file, path: &listed.path, part };
                if MessageKey::of(self.key.expose(), &header, &self.place.context(content)).is_some() {
                    return Some((listed.path.clone(), part));
                }
            }
        }
        None
    }
}

/// The key of a part, if what lies in its place is that part.
pub(crate) fn part_key(
    place: &Place,
    key: &DataKey,
    parts: &dyn Parts,
    here: Whereabouts<'_>,
) -> Result<MessageKey, OpenError> {
    let mut header = [0; HEADER_BYTES];
    parts.read(&part_name(here.file, here.part), 0, &mut header).map_err(|error| gone(error, here))?;
    let content = Content::Part { file: here.file, path: here.path, part: here.part };
    MessageKey::of(key.expose(), &header, &place.context(content))
        .ok_or_else(|| OpenError::ForeignPart { path: here.path.to_owned(), part: here.part })
}

/// Reads a part in order.
pub(crate) fn read_part(
    parts: &dyn Parts,
    key: &MessageKey,
    here: Whereabouts<'_>,
    sink: &mut dyn FnMut(&[u8]),
) -> Result<(), OpenError> {
    let mut chunk = vec![0; SEALED_CHUNK_BYTES];
    for number in 0..=here.size_bytes / CHUNK_BYTES as u64 {
        sink(open_chunk(parts, key, here, number, &mut chunk)?);
    }
    let end = sealed_bytes(here.size_bytes);
    if parts.read(&part_name(here.file, here.part), end, &mut [0]).is_ok() {
        return Err(OpenError::Truncated { path: here.path.to_owned(), part: here.part });
    }
    Ok(())
}

fn open_chunk<'b>(
    parts: &dyn Parts,
    key: &MessageKey,
    here: Whereabouts<'_>,
    number: u64,
    buffer: &'b mut [u8],
) -> Result<&'b [u8], OpenError> {
    let left = here.size_bytes.saturating_sub(number * CHUNK_BYTES as u64);
    // At most a chunk: fits.
    let size = left.min(CHUNK_BYTES as u64) as usize + TAG_BYTES;
    let at = HEADER_BYTES as u64 + number * SEALED_CHUNK_BYTES as u64;
    let buffer = &mut buffer[..size];
    let name = part_name(here.file, here.part);
    parts.read(&name, at, buffer).map_err(|error| gone(error, here))?;
    let sealed = buffer.to_vec();
    match key.open(number, buffer) {
        Some(plain) => Ok(plain),
        None => Err(misplaced(key, here, number, &sealed)),
    }
}

/// What is wrong with a chunk that does not open in its place.
fn misplaced(key: &MessageKey, here: Whereabouts<'_>, number: u64, sealed: &[u8]) -> OpenError {
    let chunks = here.size_bytes / CHUNK_BYTES as u64 + 1;
    let belongs = (0..chunks.min(MAX_PLACES)).find(|other| key.open(*other, &mut sealed.to_vec()).is_some());
    let (path, part) = (here.path.to_owned(), here.part);
    match belongs {
        Some(from) => OpenError::MovedChunk { path, part, chunk: number, from },
        None => OpenError::ForeignChunk { path, part, chunk: number },
    }
}

fn gone(error: super::store::StoreError, here: Whereabouts<'_>) -> OpenError {
    let (path, part) = (here.path.to_owned(), here.part);
    match error.source.kind() {
        std::io::ErrorKind::NotFound => OpenError::Missing { path, part },
        std::io::ErrorKind::UnexpectedEof => OpenError::Truncated { path, part },
        _ => OpenError::Store(error),
    }
}

/// Reads and opens one of the two lists; `None` if it is not there.
pub(crate) fn list(
    place: &Place,
    key: &DataKey,
    parts: &dyn Parts,
    content: Content<'_>,
    name: &str,
) -> Result<Option<Vec<u8>>, OpenError> {
    let Some((_, size)) = parts.list()?.into_iter().find(|(listed, _)| listed == name) else {
        return Ok(None);
    };
    if size > MAX_LIST_BYTES {
        return Err(OpenError::Index("it is too long".to_owned()));
    }
    // Bounded above.
    let mut sealed = vec![0; size as usize];
    parts.read(name, 0, &mut sealed)?;
    open_message(key.expose(), &place.context(content), &sealed).map(Some).ok_or(OpenError::Key)
}

/// Every part of a file with its size.
pub(crate) fn whereabouts(
    file: u32,
    path: &str,
    size_bytes: u64,
    size: PartSize,
) -> impl Iterator<Item = Whereabouts<'_>> {
    (0..)
        .take(usize::try_from(part_count(size_bytes, size)).unwrap_or(usize::MAX))
        .map(move |part| Whereabouts { file, path, part, size_bytes: part_bytes(size_bytes, size, part) })
}
