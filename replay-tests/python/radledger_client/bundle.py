"""Checks an exported bundle (§6.1) offline, against a trust file that was published when the ledger began.

Checked are: the list of members and its signature; every row's payload, signature and signer by the keys that were
enrolled before it; times, ids, streams of versions and `prev`; batches; the tree root against the signed checkpoint;
the tiles; the genesis. Not checked are rights, rules and what the service had to add: that is the product's audit."""

import json
import re
import zipfile
from typing import NamedTuple

from . import dsse, enrolment, notes, tree
from .forms import (
    WireError,
    civil_day,
    from_base64,
    from_base64url,
    instant_micros,
    sha256,
    to_base64url,
    uuid_bytes,
)
from .keys import key_id_of, point_of
from .strict_json import canonical, read_payload

SEGMENT = 65_536
TILE = 256
FIXED = {"README.txt", "checkpoint", "export.dsse.json", "manifest.json"}
ROW = ["position", "recorded_at", "alg", "key", "signature", "payload"]


class Verdict(NamedTuple):
    """What a checked bundle holds."""

    size: int
    root: bytes
    genesis: str
    keys: int
    records: int


class Enrolled(NamedTuple):
    """A public key of one account; `credential` is None for root holders and the service."""

    point: bytes
    account: str
    role: str
    credential: str | None = None
    days: tuple = ("0000-00-00", "9999-99-99")


def fail(what, position=None):
    raise WireError("bad_bundle", what if position is None else f"position {position}: {what}")


def check(path, trust):
    """Refuses a bundle that does not hold. `trust` is {"ledger", "genesis", "vkey"}, from a trusted channel."""
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        if any(one.compress_type != zipfile.ZIP_STORED for one in infos):
            fail("a member is compressed")
        members = {one.filename: archive.read(one) for one in infos}
    if len(members) != len(infos):
        fail("a member occurs twice")
    verifier = notes.read_vkey(trust["vkey"])
    checkpoint = notes.read_checkpoint(members["checkpoint"].decode("utf-8"), verifier)
    ledger = Ledger(trust)
    leaves = [tree.leaf_hash(ledger.take(row)) for row in rows(members)]
    if len(leaves) != checkpoint.size or tree.root(leaves) != checkpoint.root:
        fail("the rows are not the tree of the checkpoint")
    ledger.finish()
    check_files(members, ledger)
    check_tiles(members, leaves)
    check_export(members, ledger, checkpoint)
    return Verdict(checkpoint.size, checkpoint.root, ledger.genesis, len(ledger.keys), len(ledger.heads))


def rows(members):
    """Every row in order. Segments are named by the position of their first row."""
    expected = 0
    for name in sorted(name for name in members if name.startswith("rows/")):
        if name != f"rows/{expected:012}.jsonl" or expected % SEGMENT:
            fail(f"segment {name}")
        if not members[name].endswith(b"\n"):
            fail(f"{name} ends within a row")
        for line in members[name][:-1].split(b"\n"):
            row = json.loads(line)
            if sorted(row) != sorted(ROW) or type(row["position"]) is not int or row["position"] != expected:
                fail("form of the row", expected)
            yield row
            expected += 1


class Ledger:
    """What must be remembered of the rows before, to judge the next one."""

    def __init__(self, trust):
        self.trust = trust
        self.genesis = None
        self.data = None  # of the genesis
        self.keys = {}  # key id -> Enrolled
        self.requested = {}  # credential -> data of its request
        self.accounts = {}  # account -> "opened" | "open" | "closed"
        self.revoked = set()  # credentials
        self.heads = {}  # (kind, id) -> (version, H)
        self.hashes = {}  # event id -> H
        self.last_time = 0
        self.batch = None  # (id, count, next index, recorded_at, key) of a batch that is not complete
        self.batches = set()
        self.pending = []  # changes of authority that wait for the end of their unit

    def take(self, row):
        """Judges a row and returns its leaf."""
        position = row["position"]
        try:
            return self._take(row, position)
        except (WireError, KeyError, TypeError, ValueError) as fault:
            if isinstance(fault, WireError) and fault.code == "bad_bundle":
                raise
            raise WireError("bad_bundle", f"position {position}: {fault!r}") from fault

    def _take(self, row, position):
        recorded_at = instant_micros(row["recorded_at"])
        payload, signature = from_base64(row["payload"]), from_base64url(row["signature"], 64)
        statement = read_payload(payload, admission=False)
        h = dsse.statement_hash_text(payload)
        if recorded_at < self.last_time:
            fail("earlier than the row before", position)
        if self.batch is None:
            self._settle()
        if position == 0:
            self._found(statement, h)
        if row["alg"] != tree.ED25519 or row["key"] not in self.keys:
            fail("unknown key", position)
        key = self.keys[row["key"]]
        dsse.verify(key.point, dsse.EVENT, payload, signature)
        self._signer(statement, row, key, position)
        self._stream(statement, h, position)
        self._in_batch(statement, row, key, position)
        self._authority(statement, position)
        self.last_time = recorded_at
        return tree.leaf(recorded_at, from_base64url(h), row["alg"], row["key"], signature)

    def _found(self, statement, h):
        """The genesis: it is the pinned one, and its proofs hold."""
        if statement["type"] != "ledger.created" or (h, statement["ledger"]) != (
            self.trust["genesis"],
            self.trust["ledger"],
        ):
            fail("not the genesis that is trusted", 0)
        self.genesis, self.data = h, statement["data"]
        if self.data["log_vkey"] != self.trust["vkey"]:
            fail("the genesis names another log key", 0)
        holders = [(one, "root") for one in self.data["roots"]] + [(self.data["service"], "service")]
        for one, role in holders:
            enrolment.check(one["proof"], statement["ledger"], one["account"], one["public_key"], admission=False)
            self._enrol(one["public_key"], Enrolled(point_of(one["public_key"]), one["account"], role))
            self.accounts[one["account"]] = "open"
        if len(self.keys) != len(holders) or len(self.accounts) != len(holders):
            fail("a key or account occurs twice in the genesis", 0)

    def _enrol(self, public_key, enrolled):
        key_id = key_id_of(public_key)
        if key_id in self.keys and self.keys[key_id].account != enrolled.account:
            fail("a key of two accounts")
        self.keys[key_id] = enrolled

    def _signer(self, statement, row, key, position):
        signer = statement["signer"]
        if (signer["key"], signer["account"]) != (row["key"], key.account):
            fail("signer and key differ", position)
        if statement["ledger"] != self.trust["ledger"]:
            fail("another ledger", position)
        if ("grant" in signer) != (key.role == "person"):
            fail("grant of the signer", position)
        day = civil_day(row["recorded_at"])
        if self.accounts[key.account] != "open" or key.credential in self.revoked:
            fail("the signer's account or key no longer stands", position)
        if not key.days[0] <= day < key.days[1]:
            fail("the signer's key is not valid on that day", position)
        if (statement["meaning"] == "system") != (key.role == "service"):
            fail("the service signs system statements and nobody else does", position)
        if position < self.data["threshold"]:
            wanted = "ledger.countersigned" if position else "ledger.created"
            if statement["type"] != wanted or key.role != "root":
                fail("the genesis is not complete", position)

    def _stream(self, statement, h, position):
        """Versions of a record count up by one and name the statement before by its hash."""
        uuid_bytes(statement["id"])
        if statement["id"] in self.hashes:
            fail("id used twice", position)
        record = (statement["record"]["kind"], statement["record"]["id"])
        if record[0] != statement["type"].partition(".")[0]:
            fail("kind of the record", position)
        version, head = self.heads.get(record, (0, None))
        if statement["version"] != version + 1 or statement.get("prev") != head:
            fail("version or prev", position)
        references = [statement.get("corrects"), statement.get("cause"), statement["data"].get("countersigns")]
        for one in references:
            if one is not None and self.hashes.get(one["event"]) != one["hash"]:
                fail("a reference names what is not there", position)
        self.heads[record] = (version + 1, h)
        self.hashes[statement["id"]] = h

    def _in_batch(self, statement, row, key, position):
        """A batch is whole, in order, under one key and at one time."""
        said = statement.get("batch")
        if self.batch is None:
            if said is None:
                return
            if said["index"] != 0 or said["id"] in self.batches or not 2 <= said["count"] <= 1000:
                fail("beginning of a batch", position)
            self.batches.add(said["id"])
        wanted = self.batch or (said["id"], said["count"], 0, row["recorded_at"], row["key"])
        if said is None or (said["id"], said["count"], said["index"], row["recorded_at"], row["key"]) != wanted:
            fail("a batch is interrupted", position)
        after = said["index"] + 1
        self.batch = None if after == said["count"] else (said["id"], said["count"], after, *wanted[3:])

    def _authority(self, statement, position):
        """Notes which accounts are open and which keys stand. A unit authorises nothing for itself, so what a
        statement changes waits until the next unit."""
        kind, _, what = statement["type"].partition(".")
        record, data = statement["record"]["id"], statement["data"]
        if statement["type"] == "account.opened":
            self.accounts[record] = "opened"
        elif statement["type"] == "account.countersigned":
            self.pending.append((self.accounts.__setitem__, record, "open"))
        elif statement["type"] == "account.closed":
            self.pending.append((self.accounts.__setitem__, record, "closed"))
        elif statement["type"] == "credential.requested":
            enrolment.check(data["proof"], statement["ledger"], data["account"], data["public_key"], admission=False)
            if key_id_of(data["public_key"]) in self.keys:
                fail("a key is enrolled twice", position)
            self.requested[record] = data
        elif statement["type"] == "credential.bound":
            asked = self.requested[record]
            days = (asked["valid_from"], asked["valid_until"])
            enrolled = Enrolled(point_of(asked["public_key"]), asked["account"], "person", record, days)
            self.pending.append((self._enrol, asked["public_key"], enrolled))
        elif kind == "credential" and what in ("revoked", "compromise_reported"):
            self.pending.append((lambda one, _: self.revoked.add(one), record, None))

    def _settle(self):
        for change, one, other in self.pending:
            change(one, other)
        self.pending.clear()

    def finish(self):
        if self.batch is not None:
            fail("the last batch is not whole")
        self._settle()


def check_files(members, ledger):
    """The genesis names each published file by version and hash."""
    for what in ("catalogue", "policy", "rules"):
        named = ledger.data[what]
        data = members.get(f"files/{what}-{named['version']}.json")
        if data is None or to_base64url(sha256(data)) != named["sha256"]:
            fail(f"the {what} of the genesis")


def check_tiles(members, leaves):
    """Hash tiles hold what the rows give, at every level, and none is missing."""
    level, hashes, expected = 0, leaves, {}
    while hashes:
        for index in range(0, len(hashes), TILE):
            tile = hashes[index : index + TILE]
            expected[tile_name(level, index // TILE, len(tile))] = b"".join(tile)
        full = len(hashes) // TILE
        hashes = [tree.root(hashes[i * TILE : (i + 1) * TILE]) for i in range(full)]
        level += 1
    held = {name: data for name, data in members.items() if name.startswith("tile/")}
    if held != expected:
        fail(f"tiles: {sorted(set(held) ^ set(expected))[:3] or 'content'}")


def tile_name(level, index, width):
    digits = f"{index % 1000:03}"
    while index >= 1000:
        index //= 1000
        digits = f"x{index % 1000:03}/{digits}"
    return f"tile/{level}/{digits}" + ("" if width == TILE else f".p/{width}")


def check_export(members, ledger, checkpoint):
    """The signed list names every member but itself, and the service signed it."""
    payload, key_id, signature = dsse.open_envelope(members["export.dsse.json"], dsse.EXPORT)
    said = read_payload(payload, admission=False)
    if set(said) != {"as_of", "checkpoint", "created_at", "files", "key", "ledger"} or said["key"] != key_id:
        fail("members of the list")
    if key_id not in ledger.keys or ledger.keys[key_id].role != "service":
        fail("the list is not signed by the service")
    dsse.verify(ledger.keys[key_id].point, dsse.EXPORT, payload, signature)
    instant_micros(said["created_at"])
    listed = [(one["name"], one["bytes"], one["sha256"]) for one in said["files"]]
    held = sorted(
        (name, len(data), to_base64url(sha256(data))) for name, data in members.items() if name != "export.dsse.json"
    )
    if listed != held:
        fail("the members differ from the list")
    if (said["ledger"], said["as_of"]) != (ledger.trust["ledger"], checkpoint.size - 1):
        fail("the list is about something else")
    if said["checkpoint"] != to_base64url(sha256(members["checkpoint"])):
        fail("the list names another checkpoint")
    for name in members:
        if name not in FIXED and not re.match(r"rows/|tile/|files/", name):
            fail(f"member {name}")
    check_manifest(members, ledger, checkpoint)


def check_manifest(members, ledger, checkpoint):
    """The manifest tells the same as the trust file, the checkpoint and the rows."""
    segments = []
    for first in range(0, checkpoint.size, SEGMENT):
        name = f"rows/{first:012}.jsonl"
        count = min(SEGMENT, checkpoint.size - first)
        segments.append({"name": name, "first": first, "count": count, "sha256": to_base64url(sha256(members[name]))})
    wanted = {
        "format": "radledger-bundle-v1",
        "ledger": ledger.trust["ledger"],
        "origin": checkpoint.origin,
        "vkey": ledger.trust["vkey"],
        "size": checkpoint.size,
        "segments": segments,
    }
    if json.loads(members["manifest.json"]) != wanted:
        fail("manifest.json is about something else")
