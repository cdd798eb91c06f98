//! `eu-model-report`: what a provider's model report has to tell, as far as a review can contribute to it.

use super::data::Answer;
use super::field::From::{Human, Record, Report, Response, Rule, View};
use super::field::{Field, Section};
use super::{from_case as case, measured, outcomes};

pub(super) const SECTIONS: &[Section] = &[
    Section { name: "model", title: "The model and how it behaves", fields: MODEL },
    Section { name: "reasons", title: "Reasons for going ahead", fields: REASONS },
    Section { name: "risks", title: "Risks looked for", fields: RISKS },
    Section { name: "analysis", title: "Evaluation results", fields: ANALYSIS },
    Section { name: "evaluation_quality", title: "How the evaluation was done", fields: QUALITY },
    Section { name: "mitigation", title: "Mitigations", fields: MITIGATION },
    Section { name: "external", title: "External reports", fields: EXTERNAL },
    Section { name: "changes", title: "Changes and updates", fields: CHANGES },
    Section { name: "basis", title: "What this rests on", fields: BASIS },
];

const MODEL: &[Field] = &[
    Field {
        name: "name",
        question: "Which model?",
        from: &[View("model"), View("case")],
        answer: case::model,
    },
    Field {
        name: "provider",
        question: "Who provides it?",
        from: &[View("developer")],
        answer: case::developer,
    },
    Field {
        name: "version",
        question: "Which exact version was evaluated?",
        from: &[View("subject")],
        answer: case::subject,
    },
    Field {
        name: "tested_identity",
        question: "How surely was that the version that answered?",
        from: &[Report("model")],
        answer: measured::identity,
    },
    Field {
        name: "architecture",
        question: "How is it built and trained, and on which data?",
        from: &[Human],
        answer: |_| Answer::human("the provider"),
    },
    Field {
        name: "use",
        question: "How is it used, and how will it be?",
        from: &[Human],
        answer: |_| Answer::human("the provider"),
    },
    Field {
        name: "intended_behaviour",
        question: "How is it meant to behave, by which specification?",
        from: &[Human],
        answer: |_| Answer::human("the provider"),
    },
    Field {
        name: "capabilities",
        question: "Which capabilities were measured?",
        from: &[Report("runs"), Report("suite")],
        answer: outcomes::areas,
    },
    Field {
        name: "propensities",
        question: "Which tendencies were measured?",
        from: &[Human],
        answer: |_| Answer::human("the provider: the reviews of this house measure abilities only"),
    },
    Field {
        name: "affordances",
        question: "With which tools and limits was it measured?",
        from: &[Report("plan")],
        answer: measured::elicitation,
    },
];

const REASONS: &[Field] = &[
    Field {
        name: "justification",
        question: "Why does the provider accept the remaining risk, with which margins, and what would end that?",
        from: &[Human],
        answer: |_| Answer::human("the provider: no review of this house says anything on a release"),
    },
    Field {
        name: "external_input",
        question: "Which outside view could the provider take into account?",
        from: &[View("assessment")],
        answer: case::assessment,
    },
    Field {
        name: "determination",
        question: "What did a designating authority determine?",
        from: &[View("determination")],
        answer: case::determination,
    },
];

const RISKS: &[Field] = &[
    Field {
        name: "identification",
        question: "Which systemic risks were identified, and how?",
        from: &[Human],
        answer: |_| Answer::human("the provider"),
    },
    Field {
        name: "scenarios",
        question: "Through which scenarios could they come about, and where are the acceptance lines?",
        from: &[Human],
        answer: |_| Answer::human("the provider"),
    },
    Field {
        name: "covered_here",
        question: "Which of them does this review look into?",
        from: &[View("terms"), View("inquiry")],
        answer: case::purposes,
    },
];

const ANALYSIS: &[Field] = &[
    Field {
        name: "evaluations",
        question: "Which evaluations were run?",
        from: &[Report("suite"), Report("runs")],
        answer: measured::suite,
    },
    Field {
        name: "results",
        question: "With which results and uncertainty?",
        from: &[Report("runs")],
        answer: outcomes::results,
    },
    Field {
        name: "certainty",
        question: "How certain is the finding?",
        from: &[Report("runs"), Report("threshold")],
        answer: measured::certainty,
    },
    Field {
        name: "missing",
        question: "What is missing?",
        from: &[Report("runs")],
        answer: outcomes::missing,
    },
    Field {
        name: "samples",
        question: "Where are examples of inputs and outputs?",
        from: &[Report("runs")],
        answer: measured::samples,
    },
    Field {
        name: "comparison",
        question: "What do simple tools reach on the same tasks?",
        from: &[Report("suite"), Report("runs")],
        answer: measured::baseline,
    },
];

const QUALITY: &[Field] = &[
    Field {
        name: "method",
        question: "How are results and uncertainty computed?",
        from: &[Report("threshold"), Report("runs"), Report("suite")],
        answer: measured::statistics,
    },
    Field {
        name: "elicitation",
        question: "Did limits stop the model, and how much was used?",
        from: &[Report("runs"), Report("plan")],
        answer: measured::budget_used,
    },
    Field {
        name: "external_validity",
        question: "What do the results not show?",
        from: &[Report("suite")],
        answer: measured::unmeasured,
    },
    Field {
        name: "reproducibility",
        question: "How can they be checked and repeated?",
        from: &[Report("log")],
        answer: measured::reproduce,
    },
    Field {
        name: "team",
        question: "Who evaluated, with which expertise?",
        from: &[Human],
        answer: |_| Answer::human("the evaluator"),
    },
];

const MITIGATION: &[Field] = &[
    Field {
        name: "promised",
        question: "Which safeguards did the provider promise, and are they delivered?",
        from: &[View("safeguards")],
        answer: case::safeguards,
    },
    Field {
        name: "effect",
        question: "What do safeguards hold back, and how can they be got around?",
        from: &[Human],
        answer: |_| Answer::human("the provider"),
    },
    Field {
        name: "security",
        question: "How are weights and infrastructure protected by the provider?",
        from: &[Human],
        answer: |_| Answer::human("the provider"),
    },
    Field {
        name: "contained",
        question: "How was the model contained during the review?",
        from: &[Report("runs"), Report("plan")],
        answer: measured::chamber,
    },
];

const EXTERNAL: &[Field] = &[
    Field {
        name: "independence",
        question: "What keeps the evaluators independent of the provider?",
        from: &[Rule],
        answer: case::sides,
    },
    Field {
        name: "access",
        question: "Which access did they have?",
        from: &[View("terms")],
        answer: case::modes,
    },
    Field {
        name: "time",
        question: "How much time did they have?",
        from: &[View("window")],
        answer: case::window,
    },
    Field {
        name: "finding",
        question: "What did they find?",
        from: &[Report("runs"), Report("model")],
        answer: measured::finding,
    },
    Field {
        name: "provider_response",
        question: "What does the provider say to it?",
        from: &[View("assessment"), Response],
        answer: case::response,
    },
];

const CHANGES: &[Field] = &[
    Field {
        name: "versions",
        question: "Did the model change within the case?",
        from: &[View("deltas")],
        answer: case::deltas,
    },
    Field {
        name: "planned_release",
        question: "When does the provider plan to give it to others?",
        from: &[View("planned_release")],
        answer: case::planned_release,
    },
    Field {
        name: "reconsideration",
        question: "Is anything new being looked at?",
        from: &[View("reconsideration")],
        answer: case::reconsideration,
    },
    Field {
        name: "incidents",
        question: "Which incidents did the review see?",
        from: &[Report("runs")],
        answer: outcomes::incidents,
    },
    Field {
        name: "landscape",
        question: "What else changed in the risks since the last report?",
        from: &[Human],
        answer: |_| Answer::human("the provider"),
    },
];

const BASIS: &[Field] = &[Field {
    name: "record",
    question: "Where did the case's record stand?",
    from: &[Record, View("standing")],
    answer: case::record,
}];
