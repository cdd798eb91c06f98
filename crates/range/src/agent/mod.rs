//! One attempt: a model works on an item in a chamber, turn by turn, and its submission is judged.
//!
//! Every step is in the transcript before the next one is taken. An attempt that was stopped goes on from its last
//! turn; an answer that was written down is never asked for again, so that stopping and starting draws nothing anew.

pub mod prompt;
mod state;
mod workspace;

use std::path::{Path, PathBuf};
use std::time::Duration;

use chamber::{Chamber, ChamberError, Collected, Exec, Host, Limits};
use types::chat::{ChatRequest, Message, Role, Usage};
use types::transcript::{Budget, Entry, Event, Exit, Limit, ProbeResult, Submission};
use types::{AttemptId, Clock, Digest, Outcome, Unscorable};

use crate::SUBMISSION_PATH;
use crate::chat::{Ask, Cancel, ChatError, Patience};
use crate::oracle::{Bench, Builds, OracleError, Verdict};
use crate::suite::Item;
use crate::transcript::{Transcript, TranscriptError};

pub use prompt::ToolStyle;
use prompt::Wanted;
use state::{Answer, State};
pub use workspace::write_file;

/// What a model sees of a command's output: its beginning and its end.
const OUTPUT_MAX_BYTES: u64 = 8 << 10;
/// One command may not use up the whole attempt.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(120);
/// The most tokens of one answer, where the budget leaves more.
const ANSWER_MAX_TOKENS: u64 = 4096;
/// The least worth asking for.
const ANSWER_MIN_TOKENS: u64 = 16;
/// Longest text that a transcript keeps of one command.
const COMMAND_MAX_CHARS: usize = 64 << 10;

/// What attempts share.
pub struct Desk<'a> {
    /// Where chambers are opened.
    pub host: &'a Host,
    /// Compiled oracle programs.
    pub builds: &'a Builds,
    /// The model.
    pub chat: &'a dyn Ask,
    /// Its name, as its endpoint knows it.
    pub model: &'a str,
    /// How it asks for commands.
    pub style: ToolStyle,
    /// What each attempt may use.
    pub budget: Budget,
    /// How patiently it is asked.
    pub patience: Patience,
    /// Ends everything.
    pub cancel: &'a Cancel,
    /// The time.
    pub clock: &'a dyn Clock,
    /// The run's folder.
    pub folder: &'a Path,
}

/// An attempt that did not come to its end; the transcript holds what was done, and the same attempt can go on.
#[derive(Debug, thiserror::Error)]
pub enum AttemptError {
    /// The probe found a way out.
    #[error("the chamber does not contain: {0} was open; nothing was run in it")]
    NotContained(String),
    /// The model could not be asked.
    #[error(transparent)]
    Model(#[from] ChatError),
    /// No chamber could be opened.
    #[error("no chamber could be opened")]
    Chamber(#[source] ChamberError),
    /// The record could not be kept.
    #[error(transparent)]
    Record(#[from] TranscriptError),
}

/// Why turns ended.
enum End {
    /// The agent is done, or a limit was reached: its submission is judged.
    Judge,
    /// The agent used up its chamber: there is no submission, and that is its own doing.
    UsedUp,
    /// There is nothing to judge.
    Without(Outcome),
}

/// What came of a question.
enum Asked {
    /// An answer.
    Answer(Answer),
    /// A limit was reached on the way.
    Limited,
    /// The attempt is over.
    Over(Outcome),
}

impl Desk<'_> {
    /// The transcript's file.
    #[must_use]
    pub fn transcript_path(&self, item: &Item) -> PathBuf {
        self.folder.join("attempts").join(format!("{}.jsonl", item.id))
    }

    /// The submission's file.
    #[must_use]
    pub fn submission_path(&self, item: &Item) -> PathBuf {
        self.folder.join("submissions").join(item.id.as_str())
    }

    /// Makes the attempt, or goes on with it. `watch` sees every entry as it is written.
    ///
    /// # Errors
    /// [`AttemptError`] when the review cannot go on; the attempt is then open and can be continued.
    pub fn attempt(
        &self,
        id: &AttemptId,
        item: &Item,
        watch: &mut dyn FnMut(&Entry),
    ) -> Result<Outcome, AttemptError> {
        let (transcript, entries) = Transcript::open(&self.transcript_path(item), self.clock)?;
        if let Some(Entry { event: Event::AttemptEnded { outcome, .. }, .. }) = entries.last() {
            workspace::clear(self.folder, item);
            return Ok(*outcome);
        }
        let state = State::from_entries(&entries);
        let resumed = state.started;
        let mut attempt = Attempt { desk: self, item, transcript, state, watch, resumed, asked: false };
        if resumed {
            let (turn, workspace) = (attempt.state.turn, attempt.state.workspace);
            attempt.record(Event::AttemptResumed { turn, workspace })?;
        } else {
            attempt.record(Event::AttemptStarted {
                attempt: id.clone(),
                instruction: Digest::of(item.instruction.as_bytes()),
                chamber: format!("{}, {}", self.host.kind_in_words(), self.host.limits_in_words()),
                budget: self.budget,
            })?;
        }
        let outcome = attempt.outcome()?;
        let State { answers, tokens, spent_ms, .. } = attempt.state;
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of one attempt are far below 2^52")]
        let seconds = spent_ms as f64 / 1000.0;
        let named = matches!(attempt.state.submitted, Some(Some(_)));
        if !named {
            // A file that was written just before an interruption, and that the transcript does not name.
            let _ = std::fs::remove_file(self.submission_path(item));
        }
        attempt.record(Event::AttemptEnded { outcome, turns: answers, tokens, seconds })?;
        workspace::clear(self.folder, item);
        Ok(outcome)
    }
}

/// An endpoint's codes for a request that it will not let its model answer.
const DECLINED: [&str; 2] = ["content_filter", "content_policy_violation"];

struct Attempt<'a, 'w> {
    desk: &'a Desk<'a>,
    item: &'a Item,
    transcript: Transcript<'a>,
    state: State,
    watch: &'w mut dyn FnMut(&Entry),
    resumed: bool,
    /// Whether the model has answered since the attempt was started or resumed.
    asked: bool,
}

impl Attempt<'_, '_> {
    fn record(&mut self, event: Event) -> Result<(), AttemptError> {
        let entry = self.transcript.record(event)?;
        (self.watch)(&entry);
        Ok(())
    }

    fn outcome(&mut self) -> Result<Outcome, AttemptError> {
        if self.state.lost {
            return Ok(Outcome::Unscorable(Unscorable::Interrupted));
        }
        let submission = match self.state.submitted {
            Some(known) => known,
            None => match self.work()? {
                Ok(submission) => submission,
                Err(outcome) => return Ok(outcome),
            },
        };
        self.judged(submission)
    }

    /// Opens the chamber and lets the agent work. The inner error is an outcome without a submission.
    fn work(&mut self) -> Result<Result<Option<Submission>, Outcome>, AttemptError> {
        let mut chamber = self.open()?;
        let restored = match self.state.workspace {
            None => self.furnish(&mut chamber),
            Some(saved) => {
                workspace::restore(&mut chamber, self.desk.folder, self.item, self.state.turn, saved)
            }
        };
        let worked = match restored {
            Err(error) => Err(error),
            Ok(false) => return Ok(Err(Outcome::Unscorable(Unscorable::Interrupted))),
            Ok(true) => self.turns(&mut chamber)?,
        };
        let collected = worked.and_then(|end| match end {
            End::Without(outcome) => Ok(Err(outcome)),
            End::UsedUp => Ok(Ok(Collected::Absent)),
            End::Judge => match chamber.get(SUBMISSION_PATH, self.item.oracle.max_bytes) {
                Err(error) if own_doing(&error) => Ok(Ok(Collected::Absent)),
                collected => collected.map(Ok),
            },
        });
        match collected {
            // A chamber that is lost on the way leaves nothing that could be judged.
            Err(_) => Ok(Err(Outcome::Unscorable(Unscorable::ChamberLost))),
            Ok(Err(outcome)) => Ok(Err(outcome)),
            Ok(Ok(collected)) => self.keep(collected).map(Ok),
        }
    }

    fn open(&mut self) -> Result<Chamber, AttemptError> {
        let environment = &self.item.task.environment;
        let limits = Limits {
            memory_bytes: u64::from(environment.memory_mb) << 20,
            pids: 256,
            disk_bytes: u64::from(environment.storage_mb) << 20,
            cpu_millis: environment.cpus.saturating_mul(1000),
            wall: Duration::from_secs(24 * 3600),
        };
        let mut chamber = Chamber::open(self.desk.host, &limits).map_err(AttemptError::Chamber)?;
        let checks = chamber.probe().map_err(AttemptError::Chamber)?;
        let open =
            checks.iter().find(|check| check.result == ProbeResult::Open).map(|check| check.name.clone());
        self.record(Event::Probed { checks })?;
        open.map_or(Ok(chamber), |name| Err(AttemptError::NotContained(name)))
    }

    fn furnish(&self, chamber: &mut Chamber) -> Result<bool, ChamberError> {
        for file in &self.item.files {
            chamber.put(&file.path, 0o644, &file.bytes)?;
        }
        Ok(true)
    }

    /// Takes turns until the agent is done or a limit is reached. The inner error is a lost chamber.
    fn turns(&mut self, chamber: &mut Chamber) -> Result<Result<End, ChamberError>, AttemptError> {
        if self.state.messages.is_empty() {
            self.say(prompt::opening(self.item, self.desk.style))?;
        }
        while !self.state.limited {
            let answer = match self.state.answered.take() {
                Some(answer) => {
                    self.state.messages.push(answer.message.clone());
                    answer
                }
                None => match self.limit() {
                    Some(limit) => {
                        self.limited(limit)?;
                        break;
                    }
                    None => match self.ask()? {
                        Asked::Answer(answer) => answer,
                        Asked::Limited => break,
                        Asked::Over(outcome) => return Ok(Ok(End::Without(outcome))),
                    },
                },
            };
            match self.turn(chamber, &answer)? {
                Ok(None) => {}
                Ok(Some(end)) => return Ok(Ok(end)),
                Err(error) if own_doing(&error) => return Ok(Ok(End::UsedUp)),
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(End::Judge))
    }

    fn limit(&self) -> Option<Limit> {
        let Budget { tokens, turns, .. } = self.desk.budget;
        if self.state.turn >= turns {
            Some(Limit::Turns)
        } else if self.state.tokens.saturating_add(ANSWER_MIN_TOKENS) > tokens {
            Some(Limit::Tokens)
        } else if self.time_left().is_zero() {
            Some(Limit::Seconds)
        } else {
            None
        }
    }

    fn limited(&mut self, limit: Limit) -> Result<(), AttemptError> {
        self.state.limited = true;
        self.record(Event::LimitReached { limit })
    }

    fn time_left(&self) -> Duration {
        let seconds = self.desk.budget.seconds.min(self.item.task.agent.timeout_sec);
        Duration::from_secs(seconds.into()).saturating_sub(Duration::from_millis(self.state.spent_ms))
    }

    fn say(&mut self, messages: Vec<Message>) -> Result<(), AttemptError> {
        self.state.messages.extend(messages.iter().cloned());
        self.record(Event::Prompted { messages })
    }

    fn ask(&mut self) -> Result<Asked, AttemptError> {
        let Budget { tokens, turns, .. } = self.desk.budget;
        let fair_share = (tokens / u64::from(turns.max(1))).clamp(ANSWER_MIN_TOKENS, ANSWER_MAX_TOKENS);
        let most = fair_share.min(tokens.saturating_sub(self.state.tokens));
        let request = ChatRequest {
            model: self.desk.model.to_owned(),
            messages: self.state.messages.clone(),
            tools: prompt::tools(self.desk.style),
            max_tokens: u32::try_from(most).ok(),
            temperature: Some(0.0),
            seed: None,
        };
        let patience = self.desk.patience.within(self.time_left());
        let began = self.desk.clock.now();
        let response = match patience.ask(self.desk.chat, &request, self.desk.cancel) {
            Ok(response) => response,
            Err(error) => {
                let waited_ms = self.desk.clock.now().millis_since(began);
                self.state.spent_ms = self.state.spent_ms.saturating_add(waited_ms);
                return self.unanswered(error);
            }
        };
        let took_ms = self.desk.clock.now().millis_since(began);
        let usage = response.usage;
        let Some(choice) = response.choices.into_iter().next() else {
            return Err(ChatError::Protocol("its answer holds no choice").into());
        };
        let answer = Answer { message: choice.message, finish_reason: choice.finish_reason };
        self.answered(&answer, usage, took_ms)?;
        self.asked = true;
        Ok(Asked::Answer(answer))
    }

    /// What an error means for the attempt. Where it may be the endpoint's passing trouble, the review stops and can
    /// go on; what is still so when the review went on is this item's lot, and the others are not held up by it.
    fn unanswered(&mut self, error: ChatError) -> Result<Asked, AttemptError> {
        let again = self.resumed && !self.asked;
        match error {
            ChatError::OutOfTime => self.limited(Limit::Seconds).map(|()| Asked::Limited),
            ChatError::Rejected { code: Some(code), .. } if code == "context_length_exceeded" => {
                self.limited(Limit::Tokens).map(|()| Asked::Limited)
            }
            ChatError::Rejected { code: Some(code), .. } if DECLINED.contains(&code.as_str()) => {
                let refusal = Some(format!("declined by the endpoint ({code})"));
                let message = Message { refusal, ..Message::text(Role::Assistant, "") };
                let finish_reason = Some("content_filter".to_owned());
                self.answered(&Answer { message, finish_reason }, None, 0)?;
                Ok(Asked::Over(Outcome::Refused))
            }
            ChatError::Protocol(_) | ChatError::Rejected { status: 400 | 413 | 422, .. } if again => {
                Ok(Asked::Over(Outcome::Unscorable(Unscorable::ModelProtocol)))
            }
            error => Err(error.into()),
        }
    }

    fn answered(&mut self, answer: &Answer, usage: Option<Usage>, took_ms: u64) -> Result<(), AttemptError> {
        let tokens = state::tokens_of(usage, &self.state.messages, &answer.message);
        self.state.tokens = self.state.tokens.saturating_add(tokens);
        self.state.spent_ms = self.state.spent_ms.saturating_add(took_ms);
        self.state.messages.push(answer.message.clone());
        self.state.answers = self.state.turn + 1;
        self.record(Event::Answered {
            turn: self.state.turn + 1,
            message: answer.message.clone(),
            finish_reason: answer.finish_reason.clone(),
            usage,
            took_ms,
        })
    }

    /// Follows an answer; says how the turns end, if they do. The inner error is a lost chamber.
    fn turn(
        &mut self,
        chamber: &mut Chamber,
        answer: &Answer,
    ) -> Result<Result<Option<End>, ChamberError>, AttemptError> {
        let wanted = prompt::wanted(&answer.message);
        if wanted.is_empty() {
            let left_something = match chamber.get(SUBMISSION_PATH, self.item.oracle.max_bytes) {
                Ok(found) => !matches!(found, Collected::Absent),
                Err(ChamberError::Refused { .. }) => true,
                Err(error) => return Ok(Err(error)),
            };
            if !left_something && prompt::refused(&answer.message, answer.finish_reason.as_deref()) {
                self.state.turn += 1;
                return Ok(Ok(Some(End::Without(Outcome::Refused))));
            }
            if left_something || self.state.reminded {
                self.state.turn += 1;
                return Ok(Ok(Some(End::Judge)));
            }
            self.state.reminded = true;
            self.say(vec![prompt::reminder(self.desk.style)])?;
        } else {
            self.state.reminded = false;
            let mut results = Vec::new();
            for wanted in wanted {
                match self.follow(chamber, wanted)? {
                    Ok(result) => results.push(result),
                    Err(error) => return Ok(Err(error)),
                }
            }
            self.say(results)?;
        }
        let (folder, turn) = (self.desk.folder, self.state.turn + 1);
        let saved = match workspace::save(chamber, folder, self.item, turn)? {
            Ok(saved) => saved,
            Err(error) => return Ok(Err(error)),
        };
        self.state.turn = turn;
        let Some(workspace) = saved else {
            // Judged now, interrupted or not: filling its workspace must not let an attempt end as missing.
            self.limited(Limit::Workspace)?;
            return Ok(Ok(Some(End::Judge)));
        };
        self.record(Event::TurnSaved { turn, workspace })?;
        workspace::forget_before(folder, self.item, turn);
        Ok(Ok(None))
    }

    fn follow(
        &mut self,
        chamber: &mut Chamber,
        wanted: Wanted,
    ) -> Result<Result<Message, ChamberError>, AttemptError> {
        let (call_id, command) = match wanted {
            Wanted::Broken { call_id, why } => return Ok(Ok(Message::tool_result(call_id, why))),
            Wanted::Command { call_id, command } => (call_id, command),
        };
        let timeout = COMMAND_TIMEOUT.min(self.time_left().max(Duration::from_secs(1)));
        let ran = match chamber.exec(&Exec::shell(&command, timeout, OUTPUT_MAX_BYTES)) {
            Ok(ran) => ran,
            Err(ChamberError::Refused { reason }) => {
                return Ok(Ok(prompt::result(
                    call_id.as_deref(),
                    &format!("error: {reason}"),
                    Exit::Code(126),
                )));
            }
            Err(error) => return Ok(Err(error)),
        };
        let output = String::from_utf8_lossy(&ran.output).into_owned();
        let took_ms = u64::try_from(ran.took.as_millis()).unwrap_or(u64::MAX);
        self.state.spent_ms = self.state.spent_ms.saturating_add(took_ms);
        let result = prompt::result(call_id.as_deref(), &output, ran.exit);
        self.record(Event::CommandRun {
            turn: self.state.turn + 1,
            command: command.chars().take(COMMAND_MAX_CHARS).collect(),
            output,
            output_bytes: ran.output_bytes,
            exit: ran.exit,
            took_ms,
        })?;
        Ok(Ok(result))
    }

    /// Puts what was collected on disk, then into the transcript.
    fn keep(&mut self, collected: Collected) -> Result<Option<Submission>, AttemptError> {
        let submission = match collected {
            Collected::Absent | Collected::NotAFile | Collected::TooLarge => None,
            Collected::Bytes(bytes) => {
                // On disk before the transcript names it.
                write_file(&self.desk.submission_path(self.item), &bytes)?;
                Some(Submission { digest: Digest::of(&bytes), size_bytes: bytes.len() as u64 })
            }
        };
        self.record(Event::Submitted { submission })?;
        self.state.submitted = Some(submission);
        Ok(submission)
    }

    fn judged(&mut self, submission: Option<Submission>) -> Result<Outcome, AttemptError> {
        let path = self.desk.submission_path(self.item);
        let bytes = match submission {
            None => None,
            Some(known) => {
                let read =
                    std::fs::read(&path).map_err(|source| TranscriptError::Disk { file: path, source })?;
                if Digest::of(&read) != known.digest {
                    return Ok(Outcome::Unscorable(Unscorable::Interrupted));
                }
                Some(read)
            }
        };
        let verdict = judge(self.desk.host, self.desk.builds, self.item, bytes.as_deref());
        let (outcome, Verdict { accepted, reason, flags }) = match verdict {
            Ok(verdict) => (if verdict.accepted { Outcome::Passed } else { Outcome::Failed }, verdict),
            Err(OracleError::NotContained(open)) => return Err(AttemptError::NotContained(open)),
            Err(error) => {
                let reason = error.to_string();
                (
                    Outcome::Unscorable(Unscorable::OracleFailed),
                    Verdict { accepted: false, reason, flags: Vec::new() },
                )
            }
        };
        self.record(Event::Judged { accepted, reason, flags })?;
        Ok(outcome)
    }
}

/// Whether the agent itself brought this about: it must not turn a failure into a missing result.
fn own_doing(error: &ChamberError) -> bool {
    match error {
        ChamberError::TimeOver | ChamberError::Refused { .. } => true,
        ChamberError::Start { .. } | ChamberError::Lost { .. } => false,
    }
}

/// Answers and tokens that a transcript tells of, as an attempt's end must name them.
#[must_use]
pub fn used(entries: &[Entry]) -> (u32, u64) {
    let state = State::from_entries(entries);
    (state.answers, state.tokens)
}

/// Judges a submission to `item`.
///
/// # Errors
/// [`OracleError`] when no verdict can be reached.
pub fn judge(
    host: &Host,
    builds: &Builds,
    item: &Item,
    submission: Option<&[u8]>,
) -> Result<Verdict, OracleError> {
    let timeout = Duration::from_secs(item.task.verifier.timeout_sec.into()).min(Duration::from_secs(10));
    item.oracle.judge(&Bench { host, builds, timeout }, submission)
}
