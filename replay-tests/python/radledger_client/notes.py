"""C2SP notes (§3.6): verifier keys, checkpoints and tlog-proofs."""

import re
from typing import NamedTuple

from . import ed25519, tree
from .forms import WireError, from_base64, sha256, to_base64

ED25519_NOTE = b"\x01"
MAX_SIGNATURES = 16
PROOF_HEAD = "c2sp.org/tlog-proof@v1"


class Verifier(NamedTuple):
    """The public key of a log, as its verifier key says it."""

    origin: str
    key_hash: bytes
    public: bytes


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes
    note: str


def key_hash(origin, public):
    return sha256(origin.encode("utf-8") + b"\n" + ED25519_NOTE + public)[:4]


def vkey(origin, public):
    return f"{origin}+{key_hash(origin, public).hex()}+{to_base64(ED25519_NOTE + public)}"


def read_vkey(text):
    found = re.fullmatch(r"([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)", text)
    encoded = from_base64(found[3]) if found else b""
    if len(encoded) != 33 or encoded[:1] != ED25519_NOTE or key_hash(found[1], encoded[1:]).hex() != found[2]:
        raise WireError("bad_value", "verifier key")
    return Verifier(found[1], bytes.fromhex(found[2]), encoded[1:])


def checkpoint_text(origin, size, root):
    return f"{origin}\n{size}\n{to_base64(root)}\n"


def sign_note(text, key, origin):
    blob = key_hash(origin, key.public) + key.sign(text.encode("utf-8"))
    return f"{text}\n— {origin} {to_base64(blob)}\n"


def read_checkpoint(note, verifier):
    """A checkpoint that carries a good signature of the log. A bad line of the log's key spoils the whole note."""
    text, separator, lines = note.partition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise WireError("bad_note", "form")
    lines = lines[:-1].split("\n")
    text += "\n"
    if len(lines) > MAX_SIGNATURES:
        raise WireError("bad_note", "too many signatures")
    signed = False
    for line in lines:
        found = re.fullmatch(r"— ([^+\s]+) ([A-Za-z0-9+/]+=*)", line)
        if not found:
            raise WireError("bad_note", "signature line")
        blob = from_base64(found[2])
        if found[1] != verifier.origin or blob[:4] != verifier.key_hash:
            continue
        if not ed25519.verify(verifier.public, blob[4:], text.encode("utf-8")):
            raise WireError("bad_note", "signature of the log")
        signed = True
    if not signed:
        raise WireError("bad_note", "no signature of the log")
    body = re.fullmatch(r"([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n", text)
    if not body or body[1] != verifier.origin:
        raise WireError("bad_note", "body")
    return Checkpoint(body[1], int(body[2]), from_base64(body[3]), note)


def write_proof(index, hashes, note):
    return "\n".join([PROOF_HEAD, f"index {index}", *map(to_base64, hashes), "", note])


def check_proof(proof, leaf, verifier):
    """Checks offline that a log has published `leaf`. Returns (index, checkpoint)."""
    head, separator, note = proof.partition("\n\n")
    lines = head.split("\n")
    if not separator or lines.pop(0) != PROOF_HEAD:
        raise WireError("bad_proof", "head")
    if lines and lines[0].startswith("extra "):
        from_base64(lines.pop(0)[len("extra ") :])
    found = re.fullmatch(r"index (0|[1-9][0-9]{0,15})", lines.pop(0) if lines else "")
    if not found:
        raise WireError("bad_proof", "index")
    hashes = [from_base64(line) for line in lines]
    if any(len(one) != 32 for one in hashes):
        raise WireError("bad_proof", "hash")
    checkpoint = read_checkpoint(note, verifier)
    index = int(found[1])
    tree.check_inclusion(index, checkpoint.size, tree.leaf_hash(leaf), hashes, checkpoint.root)
    return index, checkpoint
