//! `/log/*`: the public log in the form of C2SP tlog-tiles. It holds hashes only, so anyone may read it.
//!
//! A path has one canonical form; everything else is not found. Tiles never change and are cached for ever; the
//! checkpoint for a moment. A partial tile of any width that was ever published stays available.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use quick_cache::sync::Cache;
use schema::Error;
use schema::error::answered;
use schema::tiles::TileStore;
use signing::tree::{TILE_WIDTH, TilePath, entry_bundle};

/// Full tiles kept in memory: 8 KiB each.
const TILES_KEPT: usize = 512;
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const A_MOMENT: &str = "public, max-age=1";
const WIDTH: u64 = TILE_WIDTH as u64;

/// What `/log/*` is served from.
#[derive(Debug)]
pub struct PublicLog {
    tiles: TileStore,
    vkey: String,
    full: Cache<(u8, u64), Arc<[u8]>>,
}

impl PublicLog {
    /// Serves these tiles; `vkey` is the verifier key of the log in its C2SP form.
    #[must_use]
    pub fn new(tiles: TileStore, vkey: String) -> Self {
        Self { tiles, vkey, full: Cache::new(TILES_KEPT) }
    }

    /// The routes, for the root of the server.
    pub fn router(self) -> Router {
        Router::new()
            .route("/log/checkpoint", get(checkpoint))
            .route("/log/vkey", get(vkey))
            .route("/log/tile/{*path}", get(tile))
            .with_state(Arc::new(self))
    }

    /// The bytes at a canonical path within the published tree; nothing where there is none.
    async fn read(&self, path: TilePath) -> Result<Option<Arc<[u8]>>, Error> {
        let Some(published) = self.tiles.published().await? else { return Ok(None) };
        let level = path.level.unwrap_or(0);
        let Some(there) = width(level, path.index, published.size) else { return Ok(None) };
        let wanted = path.width.map_or(WIDTH, u64::from);
        if wanted > there {
            return Ok(None);
        }
        match path.level {
            None => {
                let from = path.index * WIDTH;
                let leaves = self.tiles.leaves(from, from + wanted).await?;
                Ok(Some(entry_bundle(&leaves).into()))
            }
            Some(level) => {
                let hashes = self.tile(level, path.index).await?;
                Ok(hashes.and_then(|hashes| hashes.get(..wanted as usize * 32).map(Arc::from)))
            }
        }
    }

    async fn tile(&self, level: u8, index: u64) -> Result<Option<Arc<[u8]>>, Error> {
        if let Some(kept) = self.full.get(&(level, index)) {
            return Ok(Some(kept));
        }
        let found: Option<Arc<[u8]>> = self.tiles.tiles(&[(level, index)]).await?.pop().flatten().map(Arc::from);
        if let Some(hashes) = found.as_ref().filter(|hashes| hashes.len() == TILE_WIDTH * 32) {
            self.full.insert((level, index), hashes.clone());
        }
        Ok(found)
    }
}

/// Hashes that a tile has in a tree of `size` leaves; nothing when it has none.
fn width(level: u8, index: u64, size: u64) -> Option<u64> {
    let hashes = size.checked_shr(8 * u32::from(level)).unwrap_or(0);
    let before = index.checked_mul(WIDTH)?;
    hashes.checked_sub(before).filter(|there| *there > 0).map(|there| there.min(WIDTH))
}

async fn checkpoint(State(log): State<Arc<PublicLog>>) -> Response {
    match answered(log.tiles.published()).await {
        Ok(Some(published)) => answer("text/plain; charset=utf-8", A_MOMENT, published.note),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => failed(&error),
    }
}

async fn vkey(State(log): State<Arc<PublicLog>>) -> Response {
    answer("text/plain; charset=utf-8", A_MOMENT, format!("{}\n", log.vkey))
}

async fn tile(State(log): State<Arc<PublicLog>>, uri: Uri) -> Response {
    // The path as it was sent: an escaped form of a canonical path is not canonical.
    let path: Option<TilePath> =
        uri.path().strip_prefix("/log/").filter(|_| uri.query().is_none()).and_then(|path| path.parse().ok());
    let Some(path) = path else { return StatusCode::NOT_FOUND.into_response() };
    match answered(log.read(path)).await {
        Ok(Some(bytes)) => answer("application/octet-stream", FOR_EVER, bytes.to_vec()),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => failed(&error),
    }
}

fn answer(media: &'static str, cache: &'static str, body: impl IntoResponse) -> Response {
    let header = |name: HeaderName, value| (name, HeaderValue::from_static(value));
    let headers = HeaderMap::from_iter([
        header(header::CONTENT_TYPE, media),
        header(header::CACHE_CONTROL, cache),
        header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ]);
    let mut response = body.into_response();
    response.headers_mut().extend(headers);
    response
}

fn failed(error: &Error) -> Response {
    tracing::error!(%error, "the public log could not be read");
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")]).into_response()
}

#[cfg(test)]
mod tests {
    use super::width;

    #[test]
    fn widths_of_the_published_tree() {
        assert_eq!(width(0, 0, 0), None);
        assert_eq!(width(0, 0, 1), Some(1));
        assert_eq!(width(0, 2, 600), Some(88));
        assert_eq!(width(0, 1, 600), Some(256));
        assert_eq!(width(0, 3, 600), None);
        assert_eq!(width(1, 0, 600), Some(2));
        assert_eq!(width(2, 0, 600), None);
        assert_eq!(width(9, 0, u64::MAX), None, "beyond any tree");
        assert_eq!(width(0, u64::MAX, 600), None);
    }
}
