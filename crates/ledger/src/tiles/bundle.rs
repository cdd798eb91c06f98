//! Entry bundles: up to 256 entries, each preceded by its length as two big-endian bytes.

/// The longest entry that a bundle can hold.
pub const MAX_ENTRY_BYTES: usize = u16::MAX as usize;

/// Why an entry or a bundle is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Log its digest instead.
    #[error("an entry is at most 65535 bytes long, this one has {0}")]
    EntryTooLong(usize),
    /// Fetch the bundle again.
    #[error("the bundle ends within an entry")]
    CutShort,
}

/// Refuses an entry that no bundle can hold.
///
/// # Errors
/// [`BundleError::EntryTooLong`].
pub fn check_entry(entry: &[u8]) -> Result<(), BundleError> {
    if entry.len() <= MAX_ENTRY_BYTES { Ok(()) } else { Err(BundleError::EntryTooLong(entry.len())) }
}

/// Adds an entry that [`check_entry`] let through.
pub(crate) fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) {
    bundle.extend_from_slice(&(entry.len() as u16).to_be_bytes());
    bundle.extend_from_slice(entry);
}

/// The entries of a bundle.
///
/// # Errors
/// [`BundleError::CutShort`].
pub fn split_bundle(mut bundle: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::new();
    while !bundle.is_empty() {
        let (length, rest) = bundle.split_first_chunk::<2>().ok_or(BundleError::CutShort)?;
        let (entry, rest) =
            rest.split_at_checked(u16::from_be_bytes(*length).into()).ok_or(BundleError::CutShort)?;
        entries.push(entry);
        bundle = rest;
    }
    Ok(entries)
}
