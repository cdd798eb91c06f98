//! Delivering receipts: each waiting message becomes a file that the house signed, then it is forgotten. Delivered
//! twice, it is the same file.

use std::fs;
use std::io;
use std::path::Path;

use docket::view::Receipt;
use ledger::{Note, SignerKey};

use super::{CaseError, Office};
use crate::error::FlowError;

/// Messages that are looked at in one go.
const AT_ONCE: u32 = 256;

/// Writes the receipts that wait beneath `folder`, a folder for each case. Says how many there were. The signer is asked
/// for only when there are some.
///
/// # Errors
/// [`CaseError`]; what could not be delivered waits on.
pub fn deliver(
    office: &Office<'_>,
    folder: &Path,
    signer: impl FnOnce() -> Result<SignerKey, FlowError>,
) -> Result<usize, CaseError> {
    let mut count = 0;
    if office.journal.waiting(1)?.is_empty() {
        return Ok(count);
    }
    let signer = signer().map_err(|error| CaseError::House(Box::new(error)))?;
    loop {
        let waiting = office.journal.waiting(AT_ONCE)?;
        if waiting.is_empty() {
            return Ok(count);
        }
        for message in waiting {
            let invalid =
                || CaseError::Invalid { file: folder.to_owned(), what: "a message is no receipt".to_owned() };
            let receipt: Receipt = serde_json::from_str(&message.body).map_err(|_| invalid())?;
            let case = folder.join(receipt.case.as_str());
            let file = case.join(format!("{:06}.txt", receipt.version));
            let failed = |source| CaseError::File { file: file.clone(), source };
            fs::create_dir_all(&case).map_err(failed)?;
            let note =
                Note::sign(&text(&receipt), &signer).map_err(|error| failed(io::Error::other(error)))?;
            let partial = file.with_extension("partial");
            fs::write(&partial, note.to_string())
                .and_then(|()| fs::rename(&partial, &file))
                .map_err(failed)?;
            office.journal.sent(&message.id)?;
            count += 1;
        }
    }
}

fn text(receipt: &Receipt) -> String {
    format!(
        "proofhouse-receipt-1\ncase {}\nversion {}\nat {}\nstep {}\nentry {}\n",
        receipt.case, receipt.version, receipt.at, receipt.step, receipt.digest
    )
}
