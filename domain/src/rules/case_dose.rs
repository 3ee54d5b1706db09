//! A worker with a post, his dosimeters and his doses, for the cases of the dose rules.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::case::{Case, with};

/// A worker in a post of a hospital whose doses a laboratory measures.
pub(super) struct Post {
    pub(super) person: Uuid,
    pub(super) institution: Uuid,
    pub(super) employment: Uuid,
    pub(super) laboratory: Uuid,
    pub(super) contract: Uuid,
}

impl Case {
    /// A worker active since 2021; members of `more` replace those of his post.
    pub(super) fn post(&mut self, more: Json) -> Post {
        let institution = self.institution(json!({}));
        let person = self.person(institution, json!({}));
        self.post_at(person, institution, "2021-01-01", more)
    }

    /// Another employer of the same worker.
    pub(super) fn another_post(&mut self, person: Uuid, more: Json) -> Post {
        let institution = self.institution(json!({}));
        self.post_at(person, institution, "2021-01-01", more)
    }

    /// A post of a worker, active from a day on.
    pub(super) fn post_at(&mut self, person: Uuid, institution: Uuid, from: &str, more: Json) -> Post {
        let laboratory = self.institution(json!({"kinds": ["TSO"]}));
        let contract = self.contract(institution, laboratory, "2021-01-01", 3);
        let planned = json!({"person": person, "institution": institution, "worker_no": "0001", "category": "2A"});
        let employment = self.begin("employment.planned", from, with(planned, more));
        self.event("employment.activated", employment, from, json!({"legacy": true}));
        Post { person, institution, employment, laboratory, contract }
    }

    /// A monitoring contract.
    pub(super) fn contract(&mut self, institution: Uuid, laboratory: Uuid, from: &str, months: i64) -> Uuid {
        let terms = json!({"institution": institution, "laboratory": laboratory, "cycle_months": months, "from": from});
        self.begin("monitoring_contract.concluded", from, terms)
    }

    /// A dosimeter that the worker wears from a day on.
    pub(super) fn dosimeter(&mut self, post: &Post, position: &str, from: &str) -> Uuid {
        let data = json!({"contract": post.contract, "institution": post.institution, "laboratory": post.laboratory,
            "person": {"kind": "person", "id": post.person}, "employment": post.employment, "position": position,
            "kind": "TLD", "number": "B-1"});
        self.begin("dosimeter.issued", from, data)
    }

    /// He lost it.
    pub(super) fn lost(&mut self, post: &Post, dosimeter: Uuid, on: &str) {
        let person = json!({"kind": "person", "id": post.person});
        let data = json!({"person": person, "circumstances": Self::sealed()});
        self.event("dosimeter.lost", dosimeter, on, data);
    }

    /// A dose of the whole body over a period that counts for the year of its first day.
    pub(super) fn dose(&mut self, post: &Post, from: &str, to: &str, nsv: i64) -> Uuid {
        let reading = json!({"hp10_nsv": nsv, "effective_nsv": nsv, "method": "SINGLE"});
        self.read(post, "CH", from, to, reading)
    }

    /// What a dosimeter read; members of `more` replace the usual ones.
    pub(super) fn read(&mut self, post: &Post, position: &str, from: &str, to: &str, more: Json) -> Uuid {
        let report = self.id();
        let year = from[..4].parse::<i64>().expect("a year");
        let data = json!({"report": report, "line_no": 1, "person": {"kind": "person", "id": post.person},
            "employment": post.employment, "category": "2A", "reason": "1", "radiation": ["X"],
            "dosimeter_kind": "TLD", "dosimeter_no": "B-1", "position": position, "wear_from": from, "wear_to": to,
            "nominal_months": 3, "mdl_nsv": 20_000, "flag": "NORMAL", "background_subtracted": true,
            "dose_year": year});
        self.begin("dose_result.reported", to, with(data, more))
    }

    /// An investigation that was opened, filed, assessed and accepted.
    pub(super) fn investigated(&mut self, person: Uuid, on: &str, opened: Json) -> Uuid {
        let person = json!({"kind": "person", "id": person});
        let employment = self.id();
        let dose = opened.get("dose_nsv").cloned().unwrap_or(json!(0));
        let opened = with(json!({"person": person, "employment": employment}), opened);
        let id = self.begin("investigation.opened", on, opened);
        self.event(
            "investigation.filed",
            id,
            on,
            json!({"person": person, "wear_correct": true,
            "non_occupational": false, "near_source": false, "cause": "WORKLOAD", "finding": "REAL",
            "report": Self::sealed()}),
        );
        self.event(
            "investigation.assessed",
            id,
            on,
            json!({"person": person, "finding": "REAL",
            "opinion": Self::sealed()}),
        );
        self.event(
            "investigation.accepted",
            id,
            on,
            json!({"person": person, "finding": "REAL", "final_nsv": dose,
            "correct_results": false, "without_worker": "UNREACHABLE"}),
        );
        id
    }
}
