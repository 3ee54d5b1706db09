//! Attached files in an S3 bucket: the store, and the executable on it, against an S3 server on loopback (`s3s-fs`,
//! which keeps a bucket as a folder and checks every signature).

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use object_store::aws::AmazonS3Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use schema::Error;
use schema::files::{FileStore, Found, NewFile};
use schema::key_store::KeyStore;
use serde_json::Value as Json;
use signing::bytes::LedgerId;
use support::{radledger, run};
use tokio::net::TcpListener;
use uuid::Uuid;

const ACCESS: &str = "demonstration";
const SECRET: &str = "a secret of this test";
const URL: &str = "s3://city/attached/files";

/// A server with one bucket, `city`, which is gone with its handle.
struct Bucket {
    address: String,
    folder: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
}

impl Bucket {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("city")).expect("a bucket");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).expect("a store"));
        service.set_auth(SimpleAuth::from_single(ACCESS, SECRET));
        let service = service.build();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        runtime.spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    // Whoever hangs up has what he wanted.
                    let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        Self { address, folder, runtime }
    }

    /// Objects in it whose names begin so.
    fn objects(&self, prefix: &str) -> Vec<PathBuf> {
        fn below(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.expect("an entry").path();
                if path.is_dir() { below(&path, found) } else { found.push(path) }
            }
        }
        let mut found = Vec::new();
        below(&self.folder.path().join("city").join(prefix), &mut found);
        found.sort();
        found
    }

    fn store(&self, folder: &Path, secret: &str) -> FileStore {
        let keys = KeyStore::open(folder).expect("a key store");
        let access = AmazonS3Builder::new().with_endpoint(&self.address).with_allow_http(true);
        let access = access.with_region("local").with_access_key_id(ACCESS).with_secret_access_key(secret);
        FileStore::bucket_of(access, URL, keys, LedgerId([7; 16])).expect("a store")
    }

    /// The executable with its files in this bucket.
    fn radledger(&self, data: &Path, secret: &str) -> Command {
        let mut command = radledger(data);
        command.env("AWS_ENDPOINT", &self.address).env("AWS_ALLOW_HTTP", "true").env("AWS_REGION", "local");
        command.env("AWS_ACCESS_KEY_ID", ACCESS).env("AWS_SECRET_ACCESS_KEY", secret).env("RADLEDGER_FILES", URL);
        command
    }
}

fn file(id: u128, person: Option<u128>, content: &[u8]) -> NewFile {
    NewFile {
        id: Uuid::from_u128(id),
        person: person.map(Uuid::from_u128),
        media: domain::file_codes::MediaType::Pdf,
        name: "示范 报告.pdf".into(),
        account: Uuid::from_u128(9),
        at: 1_000,
        content: content.to_vec().into(),
    }
}

#[test]
fn a_bucket_keeps_files_as_a_folder_does() {
    let bucket = Bucket::start();
    let keys = tempfile::tempdir().expect("a folder");
    let store = bucket.store(keys.path(), SECRET);
    let large: Vec<u8> = (0..3 << 20).map(|at: u32| (at / 7) as u8).collect();
    bucket.runtime.block_on(async {
        for (id, person) in [(1, None), (2, Some(5))] {
            let id_of = Uuid::from_u128(id);
            assert!(matches!(store.get(id_of).await, Ok(Found::Absent)));
            assert!(store.put(file(id, person, &large)).await.expect("stored"));
            assert!(store.put(file(id, person, &large)).await.expect("stored"), "the same again");
            assert!(!store.put(file(id, person, b"%PDF-1.7 two")).await.expect("answered"), "another one");
            let Found::Here((head, content)) = store.get(id_of).await.expect("read") else { panic!("gone") };
            assert!(content.as_ref() == large, "file {id} as it was sent");
            assert_eq!((head.name.as_str(), head.person), ("示范 报告.pdf", person.map(Uuid::from_u128)));
        }
    });
    assert_eq!(bucket.objects("attached/files").len(), 4, "a head and a body each, below the prefix");
    bucket.runtime.block_on(async {
        for id in [1, 2] {
            store.remove(Uuid::from_u128(id)).await.expect("removed");
            store.remove(Uuid::from_u128(id)).await.expect("twice is nothing");
            assert!(matches!(store.head(Uuid::from_u128(id)).await, Ok(Found::Absent)));
        }
    });
    assert!(bucket.objects("").is_empty(), "{:?}", bucket.objects(""));
}

#[test]
fn a_bucket_that_turns_us_away_says_so() {
    let bucket = Bucket::start();
    let keys = tempfile::tempdir().expect("a folder");
    let store = bucket.store(keys.path(), "another secret");
    let said = |error: Error| match error {
        Error::Unavailable(said) => said,
        other => panic!("{other:?}"),
    };
    let (put, get) = bucket
        .runtime
        .block_on(async { (store.put(file(1, None, b"%PDF-1.7 one")).await, store.get(Uuid::from_u128(1)).await) });
    for error in [put.expect_err("no access"), get.expect_err("no access")] {
        let said = said(error);
        assert!(said.contains("AWS_SECRET_ACCESS_KEY") && !said.contains("another secret"), "{said}");
    }
    assert!(bucket.objects("").is_empty());
    // A server that is gone is an error in time, never a file that is absent.
    let Bucket { address, .. } = &bucket;
    let nobody = Bucket { address: address.replace("127.0.0.1", "127.0.0.2"), ..bucket };
    let keys = tempfile::tempdir().expect("a folder");
    let store = nobody.store(keys.path(), SECRET);
    let began = std::time::Instant::now();
    let gone = nobody.runtime.block_on(store.get(Uuid::from_u128(1)));
    assert!(matches!(gone, Err(Error::Unavailable(_))));
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[test]
fn the_executable_audits_what_lies_in_a_bucket() {
    let bucket = Bucket::start();
    let open = fs::Permissions::from_mode(0o755);
    let place = tempfile::Builder::new().prefix("radledger-bucket-").permissions(open).tempdir().expect("a folder");
    let data = place.path().join("data");
    let arguments = ["seed", "--seed", "3", "--end", "2026-11-25", "--events", "600"];
    let refused = run(bucket.radledger(&place.path().join("other"), "another secret").args(arguments));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(2) && said.contains("AWS_SECRET_ACCESS_KEY"), "{:?} {said}", refused.status);

    let seeded = run(bucket.radledger(&data, SECRET).args(arguments));
    assert_eq!(seeded.status.code(), Some(0), "{}", String::from_utf8_lossy(&seeded.stderr));
    assert!(!data.join("files").exists(), "nothing lies beside the ledger");
    let verify = || {
        let verified = run(bucket.radledger(&data, SECRET).args(["verify", "--json"]));
        let told: Json = serde_json::from_slice(&verified.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&verified.stderr)));
        (verified.status.code(), told.to_string())
    };
    let (code, told) = verify();
    assert_eq!(code, Some(0), "{told}");

    // One byte of a file; then that is mended, and a file is gone, the same or another one.
    let body = bucket.objects("attached/files/bodies").remove(0);
    let whole = fs::read(&body).expect("a body");
    let mut changed = whole.clone();
    *changed.last_mut().expect("a byte") ^= 1;
    fs::write(&body, changed).expect("written");
    let (code, told) = verify();
    assert_eq!((code, told.matches("other bytes than were stored").count()), (Some(1), 1), "{told}");
    fs::write(&body, whole).expect("written");
    let head = bucket.objects("attached/files/heads").remove(0);
    fs::remove_file(head).expect("removed");
    let (code, told) = verify();
    assert_eq!((code, told.matches("none is kept").count()), (Some(1), 1), "{told}");
}
