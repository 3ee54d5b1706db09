//! A file over HTTP, in and out: its bytes as a body, its name in `Content-Disposition` (RFC 6266, RFC 8187), never in an
//! address.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, HeaderValue, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::error::ApiError;

/// A file that is not here by then is not waited for: it holds a place that others wait for.
const ARRIVES_WITHIN: Duration = Duration::from_secs(120);
/// What RFC 8187 lets stand in a name as it is.
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A body of at most so many bytes, whole and in time.
///
/// # Errors
/// The limit of this name, whether the length was told or is seen on the way; [`ApiError::Argument`] for what does not
/// arrive.
pub async fn arrived(headers: &HeaderMap, body: Body, (what, limit): (&'static str, usize)) -> Result<Bytes, ApiError> {
    let told = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if told.is_some_and(|told| told > limit) {
        return Err(ApiError::Limit { what, limit });
    }
    match tokio::time::timeout(ARRIVES_WITHIN, to_bytes(body, limit)).await {
        Ok(Ok(bytes)) if !bytes.is_empty() => Ok(bytes),
        Ok(Err(error)) if is_length_limit(&error) => Err(ApiError::Limit { what, limit }),
        _ => Err(ApiError::Argument("body", "a file that arrives whole and in time")),
    }
}

fn is_length_limit(error: &axum::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if error.to_string().contains("length limit") {
            return true;
        }
        source = error.source();
    }
    false
}

/// The name under which a file comes: `filename*` in UTF-8, else `filename`. Without folders, and without what a terminal
/// or a page could take for more than a name.
#[must_use]
pub fn file_name(headers: &HeaderMap) -> Option<String> {
    let disposition = headers.get(header::CONTENT_DISPOSITION)?.to_str().ok()?;
    let (mut plain, mut extended) = (None, None);
    for parameter in disposition.split(';').skip(1) {
        let Some((name, value)) = parameter.split_once('=') else { continue };
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "filename*" => {
                let mut parts = value.splitn(3, '\'');
                let utf_8 = parts.next().is_some_and(|charset| charset.eq_ignore_ascii_case("utf-8"));
                let encoded = parts.nth(1).filter(|_| utf_8);
                extended = encoded.and_then(|text| Some(percent_decode_str(text).decode_utf8().ok()?.into_owned()));
            }
            "filename" => plain = Some(value.trim_matches('"').to_owned()),
            _ => {}
        }
    }
    let name = extended.or(plain)?;
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let name = name.trim().to_owned();
    (!name.is_empty()).then_some(name)
}

/// The header under which a file goes out.
#[must_use]
pub fn disposition(name: &str) -> HeaderValue {
    let named = format!("attachment; filename*=UTF-8''{}", utf8_percent_encode(name, NAME));
    HeaderValue::from_str(&named).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_of(disposition: HeaderValue) -> Option<String> {
        file_name(&HeaderMap::from_iter([(header::CONTENT_DISPOSITION, disposition)]))
    }

    #[test]
    fn a_name_is_a_name_and_nothing_more() {
        let cases = [
            ("attachment; filename*=UTF-8''%E5%89%82%E9%87%8F.xlsx", Some("剂量.xlsx")),
            ("attachment; filename=\"plain.csv\"; filename*=utf-8'zh'%E7%94%B2+1.csv", Some("甲+1.csv")),
            ("attachment; filename=\"C:\\secret\\a.csv\"", Some("a.csv")),
            ("attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", Some("passwd")),
            ("attachment; filename*=UTF-8''a%0D%0Ab.csv", Some("ab.csv")),
            ("attachment; filename*=UTF-8''%0A", None),
            ("attachment; filename*=UTF-8''%FF", None),
            ("attachment; filename*=GBK''%B0%A1", None),
            ("attachment", None),
            ("attachment; filename=\"\"", None),
        ];
        for (text, name) in cases {
            assert_eq!(name_of(HeaderValue::from_static(text)).as_deref(), name, "{text}");
        }
        assert_eq!(file_name(&HeaderMap::new()), None);
        assert_eq!(name_of(disposition("甲 乙'.xlsx")).as_deref(), Some("甲 乙'.xlsx"), "there and back");
    }
}
