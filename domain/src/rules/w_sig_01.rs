//! W-SIG-01 电子签名证书到期/吊销/泄露: a signing key expires, was revoked, or is in other hands.
//!
//! Looked at is the account: whether somebody can sign is answered by all of its credentials together, and a key that
//! is bound later is an event of another record. The ladder runs to the last day of the key that lasts longest. A key
//! that was revoked is replaced by any other one in use; after a report that it was in other hands only by one bound
//! since, as two people have then looked at who holds it. What it signed meanwhile is for the list of suspect events.

use std::sync::Arc;

use jiff::civil::date;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::{Closer, Finding, L30, Look, Steps, Told, Version, WarningRule};
use crate::authority::authority_key;
use crate::catalog::Kind;
use crate::law::{CRYPTOGRAPHY, Citation, ELECTRONIC_SIGNATURE};
use crate::record::{Entry, Mark, Need};
use crate::records::account::Account;
use crate::records::credential::Credential;
use crate::warning_codes::WarningGrade::{Blue, Red};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-SIG-01",
    since: 2,
    zh: "电子签名证书到期/吊销/泄露",
    en: "Signing certificate expiring, revoked or compromised",
    subject: Kind::Account,
    feeds: &[Kind::Account, Kind::Credential],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2005, 4, 1)),
        citations: &[
            Citation {
                instrument: &ELECTRONIC_SIGNATURE,
                clause: "第十三条、第十四条、第十五条、第十六条、第二十一条",
            },
            Citation { instrument: &CRYPTOGRAPHY, clause: "第二十九条" },
        ],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Blue), county: None, city: Some(Red) },
    cleared_zh: "绑定新证书（双人核验身份）",
    cleared_en: "new certificate bound (two-person identity check)",
    closer: Closer::County,
    waivable: true,
    lasting: false,
};

/// A key that is or was bound.
struct Bound {
    id: Uuid,
    credential: Credential,
    /// Position at which it was bound.
    at: u64,
    /// Position and day of its revocation.
    revoked: Option<(u64, Date)>,
}

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let members = look.all(&authority_key(subject))?;
    if !members.iter().filter_map(|(_, entry)| entry.state.account()).any(Account::is_open) {
        return Ok(Vec::new());
    }
    let keys: Vec<Bound> = members.iter().filter_map(|(id, entry)| bound(*id, entry)).collect();
    let mut found: Vec<Finding> = keys.iter().filter_map(|key| revoked(key, &keys)).collect();
    let lasting = keys.iter().filter(|key| key.revoked.is_none()).max_by_key(|key| key.credential.valid_until);
    found.extend(lasting.map(|key| {
        let last = key.credential.valid_until.add_days(-1);
        Finding::new(format!("{last}/{}", key.id), Steps::ladder(last, L30)).by(last).on(reference(key.id))
    }));
    Ok(found)
}

fn bound(id: Uuid, entry: &Arc<Entry>) -> Option<Bound> {
    let credential = entry.state.credential()?.clone();
    let mark = |types: &[&str]| entry.marks.iter().find(|mark| types.contains(&mark.event_type));
    let at = mark(&["credential.bound"])?.position;
    let revoked = mark(&["credential.revoked", "credential.compromise_reported"]);
    let revoked = revoked.map(|Mark { position, origin, .. }| (*position, origin.date));
    Some(Bound { id, credential, at, revoked })
}

/// What of a key that was revoked and that no other one replaces.
fn revoked(key: &Bound, keys: &[Bound]) -> Option<Finding> {
    let (position, on) = key.revoked?;
    let compromised = key.credential.compromised_since.is_some();
    let in_use = |other: &Bound| other.revoked.is_none_or(|(later, _)| later > position);
    let mut others = keys.iter().filter(|other| other.id != key.id);
    let replaced = others.any(|other| other.at > position || in_use(other) && !compromised);
    let what = if compromised { "compromised" } else { "revoked" };
    let finding = Finding::new(format!("{what}/{}", key.id), Steps::from(on, Red));
    (!replaced).then(|| finding.on(reference(key.id)))
}

fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::Credential.as_str().into(), id }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use signing::bytes::{Hash, b64url};

    use super::super::case::Case;
    use super::*;
    use crate::warning_codes::WarningGrade::{Orange, Yellow};

    fn account(case: &mut Case) -> Uuid {
        let party = json!({"kind": "party", "id": case.id()});
        let data = json!({"kind": "PERSON", "level": "T", "party": party, "name": Case::sealed()});
        let account = case.begin("account.opened", "2025-01-02", data);
        let opened = json!({"countersigns": {"event": case.id(), "hash": Hash::of(b"opened")}});
        case.event("account.countersigned", account, "2025-01-02", opened);
        account
    }

    fn requested(case: &mut Case, account: Uuid, on: &str, until: &str) -> Uuid {
        let key = case.id();
        let data = json!({"account": account, "holder": case.id(), "alg": 1, "public_key": b64url(key.as_bytes()),
            "proof": {"payload": b64url(b"payload"), "sig": b64url(b"sig")}, "assurance": "HARDWARE", "valid_from": on,
            "valid_until": until});
        case.begin("credential.requested", on, data)
    }

    fn key(case: &mut Case, account: Uuid, on: &str, until: &str) -> Uuid {
        let credential = requested(case, account, on, until);
        bind(case, account, credential, on);
        credential
    }

    fn bind(case: &mut Case, account: Uuid, credential: Uuid, on: &str) {
        let data = json!({"account": account, "countersigns": {"event": case.id(), "hash": Hash::of(b"requested")}});
        case.event("credential.bound", credential, on, data);
    }

    #[test]
    fn the_worked_cases() {
        let mut case = Case::new();
        let account = account(&mut case);
        assert_eq!(case.find(&RULE, account, "2025-05-01"), []);
        key(&mut case, account, "2025-05-01", "2026-05-01");
        case.grades(
            &RULE,
            account,
            &[
                ("2026-03-30", None),
                ("2026-03-31", Some(Blue)),
                ("2026-04-14", Some(Blue)),
                ("2026-04-15", Some(Yellow)),
                ("2026-04-20", Some(Yellow)),
                ("2026-04-23", Some(Orange)),
                ("2026-04-30", Some(Orange)),
                ("2026-05-01", Some(Red)),
            ],
        );
    }

    #[test]
    fn a_new_certificate_clears_it_once_it_is_bound() {
        let mut case = Case::new();
        let account = account(&mut case);
        key(&mut case, account, "2025-05-01", "2026-05-01");
        let next = requested(&mut case, account, "2026-04-25", "2027-05-01");
        case.grades(&RULE, account, &[("2026-04-25", Some(Orange))]);
        bind(&mut case, account, next, "2026-04-26");
        case.grades(&RULE, account, &[("2026-05-01", None), ("2027-05-01", Some(Red))]);
    }

    #[test]
    fn a_key_that_is_replaced_before_it_is_revoked() {
        let mut case = Case::new();
        let account = account(&mut case);
        let old = key(&mut case, account, "2025-05-01", "2026-05-01");
        let new = key(&mut case, account, "2025-06-01", "2026-06-01");
        case.event("credential.revoked", old, "2025-06-02", json!({"account": account, "ground": "REPLACED"}));
        case.grades(&RULE, account, &[("2025-06-02", None)]);
        case.event("credential.revoked", new, "2025-07-01", json!({"account": account, "ground": "LOST"}));
        case.grades(&RULE, account, &[("2025-06-30", None), ("2025-07-01", Some(Red))]);
        assert_eq!(case.find(&RULE, account, "2025-07-01").len(), 1, "the old one was replaced when it was revoked");
        key(&mut case, account, "2025-07-03", "2026-07-03");
        case.grades(&RULE, account, &[("2025-07-03", None)]);
    }

    #[test]
    fn a_key_in_other_hands_is_replaced_by_one_bound_since() {
        let mut case = Case::new();
        let account = account(&mut case);
        let lost = key(&mut case, account, "2025-05-01", "2026-05-01");
        key(&mut case, account, "2025-06-01", "2026-06-01");
        let since = "2025-06-20T00:00:00.000000Z";
        let report = json!({"account": account, "compromised_since": since});
        case.event("credential.compromise_reported", lost, "2025-07-01", report);
        case.grades(&RULE, account, &[("2025-07-01", Some(Red))]);
        case.event("credential.compromise_decided", lost, "2025-07-02", json!({"account": account, "since": since}));
        case.grades(&RULE, account, &[("2025-07-02", Some(Red))]);
        key(&mut case, account, "2025-07-03", "2026-07-03");
        case.grades(&RULE, account, &[("2025-07-03", None)]);
    }

    #[test]
    fn nothing_of_an_account_that_is_closed() {
        let mut case = Case::new();
        let account = account(&mut case);
        key(&mut case, account, "2025-05-01", "2026-05-01");
        case.event("account.closed", account, "2026-04-30", json!({}));
        assert_eq!(case.find(&RULE, account, "2026-05-01"), []);
    }
}
