//! What a signature would say, in words: the sheet that a person reads before signing.

use domain::catalog::{EventType, Kind, event_type};
use domain::field::{Field, Shape};
use signing::json::{Object, Value};
use signing::statement::Statement;

/// The sheet in two languages, one line per fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// Writes the sheet of a statement from the bytes that will be signed, not from what was asked for.
#[must_use]
pub fn summary(statement: &Statement, payload: &[u8]) -> Summary {
    let known = event_type(&statement.event_type, statement.schema);
    let word = statement.record.kind.as_str();
    let kind: (&str, &str) = match Kind::parse(word) {
        Some(kind) => kind.labels(),
        None => (word, word),
    };
    let (type_zh, type_en) =
        known.map_or((statement.event_type.as_str(), statement.event_type.as_str()), |known| (known.zh, known.en));
    let mut zh = vec![format!("{type_zh}：{} {}，第 {} 版", kind.0, statement.record.id, statement.version)];
    let mut en = vec![format!("{type_en}: {} {}, version {}", kind.1, statement.record.id, statement.version)];
    if let Some(date) = statement.effective_on {
        zh.push(format!("业务日期：{date}"));
        en.push(format!("business date: {date}"));
    }
    if let Some(reason) = &statement.reason {
        zh.push(format!("理由：{}", reason.code));
        en.push(format!("reason: {}", reason.code));
    }
    if let Some(corrects) = &statement.corrects {
        zh.push(format!("更正事件：{}", corrects.event));
        en.push(format!("corrects event: {}", corrects.event));
    }
    if let Some(object) = signing::json::read_stored(payload).ok().as_ref()
        && let Some(data) = object.get("data").and_then(Value::as_object)
    {
        members(known, data, &mut zh, &mut en);
    }
    Summary { zh: zh.join("\n"), en: en.join("\n") }
}

fn members(known: Option<&'static EventType>, data: &Object, zh: &mut Vec<String>, en: &mut Vec<String>) {
    lines(known.map_or(&[], |known| known.data), data, "", zh, en);
}

fn lines(fields: &'static [Field], data: &Object, indent: &str, zh: &mut Vec<String>, en: &mut Vec<String>) {
    for (name, value) in data.iter() {
        let field = fields.iter().find(|field| field.name == name.as_str());
        let (label_zh, label_en) = field.map_or((name.as_str(), name.as_str()), |field| (field.zh, field.en));
        match (field.map(|field| &field.shape), value) {
            (Some(Shape::Object(inner) | Shape::Members(inner)), Value::Object(object)) => {
                zh.push(format!("{indent}{label_zh}："));
                en.push(format!("{indent}{label_en}:"));
                lines(inner, object, &format!("{indent}  "), zh, en);
            }
            (Some(Shape::Names(inner)), Value::Array(names)) => {
                let label = |english: bool| -> Vec<String> {
                    let one = |name: &Value| {
                        let name = name.as_text().unwrap_or_default();
                        inner
                            .iter()
                            .find(|field| field.name == name)
                            .map_or(name, |field| if english { field.en } else { field.zh })
                            .to_owned()
                    };
                    names.iter().map(one).collect()
                };
                zh.push(format!("{indent}{label_zh}：{}", label(false).join("、")));
                en.push(format!("{indent}{label_en}: {}", label(true).join(", ")));
            }
            (shape, value) => {
                zh.push(format!("{indent}{label_zh}：{}", scalar(shape, value, false)));
                en.push(format!("{indent}{label_en}: {}", scalar(shape, value, true)));
            }
        }
    }
}

fn scalar(shape: Option<&'static Shape>, value: &Value, english: bool) -> String {
    match (shape, value) {
        (Some(Shape::Sealed(..)), _) => (if english { "(sealed)" } else { "（封存）" }).to_owned(),
        (Some(Shape::List(_, _, item)), Value::Array(items)) => {
            let separator = if english { ", " } else { "、" };
            items.iter().map(|value| scalar(Some(item), value, english)).collect::<Vec<_>>().join(separator)
        }
        (Some(Shape::Code(list)), Value::Text(code)) => {
            match list.codes.iter().find(|(known, ..)| *known == code.as_str()) {
                Some((_, _, en)) if english => format!("{en} ({code})"),
                Some((_, zh, _)) => format!("{zh}（{code}）"),
                None => code.to_string(),
            }
        }
        (Some(Shape::Integer(_, _, unit)), Value::Integer(number)) if !unit.is_empty() => format!("{number} {unit}"),
        (Some(Shape::Flag), Value::Bool(flag)) => match (flag, english) {
            (true, true) => "yes",
            (true, false) => "是",
            (false, true) => "no",
            (false, false) => "否",
        }
        .to_owned(),
        (_, Value::Text(text)) => text.to_string(),
        (_, value) => String::from_utf8_lossy(&signing::json::canonical(value)).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_units_are_written_out() {
        let list = &domain::codes::DeviceState::LIST;
        let code = list.codes[0];
        static STATE: Shape = Shape::Code(&domain::codes::DeviceState::LIST);
        assert_eq!(scalar(Some(&STATE), &Value::Text(code.0.into()), false), format!("{}（{}）", code.1, code.0));
        assert_eq!(scalar(Some(&STATE), &Value::Text(code.0.into()), true), format!("{} ({})", code.2, code.0));
        static VOLT: Shape = Shape::Integer(0, 1_000_000, "V");
        assert_eq!(scalar(Some(&VOLT), &Value::Integer(120_000), true), "120000 V");
    }
}
