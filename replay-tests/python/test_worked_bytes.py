"""Recomputes the worked bytes of docs/wire-format.md with the independent client.

Each block has its test; a block that is missing, that no test knows, or that has a line which nothing used fails."""

import json
import re
import unittest

from radledger_client import bundle, derived, dsse, ed25519, enrolment, forms, keys, notes, seals, statements, strict_json, tree
from radledger_client.forms import WireError
from worked import PAGE, read_blocks

PAGE_TEXT = PAGE.read_text(encoding="utf-8")
FILES = PAGE.parents[1]


def compact(value):
    """Worked JSON stands as it is written canonically."""
    return strict_json.canonical(value).decode("utf-8")


class WorkedBytes(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.blocks = read_blocks()
        cls.key = keys.Key.from_seed(keys.demo_seed(0))
        cls.payload = cls.block("payload")["text"].encode("utf-8")

    @classmethod
    def block(cls, name):
        if name not in cls.blocks:
            raise AssertionError(f"docs/wire-format.md has no worked block {name}")
        return cls.blocks[name]

    def all_used(self, block, *not_recomputable):
        self.assertEqual(block.unused(), sorted(not_recomputable), f"lines of {block.name} that nothing checked")

    def refused(self, code, call, *arguments):
        with self.assertRaises(WireError) as caught:
            call(*arguments)
        self.assertEqual(caught.exception.code, code)

    def test_every_block_has_a_test(self):
        tested = {name[len("test_block_") :].replace("_", "-") for name in dir(self) if name.startswith("test_block_")}
        self.assertEqual(set(self.blocks), tested)

    def test_published_files(self):
        rows = re.findall(r"^\| \w+ \| \d+ \| `(domain/files/\S+?)` \| `([\w-]{43})` \|$", PAGE_TEXT, re.MULTILINE)
        self.assertEqual(len(rows), len(list((FILES / "domain/files").glob("*.json"))))
        for path, expected in rows:
            data = (FILES / path).read_bytes()
            self.assertEqual(forms.to_base64url(forms.sha256(data)), expected, path)
            self.assertEqual(strict_json.canonical(json.loads(data)), data, path)

    def test_block_forms(self):
        b = self.block("forms")
        for line in ("base64url", "base64url_spare"):
            self.assertEqual(forms.to_base64url(forms.from_base64url(b[line])), b[line])
        refusing = {
            "base64url_refused.": forms.from_base64url,
            "base64_refused.": forms.from_base64,
            "instant_refused.": forms.instant_micros,
            "date_refused.": forms.check_date,
            "uuid_refused.": forms.uuid_bytes,
        }
        for prefix, read in refusing.items():
            lines = b.starting(prefix)
            self.assertTrue(lines, prefix)
            for line in lines:
                self.refused("bad_value", read, b[line])
        micros = int(b["instant.microseconds"])
        self.assertEqual(forms.instant_micros(b["instant"]), micros)
        self.assertEqual(forms.instant_text(micros), b["instant"])
        self.assertEqual(forms.civil_day(b["instant"]), b["instant.civil_day"])
        instant, day = b["instant.next_civil_day"].split(" ")
        self.assertEqual(forms.civil_day(instant), day)
        self.assertEqual(forms.uuid_bytes(b["uuid"]), b.hex("uuid.bytes"))
        self.assertEqual(forms.lp(b["lp.of"]), b.hex("lp"))
        self.all_used(b)

    def test_block_accepted_json(self):
        b = self.block("accepted-json")
        self.assertTrue(b.lines)
        for line in b.lines:
            data = b[line].encode("utf-8")
            self.assertEqual(strict_json.canonical(strict_json.read_payload(data)), data, line)

    def test_block_refused_json(self):
        b = self.block("refused-json")
        self.assertTrue(b.lines)
        for line in b.lines:
            value = b[line]
            if found := re.fullmatch(r"(\d+) times ([0-9a-f]{2})", value):
                data = bytes.fromhex(found[2]) * int(found[1])
            elif value.startswith("hex "):
                data = bytes.fromhex(value[4:])
            else:
                data = value.encode("utf-8")
            with self.subTest(line):
                self.refused(line.partition(".")[0], strict_json.read_payload, data)

    def test_block_payload(self):
        b = self.block("payload")
        self.assertEqual(strict_json.canonical(strict_json.read_payload(self.payload)), self.payload)
        self.assertEqual(len(self.payload), int(b["bytes"]))
        self.assertEqual(b["text"].encode("utf-8"), self.payload)
        # The builder arrives at the same bytes.
        said = json.loads(b["text"])
        self.assertEqual(statements.draft(said).payload, self.payload)
        self.all_used(b)

    def test_block_pae(self):
        b = self.block("pae")
        self.assertEqual(dsse.pae_head(dsse.EVENT, self.payload).decode(), b["head"])
        self.assertEqual(dsse.statement_hash(self.payload), b.hex("sha256"))
        self.assertEqual(dsse.statement_hash_text(self.payload), b["hash"])
        self.all_used(b)

    def test_block_key(self):
        b = self.block("key")
        self.assertEqual(keys.demo_seed(0), b.hex("seed"))
        self.assertEqual(self.key.spki, b.hex("spki"))
        self.assertEqual(self.key.public_key, b["public_key"])
        self.assertEqual(self.key.key_id, b["key_id"])
        self.assertEqual(self.key.to_pem(), b["pem"])
        self.assertEqual(keys.Key.from_pem(b["pem"]).spki, self.key.spki)
        self.assertEqual(keys.point_of(b["public_key"]), self.key.public)
        self.assertTrue(ed25519.is_prime_order(self.key.public))
        self.all_used(b)

    def test_block_signature(self):
        b = self.block("signature")
        signature = self.key.sign(dsse.pae(dsse.EVENT, self.payload))
        self.assertEqual(signature, b.hex("sig"))
        self.assertEqual(forms.to_base64(signature), b["sig_base64"])
        dsse.verify(self.key.public, dsse.EVENT, self.payload, signature)
        self.refused("bad_signature", dsse.verify, self.key.public, dsse.EXPORT, self.payload, signature)
        self.all_used(b)

    def test_strict_verification(self):
        """What no worked block shows: each of these is refused although a lax verifier might accept it."""
        message, public = b"text", self.key.public
        good = self.key.sign(message)
        self.assertTrue(ed25519.verify(public, good, message))
        larger_s = (int.from_bytes(good[32:], "little") + ed25519.L).to_bytes(32, "little")
        self.assertFalse(ed25519.verify(public, good[:32] + larger_s, message))
        neutral = b"\x01" + bytes(31)
        self.assertFalse(ed25519.verify(neutral, neutral + bytes(32), message))
        self.assertFalse(ed25519.is_good_point((ed25519.P + 1).to_bytes(32, "little")))
        for small in ("00" * 32, "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"):
            self.assertIsNotNone(ed25519.decode(bytes.fromhex(small)))
            self.assertFalse(ed25519.is_good_point(bytes.fromhex(small)))

    def test_block_envelope(self):
        b = self.block("envelope")
        made = dsse.envelope(self.key, dsse.EVENT, self.payload)
        self.assertEqual(compact(made), b["json"])
        opened = dsse.open_envelope(b["json"].encode(), dsse.EVENT)
        self.assertEqual(opened[:2], (self.payload, self.key.key_id))
        self.refused("bad_envelope", dsse.open_envelope, b["json"].encode(), dsse.SESSION)
        self.refused("bad_envelope", dsse.open_envelope, made | {"more": 1}, dsse.EVENT)
        self.refused("bad_envelope", dsse.open_envelope, made | {"signatures": made["signatures"] * 2}, dsse.EVENT)
        self.all_used(b)

    def test_block_enrolment(self):
        b = self.block("enrolment")
        said = json.loads(b["payload"])
        proof = enrolment.prove(self.key, said["ledger"], said["account"], said["signed_at"])
        payload = forms.from_base64url(proof["payload"])
        self.assertEqual(payload.decode(), b["payload"])
        self.assertEqual(dsse.pae_head(dsse.ENROL, payload).decode(), b["pae_head"])
        self.assertEqual(forms.from_base64url(proof["sig"]), b.hex("sig"))
        self.assertEqual(compact(proof), b["proof"])
        enrolment.check(proof, said["ledger"], said["account"], said["public_key"])
        other = keys.Key.from_seed(keys.demo_seed(1)).public_key
        self.refused("bad_value", enrolment.check, proof, said["ledger"], said["account"], other)
        self.all_used(b)

    def test_block_seal(self):
        b = self.block("seal")
        value, salt = b["value"], b.hex("salt")
        where = (b["ledger"], b["event"], b["pointer"])
        self.assertEqual(seals.seal_message(*where, salt, value), b.hex("message"))
        c = seals.commitment(*where, salt, value)
        self.assertEqual(c, b.hex("commitment"))
        self.assertEqual(compact(seals.seal_object(c)), b["json"])
        one = json.loads(b["opening"])
        self.assertEqual(compact(seals.opening(b["pointer"], one["subject"], salt, value)), b["opening"])
        statement = {"ledger": b["ledger"], "id": b["event"], "data": {"name": json.loads(b["json"])}}
        seals.check_openings(statement, [one])
        self.refused("unopened_seal", seals.check_openings, statement, [])
        self.refused("seal_mismatch", seals.check_openings, statement, [one, one])
        self.refused("seal_mismatch", seals.check_openings, statement, [one | {"value": "李示范"}])
        self.all_used(b)

    def test_block_sealed_values(self):
        b = self.block("sealed-values")
        for line in b.starting("accepted."):
            seals.check_value(json.loads(b.raw(line)))
        for line in b.starting("refused."):
            with self.subTest(line):
                self.refused("seal_mismatch", seals.check_value, json.loads(b.raw(line)))
        self.all_used(b)

    def test_block_at_rest(self):
        b, seal = self.block("at-rest"), self.block("seal")
        subject = json.loads(seal["opening"])["subject"]
        generation = int(b["generation"])
        plain = seals.box_plaintext(seal.hex("salt"), seal["value"])
        associated = seals.box_associated(seal["ledger"], seal["event"], seal["pointer"], subject, generation)
        self.assertEqual(plain, b.hex("plaintext"))
        self.assertEqual(associated, b.hex("associated_data"))
        key, nonce = b.hex("key"), b.hex("nonce")
        self.assertEqual(seals.close_box(key, nonce, plain, associated), b.hex("box"))
        self.assertEqual(seals.open_box(key, b.hex("box"), associated), plain)
        self.all_used(b)

    def worked_leaf(self, later=0):
        micros = forms.instant_micros(self.block("leaf")["recorded_at"]) + later
        signature = self.key.sign(dsse.pae(dsse.EVENT, self.payload))
        h = dsse.statement_hash(self.payload)
        return tree.leaf(micros, h, tree.ED25519, self.key.key_id, signature)

    def test_block_leaf(self):
        b = self.block("leaf")
        leaf = self.worked_leaf()
        self.assertEqual(len(leaf), tree.LEAF_SIZE)
        self.assertEqual(leaf[1:9], b.hex("recorded_at.u64be"))
        self.assertEqual(leaf[41:], b.hex("signature_digest"))
        self.assertEqual(leaf, b.hex("leaf"))
        self.assertEqual(forms.to_base64url(leaf), b["leaf_base64url"])
        self.assertEqual(tree.leaf_hash(leaf), b.hex("leaf_hash"))
        self.assertEqual(tree.entry(leaf), b.hex("entry"))
        self.assertEqual(forms.instant_text(int.from_bytes(leaf[1:9], "big")), b["recorded_at"])
        self.all_used(b)

    def test_block_tree(self):
        b = self.block("tree")
        hashes = [tree.leaf_hash(self.worked_leaf(i)) for i in range(257)]

        def hex_list(line):
            return [bytes.fromhex(one) for one in b[line].split()]

        for line in b.starting("root."):
            self.assertEqual(tree.root(hashes[: int(line[5:])]), b.hex(line), line)
        for line in b.starting("inclusion."):
            index, size = map(int, line.split(".")[1:])
            proof = hex_list(line)
            self.assertEqual(tree.inclusion(index, hashes[:size]), proof, line)
            root = tree.root(hashes[:size])
            tree.check_inclusion(index, size, hashes[index], proof, root)
            self.refused("bad_proof", tree.check_inclusion, index, size, bytes(32), proof, root)
            self.refused("bad_proof", tree.check_inclusion, index, size, hashes[index], proof + [bytes(32)], root)
        for line in b.starting("consistency."):
            first, second = map(int, line.split(".")[1:])
            proof = hex_list(line)
            self.assertEqual(tree.consistency(first, hashes[:second]), proof, line)
            roots = tree.root(hashes[:first]), tree.root(hashes[:second])
            tree.check_consistency(first, second, *roots, proof)
            self.refused("bad_proof", tree.check_consistency, first, second, bytes(32), roots[1], proof)
            self.refused("bad_proof", tree.check_consistency, first, second, roots[0], bytes(32), proof)
        self.all_used(b)
        # Beyond the page: every proof in small trees checks.
        for size in range(1, 18):
            root = tree.root(hashes[:size])
            for i in range(size):
                tree.check_inclusion(i, size, hashes[i], tree.inclusion(i, hashes[:size]), root)
                earlier = tree.root(hashes[: i + 1])
                tree.check_consistency(i + 1, size, earlier, root, tree.consistency(i + 1, hashes[:size]))

    def test_block_checkpoint(self):
        b = self.block("checkpoint")
        log = keys.Key.from_seed(b.hex("seed"))
        hashes = [tree.leaf_hash(self.worked_leaf(i)) for i in range(7)]
        self.assertEqual(notes.vkey(b["origin"], log.public), b["vkey"])
        verifier = notes.read_vkey(b["vkey"])
        text = notes.checkpoint_text(b["origin"], 7, tree.root(hashes))
        self.assertEqual(notes.sign_note(text, log, b["origin"]), b["note"])
        self.assertEqual(notes.write_proof(5, tree.inclusion(5, hashes), b["note"]), b["tlog_proof"])
        read = notes.read_checkpoint(b["note"], verifier)
        self.assertEqual((read.size, read.root), (7, tree.root(hashes)))
        index, _ = notes.check_proof(b["tlog_proof"], self.worked_leaf(5), verifier)
        self.assertEqual(index, 5)
        self.refused("bad_proof", notes.check_proof, b["tlog_proof"], self.worked_leaf(4), verifier)
        self.refused("bad_note", notes.read_checkpoint, b["note"].replace("\n7\n", "\n8\n"), verifier)
        foreign = notes.sign_note(text, self.key, "other.example/log").rpartition("\n\n")[2]
        self.assertEqual(notes.read_checkpoint(b["note"] + foreign, verifier).size, 7)
        # A second line of the log's own key that does not verify spoils the note; of another key id it is passed over.
        line = b["note"].rpartition("\n\n")[2]
        origin, _, blob = line.rstrip("\n").rpartition(" ")
        blob = forms.from_base64(blob)
        bad = bytes([blob[4] ^ 1]) + blob[5:]
        bad_line = f"{origin} {forms.to_base64(blob[:4] + bad)}\n"
        self.refused("bad_note", notes.read_checkpoint, b["note"] + bad_line, verifier)
        other_line = f"{origin} {forms.to_base64(bytes(4) + bad)}\n"
        self.assertEqual(notes.read_checkpoint(b["note"] + other_line, verifier).size, 7)
        self.refused("bad_note", notes.read_checkpoint, b["note"] + other_line * 16, verifier)
        self.all_used(b)

    def test_block_unit(self):
        b = self.block("unit")
        seal = self.block("seal")
        opening = json.loads(seal["opening"])
        # The first statement is built from its plain wish: the seal must come out as the page has it.
        first = json.loads(b["payload.0"])
        first["data"]["name"] = statements.Seal(seal["value"], opening["subject"])
        drafts = [
            statements.draft(first, salts=lambda: seal.hex("salt")),
            statements.draft(json.loads(b["payload.1"])),
        ]
        for index, one in enumerate(drafts):
            self.assertEqual(one.payload.decode(), b[f"payload.{index}"])
            self.assertEqual(one.hash, b[f"hash.{index}"])
        signer = statements.Signer(self.key, first["signer"]["account"], first["signer"]["grant"])
        self.assertEqual(compact(statements.unit(signer, *drafts)), b["json"])
        self.all_used(b)

    def test_block_claims(self):
        b = self.block("claims")
        device = json.loads(self.payload)["data"]
        serial = derived.claim("device_serial", device["maker"], device["factory_no"])
        self.assertEqual(serial, b.hex("device_serial"))
        number = derived.claim("device_no", device["institution"], device["device_no"])
        self.assertEqual(number, b.hex("device_no"))
        # The institution whose content is worked out below the claims is the one that is claimed.
        message = b.hex("content.message")
        data = json.loads(message[message.index(b"{") :])
        self.assertEqual(derived.content_message(bytes(32), b["content.type"], None, data), message)
        self.assertEqual(forms.sha256(message), b.hex("content"))
        self.assertEqual(derived.claim("credit_code", data["credit_code"], ""), b.hex("credit_code"))
        self.all_used(b)

    def test_block_service_id(self):
        b = self.block("service-id")
        kind, record = b["record"].split(" ")
        rest = (b["day"], b["type"], kind, record, int(b["version"]))
        message = derived.service_id_message(b.hex("id_secret"), b["cause"], *rest)
        self.assertEqual(message, b.hex("message"))
        self.assertEqual(derived.service_id(message), b["id"])
        without = derived.service_id_message(b.hex("id_secret"), None, *rest)
        self.assertEqual(derived.service_id(without), b["id_without_cause"])
        self.all_used(b)

    def test_block_warning_id(self):
        b = self.block("warning-id")
        kind, subject = b["subject"].split(" ")
        message = derived.warning_id_message(bytes(range(16)), b["rule"], kind, subject, b["occurrence"])
        self.assertEqual(message, b.hex("message"))
        self.assertEqual(derived.warning_id(message), b["id"])
        self.all_used(b)

    def test_block_export(self):
        b = self.block("export")
        payload = b["payload"].encode("utf-8")
        said = strict_json.read_payload(payload)
        self.assertEqual(dsse.pae_head(dsse.EXPORT, payload).decode(), b["pae_head"])
        self.assertEqual(self.key.sign(dsse.pae(dsse.EXPORT, payload)), b.hex("sig"))
        # The digest of the checkpoint is of a note that the page does not show; the two files can be guessed.
        forms.from_base64url(said["checkpoint"], 32)
        for one, content in zip(said["files"], [b"abc", b""], strict=True):
            self.assertEqual((one["bytes"], one["sha256"]), (len(content), forms.to_base64url(forms.sha256(content))))
        self.assertEqual(said["key"], self.key.key_id)
        self.all_used(b)

    def test_block_row(self):
        b = self.block("row")
        row = json.loads(b["json"])
        self.assertEqual(list(row), bundle.ROW)
        self.assertEqual(forms.from_base64(row["payload"]), self.payload)
        self.assertEqual(forms.from_base64url(row["signature"], 64), self.key.sign(dsse.pae(dsse.EVENT, self.payload)))
        said = (row["position"], row["recorded_at"], row["alg"], row["key"])
        self.assertEqual(said, (0, self.block("leaf")["recorded_at"], 1, self.key.key_id))
        self.assertEqual(json.dumps(row, separators=(",", ":")), b["json"])
        self.all_used(b)

    def test_block_session(self):
        b = self.block("session")
        payload = b["payload"].encode("utf-8")
        said = strict_json.read_payload(payload)
        self.assertEqual(forms.from_base64url(said["nonce"], 32), bytes(range(0x40, 0x60)))
        self.assertEqual(dsse.pae_head(dsse.SESSION, payload).decode(), b["pae_head"])
        self.assertEqual(compact(dsse.envelope(self.key, dsse.SESSION, payload)), b["envelope"])
        self.all_used(b)


if __name__ == "__main__":
    unittest.main()
