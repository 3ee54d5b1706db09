"""Keys (§3.2): Ed25519, private in PKCS#8 version 1 PEM, public as SubjectPublicKeyInfo, named by its hash."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from .forms import WireError, from_base64url, sha256, to_base64url

SPKI_HEAD = bytes.fromhex("302a300506032b6570032100")
DEMO_DOMAIN = b"radledger-demo-key-v1\0"


class Key:
    """A private key and what is public of it."""

    def __init__(self, private):
        self._private = private
        self.public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.spki = SPKI_HEAD + self.public
        self.key_id = to_base64url(sha256(self.spki))

    @classmethod
    def from_seed(cls, seed):
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def from_pem(cls, pem):
        private = load_pem_private_key(pem.encode("ascii"), password=None)
        if not isinstance(private, Ed25519PrivateKey):
            raise WireError("bad_value", "not an Ed25519 key")
        return cls(private)

    @classmethod
    def generate(cls):
        return cls(Ed25519PrivateKey.generate())

    def to_pem(self):
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")

    @property
    def public_key(self):
        """The public key as it stands in data: base64url of the SubjectPublicKeyInfo."""
        return to_base64url(self.spki)

    def sign(self, message):
        return self._private.sign(message)


def demo_seed(number):
    """The seed of demonstration key n: worthless everywhere else."""
    return sha256(DEMO_DOMAIN + number.to_bytes(4, "big"))


def point_of(public_key):
    """The 32 bytes of the point in a base64url SubjectPublicKeyInfo, which has exactly one form."""
    spki = from_base64url(public_key)
    if len(spki) != 44 or not spki.startswith(SPKI_HEAD):
        raise WireError("bad_value", "not the SubjectPublicKeyInfo of an Ed25519 key")
    return spki[len(SPKI_HEAD) :]


def key_id_of(public_key):
    return to_base64url(sha256(from_base64url(public_key)))
