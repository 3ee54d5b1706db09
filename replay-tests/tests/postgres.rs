//! The model against the real one: the same units go to the ledger in memory and, through the door, to PostgreSQL.
//! Every answer must be the same, position by position.

mod live;

use domain::refusal::Code;
use live::Live;
use replay_tests::world::{AREA, Person, Wish, World, device_profile, institution_profile};
use serde_json::json;
use signing::envelope::Unit;
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

    /// Plays what the world did alone into the ledger.
    async fn catch_up(&mut self) {
        self.live.replay(&self.world).await;
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
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut draw = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % below as u64) as usize
        };
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
