//! An agent whose workspace cannot be saved: what becomes of it does not depend on whether it was interrupted.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chamber::{Host, HostOptions};
use range::agent::{Desk, ToolStyle};
use range::chat::{Ask, Cancel, ChatError, Patience};
use range::oracle::Builds;
use range::suite::Item;
use range::transcript;
use types::chat::{ChatRequest, ChatResponse, Choice, Message, Role, Usage};
use types::transcript::{Budget, Event, Limit};
use types::{AttemptId, Clock, Outcome, RunNumber, Timestamp};

struct Epoch;

impl Clock for Epoch {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(0).unwrap()
    }
}

/// Gives the commands one after the other, and counts how often it is asked.
struct Agent<'a> {
    commands: &'a [String],
    asked: AtomicU32,
}

impl Ask for Agent<'_> {
    fn ask(&self, request: &ChatRequest, _within: Duration) -> Result<ChatResponse, ChatError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let turn = request.messages.iter().filter(|message| message.role == Role::Assistant).count();
        let text =
            self.commands.get(turn).map_or("DONE".to_owned(), |command| format!("```bash\n{command}\n```"));
        Ok(ChatResponse {
            id: "answer".to_owned(),
            model: "agent".to_owned(),
            choices: vec![Choice {
                index: 0,
                message: Message::text(Role::Assistant, text),
                finish_reason: Some("stop".to_owned()),
            }],
            usage: Some(Usage { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 }),
        })
    }
}

struct Table {
    host: Host,
    item: Item,
    builds: Builds,
}

impl Table {
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../suites/starter/crack-1-repeating-xor");
        let host = Host::find(&HostOptions::default()).unwrap();
        Self { host, item: Item::read(&folder).unwrap(), builds: Builds::default() }
    }

    fn solution(&self) -> String {
        std::fs::read_to_string(self.item.folder.join("solution/solve.sh")).unwrap()
    }

    /// Makes the attempt in `folder`, or goes on with it; the process seems to be killed after event `killed_after`.
    fn attempt(&self, folder: &Path, agent: &Agent<'_>, killed_after: Option<usize>) -> Option<Outcome> {
        std::fs::create_dir_all(folder.join("attempts")).unwrap();
        let desk = Desk {
            host: &self.host,
            builds: &self.builds,
            chat: agent,
            model: "agent",
            style: ToolStyle::Fenced,
            budget: Budget { tokens: 10_000, turns: 10, seconds: 600 },
            patience: Patience::default(),
            cancel: &Cancel::default(),
            clock: &Epoch,
            folder,
        };
        let id = AttemptId { run: RunNumber::FIRST, item: self.item.id.clone() };
        let mut seen = 0;
        let made = catch_unwind(AssertUnwindSafe(|| {
            desk.attempt(&id, &self.item, &mut |_| {
                seen += 1;
                assert_ne!(Some(seen), killed_after, "killed");
            })
        }));
        made.ok().map(Result::unwrap)
    }

    fn events(&self, folder: &Path) -> Vec<Event> {
        let file = folder.join("attempts").join(format!("{}.jsonl", self.item.id));
        transcript::read(&file).unwrap().into_iter().map(|entry| entry.event).collect()
    }
}

/// Leaves `submission` behind while its workspace becomes too large, and would do better afterwards.
fn overfilling(table: &Table, submission: &str) -> Vec<String> {
    let fill = format!("{submission}\nhead -c 80M /dev/zero > /tmp/large");
    vec!["echo begun > /work/begun".to_owned(), fill, format!("rm /tmp/large\n{}", table.solution())]
}

#[test]
fn a_workspace_that_cannot_be_saved_ends_the_turns_and_what_it_holds_is_judged() {
    let table = Table::new();
    for (submission, outcome) in
        [(table.solution(), Outcome::Passed), ("echo guess > /work/submission".to_owned(), Outcome::Failed)]
    {
        let commands = overfilling(&table, &submission);
        let agent = Agent { commands: &commands, asked: AtomicU32::new(0) };
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(table.attempt(folder.path(), &agent, None), Some(outcome));
        assert_eq!(agent.asked.into_inner(), 2);
        let limited = |event: &Event| matches!(event, Event::LimitReached { limit: Limit::Workspace });
        assert_eq!(table.events(folder.path()).iter().filter(|event| limited(event)).count(), 1);
    }
}

#[test]
fn filling_the_workspace_does_not_turn_a_failure_into_a_missing_result() {
    let table = Table::new();
    let commands = overfilling(&table, "echo guess > /work/submission");
    let undisturbed = tempfile::tempdir().unwrap();
    let agent = Agent { commands: &commands, asked: AtomicU32::new(0) };
    assert_eq!(table.attempt(undisturbed.path(), &agent, None), Some(Outcome::Failed));
    for killed_after in 1..table.events(undisturbed.path()).len() {
        let folder = tempfile::tempdir().unwrap();
        let agent = Agent { commands: &commands, asked: AtomicU32::new(0) };
        assert_eq!(table.attempt(folder.path(), &agent, Some(killed_after)), None);
        let outcome = table.attempt(folder.path(), &agent, None);
        assert_eq!(outcome, Some(Outcome::Failed), "killed after event {killed_after}");
        assert_eq!(agent.asked.into_inner(), 2, "killed after event {killed_after}");
    }
}
