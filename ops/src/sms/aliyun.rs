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
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

    use std::io::{BufRead, BufReader};
    use std::path::Path;
    use std::process::{Child, Command, Stdio};
    use std::sync::{Arc, Mutex};
    use std::time::Instant;

    use serde_json::{Value as Json, json};

    use super::*;

    const KEY: &str = "LTAI-test";
    const SECRET: &str = "a secret of tests";
    const SIGN: &str = "放射卫生监督";
    const TEMPLATE: &str = "SMS_100";
    const PHONE: &str = "13800138000";

    /// The gateway of `replay-tests/python/sms_counterpart.py`; it goes with its value.
    struct Counterpart {
        child: Child,
        url: Url,
        http: reqwest::Client,
    }

    impl Drop for Counterpart {
        fn drop(&mut self) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    impl Counterpart {
        fn start(more: &[&str]) -> Self {
            let python = std::env::var_os("RADLEDGER_PYTHON").unwrap_or_else(|| "python3".into());
            let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../replay-tests/python/sms_counterpart.py");
            let template = format!("{TEMPLATE}:name,place");
            let settings = ["--key", KEY, "--secret", SECRET, "--sign", SIGN, "--template", &template, "--with-parent"];
            let mut command = Command::new(python);
            command.arg(script).args(settings).args(more).stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut child = command.spawn().expect("python starts");
            let mut line = String::new();
            BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
            let url = line.trim_end().strip_prefix("listening on ").expect("it listens").parse().unwrap();
            Self { child, url, http: reqwest::Client::builder().no_proxy().build().unwrap() }
        }

        fn settings(&self) -> Settings {
            settings(self.url.as_str())
        }

        fn gateway(&self) -> Gateway {
            Gateway::new(self.settings()).unwrap()
        }

        async fn next(&self, plan: Json) {
            let sent = self.http.post(self.url.join("control/next").unwrap()).json(&plan).send().await.unwrap();
            assert_eq!(sent.status(), 200);
        }

        async fn messages(&self) -> Vec<Json> {
            let sent = self.http.get(self.url.join("control/messages").unwrap()).send().await.unwrap();
            sent.json().await.unwrap()
        }
    }

    fn settings(endpoint: &str) -> Settings {
        Settings {
            endpoint: endpoint.parse().unwrap(),
            access_key_id: KEY.to_owned(),
            access_key_secret: Secret::from(SECRET.to_owned()),
            sign_name: SIGN.to_owned(),
            template_code: TEMPLATE.to_owned(),
        }
    }

    fn params() -> [(&'static str, String); 2] {
        [("name", "张三 & 李四+=%?~*'\"\\\n𠮷".to_owned()), ("place", "市疾控中心".to_owned())]
    }

    async fn send(gateway: &Gateway, id: &str) -> Result<Answer, Unknown> {
        gateway.send(&Message { phone: PHONE, id, params: &params() }).await
    }

    fn later(code: &str) -> Answer {
        Answer::Later { code: code.to_owned() }
    }

    fn refused(code: &str) -> Answer {
        Answer::Refused { code: code.to_owned() }
    }

    fn today() -> Date {
        Date(jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8))).date())
    }

    /// The example that the vendor works out in its description of the signature.
    #[test]
    fn the_vendor_s_worked_example_is_signed_alike() {
        let headers = common_headers(
            "ecs.cn-shanghai.aliyuncs.com",
            "RunInstances",
            "2014-05-26",
            "2023-10-26T10:22:32Z".to_owned(),
            "3156853299f313e23d1673dc12e1703d".to_owned(),
            "",
        );
        let query =
            form(&[("RegionId", "cn-shanghai"), ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd")]);
        let secret = Secret::from("YourAccessKeySecret".to_owned());
        assert_eq!(
            authorization("YourAccessKeyId", &secret, &query, &headers),
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,\
             SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,\
             Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
    }

    #[test]
    fn a_form_is_sorted_and_encoded_by_the_rfc() {
        assert_eq!(
            form(&[("b", "卫生 +*~"), ("a", "-_.~/&=%\n")]),
            "a=-_.~%2F%26%3D%25%0A&b=%E5%8D%AB%E7%94%9F%20%2B%2A~"
        );
        assert_eq!(form(&[]), "");
    }

    #[test]
    fn codes_are_sorted_by_who_can_mend_what() {
        for code in [
            "isv.MOBILE_NUMBER_ILLEGAL",
            "isv.SMS_SIGNATURE_ILLEGAL",
            "isv.SMS_TEMPLATE_ILLEGAL",
            "isv.TEMPLATE_MISSING_PARAMETERS",
            "isv.BLACK_KEY_CONTROL_LIMIT",
            "isv.NOT_KNOWN_YET",
        ] {
            assert!(refuses(code), "{code}");
        }
        let passing = ["isp.SYSTEM_ERROR", "Throttling", "Throttling.User", "ServiceUnavailable", "InternalError"];
        let settings = ["SignatureDoesNotMatch", "InvalidAccessKeyId.NotFound", "InvalidTimeStamp.Expired", "HTTP_403"];
        for code in passing.iter().chain(&settings).chain(&NOT_THE_MESSAGE) {
            assert!(!refuses(code), "{code}");
        }
    }

    #[test]
    fn neither_secret_nor_number_is_shown() {
        let gateway = Gateway::new(settings(ENDPOINT)).unwrap();
        let message = Message { phone: PHONE, id: "m-1", params: &params() };
        let shown = format!("{gateway:?} {message:?}");
        assert!(shown.contains("m-1") && shown.contains(KEY));
        assert!(!shown.contains(SECRET) && !shown.contains(PHONE) && !shown.contains("张三"), "{shown}");
    }

    #[test]
    fn settings_that_cannot_be_meant_are_refused() {
        for endpoint in [
            "http://dysmsapi.aliyuncs.com",
            "https://user@dysmsapi.aliyuncs.com",
            "https://dysmsapi.aliyuncs.com/path",
            "https://dysmsapi.aliyuncs.com/?query",
            "ftp://127.0.0.1",
        ] {
            assert!(Gateway::new(settings(endpoint)).is_err(), "{endpoint}");
        }
        assert!(Gateway::new(Settings { access_key_id: "a b".to_owned(), ..settings(ENDPOINT) }).is_err());
        let error = Gateway::new(Settings { sign_name: String::new(), ..settings(ENDPOINT) }).unwrap_err();
        assert!(!format!("{error:?}").contains(SECRET));
    }

    #[test]
    fn reports_are_read_and_bad_bodies_are_not() {
        let body = r#"[{"phone_number": "13800138000", "send_time": "2017-01-01 00:00:00", "report_time": null,
            "success": true, "err_code": "DELIVERED", "err_msg": "用户接收成功", "sms_size": "1", "biz_id": "1^0",
            "out_id": "m-1", "new": {"a": [1]}}, {"success": false, "err_code": "MK:0001", "biz_id": "2^0", "out_id": ""}]"#;
        let report = |serial: &str, id: Option<&str>, delivered, code: &str| Report {
            serial: serial.to_owned(),
            id: id.map(str::to_owned),
            delivered,
            code: code.to_owned(),
        };
        let expected = vec![report("1^0", Some("m-1"), true, "DELIVERED"), report("2^0", None, false, "MK:0001")];
        assert_eq!(reports(body.as_bytes()), Ok(expected));
        assert_eq!(reports(b"[]"), Ok(vec![]));

        let one = r#"{"success":true,"biz_id":"1^0"}"#;
        let many = |count| format!("[{}]", vec![one; count].join(","));
        assert_eq!(reports(many(REPORTS_MAX).as_bytes()).map(|list| list.len()), Ok(REPORTS_MAX));
        assert_eq!(reports(many(REPORTS_MAX + 1).as_bytes()), Err(BadReport::TooMany(REPORTS_MAX + 1)));
        assert_eq!(reports(br#"[{"success":true,"biz_id":""}]"#), Err(BadReport::NoSerial(0)));
        let deep = "[".repeat(100_000);
        for bad in [
            "",
            "{}",
            "null",
            "[1]",
            "[{}]",
            "[",
            r#"[{"biz_id":"1"}]"#,
            r#"[{"success":true}]"#,
            r#"[{"success":"true","biz_id":"1"}]"#,
            r#"[{"success":true,"biz_id":13800138000}]"#,
            r#"[{"success":true,"biz_id":"1","biz_id":"2"}]"#,
            "[{\"success\":true,\"biz_id\":\"1\"}] 13800138000",
            &deep,
        ] {
            let error = reports(bad.as_bytes()).unwrap_err();
            assert!(matches!(error, BadReport::Malformed { .. }), "{bad}");
            assert!(!format!("{error} {error:?}").contains(PHONE));
        }
        assert!(reports(b"[{\"success\":true,\"biz_id\":\"\xff\"}]").is_err());
    }

    #[tokio::test]
    async fn a_message_is_taken_as_it_was_given_and_found() {
        let counterpart = Counterpart::start(&["--delay", "0"]);
        let gateway = counterpart.gateway();
        let Ok(Answer::Taken { serial }) = send(&gateway, "m-1").await else { panic!("it is taken") };
        let taken = counterpart.messages().await;
        let [(name, value), (other, place)] = params();
        assert_eq!(taken.len(), 1);
        assert_eq!((taken[0]["phone"].as_str(), taken[0]["biz_id"].as_str()), (Some(PHONE), Some(serial.as_str())));
        assert_eq!(taken[0]["params"], json!({name: value, other: place}));
        assert_eq!(gateway.find(PHONE, today(), "m-2").await.unwrap(), None);
        assert_eq!(gateway.find(PHONE, today().add_days(-1), "m-1").await.unwrap(), None);
        settled(&gateway, "m-1", State::Delivered).await;
    }

    /// Waits until a message is in a state.
    async fn settled(gateway: &Gateway, id: &str, state: State) {
        let until = Instant::now() + Duration::from_secs(10);
        loop {
            let found = gateway.find(PHONE, today(), id).await.unwrap().expect("it is listed");
            assert_eq!(found.serial, None);
            if found.state == state {
                return;
            }
            assert!(Instant::now() < until, "{found:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    #[tokio::test]
    async fn what_will_never_be_taken_is_refused() {
        let counterpart = Counterpart::start(&[]);
        let gateway = counterpart.gateway();
        let ask = async |phone: &str, params: &[(&str, String)]| {
            gateway.send(&Message { phone, id: "m-1", params }).await.unwrap()
        };
        let long = [("name", "长".repeat(36)), ("place", String::new())];
        for phone in ["12345", "13800138000,13800138001"] {
            assert_eq!(ask(phone, &params()).await, refused("isv.MOBILE_NUMBER_ILLEGAL"));
        }
        assert_eq!(ask(PHONE, &params()[..1]).await, refused("isv.TEMPLATE_MISSING_PARAMETERS"));
        assert_eq!(ask(PHONE, &long).await, refused("isv.PARAM_LENGTH_LIMIT"));
        let unsigned = Gateway::new(Settings { sign_name: "别的".to_owned(), ..counterpart.settings() }).unwrap();
        assert_eq!(send(&unsigned, "m-1").await.unwrap(), refused("isv.SMS_SIGNATURE_ILLEGAL"));
        assert_eq!(counterpart.messages().await, Vec::<Json>::new());
    }

    #[tokio::test]
    async fn what_passes_is_taken_later() {
        let counterpart = Counterpart::start(&[]);
        let gateway = counterpart.gateway();
        counterpart.next(json!({"do": "throttle", "phone": PHONE})).await;
        counterpart.next(json!({"do": "error500"})).await;
        counterpart.next(json!({"do": "answer", "code": "isv.BUSINESS_LIMIT_CONTROL"})).await;
        assert_eq!(send(&gateway, "m-1").await.unwrap(), later("Throttling.User"));
        assert_eq!(send(&gateway, "m-1").await.unwrap(), later("InternalError"));
        assert_eq!(send(&gateway, "m-1").await.unwrap(), later("isv.BUSINESS_LIMIT_CONTROL"));
        assert!(matches!(send(&gateway, "m-1").await, Ok(Answer::Taken { .. })));
        assert_eq!(counterpart.messages().await.len(), 1);
    }

    #[tokio::test]
    async fn wrong_settings_lose_no_message() {
        let counterpart = Counterpart::start(&[]);
        let wrong = Settings { access_key_secret: Secret::from("another".to_owned()), ..counterpart.settings() };
        let wrong = Gateway::new(wrong).unwrap();
        assert_eq!(send(&wrong, "m-1").await.unwrap(), later("SignatureDoesNotMatch"));
        assert!(wrong.find(PHONE, today(), "m-1").await.unwrap_err().to_string().contains("SignatureDoesNotMatch"));
        let nobody = Settings { access_key_id: "LTAI-nobody".to_owned(), ..counterpart.settings() };
        let nobody = Gateway::new(nobody).unwrap();
        assert_eq!(send(&nobody, "m-1").await.unwrap(), later("InvalidAccessKeyId.NotFound"));
        assert_eq!(counterpart.messages().await, Vec::<Json>::new());
    }

    #[tokio::test]
    async fn where_nobody_listens_nothing_was_sent() {
        let url = Counterpart::start(&[]).url.clone();
        let gateway = Gateway::new(settings(url.as_str())).unwrap();
        assert_eq!(send(&gateway, "m-1").await.unwrap(), later("UNREACHABLE"));
        assert!(gateway.find(PHONE, today(), "m-1").await.is_err());
    }

    #[tokio::test]
    async fn a_lost_answer_is_unknown_and_the_message_is_found_once() {
        let counterpart = Counterpart::start(&["--delay", "600"]);
        let gateway = counterpart.gateway();
        counterpart.next(json!({"do": "lose_answer"})).await;
        let unknown = send(&gateway, "m-1").await.unwrap_err();
        assert!(!format!("{unknown} {unknown:?}").contains(PHONE));
        let found = gateway.find(PHONE, today(), "m-1").await.unwrap();
        assert_eq!(found, Some(Found { serial: None, state: State::Waiting }));
        let taken = counterpart.messages().await;
        assert_eq!((taken.len(), &taken[0]["times"]), (1, &json!(1)));
    }

    #[tokio::test]
    async fn a_gateway_that_does_not_answer_is_not_waited_for() {
        let counterpart = Counterpart::start(&[]);
        let gateway = Gateway::within(counterpart.settings(), Duration::from_millis(500)).unwrap();
        counterpart.next(json!({"do": "hang"})).await;
        let from = Instant::now();
        let unknown = send(&gateway, "m-1").await.unwrap_err();
        assert!(from.elapsed() < Duration::from_secs(5) && unknown.to_string().contains("no answer in time"));
        assert_eq!(counterpart.messages().await, Vec::<Json>::new());
    }

    #[tokio::test]
    async fn a_listing_is_read_to_its_end_and_has_to_be_whole() {
        let counterpart = Counterpart::start(&["--delay", "600"]);
        let gateway = counterpart.gateway();
        for at in 0..=2 * PAGE {
            assert!(matches!(send(&gateway, &format!("m-{at}")).await, Ok(Answer::Taken { .. })));
        }
        assert!(gateway.find(PHONE, today(), "m-0").await.unwrap().is_some());
        assert!(gateway.find(PHONE, today(), "m").await.unwrap().is_none());
        counterpart.next(json!({"do": "throttle", "action": "QuerySendDetails"})).await;
        assert!(gateway.find(PHONE, today(), "m-0").await.is_err());
    }

    #[test]
    fn an_answer_that_does_not_say_what_it_should_is_unknown() {
        let reply = |body: Json| serde_json::from_value::<Reply>(body).unwrap();
        assert!(reply(json!({"Code": "OK"})).answer().is_err());
        assert!(reply(json!({"Code": "SignatureNonceUsed"})).answer().is_err());
        assert!(reply(json!({"Code": "OK"})).listing().is_err());
        for count in [json!(2), json!("2")] {
            let (count, details) = reply(json!({"Code": "OK", "TotalCount": count})).listing().unwrap();
            assert_eq!((count, details.len()), (2, 0));
        }
    }

    /// The address of a server that does what it is told to every request.
    async fn serve(app: axum::Router) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        url
    }

    /// A gateway that gives every request the same answer.
    async fn saying(status: u16, body: String) -> Gateway {
        let status = StatusCode::from_u16(status).unwrap();
        let url = serve(axum::Router::new().fallback(async move || (status, [("location", "/")], body))).await;
        Gateway::new(settings(&url)).unwrap()
    }

    #[tokio::test]
    async fn what_the_vendor_did_not_say_is_judged_by_its_status() {
        let page = || "<html>sorry</html>".to_owned();
        for status in [302, 403, 500, 503] {
            let gateway = saying(status, page()).await;
            assert_eq!(send(&gateway, "m-1").await.unwrap(), later(&format!("HTTP_{status}")));
        }
        for status in [200, 502, 504] {
            assert!(send(&saying(status, page()).await, "m-1").await.is_err(), "{status}");
        }
        let refusal = |status| saying(status, json!({"Code": "isv.MOBILE_NUMBER_ILLEGAL"}).to_string());
        assert_eq!(send(&refusal(400).await, "m-1").await.unwrap(), refused("isv.MOBILE_NUMBER_ILLEGAL"));
        assert_eq!(send(&refusal(500).await, "m-1").await.unwrap(), later("isv.MOBILE_NUMBER_ILLEGAL"));
        let taken = json!({"Code": "OK", "BizId": "1^0", "more": "x".repeat(ANSWER_MAX)}).to_string();
        assert!(send(&saying(200, taken).await, "m-1").await.is_err());
        assert!(send(&saying(500, json!({"Code": "OK", "BizId": "1^0"}).to_string()).await, "m-1").await.is_err());
    }

    #[tokio::test]
    async fn who_counts_more_than_it_lists_has_not_said_that_a_message_is_missing() {
        let detail = json!({"OutId": "m-1", "SendStatus": 1, "PhoneNum": PHONE});
        let listing = |count, list| {
            saying(
                200,
                json!({"Code": "OK", "TotalCount": count, "SmsSendDetailDTOs": {"SmsSendDetailDTO": list}}).to_string(),
            )
        };
        assert!(listing(2, vec![]).await.find(PHONE, today(), "m-1").await.is_err());
        assert_eq!(listing(0, vec![]).await.find(PHONE, today(), "m-1").await.unwrap(), None);
        let found = Some(Found { serial: None, state: State::Waiting });
        assert_eq!(listing(1, vec![detail.clone()]).await.find(PHONE, today(), "m-1").await.unwrap(), found);
        // It repeats one page for ever.
        assert!(listing(usize::MAX, vec![detail]).await.find(PHONE, today(), "m-2").await.is_err());
    }

    #[tokio::test]
    async fn deliveries_are_reported() {
        let got = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(Mutex::new(vec![503, 200]));
        let callback = {
            let got = Arc::clone(&got);
            move |body: axum::body::Bytes| async move {
                // The first push is turned away, and has to come again.
                let status = if answers.lock().unwrap().len() > 1 { answers.lock().unwrap().remove(0) } else { 200 };
                if status == 200 {
                    got.lock().unwrap().extend(reports(&body).expect("the reports are well-formed"));
                }
                (StatusCode::from_u16(status).unwrap(), axum::Json(json!({"code": 0, "msg": "接收成功"})))
            }
        };
        let app = axum::Router::new().route("/reports", axum::routing::post(callback));
        let url = serve(app).await + "/reports";

        let counterpart = Counterpart::start(&["--callback", &url, "--delay", "0.1", "--retry", "0.1,0.1,0.1"]);
        let gateway = counterpart.gateway();
        counterpart.next(json!({"do": "fail_delivery"})).await;
        let mut serials = Vec::new();
        for id in ["m-1", "m-2"] {
            let Ok(Answer::Taken { serial }) = send(&gateway, id).await else { panic!("{id} is taken") };
            serials.push(serial);
        }
        let until = Instant::now() + Duration::from_secs(10);
        while got.lock().unwrap().len() < 2 && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut got = got.lock().unwrap().clone();
        got.sort_by(|a, b| a.id.cmp(&b.id));
        let report = |at: usize, id: &str, delivered, code: &str| Report {
            serial: serials[at].clone(),
            id: Some(id.to_owned()),
            delivered,
            code: code.to_owned(),
        };
        let code = "MOBILE_NOT_ON_SERVICE";
        assert_eq!(got, [report(0, "m-1", false, code), report(1, "m-2", true, "DELIVERED")]);
        settled(&gateway, "m-1", State::Failed { code: code.to_owned() }).await;
        settled(&gateway, "m-2", State::Delivered).await;
    }
}
