"""Digests that the service derives: claims and content (§4.4), ids of its own events (§4.6)."""

import uuid as uuids

from .forms import lp, sha256, uuid_bytes
from .strict_json import canonical


def claim(name, *parts):
    return sha256(b"radledger-claim-v1\0" + lp(name) + b"".join(map(lp, parts)))


def content_message(secret, type_, effective_on, opened_data):
    """`opened_data` is data with each seal replaced by its value."""
    return (
        b"radledger-content-v1\0" + lp(secret) + lp(type_) + lp(effective_on or "") + lp(canonical(opened_data))
    )


def service_id_message(secret, cause, day, type_, kind, record_id, version):
    return (
        b"radledger-service-id-v1\0"
        + lp(secret)
        + lp(uuid_bytes(cause) if cause else b"")
        + lp(day)
        + lp(type_)
        + lp(kind)
        + lp(uuid_bytes(record_id))
        + version.to_bytes(4, "big")
    )


def service_id(message):
    return str(uuids.UUID(bytes=sha256(message)[:16], version=4))


def warning_id_message(ledger, rule, kind, record_id, occurrence):
    return b"radledger-id-v1\0" + lp(ledger) + lp(rule) + lp(kind) + lp(uuid_bytes(record_id)) + lp(occurrence)


def warning_id(message):
    first = bytearray(sha256(message)[:16])
    first[6] = first[6] & 0x0F | 0x80
    first[8] = first[8] & 0x3F | 0x80
    return str(uuids.UUID(bytes=bytes(first)))
