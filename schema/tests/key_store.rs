//! Keys of subjects: made once, destroyed once, told apart from unknown; and the exact bytes at rest.

use schema::key_store::{KeyState, KeyStore};
use schema::openings::{Opened, open, plaintext, read, seal};
use schema::sealed_box::{Place, seal_box, unbox};
use schema::{NewOpening, StoredOpening};
use signing::bytes::LedgerId;
use signing::envelope::{Opening, Subject};
use signing::json::Value;
use uuid::Uuid;

const LEDGER: LedgerId = LedgerId([0x11; 16]);

fn opening(subject: Uuid, text: &str) -> Opening {
    Opening {
        pointer: "/data/name".to_owned(),
        subject: Subject { kind: "person".into(), id: subject },
        salt: std::array::from_fn(|at| u8::try_from(at).expect("32")),
        value: Value::Text(text.into()),
    }
}

fn stored(event_id: Uuid, new: NewOpening) -> StoredOpening {
    StoredOpening {
        event_id,
        pointer: new.pointer,
        subject_kind: new.subject_kind,
        subject: new.subject,
        generation: new.generation,
        sealed_box: new.sealed_box,
    }
}

fn hex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal");
    (0..text.len()).step_by(2).map(digit).collect()
}

/// Computed by another implementation (the AESGCMSIV of Python's `cryptography`, over OpenSSL) from the text of
/// the wire format.
#[test]
fn bytes_at_rest_are_those_of_the_wire_format() {
    let event = Uuid::parse_str("00000000-0000-4000-8000-000000000001").expect("an id");
    let subject = Uuid::parse_str("00000000-0000-4000-8000-000000000002").expect("an id");
    let opening = opening(subject, "张三");
    let plain = plaintext(&opening.salt, &opening.value);
    assert_eq!(
        plain.as_slice(),
        hex("00000020000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f0000000822e5bca0e4b88922\
             00000000000000000000000000000000")
    );
    let aad = Place::new(LEDGER, (event, "/data/name"), ("person", subject)).associated_data();
    assert_eq!(
        aad,
        hex("000000101111111111111111111111111111111100000010000000000000400080000000000000010000000a2f646174612f6e61\
             6d6500000006706572736f6e000000100000000000004000800000000000000200000001")
    );
    let sealed_box = seal_box(&[7; 32], &[9; 12], &plain, &aad);
    assert_eq!(
        sealed_box,
        hex(
            "01090909090909090909090909857cc6f543311c5080f90b3bdb4a7c0dff7d064301590535029cdea583db33fa7732ea2936009a05\
             3632a6848a17bcf1e88d4704f94884ac3f93a966ba71a5548946ac77492c1765e437b55cc35f6741"
        )
    );
    assert_eq!(unbox(&[7; 32], &sealed_box, &aad).and_then(|plain| read(&plain)), Some((opening.salt, opening.value)));
    // Every byte counts: of the box and of what it is bound to.
    for at in 0..sealed_box.len() {
        let mut other = sealed_box.clone();
        other[at] ^= 1;
        assert_eq!(unbox(&[7; 32], &other, &aad).and_then(|plain| read(&plain)), None, "byte {at} of the box");
    }
    for at in 0..aad.len() {
        let mut other = aad.clone();
        other[at] ^= 1;
        assert_eq!(
            unbox(&[7; 32], &sealed_box, &other).and_then(|plain| read(&plain)),
            None,
            "byte {at} of the associated data"
        );
    }
}

#[test]
fn lengths_tell_little() {
    let boxes =
        ["", "李", "欧阳修远", "0123456789abcdef0123"].map(|text| plaintext(&[0; 32], &Value::Text(text.into())).len());
    assert_eq!(boxes, [64, 64, 64, 64]);
    assert_eq!(plaintext(&[0; 32], &Value::Text("x".repeat(40).into())).len(), 128);
}

#[tokio::test]
async fn known_erased_and_unknown_are_three_states() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = KeyStore::open(folder.path()).expect("a new store");
    let (kept, erased, unknown) = (Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4());
    let person = |id: Uuid| ("person".to_owned(), id);
    keys.ensure(vec![person(kept), person(erased)]).await.expect("keys");
    let event = Uuid::new_v4();
    let of_kept = stored(event, seal(&keys, LEDGER, event, &opening(kept, "张三")).expect("sealed"));
    let of_erased = stored(event, seal(&keys, LEDGER, event, &opening(erased, "李四")).expect("sealed"));
    let open_text = |keys: &KeyStore, stored: &StoredOpening| match open(keys, LEDGER, stored).expect("a store") {
        Opened::Open { value: Value::Text(text), .. } => text.to_string(),
        other => format!("{other:?}"),
    };
    assert_eq!(open_text(&keys, &of_kept), "张三");
    assert_eq!(open_text(&keys, &of_erased), "李四");
    assert!(seal(&keys, LEDGER, event, &opening(unknown, "王五")).is_err(), "nothing is sealed without a key");

    keys.erase("person", erased).expect("erased");
    keys.erase("person", erased).expect("twice is once");
    keys.ensure(vec![person(erased), person(kept)]).await.expect("a tombstone is left alone");
    assert_eq!(open_text(&keys, &of_erased), "Erased");
    assert!(
        seal(&keys, LEDGER, event, &opening(erased, "李四")).is_err(),
        "nothing more is sealed for an erased subject"
    );
    drop(keys);

    // The states, and what was sealed, outlive the process; a key made twice would not open it.
    let keys = reopen(folder.path());
    keys.ensure(vec![person(kept)]).await.expect("it is there");
    assert_eq!(open_text(&keys, &of_kept), "张三");
    assert_eq!(open_text(&keys, &of_erased), "Erased");
    let of_unknown = StoredOpening { subject: unknown, ..of_kept.clone() };
    assert_eq!(open_text(&keys, &of_unknown), "Unavailable");
    // An opening that was moved to another event or place does not open, and is not taken for erased.
    assert_eq!(open_text(&keys, &StoredOpening { event_id: Uuid::new_v4(), ..of_kept.clone() }), "Unavailable");
    assert_eq!(
        open_text(&keys, &StoredOpening { pointer: "/data/phone".to_owned(), ..of_kept.clone() }),
        "Unavailable"
    );
    assert_eq!(open_text(&keys, &StoredOpening { generation: 2, ..of_kept.clone() }), "Unavailable");
    drop(keys);

    // The whole store lost: unavailable, never erased.
    std::fs::remove_file(folder.path().join("subjects.redb")).expect("lost");
    let keys = reopen(folder.path());
    assert_eq!(open_text(&keys, &of_kept), "Unavailable");
    assert_eq!(open_text(&keys, &of_erased), "Unavailable");
}

#[tokio::test]
async fn an_erased_key_is_nowhere_on_the_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("subjects.redb");
    let keys = KeyStore::open(folder.path()).expect("a new store");
    let ids: Vec<Uuid> = (0..200).map(|_| Uuid::new_v4()).collect();
    keys.ensure(ids.iter().map(|id| ("person".to_owned(), *id)).collect()).await.expect("keys");
    // The wrapped key as it lies in the file, right behind its name.
    let name = format!("person/{}/1", ids[100]);
    let before = std::fs::read(&path).expect("the file");
    let inode = std::fs::File::open(&path).expect("the old file, kept open to look at it later");
    assert!(contains(&before, name.as_bytes()), "the test looks at the right bytes");
    keys.erase("person", ids[100]).expect("erased");
    assert!(!contains(&std::fs::read(&path).expect("the file"), name.as_bytes()), "in the present file");
    let mut old = Vec::new();
    std::io::Read::read_to_end(&mut &inode, &mut old).expect("the old file");
    assert!(old.iter().all(|&byte| byte == 0), "in the blocks of the file that it replaced");
    for id in ids.iter().filter(|id| **id != ids[100]) {
        assert!(matches!(keys.key("person", *id), Ok(KeyState::Known(_))), "the others stay");
    }
    assert!(matches!(keys.key("person", ids[100]), Ok(KeyState::Erased)));
}

#[tokio::test]
async fn a_wrong_key_encryption_key_is_refused_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(KeyStore::open(folder.path()).expect("a new store"));
    let kek = folder.path().join("kek");
    let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&kek).expect("the key's file"));
    assert_eq!(mode & 0o777, 0o600);
    std::fs::write(&kek, signing::bytes::b64(&[8; 32])).expect("another key");
    let refused = retry(folder.path()).err().expect("refused").to_string();
    assert!(refused.contains("key-encryption key"), "{refused}");
    std::fs::write(&kek, "short").expect("no key");
    assert!(retry(folder.path()).is_err());
}

#[tokio::test]
async fn many_ask_for_the_same_key_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = KeyStore::open(folder.path()).expect("a new store");
    let id = Uuid::new_v4();
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let keys = keys.clone();
            tokio::spawn(async move {
                keys.ensure(vec![("person".to_owned(), id)]).await.expect("a key");
                match keys.key("person", id).expect("a store") {
                    KeyState::Known(key) => key.to_vec(),
                    _ => panic!("no key"),
                }
            })
        })
        .collect();
    let mut seen = std::collections::HashSet::new();
    for task in tasks {
        seen.insert(task.await.expect("a task"));
    }
    assert_eq!(seen.len(), 1, "one subject, one key");
}

fn contains(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|window| window == needle)
}

/// The writer's thread closes the file a moment after the last handle is dropped.
fn retry(folder: &std::path::Path) -> Result<KeyStore, schema::Error> {
    let mut last = KeyStore::open(folder);
    for _ in 0..100 {
        match &last {
            Err(error) if error.to_string().contains("Another process uses") => {
                std::thread::sleep(std::time::Duration::from_millis(20));
                last = KeyStore::open(folder);
            }
            _ => break,
        }
    }
    last
}

fn reopen(folder: &std::path::Path) -> KeyStore {
    retry(folder).unwrap_or_else(|error| panic!("{error}"))
}

/// A file that failed once is opened again: a full disk that has room again needs no restart.
#[tokio::test]
async fn a_full_disk_refuses_new_keys_until_there_is_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let mount = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=12m", "tmpfs"])
        .arg(folder.path())
        .output();
    if !mount.is_ok_and(|mount| mount.status.success()) {
        println!("!!! SKIPPED: no file system can be mounted here, so a full disk was NOT tried");
        return;
    }
    let store = KeyStore::open(folder.path()).expect("a store");
    let (known, ballast) = (Uuid::new_v4(), folder.path().join("ballast"));
    store.ensure(vec![("person".to_owned(), known)]).await.expect("there is room");
    let _ = std::fs::write(&ballast, vec![0; 16 << 20]);
    let many = || (0..4_000).map(|_| ("person".to_owned(), Uuid::new_v4())).collect::<Vec<_>>();
    let mut tries = 0;
    while store.ensure(many()).await.is_ok() {
        tries += 1;
        assert!(tries < 100, "the disk is never full");
    }
    store.ensure(many()).await.expect_err("still full");
    std::fs::remove_file(&ballast).expect("room again");
    let (file, away) = (folder.path().join("subjects.redb"), folder.path().join("away"));
    std::fs::rename(&file, &away).expect("moved away");
    store.ensure(many()).await.expect_err("the store is gone");
    assert!(!file.exists(), "an empty store must not take its place");
    std::fs::rename(&away, &file).expect("put back");
    let new = Uuid::new_v4();
    store.ensure(vec![("person".to_owned(), new)]).await.expect("it goes on");
    for subject in [known, new] {
        assert!(matches!(store.key("person", subject), Ok(KeyState::Known(_))));
    }
    drop(store);
    let _ = std::process::Command::new("umount").arg("-l").arg(folder.path()).status();
}
