//! The disk of the data folder is full for a while.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use crate::load::{Load, Officer};
use crate::quiet::quiet;
use crate::rounds;
use crate::site::Site;

const SIZE: u64 = 640 << 20;
/// What is left free: the database fills this soon.
const LEFT: u64 = 6 << 20;

/// A small file system of its own, gone with this value.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    fn new() -> Option<Self> {
        let open = std::fs::Permissions::from_mode(0o755);
        let folder = tempfile::Builder::new().prefix("radledger-disk-").permissions(open).tempdir().expect("a folder");
        let size = format!("size={SIZE},mode=0755");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).output();
        mounted.is_ok_and(|mounted| mounted.status.success()).then_some(Self { folder })
    }

    fn ballast(&self) -> PathBuf {
        self.folder.path().join("ballast")
    }

    /// Takes all but a little.
    fn fill(&self) {
        let free = nix::sys::statvfs::statvfs(self.folder.path()).expect("a file system");
        let free = free.blocks_available() as u64 * free.fragment_size() as u64;
        let ballast = std::fs::File::create(self.ballast()).expect("a file");
        let zeros = vec![0; 1 << 20];
        for _ in 0..free.saturating_sub(LEFT) >> 20 {
            if std::io::Write::write_all(&mut &ballast, &zeros).is_err() {
                // The database was faster with the rest.
                return;
            }
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.ballast()).expect("it was there");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_loses_nothing_and_the_ledger_goes_on_when_there_is_room() {
    let Some(disk) = Disk::new() else {
        println!("!!! SKIPPED: no file system can be mounted here, so a full disk was NOT tried");
        return;
    };
    let site = Site::at(disk.folder.path().to_owned());
    let loaded = site.events();
    let mut service = site.serve();
    let before = quiet(loaded, || site.events());
    let officer = Arc::new(Officer::of(&site));
    let load = Load::start(&officer, before);
    for _ in 0..rounds(1, 5) {
        load.goes_on(20).await;
        disk.fill();
        load.stands().await;
        assert!(!load.refusals().is_empty(), "whoever sends to a full disk is told");
        disk.free();
    }
    load.goes_on(20).await;
    load.settle(&site).await;
    service.kill();
    site.verify();
}
