//! Every statement once more, in plain files outside the database (`docs/wire-format.md` §6).
//!
//! A folder of segments of 65,536 positions, named by their first position. A segment is JSON Lines, one row per event:
//! `{"position":n,"recorded_at":"INSTANT","alg":1,"key":"base64url","signature":"base64url","payload":"base64"}`. The
//! last segment is open: lines are appended and synced. A full one is closed by a manifest that holds the segment's
//! SHA-256 and that of the manifest before it, so that a copy of the folder proves its own completeness.
//!
//! The archive follows the log and never runs ahead of it: a row is written when its event is durable in the database.
//! After a kill the last line may be torn; it is cut off and written again. Openings are not archived: they must stay
//! forgettable.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use signing::bytes::{Hash, Instant, KeyId, b64, b64_decode, b64url, b64url_decode};
use tokio::sync::watch;

use crate::connect::{sync_folder_of, write_private};
use crate::error::Error;
use crate::event_log::{EventLog, StoredEvent};

/// Positions in a segment.
pub const SEGMENT_POSITIONS: u64 = 65_536;
/// Longest line: a payload of 64 KiB in base64, and what surrounds it.
const LINE_BYTES_MAX: u64 = 128 << 10;
/// Events read from the log at a time.
const READ_EVENTS: u64 = 1_000;
/// How often the log is asked although nobody woke the follower: another process may append.
const POLL: Duration = Duration::from_secs(1);
/// Pause after a database that did not answer.
const PAUSE: Duration = Duration::from_secs(2);

/// One event as it stands in a segment: all that its leaf and its statement are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// 0-based position.
    pub position: u64,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Signature algorithm.
    pub alg: u8,
    /// Key id.
    pub key: KeyId,
    /// The signature.
    pub signature: Vec<u8>,
    /// What was signed.
    pub payload: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    position: u64,
    recorded_at: Instant,
    alg: u8,
    key: KeyId,
    #[serde(borrow)]
    signature: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    payload: std::borrow::Cow<'a, str>,
}

impl From<&StoredEvent> for Row {
    fn from(event: &StoredEvent) -> Row {
        Row {
            position: event.position,
            recorded_at: Instant::from_micros(event.recorded_at),
            alg: event.alg,
            key: KeyId(event.key),
            signature: event.signature.clone(),
            payload: event.payload.clone(),
        }
    }
}

impl Row {
    /// Appends the row's line, with its line feed.
    pub fn write_line(&self, out: &mut Vec<u8>) {
        let line = Line {
            position: self.position,
            recorded_at: self.recorded_at,
            alg: self.alg,
            key: self.key,
            signature: b64url(&self.signature).into(),
            payload: b64(&self.payload).into(),
        };
        serde_json::to_writer(&mut *out, &line).expect("a vector takes everything");
        out.push(b'\n');
    }

    /// Reads a line without its line feed; `None` when it is not one of ours.
    #[must_use]
    pub fn read_line(line: &[u8]) -> Option<Row> {
        let line: Line<'_> = serde_json::from_slice(line).ok()?;
        Some(Row {
            position: line.position,
            recorded_at: line.recorded_at,
            alg: line.alg,
            key: line.key,
            signature: b64url_decode(&line.signature)?,
            payload: b64_decode(&line.payload)?,
        })
    }
}

/// What closes a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    first: u64,
    count: u64,
    /// SHA-256 of the segment's bytes.
    sha256: Hash,
    /// SHA-256 of the bytes of the manifest before; absent in the first.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    previous: Option<Hash>,
}

/// The archive, opened for writing by one process.
#[derive(Debug)]
pub struct Archive {
    folder: PathBuf,
    /// Position of the next row.
    next: u64,
    /// Last row written, if any; [`Archive::continued_by`] compares it with the database.
    last: Option<Row>,
    open: Option<Segment>,
    /// SHA-256 of the last manifest.
    previous: Option<Hash>,
    _lock: File,
}

#[derive(Debug)]
struct Segment {
    file: File,
    hasher: Sha256,
    first: u64,
}

impl Archive {
    /// Opens or makes the archive. A torn last line is cut off; a full segment that lost its manifest gets it.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when the folder is not an archive without holes; [`Error::Unavailable`] when another process
    /// writes it. The bytes of closed segments are not read here: that is [`verify_archive`].
    pub fn open(folder: &Path) -> Result<Archive, Error> {
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        let lock = lock(folder)?;
        let mut archive =
            Archive { folder: folder.to_owned(), next: 0, last: None, open: None, previous: None, _lock: lock };
        let firsts = segments(folder)?;
        for (number, &first) in firsts.iter().enumerate() {
            if first != archive.next {
                return Err(hole(archive.next));
            }
            match read_manifest(folder, first)? {
                Some((manifest, hash)) => {
                    check_manifest(&manifest, first, archive.previous)?;
                    archive.previous = Some(hash);
                    archive.next = first + SEGMENT_POSITIONS;
                }
                None if number + 1 == firsts.len() => archive.resume(first)?,
                None => return Err(Error::corrupt(first, "a closed segment of the archive has no manifest")),
            }
        }
        if archive.last.is_none()
            && let Some(first) = archive.next.checked_sub(SEGMENT_POSITIONS)
        {
            archive.last = last_row(folder, first)?;
        }
        Ok(archive)
    }

    /// Position of the next row, which is the number of rows.
    #[must_use]
    pub fn next_position(&self) -> u64 {
        self.next
    }

    /// Whether the log holds what the archive holds, for which its last row stands. One that does not was restored from
    /// an older copy or is another, and must not be served.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when it does not; [`Error`] of the database.
    pub async fn continued_by(&self, log: &EventLog) -> Result<(), Error> {
        let Some(last) = &self.last else { return Ok(()) };
        match log.at(last.position).await? {
            Some(event) if Row::from(&event) == *last => Ok(()),
            Some(_) => Err(Error::corrupt(last.position, "the database has another event here than its archive")),
            None => Err(Error::corrupt(last.position, "the database is behind its archive")),
        }
    }

    /// Writes these events, which continue the archive, and syncs them.
    ///
    /// # Errors
    /// [`Error::Io`]; the archive must then be opened again. [`Error::Corrupt`] when they do not continue it.
    pub fn append(&mut self, events: &[StoredEvent]) -> Result<(), Error> {
        let mut lines = Vec::new();
        for event in events {
            if event.position != self.next {
                return Err(hole(self.next));
            }
            let row = Row::from(event);
            row.write_line(&mut lines);
            self.next += 1;
            self.last = Some(row);
            if self.next.is_multiple_of(SEGMENT_POSITIONS) {
                self.write(&lines)?;
                lines.clear();
                self.close()?;
            }
        }
        self.write(&lines)
    }

    /// Appends lines to the open segment, which is made when there is none.
    fn write(&mut self, lines: &[u8]) -> Result<(), Error> {
        if lines.is_empty() {
            return Ok(());
        }
        // Rows are counted before they are written: the segment is that of the last one.
        let first = (self.next - 1) / SEGMENT_POSITIONS * SEGMENT_POSITIONS;
        let path = segment_path(&self.folder, first);
        let segment = match &mut self.open {
            Some(segment) => segment,
            none => {
                let file = OpenOptions::new().create_new(true).append(true).open(&path);
                let file = file.map_err(Error::io("create", &path))?;
                sync_folder_of(&path)?;
                none.insert(Segment { file, hasher: Sha256::new(), first })
            }
        };
        segment.hasher.update(lines);
        segment.file.write_all(lines).and_then(|()| segment.file.sync_data()).map_err(Error::io("write", &path))
    }

    /// Writes the manifest of the open segment, which is full and synced.
    fn close(&mut self) -> Result<(), Error> {
        let segment = self.open.take().expect("a segment is closed after its last row");
        let manifest = Manifest {
            first: segment.first,
            count: SEGMENT_POSITIONS,
            sha256: Hash(segment.hasher.finalize().into()),
            previous: self.previous,
        };
        let bytes = serde_json::to_vec(&manifest).expect("numbers and text");
        write_private(&manifest_path(&self.folder, segment.first), &bytes)?;
        self.previous = Some(Hash::of(&bytes));
        Ok(())
    }

    /// Continues the last segment where a kill may have left it.
    fn resume(&mut self, first: u64) -> Result<(), Error> {
        let path = segment_path(&self.folder, first);
        let mut hasher = Sha256::new();
        let mut lines = Lines::open(&self.folder, first)?;
        while let Some(row) = lines.next_row()? {
            hasher.update(&lines.line);
            self.next = row.position + 1;
            self.last = Some(row);
        }
        let file = OpenOptions::new().append(true).open(&path).map_err(Error::io("open", &path))?;
        if lines.torn {
            file.set_len(lines.good_bytes).map_err(Error::io("truncate", &path))?;
        }
        // Whoever wrote these lines may have failed before they were durable.
        file.sync_all().map_err(Error::io("sync", &path))?;
        self.open = Some(Segment { file, hasher, first });
        if self.next == first + SEGMENT_POSITIONS {
            self.close()?;
        }
        Ok(())
    }
}

/// Follows the log for ever: writes what is durable, waits for more. `sizes` wakes it. A database that does not answer is
/// asked again, files that cannot be written are tried again. Returns only with an error that needs a person. To be
/// stopped, the future is dropped; what was written stays whole.
///
/// # Errors
/// [`Error::Corrupt`].
pub async fn follow(mut archive: Archive, log: EventLog, mut sizes: watch::Receiver<u64>) -> Result<(), Error> {
    let folder = archive.folder.clone();
    loop {
        let caught_up = match step(archive, &log).await {
            (Some(open), Ok(caught_up)) => {
                archive = open;
                caught_up
            }
            (Some(open), Err(Error::Unavailable(why))) => {
                tracing::warn!(error = %why, "the archive waits for the database");
                archive = open;
                tokio::time::sleep(PAUSE).await;
                false
            }
            (None, Err(error)) => {
                archive = open_again(&folder, error).await?;
                false
            }
            (Some(_), Err(error)) => return Err(error),
            (None, Ok(_)) => return Err(Error::Unavailable("the archive's writer ended".to_owned())),
        };
        if caught_up && tokio::time::timeout(POLL, sizes.changed()).await.is_ok_and(|changed| changed.is_err()) {
            // The appender has ended; others may still append.
            tokio::time::sleep(POLL).await;
        }
    }
}

/// Writes the next events, if there are any; gives the archive back unless its files failed.
async fn step(mut archive: Archive, log: &EventLog) -> (Option<Archive>, Result<bool, Error>) {
    let events = match log.range(archive.next, READ_EVENTS).await {
        Ok(events) => events,
        Err(error) => return (Some(archive), Err(error)),
    };
    let caught_up = (events.len() as u64) < READ_EVENTS;
    if events.is_empty() {
        return (Some(archive), Ok(true));
    }
    let written = tokio::task::spawn_blocking(move || archive.append(&events).map(|()| archive)).await;
    match written {
        Ok(Ok(archive)) => (Some(archive), Ok(caught_up)),
        Ok(Err(error)) => (None, Err(error)),
        Err(_) => (None, Ok(false)),
    }
}

/// The archive as its files are after they failed: a disk that was full has room again.
async fn open_again(folder: &Path, mut failed: Error) -> Result<Archive, Error> {
    loop {
        if !matches!(failed, Error::Io { .. }) {
            return Err(failed);
        }
        tracing::error!(error = %failed, "the archive cannot be written, and is tried again");
        tokio::time::sleep(PAUSE).await;
        match Archive::open(folder) {
            Ok(archive) => return Ok(archive),
            Err(error) => failed = error,
        }
    }
}

/// What [`verify_archive`] found in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveReport {
    /// Rows, which is the position after the last.
    pub rows: u64,
    /// Segments with a manifest.
    pub closed: u64,
    /// SHA-256 of the last manifest; together with `closed` it names the archive's content.
    pub last_manifest: Option<Hash>,
    /// Whether the open segment ends in a torn line, which a start would cut off.
    pub torn: bool,
}

/// Reads the whole archive: every line, every manifest, their chain. Signatures and the tree are the audit's.
///
/// # Errors
/// [`Error::Corrupt`] at the first position where something is missing or differs.
pub fn verify_archive(folder: &Path) -> Result<ArchiveReport, Error> {
    let mut report = ArchiveReport { rows: 0, closed: 0, last_manifest: None, torn: false };
    let mut before = Instant::from_micros(0);
    let firsts = segments(folder)?;
    for (number, &first) in firsts.iter().enumerate() {
        if first != report.rows {
            return Err(hole(report.rows));
        }
        let mut hasher = Sha256::new();
        let mut lines = Lines::open(folder, first)?;
        while let Some(row) = lines.next_row()? {
            if row.recorded_at < before {
                return Err(Error::corrupt(row.position, "time goes back in the archive"));
            }
            before = row.recorded_at;
            hasher.update(&lines.line);
            report.rows += 1;
        }
        report.torn = lines.torn;
        match read_manifest(folder, first)? {
            Some((manifest, hash)) => {
                check_manifest(&manifest, first, report.last_manifest)?;
                let sha256 = Hash(hasher.finalize().into());
                if lines.torn || report.rows != first + manifest.count || sha256 != manifest.sha256 {
                    return Err(Error::corrupt(first, "a segment of the archive is not the one of its manifest"));
                }
                report.last_manifest = Some(hash);
                report.closed += 1;
            }
            None if number + 1 == firsts.len() => {}
            None => return Err(Error::corrupt(first, "a closed segment of the archive has no manifest")),
        }
    }
    Ok(report)
}

/// The rows of the archive from the first on, for a restore. Ends before a torn line.
///
/// # Errors
/// [`Error::Io`] when the folder cannot be listed; each row's own when it is read.
pub fn read_archive(folder: &Path) -> Result<impl Iterator<Item = Result<Row, Error>>, Error> {
    let folder = folder.to_owned();
    let mut expected = 0;
    Ok(segments(&folder)?.into_iter().flat_map(move |first| {
        let mut failed = (first != expected).then(|| hole(expected));
        expected = first + SEGMENT_POSITIONS;
        let mut lines = match (&failed, Lines::open(&folder, first)) {
            (None, Ok(lines)) => Some(lines),
            (None, Err(error)) => {
                failed = Some(error);
                None
            }
            (Some(_), _) => None,
        };
        std::iter::from_fn(move || {
            if let Some(error) = failed.take() {
                return Some(Err(error));
            }
            let row = lines.as_mut()?.next_row().transpose();
            if row.as_ref().is_none_or(Result::is_err) {
                lines = None;
            }
            row
        })
    }))
}

/// The rows of one segment, checked to be `first ..` without a hole.
struct Lines {
    reader: BufReader<File>,
    first: u64,
    expected: u64,
    /// Bytes of the row given last, with its line feed.
    line: Vec<u8>,
    /// Bytes of all rows given.
    good_bytes: u64,
    /// Whether the segment ends in a line without a line feed.
    torn: bool,
}

impl Lines {
    fn open(folder: &Path, first: u64) -> Result<Lines, Error> {
        let path = segment_path(folder, first);
        let file = File::open(&path).map_err(Error::io("open", &path))?;
        Ok(Lines {
            reader: BufReader::with_capacity(1 << 18, file),
            first,
            expected: first,
            line: Vec::new(),
            good_bytes: 0,
            torn: false,
        })
    }

    fn next_row(&mut self) -> Result<Option<Row>, Error> {
        self.line.clear();
        let read = (&mut self.reader).take(LINE_BYTES_MAX).read_until(b'\n', &mut self.line);
        let read = read.map_err(Error::io("read", "the archive"))?;
        if read == 0 {
            return Ok(None);
        }
        if self.line.last() != Some(&b'\n') {
            if read as u64 == LINE_BYTES_MAX {
                return Err(Error::corrupt(self.expected, "a line of the archive is too long"));
            }
            self.torn = true;
            return Ok(None);
        }
        let row = Row::read_line(&self.line[..read - 1])
            .ok_or_else(|| Error::corrupt(self.expected, "a line of the archive is not a row"))?;
        if row.position != self.expected || row.position >= self.first + SEGMENT_POSITIONS {
            return Err(hole(self.expected));
        }
        self.expected += 1;
        self.good_bytes += read as u64;
        Ok(Some(row))
    }
}

fn last_row(folder: &Path, first: u64) -> Result<Option<Row>, Error> {
    let mut lines = Lines::open(folder, first)?;
    let mut last = None;
    while let Some(row) = lines.next_row()? {
        last = Some(row);
    }
    Ok(last)
}

fn hole(position: u64) -> Error {
    Error::corrupt(position, "the archive does not continue at this position")
}

fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join("lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(Error::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Unavailable("another process writes the archive".to_owned())),
        Err(TryLockError::Error(error)) => Err(Error::io("lock", &path)(error)),
    }
}

/// First positions of the segments that exist, in order.
fn segments(folder: &Path) -> Result<Vec<u64>, Error> {
    let mut firsts = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(Error::io("list", folder))? {
        let name = entry.map_err(Error::io("list", folder))?.file_name();
        let first = name.to_str().and_then(|name| name.strip_suffix(".jsonl")).map(str::parse::<u64>);
        match first {
            Some(Ok(first)) if first.is_multiple_of(SEGMENT_POSITIONS) => firsts.push(first),
            Some(_) => return Err(Error::corrupt(None, "a segment of the archive has an ill-formed name")),
            None => {}
        }
    }
    firsts.sort_unstable();
    Ok(firsts)
}

fn segment_path(folder: &Path, first: u64) -> PathBuf {
    folder.join(format!("{first:020}.jsonl"))
}

fn manifest_path(folder: &Path, first: u64) -> PathBuf {
    folder.join(format!("{first:020}.manifest.json"))
}

/// A segment's manifest and its hash; `None` when there is none.
fn read_manifest(folder: &Path, first: u64) -> Result<Option<(Manifest, Hash)>, Error> {
    let path = manifest_path(folder, first);
    let mut bytes = Vec::new();
    match File::open(&path).and_then(|file| file.take(4096).read_to_end(&mut bytes)) {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io("read", &path)(error)),
    }
    let manifest = serde_json::from_slice(&bytes)
        .map_err(|_| Error::corrupt(first, "a manifest of the archive cannot be read"))?;
    Ok(Some((manifest, Hash::of(&bytes))))
}

fn check_manifest(manifest: &Manifest, first: u64, previous: Option<Hash>) -> Result<(), Error> {
    if manifest.first != first || manifest.count != SEGMENT_POSITIONS || manifest.previous != previous {
        return Err(Error::corrupt(first, "the manifests of the archive do not chain"));
    }
    Ok(())
}
