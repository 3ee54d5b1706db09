//! A restriction of a worker's work: what he does not do, from a day on, and until when probably.
//!
//! He declares it himself, of his own free will, or the protection officer records it. What it asks for stands in the clear,
//! in neutral words, since rules and his employer must know it; why (a pregnancy, say) is sealed under the worker
//! (放射工作人员职业健康管理办法 Art. 26, 职业病防治法 Art. 38).
//!
//! States: in force → ended.

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::dose_result::id_alone;
use super::erasure::{self, SUBJECT_ERASED};
use super::{
    SealedRef, change_is_sound, change_of, changed, corrects_one_of, employment, institution, not_in_future, person,
};
use crate::catalog::{EventType, Kind};
use crate::field::{Data, PARAGRAPH, Sealed, Shape, Subject};
use crate::health_codes::{RestrictionKind, RestrictionMeasure, RestrictionState};
use crate::law::{Citation, RADIATION_WORKERS, product};
use crate::record::{About, Facts, Origins, Record, Stop, Target, ensure};
use crate::records::Nothing;
use crate::refusal::{Code, Rule};
use crate::{data, events};

const MEASURES: Shape = Shape::List(1, 6, &Shape::Code(&RestrictionMeasure::LIST));
const KIND: Shape = Shape::Code(&RestrictionKind::LIST);
/// A limit up to the dose of a year.
const LIMIT: Shape = Shape::Integer(0, 50_000_000, "nSv");

data! {
    /// What of a restriction a correction can replace.
    pub struct Terms {
        employment: Option<Uuid> = Shape::Id("employment"), "用人关系", "the employment that it concerns";
        measures: Vec<RestrictionMeasure> = MEASURES, "限制措施", "what it asks for";
        dose_limit_nsv: Option<i64> = LIMIT, "剂量限值", "dose that he may receive while it lasts";
        expected_until: Option<Date> = Shape::Day, "预计解除日期", "day on which it will probably end";
    }

    /// A restriction.
    pub struct Recorded {
        person: RecordRef = Shape::RecordRef(&["person"]), "放射工作人员", "the worker";
        institution: Uuid = Shape::Id("institution"), "用人单位", "employer";
        employment: Option<Uuid> = Shape::Id("employment"), "用人关系", "the employment that it concerns";
        measures: Vec<RestrictionMeasure> = MEASURES, "限制措施", "what it asks for";
        dose_limit_nsv: Option<i64> = LIMIT, "剂量限值", "dose that he may receive while it lasts";
        expected_until: Option<Date> = Shape::Day, "预计解除日期", "day on which it will probably end";
        kind: Option<Sealed> = Shape::Sealed(&KIND, Subject::Member("person")), "限制原因", "why";
        note: Option<Sealed> = Shape::Sealed(&PARAGRAPH, Subject::Member("person")), "说明", "note";
    }

    /// A correction.
    pub struct Corrected {
        person: RecordRef = Shape::RecordRef(&["person"]), "放射工作人员", "the worker";
        set: Option<signing::json::Object> = Shape::Members(<Terms as Data>::FIELDS), "更正为", "new values";
        clear: Option<Vec<CompactString>> = Shape::Names(<Terms as Data>::FIELDS), "清空", "members without a value";
        kind: Option<Sealed> = Shape::Sealed(&KIND, Subject::Member("person")), "限制原因更正为", "corrected reason";
        note: Option<Sealed> = Shape::Sealed(&PARAGRAPH, Subject::Member("person")), "说明更正为", "corrected note";
    }
}

events! {
    /// Events of a restriction.
    pub enum Event {
        Recorded(Recorded) = "restriction.recorded", 1, [Declaration], true, Required, Person, "工作限制登记", "restriction recorded";
        Corrected(Corrected) = "restriction.corrected", 1, [Correction], false, Forbidden, Person, "工作限制更正", "restriction corrected";
        Ended(Nothing) = "restriction.ended", 1, [Declaration], false, Required, Person, "工作限制解除", "restriction ended";
    }
}

/// A restriction.
#[derive(Debug, Clone, Serialize)]
pub struct Restriction {
    /// The worker.
    #[serde(serialize_with = "id_alone")]
    pub person: RecordRef,
    /// Employer.
    pub institution: Uuid,
    /// What it asks for.
    #[serde(flatten)]
    pub terms: Terms,
    /// First day.
    pub from: Date,
    /// First day no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<SealedRef>,
    /// Note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<SealedRef>,
    #[serde(skip)]
    origins: Origins,
}

impl Restriction {
    /// Whether it was ended.
    #[must_use]
    pub fn state(&self) -> RestrictionState {
        if self.until.is_some() { RestrictionState::Ended } else { RestrictionState::InForce }
    }

    /// Whether it asks for a measure on a day.
    #[must_use]
    pub fn asks(&self, measure: RestrictionMeasure, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until) && self.terms.measures.contains(&measure)
    }
}

const PERSON: Rule = Rule {
    id: "restriction.person",
    zh: "没有这名放射工作人员的档案，或与原记录不是同一人",
    en: "There is no file of this worker, or he is not the one whom the record names.",
    citation: product("§6"),
};
const INSTITUTION: Rule = Rule {
    id: "restriction.institution",
    zh: "用人单位不存在、尚未审核通过或已注销",
    en: "The employer does not exist, is not approved, or has ended.",
    citation: product("§6"),
};
const EMPLOYMENT: Rule = Rule {
    id: "restriction.employment",
    zh: "所填用人关系不是该人员在此用人单位的",
    en: "The employment is not one of this worker with this employer.",
    citation: product("§6"),
};
const MEASURE: Rule = Rule {
    id: "restriction.measures",
    zh: "限制措施不得重复；限制剂量的须填剂量限值，其他不填",
    en: "A measure is named once; a limited dose comes with its limit, and a limit with a limited dose.",
    citation: Citation { instrument: &RADIATION_WORKERS, clause: "第二十六条" },
};
const ORDER: Rule = Rule {
    id: "restriction.before_beginning",
    zh: "解除日期不能早于开始日期",
    en: "A restriction does not end before it begins.",
    citation: product("§6"),
};
const ENDED: Rule = Rule {
    id: "restriction.ended",
    zh: "工作限制已解除，只能更正",
    en: "The restriction has ended: it can only be corrected.",
    citation: product("§6"),
};

/// Index key of the restrictions of a worker.
#[must_use]
pub fn person_key(person: Uuid) -> CompactString {
    format!("person/{person}/restrictions").into()
}

impl Record for Restriction {
    const KIND: Kind = Kind::Restriction;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let (person, institution) = match (event, state) {
            (Event::Recorded(recorded), _) => (&recorded.person, recorded.institution),
            (_, Some(restriction)) => (&restriction.person, restriction.institution),
            (_, None) => return Err(Stop::code(Code::BadReference, "/record")),
        };
        super::of_worker(person, institution, facts)
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        not_in_future(about)?;
        match (event, state) {
            (Event::Recorded(recorded), _) => {
                let Recorded { person, institution, employment, .. } = recorded;
                ensure(person::has_file(person, facts)?, &PERSON, "/data/person")?;
                ensure(!erasure::is_erased(person, facts)?, &SUBJECT_ERASED, "/data/person")?;
                ensure(super::is_open_institution(*institution, facts)?, &INSTITUTION, "/data/institution")?;
                let employed = employment::is_of(*employment, person, *institution, facts)?;
                ensure(employed, &EMPLOYMENT, "/data/employment")?;
                terms_are_sound(&terms_of(recorded), about.date(), "/data")
            }
            (_, None) => Err(Stop::code(Code::BadReference, "/record")),
            (Event::Corrected(corrected), Some(restriction)) => {
                corrects_one_of(about, &["restriction.recorded", "restriction.corrected"])?;
                ensure(corrected.person == restriction.person, &PERSON, "/data/person")?;
                let change = change_of(&corrected.set, &corrected.clear);
                if corrected.kind.is_none() && corrected.note.is_none() {
                    change_is_sound(&change)?;
                }
                let after = changed(&restriction.terms, &change);
                let employed =
                    employment::is_of(after.employment, &restriction.person, restriction.institution, facts)?;
                ensure(employed, &EMPLOYMENT, "/data/set/employment")?;
                terms_are_sound(&after, restriction.from, "/data/set")
            }
            (Event::Ended(_), Some(restriction)) => {
                ensure(restriction.until.is_none(), &ENDED, "")?;
                ensure(about.date() >= restriction.from, &ORDER, "/effective_on")
            }
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        let sealed = |value: Option<Sealed>, name: &str| value.map(|value| SealedRef::new(value, about, name));
        match (state, event) {
            (None, Event::Recorded(recorded)) => Self {
                terms: terms_of(&recorded),
                person: recorded.person,
                institution: recorded.institution,
                from: about.date(),
                until: None,
                kind: sealed(recorded.kind, "kind"),
                note: sealed(recorded.note, "note"),
                origins: Origins::new(about.origin()),
            },
            (Some(mut restriction), Event::Corrected(corrected)) => {
                let Self { origins, terms, .. } = &mut restriction;
                origins.apply(terms, &change_of(&corrected.set, &corrected.clear), about.origin());
                restriction.kind = sealed(corrected.kind, "kind").or(restriction.kind);
                restriction.note = sealed(corrected.note, "note").or(restriction.note);
                restriction
            }
            (Some(restriction), Event::Ended(_)) => Self { until: Some(about.date()), ..restriction },
            _ => unreachable!("a restriction is recorded once, and ends after that"),
        }
    }

    fn belongs_to(&self) -> Option<RecordRef> {
        Some(institution::reference(self.institution))
    }

    fn begins_under(event: &Event) -> Option<RecordRef> {
        match event {
            Event::Recorded(recorded) => Some(institution::reference(recorded.institution)),
            _ => None,
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Recorded(recorded) => vec![person_key(recorded.person.id)],
            _ => Vec::new(),
        }
    }
}

fn terms_of(recorded: &Recorded) -> Terms {
    Terms {
        employment: recorded.employment,
        measures: recorded.measures.clone(),
        dose_limit_nsv: recorded.dose_limit_nsv,
        expected_until: recorded.expected_until,
    }
}

fn terms_are_sound(terms: &Terms, from: Date, at: &str) -> Result<(), Stop> {
    let measures = &terms.measures;
    let distinct = measures.iter().enumerate().all(|(index, measure)| !measures[..index].contains(measure));
    let limited = measures.contains(&RestrictionMeasure::DoseLimited) == terms.dose_limit_nsv.is_some();
    ensure(distinct && limited, &MEASURE, &format!("{at}/measures"))?;
    ensure(terms.expected_until.is_none_or(|until| until >= from), &ORDER, &format!("{at}/expected_until"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_comes_with_a_limited_dose() {
        use RestrictionMeasure as M;
        let from: Date = "2026-03-01".parse().expect("a date");
        let sound = |measures: &[M], dose_limit_nsv, days: i64| {
            let expected_until = Some(from.add_days(days));
            let terms = Terms { employment: None, measures: measures.to_vec(), dose_limit_nsv, expected_until };
            terms_are_sound(&terms, from, "/data").is_ok()
        };
        assert!(sound(&[M::NoInternal, M::NoEmergency, M::DoseLimited], Some(1_000_000), 200));
        assert!(sound(&[M::AvoidInternal], None, 0));
        assert!(!sound(&[M::DoseLimited], None, 200), "which dose");
        assert!(!sound(&[M::NoInternal], Some(1_000_000), 200));
        assert!(!sound(&[M::NoInternal, M::NoInternal], None, 200));
        assert!(!sound(&[M::NoInternal], None, -1));
    }
}
