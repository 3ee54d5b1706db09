//! The small types of the wire: base64, hashes, identifiers, instants and civil dates.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use uuid::{Uuid, Variant};

/// base64url without padding (RFC 4648 §5).
#[must_use]
pub fn b64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Strict base64url: no padding, no white space, no spare bits.
#[must_use]
pub fn b64url_decode(text: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    (b64url(&bytes) == text).then_some(bytes)
}

/// Standard base64 with padding (RFC 4648 §4).
#[must_use]
pub fn b64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Strict standard base64.
#[must_use]
pub fn b64_decode(text: &str) -> Option<Vec<u8>> {
    let bytes = STANDARD.decode(text).ok()?;
    (b64(&bytes) == text).then_some(bytes)
}

/// Appends `len u32be || bytes`.
pub fn lp(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((bytes.len() as u32).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// Text that is not of the form it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not in the form of the wire format")]
pub struct IllFormed;

macro_rules! fixed_bytes {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                // On the stack: these are written in every statement.
                let mut text = [0; 44];
                let written = URL_SAFE_NO_PAD.encode_slice(self.0, &mut text).map_err(|_| fmt::Error)?;
                f.write_str(std::str::from_utf8(&text[..written]).map_err(|_| fmt::Error)?)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IllFormed;
            fn from_str(text: &str) -> Result<Self, IllFormed> {
                let mut bytes = [0; $len + 3];
                let read = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).map_err(|_| IllFormed)?;
                let bytes: [u8; $len] = bytes[..read].try_into().map_err(|_| IllFormed)?;
                // The engine refuses spare bits and padding; the length fixes the rest.
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

fixed_bytes! {
    /// A SHA-256 hash; 43 characters of base64url.
    Hash, 32
}
fixed_bytes! {
    /// SHA-256 of a SubjectPublicKeyInfo.
    KeyId, 32
}
fixed_bytes! {
    /// The 16 random bytes that a genesis fixes.
    LedgerId, 16
}

impl Hash {
    /// SHA-256 of bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// Microseconds since 1970-01-01T00:00:00Z, without leap seconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

const SHANGHAI_MICROS: i64 = 8 * 3600 * 1_000_000;
const DAY_MICROS: i64 = 86_400 * 1_000_000;

impl Instant {
    /// From microseconds.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// In microseconds.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Later by so many microseconds (earlier when negative), saturating.
    #[must_use]
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// The civil day, that of UTC+08:00 always.
    #[must_use]
    pub fn civil_day(self) -> Date {
        Date::from_days(self.0.saturating_add(SHANGHAI_MICROS).div_euclid(DAY_MICROS))
    }

    /// Midnight (UTC+08:00) at which a civil day begins.
    #[must_use]
    pub fn start_of_day(day: Date) -> Self {
        Self(day.days() * DAY_MICROS - SHANGHAI_MICROS)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = Date::from_days(self.0.div_euclid(DAY_MICROS));
        let within = self.0.rem_euclid(DAY_MICROS);
        let (seconds, micros) = (within / 1_000_000, within % 1_000_000);
        write!(f, "{day}T{:02}:{:02}:{:02}.{micros:06}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Instant {
    type Err = IllFormed;
    fn from_str(text: &str) -> Result<Self, IllFormed> {
        let bytes = text.as_bytes();
        if bytes.len() != 27
            || bytes[10] != b'T'
            || bytes[13] != b':'
            || bytes[16] != b':'
            || bytes[19] != b'.'
            || bytes[26] != b'Z'
        {
            return Err(IllFormed);
        }
        let day: Date = text.get(..10).ok_or(IllFormed)?.parse()?;
        let (hour, minute, second, micros) =
            (digits(&bytes[11..13])?, digits(&bytes[14..16])?, digits(&bytes[17..19])?, digits(&bytes[20..26])?);
        if hour > 23 || minute > 59 || second > 59 || day.0.year() < 1970 {
            return Err(IllFormed);
        }
        Ok(Self(day.days() * DAY_MICROS + ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros))
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

fn digits(bytes: &[u8]) -> Result<i64, IllFormed> {
    bytes
        .iter()
        .try_fold(0, |sum, b| if b.is_ascii_digit() { Ok(sum * 10 + i64::from(b - b'0')) } else { Err(IllFormed) })
}

/// A civil date of the Gregorian calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub jiff::civil::Date);

/// 0000-01-01 and 9999-12-31, in days from 1970-01-01: what ten characters can say.
const FIRST_DAY: i64 = -719_528;
const LAST_DAY: i64 = 2_932_896;
const EPOCH: jiff::civil::Date = jiff::civil::date(1970, 1, 1);

impl Date {
    /// Days since 1970-01-01.
    #[must_use]
    pub fn days(self) -> i64 {
        // Howard Hinnant's days_from_civil; the calendar library's own difference is ten times slower here.
        let (year, month, day) = (i64::from(self.0.year()), i64::from(self.0.month()), i64::from(self.0.day()));
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    /// The date so many days after 1970-01-01, at most that of either end of the years 0000 to 9999.
    #[must_use]
    pub fn from_days(days: i64) -> Self {
        let days = days.clamp(FIRST_DAY, LAST_DAY);
        let span = jiff::Span::new().try_days(days).expect("ten thousand years are within the calendar's range");
        Self(EPOCH.saturating_add(span))
    }

    /// So many days later (earlier when negative).
    #[must_use]
    pub fn add_days(self, days: i64) -> Self {
        Self::from_days(self.days().saturating_add(days))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Date {
    type Err = IllFormed;
    fn from_str(text: &str) -> Result<Self, IllFormed> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(IllFormed);
        }
        let (year, month, day) = (digits(&bytes[..4])?, digits(&bytes[5..7])?, digits(&bytes[8..])?);
        let date = jiff::civil::Date::new(year as i16, month as i8, day as i8).map_err(|_| IllFormed)?;
        Ok(Self(date))
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A random UUID in its one form: lower case, 36 characters, version 4, variant 10.
#[must_use]
pub fn parse_uuid_v4(text: &str) -> Option<Uuid> {
    parse_uuid(text, 4)
}

/// The id of a record: version 8 where it is derived, which is only and always the case for warnings; else version 4.
#[must_use]
pub fn parse_record_id(kind: &str, text: &str) -> Option<Uuid> {
    if kind == "warning" { parse_uuid_v8(text) } else { parse_uuid_v4(text) }
}

/// A derived UUID, version 8.
#[must_use]
pub fn parse_uuid_v8(text: &str) -> Option<Uuid> {
    parse_uuid(text, 8)
}

fn parse_uuid(text: &str, version: usize) -> Option<Uuid> {
    if text.len() != 36 || text.bytes().any(|b| b.is_ascii_uppercase()) {
        return None;
    }
    let id = Uuid::try_parse(text).ok()?;
    (id.get_version_num() == version && id.get_variant() == Variant::RFC4122).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days_agree() {
        for days in (-700_000..2_900_000).step_by(997) {
            assert_eq!(Date::from_days(days).days(), days);
        }
        assert_eq!(Date::from_days(0).to_string(), "1970-01-01");
        assert_eq!(Date::from_days(i64::MAX).to_string(), "9999-12-31");
        assert_eq!(Date::from_days(LAST_DAY).to_string(), "9999-12-31");
        assert_eq!(Date::from_days(LAST_DAY - 1).to_string(), "9999-12-30");
        assert_eq!(Date::from_days(i64::MIN).to_string(), "0000-01-01");
        assert_eq!(Date::from_days(FIRST_DAY + 1).to_string(), "0000-01-02");
        assert_eq!(Date::from_days(5).add_days(i64::MAX).to_string(), "9999-12-31");
        assert_eq!("2024-02-28".parse::<Date>().map(|day| day.add_days(2).to_string()), Ok("2024-03-01".into()));
        for bad in ["2025-02-30", "2025-2-03", "2025-02-3 ", "20250203", "2025-13-01", "２０２５-01-01"] {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
    }

    #[test]
    fn instants() {
        for micros in [i64::MIN, i64::MAX, -1, 0] {
            let instant = Instant::from_micros(micros);
            assert_eq!(instant.to_string().len(), 27, "{instant}");
            assert_eq!(instant.civil_day().to_string().len(), 10);
        }
        let last = "9999-12-31T23:59:59.999999Z";
        assert_eq!(last.parse::<Instant>().map(|instant| instant.to_string()), Ok(last.into()));
        assert_eq!("1970-01-01T00:00:00.000000Z".parse::<Instant>().map(Instant::micros), Ok(0));
        let text = "2026-11-25T16:00:00.000001Z";
        let instant: Instant = text.parse().expect("well-formed");
        assert_eq!(instant.to_string(), text);
        assert_eq!(instant.civil_day().to_string(), "2026-11-26", "16:00 UTC is midnight in Shanghai");
        assert_eq!(Instant::start_of_day(instant.civil_day()), instant.plus_micros(-1));
        for bad in [
            "2026-11-25T16:00:60.000000Z",
            "2016-12-31T23:59:60.000000Z",
            "2026-11-25T16:60:00.000000Z",
            "2026-02-29T16:00:00.000000Z",
            "2026-11-25t16:00:00.000000Z",
            "2026-11-25T16:00:00.000000z",
            "2026-11-25 16:00:00.000000Z",
            "2026-11-25T16:00:00.00000+Z",
            "2026-11-25T24:00:00.000000Z",
            "2026-11-25T16:00:00.00000Z",
            "1969-12-31T23:59:59.999999Z",
        ] {
            assert!(bad.parse::<Instant>().is_err(), "{bad}");
        }
    }

    #[test]
    fn base64_is_strict() {
        assert_eq!(b64url_decode("AA"), Some(vec![0]));
        for bad in ["AB", "AA==", "A", "A A", "AA\n"] {
            assert_eq!(b64url_decode(bad), None, "{bad}");
        }
        let text = Hash([7; 32]).to_string();
        assert_eq!(text.len(), 43);
        assert_eq!(text.parse(), Ok(Hash([7; 32])));
        let spare = format!("{}d", &text[..42]);
        assert!(spare.parse::<Hash>().is_err(), "spare bits: {spare}");
    }

    #[test]
    fn uuids_have_one_form() {
        assert!(parse_uuid_v4("6f1c1a52-3b0e-4c43-9d0e-0123456789ab").is_some());
        for bad in [
            "6F1C1A52-3B0E-4C43-9D0E-0123456789AB",
            "6f1c1a523b0e4c439d0e0123456789ab",
            "6f1c1a52-3b0e-1c43-9d0e-0123456789ab",
            "6f1c1a52-3b0e-4c43-cd0e-0123456789ab",
        ] {
            assert!(parse_uuid_v4(bad).is_none(), "{bad}");
        }
    }
}
