//! The only place where an inner error becomes an outer one, and the only place where it is logged.
//!
//! A refusal is not an error: it is data of `append`. What stands here is authentication, limits, questions that
//! cannot be answered, and our own faults; a fault is logged with a reference number and tells its caller only that.

use async_graphql::{ErrorExtensionValues, ServerError};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// What goes wrong outside the ledger's law.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiError {
    /// No session, or one that has ended.
    Unauthenticated,
    /// The document is no GraphQL; what the parser says.
    Document(String),
    /// A bound of the service, by its name in `node { limits }`.
    Limit {
        /// Name of the limit.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// An argument that cannot be meant; which, and what would be right.
    Argument(&'static str, &'static str),
    /// The read model has not reached the position asked for within the time allowed.
    Behind {
        /// Where it stands (number of events read).
        position: u64,
    },
    /// A login that is not accepted: its code, and the place in the signed payload, empty for the envelope.
    Login(&'static str, &'static str),
    /// Somebody whose roles do not go so far.
    NotAuthorised,
    /// A file that cannot be imported.
    Unreadable(crate::import::Unreadable),
    /// The service cannot take more at the moment.
    Busy,
    /// Our own fault, logged under this reference.
    Failed(String),
}

/// Logs an inner error once and gives it a reference number.
pub fn fault(doing: &'static str, error: &(dyn std::fmt::Display + '_)) -> ApiError {
    let mut bytes = [0; 6];
    // Without randomness the reference only loses its number.
    let _ = getrandom::fill(&mut bytes);
    let reference: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    tracing::error!(reference, doing, %error, "request failed");
    ApiError::Failed(reference)
}

/// Logs that the database gave no answer: busy while it is away, our fault otherwise.
pub fn unanswered(doing: &'static str, error: &schema::error::Error) -> ApiError {
    match error {
        schema::error::Error::Unavailable(_) | schema::error::Error::Conflict(_) => {
            tracing::warn!(doing, %error, "the database is away");
            ApiError::Busy
        }
        other => fault(doing, other),
    }
}

impl ApiError {
    /// The code that programs look at.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Document(_) => "BAD_DOCUMENT",
            Self::Limit { .. } => "LIMIT",
            Self::Argument(..) => "BAD_ARGUMENT",
            Self::Behind { .. } => "BEHIND",
            Self::Login(code, _) => code,
            Self::NotAuthorised => "NOT_AUTHORISED",
            Self::Unreadable(unreadable) => unreadable.code,
            Self::Busy => "BUSY",
            Self::Failed(_) => "INTERNAL",
        }
    }

    /// The sentence for people: Chinese, then English.
    #[must_use]
    pub fn message(&self) -> (String, String) {
        match self {
            Self::Unauthenticated => ("请先用密钥登录".into(), "Log in with a key first.".into()),
            Self::Document(detail) => {
                (format!("查询文本有误：{detail}"), format!("The document is not well-formed: {detail}"))
            }
            Self::Limit { what, limit } => {
                (format!("超过限制 {what}（{limit}）"), format!("The request exceeds the limit {what} ({limit})."))
            }
            Self::Argument(name, right) => {
                (format!("参数 {name} 无效：{right}"), format!("The argument {name} is not valid: {right}"))
            }
            Self::Behind { position } => (
                format!("查询数据尚未更新到所要求的位置（当前已处理 {position} 条）"),
                format!("The read model has not reached that position yet ({position} events read)."),
            ),
            Self::Login(code, _) => (format!("登录未被接受：{code}"), format!("The login was not accepted: {code}")),
            Self::NotAuthorised => ("您的角色不能做此事".into(), "Your roles do not go so far.".into()),
            Self::Unreadable(unreadable) => (unreadable.zh.clone(), unreadable.en.clone()),
            Self::Busy => ("系统繁忙，请稍后再试".into(), "The service is busy: try again later.".into()),
            Self::Failed(reference) => {
                (format!("系统故障，编号 {reference}"), format!("Something failed on our side, reference {reference}."))
            }
        }
    }

    /// HTTP status outside GraphQL.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated | Self::Login(..) => StatusCode::UNAUTHORIZED,
            Self::Limit { what: "bodyBytes" | "importBytes", .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotAuthorised => StatusCode::FORBIDDEN,
            Self::Unreadable(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Document(_) | Self::Limit { .. } | Self::Argument(..) => StatusCode::BAD_REQUEST,
            Self::Behind { .. } | Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What programs look at: the code, both sentences, and what belongs to this error alone.
    fn extensions(&self) -> ErrorExtensionValues {
        let (zh, en) = self.message();
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", self.code());
        extensions.set("messageZh", zh);
        extensions.set("messageEn", en);
        match self {
            Self::Login(_, pointer) => extensions.set("pointer", *pointer),
            Self::Behind { position } => extensions.set("position", position.to_string()),
            Self::Failed(reference) => extensions.set("reference", reference.as_str()),
            Self::Limit { what, limit } => {
                extensions.set("limit", *what);
                extensions.set("value", *limit as u64);
            }
            Self::Unauthenticated
            | Self::Document(_)
            | Self::Argument(..)
            | Self::NotAuthorised
            | Self::Unreadable(_)
            | Self::Busy => {}
        }
        extensions
    }

    fn json(&self) -> serde_json::Value {
        let (zh, en) = self.message();
        serde_json::json!({"message": format!("{zh} / {en}"), "extensions": self.extensions()})
    }

    /// The body of a GraphQL request error.
    #[must_use]
    pub fn graphql_body(&self) -> Vec<u8> {
        serde_json::json!({"errors": [self.json()]}).to_string().into_bytes()
    }

    /// As an error of the GraphQL engine without a place in the document.
    #[must_use]
    pub fn into_server_error(self) -> ServerError {
        async_graphql::Error::from(self).into_server_error(async_graphql::Pos::default())
    }
}

impl From<crate::submit::SubmitError> for ApiError {
    fn from(error: crate::submit::SubmitError) -> Self {
        use crate::submit::SubmitError;
        match error {
            SubmitError::Busy | SubmitError::ReadOnly => Self::Busy,
            SubmitError::Failed(error) => fault("the door", &error),
            // Refusals are data; one that comes here was asked for by ourselves.
            SubmitError::Refused(refusal) => fault("the door", &refusal.code.as_str()),
        }
    }
}

impl From<ApiError> for async_graphql::Error {
    fn from(error: ApiError) -> Self {
        let (zh, en) = error.message();
        let mut outer = Self::new(format!("{zh} / {en}"));
        outer.extensions = Some(error.extensions());
        outer
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status(), axum::Json(serde_json::json!({"error": self.json()}))).into_response()
    }
}
