"""Reads an Inspect log with Inspect itself and compares it with what is expected.

Usage: python read_back.py FILE.eval EXPECTED.json
Exits with 1 and one line per difference, and with 0 when there is none. Needs inspect_ai 0.3.285.
"""

import json
import sys
from pathlib import Path

from inspect_ai.log import (
    list_eval_logs,
    read_eval_log,
    read_eval_log_sample,
    read_eval_log_sample_summaries,
)

differences: list[str] = []


def same(what: str, found: object, expected: object) -> None:
    if found != expected:
        differences.append(f"{what}: found {found!r}, expected {expected!r}")


def check_header(log, expected: dict, place: str) -> None:
    same(f"{place} status", log.status, expected["status"])
    for key in ("log_root", "plan_digest", "threshold_commitment"):
        same(f"{place} {key}", log.eval.metadata[key], expected[key])
    same(f"{place} total_samples", log.results.total_samples, expected["total_samples"])
    metrics = {name: metric.value for name, metric in log.results.scores[0].metrics.items()}
    same(f"{place} metrics", metrics, expected["metrics"])
    outcomes = [sample["outcome"] for sample in expected["samples"].values()]
    scored = outcomes.count("passed") + outcomes.count("failed")
    same(f"{place} scored", log.results.scores[0].scored_samples, scored)


def check_score(place: str, scores, expected: dict) -> None:
    value = scores["oracle"].value if scores else None
    same(f"{place} value", value, expected["value"])


def check_sample(place: str, sample, expected: dict) -> None:
    same(f"{place} target", sample.target, "")
    check_score(place, sample.scores, expected)
    same(f"{place} outcome", sample.metadata["outcome"], expected["outcome"])
    same(f"{place} error", sample.error is not None, expected["errored"])
    same(f"{place} messages", [message.role for message in sample.messages], expected["messages"])
    calls = [call.id for message in sample.messages if message.role == "assistant" for call in message.tool_calls or []]
    results = [message.tool_call_id for message in sample.messages if message.role == "tool"]
    same(f"{place} tool results", results, calls)
    models = [event for event in sample.events if event.event == "model"]
    same(f"{place} model events", len(models), expected["model_events"])
    same(f"{place} inputs", [len(event.input) for event in models], expected["inputs"])
    tools = [event for event in sample.events if event.event == "tool"]
    same(f"{place} tool events", len(tools), expected["tool_events"])
    scored = [event for event in sample.events if event.event == "score"]
    same(f"{place} score events", len(scored), 0 if expected["value"] is None else 1)
    tokens = sum(usage.total_tokens for usage in sample.model_usage.values())
    same(f"{place} tokens", tokens, expected["tokens"])


def main(file: str, expected: dict) -> None:
    log = read_eval_log(file)
    check_header(log, expected, "log")
    check_header(read_eval_log(file, header_only=True), expected, "header")
    wanted = expected["samples"]
    samples = {sample.id: sample for sample in log.samples or []}
    same("sample ids", sorted(samples), sorted(wanted))
    summaries = {summary.id: summary for summary in read_eval_log_sample_summaries(file)}
    same("summary ids", sorted(summaries), sorted(wanted))
    for sample_id in wanted.keys() & samples.keys() & summaries.keys():
        check_sample(f"log {sample_id}", samples[sample_id], wanted[sample_id])
        alone = read_eval_log_sample(file, sample_id, epoch=1)
        check_sample(f"sample {sample_id}", alone, wanted[sample_id])
        check_score(f"summary {sample_id}", summaries[sample_id].scores, wanted[sample_id])
        same(f"summary {sample_id} target", summaries[sample_id].target, "")
    listed = [Path(info.name.removeprefix("file://")).name for info in list_eval_logs(str(Path(file).parent))]
    same("listed", Path(file).name in listed, True)


if __name__ == "__main__":
    main(sys.argv[1], json.loads(Path(sys.argv[2]).read_text()))
    for difference in differences:
        print(difference, file=sys.stderr)
    sys.exit(1 if differences else 0)
