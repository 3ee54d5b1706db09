//! Older schemas of an event, read as today's.
//!
//! A step lifts the data of one schema to the next. Stored bytes never change: signatures are checked on them, and
//! only the value in memory is lifted. Steps are pure, total over what their own schema admits, and never deleted.

use std::borrow::Cow;

use signing::json::Object;

/// One step from a schema to the next.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Event type.
    pub event_type: &'static str,
    /// Schema that it reads.
    pub from: u16,
    /// How the data of that schema reads in the next.
    pub lift: fn(Object) -> Object,
}

/// Every step there is.
pub const STEPS: &[Step] = &[
    // Schema 1 of an erasure names a party alone; the next names a party or a person, in the same members.
    Step { event_type: "erasure.requested", from: 1, lift: as_it_is },
    Step { event_type: "erasure.approved", from: 1, lift: as_it_is },
    Step { event_type: "erasure.refused", from: 1, lift: as_it_is },
    Step { event_type: "erasure.carried_out", from: 1, lift: as_it_is },
];

fn as_it_is(data: Object) -> Object {
    data
}

/// Data in the latest schema that the steps lead to.
#[must_use]
pub fn lift<'d>(steps: &[Step], event_type: &str, schema: u16, data: &'d Object) -> Cow<'d, Object> {
    let mut data = Cow::Borrowed(data);
    let mut schema = schema;
    while let Some(step) = steps.iter().find(|step| step.event_type == event_type && step.from == schema) {
        data = Cow::Owned((step.lift)(data.into_owned()));
        schema += 1;
    }
    data
}

#[cfg(test)]
mod tests {
    use compact_str::CompactString;
    use signing::json::{Object, Value};
    use signing::statement::Faults;

    use super::{Step, lift};
    use crate::field::{Data, FREE, Shape, validate};

    crate::data! {
        /// A specimen as it was first recorded: a length in words.
        pub struct SpecimenV1 {
            length: CompactString = Shape::Text(1, 10, &FREE), "长度", "length";
        }
        /// A specimen as it is recorded since: a length in millimetres, and a note.
        pub struct SpecimenV2 {
            length_mm: i64 = Shape::Integer(0, 1000, "mm"), "长度", "length";
            note: Option<CompactString> = Shape::Text(1, 10, &FREE), "备注", "note";
        }
    }

    const STEPS: &[Step] = &[Step {
        event_type: "specimen.recorded",
        from: 1,
        lift: |data| {
            let words = data.get("length").and_then(Value::as_text).unwrap_or_default();
            let length = if words == "short" { 10 } else { 100 };
            Object::from_pairs(vec![("length_mm".into(), Value::Integer(length))])
        },
    }];

    #[test]
    fn an_old_schema_is_judged_by_its_own_table_and_read_as_the_new_one() {
        let old = Object::from_pairs(vec![("length".into(), Value::Text("short".into()))]);
        let mut faults = Faults::default();
        validate(SpecimenV1::FIELDS, &old, "/data", &mut faults);
        assert!(faults.is_empty(), "the old form is still admitted by its own table");
        let mut faults = Faults::default();
        validate(SpecimenV2::FIELDS, &old, "/data", &mut faults);
        assert!(!faults.is_empty(), "it is not the new form");

        let lifted = lift(STEPS, "specimen.recorded", 1, &old);
        let mut faults = Faults::default();
        validate(SpecimenV2::FIELDS, &lifted, "/data", &mut faults);
        assert!(faults.is_empty(), "lifted, it is");
        assert_eq!(SpecimenV2::from_object(&lifted), SpecimenV2 { length_mm: 10, note: None });
    }

    #[test]
    fn the_new_schema_is_left_alone() {
        let new = Object::from_pairs(vec![("length_mm".into(), Value::Integer(7))]);
        assert_eq!(*lift(STEPS, "specimen.recorded", 2, &new), new);
        assert_eq!(*lift(STEPS, "other.recorded", 1, &new), new);
    }
}
