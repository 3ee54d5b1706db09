//! Sealed values as they are shown: masked, and told apart when they cannot be.
//!
//! A name keeps its first character, a number its first three and last four (`138****0000`), anything else nothing
//! but that it is there. No resolver gets to see an opened value: it is masked here, where it is opened.

use signing::json::Value;

/// What can be said of a sealed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// It can be opened; masked, or nothing for who may see nothing sealed.
    Open(Option<String>),
    /// The key of its subject was destroyed, on purpose and on record.
    Erased,
    /// It cannot be opened at the moment: an error of the service, never an erasure.
    Unavailable,
}

impl Shown {
    /// The state as a word.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match self {
            Self::Open(_) => "OPEN",
            Self::Erased => "ERASED",
            Self::Unavailable => "UNAVAILABLE",
        }
    }

    /// The masked text.
    #[must_use]
    pub fn masked(&self) -> Option<&str> {
        if let Self::Open(Some(text)) = self { Some(text) } else { None }
    }
}

/// Masks an opened value.
#[must_use]
pub fn mask(value: &Value) -> String {
    match value {
        Value::Text(text) => mask_text(text),
        _ => "****".into(),
    }
}

fn mask_text(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let number =
        characters.len() >= 7 && characters.iter().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | 'X'));
    if number {
        let head: String = characters[..3].iter().collect();
        let tail: String = characters[characters.len() - 4..].iter().collect();
        return format!("{head}****{tail}");
    }
    // The stars do not tell how long the rest is, except for names of two or three characters, where everybody knows.
    match characters.len() {
        0 => String::new(),
        1 => "*".into(),
        2..=4 => characters[..1].iter().collect::<String>() + &"*".repeat(characters.len() - 1),
        5..=20 => characters[..1].iter().collect::<String>() + "***",
        _ => "****".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks() {
        let cases = [
            ("张三", "张*"),
            ("欧阳小明", "欧***"),
            ("13800000000", "138****0000"),
            ("0831-1234567", "083****4567"),
            ("511502199001011234", "511****1234"),
            ("李", "*"),
            ("阿卜杜拉·买买提", "阿***"),
            ("这是一段比较长的说明文字，写着本来不该给所有人看的内容", "****"),
            ("12345", "1***"),
        ];
        for (text, masked) in cases {
            assert_eq!(mask(&Value::Text(text.into())), masked, "{text}");
        }
        assert_eq!(mask(&Value::Integer(7)), "****");
    }
}
