"""The enrolment proof (§3.3): a key that is to sign for an account consents by signing its own enrolment."""

from . import dsse, ed25519
from .forms import WireError, from_base64url, instant_micros, to_base64url
from .keys import point_of
from .strict_json import canonical, read_payload

MEMBERS = {"account", "alg", "ledger", "public_key", "signed_at"}


def prove(key, ledger, account, signed_at):
    """The proof `{payload, sig}` that stands in data.proof."""
    payload = canonical(
        {"account": account, "alg": 1, "ledger": ledger, "public_key": key.public_key, "signed_at": signed_at}
    )
    return {"payload": to_base64url(payload), "sig": to_base64url(key.sign(dsse.pae(dsse.ENROL, payload)))}


def check(proof, ledger, account, public_key, admission=True):
    """Refuses a proof that does not hold for this ledger, account and public key."""
    try:
        payload = from_base64url(proof["payload"])
        said = read_payload(payload, admission)
        if set(said) != MEMBERS:
            raise WireError("bad_value", "members of the proof")
        instant_micros(said["signed_at"])
        wanted = {"account": account, "alg": 1, "ledger": ledger, "public_key": public_key}
        if any(said[name] != value for name, value in wanted.items()) or said["alg"] is True:
            raise WireError("bad_value", "the proof is about something else")
        point = point_of(public_key)
        if not ed25519.is_prime_order(point):
            raise WireError("bad_value", "key outside the prime-order subgroup")
        dsse.verify(point, dsse.ENROL, payload, from_base64url(proof["sig"], 64))
    except (WireError, KeyError, TypeError) as fault:
        raise WireError("bad_value", f"enrolment proof: {fault}") from fault
