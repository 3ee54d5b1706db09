//! A statement by the catalogue: type, schema, the members that the type wants, and its data, typed.

use signing::json::{Object, Value};
use signing::statement::{FaultCode, Faults, Meaning, Statement};

use crate::catalog::{CATALOGUE, Event, EventType, IMPORTS, Kind, Presence, event_type};
use crate::field::validate;
use crate::record::{KeyClass, Stop};
use crate::refusal::Code;
use crate::upcast;

/// A statement that matches the catalogue.
#[derive(Debug, Clone)]
pub struct Typed {
    /// Its members.
    pub statement: Statement,
    /// Its type.
    pub event_type: &'static EventType,
    /// Its data.
    pub event: Event,
}

/// Reads a statement by the newest catalogue of this program.
///
/// # Errors
/// As [`read_typed_by`].
pub fn read_typed(object: &Object, class: Option<KeyClass>) -> Result<Typed, Stop> {
    read_typed_by(CATALOGUE, object, class)
}

/// Reads a statement by the catalogue of this version.
///
/// # Errors
/// The earliest of `unknown_type`, `unknown_schema`, `unknown_field`, `missing_field`, `bad_value`, then `kind_mismatch`.
pub fn read_typed_by(catalogue: u32, object: &Object, class: Option<KeyClass>) -> Result<Typed, Stop> {
    let mut faults = Faults::default();
    let statement = Statement::read(object, &mut faults);
    let named = object.get("type").and_then(Value::as_text);
    let schema = object
        .get("schema")
        .and_then(Value::as_integer)
        .and_then(|schema| u16::try_from(schema).ok())
        .filter(|schema| (1..=32_767).contains(schema));
    let there = |known: &EventType| known.since() <= catalogue;
    let known = named.zip(schema).and_then(|(name, schema)| event_type(name, schema)).filter(|known| there(known));
    if known.is_none()
        && let Some(name) = named
    {
        if !crate::catalog::event_types().any(|known| known.name == name && there(known)) {
            faults.note(FaultCode::UnknownType, "/type");
        } else if schema.is_some() {
            faults.note(FaultCode::UnknownSchema, "/schema");
        }
    }
    if let Some(known) = known {
        fits_type(catalogue, object, known, class, &mut faults);
    }
    if let Some(fault) = faults.into_earliest() {
        let code = match fault.code {
            FaultCode::UnknownType => Code::UnknownType,
            FaultCode::UnknownSchema => Code::UnknownSchema,
            FaultCode::UnknownField => Code::UnknownField,
            FaultCode::MissingField => Code::MissingField,
            FaultCode::BadValue => Code::BadValue,
        };
        return Err(Stop::code(code, &fault.pointer));
    }
    let (Some(statement), Some(known)) = (statement, known) else { return Err(Stop::code(Code::UnknownType, "/type")) };
    if known.kind() != statement.record.kind {
        return Err(Stop::code(Code::KindMismatch, "/type"));
    }
    let kind = Kind::parse(known.kind()).expect("a type of the catalogue has a kind of the catalogue");
    let data = object.get("data").and_then(Value::as_object).expect("the statement was read");
    let event = Event::from_object(kind, known.name, &upcast::lift(upcast::STEPS, known.name, known.schema, data))
        .expect("a type of the catalogue is an event of its kind");
    Ok(Typed { statement, event_type: known, event })
}

/// What a type demands of the members outside its data.
fn fits_type(catalogue: u32, object: &Object, known: &'static EventType, class: Option<KeyClass>, faults: &mut Faults) {
    let meaning = object.get("meaning").and_then(Value::as_text).and_then(Meaning::parse);
    if meaning.is_some_and(|meaning| !known.meanings.contains(&meaning)) {
        faults.note(FaultCode::BadValue, "/meaning");
    }
    match (known.effective_on, object.get("effective_on").is_some()) {
        (Presence::Forbidden, true) => faults.note(FaultCode::UnknownField, "/effective_on"),
        (Presence::Required, false) => faults.note(FaultCode::MissingField, "/effective_on"),
        _ => {}
    }
    let data = object.get("data").and_then(Value::as_object);
    let row = catalogue >= IMPORTS && data.is_some_and(|data| data.get("import_row").is_some());
    if object.get("cause").is_some() && !row && !matches!(meaning, Some(Meaning::System | Meaning::Receipt)) {
        faults.note(FaultCode::UnknownField, "/cause");
    }
    let version = object.get("version").and_then(Value::as_integer);
    if version.is_some_and(|version| (version == 1) != known.creates) {
        faults.note(FaultCode::BadValue, "/version");
    }
    let signer = object.get("signer").and_then(Value::as_object);
    let granted = signer.is_some_and(|signer| signer.get("grant").is_some());
    match class {
        Some(KeyClass::Root(_) | KeyClass::Service) if granted => faults.note(FaultCode::UnknownField, "/signer/grant"),
        Some(KeyClass::Credential(_)) if signer.is_some() && !granted => {
            faults.note(FaultCode::MissingField, "/signer/grant")
        }
        _ => {}
    }
    if let Some(data) = data {
        validate(known.data, data, "/data", faults);
    }
}
