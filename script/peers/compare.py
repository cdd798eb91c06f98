"""Measures the embedded runtime and its peers in turn, and prints one JSON object per metric and peer.

Use: compare.py WEIGHTS.gguf THREADS BANDWIDTH_COMMAND NAME=COMMAND...   (the first NAME is ours)

Each COMMAND is run as `COMMAND WEIGHTS TASK.json THREADS` in every round, in a process of its own, on THREADS threads
and, for the processor time, on one: threads that wait for each other spin in some of the peers. It prints one object:
`load`, `prompt`, `generation` and `turn`, each {"s", "cpu_s"}; `prompt_tokens`; `generation_steps`; `memory_mb`, the
resident memory at most, less what there was before loading; `answers`, the texts of the compared prompts' greedy
answers in pieces. Times and memory are the rounds' medians. BANDWIDTH_COMMAND THREADS prints {"read_gb_per_s"}.
"""

import itertools
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 5
ANSWER_TOKENS = 128
COMPARED_TOKENS = 48
# About 512 tokens, with the chat's own.
WORDS = 40 * "count the words of this long text and say what they are "
QUESTIONS = [
    "What is the capital of France?",
    "Write a short story about a lighthouse.",
    "Explain how a hash table works.",
    "List three prime numbers and say why they are prime.",
    "Translate to Spanish: the house is red.",
    "Write a C function that adds two numbers.",
]
SYSTEM = "You answer briefly."


def chat(question, system=SYSTEM):
    return [{"role": "system", "content": system}, {"role": "user", "content": question}]


def rendered(messages):
    """As the model's own template renders them, which our runtime uses: ChatML."""
    turns = "".join(f"<|im_start|>{turn['role']}\n{turn['content']}<|im_end|>\n" for turn in messages)
    return turns + "<|im_start|>assistant\n"


def task(is_first):
    # Nothing of the warming prompt can be kept for the long one: they differ from the first words on.
    chats = {"warm": chat("Say hello.", "You are kind."), "long": chat(WORDS)}
    compared = [chat(question) for question in QUESTIONS] if is_first else []
    go_on = "Go on."
    return {
        "chats": chats | {"compared": compared},
        "go_on": go_on,
        "next": "<|im_end|>\n" + rendered([{"role": "user", "content": go_on}]),
        "answer_tokens": ANSWER_TOKENS,
        "compared_tokens": COMPARED_TOKENS,
        **{name: rendered(messages) for name, messages in chats.items()},
        "compared": [rendered(messages) for messages in compared],
    }


def run(command, threads):
    pool = {"RAYON_NUM_THREADS": threads, "CANDLE_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
    done = subprocess.run(command, env=os.environ | pool, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit(f"`{shlex.join(command)}` failed (its exit code is {done.returncode}).")
    return json.loads(done.stdout)


def rounds(weights, threads, bandwidth, contestants):
    """Every contestant's results, round by round, on all threads and on one; and the bandwidths."""
    results, singles = ({name: [] for name in contestants} for _ in range(2))
    bandwidths = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "task.json")
        for number in range(ROUNDS):
            with open(path, "w") as file:
                json.dump(task(number == 0), file)
            for name, command in contestants.items():
                results[name].append(run([*command, weights, path, threads], threads))
                singles[name].append(run([*command, weights, path, "1"], "1"))
            bandwidths.append(run([*bandwidth, threads], threads)["read_gb_per_s"])
    return results, singles, bandwidths


def metrics(results, singles):
    """The medians of one contestant's rounds: {metric: (value, unit)}."""

    def median(value, rounds=results):
        return statistics.median(map(value, rounds))

    def rate(part, count):
        return median(lambda result: result[count] / result[part]["s"])

    def cpu_ms(part, count):
        return median(lambda result: 1000 * result[part]["cpu_s"] / result[count], singles)

    return {
        "prompt_tokens_per_s": (rate("prompt", "prompt_tokens"), "tok/s"),
        "prompt_cpu_ms_per_token": (cpu_ms("prompt", "prompt_tokens"), "ms"),
        "generated_tokens_per_s": (rate("generation", "generation_steps"), "tok/s"),
        "generated_cpu_ms_per_token": (cpu_ms("generation", "generation_steps"), "ms"),
        "next_turn_ms": (median(lambda result: 1000 * result["turn"]["s"]), "ms"),
        "next_turn_cpu_ms": (median(lambda result: 1000 * result["turn"]["cpu_s"], singles), "ms"),
        "load_ms": (median(lambda result: 1000 * result["load"]["s"]), "ms"),
        "memory_mb": (median(lambda result: result["memory_mb"]), "MB"),
    }


def agreement(ours, theirs):
    """How many of the peer's first tokens our answers begin with, and of how many."""
    agreed = total = 0
    for our_pieces, their_pieces in zip(ours, theirs, strict=True):
        text, so_far = "".join(our_pieces), ""
        total += len(their_pieces)
        for piece in their_pieces:
            so_far += piece
            if not text.startswith(so_far):
                break
            agreed += 1
    return agreed, total


def line(metric, value, peer_value, peer, unit="tokens"):
    figures = {"value": round(value, 3), "unit": unit, "peer": peer, "peer_value": round(peer_value, 3)}
    print(json.dumps({"bench": "runtime", "metric": metric, **figures, "ratio": round(value / peer_value, 3)}))


def busy_cores():
    """How many cores other programs keep busy just now. (The load average would still count our own compiling.)"""

    def ticks():
        with open("/proc/stat") as file:
            # User, nice, system, idle, waiting for disks, ...: see proc(5).
            numbers = [int(number) for number in file.readline().split()[1:]]
        idle = numbers[3] + numbers[4]
        return sum(numbers[:8]) - idle, sum(numbers[:8])

    busy, total = ticks()
    time.sleep(2)
    busy_then, total_then = ticks()
    return os.cpu_count() * (busy_then - busy) / max(1, total_then - total)


def warn_if_busy():
    cores = busy_cores()
    if cores > 0.2:
        print(
            f"Other programs keep {cores:.1f} of {os.cpu_count()} cores busy: only processor times and memory can be"
            " compared, because peers' waiting threads spin away the time that they are given.",
            file=sys.stderr,
        )


def main(weights, threads, bandwidth, *named):
    warn_if_busy()
    contestants = {name: shlex.split(command) for name, command in (pair.split("=", 1) for pair in named)}
    results, singles, bandwidths = rounds(weights, threads, shlex.split(bandwidth), contestants)
    own_name, *peers = contestants
    own = metrics(results[own_name], singles[own_name])
    answers = {name: results[name][0]["answers"] for name in contestants}
    for peer in peers:
        if results[peer][0]["prompt_tokens"] != results[own_name][0]["prompt_tokens"]:
            sys.exit(f"{peer} makes other tokens of the prompt than {own_name} does: nothing can be compared.")
        for metric, (value, unit) in metrics(results[peer], singles[peer]).items():
            line(metric, own[metric][0], value, peer, unit)
        line("same_greedy_tokens", *agreement(answers[own_name], answers[peer]), peer)
    for one, other in itertools.pairwise(peers):
        # How much two others differ, for comparison.
        line(f"same_greedy_tokens_of_{one}", *agreement(answers[one], answers[other]), other)
    # Each generated token reads all the weights once; what the file holds besides is 2 % of it.
    limit = statistics.median(bandwidths) * 1e9 / os.path.getsize(weights)
    line("generated_tokens_per_s", own["generated_tokens_per_s"][0], limit, "memory bandwidth", "tok/s")


if __name__ == "__main__":
    main(*sys.argv[1:])
