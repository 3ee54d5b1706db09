//! Old copies of the data folder, of the database, of the anchor: the service must not go on as if nothing were lost.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::load::Officer;
use crate::site::{PATIENCE, Site, copy};

/// Appends devices and waits until all is published; the size.
async fn add(site: &Site, devices: usize) -> u64 {
    let officer = Officer::of(site);
    for _ in 0..devices {
        officer.insist(&officer.unit()).await;
    }
    let began = Instant::now();
    loop {
        let status = site.json(&["status", "--json"]);
        if status["size"] == status["events"] {
            return status["size"].as_u64().expect("a size");
        }
        assert!(began.elapsed() < PATIENCE, "not published: {status}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// [`add`] by a service that is stopped again; the size then published, with what the desk said of itself meanwhile.
async fn grow(site: &Site, devices: usize) -> u64 {
    let service = site.serve();
    add(site, devices).await;
    service.stop();
    site.json(&["status", "--json"])["size"].as_u64().expect("a size")
}

fn put(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    copy(from, to);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_copies_are_refused_with_a_sentence_that_says_what_to_do() {
    let site = Site::new();
    let kept = site.data().with_file_name("kept");
    let keep = |name: &str| kept.join(name);
    std::fs::create_dir(&kept).expect("a folder");

    let old = grow(&site, 3).await;
    copy(&site.data(), &keep("old-data"));
    copy(&site.anchor(), &keep("old-anchor"));
    let new = grow(&site, 3).await;
    copy(&site.data(), &keep("new-data"));
    copy(&site.anchor(), &keep("new-anchor"));
    assert!(new > old);

    // The data folder alone is put back: the anchor remembers more.
    put(&keep("old-data"), &site.data());
    let said = site.refuses_to_serve();
    assert!(said.contains("older copy of the database") && said.contains(&new.to_string()), "{said}");

    // Taking the anchor away does not help.
    std::fs::remove_dir_all(site.anchor()).expect("removed");
    let said = site.refuses_to_serve();
    assert!(said.contains("anchor is missing") && said.contains(&old.to_string()), "{said}");

    // Data folder and anchor are of one age, so nothing can be known; but the real anchor comes back while it serves.
    put(&keep("old-anchor"), &site.anchor());
    let service = site.serve();
    while add(&site, 3).await <= new {}
    // In one step, as its owner would: a moment without an anchor is another fault.
    let mut files = std::fs::read_dir(keep("new-anchor")).expect("a folder").map(|file| file.expect("a file").path());
    let anchor = files.find(|file| file.extension().is_some_and(|end| end == "anchor")).expect("an anchor");
    let beside = site.anchor().join("beside");
    std::fs::copy(&anchor, &beside).expect("copied");
    std::fs::rename(&beside, site.anchor().join(anchor.file_name().expect("a name"))).expect("put back");
    let officer = Officer::of(&site);
    officer.insist(&officer.unit()).await;
    let (code, said) = service.ends();
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("does not continue the published one"), "{said}");
    let said = site.refuses_to_serve();
    assert!(said.contains("does not continue the published one"), "{said}");

    // The database alone is put back, with an anchor of its age: the archive remembers more.
    put(&keep("new-data"), &site.data());
    put(&keep("old-data").join("pg"), &site.data().join("pg"));
    put(&keep("old-anchor"), &site.anchor());
    let said = site.refuses_to_serve();
    assert!(said.contains("behind its archive"), "{said}");

    put(&keep("new-data"), &site.data());
    put(&keep("new-anchor"), &site.anchor());
    grow(&site, 1).await;
    site.verify();
}
