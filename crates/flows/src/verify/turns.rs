//! What an attempt did, step by step: only what an agent's loop can do, and nothing without what it follows from. An
//! answer stands once, its commands are the ones that it asked for, and what the model was told is what they printed.

use range::agent::ToolStyle;
use range::agent::prompt::{Wanted, refused, reminder, result, wanted};
use types::chat::{Message, Role};
use types::transcript::{Entry, Event, Exit, Limit, ProbeResult, Submission};
use types::{Digest, Outcome, Unscorable};

use super::history::Start;
use super::{Broken, broken, probes};
use crate::plan::Plan;

/// A transcript keeps that many characters of a command.
const COMMAND_KEPT_CHARS: usize = 64 << 10;

/// Follows a transcript from its start to its end.
pub(super) fn follow(path: &str, entries: &[Entry], plan: &Plan, starts: &[Start<'_>]) -> Result<(), Broken> {
    let mut attempt = Attempt::of(plan, starts);
    for entry in entries {
        if let Err(why) = attempt.next(entry) {
            return broken(path, format!("line {} {why}", entry.seq + 1));
        }
    }
    Ok(())
}

/// What is wrong with a line.
type Follows = Result<(), &'static str>;

/// Where an attempt stands.
struct Attempt<'a> {
    plan: &'a Plan,
    starts: &'a [Start<'a>],
    /// The step before.
    before: Step,
    /// The chamber of this stretch was probed, and everything was blocked.
    probed: bool,
    /// It went on at least once after an interruption.
    resumed: bool,
    /// The model has answered since the attempt was started or went on.
    asked: bool,
    /// The model was given its task.
    opened: bool,
    answers: u32,
    /// The last answer, until its turn is complete.
    turn: Option<Turn<'a>>,
    /// The last answer declined.
    declined: bool,
    /// The turn after which the model was reminded.
    reminded: Option<u32>,
    saved: (u32, Option<Digest>),
    limited: Option<Limit>,
    submitted: Option<Option<Submission>>,
    judged: Option<bool>,
}

/// The steps after which only some others can come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Nothing,
    Began,
    Judged,
    Ended,
    Other,
}

/// An answer that is being followed.
struct Turn<'a> {
    answer: &'a Message,
    wanted: Vec<Wanted>,
    /// What the model is told of each command, as far as it was run.
    results: Vec<Option<Message>>,
    /// The model was told.
    told: bool,
}

impl<'a> Turn<'a> {
    fn of(answer: &'a Message) -> Self {
        let wanted = wanted(answer);
        Self { answer, results: wanted.iter().map(|_| None).collect(), wanted, told: false }
    }

    /// The next of the commands that were asked for, and what the model is told of it.
    fn ran(&mut self, command: &str, output: &str, exit: Exit) -> Follows {
        let next = self.results.iter().rposition(Option::is_some).map_or(0, |at| at + 1);
        for at in next..self.wanted.len() {
            if let Wanted::Command { call_id, command: asked } = &self.wanted[at]
                && is_kept(command, asked)
            {
                self.results[at] = Some(result(call_id.as_deref(), output, exit));
                return Ok(());
            }
        }
        Err("runs a command that the answer does not ask for")
    }

    /// What the model is told is what came of its commands.
    fn tells(&self, messages: &[Message]) -> bool {
        let told = |(at, message): (usize, &Message)| match (&self.wanted[at], &self.results[at]) {
            (Wanted::Broken { call_id, why }, _) => *message == Message::tool_result(call_id.clone(), *why),
            (Wanted::Command { .. }, Some(result)) => message == result,
            // A command that the chamber refused to start: only the host knows its words for that.
            (Wanted::Command { call_id, .. }, None) => {
                let said = message.content.as_deref().unwrap_or_default();
                let reason =
                    said.strip_prefix("error: ").and_then(|rest| rest.strip_suffix("\n[exit code 126]"));
                reason.is_some()
                    && *message == result(call_id.as_deref(), said_without_end(said), Exit::Code(126))
            }
        };
        messages.len() == self.wanted.len() && messages.iter().enumerate().all(told)
    }
}

/// Whether `kept` is what a transcript keeps of the command `asked`.
fn is_kept(kept: &str, asked: &str) -> bool {
    kept == asked || (asked.starts_with(kept) && kept.chars().count() == COMMAND_KEPT_CHARS)
}

fn said_without_end(said: &str) -> &str {
    said.strip_suffix("\n[exit code 126]").unwrap_or(said)
}

impl<'a> Attempt<'a> {
    fn of(plan: &'a Plan, starts: &'a [Start<'a>]) -> Self {
        Self {
            plan,
            starts,
            before: Step::Nothing,
            probed: false,
            resumed: false,
            asked: false,
            opened: false,
            answers: 0,
            turn: None,
            declined: false,
            reminded: None,
            saved: (0, None),
            limited: None,
            submitted: None,
            judged: None,
        }
    }

    fn next(&mut self, entry: &'a Entry) -> Follows {
        let before = std::mem::replace(&mut self.before, Step::Other);
        match (before, &entry.event) {
            (Step::Nothing, Event::AttemptStarted { .. }) => {
                self.before = Step::Began;
                Ok(())
            }
            (Step::Nothing, _) => Err("comes before the attempt's start"),
            (_, Event::AttemptStarted { .. }) => Err("starts the attempt again"),
            (Step::Ended, _) => Err("comes after the attempt's end"),
            (_, Event::AttemptResumed { turn, workspace }) => self.resumes(*turn, *workspace),
            (Step::Began, Event::Probed { checks }) if self.submitted.is_none() => {
                let at = self.starts.iter().rev().find(|start| start.at <= entry.at);
                let limits = at.map_or("", |start| start.limits);
                if !probes::all_of_a_chamber(checks, limits) {
                    return Err("does not hold every check of the probe once");
                }
                self.probed = checks.iter().all(|check| check.result == ProbeResult::Blocked);
                Ok(())
            }
            (_, Event::Probed { .. }) => Err("probes a chamber that was not just opened"),
            (_, Event::AttemptEnded { outcome, .. }) => self.ends(before, *outcome),
            (Step::Judged, _) => Err("comes between the verdict and the end"),
            (_, Event::Judged { accepted, .. }) => self.judged(*accepted),
            _ if !self.probed => Err("tells of a turn in a chamber that was not shown to contain"),
            _ if self.submitted.is_some() => Err("comes after the submission"),
            (_, Event::Submitted { submission }) => self.submits(*submission),
            _ if self.limited.is_some() => Err("goes on after a limit was reached"),
            (_, event) => self.turns(event),
        }
    }

    fn resumes(&mut self, turn: u32, workspace: Option<Digest>) -> Follows {
        if (turn, workspace) != self.saved {
            return Err("goes on from another turn or workspace than the one that was saved last");
        }
        (self.before, self.probed, self.resumed, self.asked) = (Step::Began, false, true, false);
        // A workspace that could not be saved is filled again, unless its submission was written down.
        if self.limited == Some(Limit::Workspace) && self.submitted.is_none() {
            self.limited = None;
        }
        // What followed the last answer is done once more, unless its turn was saved.
        if let Some(open) = &mut self.turn {
            *open = Turn::of(open.answer);
        }
        Ok(())
    }

    /// What happens within the model's turns.
    fn turns(&mut self, event: &'a Event) -> Follows {
        match event {
            Event::Prompted { messages } => self.prompted(messages),
            Event::Answered { turn, message, finish_reason, .. } => {
                if !self.opened || self.turn.as_ref().is_some_and(|open| !open.told) {
                    return Err("is an answer to nothing that was asked");
                }
                if *turn != self.answers + 1 {
                    return Err("is the answer of another turn than the next");
                }
                (self.answers, self.asked) = (*turn, true);
                self.declined = refused(message, finish_reason.as_deref());
                self.turn = Some(Turn::of(message));
                Ok(())
            }
            Event::CommandRun { turn, command, output, exit, .. } => match &mut self.turn {
                Some(open) if !open.told && *turn == self.answers => open.ran(command, output, *exit),
                _ => Err("runs a command outside of its turn"),
            },
            Event::TurnSaved { turn, workspace } => {
                if *turn != self.answers || !self.turn.take().is_some_and(|open| open.told) {
                    return Err("saves a turn that was not complete");
                }
                self.saved = (*turn, Some(*workspace));
                Ok(())
            }
            Event::LimitReached { limit } => {
                self.limited = Some(*limit);
                if *limit == Limit::Turns && self.answers < self.plan.budget.turns {
                    return Err("reaches the limit of turns before the budget's last");
                }
                if !self.opened || self.turn.as_ref().is_some_and(|open| !open.told) {
                    return Err("reaches a limit in the middle of a turn");
                }
                Ok(())
            }
            _ => Err("is out of place"),
        }
    }

    fn prompted(&mut self, messages: &[Message]) -> Follows {
        if !self.opened {
            self.opened = true;
            let roles = messages.iter().map(|message| message.role);
            return if roles.eq([Role::System, Role::User]) { Ok(()) } else { Err("does not give the task") };
        }
        let Some(open) = self.turn.as_mut().filter(|open| !open.told) else {
            return Err("tells the model something outside of its turn");
        };
        open.told = true;
        if open.wanted.is_empty() {
            let twice = self.reminded.is_some_and(|turn| turn + 1 == self.answers);
            self.reminded = Some(self.answers);
            let known = [ToolStyle::Native, ToolStyle::Fenced].map(|style| [reminder(style)]);
            let fits = !twice && known.iter().any(|known| known == messages);
            return if fits { Ok(()) } else { Err("tells the model something else than to go on") };
        }
        if open.tells(messages) {
            Ok(())
        } else {
            Err("tells the model something else than its commands printed")
        }
    }

    fn submits(&mut self, submission: Option<Submission>) -> Follows {
        self.submitted = Some(submission);
        let done = self.limited.is_some() || self.is_silent();
        // An agent that used up its chamber has no submission, wherever it was.
        if self.opened && (done || submission.is_none()) {
            Ok(())
        } else {
            Err("submits although the agent was not done")
        }
    }

    fn judged(&mut self, accepted: bool) -> Follows {
        self.before = Step::Judged;
        if self.submitted.is_none() {
            return Err("judges before anything was submitted");
        }
        if self.judged.replace(accepted).is_some_and(|before| before != accepted) {
            return Err("judges otherwise than before");
        }
        Ok(())
    }

    /// The last answer asked for nothing, and nothing has been said to it.
    fn is_silent(&self) -> bool {
        self.turn.as_ref().is_some_and(|open| open.wanted.is_empty() && !open.told)
    }

    fn ends(&mut self, before: Step, outcome: Outcome) -> Follows {
        self.before = Step::Ended;
        let open = self.submitted.is_none();
        let follows = match outcome {
            Outcome::Passed => before == Step::Judged && self.judged == Some(true),
            Outcome::Failed => before == Step::Judged && self.judged == Some(false),
            Outcome::Refused => open && self.probed && self.declined && self.is_silent(),
            Outcome::Unscorable(Unscorable::OracleFailed) => {
                before == Step::Judged && self.judged == Some(false)
            }
            Outcome::Unscorable(Unscorable::ChamberLost) => open && self.probed,
            Outcome::Unscorable(Unscorable::Interrupted) => self.resumed && self.judged.is_none(),
            Outcome::Unscorable(Unscorable::ModelProtocol) => {
                open && self.probed && self.resumed && !self.asked && self.limited.is_none()
            }
        };
        if follows { Ok(()) } else { Err("ends with another outcome than the transcript tells of") }
    }
}
