//! What a worker brings with him: the dose, at which the city looks before another hospital employs who received most; and years
//! of which nobody has the history, which W-TRF-03 names as a gap.

use domain::codes::Role;
use domain::records::employment::PriorDose;
use domain::workdays::add_months;
use serde_json::json;

use super::model::Wish;
use super::story::Story;
use super::workers::Worker;

impl Story {
    /// A post is planned for the worker with the highest dose of the block; the city gives its opinion, and he does not take it.
    pub fn prior_dose(&mut self) {
        let day = self.model.day();
        let dose_of = |worker: &Worker| PriorDose::of(worker.person, day, &self.model.memory).ok();
        let most = self.workers.iter().enumerate().filter(|(_, worker)| worker.works);
        let most = most.filter_map(|(index, worker)| Some((dose_of(worker)?, index)));
        let Some((dose, worker)) = most.max_by_key(|(dose, _)| dose.block_nsv) else { return };
        let (old, category) = (self.workers[worker].org, self.workers[worker].category);
        let sort = self.orgs[old].sort;
        let next = (0..self.orgs.len()).find(|org| {
            *org != old && self.orgs[*org].sort == sort && self.rpo(*org).is_some() && self.clerk(*org).is_some()
        });
        let Some((next, officer)) = next.and_then(|next| Some((next, self.rpo(next)?))) else { return };
        let post = self.model.id();
        let data = json!({
            "person": self.workers[worker].person.to_string(), "institution": self.orgs[next].id.to_string(),
            "worker_no": format!("YB-P{worker:05}"), "category": category,
        });
        self.act(officer, Wish::new("employment.planned", post, data));
        let opinion = if dose.leaves_room() { "MAY_BEGIN" } else { "MAY_NOT" };
        let review = json!({"opinion": opinion, "year_nsv": dose.year_nsv, "block_nsv": dose.block_nsv});
        let city = self.office(Role::CityApprover, None, 0);
        self.act(city, Wish::new("employment.prior_dose_reviewed", post, review));
        self.act(officer, Wish::new("employment.ended", post, json!({"reason": "OTHER"})).on(day));
    }

    /// It is found that a worker has been at radiation work since four years before his first post here. Nobody heeds the gap.
    pub fn older_work(&mut self) {
        let mut workers =
            self.workers.iter().filter(|worker| worker.works && self.holds_file(worker.org, worker.person));
        let found = workers.find_map(|worker| {
            let first = self.model.entry("employment", worker.employment)?.state.employment()?.active.first()?.from;
            let registered = self.correctable("person", worker.person, &["person.registered"])?;
            Some((self.rpo(worker.org).filter(|_| self.clerk(worker.org).is_some())?, worker.person, first, registered))
        });
        let Some((officer, person, first, registered)) = found else { return };
        let right = json!({"set": {"radiation_work_since": add_months(first, -48).to_string()}});
        let wish = Wish::new("person.corrected", person, right).because("TYPO", Some("漏登以往放射工作经历（示例）"));
        self.act(officer, wish.correcting(registered));
    }
}
