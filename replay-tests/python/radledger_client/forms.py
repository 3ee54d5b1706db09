"""Small forms of the wire format (§1.1): each thing has exactly one form, anything else is refused."""

import base64
import binascii
import datetime
import hashlib
import re
import uuid as uuids

MICROSECONDS = 1_000_000
EPOCH = datetime.datetime(1970, 1, 1)
SHANGHAI = datetime.timedelta(hours=8)


class WireError(ValueError):
    """Something is not in the one form that the wire format allows; `code` is the code of the refusal."""

    def __init__(self, code, detail=""):
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


def sha256(data):
    return hashlib.sha256(data).digest()


def lp(data):
    """lp(x): the length of x in four bytes big-endian, then x. A string stands for its UTF-8 bytes."""
    if isinstance(data, str):
        data = data.encode("utf-8")
    return len(data).to_bytes(4, "big") + data


def to_base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text, size=None):
    """Bytes of a base64url text without padding; decodes, writes again and compares."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text, re.ASCII) or len(text) % 4 == 1:
        raise WireError("bad_value", "not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if to_base64url(data) != text:
        raise WireError("bad_value", "base64url with spare bits")
    if size is not None and len(data) != size:
        raise WireError("bad_value", f"{len(data)} bytes instead of {size}")
    return data


def to_base64(data):
    return base64.b64encode(data).decode("ascii")


def from_base64(text):
    """Bytes of a padded base64 text (envelopes and notes), equally strict."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise WireError("bad_value", "not base64") from fault
    if to_base64(data) != text:
        raise WireError("bad_value", "base64 in another form")
    return data


def uuid_bytes(text):
    """The 16 bytes of a UUID as it is written. Only random UUIDs exist in this version of the format."""
    if not re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", text, re.ASCII):
        raise WireError("bad_value", "not a random UUID in lower case")
    return uuids.UUID(text).bytes


def new_uuid():
    return str(uuids.uuid4())


def check_date(text):
    """A real date of the Gregorian calendar, `YYYY-MM-DD`."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
        raise WireError("bad_value", "not a date")
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as fault:
        raise WireError("bad_value", "not a real date") from fault


def instant_micros(text):
    """Microseconds since 1970-01-01T00:00:00Z of an instant of 27 characters."""
    found = re.fullmatch(r"(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2}):(\d{2})\.(\d{6})Z", text, re.ASCII)
    if not found:
        raise WireError("bad_value", "not an instant")
    day = check_date(found[1])
    hour, minute, second, micro = (int(part) for part in found.groups()[1:])
    if day.year < 1970 or hour > 23 or minute > 59 or second > 59:
        raise WireError("bad_value", "instant out of range")
    return (day - EPOCH.date()).days * 86_400 * MICROSECONDS + (
        ((hour * 60 + minute) * 60 + second) * MICROSECONDS + micro
    )


def instant_text(micros):
    moment = EPOCH + datetime.timedelta(microseconds=micros)
    return f"{moment.year:04}-" + moment.strftime("%m-%dT%H:%M:%S.%fZ")


def civil_day(instant):
    """The day of an instant in UTC+08:00."""
    return str((EPOCH + datetime.timedelta(microseconds=instant_micros(instant)) + SHANGHAI).date())


def now():
    """The clock of this machine as an instant."""
    moment = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    return instant_text((moment - EPOCH) // datetime.timedelta(microseconds=1))
