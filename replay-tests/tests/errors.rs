//! Every refusal: that `docs/errors.md` lists exactly those of the code, and that each can be provoked.
//!
//! The cases go the way of a client: the bytes of a unit are read, verified and judged in a world in memory. `busy` and
//! `read_only` are answers of a node, not verdicts, and are provoked in `faults.rs`.

use std::collections::BTreeMap;

use domain::law::{self, Citation, Instrument};
use domain::refusal::{Code, Refusal};
use replay_tests::world::{AREA, County, Person, Wish, World, device_profile, institution_profile, object, text};
use serde_json::{Value as Json, json};
use signing::bytes::{Hash, b64url};
use signing::envelope::{Envelope, EnvelopeFault, PayloadType, Unit};
use signing::json::canonical_object;
use signing::keys::EnrolmentProof;
use signing::statement::{EventRef, RecordRef};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/errors.md");
const DOMAIN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../domain/src");

// ---- the page ----

/// A rule as its source declares it: id, Chinese, English, citation.
type Declared = (String, String, String, String);

/// The rules of the domain by id, read out of the sources, since the constants are private to their kinds.
fn declared_rules() -> Vec<Declared> {
    let mut rules = Vec::new();
    let folders = [DOMAIN.to_owned(), format!("{DOMAIN}/records")].into_iter().flat_map(std::fs::read_dir);
    let mut files: Vec<_> = folders.flatten().map(|file| file.expect("an entry").path()).collect();
    files.retain(|file| file.is_file());
    files.sort();
    for file in files {
        let source = std::fs::read_to_string(&file).expect("sources are UTF-8");
        // However the lines are broken.
        let source = source.split_whitespace().collect::<Vec<_>>().join(" ");
        let declarations: Vec<&str> = source.split(": Rule = Rule { ").skip(1).collect();
        assert_eq!(
            source.matches(": Rule =").count(),
            declarations.len(),
            "a form of declaration that is not read here"
        );
        for declared in declarations {
            let declared = declared.split(" };").next().unwrap_or_default();
            let after = |name: &str| {
                let (_, rest) = declared.split_once(name).unwrap_or_else(|| panic!("{name} in {}", file.display()));
                rest.to_owned()
            };
            let text = |name: &str| after(name).split('"').next().unwrap_or_default().to_owned();
            rules.push((text("id: \""), text(" zh: \""), text(" en: \""), cited(&after(" citation: "))));
        }
    }
    rules.sort();
    rules
}

/// A citation as people read it, from the expression in the source.
fn cited(expression: &str) -> String {
    let clause = expression.rsplit('"').nth(1).expect("a clause").to_owned();
    let instruments: [(&str, &'static Instrument); 16] = [
        ("HEALTH_EXAMS", &law::HEALTH_EXAMS),
        ("HEALTH_REQUIREMENTS", &law::HEALTH_REQUIREMENTS),
        ("MONITORING", &law::MONITORING),
        ("DIAGNOSTIC_PROTECTION", &law::DIAGNOSTIC_PROTECTION),
        ("MEDICAL_INSTITUTIONS", &law::MEDICAL_INSTITUTIONS),
        ("RADIATION_SAFETY", &law::RADIATION_SAFETY),
        ("LICENSING", &law::LICENSING),
        ("OCCUPATIONAL_DISEASE", &law::OCCUPATIONAL_DISEASE),
        ("BASIC_STANDARDS", &law::BASIC_STANDARDS),
        ("RADIATION_WORKERS", &law::RADIATION_WORKERS),
        ("RADIOLOGY", &law::RADIOLOGY),
        ("PERSONAL_INFORMATION", &law::PERSONAL_INFORMATION),
        ("ELECTRONIC_SIGNATURE", &law::ELECTRONIC_SIGNATURE),
        ("CREDIT_CODE", &law::CREDIT_CODE),
        ("DIVISIONS", &law::DIVISIONS),
        ("product(", &law::PRODUCT),
    ];
    let (_, instrument) = instruments
        .iter()
        .find(|(name, _)| expression.contains(name))
        .unwrap_or_else(|| panic!("an instrument: {expression}"));
    Citation { instrument, clause: clause.leak() }.to_string()
}

/// The rows of the table below a heading: their cells.
fn table(page: &str, heading: &str) -> Vec<Vec<String>> {
    let (_, below) =
        page.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("the page has the heading {heading}"));
    let section = below.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[test]
fn the_page_has_exactly_the_codes_in_their_order() {
    let page = std::fs::read_to_string(PAGE).expect("the page is there");
    let rows = table(&page, "Codes");
    let shown: Vec<String> = rows.iter().map(|row| row[0].clone()).collect();
    let known: Vec<String> = Code::ALL.iter().map(|code| format!("`{}`", code.as_str())).collect();
    assert_eq!(shown, known);
    for (row, code) in rows.iter().zip(Code::ALL) {
        assert_eq!(row.len(), 3, "{row:?}");
        assert!(row[1].starts_with(code.zh()) && row[1].contains(code.en()), "{} says {}", code.as_str(), row[1]);
        let han = row[2].chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c));
        assert!(
            han && row[2].contains(|c: char| c.is_ascii_lowercase()),
            "{}: what to do, in both languages",
            code.as_str()
        );
    }
}

#[test]
fn each_code_has_a_case() {
    let cases = [include_str!("errors.rs"), include_str!("faults.rs")].concat();
    for code in Code::ALL {
        let named = cases.split("Code::").skip(1).any(|rest| {
            let name = rest.split(|c: char| !c.is_ascii_alphanumeric()).next();
            name == Some(format!("{code:?}").as_str())
        });
        assert!(named, "no test provokes {}", code.as_str());
    }
}

#[test]
fn the_page_has_exactly_the_rules_with_their_citations() {
    let known: Vec<Vec<String>> = declared_rules()
        .into_iter()
        .map(|(id, zh, en, citation)| vec![format!("`{id}`"), format!("{zh} {en}"), citation])
        .collect();
    let mut page = std::fs::read_to_string(PAGE).expect("the page is there");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let (before, below) = page.split_once("\n## Rules\n").expect("the page has the heading");
        let head: Vec<&str> = below.lines().take_while(|line| !line.starts_with("| `")).collect();
        let rest: Vec<&str> = below.lines().skip(head.len()).skip_while(|line| line.starts_with("| `")).collect();
        let rows: Vec<String> = known.iter().map(|row| format!("| {} |", row.join(" | "))).collect();
        let rows = rows.iter().map(String::as_str);
        let lines: Vec<&str> = head.into_iter().chain(rows).chain(rest).collect();
        page = format!("{before}\n## Rules\n{}\n", lines.join("\n"));
        std::fs::write(PAGE, &page).expect("the tree is writable");
    }
    let shown: Vec<Vec<String>> = table(&page, "Rules");
    for (shown, known) in shown.iter().zip(&known) {
        assert_eq!(shown, known);
    }
    assert_eq!(shown.len(), known.len());
    let ids: BTreeMap<&String, usize> = known.iter().fold(BTreeMap::new(), |mut seen, row| {
        *seen.entry(&row[0]).or_default() += 1;
        seen
    });
    assert!(ids.values().all(|count| *count == 1), "an id is used twice: {ids:?}");
    let of_product = |row: &&Vec<String>| row[2].contains(law::PRODUCT.zh);
    let spec = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/wire-format.md"))
        .expect("the specification");
    for row in known.iter().filter(of_product) {
        let clause = row[2].rsplit('§').next().expect("a clause");
        assert!(spec.contains(&format!("\n## {clause}. ")), "{}: the specification has no section {clause}", row[0]);
    }
}

// ---- a county to be refused in ----

/// What the cases do in it.
trait Cases {
    /// A new device of the institution.
    fn device(&mut self, number: u32) -> Wish;
    /// The officer's signed registration of a new device.
    fn unit(&mut self) -> Unit;
    /// What the officer's registration is refused for once its statement was changed before he signed it.
    fn edited(&mut self, edit: impl FnOnce(&mut Json)) -> Refusal;
    /// What the officer's signed bytes are refused for, whatever they are.
    fn raw(&mut self, payload: &[u8]) -> Refusal;
    fn refusal(&mut self, unit: &Unit) -> Refusal;
    fn act(&mut self, who: &Person, wish: Wish) -> Result<EventRef, Refusal>;
    fn refused(&mut self, who: &Person, wish: Wish) -> Refusal;
    /// An officer's post with a sealed name, signed.
    fn sealed(&mut self) -> Unit;
    /// Puts policy 2 in force.
    fn second_policy(&mut self);
    /// A second credential of an account, of this assurance: the same person with another key. Bound or not.
    fn another_key(&mut self, who: &Person, assurance: &str, bound: bool) -> Person;
    /// As [`Cases::device`], where two are wanted at once.
    fn device_of(&self, number: u32) -> Wish;
}

impl Cases for County {
    fn device(&mut self, number: u32) -> Wish {
        let device = self.world.id();
        Wish::new("device.registered", device, device_profile(self.institution, number))
    }

    fn unit(&mut self) -> Unit {
        let wish = self.device(1);
        let officer = self.officer.clone();
        self.world.sign(&officer, &[wish]).expect("signed")
    }

    fn edited(&mut self, edit: impl FnOnce(&mut Json)) -> Refusal {
        let mut unit = self.unit();
        let officer = self.officer.clone();
        resign(&mut unit, 0, &officer, edit);
        self.refusal(&unit)
    }

    fn raw(&mut self, payload: &[u8]) -> Refusal {
        let unit = Unit { envelopes: vec![signed(&self.officer, payload.to_vec())], openings: vec![Some(Vec::new())] };
        self.refusal(&unit)
    }

    fn refusal(&mut self, unit: &Unit) -> Refusal {
        let size = self.world.memory.size();
        let refusal = submit(&mut self.world, &unit.to_json()).expect_err("it is refused");
        assert_eq!(self.world.memory.size(), size, "a refusal writes nothing");
        refusal
    }

    fn act(&mut self, who: &Person, wish: Wish) -> Result<EventRef, Refusal> {
        self.world.act(who, wish)
    }

    fn refused(&mut self, who: &Person, wish: Wish) -> Refusal {
        self.act(who, wish).expect_err("it is refused")
    }

    fn sealed(&mut self) -> Unit {
        let party = json!({"kind": "party", "id": self.world.id()});
        let data = json!({"post": "RP_OFFICER", "party": party, "name": "张示范"});
        let wish = Wish::new("institution.officer_appointed", self.institution, data).on(self.world.today());
        let officer = self.officer.clone();
        self.world.sign(&officer, &[wish]).expect("signed")
    }

    fn second_policy(&mut self) {
        let (first, second) = (self.world.roots[0].clone(), self.world.roots[1].clone());
        let (record, from_day) = (self.world.id(), self.world.today());
        let data = json!({"what": "policy", "version": 2, "sha256": domain::catalog::file_hash("policy", 2), "from_day": from_day});
        let adopted = self.act(&first, Wish::new("policy.adopted", record, data)).expect("adopted");
        self.act(&second, Wish::new("policy.countersigned", record, json!({"countersigns": adopted})))
            .expect("countersigned");
    }

    fn another_key(&mut self, who: &Person, assurance: &str, bound: bool) -> Person {
        let (credential, key) = (self.world.id(), self.world.key());
        let proof = EnrolmentProof::make(&key, who.account, self.world.ledger(), self.world.now);
        let from = self.world.now.civil_day();
        let data = json!({
            "account": who.account, "holder": who.holder, "alg": 1, "public_key": b64url(&key.public().spki()),
            "proof": {"payload": b64url(&proof.payload), "sig": b64url(&proof.signature)},
            "assurance": assurance, "valid_from": from, "valid_until": from.add_days(30),
        });
        let (admin, second) = (self.admin.clone(), self.city[0].clone());
        let requested = self.act(&admin, Wish::new("credential.requested", credential, data)).expect("requested");
        if bound {
            let data = json!({"account": who.account, "countersigns": requested});
            self.act(&second, Wish::new("credential.bound", credential, data)).expect("bound");
        }
        Person { key, credential: Some(credential), ..who.clone() }
    }

    fn device_of(&self, number: u32) -> Wish {
        let id = format!("00000000-0000-4000-8000-{number:012}").parse().expect("a UUID");
        Wish::new("device.registered", id, device_profile(self.institution, number))
    }
}

/// A unit as a client sends it, answered as a node answers.
fn submit(world: &mut World, bytes: &[u8]) -> Result<(), Refusal> {
    let unit = Unit::read(bytes).map_err(|fault| {
        let code = if fault.fault == EnvelopeFault::TooLarge { Code::TooLarge } else { Code::BadEnvelope };
        Refusal::new(code, fault.index)
    })?;
    world.submit(&unit).map(|_| ())
}

fn signed(who: &Person, payload: Vec<u8>) -> Envelope {
    let signature = who.key.sign_payload(PayloadType::Event, &payload).to_vec();
    Envelope { payload_type: PayloadType::Event, payload, key: who.key.public().id(), signature }
}

/// Changes a statement of a unit before it is signed.
fn resign(unit: &mut Unit, index: usize, who: &Person, edit: impl FnOnce(&mut Json)) {
    let mut statement: Json = serde_json::from_slice(&unit.envelopes[index].payload).expect("JSON");
    edit(&mut statement);
    unit.envelopes[index] = signed(who, canonical_object(&object(&statement)));
}

fn remove(statement: &mut Json, member: &str) {
    statement.as_object_mut().expect("an object").remove(member);
}

/// A change to a statement before it is signed.
type Edit = fn(&mut Json);
/// What a change to a statement is refused as.
type Fault<'a> = (Code, &'a dyn Fn(&mut Json));

// ---- one case for each code ----

#[test]
fn the_form_of_units_and_payloads() {
    let mut c = World::county(9);
    assert_eq!(c.raw(&vec![b' '; 65_537]).code, Code::TooLarge);
    let many = format!("{{\"envelopes\":[{}0],\"openings\":[]}}", "0,".repeat(1000));
    assert_eq!(submit(&mut c.world, many.as_bytes()).expect_err("refused").code, Code::TooLarge);
    for bad in ["", "{}", "[]", r#"{"envelopes":[],"openings":[]}"#, r#"{"envelopes":[{}],"openings":[[]]}"#] {
        assert_eq!(submit(&mut c.world, bad.as_bytes()).expect_err("refused").code, Code::BadEnvelope, "{bad}");
    }
    let mut unit = c.unit();
    unit.openings.clear();
    assert_eq!(c.refusal(&unit).code, Code::BadEnvelope, "one list of openings for each envelope");
    let mut unit = c.unit();
    unit.envelopes[0].payload_type = PayloadType::Session;
    assert_eq!(c.refusal(&unit).code, Code::BadEnvelope, "only events enter the log");
    assert_eq!(c.raw(b"null").code, Code::BadJson);
    assert_eq!(c.raw(br#"{"a":1.5}"#).code, Code::BadJson);
    assert_eq!(c.raw(br#"{"a": 1}"#).code, Code::NotCanonical);
    assert_eq!(c.raw("{\"a\":\"\u{202e}\"}".as_bytes()).code, Code::BadText);
}

#[test]
fn before_the_genesis_nothing_is_ready() {
    let mut world = World::new(3);
    let (root, record) = (world.roots[0].clone(), world.id());
    let data = json!({"what": "policy", "version": 2, "sha256": Hash::of(b""), "from_day": "2024-03-04"});
    let early = world.sign(&root, &[Wish::new("policy.adopted", record, data)]).expect("signed");
    assert_eq!(world.submit(&early).expect_err("refused").code, Code::NotReady);
    let unreadable = Unit { envelopes: vec![signed(&root, b"{".to_vec())], openings: vec![Some(Vec::new())] };
    assert_eq!(world.submit(&unreadable).expect_err("refused").code, Code::NotReady);
    let mut data = world.genesis_data();
    data["roots"][1]["person"] = data["roots"][0]["person"].clone();
    let double = world.act(&root, Wish::new("ledger.created", record, data)).expect_err("refused");
    assert_eq!((double.code, double.pointer.as_str()), (Code::BadValue, "/data/roots/1"));
    let genesis = world.genesis_data();
    world.act(&root, Wish::new("ledger.created", record, genesis)).expect("the genesis");
    assert_eq!(world.submit(&early).expect_err("refused").code, Code::NotReady, "one signature of two");
}

#[test]
fn keys_and_signatures() {
    let mut c = World::county(9);
    let stranger = Person { key: c.world.key(), ..c.officer.clone() };
    let wish = c.device(1);
    assert_eq!(c.refused(&stranger, wish).code, Code::UnknownKey);
    let mut unit = c.unit();
    unit.envelopes[0].signature[5] ^= 1;
    assert_eq!(c.refusal(&unit).code, Code::BadSignature);
    let mut unit = c.unit();
    let payload = unit.envelopes[0].payload.clone();
    unit.envelopes[0].signature = c.officer.key.sign_payload(PayloadType::Enrol, &payload).to_vec();
    assert_eq!(c.refusal(&unit).code, Code::BadSignature, "signed as another type");
}

#[test]
fn statements_against_the_catalogue() {
    let mut c = World::county(9);
    let cases: [(Code, &str, Edit); 14] = [
        (Code::UnknownType, "/type", |s| s["type"] = json!("device.painted")),
        (Code::UnknownSchema, "/schema", |s| s["schema"] = json!(2)),
        (Code::UnknownField, "/data/colour", |s| s["data"]["colour"] = json!("green")),
        (Code::UnknownField, "/cause", |s| s["cause"] = json!({"event": s["id"], "hash": Hash::of(b"")})),
        (Code::UnknownField, "/prev", |s| s["prev"] = json!(Hash::of(b""))),
        (Code::MissingField, "/data/maker", |s| remove(&mut s["data"], "maker")),
        (Code::MissingField, "/signer/grant", |s| remove(&mut s["signer"], "grant")),
        (Code::BadValue, "/data/kind", |s| s["data"]["kind"] = json!("X99")),
        (Code::BadValue, "/data/name", |s| s["data"]["name"] = json!(" 摄影机")),
        (Code::BadValue, "/meaning", |s| s["meaning"] = json!("approval")),
        (Code::BadValue, "/reads", |s| s["reads"] = json!([])),
        (Code::KindMismatch, "/type", |s| s["record"]["kind"] = json!("institution")),
        (Code::WrongLedger, "/ledger", |s| s["ledger"] = json!("AAAAAAAAAAAAAAAAAAAAAA")),
        (Code::SignerMismatch, "/signer/account", |s| s["signer"]["account"] = s["id"].clone()),
    ];
    for (code, pointer, edit) in cases {
        let refusal = c.edited(edit);
        assert_eq!((refusal.code, refusal.pointer.as_str()), (code, pointer));
    }
    let other = c.supervisor.key.public().id();
    assert_eq!(c.edited(|s| s["signer"]["key"] = json!(other)).code, Code::SignerMismatch);
}

#[test]
fn ids_batches_and_clocks() {
    let mut c = World::county(9);
    let unit = c.unit();
    c.world.submit(&unit).expect("admitted");
    let known: Json = serde_json::from_slice(&unit.envelopes[0].payload).expect("JSON");
    assert_eq!(c.edited(|s| s["id"] = known["id"].clone()).code, Code::IdReused);

    let wishes = [c.device(2), c.device(3)];
    let officer = c.officer.clone();
    let whole = c.world.sign(&officer, &wishes).expect("signed");
    let mut half = whole.clone();
    half.envelopes.pop();
    half.openings.pop();
    assert_eq!(c.refusal(&half).code, Code::BadBatch);
    let mut turned = whole.clone();
    turned.envelopes.reverse();
    assert_eq!(c.refusal(&turned).code, Code::BadBatch);
    c.world.submit(&whole).expect("the whole batch is admitted");
    let batch: Json = serde_json::from_slice(&whole.envelopes[0].payload).expect("JSON");
    let mut again = c.world.sign(&officer, &[c.device_of(4), c.device_of(5)]).expect("signed");
    for index in 0..2 {
        resign(&mut again, index, &officer, |s| s["batch"]["id"] = batch["batch"]["id"].clone());
    }
    assert_eq!(c.refusal(&again).code, Code::BadBatch, "a batch id serves one unit");

    let late = c.unit();
    c.world.pass_seconds(24 * 3600 + 1);
    assert_eq!(c.refusal(&late).code, Code::ClockSkew);
    let early = c.world.now.plus_micros(5 * 60 * 1_000_000 + 1);
    assert_eq!(c.edited(|s| s["signed_at"] = json!(early)).code, Code::ClockSkew);
}

#[test]
fn authority() {
    let mut c = World::county(9);
    let officer = c.officer.clone();
    let unbound = c.another_key(&c.supervisor.clone(), "HARDWARE", false);
    let profile = |code: &str| institution_profile(code, "示范诊所");
    let clinic = c.world.id();
    assert_eq!(
        c.refused(&unbound, Wish::new("institution.registered", clinic, profile("92511502MA6A00015U"))).code,
        Code::KeyNotActive
    );

    let weak = c.another_key(&c.approver.clone(), "SOFTWARE", true);
    c.second_policy();
    let supervisor = c.supervisor.clone();
    c.act(&supervisor, Wish::new("institution.registered", clinic, profile("92511502MA6A00015U"))).expect("registered");
    let approval = Wish::new("institution.approved", clinic, json!({}));
    assert_eq!(c.refused(&weak, approval.clone()).code, Code::AssuranceTooLow, "policy 2 asks for hardware");
    let approver = c.approver.clone();
    c.act(&approver, approval).expect("the stronger key of the same person will do");

    let wish = c.device(7);
    assert_eq!(c.refused(&supervisor, wish).code, Code::NotAuthorised);
    let nobodys = c.world.id();
    let wish = c.device(7);
    assert_eq!(c.refused(&Person { grant: Some(nobodys), ..officer.clone() }, wish).code, Code::GrantInvalid);
    let wish = c.device(7);
    assert_eq!(
        c.refused(&Person { grant: supervisor.grant, ..officer.clone() }, wish).code,
        Code::GrantInvalid,
        "that of somebody else"
    );

    let credential = officer.credential.expect("he has one");
    let data = json!({"account": officer.account, "ground": "LOST"});
    c.act(&officer, Wish::new("credential.revoked", credential, data).because("LOST")).expect("revoked");
    let wish = c.device(7);
    assert_eq!(c.refused(&officer, wish).code, Code::KeyRevoked);
}

#[test]
fn a_second_person() {
    let mut c = World::county(9);
    let (admin, second) = (c.admin.clone(), c.city[0].clone());
    let both = c.world.enrol(&admin, &second, "C", "C_SUP", None, Some(AREA));
    let grant = c.world.id();
    let data = json!({"account": both.account, "role": "C_APPR", "from": c.world.today(), "area": AREA});
    let given = c.act(&admin, Wish::new("grant.given", grant, data)).expect("given");
    let data = json!({"account": both.account, "countersigns": given});
    assert_eq!(c.refused(&admin, Wish::new("grant.countersigned", grant, data.clone())).code, Code::FourEyes);
    c.act(&second, Wish::new("grant.countersigned", grant, data)).expect("countersigned");
    let clinic = c.world.id();
    c.act(&both, Wish::new("institution.registered", clinic, institution_profile("92511502MA6A00015U", "示范诊所")))
        .expect("registered");
    let approver = Person { grant: Some(grant), ..both };
    assert_eq!(c.refused(&approver, Wish::new("institution.approved", clinic, json!({}))).code, Code::FourEyes);
}

#[test]
fn seals() {
    let mut c = World::county(9);
    let unit = c.sealed();
    let mut none = unit.clone();
    none.openings[0] = Some(Vec::new());
    assert_eq!(c.refusal(&none).code, Code::UnopenedSeal);
    let mut ill = unit.clone();
    ill.openings[0] = None;
    assert_eq!(c.refusal(&ill).code, Code::SealMismatch);
    let opening = |unit: &Unit| unit.openings[0].as_ref().expect("openings")[0].clone();
    for (what, edit) in [
        ("another value", (|opening| opening.value = text("李示范")) as fn(&mut signing::envelope::Opening)),
        ("another salt", |opening| opening.salt[0] ^= 1),
        ("another place", |opening| opening.pointer = "/data/phone".into()),
        ("another subject", |opening| opening.subject.kind = "institution".into()),
    ] {
        let mut forged = unit.clone();
        let mut other = opening(&unit);
        edit(&mut other);
        forged.openings[0] = Some(vec![other]);
        assert_eq!(c.refusal(&forged).code, Code::SealMismatch, "{what}");
    }
    let party = json!({"kind": "party", "id": c.world.id()});
    let data = json!({"post": "RP_OFFICER", "party": party, "name": "长".repeat(51)});
    let wish = Wish::new("institution.officer_appointed", c.institution, data).on(c.world.today());
    let officer = c.officer.clone();
    let refusal = c.refused(&officer, wish);
    assert_eq!((refusal.code, refusal.pointer.as_str()), (Code::BadValue, "/data/name"), "well sealed, but too long");
    c.world.submit(&unit).expect("with its opening it is admitted");
}

#[test]
fn references_heads_and_reads() {
    let mut c = World::county(9);
    let (officer, today) = (c.officer.clone(), c.world.today());
    let file = json!([{"id": "00000000-0000-4000-8000-000000000001", "kind": "RSL", "bytes": 1, "media": "application/pdf", "sha256": Hash::of(b"")}]);
    let refusal = c.edited(|s| s["attachments"] = file);
    assert_eq!((refusal.code, refusal.pointer.as_str()), (Code::BadReference, "/attachments/0"));
    let wish = c.device(1);
    let device = wish.record;
    let registered = c.act(&officer, wish).expect("registered");
    let other = EventRef { event: registered.event, hash: Hash::of(b"") };
    let correction = |named| Wish::new("device.corrected", device, json!({"set": {"model": "DR-9"}})).correcting(named);
    assert_eq!(c.refused(&officer, correction(other)).code, Code::BadReference, "another hash");

    let state = |to: &str| Wish::new("device.state_changed", device, json!({"to": to, "why": "OTHER"})).on(&today);
    let first = c.world.sign(&officer, &[state("STANDBY")]).expect("signed");
    let second = c.world.sign(&officer, &[state("REPAIR")]).expect("signed");
    c.world.submit(&first).expect("the first is admitted");
    let refusal = c.refusal(&second);
    let entry = c.world.memory.record(&RecordRef { kind: "device".into(), id: device }).expect("there").clone();
    assert_eq!((refusal.code, refusal.head), (Code::Conflict, Some((2, Some(entry.hash)))));
    let nothing = c.world.id();
    let refusal = c.refused(
        &officer,
        Wish::new("device.state_changed", nothing, json!({"to": "STANDBY", "why": "OTHER"})).on(&today),
    );
    assert_eq!(refusal.code, Code::BadValue, "version 1 is not made by a change");

    let institution = RecordRef { kind: "institution".into(), id: c.institution };
    let marks = c.world.memory.record(&institution).expect("there").marks.clone();
    let read = |version: usize, hash: Hash| json!([{"kind": "institution", "id": institution.id, "version": version, "hash": hash}]);
    assert_eq!(c.edited(|s| s["reads"] = read(1, marks[0].hash)).code, Code::ReadStale);
    assert_eq!(c.edited(|s| s["reads"] = read(2, marks[0].hash)).code, Code::BadReference);
    let mut unit = c.world.sign(&officer, &[c.device_of(8)]).expect("signed");
    resign(&mut unit, 0, &officer, |s| s["reads"] = read(2, marks[1].hash));
    c.world.submit(&unit).expect("what he read is the head");
}

#[test]
fn claims() {
    let mut c = World::county(9);
    let officer = c.officer.clone();
    let wish = c.device(1);
    c.act(&officer, wish).expect("registered");
    let position = c.world.memory.size() - 1;
    let same = c.device(1);
    let refusal = c.refused(&officer, same);
    assert_eq!((refusal.code, refusal.position), (Code::AlreadyRecorded, Some(position)));
    let mut other = c.device(1);
    other.data["name"] = json!("另一台");
    let refusal = c.refused(&officer, other);
    assert_eq!((refusal.code, refusal.position), (Code::ClaimTaken, Some(position)));
    let two = [c.device_of(2), Wish { record: c.world.id(), ..c.device_of(2) }];
    let unit = c.world.sign(&officer, &two).expect("signed");
    let refusal = c.refusal(&unit);
    assert_eq!((refusal.code, refusal.index, refusal.position), (Code::ClaimTaken, 1, None), "two of one unit");

    // Who may not see the other record learns nothing but that the number is taken.
    let (admin, supervisor, approver) = (c.admin.clone(), c.supervisor.clone(), c.approver.clone());
    let clinic = c.world.id();
    c.act(
        &supervisor,
        Wish::new("institution.registered", clinic, institution_profile("92511502MA6A00015U", "示范诊所")),
    )
    .expect("registered");
    c.act(&approver, Wish::new("institution.approved", clinic, json!({}))).expect("approved");
    let head = c.world.enrol(&admin, &c.city[0].clone(), "I", "I_ADMIN", Some(clinic), Some(AREA));
    let stranger = c.world.enrol(&head, &admin, "I", "I_RPO", Some(clinic), Some(AREA));
    let mut wish = c.device(1);
    wish.data["institution"] = json!(clinic);
    let refusal = c.refused(&stranger, wish);
    assert_eq!((refusal.code, refusal.position), (Code::ClaimTaken, None));
}

#[test]
fn rules() {
    let mut c = World::county(9);
    let officer = c.officer.clone();
    let tomorrow = c.world.now.civil_day().add_days(1).to_string();
    let wish = c.device(1).on(tomorrow);
    let refusal = c.refused(&officer, wish);
    assert_eq!((refusal.code, refusal.rule.map(|rule| rule.id)), (Code::Refused, Some("record.date_in_future")));
}

// ---- precedence ----

#[test]
fn of_two_faults_in_one_event_the_earlier_code_is_told() {
    let mut c = World::county(9);
    let far = c.world.now.plus_micros(3_600_000_000);
    let cases: [Fault<'_>; 7] = [
        (Code::UnknownType, &|s| {
            s["type"] = json!("device.painted");
            s["data"]["colour"] = json!("green");
        }),
        (Code::UnknownField, &|s| {
            s["data"]["kind"] = json!("X99");
            s["data"]["colour"] = json!("green");
        }),
        (Code::UnknownField, &|s| {
            remove(&mut s["data"], "maker");
            s["data"]["colour"] = json!("green");
        }),
        (Code::MissingField, &|s| {
            s["data"]["kind"] = json!("X99");
            remove(&mut s["data"], "maker");
        }),
        (Code::BadValue, &|s| {
            s["ledger"] = json!("AAAAAAAAAAAAAAAAAAAAAA");
            s["data"]["kind"] = json!("X99");
        }),
        (Code::WrongLedger, &|s| {
            s["ledger"] = json!("AAAAAAAAAAAAAAAAAAAAAA");
            s["signed_at"] = json!(far);
        }),
        (Code::ClockSkew, &|s| {
            s["signed_at"] = json!(far);
            s["signer"]["grant"] = s["id"].clone();
        }),
    ];
    for (code, edit) in cases {
        assert_eq!(c.edited(edit).code, code);
    }
    // A number that is taken comes before a rule that refuses.
    let officer = c.officer.clone();
    let wish = c.device(1);
    c.act(&officer, wish).expect("registered");
    let mut taken = c.device(1);
    taken.data["made_on"] = json!("2020-02-02");
    taken.data["bought_on"] = json!("2020-01-01");
    assert_eq!(c.refused(&officer, taken).code, Code::ClaimTaken);
}

#[test]
fn of_two_events_the_earlier_code_is_told_and_of_equal_codes_the_lower_index() {
    let mut c = World::county(9);
    let officer = c.officer.clone();
    let sign = |c: &mut County| c.world.sign(&officer, &[c.device_of(1), c.device_of(2)]).expect("signed");
    let answer = |c: &mut County, unit: &Unit| {
        let refusal = c.refusal(unit);
        (refusal.code, refusal.index)
    };
    let mut unit = sign(&mut c);
    resign(&mut unit, 0, &officer, |s| s["data"]["kind"] = json!("X99"));
    resign(&mut unit, 1, &officer, |s| s["data"]["colour"] = json!("green"));
    assert_eq!(answer(&mut c, &unit), (Code::UnknownField, 1));

    let mut unit = sign(&mut c);
    resign(&mut unit, 0, &officer, |s| s["type"] = json!("device.painted"));
    unit.envelopes[1].signature[0] ^= 1;
    assert_eq!(answer(&mut c, &unit), (Code::BadSignature, 1));

    let mut unit = sign(&mut c);
    for index in 0..2 {
        resign(&mut unit, index, &officer, |s| remove(&mut s["data"], "maker"));
    }
    assert_eq!(answer(&mut c, &unit), (Code::MissingField, 0));

    let tomorrow = c.world.now.civil_day().add_days(1);
    let mut unit = sign(&mut c);
    resign(&mut unit, 0, &officer, |s| s["effective_on"] = json!(tomorrow));
    resign(&mut unit, 1, &officer, |s| s["signer"]["grant"] = s["id"].clone());
    assert_eq!(answer(&mut c, &unit), (Code::GrantInvalid, 1), "a rule refuses the first, authority the second");
}
