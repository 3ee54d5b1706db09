"""The service over HTTP (§8): login by key, GraphQL, append, the public log."""

import json
import urllib.error
import urllib.request

from . import dsse
from .forms import WireError
from .strict_json import canonical

TIMEOUT_S = 30
MAX_ANSWER = 64 * 1024 * 1024

RECEIPT = "ledger id record { kind id } version position recordedAt leaf state"
APPEND = """mutation($units: [JSON!]!) { append(units: $units) { __typename
  ... on Appended { receipts { %s } }
  ... on Refused { code index pointer rule citation headVersion headHash position messageZh messageEn } } }""" % RECEIPT
PREPARE = """mutation($input: PrepareInput!) { prepare(input: $input) {
  payload id version openings summaryEn head { version hash } refusal { code pointer messageEn } } }"""


class HttpError(Exception):
    """The service answered with something other than success; `status` and the body it sent."""

    def __init__(self, status, body):
        super().__init__(f"HTTP {status}: {body[:500]}")
        self.status = status
        self.body = body


class Service:
    """One node of the ledger. `url` is scheme://host:port."""

    def __init__(self, url):
        self.url = url.rstrip("/")
        self.token = None

    def request(self, method, path, body=None, content_type="application/json"):
        """The body of a successful answer as text."""
        return self.fetch(path, method, body, content_type).decode("utf-8")

    def fetch(self, path, method="GET", body=None, content_type="application/json"):
        """The body of a successful answer as bytes."""
        request = urllib.request.Request(self.url + path, data=body, method=method)
        if body is not None:
            request.add_header("Content-Type", content_type)
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                return answer.read(MAX_ANSWER)
        except urllib.error.HTTPError as fault:
            raise HttpError(fault.code, fault.read(MAX_ANSWER).decode("utf-8", "replace")) from fault

    def graphql(self, query, **variables):
        """The data of an answer; errors of GraphQL are exceptions."""
        body = json.dumps({"query": query, "variables": variables}).encode("utf-8")
        answer = json.loads(self.request("POST", "/graphql", body))
        if answer.get("errors"):
            raise HttpError(200, json.dumps(answer["errors"], ensure_ascii=False))
        return answer["data"]

    def append(self, *units):
        """One result for each unit: {"receipts": …} or {"code": …, …}. A refusal is data, not an exception."""
        return self.graphql(APPEND, units=list(units))["append"]

    def prepare(self, **wish):
        return self.graphql(PREPARE, input=wish)["prepare"]

    def login(self, signer):
        """Signs the challenge of the service and keeps the token. Returns the whole answer."""
        challenge = json.loads(self.request("GET", "/session"))
        if challenge.pop("payload_type") != dsse.SESSION or challenge["purpose"] != "login":
            raise WireError("bad_payload_type")
        # A challenge for another address could be a relay: this client only signs for the one that it called.
        if challenge["audience"] != self.url:
            raise WireError("wrong_audience", challenge["audience"])
        payload = canonical(challenge | {"account": signer.account, "key": signer.key.key_id})
        answer = self.request(
            "POST", "/session", dsse.envelope_bytes(dsse.envelope(signer.key, dsse.SESSION, payload))
        )
        session = json.loads(answer)
        self.token = session["token"]
        return session

    def logout(self):
        self.request("DELETE", "/session")
        self.token = None
