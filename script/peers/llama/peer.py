"""llama.cpp measured on a task; prints one JSON object (`compare.py` says which).

Use: peer.py WEIGHTS.gguf TASK.json THREADS
"""

import importlib.machinery
import importlib.util
import json
import sys
import time
from pathlib import Path


def bindings():
    """The package's plain C functions, without its Python layer and what that would have to be installed for."""
    folder = importlib.machinery.PathFinder.find_spec("llama_cpp").submodule_search_locations
    spec = importlib.machinery.ModuleSpec("llama_cpp", None, is_package=True)
    spec.submodule_search_locations = list(folder)
    sys.modules["llama_cpp"] = importlib.util.module_from_spec(spec)
    import llama_cpp.llama_cpp

    return llama_cpp.llama_cpp


C = bindings()


@C.llama_log_callback
def say_nothing(_level, _text, _data):
    pass


class Peer:
    def __init__(self, weights, threads):
        self.model = C.llama_model_load_from_file(weights.encode(), C.llama_model_default_params())
        params = C.llama_context_default_params()
        params.n_ctx = 2048
        params.n_batch = 2048
        params.n_threads = params.n_threads_batch = threads
        self.context = C.llama_init_from_model(self.model, params)
        self.vocabulary = C.llama_model_get_vocab(self.model)
        self.sampler = C.llama_sampler_init_greedy()

    def forget(self):
        C.llama_memory_clear(C.llama_get_memory(self.context), True)

    def read(self, text):
        """Reads more text; gives its tokens' number."""
        text = text.encode()
        tokens = (C.llama_token * len(text))()
        count = C.llama_tokenize(self.vocabulary, text, len(text), tokens, len(text), False, True)
        self.forward(tokens, count)
        return count

    def forward(self, tokens, count):
        if C.llama_decode(self.context, C.llama_batch_get_one(tokens, count)) != 0:
            sys.exit("llama_decode failed")
        C.llama_synchronize(self.context)

    def generate(self, max_tokens):
        """The likeliest tokens from here on, one forward pass for each but the last."""
        tokens = [C.llama_sampler_sample(self.sampler, self.context, -1)]
        while len(tokens) < max_tokens and not C.llama_vocab_is_eog(self.vocabulary, tokens[-1]):
            self.forward((C.llama_token * 1)(tokens[-1]), 1)
            tokens.append(C.llama_sampler_sample(self.sampler, self.context, -1))
        return tokens

    def answer(self, prompt, max_tokens):
        """The answer to `prompt`, token by token."""
        self.forget()
        self.read(prompt)
        tokens = self.generate(max_tokens)
        return [self.text(token) for token in tokens if not C.llama_vocab_is_eog(self.vocabulary, token)]

    def text(self, token):
        piece = bytearray(64)
        buffer = (C.ctypes.c_char * len(piece)).from_buffer(piece)
        length = C.llama_token_to_piece(self.vocabulary, token, buffer, len(piece), 0, True)
        return bytes(piece[:length]).decode(errors="replace")


def timed(work):
    start, cpu_start = time.perf_counter(), time.process_time()
    done = work()
    return done, {"s": time.perf_counter() - start, "cpu_s": time.process_time() - cpu_start}


def memory_mb(key):
    """This process's resident memory: now (`VmRSS`) or at most (`VmHWM`)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key)) * 1024 / 1e6


def main(weights, task, threads):
    C.llama_log_set(say_nothing, None)
    task = json.loads(Path(task).read_text())
    before_mb = memory_mb("VmRSS")
    peer, load = timed(lambda: Peer(weights, int(threads)))
    peer.answer(task["warm"], 16)
    peer.forget()
    prompt_tokens, prompt = timed(lambda: peer.read(task["long"]))
    tokens, generation = timed(lambda: peer.generate(task["answer_tokens"]))
    _, turn = timed(lambda: peer.read(task["next"]))
    measured = {"load": load, "prompt": prompt, "prompt_tokens": prompt_tokens, "generation": generation}
    measured |= {"generation_steps": len(tokens) - 1, "turn": turn, "memory_mb": memory_mb("VmHWM") - before_mb}
    measured["answers"] = [peer.answer(prompt, task["compared_tokens"]) for prompt in task["compared"]]
    print(json.dumps(measured))


if __name__ == "__main__":
    main(*sys.argv[1:])
