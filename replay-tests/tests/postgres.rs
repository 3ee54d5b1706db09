//! The model against the real one: the same units go to the ledger in memory and, through the door, to PostgreSQL.
//! Every answer must be the same, position by position.

mod live;

use domain::refusal::Code;
use live::Live;
use replay_tests::scene::Scene;
use replay_tests::world::{
    AREA, County, Person, Wish, World, device_profile, dose_report, dose_result, employment, institution_profile,
    resident_no, worker,
};
use serde_json::json;
use signing::envelope::Unit;
use signing::statement::{EventRef, RecordRef};
use uuid::Uuid;

struct Both {
    world: World,
    live: Live,
}

impl Both {
    /// Submits to both and compares.
    async fn submit(&mut self, unit: &Unit) -> Result<u64, Code> {
        self.live.set_now(self.world.now);
        let real = self.live.door.submit(&unit.to_json()).await;
        let model = self.world.submit(unit);
        match (model, real) {
            (Ok(admitted), Ok(receipts)) => {
                let first = receipts[0].position;
                let rows = &self.world.rows[first as usize..];
                assert_eq!(rows.len(), admitted.events.len(), "the model appended at the same position");
                assert_eq!(receipts.len(), admitted.signed);
                for (receipt, row) in receipts.iter().zip(rows) {
                    assert_eq!((receipt.position, receipt.recorded_at), (row.position, row.recorded_at));
                }
                Ok(first)
            }
            (Err(model), Err(real)) => {
                let real = real.refusal().expect("a refusal, not a fault");
                assert_eq!((model.code, model.index, model.rule), (real.code, real.index, real.rule));
                assert_eq!(model.position, real.position);
                assert_eq!(model.head, real.head);
                Err(real.code)
            }
            (model, real) => panic!("the model says {model:?}, the ledger {real:?}"),
        }
    }

    async fn act(&mut self, who: &Person, wishes: &[Wish]) -> Result<u64, Code> {
        let unit = self.world.sign(who, wishes).map_err(|refusal| refusal.code)?;
        self.submit(&unit).await
    }

    /// The first event of a record, if it was admitted.
    fn first(&self, kind: &str, id: Uuid) -> Option<EventRef> {
        let entry = self.world.memory.record(&RecordRef { kind: kind.into(), id })?;
        Some(EventRef { event: entry.marks[0].id, hash: entry.marks[0].hash })
    }

    /// Plays what the world did alone into the ledger.
    async fn catch_up(&mut self) {
        self.live.replay(&self.world).await;
    }
}

/// Numbers below a bound, from a seed.
fn drawing(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    }
}

fn settle(world: &mut World, city: &[Person]) -> (Vec<Person>, Vec<Uuid>, Person) {
    let admin = world.enrol(&city[0], &city[1], "C", "C_ADMIN", None, Some(AREA));
    let supervisor = world.enrol(&admin, &city[0], "C", "C_SUP", None, Some(AREA));
    let approver = world.enrol(&admin, &city[0], "C", "C_APPR", None, Some(AREA));
    let mut officers = Vec::new();
    let mut institutions = Vec::new();
    for (code, name) in
        [("12511500451600013C", "甲医院"), ("92511502MA6A00015U", "乙诊所"), ("12511523000000019U", "丙卫生院")]
    {
        let institution = world.id();
        world
            .act(&supervisor, Wish::new("institution.registered", institution, institution_profile(code, name)))
            .expect("registered");
        world.act(&approver, Wish::new("institution.approved", institution, json!({}))).expect("approved");
        let unit_admin = world.enrol(&admin, &city[0], "I", "I_ADMIN", Some(institution), Some(AREA));
        officers.push(world.enrol(&unit_admin, &admin, "I", "I_RPO", Some(institution), Some(AREA)));
        institutions.push(institution);
    }
    (officers, institutions, approver)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_histories_have_the_same_answers() {
    for seed in 1..=3_u64 {
        let (mut world, city) = World::founded(seed);
        let (officers, institutions, approver) = settle(&mut world, &city);
        let live = Live::new(&world).await;
        let mut both = Both { world, live };
        both.catch_up().await;
        let mut devices: Vec<(Uuid, usize)> = Vec::new();
        let mut kept: Vec<Unit> = Vec::new();
        let mut answers = std::collections::BTreeMap::<String, u32>::new();
        let mut draw = drawing(seed);
        for step in 0..150 {
            let today = both.world.today();
            let who = draw(officers.len());
            let officer = officers[who].clone();
            let answer = match draw(12) {
                0..=2 => {
                    let device = both.world.id();
                    devices.push((device, who));
                    // Numbers from a small pool, so that they collide.
                    let number = draw(25) as u32;
                    both.act(
                        &officer,
                        &[Wish::new("device.registered", device, device_profile(institutions[draw(3)], number))],
                    )
                    .await
                }
                3..=6 if !devices.is_empty() => {
                    let (device, owner) = devices[draw(devices.len())];
                    let to = ["IN_USE", "STANDBY", "REPAIR", "OUT_OF_SERVICE"][draw(4)];
                    let wish = Wish::new("device.state_changed", device, json!({"to": to, "why": "OTHER"})).on(&today);
                    both.act(&officers[if draw(5) == 0 { who } else { owner }].clone(), &[wish]).await
                }
                7 if !devices.is_empty() => {
                    let (device, owner) = devices[draw(devices.len())];
                    both.act(
                        &officers[owner].clone(),
                        &[Wish::new("device.put_in_use", device, json!({"legacy": true})).on(&today)],
                    )
                    .await
                }
                8 => {
                    let device = both.world.id();
                    devices.push((device, who));
                    let wishes = [
                        Wish::new("device.registered", device, device_profile(institutions[who], 1000 + step)),
                        Wish::new("device.installed", device, json!({"location": "新址"})).on(&today),
                        Wish::new("device.state_changed", device, json!({"to": "STANDBY", "why": "OTHER"})).on(&today),
                    ];
                    both.act(&officer, &wishes).await
                }
                9 => {
                    let party = both.world.id();
                    let data = json!({"post": "CONTACT", "party": {"kind": "party", "id": party}, "name": "示范人", "phone": "13900000000"});
                    both.act(
                        &officer,
                        &[Wish::new("institution.officer_appointed", institutions[who], data).on(&today)],
                    )
                    .await
                }
                10 => {
                    let set = json!({"set": {"short_name": format!("简称{}", draw(3))}});
                    both.act(&officer, &[Wish::new("institution.changed", institutions[who], set).on(&today)]).await
                }
                _ => {
                    // An old unit again: the first receipts, whatever has happened since.
                    if let Some(unit) = kept.get(draw(kept.len().max(1))) {
                        let known = both.live.door.submit(&unit.to_json()).await.expect("known");
                        assert!(known[0].position < both.world.memory.size());
                    }
                    let unit = both
                        .world
                        .sign(&approver, &[Wish::new("institution.closed", institutions[2], json!({})).on(&today)])
                        .expect("signed");
                    let answer = if draw(6) == 0 { both.submit(&unit).await } else { Ok(0) };
                    if answer.is_ok() && both.world.memory.size() > 0 {
                        kept.push(unit);
                        kept.retain(|unit| both.world.openings.contains_key(&live::event_id(unit)));
                    }
                    answer
                }
            };
            let word = answer.map_or_else(|code| code.as_str().to_owned(), |_| "ok".to_owned());
            *answers.entry(word).or_default() += 1;
        }
        assert!(answers.len() >= 4, "the history is worth playing: {answers:?}");
        both.live.compare_rows(&both.world).await;
    }
}

/// Workers of a hospital and what a laboratory reports of them, as far as a random history has come.
#[derive(Clone, Default)]
struct Workers {
    persons: Vec<Uuid>,
    /// Worker and post.
    posts: Vec<[Uuid; 2]>,
    /// Dosimeter and worker.
    dosimeters: Vec<[Uuid; 2]>,
    results: Vec<Uuid>,
    licences: Vec<Uuid>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_histories_of_workers_have_the_same_answers() {
    for seed in 1..=3_u64 {
        let Scene { county, signatory, laboratory, contract, who, .. } = Scene::new(seed);
        let County { world, officer, approver, institution, .. } = county;
        let live = Live::new(&world).await;
        let mut both = Both { world, live };
        both.catch_up().await;
        let mut known = Workers { persons: vec![who[0]], posts: vec![who], ..Workers::default() };
        let mut kept: Vec<Unit> = Vec::new();
        let mut answers = std::collections::BTreeMap::<String, u32>::new();
        let mut draw = drawing(seed);
        for step in 0..200_u32 {
            let (today, id, before) = (both.world.today(), both.world.id(), known.clone());
            let one = |of: &[&'static str], at: usize| of[at % of.len()];
            let (by, wishes) = match draw(16) {
                0 | 1 => {
                    known.persons.push(id);
                    (&officer, vec![Wish::new("person.registered", id, worker(institution, draw(20) as u32))])
                }
                2 => {
                    let person = known.persons[draw(known.persons.len())];
                    let right = json!({"resident_no": resident_no(draw(20) as u32)});
                    let Some(registered) = both.first("person", person) else { continue };
                    (&officer, vec![Wish::new("person.corrected", person, right).correcting(registered)])
                }
                3 | 4 => {
                    let person = known.persons[draw(known.persons.len())];
                    known.posts.push([person, id]);
                    let data = employment(person, institution, draw(20) as u32, "2A");
                    (&officer, vec![Wish::new("employment.planned", id, data)])
                }
                5 | 6 => {
                    let [_, post] = known.posts[draw(known.posts.len())];
                    let (event_type, data) = match draw(5) {
                        0..=2 => ("employment.activated", json!({"legacy": draw(4) > 0})),
                        3 => ("employment.suspended", json!({"reason": "STUDY"})),
                        _ => ("employment.resumed", json!({})),
                    };
                    let day = one(&["2019-01-01", "2021-04-15"], draw(2));
                    (&officer, vec![Wish::new(event_type, post, data).on(day)])
                }
                7 => {
                    let [person, post] = known.posts[draw(known.posts.len())];
                    known.dosimeters.push([id, person]);
                    let issue = json!({
                        "contract": contract, "institution": institution, "laboratory": laboratory,
                        "person": {"kind": "person", "id": person}, "employment": post, "position": "CH", "kind": "TLD",
                        "number": format!("T{}", draw(6)),
                    });
                    (&officer, vec![Wish::new("dosimeter.issued", id, issue).on(&today)])
                }
                8 if !known.dosimeters.is_empty() => {
                    let [dosimeter, person] = known.dosimeters[draw(known.dosimeters.len())];
                    let lost = json!({"person": {"kind": "person", "id": person}, "circumstances": "示范情况说明"});
                    let wish = match draw(2) {
                        0 => Wish::new("dosimeter.returned", dosimeter, json!({})),
                        _ => Wish::new("dosimeter.lost", dosimeter, lost),
                    };
                    (&officer, vec![wish.on(&today)])
                }
                9..=12 => {
                    // A report and its results in one unit: sound ones, and ones that overlap or do not agree.
                    let period = [["2021-01-01", "2021-03-31"], ["2021-04-01", "2021-06-30"]][draw(2)];
                    let number = format!("R{}", draw(150));
                    let header = dose_report(contract, laboratory, &number, period, &today);
                    let mut wishes = vec![Wish::new("dose_report.issued", id, header)];
                    for line in 0..=draw(3) as u32 {
                        let result = both.world.id();
                        let [person, post] = known.posts[draw(known.posts.len())];
                        let mut data = dose_result(id, line + 1, [person, post], period, 100 * draw(9_000) as i64);
                        data["position"] = json!(one(&["CH", "WR", "RG"], draw(3)));
                        known.results.push(result);
                        wishes.push(Wish::new("dose_result.reported", result, data));
                    }
                    (&signatory, wishes)
                }
                13 if !known.results.is_empty() => {
                    let result = known.results[draw(known.results.len())];
                    let Some(reported) = both.first("dose_result", result) else { continue };
                    let set = match draw(4) {
                        0 => json!({"set": {"flag": "REJECTED"}, "clear": ["effective_nsv", "hp10_nsv", "method"]}),
                        1 => json!({"set": {"dose_year": 2020 + draw(3)}}),
                        _ => json!({"set": {"hp10_nsv": 350_000, "effective_nsv": 350_000 + 400 * draw(3)}}),
                    };
                    (&signatory, vec![Wish::new("dose_result.corrected", result, set).correcting(reported)])
                }
                14 => {
                    known.licences.push(id);
                    let profile = json!({
                        "institution": institution, "type": "LIC", "number": format!("示范放证字（2020）第{:04}号", draw(8)),
                        "authority": "COUNTY", "issuer": "示范卫生健康局",
                        "classes": [{"class": one(&["XR", "IR"], usize::from(draw(4) == 0)), "items": ["XR-1"]}],
                        "issued_on": "2020-03-15", "verify_due_on": "2021-03-15",
                    });
                    (&approver, vec![Wish::new("licence.issued", id, profile)])
                }
                _ if !known.licences.is_empty() => {
                    let licence = known.licences[draw(known.licences.len())];
                    let decision = json!({"decision_no": format!("决定{step}")});
                    let next = format!("20{}-03-15", 22 + draw(12));
                    let wish = match draw(3) {
                        0 => Wish::new("licence.verified", licence, json!({"result": "PASSED", "next_due_on": next})),
                        1 => Wish::new("licence.suspended", licence, decision),
                        _ => Wish::new("licence.resumed", licence, decision),
                    };
                    (&approver, vec![wish.on(&today)])
                }
                _ => continue,
            };
            let answer = match both.world.sign(by, &wishes) {
                Ok(unit) => {
                    let answer = both.submit(&unit).await;
                    if answer.is_ok() {
                        kept.push(unit);
                    }
                    // An old unit again: the first receipts, whatever has happened since.
                    let old = &kept.get(draw(kept.len().max(1)));
                    if let Some(unit) = old.filter(|_| draw(5) == 0) {
                        let known = both.live.door.submit(&unit.to_json()).await.expect("known");
                        assert!(known[0].position < both.world.memory.size());
                    }
                    answer
                }
                Err(refusal) => Err(refusal.code),
            };
            if answer.is_err() {
                known = before;
            }
            let of = wishes[wishes.len() - 1].event_type;
            let word = answer.map_or_else(|code| code.as_str().to_owned(), |_| format!("{of} is taken"));
            *answers.entry(word).or_default() += 1;
        }
        for worth in ["refused", "claim_taken", "dose_result.reported is taken", "dose_result.corrected is taken"] {
            assert!(answers.contains_key(worth), "seed {seed}: the history is worth playing: {answers:?}");
        }
        assert!(answers.len() >= 12, "seed {seed}: {answers:?}");
        both.live.compare_rows(&both.world).await;
    }
}
