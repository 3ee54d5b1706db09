//! The tree against another implementation, and the forms of its files.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use proptest::prelude::*;
use sha2::Sha256;
use signing::bytes::Hash;
use signing::tree::{
    Frontier, FullTile, LEAF_LEN, TilePath, TileSource, consistency_proof, empty_root, entry_bundle, inclusion_proof,
    leaf_hash, root_at, verify_consistency, verify_inclusion,
};

fn leaf(n: u64) -> [u8; LEAF_LEN] {
    let mut leaf = [0; LEAF_LEN];
    leaf[0] = 1;
    leaf[1..9].copy_from_slice(&n.to_be_bytes());
    leaf
}

/// Our tree as it is stored: full tiles, and the partial ones of its edge.
#[derive(Default)]
struct Stored {
    edge: Frontier,
    tiles: BTreeMap<(u8, u64), Vec<u8>>,
}

impl Stored {
    fn push(&mut self, leaf: &[u8; LEAF_LEN]) {
        let mut full: Vec<FullTile> = Vec::new();
        self.edge.push(leaf_hash(leaf), &mut full);
        for tile in full {
            assert_eq!(tile.hashes.len(), 8192);
            self.tiles.insert((tile.level, tile.index), tile.hashes);
        }
    }

    fn of(size: u64) -> Self {
        let mut stored = Self::default();
        for n in 0..size {
            stored.push(&leaf(n));
        }
        for (level, index, hashes) in stored.edge.partial_tiles() {
            assert!(!hashes.is_empty() && hashes.len() < 8192);
            assert!(stored.tiles.insert((level, index), hashes).is_none(), "no full tile is partial too");
        }
        stored
    }
}

impl TileSource for Stored {
    fn tile(&self, level: u8, index: u64) -> Option<Vec<u8>> {
        self.tiles.get(&(level, index)).cloned()
    }
}

type Theirs = MemoryBackedTree<Sha256, Vec<u8>>;

fn theirs(size: u64) -> Theirs {
    let mut tree = Theirs::new();
    for n in 0..size {
        tree.push(leaf(n).to_vec());
    }
    tree
}

fn root_of(tree: &Theirs) -> Hash {
    Hash(tree.root().as_bytes()[..].try_into().unwrap())
}

fn hashes(bytes: &[u8]) -> Vec<Hash> {
    bytes.chunks_exact(32).map(|hash| Hash(hash.try_into().unwrap())).collect()
}

fn bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// Every size, every leaf: same roots, same proofs, and each side takes the other's.
#[test]
fn inclusion_of_all_sizes() {
    let (stored, mut other) = (Stored::of(70), Theirs::new());
    assert_eq!(root_at(0, &stored), Some(empty_root()));
    assert_eq!(Frontier::default().root(), empty_root());
    for size in 1..=70_u64 {
        other.push(leaf(size - 1).to_vec());
        let root = root_of(&other);
        assert_eq!(root_at(size, &stored), Some(root), "an old size is still there");
        for index in 0..size {
            let proof = inclusion_proof(index, size, &stored).unwrap();
            assert_eq!(bytes(&proof), other.prove_inclusion(index as usize).as_bytes(), "{index} of {size}");
            let hash = leaf_hash(&leaf(index));
            assert!(verify_inclusion(&hash, index, size, &proof, &root));
            other
                .root()
                .verify_inclusion(&leaf(index).to_vec(), index, &InclusionProof::from_bytes(bytes(&proof)))
                .unwrap();
            // Another leaf, place, size, root; a proof too long, too short, changed.
            assert!(!verify_inclusion(&leaf_hash(&leaf(index + 1)), index, size, &proof, &root));
            assert!(!verify_inclusion(&hash, index, size, &proof, &Hash([0; 32])));
            assert!(!verify_inclusion(&hash, index, index, &proof, &root));
            let neighbour = index ^ 1;
            assert!(neighbour >= size || !verify_inclusion(&hash, neighbour, size, &proof, &root));
            let longer = [&proof[..], &[root]].concat();
            assert!(!verify_inclusion(&hash, index, size, &longer, &root));
            if let Some((_, shorter)) = proof.split_last() {
                assert!(!verify_inclusion(&hash, index, size, shorter, &root));
            }
            for at in 0..proof.len() {
                let mut changed = proof.clone();
                changed[at].0[0] ^= 1;
                assert!(!verify_inclusion(&hash, index, size, &changed, &root));
            }
        }
        assert_eq!(inclusion_proof(size, size, &stored), None);
    }
}

#[test]
fn consistency_of_all_sizes() {
    let stored = Stored::of(70);
    let roots: Vec<Hash> = (0..=70).map(|size| root_at(size, &stored).unwrap()).collect();
    for new in 1..=70_u64 {
        let other = theirs(new);
        for old in 1..=new {
            let proof = consistency_proof(old, new, &stored).unwrap();
            let (old_root, new_root) = (&roots[old as usize], &roots[new as usize]);
            assert!(verify_consistency(old, old_root, new, new_root, &proof), "{old} to {new}");
            if old < new {
                let expected = other.prove_consistency((new - old) as usize);
                assert_eq!(bytes(&proof), expected.as_bytes(), "{old} to {new}");
                let before = RootHash::<Sha256>::new(old_root.0.into(), old);
                other
                    .root()
                    .verify_consistency(&before, &ConsistencyProof::try_from_bytes(bytes(&proof)).unwrap())
                    .unwrap();
                assert!(!verify_consistency(old, new_root, new, old_root, &proof));
                assert!(!verify_consistency(old, old_root, new, new_root, &[]), "an empty proof proves nothing here");
            } else {
                assert!(proof.is_empty());
            }
            assert!(!verify_consistency(old, &Hash([0; 32]), new, new_root, &proof));
            assert!(!verify_consistency(old, old_root, new, &Hash([0; 32]), &proof));
            let longer = [&proof[..], &[*new_root]].concat();
            assert!(!verify_consistency(old, old_root, new, new_root, &longer));
            for at in 0..proof.len() {
                let mut changed = proof.clone();
                changed[at].0[31] ^= 0x80;
                assert!(!verify_consistency(old, old_root, new, new_root, &changed));
            }
        }
        assert_eq!(consistency_proof(0, new, &stored), None);
        assert_eq!(consistency_proof(new + 1, new, &stored), None);
        assert!(!verify_consistency(0, &roots[0], new, &roots[new as usize], &[]));
    }
}

/// A proof is for one size: the same hashes do not prove the same root for a tree of another.
#[test]
fn a_proof_names_its_size() {
    let stored = Stored::of(8);
    let root = |size| root_at(size, &stored).unwrap();
    let hash = leaf_hash(&leaf(0));
    let inclusion = inclusion_proof(0, 2, &stored).unwrap();
    let consistency = consistency_proof(1, 2, &stored).unwrap();
    assert!(
        verify_inclusion(&hash, 0, 2, &inclusion, &root(2))
            && verify_consistency(1, &root(1), 2, &root(2), &consistency)
    );
    for size in [1, 3, 4, 7, 1 << 40, u64::MAX] {
        assert!(!verify_inclusion(&hash, 0, size, &inclusion, &root(2)), "{size}");
        assert!(!verify_consistency(1, &root(1), size, &root(2), &consistency), "{size}");
    }
}

/// Around full tiles of the first and the second level.
#[test]
fn many_tiles() {
    let size = 65_536 + 300;
    let (stored, other) = (Stored::of(size), theirs(size));
    assert_eq!(stored.edge.root(), root_of(&other));
    assert_eq!(stored.edge.size(), size);
    assert!(stored.tiles.contains_key(&(2, 0)), "a hash of the third level");
    let places = [0, 1, 255, 256, 257, 65_279, 65_535, 65_536, size - 2, size - 1];
    for index in places {
        let proof = inclusion_proof(index, size, &stored).unwrap();
        assert_eq!(proof, hashes(other.prove_inclusion(index as usize).as_bytes()), "{index}");
    }
    for old in [1, 255, 256, 257, 65_535, 65_536, 65_537, size - 1, size] {
        let proof = consistency_proof(old, size, &stored).unwrap();
        assert_eq!(
            proof,
            if old == size { vec![] } else { hashes(other.prove_consistency((size - old) as usize).as_bytes()) }
        );
        assert!(verify_consistency(old, &root_at(old, &stored).unwrap(), size, &stored.edge.root(), &proof), "{old}");
    }
    // A missing or short tile gives no proof instead of a wrong one.
    let without = |level: u8, index: u64| if (level, index) == (0, 1) { None } else { stored.tile(level, index) };
    assert_eq!(inclusion_proof(256, size, &without), None);
    let cut = |level: u8, index: u64| stored.tile(level, index).map(|tile| tile[..31].to_vec());
    assert_eq!(root_at(size, &cut), None);
}

#[test]
fn the_edge_goes_on_from_storage() {
    let mut edge = Frontier::default();
    let mut full = Vec::new();
    for n in 0..1000 {
        let bytes = edge.to_bytes();
        let read = Frontier::from_bytes(&bytes).expect("written by ourselves");
        assert_eq!(read, edge);
        for cut in [0, 7, bytes.len() - 1] {
            assert!(n == 0 && cut == 7 || Frontier::from_bytes(&bytes[..cut]).is_none(), "{n} cut to {cut}");
        }
        assert!(Frontier::from_bytes(&[&bytes[..], &[0]].concat()).is_none());
        edge = read;
        edge.push(leaf_hash(&leaf(n)), &mut full);
    }
    assert_eq!(edge.root(), root_of(&theirs(1000)));
    assert_eq!(full.len(), 3);
    let mut wrong = edge.to_bytes();
    wrong[7] ^= 1;
    assert!(Frontier::from_bytes(&wrong).is_none(), "size and hashes do not fit");
}

#[test]
fn entry_bundles() {
    let bundle = entry_bundle(&[leaf(0), leaf(1)]);
    assert_eq!(bundle.len(), 2 * 75);
    assert_eq!(bundle[..2], [0, 73]);
    assert_eq!(bundle[77..150], leaf(1));
}

#[test]
fn paths() {
    for (text, level, index, width) in [
        ("tile/0/000", Some(0), 0, None),
        ("tile/0/x001/x234/067.p/112", Some(0), 1_234_067, Some(112)),
        ("tile/63/999", Some(63), 999, None),
        ("tile/1/x001/000.p/1", Some(1), 1000, Some(1)),
        ("tile/entries/x001/x000/000.p/255", None, 1_000_000, Some(255)),
        ("tile/2/x018/x446/x744/x073/x709/x551/615", Some(2), u64::MAX, None),
    ] {
        let path = TilePath { level, index, width };
        assert_eq!(path.to_string(), text);
        assert_eq!(text.parse(), Ok(path));
    }
    for bad in [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/x1/000",
        "tile/0/x001/x000",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1",
        "/tile/0/000",
        "tile/0/000/",
        "tile//000",
        "tile/0//000",
        "tile/0/+00",
        "tile/0/x+01/000",
        "tile/entry/000",
        "tile/8/0/000",
        "tile/0/../000",
        "tile/0/０００",
        "tile/2/x018/x446/x744/x073/x709/x551/616",
        "tile/2/x999/x999/x999/x999/x999/x999/x999/999",
        "tile/0/000\n",
        "TILE/0/000",
    ] {
        assert!(bad.parse::<TilePath>().is_err(), "{bad}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn paths_round_trip(level in prop::option::of(0..=63_u8), index in any::<u64>(), shift in 0..64_u32, width in prop::option::of(1..=255_u8)) {
        let path = TilePath { level, index: index >> shift, width };
        prop_assert_eq!(path.to_string().parse(), Ok(path));
    }

    #[test]
    fn proofs_of_larger_trees(size in 1..3000_u64, a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        let stored = Stored::of(size);
        let (index, old) = (a.index(size as usize) as u64, b.index(size as usize) as u64 + 1);
        let root = stored.edge.root();
        prop_assert_eq!(root_at(size, &stored), Some(root));
        prop_assert!(verify_inclusion(&leaf_hash(&leaf(index)), index, size, &inclusion_proof(index, size, &stored).unwrap(), &root));
        let old_root = root_at(old, &stored).unwrap();
        prop_assert!(verify_consistency(old, &old_root, size, &root, &consistency_proof(old, size, &stored).unwrap()));
    }
}
