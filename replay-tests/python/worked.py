"""Reads the `worked` blocks of docs/wire-format.md."""

import json
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "wire-format.md"


class Block:
    """The lines of one block by name. It remembers which were used, so that a test can refuse unused ones."""

    def __init__(self, name, lines):
        self.name = name
        self.lines = lines
        self.used = set()

    def __getitem__(self, line):
        """The value as text; a value between double quotes is a JSON string."""
        raw = self.raw(line)
        return json.loads(raw) if len(raw) > 1 and raw[0] == raw[-1] == '"' else raw

    def raw(self, line):
        if line not in self.lines:
            raise AssertionError(f"worked block {self.name} has no line {line}")
        self.used.add(line)
        return self.lines[line]

    def hex(self, line):
        return bytes.fromhex(self[line])

    def starting(self, prefix):
        """Names of the lines whose name begins so."""
        return [line for line in self.lines if line.startswith(prefix)]

    def unused(self):
        return sorted(set(self.lines) - self.used)


def read_blocks(page=PAGE):
    text = page.read_text(encoding="utf-8")
    blocks = {}
    for name, body in re.findall(r"^```worked name=(\S+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        if name in blocks:
            raise AssertionError(f"two worked blocks are named {name}")
        lines = {}
        for line in body.splitlines():
            key, colon, value = line.partition(":")
            if not colon or key in lines:
                raise AssertionError(f"worked block {name}: line {line[:60]!r}")
            lines[key] = value.removeprefix(" ")
        blocks[name] = Block(name, lines)
    return blocks
