//! The archive is restarted, torn, filled, spoiled and followed.

mod common;

use std::path::Path;
use std::time::Duration;

use common::{fresh, ledger};
use schema::archive::{Archive, Row, SEGMENT_POSITIONS, follow, read_archive, verify_archive};
use schema::{Error, Outcome, StoredEvent};
use uuid::Uuid;

fn stored(position: u64) -> StoredEvent {
    StoredEvent {
        position,
        recorded_at: 1_700_000_000_000_000 + i64::try_from(position).expect("small"),
        id: Uuid::from_u128(u128::from(position)),
        kind: "device".to_owned(),
        record: Uuid::from_u128(1),
        version: 1,
        prev_position: None,
        type_: "device.registered".to_owned(),
        schema: 1,
        account: Uuid::from_u128(2),
        alg: 1,
        key: [3; 32],
        signature: vec![4; 64],
        payload: format!("{{\"n\":{position}}}").into_bytes(),
        hash: [5; 32],
    }
}

fn events(range: std::ops::Range<u64>) -> Vec<StoredEvent> {
    range.map(stored).collect()
}

fn corrupt_at<T: std::fmt::Debug>(answer: Result<T, Error>) -> Option<u64> {
    match answer {
        Err(Error::Corrupt { position, .. }) => position,
        other => panic!("{other:?}"),
    }
}

fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).expect("a file");
    change(&mut bytes);
    std::fs::write(path, bytes).expect("written back");
}

#[test]
fn a_line_has_exactly_this_form() {
    let mut line = Vec::new();
    Row::from(&stored(7)).write_line(&mut line);
    let expected = concat!(
        r#"{"position":7,"recorded_at":"2023-11-14T22:13:20.000007Z","alg":1,"#,
        r#""key":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","#,
        r#""signature":"BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBA","#,
        r#""payload":"eyJuIjo3fQ=="}"#,
        "\n"
    );
    assert_eq!(String::from_utf8_lossy(&line), expected);
    assert_eq!(Row::read_line(&line[..line.len() - 1]), Some(Row::from(&stored(7))));
    assert_eq!(Row::read_line(b"{\"position\":7}"), None);
}

#[test]
fn restarted_in_the_middle_of_a_line_it_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut archive = Archive::open(folder.path()).expect("a new archive");
    archive.append(&events(0..10)).expect("written");
    assert!(matches!(Archive::open(folder.path()), Err(Error::Unavailable(_))), "one writer at a time");
    drop(archive);
    let segment = folder.path().join("00000000000000000000.jsonl");
    let whole = std::fs::read(&segment).expect("a segment");
    // Torn at every byte of the last line: nine rows stay, the tenth is written again.
    let last_begins = whole[..whole.len() - 1].iter().rposition(|&byte| byte == b'\n').expect("ten lines") + 1;
    for length in last_begins..whole.len() {
        std::fs::write(&segment, &whole[..length]).expect("torn");
        let report = verify_archive(folder.path()).expect("a torn line is no corruption");
        assert_eq!((report.rows, report.torn), (9, length > last_begins));
        let mut archive = Archive::open(folder.path()).expect("opened again");
        assert_eq!(archive.next_position(), 9);
        archive.append(&events(9..10)).expect("written again");
        assert_eq!(std::fs::read(&segment).expect("a segment"), whole);
    }
    let mut archive = Archive::open(folder.path()).expect("opened again");
    assert_eq!(corrupt_at(archive.append(&events(11..12))), Some(10), "a hole is refused");
    assert_eq!(archive.next_position(), 10);
}

#[test]
fn full_segments_are_closed_chained_and_proved() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut archive = Archive::open(folder.path()).expect("a new archive");
    let total = SEGMENT_POSITIONS * 2 + 5;
    for from in (0..total).step_by(10_000) {
        archive.append(&events(from..total.min(from + 10_000))).expect("written");
    }
    drop(archive);
    let report = verify_archive(folder.path()).expect("in order");
    assert_eq!((report.rows, report.closed, report.torn), (total, 2, false));
    let rows: Vec<_> = read_archive(folder.path()).expect("a listing").collect::<Result<_, _>>().expect("rows");
    assert_eq!(rows.len() as u64, total);
    assert_eq!(rows[70_000], Row::from(&stored(70_000)));

    let second = folder.path().join(format!("{SEGMENT_POSITIONS:020}.jsonl"));
    let manifest = folder.path().join(format!("{SEGMENT_POSITIONS:020}.manifest.json"));
    // Killed between the last row and the manifest: the next start closes the segment, with the same bytes.
    let third = folder.path().join(format!("{:020}.jsonl", SEGMENT_POSITIONS * 2));
    std::fs::rename(&third, folder.path().join("aside")).expect("moved");
    let manifest_bytes = std::fs::read(&manifest).expect("a manifest");
    std::fs::remove_file(&manifest).expect("lost");
    let archive = Archive::open(folder.path()).expect("opened again");
    assert_eq!(archive.next_position(), SEGMENT_POSITIONS * 2);
    assert_eq!(std::fs::read(&manifest).expect("a manifest"), manifest_bytes);
    drop(archive);
    std::fs::rename(folder.path().join("aside"), &third).expect("moved back");

    // Each class of damage is found, and where.
    let bytes = std::fs::read(&second).expect("a segment");
    let payload = bytes.windows(9).position(|window| window == b"payload\":").expect("a payload") + 11;
    edit(&second, |bytes| bytes[payload] ^= 1);
    assert_eq!(corrupt_at(verify_archive(folder.path())), Some(SEGMENT_POSITIONS), "another payload");
    std::fs::write(&second, &bytes).expect("mended");

    let line = bytes.iter().position(|&byte| byte == b'\n').expect("lines") + 1;
    edit(&second, |bytes| drop(bytes.drain(..line)));
    assert_eq!(corrupt_at(verify_archive(folder.path())), Some(SEGMENT_POSITIONS), "a row is gone");
    std::fs::write(&second, &bytes).expect("mended");

    edit(&second, |bytes| bytes.truncate(bytes.len() - 40));
    assert_eq!(corrupt_at(verify_archive(folder.path())), Some(SEGMENT_POSITIONS), "a closed segment is short");
    std::fs::write(&second, &bytes).expect("mended");

    edit(&manifest, |bytes| {
        let at = bytes.windows(10).position(|window| window == b"\"previous\"").expect("a chain") + 14;
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    });
    assert_eq!(corrupt_at(verify_archive(folder.path())), Some(SEGMENT_POSITIONS), "a broken chain");
    assert!(Archive::open(folder.path()).is_err(), "a broken chain is not continued");
    std::fs::write(&manifest, &manifest_bytes).expect("mended");

    std::fs::remove_file(&second).expect("gone");
    assert_eq!(corrupt_at(verify_archive(folder.path())), Some(SEGMENT_POSITIONS), "a segment is gone");
    assert_eq!(corrupt_at(Archive::open(folder.path())), Some(SEGMENT_POSITIONS));
    let rows = read_archive(folder.path()).expect("a listing").take_while(Result::is_ok).count();
    assert_eq!(rows as u64, SEGMENT_POSITIONS);
}

/// Opens an archive whose last writer was told to stop: what he was writing is finished first, and then the lock is free.
async fn open_after(folder: &Path) -> Archive {
    let began = std::time::Instant::now();
    loop {
        match Archive::open(folder) {
            Err(Error::Unavailable(_)) if began.elapsed() < Duration::from_secs(10) => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            opened => return opened.expect("an archive"),
        }
    }
}

#[tokio::test]
async fn it_follows_the_log_over_restarts() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = ledger().await;
    let appender = ledger.appender().await;
    let mut expected = 0;
    for round in 0..3 {
        let archive = open_after(folder.path()).await;
        let following = tokio::spawn(follow(archive, ledger.log(), appender.sizes()));
        for _ in 0..7 {
            assert!(matches!(appender.append(fresh()).await, Ok(Outcome::Appended { .. })));
            expected += 1;
        }
        let began = std::time::Instant::now();
        while verify_archive(folder.path()).expect("in order").rows < expected {
            assert!(began.elapsed() < Duration::from_secs(10), "round {round}: the archive does not follow");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        following.abort();
        let _ = following.await;
    }
    let archived: Vec<_> = read_archive(folder.path()).expect("a listing").collect::<Result<_, _>>().expect("rows");
    let events = ledger.log().range(0, 100).await.expect("a read");
    assert_eq!(archived, events.iter().map(Row::from).collect::<Vec<_>>());

    // Another database, or one restored to an earlier day, is told apart.
    let other = common::ledger().await;
    let archive = open_after(folder.path()).await;
    archive.continued_by(&ledger.log()).await.expect("its own");
    assert_eq!(corrupt_at(archive.continued_by(&other.log()).await), Some(expected - 1));
}

#[tokio::test]
async fn files_that_cannot_be_written_are_tried_again() {
    let ledger = common::ledger().await;
    let appender = ledger.appender().await;
    let folder = tempfile::tempdir().expect("a folder");
    // A folder in the place of the first segment: that stops even root.
    let segment = folder.path().join(format!("{:020}.jsonl", 0));
    let archive = Archive::open(folder.path()).expect("an archive");
    std::fs::create_dir(&segment).expect("in the way");
    let following = tokio::spawn(follow(archive, ledger.log(), appender.sizes()));
    appender.append(common::fresh()).await.expect("appended");
    tokio::time::sleep(Duration::from_millis(500)).await;
    std::fs::remove_dir(&segment).expect("out of the way");
    let began = std::time::Instant::now();
    while !std::fs::read(&segment).is_ok_and(|bytes| bytes.ends_with(b"\n")) {
        assert!(began.elapsed() < Duration::from_secs(10), "it is not tried again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    following.abort();
}
