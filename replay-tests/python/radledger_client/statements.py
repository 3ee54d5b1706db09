"""Building statements (§2) and units (§4.1)."""

from typing import Any, NamedTuple

from . import dsse, seals, tree
from .forms import from_base64url, new_uuid, now
from .strict_json import canonical, read_payload


class Seal(NamedTuple):
    """Stands in `data` or as `reason.text` for a value that is to be sealed under the key of `subject`."""

    value: Any
    subject: dict


class Signer(NamedTuple):
    """Who signs: a key, the account that it belongs to and the grant that is relied on (None for root holders)."""

    key: Any
    account: str
    grant: str | None = None


class Draft(NamedTuple):
    """A statement, its bytes, H as text, and the openings that travel beside it."""

    statement: dict
    payload: bytes
    hash: str
    openings: list


def build(ledger, signer, type_, record_id, version, data, *, meaning="entry", **members):
    """A statement of schema 1. `members` are further members as they stand on the page; None means absent."""
    statement = {
        "data": data,
        "id": new_uuid(),
        "ledger": ledger,
        "meaning": meaning,
        "record": {"id": record_id, "kind": type_.partition(".")[0]},
        "schema": 1,
        "signed_at": now(),
        "signer": {"account": signer.account, "grant": signer.grant, "key": signer.key.key_id},
        "type": type_,
        "version": version,
    } | members
    return draft(statement)


def draft(statement, salts=seals.new_salt):
    """Drops absent members, replaces each `Seal` by its commitment and makes the payload."""
    openings = []

    def settle(value, pointer):
        if isinstance(value, Seal):
            salt = salts()
            openings.append(seals.opening(pointer, value.subject, salt, value.value))
            return seals.seal_object(
                seals.commitment(statement["ledger"], statement["id"], pointer, salt, value.value)
            )
        if isinstance(value, dict):
            return {
                name: settle(item, f"{pointer}/{seals.escape(name)}")
                for name, item in sorted(value.items())
                if item is not None
            }
        if isinstance(value, list):
            return [settle(item, f"{pointer}/{index}") for index, item in enumerate(value)]
        return value

    settled = settle(statement, "")
    payload = canonical(settled)
    read_payload(payload)  # Nothing is signed that the reader of payloads would refuse.
    return Draft(settled, payload, dsse.statement_hash_text(payload), openings)


def unit(signer, *drafts):
    """Signs the events of one unit, in their order."""
    return {
        "envelopes": [dsse.envelope(signer.key, dsse.EVENT, one.payload) for one in drafts],
        "openings": [one.openings for one in drafts],
    }


def batch(count, batch_id=None):
    """The `batch` members of a unit of several."""
    batch_id = batch_id or new_uuid()
    return [{"count": count, "id": batch_id, "index": index} for index in range(count)]


def check_prepared(prepared, signer, ledger, type_, data):
    """The draft in an answer of `prepare`, after checking that it says what was wished and nothing else.

    A node could prepare bytes that say something different, so the client reads them and opens every seal.
    `data` is what was wished, plain where the catalogue seals."""
    payload = prepared["payload"].encode("utf-8")
    statement = read_payload(payload)
    openings = prepared["openings"] or []
    seals.check_openings(statement, openings)
    plain = seals_opened(statement, openings)
    same = (
        statement["ledger"] == ledger
        and statement["type"] == type_
        and plain["data"] == data
        and statement["signer"]["account"] == signer.account
        and statement["signer"]["key"] == signer.key.key_id
    )
    if not same:
        raise ValueError("the prepared bytes say something else than what was wished")
    return Draft(statement, payload, dsse.statement_hash_text(payload), openings)


def seals_opened(statement, openings):
    """A statement with each seal replaced by the value behind it."""
    values = {one["pointer"]: one["value"] for one in openings}

    def open_(value, pointer):
        if isinstance(value, dict):
            if "$sealed" in value:
                return values[pointer]
            return {name: open_(item, f"{pointer}/{seals.escape(name)}") for name, item in value.items()}
        if isinstance(value, list):
            return [open_(item, f"{pointer}/{index}") for index, item in enumerate(value)]
        return value

    return open_(statement, "")


def leaf_of(draft_, recorded_at, key, signature):
    """The leaf that a receipt of this draft must show."""
    return tree.leaf(recorded_at, from_base64url(draft_.hash, 32), tree.ED25519, key.key_id, signature)
