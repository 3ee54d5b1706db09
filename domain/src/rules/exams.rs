//! The examinations of a worker as they stand together.
//!
//! What is wrong or missing in a report is not changed in it: a report of its own supplies items that were missing,
//! says what a re-examination or a follow-up found, or reports it anew. Rules judge what they come to.

use std::collections::BTreeMap;
use std::sync::Arc;

use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use crate::health::Exam;
use crate::health_codes::ExamRelation;
use crate::record::Entry;
use crate::records::exam_result::{self, ExamResult, Report};

/// An examination with what later reports made of it.
pub(super) struct Standing {
    /// The report whose conclusion counts.
    pub(super) record: RecordRef,
    /// Day on which the employer had that report.
    pub(super) delivered_on: Option<Date>,
    /// What it comes to.
    pub(super) exam: Exam,
}

/// The reports among the records of [`exam_result::person_key`]; refusals are none.
pub(super) fn reports(records: &[(Uuid, Arc<Entry>)]) -> impl Iterator<Item = (Uuid, &ExamResult, &Report)> {
    records.iter().filter_map(|(id, entry)| {
        let result = entry.state.exam_result()?;
        Some((*id, result, result.report()?))
    })
}

/// Whether a report was reported anew.
pub(super) fn is_replaced(report: Uuid, records: &[(Uuid, Arc<Entry>)]) -> bool {
    reports(records)
        .any(|(_, _, later)| later.follows == Some(report) && later.relation == Some(ExamRelation::Replacement))
}

/// The examinations of a worker, in the order in which they were reported first.
pub(super) fn standing(records: &[(Uuid, Arc<Entry>)]) -> Vec<Standing> {
    let mut all: Vec<Standing> = Vec::new();
    let mut place: BTreeMap<Uuid, usize> = BTreeMap::new();
    for (id, result, report) in reports(records) {
        let Some(exam) = result.exam() else { continue };
        let reported = Standing { record: exam_result::reference(id), delivered_on: report.delivered_on, exam };
        let known = report.follows.and_then(|earlier| place.get(&earlier).copied());
        let at = known.unwrap_or(all.len());
        place.insert(id, at);
        match (all.get_mut(at), report.relation) {
            (Some(earlier), Some(relation)) => earlier.hears(reported, relation),
            _ => all.push(reported),
        }
    }
    all
}

impl Standing {
    fn hears(&mut self, later: Self, relation: ExamRelation) {
        if relation == ExamRelation::Replacement {
            *self = later;
            return;
        }
        self.exam.items.extend(later.exam.items.iter().copied());
        if relation != ExamRelation::Supplement && later.exam.about_work().is_some() {
            self.record = later.record;
            self.delivered_on = later.delivered_on;
            self.exam.concluded_on = later.exam.concluded_on;
            self.exam.conclusions = later.exam.conclusions;
            self.exam.restrictions = later.exam.restrictions;
        }
    }
}
