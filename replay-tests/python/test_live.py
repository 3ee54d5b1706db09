"""Speaks to a running demonstration: builds, signs and appends by docs/wire-format.md, and checks what comes back.

RADLEDGER_URL         scheme://host:port of the demonstration; without it everything here is skipped
RADLEDGER_IDENTITIES  identities.json of the demonstration
RADLEDGER_BIN         the program, for the export
RADLEDGER_ANCHOR      its anchor folder, when the demonstration was given one"""

import json
import os
import subprocess
import tempfile
import time
import unittest
import zipfile
from pathlib import Path

from radledger_client import bundle, dsse, forms, keys, notes, seals, statements, strict_json, tree
from radledger_client.forms import WireError
from radledger_client.http import RECEIPT, HttpError, Service
from radledger_client.statements import Seal, Signer

URL = os.environ.get("RADLEDGER_URL")
PUBLISHED_WITHIN_S = 60

DEVICES = """query($org: UUID!) { devices(filter: {org: $org}, first: 100) { nodes {
  recordId version state history(first: 1) { nodes { hash version } } } } }"""
HEAD = "query($id: ID!) { node(id: $id) { ... on %s { version history(first: 1) { nodes { id hash version } } } } }"
GRANTS = "{ grants(first: 100) { nodes { recordId state org members { account role { code } } } } }"


@unittest.skipUnless(URL, "RADLEDGER_URL is not set: start a demonstration with replay-tests/python/run.sh PROGRAM")
class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.identities = Path(os.environ["RADLEDGER_IDENTITIES"])
        cls.data = cls.identities.parents[1]
        cls.trust = json.loads((cls.data / "trust.json").read_text(encoding="utf-8"))
        cls.verifier = notes.read_vkey(cls.trust["vkey"])
        cls.service = Service(URL)
        cls.first_checkpoint = notes.read_checkpoint(cls.service.request("GET", "/log/checkpoint"), cls.verifier)
        cls.ledger = cls.service.graphql("{ ledger { id } }")["ledger"]["id"]
        cls.find_signer()

    @classmethod
    def find_signer(cls):
        """The first radiation protection officer who has a grant in effect and a device in use."""
        for who in json.loads(cls.identities.read_text(encoding="utf-8")):
            if who["role"] != "I_RPO":
                continue
            key = keys.Key.from_pem(Path(who["key_file"]).read_text(encoding="ascii"))
            cls.session = cls.service.login(Signer(key, who["account"]))
            grants = [
                one["recordId"]
                for one in cls.service.graphql(GRANTS)["grants"]["nodes"]
                if one["state"] == "IN_EFFECT"
                and (one["members"]["account"], one["members"]["role"]["code"]) == (who["account"], "I_RPO")
            ]
            devices = cls.service.graphql(DEVICES, org=who["org"])["devices"]["nodes"]
            in_use = [one for one in devices if one["state"] == "IN_USE"]
            if grants and in_use:
                cls.signer, cls.org = Signer(key, who["account"], grants[0]), who["org"]
                cls.device = in_use[0]["recordId"]
                return
            cls.service.logout()
        raise AssertionError("no radiation protection officer with a device in use among the identities")

    # What every test needs.

    def build(self, type_, record, version, data, **members):
        """A statement signed at the time of the node, whose clock is a simulated one in a demonstration."""
        return statements.build(
            self.ledger, self.signer, type_, record, version, data, **({"signed_at": self.node_time()} | members)
        )

    def node_time(self):
        return self.service.graphql("{ ledger { time } }")["ledger"]["time"]

    def today(self):
        return forms.civil_day(self.node_time())

    def head(self, kind, record):
        """Version and hash of a record's head."""
        found = self.service.graphql(HEAD % kind.capitalize(), id=f"{kind}/{record}")["node"]
        newest = found["history"]["nodes"][0]
        self.assertEqual(newest["version"], found["version"])
        return int(newest["version"]), newest["hash"]

    def append(self, *drafts):
        """Appends one unit and checks each receipt against what was signed."""
        unit = statements.unit(self.signer, *drafts)
        (answer,) = self.service.append(unit)
        self.assertEqual(answer["__typename"], "Appended", answer)
        self.check_receipts(answer["receipts"], unit, drafts)
        self.see(answer["receipts"][-1]["position"])
        return unit, answer["receipts"]

    def check_receipts(self, receipts, unit, drafts):
        self.assertEqual(len(receipts), len(drafts))
        for receipt, one, envelope in zip(receipts, drafts, unit["envelopes"], strict=True):
            said = one.statement
            self.assertEqual((receipt["ledger"], receipt["id"]), (self.ledger, said["id"]))
            self.assertEqual(receipt["record"], said["record"])
            self.assertEqual(receipt["version"], str(said["version"]))
            signature = forms.from_base64(envelope["signatures"][0]["sig"])
            recorded_at = forms.instant_micros(receipt["recordedAt"])
            leaf = statements.leaf_of(one, recorded_at, self.signer.key, signature)
            self.assertEqual(receipt["leaf"], forms.to_base64url(leaf))
            self.assertIn(receipt["state"], ("durable", "published"))

    def see(self, position):
        """Waits until the read model has taken in a position."""
        query = "query($p: Position!) { devices(first: 1, atLeast: $p) { nodes { readAt } } }"
        self.service.graphql(query, p=position)

    def refused(self, code, *drafts, unit=None):
        unit = unit or statements.unit(self.signer, *drafts)
        (answer,) = self.service.append(unit)
        self.assertEqual(answer["__typename"], "Refused", answer)
        self.assertEqual(answer["code"], code, answer)
        return answer

    def published(self, receipt):
        """Waits for publication and returns the receipt with its tlog-proof."""
        query = "query($id: UUID!) { receipt(id: $id) { %s proof } }" % RECEIPT
        until = time.monotonic() + PUBLISHED_WITHIN_S
        while time.monotonic() < until:
            now = self.service.graphql(query, id=receipt["id"])["receipt"]
            if now["state"] == "published" and now["proof"]:
                return now
            time.sleep(0.2)
        raise AssertionError(f"not published within {PUBLISHED_WITHIN_S} s")

    def check_published(self, receipt):
        """The proof puts the leaf of the receipt at its position of a tree that the log has signed."""
        now = self.published(receipt)
        self.assertEqual(now["leaf"], receipt["leaf"])
        leaf = forms.from_base64url(receipt["leaf"], tree.LEAF_SIZE)
        index, checkpoint = notes.check_proof(now["proof"], leaf, self.verifier)
        self.assertEqual(str(index), receipt["position"])
        with self.assertRaises(WireError):
            notes.check_proof(now["proof"], leaf[:-1] + bytes([leaf[-1] ^ 1]), self.verifier)
        return checkpoint

    def new_device(self, **members):
        data = {
            "institution": self.org,
            "kind": "X02",
            "device_no": f"P-{forms.new_uuid()[:13]}",
            "name": "数字化X射线摄影机",
            "maker": "示范医疗设备",
            "factory_no": f"PY{forms.new_uuid()[:13]}",
            "tube_voltage_v": 150_000,
            "location": "放射科3室",
        }
        return self.build("device.registered", forms.new_uuid(), 1, data, **members)

    # Login.

    def test_the_ledger_is_the_trusted_one(self):
        self.assertEqual(self.ledger, self.trust["ledger"])
        self.assertEqual(self.service.request("GET", "/log/vkey").strip(), self.trust["vkey"])
        self.assertEqual(self.session["account"], self.signer.account)
        self.assertEqual(self.session["key"], self.signer.key.key_id)
        self.assertIn("I_RPO", self.session["roles"])

    def test_logins_that_are_refused(self):
        visitor = Service(URL)

        def log_in(signer=self.signer, payload_type=dsse.SESSION, **changed):
            challenge = json.loads(visitor.request("GET", "/session"))
            del challenge["payload_type"]
            said = challenge | {"account": signer.account, "key": signer.key.key_id} | changed
            envelope = dsse.envelope(signer.key, payload_type, strict_json.canonical(said))
            body = dsse.envelope_bytes(envelope)
            return body, visitor.request("POST", "/session", body)

        def refused(code, call):
            with self.assertRaises(HttpError) as caught:
                call()
            self.assertEqual(caught.exception.status, 401)
            self.assertIn(code, caught.exception.body)

        refused("wrong_audience", lambda: log_in(audience="https://elsewhere.example:443"))
        refused("wrong_ledger", lambda: log_in(ledger="AAECAwQFBgcICQoLDA0ODw"))
        refused("bad_payload_type", lambda: log_in(payload_type=dsse.EVENT))
        refused("unknown_key", lambda: log_in(Signer(keys.Key.generate(), self.signer.account)))
        refused("signer_mismatch", lambda: log_in(account=forms.new_uuid()))
        body, _ = log_in()
        refused("nonce_used", lambda: visitor.request("POST", "/session", body))
        with self.assertRaises(HttpError):
            visitor.graphql("{ devices(first: 1) { totalCount } }")

    # Append.

    def test_a_device_and_a_batch(self):
        registered = self.new_device(effective_on=self.today())
        unit, first = self.append(registered)
        self.assertEqual(self.head("device", registered.statement["record"]["id"]), (1, registered.hash))

        # Out of use and back again in one unit: the second statement names the first by its hash.
        version, prev = self.head("device", self.device)
        batch, today, away = statements.batch(2), self.today(), None
        away = self.build(
            "device.state_changed",
            self.device,
            version + 1,
            {"to": "STANDBY", "why": "LOW_DEMAND"},
            prev=prev,
            effective_on=today,
            batch=batch[0],
        )
        back = self.build(
            "device.state_changed",
            self.device,
            version + 2,
            {"to": "IN_USE", "why": "RESUMED"},
            prev=away.hash,
            effective_on=today,
            batch=batch[1],
        )
        batch_unit, receipts = self.append(away, back)
        self.assertEqual(int(receipts[1]["position"]), int(receipts[0]["position"]) + 1)
        self.assertEqual(receipts[0]["recordedAt"], receipts[1]["recordedAt"])
        self.assertEqual(self.head("device", self.device), (version + 2, back.hash))

        # The same bytes again get the first receipts, alone, together and in another grouping.
        self.check_published(first[0])
        for receipt in receipts:
            self.check_published(receipt)
        for sent, had in [(unit, first), (batch_unit, receipts)]:
            (again,) = self.service.append(sent)
            self.assertEqual([one | {"state": ""} for one in again["receipts"]], [one | {"state": ""} for one in had])
        alone = {"envelopes": batch_unit["envelopes"][1:], "openings": [[]]}
        (again,) = self.service.append(alone)
        self.assertEqual(again["receipts"][0]["position"], receipts[1]["position"])

        # What was sent is what is kept.
        event = self.service.graphql(
            "query($id: UUID!) { event(id: $id) { payload hash signature algorithm prev version } }",
            id=back.statement["id"],
        )["event"]
        self.assertEqual(event["payload"].encode("utf-8"), back.payload)
        self.assertEqual((event["hash"], event["prev"]), (back.hash, away.hash))
        signature = forms.from_base64(batch_unit["envelopes"][1]["signatures"][0]["sig"])
        self.assertEqual(event["signature"], forms.to_base64url(signature))

        # Beside a known id, an unknown one is refused.
        fresh = self.new_device(batch=statements.batch(2)[1])
        mixed = statements.unit(self.signer, registered, fresh)
        self.refused("id_reused", unit=mixed)

    def test_an_officer_under_a_sealed_name(self):
        party = {"kind": "party", "id": forms.new_uuid()}
        name = f"示范{chr(0x4E00 + int(time.time()) % 5000)}"

        def appoint():
            version, prev = self.head("institution", self.org)
            data = {"party": party, "post": "CONTACT", "name": Seal(name, party), "phone": Seal("0831-5550123", party)}
            when = self.today()
            return self.build(
                "institution.officer_appointed", self.org, version + 1, data, prev=prev, effective_on=when
            )

        draft = appoint()
        self.assertEqual([one["pointer"] for one in draft.openings], ["/data/name", "/data/phone"])
        self.assertNotIn(name, draft.payload.decode("utf-8"))
        good = statements.unit(self.signer, draft)
        for code, openings in [
            ("unopened_seal", draft.openings[:1]),
            ("seal_mismatch", [*draft.openings, draft.openings[0]]),
            ("seal_mismatch", [draft.openings[0] | {"value": "另一人"}, draft.openings[1]]),
            ("seal_mismatch", [draft.openings[0] | {"subject": draft.statement["record"]}, draft.openings[1]]),
        ]:
            self.refused(code, unit=good | {"openings": [openings]})
        _, receipts = self.append(draft)
        self.check_published(receipts[0])

        sealed = self.service.graphql(
            """query($id: ID!) { node(id: $id) { ... on Institution { members { officers {
              party { id } post { code } name { state masked seal event pointer } } } } } }""",
            id=f"institution/{self.org}",
        )["node"]["members"]["officers"]
        mine = [one for one in sealed if one["party"]["id"] == party["id"]]
        self.assertEqual(len(mine), 1)
        commitment = dict(seals.seals_of(draft.statement))["/data/name"]
        shown = mine[0]["name"]
        self.assertEqual((shown["seal"], shown["pointer"]), (commitment, "/data/name"))
        self.assertEqual(shown["event"], receipts[0]["id"])
        self.assertEqual(shown["state"], "OPEN")
        self.assertNotEqual(shown["masked"], name)

    def test_what_the_node_prepares_is_read_before_it_is_signed(self):
        party = {"kind": "party", "id": forms.new_uuid()}
        data = {"party": party, "post": "CONTACT", "name": "示范员"}
        wish = {"type": "institution.officer_appointed", "record": {"kind": "institution", "id": self.org}}
        prepared = self.service.prepare(**wish, data=data, effectiveOn=self.today(), grant=self.signer.grant)
        self.assertIsNone(prepared["refusal"])
        draft = statements.check_prepared(prepared, self.signer, self.ledger, wish["type"], data)
        # The same statement built here has the same bytes.
        (salt,) = (forms.from_base64url(one["salt"]) for one in draft.openings)
        mine = draft.statement | {"data": data | {"name": Seal("示范员", party)}}
        self.assertEqual(statements.draft(mine, salts=lambda: salt).payload, draft.payload)
        lying = prepared | {"openings": [draft.openings[0] | {"value": "另一人"}]}
        with self.assertRaises(WireError):
            statements.check_prepared(lying, self.signer, self.ledger, wish["type"], data)
        self.append(draft)

    def test_a_correction_with_a_sealed_reason(self):
        device = self.new_device()
        self.append(device)
        record = device.statement["record"]
        correction = self.build(
            "device.corrected",
            record["id"],
            2,
            {"set": {"model": "DR-9"}},
            meaning="correction",
            prev=device.hash,
            corrects={"event": device.statement["id"], "hash": device.hash},
            reason={"code": "TYPO", "text": Seal("型号漏填\n已核对铭牌", record)},
        )
        self.append(correction)
        self.assertEqual(self.head("device", record["id"]), (2, correction.hash))
        # An event is corrected once, and that is looked at before the head.
        again = {"id": forms.new_uuid(), "reason": {"code": "TYPO"}, "signed_at": self.node_time()}
        self.refused("bad_reference", statements.draft(correction.statement | again))

    def test_what_is_refused(self):
        device = self.new_device()
        good = statements.unit(self.signer, device)
        impostor = keys.Key.generate()
        forged = impostor.sign(dsse.pae(dsse.EVENT, device.payload))

        def with_signature(signature, payload=device.payload, key_id=self.signer.key.key_id, type_=dsse.EVENT):
            return good | {"envelopes": [dsse.envelope_of(type_, payload, key_id, signature)]}

        true = self.signer.key.sign(dsse.pae(dsse.EVENT, device.payload))
        self.refused("bad_signature", unit=with_signature(forged))
        self.refused("bad_signature", unit=with_signature(true, device.payload.replace(b"X02", b"X01")))
        more_s = (int.from_bytes(true[32:], "little") + 2**252 + 27742317777372353535851937790883648493).to_bytes(
            32, "little"
        )
        self.refused("bad_signature", unit=with_signature(true[:32] + more_s))
        self.refused("bad_signature", unit=with_signature(self.signer.key.sign(dsse.pae(dsse.EXPORT, device.payload))))
        self.refused("unknown_key", unit=with_signature(forged, key_id=impostor.key_id))
        self.refused("bad_envelope", unit=with_signature(true, type_=dsse.EXPORT))
        self.refused("bad_envelope", unit=good | {"more": 1})
        self.refused("bad_envelope", unit=good | {"openings": []})

        def resigned(payload):
            return good | {"envelopes": [dsse.envelope(self.signer.key, dsse.EVENT, payload)]}

        text = device.payload.decode("utf-8")
        for code, payload in [
            ("bad_json", text.replace("150000", "150000.0")),
            ("not_canonical", text.replace('"kind":"X02"', '"kind": "X02"')),
            ("bad_text", text.replace("放射科3室", "放射科\u200b3室")),
            ("unknown_type", text.replace("device.registered", "device.painted")),
            ("unknown_schema", text.replace('"schema":1', '"schema":2')),
            ("unknown_field", text.replace('"factory_no"', '"extra":1,"factory_no"')),
            ("missing_field", text.replace('"maker":"示范医疗设备",', "")),
            ("bad_value", text.replace("X02", "X99")),
            ("kind_mismatch", text.replace('"kind":"device"', '"kind":"institution"')),
            ("wrong_ledger", text.replace(self.ledger, "AAECAwQFBgcICQoLDA0ODw")),
            ("signer_mismatch", text.replace(self.signer.account, forms.new_uuid())),
            ("grant_invalid", text.replace(self.signer.grant, forms.new_uuid())),
        ]:
            self.assertNotEqual(payload, text, code)
            with self.subTest(code):
                self.refused(code, unit=resigned(payload.encode("utf-8")))

        self.refused("bad_batch", self.new_device(batch=statements.batch(2)[0]))
        self.refused("clock_skew", self.new_device(signed_at="2020-01-01T00:00:00.000000Z"))
        self.refused("not_authorised", self.foreign_device())
        version, prev = self.head("device", self.device)
        stale = {"to": "STANDBY", "why": "FAULT"}
        conflict = self.refused(
            "conflict",
            self.build("device.state_changed", self.device, version + 2, stale, prev=prev, effective_on=self.today()),
        )
        self.assertEqual((conflict["headVersion"], conflict["headHash"]), (str(version), prev))
        refusal = self.refused(
            "refused",
            self.build(
                "device.state_changed", self.device, version + 1, stale, prev=prev, effective_on="2999-12-31"
            ),
        )
        self.assertEqual(refusal["rule"], "record.date_in_future")
        self.assertTrue(refusal["citation"])
        # A refusal writes nothing: the first device can still be registered, and then its numbers are taken.
        self.append(device)
        twice = self.build("device.registered", forms.new_uuid(), 1, device.statement["data"])
        answer = self.refused("already_recorded", twice)
        self.assertTrue(answer["position"])
        other = self.build(
            "device.registered", forms.new_uuid(), 1, device.statement["data"] | {"location": "放射科4室"}
        )
        self.refused("claim_taken", other)

    def foreign_device(self):
        """A device of an institution that is not the signer's."""
        for who in json.loads(self.identities.read_text(encoding="utf-8")):
            if who["role"] == "I_ADMIN" and who["org"] != self.org:
                mine = self.new_device()
                return statements.draft(mine.statement | {"data": mine.statement["data"] | {"institution": who["org"]}})
        raise AssertionError("the demonstration has one institution only")

    # The log and the export.

    def test_the_log_only_grows(self):
        _, receipts = self.append(self.new_device())
        self.check_published(receipts[0])
        latest = notes.read_checkpoint(self.service.request("GET", "/log/checkpoint"), self.verifier)
        first = self.first_checkpoint
        self.assertGreater(latest.size, first.size)
        hashes = [hash_ for hash_ in self.tiles(0, latest.size, 32)]
        self.assertEqual(tree.root(hashes), latest.root)
        self.assertEqual(tree.root(hashes[: first.size]), first.root)
        proof = tree.consistency(first.size, hashes)
        tree.check_consistency(first.size, latest.size, first.root, latest.root, proof)
        entries = list(self.tiles("entries", latest.size, 2 + tree.LEAF_SIZE))
        self.assertEqual([tree.leaf_hash(entry[2:]) for entry in entries], hashes)
        leaf = forms.from_base64url(receipts[0]["leaf"])
        self.assertEqual(entries[int(receipts[0]["position"])], tree.entry(leaf))
        for path in ("/log/tile/0/0", "/log/tile/00/000", "/log/tile/0/000.p/256", "/log/tile/0/999"):
            with self.assertRaises(HttpError) as caught:
                self.service.request("GET", path)
            self.assertEqual(caught.exception.status, 404, path)

    def tiles(self, level, size, width):
        """Everything in the tiles of one level, cut into pieces of `width` bytes."""
        for start in range(0, size, bundle.TILE):
            count = min(bundle.TILE, size - start)
            name = bundle.tile_name(level, start // bundle.TILE, count)
            data = self.service.fetch(f"/log/{name}")
            self.assertEqual(len(data), count * width, name)
            yield from (data[i : i + width] for i in range(0, len(data), width))

    @unittest.skipUnless(os.environ.get("RADLEDGER_BIN"), "RADLEDGER_BIN is not set: no export")
    def test_a_bundle_checks_offline(self):
        device = self.new_device()
        _, receipts = self.append(device)
        where, day = {"location": "放射科5室"}, self.today()
        record = device.statement["record"]["id"]
        installed = self.build("device.installed", record, 2, where, prev=device.hash, effective_on=day)
        _, later = self.append(installed)
        self.check_published(later[0])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bundle.zip"
            command = [os.environ["RADLEDGER_BIN"], "export", "--data", self.data, "--out", path]
            done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            verdict = bundle.check(path, self.trust)
            self.assertGreater(verdict.size, int(later[0]["position"]))
            checkpoint = notes.read_checkpoint(self.service.request("GET", "/log/checkpoint"), self.verifier)
            if checkpoint.size == verdict.size:
                self.assertEqual(checkpoint.root, verdict.root)
            self.spoil(path, folder, device, int(receipts[0]["position"]))

    def spoil(self, path, folder, device, position):
        """A bundle in which anything was changed is refused."""
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}

        def refused(reason, changed, trust=self.trust):
            spoilt = Path(folder) / "spoilt.zip"
            with zipfile.ZipFile(spoilt, "w", zipfile.ZIP_STORED) as archive:
                for name, data in changed.items():
                    archive.writestr(name, data)
            with self.assertRaises(WireError) as caught:
                bundle.check(spoilt, trust)
            self.assertIn(reason, str(caught.exception))

        segment = next(name for name in members if name.startswith("rows/"))
        lines = members[segment].splitlines(keepends=True)

        def with_rows(rows):
            return members | {segment: b"".join(rows)}

        def with_row(**changed):
            row = json.loads(lines[position]) | changed
            line = json.dumps(row, separators=(",", ":")).encode("utf-8") + b"\n"
            return with_rows([*lines[:position], line, *lines[position + 1 :]])

        altered = forms.to_base64(device.payload.replace("放射科3室".encode(), "放射科9室".encode()))
        row = json.loads(lines[position])
        later = forms.instant_text(forms.instant_micros(row["recorded_at"]) + 1)
        refused("bad_signature", with_row(payload=altered))
        refused("not the tree", with_row(recorded_at=later))
        refused("signer and key differ", with_row(**self.signed_by_another(device.payload)))
        refused("not the tree", with_rows(lines[:-1]))
        without_first_version = [json.loads(line) for line in [*lines[:position], *lines[position + 1 :]]]
        numbered = [row | {"position": i} for i, row in enumerate(without_first_version)]
        refused("version or prev", with_rows(json.dumps(row).encode("utf-8") + b"\n" for row in numbered))
        refused("the members differ", members | {"README.txt": b"other"})
        refused("tiles", {name: data for name, data in members.items() if not name.startswith("tile/1/")})
        refused("bad_note", members | {"checkpoint": members["checkpoint"].replace(b"\n", b"\n1", 1)})
        refused("not the genesis", members, self.trust | {"genesis": forms.to_base64url(bytes(32))})

    def signed_by_another(self, payload):
        """Key and good signature of somebody else over the same payload."""
        for who in json.loads(self.identities.read_text(encoding="utf-8")):
            if who["role"] == "I_RPO" and who["account"] != self.signer.account:
                key = keys.Key.from_pem(Path(who["key_file"]).read_text(encoding="ascii"))
                signature = key.sign(dsse.pae(dsse.EVENT, payload))
                return {"key": key.key_id, "signature": forms.to_base64url(signature)}
        raise AssertionError("the demonstration has one radiation protection officer only")


if __name__ == "__main__":
    unittest.main()
