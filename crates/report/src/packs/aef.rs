//! `aef-1`: what is asked of a third-party evaluation, by the topics independence, access, transparency and rigour.

use super::data::Answer;
use super::field::From::{Conflicts, Human, Record, Report, Response, Rule, View};
use super::field::{Field, Section};
use super::{from_case as case, measured, outcomes};

pub(super) const SECTIONS: &[Section] = &[
    Section { name: "scope", title: "What was evaluated, and for what", fields: SCOPE },
    Section { name: "independence", title: "Who decided what", fields: INDEPENDENCE },
    Section { name: "conflicts", title: "Interests", fields: CONFLICTS },
    Section { name: "access", title: "Access and time", fields: ACCESS },
    Section { name: "transparency", title: "Who was told what", fields: TRANSPARENCY },
    Section { name: "statistics", title: "Statistics", fields: STATISTICS },
    Section { name: "elicitation", title: "Elicitation", fields: ELICITATION },
    Section { name: "limitations", title: "Limitations", fields: LIMITATIONS },
    Section { name: "handling", title: "Containment and handling", fields: HANDLING },
    Section { name: "reproducibility", title: "Checking it again", fields: REPRODUCIBILITY },
];

const SCOPE: &[Field] = &[
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
        name: "question",
        question: "What was to be found out?",
        from: &[View("terms"), View("inquiry")],
        answer: case::purposes,
    },
    Field {
        name: "instrument",
        question: "With which tasks, in which areas?",
        from: &[Report("suite"), Report("runs")],
        answer: measured::suite,
    },
    Field {
        name: "validity",
        question: "Why do these tasks show what was asked?",
        from: &[Human],
        answer: |_| Answer::human("the evaluator"),
    },
];

const INDEPENDENCE: &[Field] = &[
    Field {
        name: "sides",
        question: "Can anybody act for the developer and for the evaluator?",
        from: &[Rule],
        answer: case::sides,
    },
    Field {
        name: "fixed_beforehand",
        question: "Was it fixed before access what would count as which result?",
        from: &[View("threshold"), Report("threshold")],
        answer: case::threshold,
    },
    Field {
        name: "order",
        question: "Who chose which tasks were given, and in which order?",
        from: &[Report("plan")],
        answer: measured::order,
    },
    Field {
        name: "influence",
        question: "Could the developer change or hold back a result?",
        from: &[Rule],
        answer: case::influence,
    },
    Field {
        name: "agreement",
        question: "What does the agreement with the developer say on publishing?",
        from: &[Human],
        answer: |_| Answer::human("the reviewing office"),
    },
];

const CONFLICTS: &[Field] = &[
    Field {
        name: "declared",
        question: "Which conflicts of interest are declared?",
        from: &[Conflicts],
        answer: case::conflicts,
    },
    Field {
        name: "payment",
        question: "Who pays for the evaluation, and does payment depend on its result?",
        from: &[Human],
        answer: |_| Answer::human("the evaluator"),
    },
    Field {
        name: "other_ties",
        question: "Which other ties to the developer does the evaluator have?",
        from: &[Human],
        answer: |_| Answer::human("the evaluator"),
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
        name: "readers",
        question: "For whom, and until when?",
        from: &[View("terms")],
        answer: case::readers,
    },
    Field {
        name: "grants",
        question: "Who could use the model?",
        from: &[View("grants")],
        answer: case::grants,
    },
    Field {
        name: "identity",
        question: "How surely was it the offered model?",
        from: &[Report("model")],
        answer: measured::identity,
    },
    Field {
        name: "time",
        question: "How long did access last?",
        from: &[View("window")],
        answer: case::window,
    },
    Field { name: "lost_time", question: "Which time was lost?", from: &[View("lost")], answer: case::lost },
    Field {
        name: "changes",
        question: "Did the model change meanwhile?",
        from: &[View("deltas")],
        answer: case::deltas,
    },
];

const TRANSPARENCY: &[Field] = &[
    Field {
        name: "given_to_developer",
        question: "What was the developer given, and why that much?",
        from: &[View("assessment")],
        answer: case::assessment,
    },
    Field {
        name: "developer_response",
        question: "What does the developer say to it?",
        from: &[View("assessment"), Response],
        answer: case::response,
    },
    Field {
        name: "consulted",
        question: "Who else was consulted?",
        from: &[View("consultation")],
        answer: case::consultation,
    },
    Field {
        name: "determination",
        question: "What did the designating authority determine?",
        from: &[View("determination")],
        answer: case::determination,
    },
    Field {
        name: "publication",
        question: "What is published, where and when?",
        from: &[Human],
        answer: |_| Answer::human("the reviewing office"),
    },
];

const STATISTICS: &[Field] = &[
    Field {
        name: "results",
        question: "What was found, with which uncertainty?",
        from: &[Report("runs")],
        answer: outcomes::results,
    },
    Field {
        name: "method",
        question: "How is the uncertainty computed?",
        from: &[Report("threshold"), Report("runs"), Report("suite")],
        answer: measured::statistics,
    },
    Field {
        name: "every_look",
        question: "Is every measurement that was planned accounted for?",
        from: &[View("looks")],
        answer: case::looks,
    },
    Field {
        name: "error_budget",
        question: "Which chances of a wrong decision were accepted beforehand, and what is left of them?",
        from: &[View("error_budget"), View("error_budget_left")],
        answer: case::error_budget,
    },
    Field {
        name: "repeats",
        question: "How often was it measured, and do the runs agree?",
        from: &[Report("runs")],
        answer: measured::repeats,
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
        name: "limits_reached",
        question: "Did limits of tokens, turns or time stop it?",
        from: &[Report("runs"), Report("plan")],
        answer: measured::budget_used,
    },
    Field {
        name: "baseline",
        question: "What do simple tools reach on the same tasks?",
        from: &[Report("suite"), Report("runs")],
        answer: measured::baseline,
    },
    Field {
        name: "more",
        question: "What would a more determined user try that was not tried here?",
        from: &[Human],
        answer: |_| Answer::human("the evaluator"),
    },
];

const LIMITATIONS: &[Field] = &[
    Field {
        name: "missing",
        question: "What is missing, and could it change the result?",
        from: &[Report("runs")],
        answer: outcomes::missing,
    },
    Field {
        name: "unfinished",
        question: "Which planned work was not done?",
        from: &[View("work")],
        answer: case::work,
    },
    Field {
        name: "exposure",
        question: "Who has seen the tasks?",
        from: &[Report("runs"), Report("model")],
        answer: measured::exposure,
    },
    Field {
        name: "not_shown",
        question: "What do the results not show?",
        from: &[Report("suite")],
        answer: measured::unmeasured,
    },
];

const HANDLING: &[Field] = &[
    Field {
        name: "containment",
        question: "Was the model contained, and what shows it?",
        from: &[Report("runs"), Report("plan")],
        answer: measured::chamber,
    },
    Field {
        name: "incidents",
        question: "Which incidents were noted?",
        from: &[Report("runs")],
        answer: outcomes::incidents,
    },
    Field {
        name: "kept",
        question: "What is kept, by whom, until when?",
        from: &[View("items")],
        answer: case::kept,
    },
];

const REPRODUCIBILITY: &[Field] = &[
    Field {
        name: "record",
        question: "What does this rest on?",
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
