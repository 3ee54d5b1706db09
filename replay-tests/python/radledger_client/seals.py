"""Seals and openings (§3.4): what concerns a person is committed to, never signed itself."""

import os
import re

from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from .forms import WireError, from_base64url, lp, sha256, to_base64url, uuid_bytes
from .strict_json import MAX_INTEGER, NAME, canonical, check_texts

DOMAIN = b"radledger-seal-v1\0"
MAX_VALUE = 8_192
MAX_DEPTH = 3


def seal_message(ledger, event, pointer, salt, value):
    return (
        DOMAIN
        + lp(from_base64url(ledger, 16))
        + lp(uuid_bytes(event))
        + lp(pointer)
        + salt
        + lp(canonical(value))
    )


def commitment(ledger, event, pointer, salt, value):
    """The commitment c, 32 bytes. Refuses a value that may not be sealed and a salt that is not 32 bytes."""
    check_value(value)
    if len(salt) != 32:
        raise WireError("seal_mismatch", "salt")
    return sha256(seal_message(ledger, event, pointer, salt, value))


def seal_object(c):
    return {"$sealed": to_base64url(c)}


def opening(pointer, subject, salt, value):
    return {"pointer": pointer, "salt": to_base64url(salt), "subject": subject, "value": value}


def new_salt():
    return os.urandom(32)


def check_value(value):
    """A string, an integer, or an object of depth at most 3 that may also hold flags and lists."""
    ok = isinstance(value, (str, dict)) or (isinstance(value, int) and not isinstance(value, bool))
    if not ok or not _fits(value, MAX_DEPTH) or len(canonical(value)) > MAX_VALUE:
        raise WireError("seal_mismatch", "value that cannot be sealed")
    try:
        check_texts(value, allow_line_feed=True, require_nfc=False)
    except WireError as fault:
        raise WireError("seal_mismatch", str(fault)) from fault


def _fits(value, levels_left):
    if isinstance(value, (bool, str)):
        return True
    if isinstance(value, int):
        return abs(value) <= MAX_INTEGER
    if isinstance(value, dict):
        return levels_left > 0 and all(
            NAME.fullmatch(name) and _fits(item, levels_left - 1) for name, item in value.items()
        )
    return isinstance(value, list) and levels_left > 0 and all(_fits(item, levels_left - 1) for item in value)


def seals_of(value, pointer=""):
    """Pointer and commitment of every seal in a statement, in the order of the bytes."""
    if isinstance(value, dict):
        if "$sealed" in value:
            if set(value) != {"$sealed"}:
                raise WireError("seal_mismatch", pointer)
            yield pointer, value["$sealed"]
            return
        for name in sorted(value):
            yield from seals_of(value[name], f"{pointer}/{escape(name)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from seals_of(item, f"{pointer}/{index}")


def escape(name):
    """A reference token of RFC 6901."""
    return re.sub("[~/]", lambda found: "~0" if found[0] == "~" else "~1", name)


def check_openings(statement, openings):
    """Every seal of a statement is opened once by its opening, and no opening is left over."""
    committed = dict(seals_of(statement))
    opened = set()
    for one in openings:
        pointer = one["pointer"]
        if set(one) != {"pointer", "salt", "subject", "value"} or pointer not in committed or pointer in opened:
            raise WireError("seal_mismatch", pointer)
        c = commitment(
            statement["ledger"], statement["id"], pointer, from_base64url(one["salt"], 32), one["value"]
        )
        if to_base64url(c) != committed[pointer]:
            raise WireError("seal_mismatch", pointer)
        opened.add(pointer)
    if opened != set(committed):
        raise WireError("unopened_seal")


# At rest. Only the service keeps openings so; the client can read a box to which it is given the key.


def box_plaintext(salt, value):
    plain = lp(salt) + lp(canonical(value))
    return plain + bytes(-len(plain) % 64)


def box_associated(ledger, event, pointer, subject, generation):
    return (
        lp(from_base64url(ledger, 16))
        + lp(uuid_bytes(event))
        + lp(pointer)
        + lp(subject["kind"])
        + lp(uuid_bytes(subject["id"]))
        + generation.to_bytes(4, "big")
    )


def close_box(data_key, nonce, plaintext, associated):
    return b"\x01" + nonce + AESGCMSIV(data_key).encrypt(nonce, plaintext, associated)


def open_box(data_key, box, associated):
    if box[:1] != b"\x01":
        raise WireError("bad_value", "box")
    return AESGCMSIV(data_key).decrypt(box[1:13], box[13:], associated)
