"""A log of two entries, its note and its proof file, made with sigstore's tree and cryptography's key."""

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sigstore._internal.merkle import _hash_children, _hash_leaf

NAME = "python.example/log"
key = Ed25519PrivateKey.generate()
public = b"\x01" + key.public_key().public_bytes_raw()
key_id = hashlib.sha256(NAME.encode() + b"\n" + public).digest()[:4]
leaves = [_hash_leaf(b"python entry 0"), _hash_leaf(b"python entry 1")]
root = _hash_children(*leaves)


def base(data: bytes) -> str:
    return base64.b64encode(data).decode()


text = f"{NAME}\n2\n{base(root)}\n"
note = f"{text}\n— {NAME} {base(key_id + key.sign(text.encode()))}\n"
proof = f"c2sp.org/tlog-proof@v1\nindex 1\n{base(leaves[0])}\n\n{note}"
for name, content in [
    ("python.pub", f"{NAME}+{key_id.hex()}+{base(public)}\n"),
    ("python.tlog-proof", proof),
    ("python.entry", "python entry 1"),
]:
    with open(name, "w", encoding="utf-8") as file:
        file.write(content)
