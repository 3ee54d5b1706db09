//! `radledger export --person`: the package of one worker's file ([`crate::package`]).
//!
//! Which records lie in his file is found in the lists, by their first facet, the worker; what they say is read from the
//! log, and what else is needed to check them follows from that. Sealed values leave only when they are asked for, and each
//! is written into the access log before it does: the worker reads there that his file was handed out open.

use std::collections::BTreeMap;
use std::fs::File;

use anyhow::{Context, bail, ensure};
use domain::catalog::Kind;
use domain::record::Claim;
use domain::records::{parameter, person};
use domain::reference_codes::ParameterName;
use domain::transfer_codes::{ConsentScope, TransferState};
use projections::current::facets;
use schema::event_log::{EventLog, StoredEvent};
use schema::key_store::{KeyStore, random_bytes};
use schema::openings::{Opened, open};
use schema::read_model::{ReadModel, Scope};
use schema::shown::{self, Look};
use schema::tiles::{StoredCheckpoint, StoredRow, TileStore, tiles_on_the_way};
use signing::bytes::{Hash, Instant, LedgerId, b64url};
use signing::envelope::{Opening, Subject};
use signing::json::{Object, Value, canonical_object};
use signing::keys::SigningKey;
use signing::statement::RecordRef;
use signing::tree::{LEAF_LEN, inclusion_proof};
use uuid::Uuid;

use super::parcel::{Parcel, Seal};
use crate::config::Place;
use crate::folder::Folder;
use crate::node::Pools;
use crate::package::content::{Content, Stream, claim_of};
use crate::package::file::{AsOf, worker_file};
use crate::package::{
    About, CHECKPOINT, FILE, MANIFEST, Manifest, Member, OPENINGS, Openness, PROOFS, Proof, README, README_TEXT,
    STATEMENTS,
};
use crate::verify::bundle::Line;

/// Code of the purpose under which an opened value is written into the access log.
const PURPOSE: &str = "TRANSFER";

/// What a package is made of.
pub struct Material<'a> {
    /// The statements.
    pub content: &'a Content,
    /// The ledger.
    pub ledger: LedgerId,
    /// Origin of its checkpoints.
    pub origin: &'a str,
    /// Verifier key of the log.
    pub vkey: &'a str,
    /// Number of statements under the checkpoint.
    pub size: u64,
    /// The note.
    pub note: &'a str,
    /// When the checkpoint was made.
    pub created_at: Instant,
    /// Leaf of the last statement under it.
    pub last_leaf: [u8; LEAF_LEN],
    /// Proof of each statement, in order, then of that leaf.
    pub proofs: &'a [Proof],
    /// What is opened.
    pub opened: Openness,
    /// The openings: event and opening, in order of position and pointer.
    pub openings: &'a [(Uuid, Opening)],
    /// The service's key.
    pub key: &'a SigningKey,
}

/// Writes a package; returns its manifest.
///
/// # Errors
/// When the file cannot be written.
pub fn write(material: &Material<'_>, file: File) -> anyhow::Result<Manifest> {
    let mut parcel = Parcel::new(file);
    parcel.member(README, README_TEXT.as_bytes())?;
    parcel.member(CHECKPOINT, material.note.as_bytes())?;
    let rows = material.content.rows();
    parcel.member(STATEMENTS, &lines(rows.into_iter().map(|row| serde_json::to_vec(&Line::of(row))))?)?;
    parcel.member(PROOFS, &lines(material.proofs.iter().map(serde_json::to_vec))?)?;
    if material.opened != Openness::None {
        let opened = material.openings.iter().map(|(event, opening)| Ok(opening_line(*event, opening)));
        parcel.member(OPENINGS, &lines(opened)?)?;
    }
    let day = leaf_time(&material.last_leaf).civil_day();
    let as_of = AsOf { ledger: material.ledger, size: material.size, day };
    let opened = material.openings.iter();
    let opened = opened.map(|(event, opening)| ((*event, opening.pointer.clone()), opening.value.clone())).collect();
    let (text, totals) = worker_file(material.content, as_of, &opened);
    parcel.member(FILE, &text)?;
    let about = About {
        ledger: material.ledger,
        origin: material.origin,
        vkey: material.vkey,
        size: material.size,
        note: material.note,
        last_leaf: b64url(&material.last_leaf),
        day,
        opened: material.opened,
    };
    let members = parcel.files().iter().map(Member::from).collect();
    let manifest = Manifest::of(material.content, &totals, &about, members);
    parcel.member(MANIFEST, &manifest.to_bytes())?;
    let Material { ledger, size, note: checkpoint, created_at, key, .. } = *material;
    parcel.seal(&Seal { ledger, size, checkpoint, created_at, key })?;
    Ok(manifest)
}

fn lines(all: impl Iterator<Item = serde_json::Result<Vec<u8>>>) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    for line in all {
        text.extend(line?);
        text.push(b'\n');
    }
    Ok(text)
}

/// A line of [`OPENINGS`].
fn opening_line(event: Uuid, opening: &Opening) -> Vec<u8> {
    let members = vec![("event".into(), Value::Text(event.to_string().into())), ("opening".into(), opening.to_value())];
    canonical_object(&Object::from_pairs(members))
}

/// When the statement of a leaf was recorded.
#[must_use]
pub fn leaf_time(leaf: &[u8; LEAF_LEN]) -> Instant {
    let mut micros = [0; 8];
    micros.copy_from_slice(&leaf[1..9]);
    Instant::from_micros(u64::from_be_bytes(micros).cast_signed())
}

/// Whether the worker lets the details of his file be seen: what he said in the last transfer in which he was asked, unless
/// that came to nothing. Who was not asked has not said it (个人信息保护法 art. 29: separate consent).
#[must_use]
pub fn is_full(content: &Content) -> bool {
    let asked = content.own().filter_map(|(_, stream)| {
        let transfer = stream.entry.state.transfer()?;
        let came_to_nothing = matches!(transfer.standing.state, TransferState::Rejected | TransferState::Withdrawn);
        let said = transfer.consent.filter(|_| !came_to_nothing)?;
        Some((stream.rows.first()?.position, said))
    });
    asked.max_by_key(|(position, _)| *position).is_some_and(|(_, said)| said == ConsentScope::Full)
}

/// The events whose seals this openness opens, in order of position.
#[must_use]
pub fn to_open(content: &Content, openness: Openness) -> Vec<Uuid> {
    let own = content.own().filter(|(record, _)| openness.opens(record));
    let mut events: Vec<(u64, Uuid)> =
        own.flat_map(|(_, stream)| stream.events.iter().map(|event| (event.position, event.id))).collect();
    events.sort_unstable();
    events.into_iter().map(|(_, event)| event).collect()
}

/// What is asked for.
pub struct Wish {
    /// The worker.
    pub person: Uuid,
    /// The checkpoint, by its size; the last published one when absent.
    pub size: Option<u64>,
    /// What is opened.
    pub openness: Openness,
}

/// What came of it.
pub struct Made {
    /// The manifest.
    pub manifest: Manifest,
    /// Values that are open in the package.
    pub opened: usize,
    /// Values whose key was destroyed.
    pub erased: usize,
}

/// The worker lets the statutory part be seen, and no more (个人信息保护法 art. 29).
#[derive(Debug, thiserror::Error)]
#[error(
    "本人未同意提供明细，只能移交法定部分：请去掉 --findings。The worker has not consented to details: only the statutory part \
     may be handed over, leave out --findings."
)]
pub struct NotConsented;

/// Makes a package.
///
/// # Errors
/// When there is no such worker, the lists or the checkpoint are behind, or the file cannot be written.
pub async fn export(place: &Place, folder: &Folder, pools: &Pools, wish: &Wish, file: File) -> anyhow::Result<Made> {
    let tiles = TileStore::new(pools.appender.clone());
    let checkpoint = checkpoint(&tiles, wish.size).await?;
    let log = EventLog::new(pools.appender.clone());
    let content = gather(&log, pools, wish.person, checkpoint.size).await?;
    if wish.openness == Openness::All && !is_full(&content) {
        return Err(NotConsented.into());
    }
    let installation = &folder.installation;
    let (openings, erased) = opened(place, folder, pools, &log, &content, wish).await?;
    let mut proofs = Vec::new();
    let positions: Vec<u64> = content.rows().iter().map(|row| row.position).chain([checkpoint.size - 1]).collect();
    for index in positions {
        let first = tiles_on_the_way(index, checkpoint.size);
        let hashes = tiles.with_tiles(&first, |tiles| inclusion_proof(index, checkpoint.size, tiles)).await?;
        proofs.push(Proof { index, hashes });
    }
    let last_leaf = tiles.leaves(checkpoint.size - 1, checkpoint.size).await?.pop();
    let log = &installation.log;
    let material = Material {
        content: &content,
        ledger: installation.ledger,
        origin: log.origin(),
        vkey: &log.verifier().to_vkey(),
        size: checkpoint.size,
        note: &checkpoint.note,
        created_at: Instant::from_micros(checkpoint.created_at),
        last_leaf: last_leaf.context("最后一条事件缺失。The last event is missing.")?,
        proofs: &proofs,
        opened: wish.openness,
        openings: &openings,
        key: &installation.service_key,
    };
    Ok(Made { manifest: write(&material, file)?, opened: openings.len(), erased })
}

async fn checkpoint(tiles: &TileStore, size: Option<u64>) -> anyhow::Result<StoredCheckpoint> {
    let published = tiles.published().await?;
    let published =
        published.context("尚未公布任何检查点，请先启动服务。Nothing is published yet: let the service run first.")?;
    let Some(size) = size else { return Ok(published) };
    let named = tiles.checkpoints().await?.into_iter().find(|checkpoint| checkpoint.size == size);
    named
        .filter(|named| named.size <= published.size)
        .with_context(|| format!("没有 {size} 条事件的检查点。There is no checkpoint of that size."))
}

/// Every statement of the package.
async fn gather(log: &EventLog, pools: &Pools, worker: Uuid, size: u64) -> anyhow::Result<Content> {
    let mut content = Content::new(worker);
    let first = log.at(0).await?.context("账本为空。The ledger is empty.")?;
    let mut wanted = vec![person::reference(worker), of(&first.kind, first.record)];
    let lists = ReadModel::new(pools.reader.clone());
    let of_workers = |kind: &&Kind| facets(**kind).first().is_some_and(|facet| facet.name == "person");
    for kind in Kind::ALL.iter().filter(of_workers) {
        let listed = lists.of_person(&Scope::city(), *kind, worker, Some(size - 1)).await?;
        ensure!(
            listed.size >= size,
            "查询数据尚未跟上检查点，请先启动服务。The lists are behind the checkpoint: let the service run first."
        );
        wanted.extend(listed.value.iter().map(|record| of(record.kind.as_str(), record.id)));
    }
    wanted.extend(claimed(log, [parameter_claim().digest()]).await?);
    loop {
        load(log, &mut content, &wanted, size).await?;
        if content.get(&person::reference(worker)).is_none() {
            bail!("截至该检查点没有这名放射工作人员的档案。There is no file of this worker at that checkpoint.");
        }
        let needed = content.needed();
        let before = std::mem::take(&mut wanted);
        wanted.extend(needed.records.iter().filter(|record| content.get(record).is_none()).cloned());
        wanted.extend(claimed(log, needed.keys.iter().map(claim_of)).await?);
        // What is needed was recorded before who needs it.
        if let Some(record) = wanted.iter().find(|record| before.contains(record)) {
            bail!("检查点之下缺少 {}/{}。It is missing under the checkpoint.", record.kind, record.id);
        }
        if wanted.is_empty() {
            content.keep(&needed.records);
            return Ok(content);
        }
    }
}

/// Reads records in whole, as they stood under the checkpoint.
async fn load(log: &EventLog, content: &mut Content, records: &[RecordRef], size: u64) -> anyhow::Result<()> {
    let wanted: Vec<(String, Uuid)> = records.iter().map(|record| (record.kind.to_string(), record.id)).collect();
    let streams: BTreeMap<_, _> = log.streams(&wanted).await?.into_iter().collect();
    for record in records {
        let there = streams.contains_key(&(record.kind.to_string(), record.id));
        ensure!(there, "{}/{} 不在账本中。It is not in the ledger.", record.kind, record.id);
    }
    for ((kind, id), events) in streams {
        let rows: Vec<StoredRow> = events.into_iter().take_while(|event| event.position < size).map(row_of).collect();
        if rows.is_empty() {
            continue;
        }
        let record = of(&kind, id);
        let stream = Stream::of(&record, rows).map_err(|broken| {
            anyhow::anyhow!("位置 {} 的事件无法读取。It cannot be read: {}", broken.position, broken.found)
        })?;
        content.put(record, stream);
    }
    Ok(())
}

async fn claimed(log: &EventLog, digests: impl IntoIterator<Item = [u8; 32]>) -> anyhow::Result<Vec<RecordRef>> {
    let digests: Vec<[u8; 32]> = digests.into_iter().collect();
    let claims = log.claims(&digests).await?;
    Ok(claims.into_iter().map(|claim| of(&claim.kind, claim.record)).collect())
}

fn parameter_claim() -> Claim {
    parameter::claim(ParameterName::FiveYearEpoch)
}

fn of(kind: &str, id: Uuid) -> RecordRef {
    RecordRef { kind: kind.into(), id }
}

fn row_of(event: StoredEvent) -> StoredRow {
    let StoredEvent { position, recorded_at, alg, key, signature, payload, .. } = event;
    StoredRow { position, recorded_at, alg, key, signature, payload }
}

/// The openings that were asked for, each written into the access log; and how many were destroyed.
async fn opened(
    place: &Place,
    folder: &Folder,
    pools: &Pools,
    log: &EventLog,
    content: &Content,
    wish: &Wish,
) -> anyhow::Result<(Vec<(Uuid, Opening)>, usize)> {
    let events = to_open(content, wish.openness);
    if events.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let keys = KeyStore::open(&place.keys().0).context(
        "密钥库打不开：服务运行时不能开封，请先停止服务。The key store cannot be opened: stop the service first.",
    )?;
    let ledger = folder.installation.ledger;
    let order: BTreeMap<Uuid, usize> = events.iter().enumerate().map(|(at, event)| (*event, at)).collect();
    let (mut found, mut erased) = (Vec::new(), 0);
    for stored in log.openings(&events).await? {
        // Some values in his records are protected by another's key: they are not his to hand over.
        if stored.subject_kind != "person" || stored.subject != wish.person {
            continue;
        }
        let subject = Subject { kind: stored.subject_kind.as_str().into(), id: stored.subject };
        match open(&keys, ledger, &stored)? {
            Opened::Open { salt, value } => {
                let opening = Opening { pointer: stored.pointer, subject, salt, value };
                found.push((stored.event_id, opening));
            }
            Opened::Erased => erased += 1,
            Opened::Unavailable => {
                bail!("有封存值无法开封：密钥库不完整。A sealed value cannot be opened: the key store is not whole.")
            }
        }
    }
    found.sort_by(|(a, left), (b, right)| (order.get(a), &left.pointer).cmp(&(order.get(b), &right.pointer)));
    let now = crate::client::now();
    for (event, opening) in &found {
        let look = Look {
            id: uuid::Builder::from_random_bytes(random_bytes()?).into_uuid(),
            at: now.micros(),
            account: folder.installation.service.account,
            subject_kind: opening.subject.kind.to_string(),
            subject: opening.subject.id,
            event: *event,
            pointer: opening.pointer.clone(),
            purpose: PURPOSE.to_owned(),
        };
        // The limit is one for people who look; this is one act on one file.
        let written = shown::write(&pools.appender, &look, i64::MAX, usize::MAX).await?;
        ensure!(written, "查阅日志未能写入，未开封。The access log was not written: nothing is opened.");
    }
    Ok((found, erased))
}

/// The hash that a transfer signs.
#[must_use]
pub fn hash_of(manifest: &Manifest) -> Hash {
    Hash::of(&manifest.to_bytes())
}
