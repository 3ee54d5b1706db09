//! The gateway of Alibaba Cloud (短信服务, Dysmsapi 2017-05-25): a message is sent, looked for, and reported on.
//!
//! What the vendor publishes, and where:
//!
//! - requests and their signature, `ACS3-HMAC-SHA256` (V3 版本请求体&签名机制): help.aliyun.com/document_detail/2593177.html
//! - `SendSms`: help.aliyun.com/document_detail/55284.html
//! - `QuerySendDetails`: help.aliyun.com/document_detail/419277.html
//! - delivery reports, `SmsReport` over HTTP: help.aliyun.com/document_detail/101867.html
//! - error codes: help.aliyun.com/document_detail/101346.html
//!
//! `SendSms` is not idempotent: the vendor takes the same `OutId` twice and sends twice. So a request goes out once, on a
//! connection of its own, and nothing here repeats it; what broke after it may have been sent is [`Unknown`].
//!
//! All parameters travel as a form in the body, which the protocol allows beside the query, because addresses are logged
//! on the way and the parameters are telephone numbers and names.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use anyhow::{Context, ensure};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{StatusCode, Url};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use signing::bytes::Date;
use uuid::Uuid;

/// The public address of the gateway.
pub const ENDPOINT: &str = "https://dysmsapi.aliyuncs.com";

const VERSION: &str = "2017-05-25";
const ALGORITHM: &str = "ACS3-HMAC-SHA256";
const FORM: &str = "application/x-www-form-urlencoded";

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// Largest answer that is read, in bytes.
const ANSWER_MAX: usize = 64 * 1024;
/// Messages on one page of a listing. The vendor gives 50 at most, but each with its text of up to 500 characters, and a
/// page has to fit into an answer.
const PAGE: usize = 20;
/// Pages that are read of one day of one telephone, which the vendor's own limits keep far below this.
const PAGES_MAX: usize = 50;
/// Most reports in one delivery callback.
const REPORTS_MAX: usize = 500;
/// Characters that are kept of a code.
const CODE_MAX: usize = 64;

/// What is percent-encoded: all but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A text that is shown to nobody.
#[derive(Clone)]
pub struct Secret(String);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// How the gateway is reached, and as whom.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Scheme, host and port; [`ENDPOINT`] in earnest.
    pub endpoint: Url,
    /// `AccessKeyId` of the account.
    pub access_key_id: String,
    /// `AccessKeySecret` of the account. It signs and is never sent.
    pub access_key_secret: Secret,
    /// `SignName`: the name in front of each text, approved by the vendor.
    pub sign_name: String,
    /// `TemplateCode`: the text with its variables, approved by the vendor.
    pub template_code: String,
}

/// One message to one telephone.
pub struct Message<'a> {
    /// `PhoneNumbers`: one number of the mainland.
    pub phone: &'a str,
    /// `OutId`, shorter than 256 characters: it comes back in the delivery report and in the listing of the day.
    pub id: &'a str,
    /// Members of `TemplateParam`: exactly the variables of the template.
    pub params: &'a [(&'a str, String)],
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What the gateway says to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It will be delivered, or reported as not delivered.
    Taken {
        /// `BizId`, the gateway's own number of the message.
        serial: String,
    },
    /// It will never be taken like this.
    Refused {
        /// Code of the vendor.
        code: String,
    },
    /// It was not taken now; the same may be taken later.
    Later {
        /// Code of the vendor, `HTTP_` and the status where it gives none, or `UNREACHABLE` when nothing was sent.
        code: String,
    },
}

/// Whether the gateway saw the request is not known, or not what it knows.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unknown(String);

/// A message that the gateway took, found again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// `BizId`. The vendor's description of the listing has none; it is taken where there is one.
    pub serial: Option<String>,
    /// What became of it.
    pub state: State,
}

/// What became of a message that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Not reported on yet.
    Waiting,
    /// Not delivered.
    Failed {
        /// Code of the carrier or the vendor.
        code: String,
    },
    /// Received.
    Delivered,
}

impl State {
    /// Of one id that was sent more than once, the luckiest counts.
    fn rank(&self) -> u8 {
        match self {
            Self::Failed { .. } => 0,
            Self::Waiting => 1,
            Self::Delivered => 2,
        }
    }
}

/// The gateway.
#[derive(Debug)]
pub struct Gateway {
    settings: Settings,
    /// The header `host`, which is signed.
    host: String,
    http: reqwest::Client,
}

impl Gateway {
    /// A gateway; nothing is asked of it yet.
    ///
    /// # Errors
    /// When a setting is missing or cannot be what it should be, or the HTTP client cannot be made.
    pub fn new(settings: Settings) -> anyhow::Result<Self> {
        Self::within(settings, ANSWER_WITHIN)
    }

    fn within(settings: Settings, answer: Duration) -> anyhow::Result<Self> {
        let host = host_of(&settings.endpoint)?;
        let id = &settings.access_key_id;
        ensure!(
            !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)),
            "短信网关的 AccessKeyId 不合规。The access key id of the SMS gateway is ill-formed."
        );
        ensure!(
            ![&settings.access_key_secret.0, &settings.sign_name, &settings.template_code]
                .iter()
                .any(|text| text.is_empty()),
            "短信网关缺少密钥、签名或模板。The SMS gateway lacks its secret, its sign name or its template."
        );
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .http1_only()
            // A connection that the other side is closing loses requests, and a lost request is an unknown one.
            .pool_max_idle_per_host(0)
            .connect_timeout(CONNECT_WITHIN)
            .timeout(answer)
            .build()?;
        Ok(Self { settings, host, http })
    }

    /// Sends a message (`SendSms`).
    ///
    /// # Errors
    /// When it is not known whether the gateway took it. [`Gateway::find`] may tell; the listing follows after a while.
    pub async fn send(&self, message: &Message<'_>) -> Result<Answer, Unknown> {
        // To the vendor this is a list: it would send to each, under one serial.
        if message.phone.contains(',') {
            return Ok(Answer::Refused { code: "isv.MOBILE_NUMBER_ILLEGAL".to_owned() });
        }
        let params: serde_json::Map<String, serde_json::Value> =
            message.params.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
        let params = serde_json::Value::Object(params).to_string();
        let parameters = [
            ("PhoneNumbers", message.phone),
            ("SignName", &self.settings.sign_name),
            ("TemplateCode", &self.settings.template_code),
            ("TemplateParam", &params),
            ("OutId", message.id),
        ];
        self.call("SendSms", &parameters).await?.answer()
    }

    /// What became of a message: by telephone, day of sending and id (`QuerySendDetails`). The day is the gateway's own, of
    /// the true time in Asia/Shanghai, and 30 days back at most. None when the whole listing does not have the message,
    /// which proves little in the first minutes.
    ///
    /// # Errors
    /// When the gateway cannot be reached, does not answer with a listing, or does not list all that it counts.
    pub async fn find(&self, phone: &str, day: Date, id: &str) -> Result<Option<Found>, Unknown> {
        let (mut found, mut listed) = (None::<Found>, 0);
        for page in 1..=PAGES_MAX {
            let (count, details) = self.page(phone, day, page).await?.listing()?;
            listed += details.len();
            let (whole, end) = (listed >= count, details.is_empty());
            let of_page = details.into_iter().filter(|detail| detail.out_id.as_deref() == Some(id)).map(Found::from);
            found = found.into_iter().chain(of_page).max_by_key(|found| found.state.rank());
            if whole {
                return Ok(found);
            }
            if end {
                break;
            }
        }
        // What is there is there; what is not may be among what was counted and not listed.
        found.map(Some).ok_or_else(|| Unknown("列表不完整 the listing is not whole".to_owned()))
    }

    async fn page(&self, phone: &str, day: Date, page: usize) -> Result<Reply, Unknown> {
        let (day, size, page) = (day.to_string().replace('-', ""), PAGE.to_string(), page.to_string());
        let parameters = [
            ("PhoneNumber", phone),
            ("SendDate", day.as_str()),
            ("PageSize", size.as_str()),
            ("CurrentPage", page.as_str()),
        ];
        self.call("QuerySendDetails", &parameters).await
    }

    /// One signed request, sent once.
    async fn call(&self, action: &str, parameters: &[(&str, &str)]) -> Result<Reply, Unknown> {
        let sent = self.request(action, form(parameters)).send().await;
        match sent {
            Ok(response) => Reply::read(response).await,
            // There was no connection that a request could have gone out on.
            Err(error) if error.is_connect() => Ok(Reply::of("UNREACHABLE".to_owned())),
            Err(error) => Err(broken(error)),
        }
    }

    fn request(&self, action: &str, body: String) -> reqwest::RequestBuilder {
        // The vendor compares with its own clock, so this is the system's and never the one of a story.
        let date = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let mut headers = common_headers(&self.host, action, VERSION, date, Uuid::new_v4().simple().to_string(), &body);
        headers.insert("content-type", FORM.to_owned());
        let Settings { access_key_id, access_key_secret, .. } = &self.settings;
        let authorization = authorization(access_key_id, access_key_secret, "", &headers);
        let request = self.http.post(self.settings.endpoint.clone()).header(AUTHORIZATION, hidden(authorization));
        headers.iter().fold(request, |request, (name, value)| request.header(*name, value)).body(body)
    }
}

/// The header `host` of requests to an address, which has to be one for requests: a message is not for everybody on the
/// way, so only this machine is spoken to in clear.
fn host_of(endpoint: &Url) -> anyhow::Result<String> {
    let host = endpoint.host_str().context("短信网关的地址没有主机。The address of the SMS gateway has no host.")?;
    let own = ["127.0.0.1", "[::1]", "localhost"].contains(&host);
    ensure!(
        endpoint.scheme() == "https" || endpoint.scheme() == "http" && own,
        "短信网关须经 HTTPS 访问。The SMS gateway is reached by HTTPS only."
    );
    let bare = endpoint.path() == "/" && endpoint.query().is_none() && endpoint.fragment().is_none();
    ensure!(
        bare && endpoint.username().is_empty() && endpoint.password().is_none(),
        "短信网关的地址只含协议、主机和端口。The address of the SMS gateway is scheme, host and port alone."
    );
    Ok(endpoint.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

fn hidden(authorization: String) -> HeaderValue {
    let mut value = HeaderValue::try_from(authorization).expect("the key id was looked at, all else is ours");
    value.set_sensitive(true);
    value
}

/// What is known of a request that went wrong on the way: no address, no body.
fn broken(error: reqwest::Error) -> Unknown {
    let kind = if error.is_timeout() { "超时 no answer in time" } else { "连接中断 the connection broke" };
    Unknown(format!("{kind}: {}", error.without_url()))
}

/// Parameters as the vendor wants them in a query and in a form: sorted by name, encoded by RFC 3986.
fn form(parameters: &[(&str, &str)]) -> String {
    let encoded = |text| utf8_percent_encode(text, RESERVED);
    let mut pairs = parameters.to_vec();
    pairs.sort_unstable();
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    pairs.join("&")
}

/// Headers by lower-case name, sorted: all of them are signed.
type Headers = BTreeMap<&'static str, String>;

/// The headers that every request has.
fn common_headers(host: &str, action: &str, version: &str, date: String, nonce: String, body: &str) -> Headers {
    Headers::from([
        ("host", host.to_owned()),
        ("x-acs-action", action.to_owned()),
        ("x-acs-content-sha256", hex(&Sha256::digest(body))),
        ("x-acs-date", date),
        ("x-acs-signature-nonce", nonce),
        ("x-acs-version", version.to_owned()),
    ])
}

/// The header `authorization` of a POST to `/`: the canonical request is hashed, its hash signed with the secret.
fn authorization(key_id: &str, secret: &Secret, query: &str, headers: &Headers) -> String {
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let names = headers.keys().copied().collect::<Vec<_>>().join(";");
    let digest = &headers["x-acs-content-sha256"];
    let canonical = format!("POST\n/\n{query}\n{lines}\n{names}\n{digest}");
    let text = format!("{ALGORITHM}\n{}", hex(&Sha256::digest(canonical)));
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(secret.0.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    let signature = hex(&mac.finalize().into_bytes());
    format!("{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is read of an answer, whichever the call.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reply {
    code: String,
    biz_id: Option<String>,
    total_count: Option<Count>,
    #[serde(rename = "SmsSendDetailDTOs")]
    details: Option<Details>,
    /// The server said that it failed, so the code does not judge the message.
    #[serde(skip)]
    failing: bool,
}

/// A number that the vendor describes as a text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Count {
    Number(usize),
    Text(String),
}

#[derive(Debug, Default, Deserialize)]
struct Details {
    #[serde(rename = "SmsSendDetailDTO", default)]
    list: Vec<Detail>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Detail {
    out_id: Option<String>,
    biz_id: Option<String>,
    send_status: i64,
    err_code: Option<String>,
}

impl From<Detail> for Found {
    fn from(detail: Detail) -> Self {
        let state = match detail.send_status {
            2 => State::Failed { code: brief(detail.err_code.unwrap_or_default()) },
            3 => State::Delivered,
            // 1 is waiting. Another number would at least say that the message is there.
            _ => State::Waiting,
        };
        Self { serial: detail.biz_id, state }
    }
}

impl Reply {
    fn of(code: String) -> Self {
        Self { code, biz_id: None, total_count: None, details: None, failing: false }
    }

    /// Reads an answer. Where it is not the vendor's own, its status has to do.
    async fn read(response: reqwest::Response) -> Result<Self, Unknown> {
        let status = response.status();
        let body = body_of(response).await?;
        match serde_json::from_slice::<Self>(&body) {
            Ok(reply) if status.is_success() || reply.code != "OK" => {
                Ok(Self { code: brief(reply.code), failing: status.is_server_error(), ..reply })
            }
            Err(_) if !status.is_success() && !RELAYED.contains(&status) => {
                Ok(Self::of(format!("HTTP_{}", status.as_u16())))
            }
            _ => Err(Unknown(format!("应答不可读 the answer cannot be read: HTTP {}", status.as_u16()))),
        }
    }

    /// As an answer to `SendSms`.
    fn answer(self) -> Result<Answer, Unknown> {
        match self.biz_id {
            Some(serial) if self.code == "OK" && !serial.is_empty() => Ok(Answer::Taken { serial }),
            _ if self.code == "OK" => Err(Unknown("应答没有流水号 the answer has no serial".to_owned())),
            // Nobody else makes the same nonce: the request came twice, and the answer that counts went to the first.
            _ if self.code == "SignatureNonceUsed" => Err(Unknown("请求重复到达 the request came twice".to_owned())),
            _ if !self.failing && refuses(&self.code) => Ok(Answer::Refused { code: self.code }),
            _ => Ok(Answer::Later { code: self.code }),
        }
    }

    /// As an answer to `QuerySendDetails`: how many there are of the day, and those of this page.
    fn listing(self) -> Result<(usize, Vec<Detail>), Unknown> {
        let count = match self.total_count {
            Some(Count::Number(count)) => Some(count),
            Some(Count::Text(count)) => count.parse().ok(),
            None => None,
        };
        match count {
            Some(count) if self.code == "OK" => Ok((count, self.details.unwrap_or_default().list)),
            _ => Err(Unknown(format!("未能查询 the listing was not given: {}", self.code))),
        }
    }
}

/// Statuses of a relay that has no answer from the server behind it, which may have done its work.
const RELAYED: [StatusCode; 2] = [StatusCode::BAD_GATEWAY, StatusCode::GATEWAY_TIMEOUT];

/// Codes of `isv.` (the fault is the caller's) that are not about the message: somebody mends the account, or time passes.
const NOT_THE_MESSAGE: [&str; 10] = [
    // Time: so many to one telephone in a minute, an hour and a day; so many of the account in a day and a month.
    "isv.BUSINESS_LIMIT_CONTROL",
    "isv.DAY_LIMIT_CONTROL",
    "isv.MONTH_LIMIT_CONTROL",
    // Money: the account is empty, or was stopped for it.
    "isv.AMOUNT_NOT_ENOUGH",
    "isv.OUT_OF_SERVICE",
    // The account: unknown, irregular, without the product, or used from an address that may not.
    "isv.ACCOUNT_NOT_EXISTS",
    "isv.ACCOUNT_ABNORMAL",
    "isv.PRODUCT_UNSUBSCRIBE",
    "isv.PRODUCT_UN_SUBSCRIPT",
    "isv.DENY_IP_RANGE",
];

/// Whether a code says that this message will never be taken.
///
/// - `isv.` is a fault of number, name, template, variables or text: `isv.MOBILE_NUMBER_ILLEGAL`,
///   `isv.SMS_SIGNATURE_ILLEGAL`, `isv.SMS_TEMPLATE_ILLEGAL`, `isv.TEMPLATE_MISSING_PARAMETERS`,
///   `isv.TEMPLATE_PARAMS_ILLEGAL`, `isv.BLACK_KEY_CONTROL_LIMIT`, `isv.PARAM_LENGTH_LIMIT` and many more; a code that is
///   not known here is taken for one, so that nothing is asked for ever. Only [`NOT_THE_MESSAGE`] is not.
/// - All else is not about the message. `isp.` is trouble of the vendor (`isp.SYSTEM_ERROR`) or a right that the account
///   lacks; `Throttling`, `ServiceUnavailable`, `InternalError` pass; `SignatureDoesNotMatch`, `InvalidAccessKeyId`,
///   `InvalidTimeStamp`, `Forbidden` and the rest of the front door are settings or a clock, which an operator mends.
fn refuses(code: &str) -> bool {
    code.starts_with("isv.") && !NOT_THE_MESSAGE.contains(&code)
}

/// A code as it is kept and shown: short, and nothing but a code.
fn brief(code: String) -> String {
    code.chars().filter(|c| c.is_alphanumeric() || "._-:".contains(*c)).take(CODE_MAX).collect()
}

/// The body of an answer, up to its limit.
async fn body_of(mut response: reqwest::Response) -> Result<Vec<u8>, Unknown> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > ANSWER_MAX {
            return Err(Unknown("应答过长 the answer is too long".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What a delivery callback says of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// `biz_id`, as in [`Answer::Taken`].
    pub serial: String,
    /// `out_id`, as in [`Message::id`].
    pub id: Option<String>,
    /// `success`: the telephone received it.
    pub delivered: bool,
    /// `err_code`: of the carrier or the vendor, `DELIVERED` when all is well.
    pub code: String,
}

/// Why the body of a delivery callback was not taken. Nothing of the body is told: numbers stand in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadReport {
    /// Not an array of reports in JSON.
    #[error("回执格式不合规 the reports are ill-formed: line {line}, column {column}")]
    Malformed {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// More reports than are taken at once.
    #[error("回执过多 too many reports at once: {0}")]
    TooMany(usize),
    /// A report that names no message.
    #[error("回执没有流水号 a report has no serial: number {0} of the array")]
    NoSerial(usize),
}

/// The reports in the body of a delivery callback. The vendor repeats a callback that was not answered with status 200
/// and a JSON object whose `code` is a number; reports may come twice and in any order.
///
/// Members that are not known are ignored. The vendor does not sign callbacks: whether a report is to be believed is for
/// who receives it to see, by the address that only the vendor was given and by a serial and an id that belong together.
///
/// # Errors
/// When the body is not an array of reports, has too many of them, or one is without a serial; then none is taken.
pub fn reports(body: &[u8]) -> Result<Vec<Report>, BadReport> {
    let list: Vec<ReportBody> = serde_json::from_slice(body)
        .map_err(|error| BadReport::Malformed { line: error.line(), column: error.column() })?;
    if list.len() > REPORTS_MAX {
        return Err(BadReport::TooMany(list.len()));
    }
    match list.iter().position(|report| report.biz_id.is_empty()) {
        Some(at) => Err(BadReport::NoSerial(at)),
        None => Ok(list.into_iter().map(Report::from).collect()),
    }
}

#[derive(Deserialize)]
struct ReportBody {
    biz_id: String,
    out_id: Option<String>,
    success: bool,
    err_code: Option<String>,
}

impl From<ReportBody> for Report {
    fn from(body: ReportBody) -> Self {
        Self {
            serial: body.biz_id,
            id: body.out_id.filter(|id| !id.is_empty()),
            delivered: body.success,
            code: brief(body.err_code.unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests;
