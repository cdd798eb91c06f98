//! What every journal must do, whatever it keeps its lines in.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

use std::sync::{Arc, Barrier};
use std::thread;

use docket::journal::{APPEND_MAX_LINES, Append, AppendError, DOCUMENT_MAX_BYTES, Journal, JournalError};
use docket::{ENTRY_MAX_BYTES, StreamId};
use store::{Fault, Memory, Sqlite};
use tempfile::TempDir;
use types::Digest;

fn case(name: &str) -> StreamId {
    StreamId::Case(name.parse().unwrap())
}

fn lines(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn add(journal: &dyn Journal, stream: &StreamId, expected: u64, words: &[&str]) -> Result<u64, AppendError> {
    add_with(journal, (stream, expected), words, &[], &[])
}

fn add_with(
    journal: &dyn Journal,
    (stream, expected): (&StreamId, u64),
    words: &[&str],
    outbox: &[&str],
    unmoved: &[(StreamId, u64)],
) -> Result<u64, AppendError> {
    let (lines, outbox) = (lines(words), lines(outbox));
    journal.append(&Append { stream, expected, unmoved, lines: &lines, outbox: &outbox, documents: &[] })
}

fn moved(result: Result<u64, AppendError>) -> Option<(StreamId, u64, u64)> {
    match result {
        Err(AppendError::Moved { stream, expected, found }) => Some((stream, expected, found)),
        _ => None,
    }
}

/// Runs a rule on each kind of journal.
fn on_each(rule: impl Fn(&dyn Journal)) {
    rule(&Memory::new());
    let folder = tempfile::tempdir().unwrap();
    rule(&open(&folder));
}

fn open(folder: &TempDir) -> Sqlite {
    Sqlite::open(&folder.path().join("docket.sqlite")).unwrap()
}

#[test]
fn a_stream_is_read_in_the_order_in_which_it_was_written() {
    on_each(|journal| {
        assert_eq!(journal.read(&case("a")).unwrap(), Vec::<String>::new());
        assert_eq!(add(journal, &case("a"), 0, &["one", "two"]).unwrap(), 2);
        assert_eq!(add(journal, &case("a"), 2, &["three", "\u{e4} ' \" -- ;"]).unwrap(), 4);
        assert_eq!(add(journal, &StreamId::Register, 0, &["other"]).unwrap(), 1);
        assert_eq!(journal.read(&case("a")).unwrap(), lines(&["one", "two", "three", "\u{e4} ' \" -- ;"]));
        assert_eq!(journal.streams().unwrap(), [StreamId::Register, case("a")]);
    });
}

#[test]
fn an_append_on_another_length_than_expected_leaves_nothing() {
    on_each(|journal| {
        add(journal, &case("a"), 0, &["one"]).unwrap();
        for expected in [0, 2, 7] {
            let result = add_with(journal, (&case("a"), expected), &["late"], &["tell"], &[]);
            assert_eq!(moved(result), Some((case("a"), expected, 1)));
        }
        assert_eq!(moved(add(journal, &case("new"), 1, &["x"])), Some((case("new"), 1, 0)));
        assert_eq!(journal.read(&case("a")).unwrap(), lines(&["one"]));
        assert_eq!(journal.streams().unwrap(), [case("a")]);
        assert!(journal.waiting(10).unwrap().is_empty());
    });
}

#[test]
fn an_append_fails_when_a_stream_that_it_was_decided_on_has_moved() {
    on_each(|journal| {
        let register = |version| [(StreamId::Register, version)];
        add_with(journal, (&case("a"), 0), &["one"], &[], &register(0)).unwrap();
        add(journal, &StreamId::Register, 0, &["revoked"]).unwrap();
        let late = add_with(journal, (&case("a"), 1), &["two"], &["tell"], &register(0));
        assert_eq!(moved(late), Some((StreamId::Register, 0, 1)));
        assert_eq!(journal.read(&case("a")).unwrap(), lines(&["one"]));
        assert!(journal.waiting(10).unwrap().is_empty());
        add_with(journal, (&case("a"), 1), &["two"], &[], &register(1)).unwrap();
        assert_eq!(journal.read(&StreamId::Register).unwrap(), lines(&["revoked"]), "held, not changed");
    });
}

#[test]
fn messages_are_kept_with_their_lines_until_they_are_sent() {
    on_each(|journal| {
        add_with(journal, (&case("a"), 0), &["one"], &["first", "second"], &[]).unwrap();
        add_with(journal, (&case("a"), 1), &["two"], &["third"], &[]).unwrap();
        let waiting = journal.waiting(10).unwrap();
        let bodies: Vec<&str> = waiting.iter().map(|message| message.body.as_str()).collect();
        assert_eq!(bodies, ["first", "second", "third"]);
        assert_eq!(journal.waiting(2).unwrap(), waiting[..2]);
        journal.sent(&waiting[0].id).unwrap();
        journal.sent(&waiting[0].id).unwrap();
        assert_eq!(journal.waiting(10).unwrap(), waiting[1..]);
    });
}

#[test]
fn what_is_outside_the_limits_is_refused_before_anything_is_kept() {
    on_each(|journal| {
        let long = "x".repeat(ENTRY_MAX_BYTES + 1);
        let many = vec!["x"; APPEND_MAX_LINES + 1];
        for words in [vec![], vec!["two\nlines"], vec![long.as_str()], many] {
            assert!(matches!(add(journal, &case("a"), 0, &words), Err(AppendError::OutOfBounds)));
        }
        assert!(journal.streams().unwrap().is_empty());
        let longest = "x".repeat(ENTRY_MAX_BYTES);
        add(journal, &case("a"), 0, &[longest.as_str(); 3]).unwrap();
        assert_eq!(journal.read(&case("a")).unwrap().len(), 3);
    });
}

#[test]
fn a_document_is_kept_with_the_lines_that_name_it_and_found_by_its_digest() {
    on_each(|journal| {
        let lines = lines(&["one"]);
        let letter = (Digest::of(b"a letter"), "a letter".to_owned());
        let documents = [letter.clone(), letter, (Digest::of(b"other"), "\n".to_owned())];
        let stream = case("a");
        let append = |expected| Append {
            stream: &stream,
            expected,
            unmoved: &[],
            lines: &lines,
            outbox: &[],
            documents: &documents,
        };
        let digest = Digest::of(b"a letter");
        assert!(journal.append(&append(3)).is_err());
        assert_eq!(journal.document(digest).unwrap(), None);
        journal.append(&append(0)).unwrap();
        journal.append(&append(1)).unwrap();
        assert_eq!(journal.document(digest).unwrap().as_deref(), Some("a letter"));
        let long = [(digest, "x".repeat(DOCUMENT_MAX_BYTES + 1))];
        assert!(matches!(
            journal.append(&Append { documents: &long, ..append(2) }),
            Err(AppendError::OutOfBounds)
        ));
    });
}

#[test]
fn of_many_who_append_at_once_one_succeeds() {
    let folder = tempfile::tempdir().unwrap();
    open(&folder);
    let (memory, gate) = (Arc::new(Memory::new()), Arc::new(Barrier::new(8)));
    let race = |journal: &dyn Journal| {
        gate.wait();
        add(journal, &case("a"), 0, &["mine"]).is_ok()
    };
    // Every thread opens the file itself, as processes would.
    let won = |race: &(dyn Fn() -> bool + Sync)| {
        thread::scope(|scope| {
            let racers: Vec<_> = (0..8).map(|_| scope.spawn(race)).collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).filter(|won| *won).count()
        })
    };
    assert_eq!(won(&|| race(&*memory)), 1);
    assert_eq!(won(&|| race(&open(&folder))), 1);
    assert_eq!(open(&folder).read(&case("a")).unwrap(), lines(&["mine"]));
}

#[test]
fn a_planned_fault_keeps_nothing_or_everything_and_says_that_it_failed_either_way() {
    for (fault, kept) in [(Fault::Before, 0), (Fault::After, 1)] {
        let journal = Memory::new();
        journal.fail_after(0, fault);
        let failed = add_with(&journal, (&case("a"), 0), &["one"], &["tell"], &[]);
        assert!(matches!(failed, Err(AppendError::Journal(JournalError::Unavailable(_)))));
        assert!(!journal.fault_pending());
        assert_eq!(journal.read(&case("a")).unwrap().len(), kept);
        assert_eq!(journal.waiting(10).unwrap().len(), kept);
    }
}
