//! `radledger export`: the published ledger as one file that can be verified anywhere, offline; or the file of one worker,
//! for a transfer.

pub mod bundle;
pub mod parcel;
pub mod person;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, ensure};
use clap::Args;
use futures_util::TryStreamExt;
use schema::tiles::{StoredCheckpoint, TileStore};
use signing::bytes::{Hash, Instant, KeyId};
use signing::envelope::statement_hash;
use signing::tree::{Frontier, TILE_WIDTH, leaf, leaf_hash};
use uuid::Uuid;

use crate::commands::{Exit, wait_for};
use crate::config::Place;
use crate::folder::Folder;
use crate::node::Database;
use crate::package::Openness;
use bundle::{About, Writer};
use person::{Made, NotConsented, Wish};

/// Tiles asked for at once.
const TILES_AT_ONCE: usize = 64;

/// 导出 · export the published ledger as one verifiable file
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    place: Place,
    /// 输出文件（zip），不得已存在 · the file to write; it must not exist
    #[arg(long, env = "RADLEDGER_OUT", value_name = "FILE")]
    out: PathBuf,
    /// 只导出一名放射工作人员的档案移交件 · only the package of one worker's file, for a transfer
    #[arg(long, value_name = "UUID")]
    person: Option<Uuid>,
    /// 截至某一检查点（事件数），缺省为最近公布的 · as of the checkpoint of this size; the last published one when absent
    #[arg(long, value_name = "SIZE", requires = "person")]
    checkpoint: Option<u64>,
    /// 开封身份信息（须停止服务） · open who he is; needs the key store, so no service may run
    #[arg(long, requires = "person")]
    open: bool,
    /// 并开封体检结果等全部封存内容，本人未同意时不予开封 · open all that is sealed under him as well, where he consents
    #[arg(long, requires = "open")]
    findings: bool,
    /// 结果以 JSON 输出 · print the result as JSON
    #[arg(long)]
    json: bool,
}

/// Exports.
///
/// # Errors
/// When there is no ledger, nothing was published, or the file cannot be written.
pub fn run(options: Options) -> anyhow::Result<Exit> {
    ensure!(!options.out.exists(), "{} 已存在。The file exists already.", options.out.display());
    wait_for(async {
        let folder = Folder::open(&options.place.data())?;
        let database = Database::open(&options.place, &folder, true).await?;
        if let Some(person) = options.person {
            let made = package(&options, &folder, &database, person).await;
            if let Some(cluster) = database.cluster {
                cluster.stop().await?;
            }
            return match made {
                Ok(made) => {
                    tell(&options, &made);
                    Ok(Exit::Fine)
                }
                Err(error) if error.is::<NotConsented>() => {
                    eprintln!("{error}");
                    Ok(Exit::Findings)
                }
                Err(error) => Err(error),
            };
        }
        let exported = export(&folder, &database, &options.out).await;
        if let Some(cluster) = database.cluster {
            cluster.stop().await?;
        }
        let (published, root) = exported?;
        let fits = root == published.root;
        if options.json {
            let result =
                serde_json::json!({"out": options.out, "size": published.size, "root": published.root, "fits": fits});
            println!("{result}");
        } else {
            println!("已导出 {} 条至 {} · exported that many statements", published.size, options.out.display());
        }
        if !fits {
            eprintln!(
                "警告：内容与检查点不符（{root}），请用 radledger verify 核对。The content does not make the root of the checkpoint: \
                 run radledger verify on the bundle."
            );
        }
        Ok(if fits { Exit::Fine } else { Exit::Findings })
    })
}

/// Writes the published ledger.
async fn export(folder: &Folder, database: &Database, out: &Path) -> anyhow::Result<(StoredCheckpoint, Hash)> {
    // The appender's role may read rows and tiles alike.
    let store = TileStore::new(database.pools()?.appender);
    beside(out, async |file| write(folder, &store, file).await).await
}

/// Writes the package of a worker's file.
async fn package(options: &Options, folder: &Folder, database: &Database, person: Uuid) -> anyhow::Result<Made> {
    let openness = match (options.open, options.findings) {
        (false, _) => Openness::None,
        (true, false) => Openness::Identity,
        (true, true) => Openness::All,
    };
    let pools = database.pools()?;
    let wish = Wish { person, size: options.checkpoint, openness };
    let made =
        beside(&options.out, async |file| person::export(&options.place, folder, &pools, &wish, file).await).await;
    pools.close();
    made
}

/// Says what was made, and what a transfer signs of it.
fn tell(options: &Options, made: &Made) {
    let (manifest, hash) = (&made.manifest, person::hash_of(&made.manifest));
    let sealed = &manifest.sealed;
    let data = serde_json::json!({
        "as_of": sealed.as_of, "events": sealed.events, "manifest": hash, "year_nsv": sealed.year_nsv,
        "block_nsv": sealed.block_nsv, "life_nsv": sealed.life_nsv, "open_items": sealed.open_items,
    });
    if options.json {
        let result = serde_json::json!({
            "out": options.out, "size": manifest.size, "statements": manifest.statements, "manifest": hash,
            "opened": made.opened, "erased": made.erased, "package_sealed": data,
        });
        println!("{result}");
    } else {
        println!(
            "已导出 {} 条事件（本人档案 {} 条）至 {} · exported that many statements, so many of them his own\n清单 manifest {hash}\n\
             transfer.package_sealed {data}",
            manifest.statements,
            sealed.events,
            options.out.display()
        );
    }
    if manifest.opened != Openness::None {
        eprintln!(
            "警告：移交件内有 {} 项已开封的个人信息，请当面交接或加密传送；每项均已记入查阅日志。It holds that many personal \
             values in the clear: hand it over in person or encrypted. Each was written into the access log.",
            made.opened
        );
    }
    if made.erased > 0 {
        eprintln!("{} 项已依法销毁，无法开封 · destroyed by law, cannot be opened", made.erased);
    }
}

/// Writes beside the place and renames: what has the name is whole.
async fn beside<T>(out: &Path, write: impl AsyncFnOnce(File) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let mut partial = out.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let file =
        File::create(&partial).with_context(|| format!("{} 无法写入。It cannot be written.", partial.display()))?;
    let written = write(file).await;
    if written.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    let written = written?;
    std::fs::rename(&partial, out).with_context(|| format!("{} 无法写入。It cannot be written.", out.display()))?;
    Ok(written)
}

/// Writes the published ledger; returns its checkpoint and the root that the exported rows make.
async fn write(folder: &Folder, store: &TileStore, file: File) -> anyhow::Result<(StoredCheckpoint, Hash)> {
    let published = store
        .published()
        .await?
        .context("尚未公布任何检查点，请先启动服务。Nothing is published yet: let the service run first.")?;
    let root = write_bundle(folder, store, &published, None, file).await?;
    Ok((published, root))
}

/// A payload in the place of the one that was signed, and a tree that fits it: what somebody can make who has the database and
/// the service, but neither the signer's key nor that of the log.
pub struct Forgery {
    /// Where.
    pub position: u64,
    /// What stands there instead.
    pub payload: Vec<u8>,
}

/// Writes everything under a checkpoint; returns the root that the rows make.
///
/// # Errors
/// When a tile is missing, or the file cannot be written.
pub async fn write_bundle(
    folder: &Folder,
    store: &TileStore,
    published: &StoredCheckpoint,
    forgery: Option<&Forgery>,
    file: File,
) -> anyhow::Result<Hash> {
    let mut writer = Writer::new(file);
    let (mut tree, mut full) = (Frontier::default(), Vec::new());
    let mut rows = std::pin::pin!(store.rows(0, published.size));
    while let Some(mut row) = rows.try_next().await? {
        if let Some(forgery) = forgery.filter(|forgery| forgery.position == row.position) {
            row.payload.clone_from(&forgery.payload);
        }
        let leaf = leaf(
            Instant::from_micros(row.recorded_at),
            &statement_hash(&row.payload),
            row.alg,
            &KeyId(row.key),
            &row.signature,
        );
        tree.push(leaf_hash(&leaf), &mut full);
        if forgery.is_none() {
            full.clear();
        }
        writer.row(&row)?;
    }
    if forgery.is_some() {
        for tile in &full {
            writer.tile(tile.level, tile.index, &tile.hashes)?;
        }
        for (level, index, hashes) in tree.partial_tiles() {
            writer.tile(level, index, &hashes)?;
        }
    } else {
        write_tiles(store, published.size, &mut writer).await?;
    }
    for (what, version, bytes) in domain::catalog::FILES {
        writer.member(&format!("files/{what}-{version}.json"), bytes)?;
    }
    let log = &folder.installation.log;
    let since = SystemTime::now().duration_since(UNIX_EPOCH).context("时钟早于 1970 年。The clock is before 1970.")?;
    writer.finish(&About {
        ledger: folder.installation.ledger,
        origin: log.origin(),
        vkey: &log.verifier().to_vkey(),
        size: published.size,
        checkpoint: &published.note,
        created_at: Instant::from_micros(i64::try_from(since.as_micros())?),
        key: &folder.installation.service_key,
    })?;
    Ok(tree.root())
}

/// The tiles as they were published.
async fn write_tiles(store: &TileStore, size: u64, writer: &mut Writer) -> anyhow::Result<()> {
    let places = places(size);
    for some in places.chunks(TILES_AT_ONCE) {
        let wanted: Vec<(u8, u64)> = some.iter().map(|(level, index, _)| (*level, *index)).collect();
        for ((level, index, width), found) in some.iter().zip(store.tiles(&wanted).await?) {
            let hashes = found.as_ref().and_then(|hashes| hashes.get(..width * 32));
            let hashes = hashes.with_context(|| format!("树块 {level}/{index} 缺失。A tile is missing."))?;
            writer.tile(*level, *index, hashes)?;
        }
    }
    Ok(())
}

/// Level, index and width of every tile of a tree.
fn places(size: u64) -> Vec<(u8, u64, usize)> {
    let mut places = Vec::new();
    for level in 0..8_u8 {
        let hashes = size >> (8 * u32::from(level));
        for index in 0..hashes.div_ceil(TILE_WIDTH as u64) {
            let there = (hashes - index * TILE_WIDTH as u64).min(TILE_WIDTH as u64);
            places.push((level, index, there as usize));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn every_tile_of_a_tree_has_its_place() {
        assert_eq!(places(0), []);
        assert_eq!(places(1), [(0, 0, 1)]);
        assert_eq!(places(256), [(0, 0, 256), (1, 0, 1)]);
        assert_eq!(places(600), [(0, 0, 256), (0, 1, 256), (0, 2, 88), (1, 0, 2)]);
        assert_eq!(places(65_537).len(), 257 + 1 + 1);
    }
}
