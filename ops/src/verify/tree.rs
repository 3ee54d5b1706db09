//! The tree that the rows make, against the tiles, checkpoints and anchor of a copy.

use std::ops::Range;

use signing::bytes::Hash;
use signing::note::{Checkpoint, LogVerifier};
use signing::tree::{Frontier, TILE_WIDTH, empty_root};

use super::evidence::{Anchor, Evidence};
use super::report::{Check, FINDINGS_MAX, Report};

/// The tree as far as it was rebuilt.
pub struct Tree<'a> {
    evidence: &'a dyn Evidence,
    frontier: Frontier,
    /// Every note by the size that it names, and the root that was rebuilt at that size.
    notes: Vec<(u64, String, Option<Hash>)>,
    /// The first note whose size is not reached.
    reached: usize,
    anchor: Anchor,
    tile: (u64, Option<Vec<u8>>),
    /// Size of the tree that the notes speak of: so far there must be tiles.
    covered: u64,
    /// The last level-0 tile that was found too short.
    short: Option<u64>,
    /// Runs of leaves that differ from the tiles.
    differing: Vec<Range<u64>>,
}

impl<'a> Tree<'a> {
    /// An empty tree beside what a copy says of it.
    pub fn new(evidence: &'a dyn Evidence) -> Self {
        let anchor = evidence.anchor();
        let mut notes: Vec<(u64, String, Option<Hash>)> = evidence
            .checkpoints()
            .into_iter()
            .chain(anchor.note().map(str::to_owned))
            // The size is read from the text; whether the note holds is judged when its tree has been rebuilt.
            .map(|note| (note.lines().nth(1).and_then(|size| size.parse().ok()).unwrap_or(0), note, None))
            .collect();
        notes.sort();
        notes.dedup();
        let covered = notes.last().map_or(0, |(size, ..)| *size);
        let mut tree = Self {
            evidence,
            frontier: Frontier::default(),
            notes,
            reached: 0,
            anchor,
            tile: (0, None),
            covered,
            short: None,
            differing: Vec::new(),
        };
        tree.note_roots();
        tree
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Root over them.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Takes the next leaf, which the copy says stands at `position`.
    pub fn push(&mut self, position: u64, leaf: Hash, report: &mut Report) {
        self.compare_leaf(position, &leaf, report);
        let mut full = Vec::new();
        self.frontier.push(leaf, &mut full);
        for tile in full.iter().filter(|tile| tile.level > 0) {
            self.compare_above(tile.level, tile.index, &tile.hashes, report);
        }
        self.note_roots();
        report.checked(Check::Tree, 1);
    }

    /// Remembers the root for the notes of the present size.
    fn note_roots(&mut self) {
        let size = self.size();
        let here = self.notes[self.reached..].iter_mut().take_while(|(noted, ..)| *noted <= size);
        let mut root = None;
        for note in here {
            note.2 = Some(*root.get_or_insert_with(|| if size == 0 { empty_root() } else { self.frontier.root() }));
            self.reached += 1;
        }
    }

    fn compare_leaf(&mut self, position: u64, leaf: &Hash, report: &mut Report) {
        let width = TILE_WIDTH as u64;
        let index = position / width;
        if self.tile.0 != index || self.tile.1.is_none() {
            self.tile = (index, Some(self.evidence.tile(0, index).unwrap_or_default()));
        }
        let offset = (position % width) as usize * 32;
        match self.tile.1.as_ref().and_then(|tile| tile.get(offset..offset + 32)) {
            Some(kept) if kept != leaf.0 => self.other_leaf(position, report),
            // Named once, where the tile ends too early.
            None if position < self.covered && self.short != Some(index) => {
                self.short = Some(index);
                let expected = format!("the leaf in the tile 0/{index}");
                report.finding(Check::Tree, position, &expected, "the tile is missing or too short");
            }
            _ => {}
        }
    }

    /// A leaf that differs. A run of them is one finding at its first: rows that were renumbered differ to the end.
    fn other_leaf(&mut self, position: u64, report: &mut Report) {
        let listed = self.differing.len();
        match self.differing.last_mut() {
            Some(run) if run.end == position => run.end = position + 1,
            _ if listed < FINDINGS_MAX => self.differing.push(position..position + 1),
            _ => report.unlisted += 1,
        }
    }

    /// A tile above the leaves against the tree that was rebuilt. Where leaves below already differ, that was said.
    fn compare_above(&self, level: u8, index: u64, rebuilt: &[u8], report: &mut Report) {
        let kept = self.evidence.tile(level, index).unwrap_or_default();
        let leaves = 1_u64 << (8 * u32::from(level));
        let first = index * TILE_WIDTH as u64;
        for (hash, offset) in rebuilt.chunks_exact(32).zip(0_u64..) {
            let start = (first + offset) * leaves;
            match kept.get(offset as usize * 32..(offset as usize + 1) * 32) {
                Some(kept) if kept == hash => {}
                Some(_) => {
                    let below = start..start + leaves;
                    if !self.differing.iter().any(|run| run.start < below.end && below.start < run.end) {
                        let expected =
                            format!("the hash of the leaves {start}..{} in the tile {level}/{index}", below.end);
                        report.finding(Check::Tree, start, &expected, "another hash");
                    }
                }
                None if start + leaves <= self.covered => {
                    let expected = format!("the tile {level}/{index}");
                    report.finding(Check::Tree, start, &expected, "the tile is missing or too short");
                    return;
                }
                None => return,
            }
        }
    }

    /// Ends the tree: its right edge, and the notes against the roots. `verifier` is the log's, as the genesis names it.
    pub fn finish(&mut self, verifier: Option<&LogVerifier>, report: &mut Report) {
        for (level, index, hashes) in self.frontier.partial_tiles().into_iter().filter(|(level, ..)| *level > 0) {
            self.compare_above(level, index, &hashes, report);
        }
        for run in std::mem::take(&mut self.differing) {
            let found = if run.end - run.start == 1 {
                "another leaf".to_owned()
            } else {
                format!("other leaves up to position {}", run.end - 1)
            };
            report.finding(Check::Tree, run.start, "the leaf that the tile holds", &found);
        }
        for (noted, note, root) in std::mem::take(&mut self.notes) {
            self.judge(noted, &note, root, verifier, report);
        }
        self.judge_anchor(report);
    }

    fn judge(&self, noted: u64, note: &str, root: Option<Hash>, verifier: Option<&LogVerifier>, report: &mut Report) {
        let check = if self.anchor.note() == Some(note) { Check::Anchor } else { Check::Checkpoint };
        report.checked(check, 1);
        let Some(checkpoint) = verifier.and_then(|verifier| Checkpoint::verify(note, verifier)) else {
            report.finding(check, noted, "a note that the log key signed", "it does not verify");
            return;
        };
        let size = checkpoint.size;
        match root {
            None => {
                let (expected, found) =
                    (format!("{size} events under a signed checkpoint"), format!("{} events", self.size()));
                report.finding(check, self.size(), &expected, &found);
            }
            Some(root) if root == checkpoint.root => report.proved = report.proved.max(size),
            Some(_) => {
                report.finding(check, size.saturating_sub(1), &format!("the root of {size} events"), "another root");
            }
        }
    }

    /// An anchor that is not where it should be. Only a ledger that never published has none.
    fn judge_anchor(&self, report: &mut Report) {
        let expected = |place: &str| format!("the anchor at {place}");
        match &self.anchor {
            Anchor::Missing(place) if self.covered > 0 => {
                report.finding(Check::Anchor, self.size(), &expected(place), "there is none");
            }
            Anchor::Unreadable(place) => {
                report.finding(Check::Anchor, self.size(), &expected(place), "it cannot be read");
            }
            Anchor::NotCarried | Anchor::Missing(_) | Anchor::Note(_) => {}
        }
        report.anchor = self.anchor.clone();
    }
}
