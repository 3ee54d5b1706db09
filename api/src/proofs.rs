//! Proofs that anyone can check offline: inclusion as C2SP `tlog-proof`, consistency between two sizes.

use schema::Error;
use schema::tiles::{TileStore, tiles_on_the_way};
use signing::bytes::Hash;
use signing::note::TlogProof;
use signing::tree::{consistency_proof, inclusion_proof};

use crate::node::ProofOf;

/// Makes proofs from the published tree.
#[derive(Debug, Clone)]
pub struct Proofs {
    tiles: TileStore,
}

impl Proofs {
    /// Proofs from these tiles.
    #[must_use]
    pub fn new(tiles: TileStore) -> Self {
        Self { tiles }
    }

    /// The proof that the event at this position is in the last published tree, as text; none while it is not published.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn inclusion(&self, position: u64) -> Result<Option<String>, Error> {
        let Some(published) = self.tiles.published().await?.filter(|published| position < published.size) else {
            return Ok(None);
        };
        let first = tiles_on_the_way(position, published.size);
        let hashes = self.tiles.with_tiles(&first, |tiles| inclusion_proof(position, published.size, tiles)).await?;
        let proof = TlogProof { extra: None, index: position, hashes, checkpoint: published.note };
        Ok(Some(proof.to_text()))
    }

    /// The proof that the tree of `new` leaves continues that of `old`; none unless `0 < old <= new <=` published size.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn consistency(&self, old: u64, new: u64) -> Result<Option<Vec<Hash>>, Error> {
        let published = self.tiles.published().await?.map_or(0, |published| published.size);
        if old == 0 || old > new || new > published {
            return Ok(None);
        }
        let first = tiles_on_the_way(old - 1, new);
        self.tiles.with_tiles(&first, |tiles| consistency_proof(old, new, tiles)).await.map(Some)
    }

    /// The inclusion proofs in the form in which the node takes them.
    #[must_use]
    pub fn into_proof_of(self) -> ProofOf {
        std::sync::Arc::new(move |position| {
            let proofs = self.clone();
            Box::pin(async move { proofs.inclusion(position).await })
        })
    }
}
