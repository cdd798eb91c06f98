//! `aisi`: what was tested, how, what came of it with which uncertainty, and what that does not show.

use super::data::Answer;
use super::field::From::{Human, Record, Report, Response, View};
use super::field::{Field, Section};
use super::{from_case as case, measured, outcomes};

pub(super) const SECTIONS: &[Section] = &[
    Section { name: "summary", title: "Summary", fields: SUMMARY },
    Section { name: "tested", title: "What was tested", fields: TESTED },
    Section { name: "access", title: "Access", fields: ACCESS },
    Section { name: "elicitation", title: "Elicitation", fields: ELICITATION },
    Section { name: "results", title: "Results", fields: RESULTS },
    Section { name: "limitations", title: "Limitations", fields: LIMITATIONS },
    Section { name: "containment", title: "Containment", fields: CONTAINMENT },
    Section { name: "safeguards", title: "Safeguards", fields: SAFEGUARDS },
    Section { name: "response", title: "The developer's response", fields: RESPONSE },
    Section { name: "checking", title: "Checking it again", fields: CHECKING },
];

const SUMMARY: &[Field] = &[
    Field {
        name: "finding",
        question: "What was found?",
        from: &[Report("runs"), Report("model")],
        answer: measured::finding,
    },
    Field {
        name: "certainty",
        question: "How certain is it?",
        from: &[Report("runs"), Report("threshold")],
        answer: measured::certainty,
    },
    Field {
        name: "meaning",
        question: "What does it mean for risks outside the laboratory?",
        from: &[Human],
        answer: |_| Answer::human("the evaluator"),
    },
];

const TESTED: &[Field] = &[
    Field {
        name: "model",
        question: "Which model?",
        from: &[View("model"), View("case")],
        answer: case::model,
    },
    Field {
        name: "subject",
        question: "Which exact checkpoint, system prompt and safeguard setting?",
        from: &[View("subject")],
        answer: case::subject,
    },
    Field {
        name: "identity",
        question: "How surely was it that model?",
        from: &[Report("model")],
        answer: measured::identity,
    },
    Field {
        name: "purpose",
        question: "What was to be found out?",
        from: &[View("terms"), View("inquiry")],
        answer: case::purposes,
    },
    Field {
        name: "tasks",
        question: "With which tasks, in which areas?",
        from: &[Report("suite"), Report("runs")],
        answer: measured::suite,
    },
    Field { name: "dates", question: "When?", from: &[Report("runs")], answer: measured::dates },
    Field {
        name: "looks",
        question: "Which measurements were planned, and which have a result?",
        from: &[View("looks")],
        answer: case::looks,
    },
];

const ACCESS: &[Field] = &[
    Field {
        name: "modes",
        question: "Which access was offered?",
        from: &[View("terms")],
        answer: case::modes,
    },
    Field {
        name: "grants",
        question: "Who used it, for what?",
        from: &[View("grants")],
        answer: case::grants,
    },
    Field { name: "time", question: "For how long?", from: &[View("window")], answer: case::window },
    Field { name: "lost_time", question: "Which time was lost?", from: &[View("lost")], answer: case::lost },
    Field {
        name: "changes",
        question: "Did the model change meanwhile?",
        from: &[View("deltas")],
        answer: case::deltas,
    },
];

const ELICITATION: &[Field] = &[
    Field {
        name: "effort",
        question: "What was done to bring out what the model can do?",
        from: &[Report("plan")],
        answer: measured::elicitation,
    },
    Field {
        name: "budget",
        question: "How much of the budget was used, and did its limits stop the model?",
        from: &[Report("runs"), Report("plan")],
        answer: measured::budget_used,
    },
    Field {
        name: "human_baseline",
        question: "How do people do on the same tasks?",
        from: &[Human],
        answer: |_| Answer::human("the evaluator"),
    },
    Field {
        name: "tool_baseline",
        question: "How do simple tools do on the same tasks?",
        from: &[Report("suite"), Report("runs")],
        answer: measured::baseline,
    },
];

const RESULTS: &[Field] = &[
    Field {
        name: "overall",
        question: "Which share was passed, with which interval, whichever way the missing ones would have gone?",
        from: &[Report("runs")],
        answer: outcomes::results,
    },
    Field { name: "areas", question: "And in each area?", from: &[Report("runs")], answer: outcomes::areas },
    Field {
        name: "method",
        question: "How are intervals computed, and is the suite calibrated?",
        from: &[Report("threshold"), Report("runs"), Report("suite")],
        answer: measured::statistics,
    },
    Field {
        name: "threshold",
        question: "Was the threshold fixed beforehand?",
        from: &[View("threshold"), Report("threshold")],
        answer: case::threshold,
    },
    Field {
        name: "repeats",
        question: "Do repeated runs agree?",
        from: &[Report("runs")],
        answer: measured::repeats,
    },
];

const LIMITATIONS: &[Field] = &[
    Field {
        name: "missing",
        question: "What was refused, unscorable or left open?",
        from: &[Report("runs")],
        answer: outcomes::missing,
    },
    Field {
        name: "not_shown",
        question: "What do the results not show?",
        from: &[Report("suite")],
        answer: measured::unmeasured,
    },
    Field {
        name: "exposure",
        question: "Who has seen the tasks?",
        from: &[Report("runs"), Report("model")],
        answer: measured::exposure,
    },
    Field {
        name: "unfinished",
        question: "Which planned work was not done?",
        from: &[View("work")],
        answer: case::work,
    },
];

const CONTAINMENT: &[Field] = &[
    Field {
        name: "chambers",
        question: "How was the model contained?",
        from: &[Report("plan"), Report("runs")],
        answer: measured::chamber,
    },
    Field {
        name: "checks",
        question: "What was tried against it?",
        from: &[Report("runs")],
        answer: outcomes::containment,
    },
    Field {
        name: "incidents",
        question: "What must a human look at?",
        from: &[Report("runs")],
        answer: outcomes::incidents,
    },
];

const SAFEGUARDS: &[Field] = &[
    Field {
        name: "promised",
        question: "What did the developer promise, and what came of it?",
        from: &[View("safeguards")],
        answer: case::safeguards,
    },
    Field {
        name: "tested",
        question: "How do the safeguards hold against somebody who tries to get around them?",
        from: &[Human],
        answer: |_| Answer::human("the evaluator: the starter suite measures abilities, not safeguards"),
    },
];

const RESPONSE: &[Field] = &[
    Field {
        name: "given",
        question: "What was the developer given?",
        from: &[View("assessment")],
        answer: case::assessment,
    },
    Field {
        name: "response",
        question: "What does it say?",
        from: &[View("assessment"), Response],
        answer: case::response,
    },
];

const CHECKING: &[Field] = &[
    Field {
        name: "record",
        question: "Where did the case's record stand?",
        from: &[Record, View("standing")],
        answer: case::record,
    },
    Field {
        name: "evidence",
        question: "How is the evidence checked and repeated?",
        from: &[Report("log")],
        answer: measured::reproduce,
    },
];
