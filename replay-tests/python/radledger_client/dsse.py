"""What is signed and how it travels (§3.1, §3.2): pre-authentication encoding, H, envelopes."""

from . import ed25519
from .forms import WireError, from_base64, sha256, to_base64, to_base64url
from .strict_json import ENVELOPE_DEPTH, MAX_PAYLOAD, canonical, parse

EVENT = "application/vnd.radledger.event+json"
ENROL = "application/vnd.radledger.enrol+json"
SESSION = "application/vnd.radledger.session+json"
EXPORT = "application/vnd.radledger.export+json"


def pae_head(payload_type, payload):
    return f"DSSEv1 {len(payload_type)} {payload_type} {len(payload)} ".encode("ascii")


def pae(payload_type, payload):
    """The message that a key signs."""
    return pae_head(payload_type, payload) + payload


def statement_hash(payload):
    """H of an event, 32 bytes."""
    return sha256(pae(EVENT, payload))


def statement_hash_text(payload):
    return to_base64url(statement_hash(payload))


def envelope(key, payload_type, payload):
    """Signs a payload and puts both into an envelope."""
    return envelope_of(payload_type, payload, key.key_id, key.sign(pae(payload_type, payload)))


def envelope_of(payload_type, payload, key_id, signature):
    return {
        "payload": to_base64(payload),
        "payloadType": payload_type,
        "signatures": [{"keyid": key_id, "sig": to_base64(signature)}],
    }


def open_envelope(value, payload_type):
    """(payload, key id, signature) of an envelope of one type, unverified. `value` is bytes of JSON or an object."""
    try:
        if isinstance(value, bytes):
            value = parse(value, ENVELOPE_DEPTH)
        payload, stated_type, signatures = _exactly(value, "payload", "payloadType", "signatures")
        (signature,) = signatures
        key_id, sig = _exactly(signature, "keyid", "sig")
        payload, sig = from_base64(payload), from_base64(sig)
    except (WireError, ValueError, TypeError) as fault:
        raise WireError("bad_envelope") from fault
    if stated_type != payload_type:
        raise WireError("bad_envelope", "payload type")
    if len(payload) > MAX_PAYLOAD:
        raise WireError("too_large")
    return payload, key_id, sig


def _exactly(value, *names):
    if not isinstance(value, dict) or set(value) != set(names):
        raise WireError("bad_envelope", "members")
    return [value[name] for name in names]


def verify(public, payload_type, payload, signature):
    """Strict verification; the record of the key gives the public key, never the message."""
    if not ed25519.verify(public, signature, pae(payload_type, payload)):
        raise WireError("bad_signature")


def envelope_bytes(value):
    """An envelope as bytes to send. Envelopes need not be canonical; these are."""
    return canonical(value)
