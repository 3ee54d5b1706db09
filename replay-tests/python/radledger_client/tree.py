"""Leaf and Merkle tree (§3.5): RFC 6962 over leaves of 73 bytes, proofs as RFC 9162 has them."""

from .forms import WireError, from_base64url, sha256

LEAF_SIZE = 73
ED25519 = 1


def signature_digest(alg, key_id, signature):
    return sha256(
        bytes([alg]) + from_base64url(key_id, 32) + len(signature).to_bytes(2, "big") + signature
    )


def leaf(recorded_at, statement_hash, alg, key_id, signature):
    """The leaf of an event; `recorded_at` in microseconds since 1970."""
    return (
        b"\x01" + recorded_at.to_bytes(8, "big") + statement_hash + signature_digest(alg, key_id, signature)
    )


def leaf_hash(data):
    return sha256(b"\x00" + data)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


def entry(data):
    """A leaf as it stands in an entries tile: behind its length."""
    return len(data).to_bytes(2, "big") + data


def _split(size):
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def root(hashes):
    """The root over leaf hashes."""
    if not hashes:
        return sha256(b"")
    level = list(hashes)
    # Pairing from the left and carrying an odd last node up is the same tree as splitting at powers of two.
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) & ~1 :]
    return level[0]


def inclusion(index, hashes):
    """The inclusion proof of a leaf, its sibling first (RFC 9162 §2.1.3)."""
    if len(hashes) == 1:
        return []
    k = _split(len(hashes))
    if index < k:
        return inclusion(index, hashes[:k]) + [root(hashes[k:])]
    return inclusion(index - k, hashes[k:]) + [root(hashes[:k])]


def consistency(first, hashes):
    """The consistency proof from the first `first` leaves to all of them (RFC 9162 §2.1.4)."""
    return _subproof(first, hashes, True)


def _subproof(first, hashes, whole):
    if first == len(hashes):
        return [] if whole else [root(hashes)]
    k = _split(len(hashes))
    if first <= k:
        return _subproof(first, hashes[:k], whole) + [root(hashes[k:])]
    return _subproof(first - k, hashes[k:], False) + [root(hashes[:k])]


def check_inclusion(index, size, hashed_leaf, proof, expected_root):
    """Refuses a leaf that the proof does not put at `index` of the tree (RFC 9162 §2.1.3.2)."""
    fn, sn, r = index, size - 1, hashed_leaf
    if not 0 <= index < size:
        raise WireError("bad_proof", "index")
    for p in proof:
        if sn == 0:
            raise WireError("bad_proof", "too long")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn or r != expected_root:
        raise WireError("bad_proof", "inclusion")


def check_consistency(first, second, first_root, second_root, proof):
    """Refuses a tree that does not continue the earlier one (RFC 9162 §2.1.4.2)."""
    if not 0 < first <= second:
        raise WireError("bad_proof", "sizes")
    if first == second:
        if proof or first_root != second_root:
            raise WireError("bad_proof", "consistency")
        return
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        raise WireError("bad_proof", "too short")
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            raise WireError("bad_proof", "too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    if sn or fr != first_root or sr != second_root:
        raise WireError("bad_proof", "consistency")
