"""Strict JSON (§1.2): the canonical writer, the reader of payloads and the reader of envelopes and openings."""

import json
import re
import unicodedata

from .forms import WireError

MAX_PAYLOAD = 65_536
MAX_INTEGER = 2**53 - 1
PAYLOAD_DEPTH = 8
ENVELOPE_DEPTH = 12
NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)

# Check 4: what no text may hold, the last two code points of every plane included.
LAST_TWO = "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
REFUSED_TEXT = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb"
    f"\U000e0000-\U000e007f{LAST_TWO}]"
)


def canonical(value):
    """The RFC 8785 bytes of a value of the format's domain: objects, lists, strings, flags, small integers."""
    return _write(value).encode("utf-8")


def _write(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _write_string(value)
    if isinstance(value, list):
        return "[" + ",".join(_write(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{_write_string(name)}:{_write(value[name])}" for name in sorted(value)) + "}"
    raise WireError("bad_json", f"a {type(value).__name__} has no form")


SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def _write_string(text):
    return '"' + "".join(SHORT_ESCAPES.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in text) + '"'


def read_payload(data, admission=True):
    """The object that these exact bytes say, after the four checks in their order.

    An audit of history passes admission=False: it does not repeat check 4."""
    if len(data) > MAX_PAYLOAD:
        raise WireError("too_large")
    value = parse(data, PAYLOAD_DEPTH)
    if not isinstance(value, dict):
        raise WireError("bad_json", "not an object")
    for name in _names(value):
        if name != "$sealed" and not NAME.fullmatch(name):
            raise WireError("bad_json", "member name")
    if canonical(value) != data:
        raise WireError("not_canonical")
    if admission:
        check_texts(value)
    return value


def parse(data, depth):
    """Any JSON value without null, fractions, double names, lone surrogates, wide integers or deep nesting."""
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_members,
            parse_int=_integer,
            parse_float=_refuse,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError) as fault:
        raise WireError("bad_json") from fault
    _check_shape(value, depth)
    return value


def _refuse(_text):
    raise WireError("bad_json", "number")


def _integer(text):
    if text == "-0" or len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise WireError("bad_json", "integer")
    return int(text)


def _members(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise WireError("bad_json", "member name occurs twice")
    return members


def _check_shape(value, levels_left):
    """Neither null nor a lone surrogate nor more levels than are left; a scalar is no level."""
    if value is None:
        raise WireError("bad_json", "null")
    if isinstance(value, str) and any("\ud800" <= c <= "\udfff" for c in value):
        raise WireError("bad_json", "lone surrogate")
    if isinstance(value, (dict, list)):
        if levels_left == 0:
            raise WireError("bad_json", "too deep")
        for item in value.values() if isinstance(value, dict) else value:
            _check_shape(item, levels_left - 1)


def _names(value):
    if isinstance(value, dict):
        yield from value
    if isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _names(item)


def check_texts(value, allow_line_feed=False, require_nfc=True):
    """Check 4 over every string value. Sealed values (§3.4) allow U+000A and are not asked for NFC."""
    if isinstance(value, str):
        if REFUSED_TEXT.search(value.replace("\n", "") if allow_line_feed else value):
            raise WireError("bad_text", "a character that is refused")
        if require_nfc and not unicodedata.is_normalized("NFC", value):
            raise WireError("bad_text", "not NFC")
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            check_texts(item, allow_line_feed, require_nfc)
