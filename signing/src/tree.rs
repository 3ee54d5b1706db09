//! The one commitment: an RFC 6962 Merkle tree over the leaves, stored as C2SP tiles.
//!
//! A leaf is 73 bytes and holds hashes only, so everything under `/log/*` may be public. Tiles are 256 hashes
//! wide; the tree between the levels of two tiles is computed, never stored.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::bytes::{Hash, IllFormed, Instant, KeyId};

/// Hashes of a full tile.
pub const TILE_WIDTH: usize = 256;
/// Length of a leaf.
pub const LEAF_LEN: usize = 73;

/// `0x01 || recorded_at u64be || H || SHA-256(alg u8 || key id || len u16be || signature)`.
#[must_use]
pub fn leaf(recorded_at: Instant, statement: &Hash, alg: u8, key: &KeyId, signature: &[u8]) -> [u8; LEAF_LEN] {
    let mut signed = Sha256::new();
    signed.update([alg]);
    signed.update(key.0);
    // No signature of any algorithm comes near 64 KiB, and an envelope holds none; what is longer keeps a leaf of its own.
    signed.update(u16::try_from(signature.len()).unwrap_or(u16::MAX).to_be_bytes());
    signed.update(signature);
    let mut leaf = [0; LEAF_LEN];
    leaf[0] = 1;
    leaf[1..9].copy_from_slice(&(recorded_at.micros() as u64).to_be_bytes());
    leaf[9..41].copy_from_slice(&statement.0);
    leaf[41..].copy_from_slice(&signed.finalize());
    leaf
}

/// SHA-256(0x00 || leaf).
#[must_use]
pub fn leaf_hash(leaf: &[u8; LEAF_LEN]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(leaf);
    Hash(hasher.finalize().into())
}

/// SHA-256(0x01 || left || right).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(&left.0);
    bytes[33..].copy_from_slice(&right.0);
    Hash::of(&bytes)
}

/// Root of the empty tree.
#[must_use]
pub fn empty_root() -> Hash {
    Hash::of(&[])
}

/// Largest power of two below `n` (n > 1).
fn split(n: u64) -> u64 {
    1 << (63 - (n - 1).leading_zeros())
}

/// Merkle tree hash over hashes of equal, complete subtrees, of which the last may be a smaller one.
fn tree_hash(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => empty_root(),
        [one] => *one,
        more => {
            let at = split(more.len() as u64) as usize;
            node_hash(&tree_hash(&more[..at]), &tree_hash(&more[at..]))
        }
    }
}

/// A tile that has just become full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FullTile {
    /// Level.
    pub level: u8,
    /// Index within the level.
    pub index: u64,
    /// Its 256 hashes.
    pub hashes: Vec<u8>,
}

/// The right edge of a tree: all that is needed to go on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    levels: Vec<Vec<Hash>>,
}

impl Frontier {
    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf; tiles that it fills are appended to `full`.
    pub fn push(&mut self, leaf: Hash, full: &mut Vec<FullTile>) {
        self.size += 1;
        let mut hash = leaf;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::with_capacity(TILE_WIDTH));
            }
            let hashes = &mut self.levels[level];
            hashes.push(hash);
            if hashes.len() < TILE_WIDTH {
                return;
            }
            hash = tree_hash(hashes);
            let index = (self.size >> (8 * (level + 1))) - 1;
            full.push(FullTile { level: level as u8, index, hashes: flatten(hashes) });
            hashes.clear();
        }
    }

    /// Root hash.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut rest: Option<Hash> = None;
        for level in &self.levels {
            if level.is_empty() {
                continue;
            }
            let mut hashes = level.clone();
            hashes.extend(rest);
            rest = Some(tree_hash(&hashes));
        }
        rest.unwrap_or_else(empty_root)
    }

    /// The partial tiles of the right edge: level, index, hashes.
    #[must_use]
    pub fn partial_tiles(&self) -> Vec<(u8, u64, Vec<u8>)> {
        let levels = self.levels.iter().enumerate().filter(|(_, hashes)| !hashes.is_empty());
        levels.map(|(level, hashes)| (level as u8, self.size >> (8 * (level + 1)), flatten(hashes))).collect()
    }

    /// For storage: size, then each level as a count and its hashes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.size.to_be_bytes().to_vec();
        for level in &self.levels {
            out.push(level.len() as u8);
            out.extend(flatten(level));
        }
        out
    }

    /// From storage; nothing when the bytes cannot be the edge of a tree, or of one of 2^56 leaves or more.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (size, mut rest) = bytes.split_first_chunk::<8>()?;
        let size = u64::from_be_bytes(*size);
        if size >> 56 != 0 {
            return None;
        }
        let mut levels = Vec::new();
        while let Some((count, more)) = rest.split_first() {
            let length = usize::from(*count) * 32;
            let hashes = more.get(..length)?;
            levels
                .push(hashes.chunks_exact(32).map(|hash| Hash(hash.try_into().expect("32 bytes"))).collect::<Vec<_>>());
            rest = &more[length..];
            if levels.len() > 8 {
                return None;
            }
        }
        let width = |level: usize| if level < 8 { (size >> (8 * level)) as u8 } else { 0 };
        let fits = levels.iter().enumerate().all(|(level, hashes)| hashes.len() == usize::from(width(level)));
        let complete = (levels.len()..8).all(|level| width(level) == 0);
        let ends_in_hashes = levels.last().is_none_or(|hashes| !hashes.is_empty());
        (fits && complete && ends_in_hashes).then_some(Self { size, levels })
    }
}

fn flatten(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// Where tiles come from.
pub trait TileSource {
    /// The hashes known of a tile, 32 bytes each: all 256, or as many as there are.
    fn tile(&self, level: u8, index: u64) -> Option<Vec<u8>>;
}

impl<F: Fn(u8, u64) -> Option<Vec<u8>>> TileSource for F {
    fn tile(&self, level: u8, index: u64) -> Option<Vec<u8>> {
        self(level, index)
    }
}

type Shared = Option<Rc<[u8]>>;

/// The tiles of one proof: several of its hashes come from the same one.
struct Once<'a, T> {
    source: &'a T,
    seen: RefCell<BTreeMap<(u8, u64), Shared>>,
}

impl<'a, T: TileSource> Once<'a, T> {
    fn new(source: &'a T) -> Self {
        Self { source, seen: RefCell::default() }
    }

    fn tile(&self, level: u8, index: u64) -> Shared {
        let mut seen = self.seen.borrow_mut();
        seen.entry((level, index)).or_insert_with(|| self.source.tile(level, index).map(Rc::from)).clone()
    }
}

/// Merkle tree hash of the leaves `from..to`.
fn range_hash(from: u64, to: u64, tiles: &Once<'_, impl TileSource>) -> Option<Hash> {
    let count = to - from;
    if count == 0 {
        return Some(empty_root());
    }
    if count.is_power_of_two() && from.is_multiple_of(count) {
        let height = count.trailing_zeros();
        let level = height / 8;
        let start = from >> (8 * level);
        let offset = (start % TILE_WIDTH as u64) as usize;
        let tile = tiles.tile(level as u8, start / TILE_WIDTH as u64)?;
        let hashes = tile.get(offset * 32..(offset + (1 << (height % 8))) * 32)?;
        let hashes: Vec<Hash> = hashes.chunks_exact(32).map(|hash| Hash(hash.try_into().expect("32 bytes"))).collect();
        return Some(tree_hash(&hashes));
    }
    let at = split(count);
    Some(node_hash(&range_hash(from, from + at, tiles)?, &range_hash(from + at, to, tiles)?))
}

/// Root of the tree of `size` leaves; nothing when a tile is missing.
#[must_use]
pub fn root_at(size: u64, tiles: &impl TileSource) -> Option<Hash> {
    range_hash(0, size, &Once::new(tiles))
}

/// Inclusion proof of leaf `index` in the tree of `size` leaves, leaf sibling first.
#[must_use]
pub fn inclusion_proof(index: u64, size: u64, tiles: &impl TileSource) -> Option<Vec<Hash>> {
    if index >= size {
        return None;
    }
    let tiles = &Once::new(tiles);
    let mut proof = Vec::new();
    let (mut from, mut to) = (0, size);
    while to - from > 1 {
        let at = from + split(to - from);
        if index < at {
            proof.push(range_hash(at, to, tiles)?);
            to = at;
        } else {
            proof.push(range_hash(from, at, tiles)?);
            from = at;
        }
    }
    proof.reverse();
    Some(proof)
}

/// Checks an inclusion proof (RFC 9162 §2.1.3.2).
#[must_use]
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Consistency proof from the tree of `old` leaves to that of `new` (0 < old <= new).
#[must_use]
pub fn consistency_proof(old: u64, new: u64, tiles: &impl TileSource) -> Option<Vec<Hash>> {
    if old == 0 || old > new {
        return None;
    }
    let tiles = &Once::new(tiles);
    let mut proof = Vec::new();
    let (mut from, mut to, mut whole) = (0, new, true);
    while old < to {
        let at = from + split(to - from);
        if old <= at {
            proof.push(range_hash(at, to, tiles)?);
            to = at;
        } else {
            proof.push(range_hash(from, at, tiles)?);
            from = at;
            whole = false;
        }
    }
    if !whole {
        proof.push(range_hash(from, to, tiles)?);
    }
    proof.reverse();
    Some(proof)
}

/// Checks a consistency proof (RFC 9162 §2.1.4.2).
#[must_use]
pub fn verify_consistency(old: u64, old_root: &Hash, new: u64, new_root: &Hash, proof: &[Hash]) -> bool {
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    if old == 0 || old > new {
        return false;
    }
    let own = old.is_power_of_two().then_some(*old_root);
    let mut hashes = own.iter().chain(proof);
    let Some(first) = hashes.next() else { return false };
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut of_old, mut of_new) = (*first, *first);
    for sibling in hashes {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            of_old = node_hash(sibling, &of_old);
            of_new = node_hash(sibling, &of_new);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            of_new = node_hash(&of_new, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && of_old == *old_root && of_new == *new_root
}

/// Path of a tile or entry bundle, in its one canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TilePath {
    /// Level; none for entry bundles.
    pub level: Option<u8>,
    /// Index.
    pub index: u64,
    /// Width of a partial tile, 1–255.
    pub width: Option<u8>,
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Some(level) => write!(f, "tile/{level}/")?,
            None => f.write_str("tile/entries/")?,
        }
        let mut groups = vec![self.index % 1000];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for group in groups[1..].iter().rev() {
            write!(f, "x{group:03}/")?;
        }
        write!(f, "{:03}", groups[0])?;
        self.width.map_or(Ok(()), |width| write!(f, ".p/{width}"))
    }
}

impl FromStr for TilePath {
    type Err = IllFormed;
    fn from_str(text: &str) -> Result<Self, IllFormed> {
        let read = || {
            let (level, rest) = text.strip_prefix("tile/")?.split_once('/')?;
            let level =
                if level == "entries" { None } else { Some(level.parse::<u8>().ok().filter(|level| *level <= 63)?) };
            let (index, width) = match rest.split_once(".p/") {
                Some((index, width)) => (index, Some(width.parse::<u8>().ok().filter(|width| *width > 0)?)),
                None => (rest, None),
            };
            let mut sum: u64 = 0;
            for group in index.split('/') {
                let digits = group.strip_prefix('x').unwrap_or(group);
                let number: u64 = digits.parse().ok().filter(|_| digits.len() == 3)?;
                sum = sum.checked_mul(1000)?.checked_add(number)?;
            }
            Some(Self { level, index: sum, width })
        };
        // Written out again it must be the same: one path, one tile.
        read().filter(|path| path.to_string() == text).ok_or(IllFormed)
    }
}

/// Entries of a bundle, each behind its length (u16 big-endian).
#[must_use]
pub fn entry_bundle(leaves: &[[u8; LEAF_LEN]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(leaves.len() * (LEAF_LEN + 2));
    for leaf in leaves {
        out.extend((LEAF_LEN as u16).to_be_bytes());
        out.extend_from_slice(leaf);
    }
    out
}
