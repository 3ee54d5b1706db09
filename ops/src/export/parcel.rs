//! A parcel: a zip whose members are stored, not compressed, so that any tool can read them, with a list of them all that
//! the service signed (`export.dsse.json`). Bundles of a whole ledger and packages of one worker's file are parcels.
//!
//! The signature says who exported what and when; what the content proves, it proves by its own signatures and tree.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::path::Path;

use anyhow::{Context, ensure};
use sha2::{Digest, Sha256};
use signing::bytes::{Hash, Instant, LedgerId};
use signing::envelope::{Envelope, PayloadType};
use signing::keys::{Export, ExportFile, PublicKey, SigningKey};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The signed list of all other members.
pub const SIGNED: &str = "export.dsse.json";
/// Longest member that is held, bytes: bounds what a stranger's file can make us do.
const MEMBER_MAX: u64 = 64 * 1024 * 1024;

/// A zip that was opened for reading.
pub type Zip = ZipArchive<BufReader<File>>;

/// What the exporter signs beside the list of members.
pub struct Seal<'a> {
    /// The ledger.
    pub ledger: LedgerId,
    /// Number of statements under the checkpoint.
    pub size: u64,
    /// The signed note of that size.
    pub checkpoint: &'a str,
    /// When it is made.
    pub created_at: Instant,
    /// Key that signs it.
    pub key: &'a SigningKey,
}

/// A parcel that is being written, member after member.
pub struct Parcel {
    zip: ZipWriter<BufWriter<File>>,
    open: Option<Member>,
    files: Vec<ExportFile>,
}

struct Member {
    name: String,
    hash: Sha256,
    bytes: u64,
}

impl Parcel {
    /// Begins a parcel in an empty file.
    #[must_use]
    pub fn new(out: File) -> Self {
        Self { zip: ZipWriter::new(BufWriter::new(out)), open: None, files: Vec::new() }
    }

    /// The members that are closed, in the order in which they were written.
    #[must_use]
    pub fn files(&self) -> &[ExportFile] {
        &self.files
    }

    /// Adds a whole member.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn member(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.close();
        self.begin(name.to_owned())?;
        self.write(bytes)?;
        self.close();
        Ok(())
    }

    /// Begins a member; one that was open ends.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn begin(&mut self, name: String) -> anyhow::Result<()> {
        self.close();
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
        self.zip.start_file(name.as_str(), options)?;
        self.open = Some(Member { name, hash: Sha256::new(), bytes: 0 });
        Ok(())
    }

    /// Adds to the member that is open.
    ///
    /// # Errors
    /// When none is, or the file cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        let member = self.open.as_mut().context("没有打开的成员。No member is open.")?;
        member.hash.update(bytes);
        member.bytes += bytes.len() as u64;
        Ok(self.zip.write_all(bytes)?)
    }

    /// Ends the member that is open and says what it is.
    pub fn close(&mut self) -> Option<&ExportFile> {
        let member = self.open.take()?;
        let sha256 = Hash(member.hash.finalize().into());
        self.files.push(ExportFile { bytes: member.bytes, name: member.name, sha256 });
        self.files.last()
    }

    /// Signs the list of all members and makes the file durable.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn seal(mut self, seal: &Seal<'_>) -> anyhow::Result<()> {
        self.close();
        let mut files = std::mem::take(&mut self.files);
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let payload = Export {
            as_of: seal.size - 1,
            checkpoint: Hash::of(seal.checkpoint.as_bytes()),
            created_at: seal.created_at,
            files,
            key: seal.key.public().id(),
            ledger: seal.ledger,
        }
        .to_payload();
        let signature = seal.key.sign_payload(PayloadType::Export, &payload).to_vec();
        let envelope = Envelope { payload_type: PayloadType::Export, payload, key: seal.key.public().id(), signature };
        self.member(SIGNED, &envelope.to_json())?;
        let mut out = self.zip.finish()?;
        out.flush()?;
        Ok(out.get_ref().sync_all()?)
    }
}

/// What a parcel says of itself outside the signed list, which must say the same.
pub struct Says<'a> {
    /// The ledger.
    pub ledger: LedgerId,
    /// Number of statements under the checkpoint.
    pub size: u64,
    /// The note.
    pub checkpoint: &'a str,
}

/// What is wrong with a parcel as a parcel: members that are missing, added or changed, or the signature over them.
/// `service` is the service's key as the genesis names it.
///
/// # Errors
/// When the file cannot be read.
pub fn faults(zip: &mut Zip, says: &Says<'_>, service: Option<&PublicKey>) -> anyhow::Result<Vec<String>> {
    let Some(envelope) = member(zip, SIGNED)? else { return Ok(vec![format!("{SIGNED} is missing")]) };
    let read = Envelope::read_export(&envelope)
        .ok()
        .and_then(|envelope| Export::read(&envelope.payload).map(|export| (envelope, export)));
    let Some((envelope, export)) = read else { return Ok(vec![format!("{SIGNED} is ill-formed")]) };
    let mut faults = Vec::new();
    let signed = service.is_some_and(|key| {
        key.id() == export.key && key.verify_payload(PayloadType::Export, &envelope.payload, &envelope.signature)
    });
    let mut check = |holds: bool, fault: &str| {
        if !holds {
            faults.push(format!("{SIGNED} {fault}"));
        }
    };
    check(signed, "is not signed by the service that the genesis names");
    check(export.ledger == says.ledger, "names another ledger");
    check(export.as_of.checked_add(1) == Some(says.size), "names another size");
    check(export.checkpoint == Hash::of(says.checkpoint.as_bytes()), "names another checkpoint");
    let mut named: BTreeMap<&str, &ExportFile> = export.files.iter().map(|file| (file.name.as_str(), file)).collect();
    for (name, sha256, bytes) in digests(zip)? {
        if name == SIGNED {
            continue;
        }
        match named.remove(name.as_str()) {
            None => faults.push(format!("{name} is not in the signed list")),
            Some(file) if file.bytes != bytes || file.sha256 != sha256 => {
                faults.push(format!("{name} is not what was signed"));
            }
            Some(_) => {}
        }
    }
    faults.extend(named.into_keys().map(|name| format!("{name} is missing")));
    Ok(faults)
}

/// Name, hash and length of every member, in the order of the zip.
///
/// # Errors
/// When the file cannot be read.
pub fn digests(zip: &mut Zip) -> anyhow::Result<Vec<(String, Hash, u64)>> {
    let mut found = Vec::with_capacity(zip.len());
    for at in 0..zip.len() {
        let mut member = zip.by_index_raw(at)?;
        let name = member.name()?.into_owned();
        let (sha256, bytes) = hash_of(&mut member)?;
        found.push((name, sha256, bytes));
    }
    Ok(found)
}

/// Opens the zip of a parcel. Its members are stored as they are, so they can be read past the checksums of the zip:
/// those know no position, and would hide which byte was changed.
///
/// # Errors
/// When it is no zip, or a member is compressed.
pub fn open_zip(path: &Path) -> anyhow::Result<Zip> {
    let file =
        File::open(path).with_context(|| format!("无法打开 {}。The bundle cannot be opened.", path.display()))?;
    let mut zip = ZipArchive::new(BufReader::new(file))
        .with_context(|| format!("{} 不是 zip 文件。It is no zip.", path.display()))?;
    for at in 0..zip.len() {
        ensure!(
            zip.by_index_raw(at)?.compression() == CompressionMethod::Stored,
            "{} 的成员经过压缩：导出包只存储、不压缩。A member is compressed: a bundle stores them as they are.",
            path.display()
        );
    }
    Ok(zip)
}

/// Hash and length of what is read, whatever its length.
fn hash_of(mut from: impl Read) -> std::io::Result<(Hash, u64)> {
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 64 * 1024]);
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok((Hash(hash.finalize().into()), bytes));
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
}

/// A member as it is; none where there is none.
///
/// # Errors
/// When the file cannot be read, or the member is too large to be held.
pub fn member<R: Read + Seek>(zip: &mut ZipArchive<R>, name: &str) -> anyhow::Result<Option<Vec<u8>>> {
    let found = match zip.by_name_raw(name.as_bytes()) {
        Ok(found) => found,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut bytes = Vec::new();
    let read = found.take(MEMBER_MAX).read_to_end(&mut bytes)? as u64;
    ensure!(read < MEMBER_MAX, "{name} 过大。The member is too large.");
    Ok(Some(bytes))
}
