//! The portal: the pages of `api/portal`, built by its own tools and carried in this program.
//!
//! Files under `assets/` have their hash in their name and are kept for ever; the two documents are asked for again each time.
//! A page may load and call nothing but this service, and run no script that it did not load from here. The operations that its
//! pages ask are carried as well: a page sends the hash of one (`documentId`), never a text.
//!
//! A program that was built without the portal answers with a page that says where things are.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "portal/dist"]
#[allow_missing = true]
struct Dist;

/// The operations of the pages, by `sha256:` and their hash; not served.
const DOCUMENTS: &str = "documents.json";

const POLICY: (HeaderName, &str) = (
    header::CONTENT_SECURITY_POLICY,
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; \
     manifest-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
);
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The text of an operation of the portal's pages, by its id.
pub fn document(id: &str) -> Option<&'static str> {
    static DOCUMENTS_BY_ID: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
        Dist::get(DOCUMENTS).and_then(|file| serde_json::from_slice(&file.data).ok()).unwrap_or_default()
    });
    DOCUMENTS_BY_ID.get(id).map(String::as_str)
}

/// Which of the two documents a path opens, and whether there is a page at it. The pages find their own way from there.
fn page_of(path: &str) -> (&'static str, StatusCode) {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    match first {
        "app" | "me" | "audit" => ("app.html", StatusCode::OK),
        "" | "verify" | "login" | "enrol" => ("index.html", StatusCode::OK),
        _ => ("index.html", StatusCode::NOT_FOUND),
    }
}

/// Everything that no other route answers: a file of the portal, or one of its two documents.
pub async fn portal(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    let name = uri.path().trim_start_matches('/');
    let whole = name == DOCUMENTS || name.ends_with(".html") || name.ends_with(".gz");
    if !whole && let Some(file) = Dist::get(name) {
        let kept = if name.starts_with("assets/") { FOR_EVER } else { "public, max-age=3600" };
        return send(name, file, StatusCode::OK, kept, &headers);
    }
    if name.starts_with("assets/") {
        return crate::pages::not_found().await;
    }
    let (page, status) = page_of(uri.path());
    match Dist::get(page) {
        Some(file) => send(page, file, status, "no-cache", &headers),
        None => crate::pages::without_portal(status),
    }
}

fn send(name: &str, file: EmbeddedFile, status: StatusCode, kept: &'static str, headers: &HeaderMap) -> Response {
    let media =
        HeaderValue::from_str(file.metadata.mimetype()).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let fixed = [(header::CACHE_CONTROL, kept), (header::VARY, "Accept-Encoding"), POLICY];
    // Each text lies there compressed as well: made once, by the build.
    if takes_gzip(headers)
        && let Some(packed) = Dist::get(&format!("{name}.gz"))
    {
        let media = [(header::CONTENT_TYPE, media), (header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))];
        return (status, media, fixed, packed.data).into_response();
    }
    (status, [(header::CONTENT_TYPE, media)], fixed, file.data).into_response()
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .map(|coding| coding.trim().to_ascii_lowercase())
        .any(|coding| coding == "gzip" || (coding.starts_with("gzip;") && !coding.ends_with("q=0")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_opens_its_page() {
        assert_eq!(page_of("/"), ("index.html", StatusCode::OK));
        assert_eq!(page_of("/verify/abc"), ("index.html", StatusCode::OK));
        assert_eq!(page_of("/app/warnings"), ("app.html", StatusCode::OK));
        assert_eq!(page_of("/application"), ("index.html", StatusCode::NOT_FOUND));
    }

    #[test]
    fn compression_is_what_the_client_takes() {
        let takes = |text: &'static str| {
            takes_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(text))]))
        };
        assert!(takes("gzip, deflate, br") && takes("br;q=1, gzip;q=0.5"));
        assert!(!takes("br") && !takes("gzip;q=0") && !takes_gzip(&HeaderMap::new()));
    }
}
