#!/usr/bin/env python3
"""A gateway of text messages in a process of its own, for tests and the demonstration. It sends nothing to anybody.

Written from what the vendor publishes about its Short Message Service (Dysmsapi, version 2017-05-25), and from nothing
else of this project, so that the two sides check each other:

- request and signature, ACS3-HMAC-SHA256: https://help.aliyun.com/document_detail/2593177.html
- SendSms: https://help.aliyun.com/document_detail/55284.html
- QuerySendDetails: https://help.aliyun.com/document_detail/419277.html
- SmsReport over HTTP: https://help.aliyun.com/document_detail/101867.html
- error codes: https://help.aliyun.com/document_detail/101346.html and those common to all its services

It listens on 127.0.0.1 alone, prints one line "listening on http://127.0.0.1:PORT", then serves until it is killed, or,
with --with-parent, until its standard input ends. Parameters come in the query or in a form, as the vendor takes both.

What the vendor's side would never offer stands under /control:

POST /control/next      {"do": WHAT, "times": 1, "phone": null, "action": "SendSms", "code": null}: what happens to the
                        next calls (of that action, and to that phone when one is named), once they are authentic:
                        throttle (Throttling.User), error500 (InternalError), answer (with "code"), hang (nothing is
                        taken and nothing answered), lose_answer (carried out, but the connection breaks before the
                        answer), fail_delivery (taken, and later reported as not delivered)
GET  /control/messages  what was taken, in order: phone, out_id, biz_id, sign, template, params, state, and in times how
                        often the same out_id was taken for the same phone
"""

import argparse
import hashlib
import hmac
import json
import re
import secrets
import sys
import threading
import time
import urllib.parse
import urllib.request
import uuid
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ALGORITHM = "ACS3-HMAC-SHA256"
VERSION = "2017-05-25"
AUTHORIZATION = re.compile(ALGORITHM + r" Credential=([^,\s]+),SignedHeaders=([a-z0-9;-]+),Signature=([0-9a-f]{64})")
REQUIRED = ("host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version")
FORM = "application/x-www-form-urlencoded"

CLOCK_SKEW = timedelta(minutes=15)
BODY_MAX = 1024 * 1024
HANG_S = 120

SHANGHAI = timezone(timedelta(hours=8))
MAINLAND = re.compile(r"(?:\+|\+86|0086|86)?(1[3-9][0-9]{9})")
PHONES_MAX = 1000
OUT_ID_MAX = 256
VARIABLE_MAX = 35
PAGE_MAX = 50
DAYS_KEPT = 30
REPORTS_MAX = 100

WAITING, FAILED, DELIVERED = 1, 2, 3
OUTCOMES = {DELIVERED: ("DELIVERED", "用户接收成功"), FAILED: ("MOBILE_NOT_ON_SERVICE", "手机停机")}


class Refusal(Exception):
    """An answer that is not OK. Faults of the request itself have a status; those of a message come with 200."""

    def __init__(self, code, message, status=200):
        super().__init__(code)
        self.code, self.message, self.status = code, message, status


# -- request and signature ---------------------------------------------------------------------------------------------


def encoded(text):
    """Percent-encoded by RFC 3986: all but letters, digits and -_.~"""
    return urllib.parse.quote(text, safe="-_.~")


def canonical_query(query):
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    return "&".join(f"{encoded(name)}={encoded(value)}" for name, value in sorted(pairs))


def signature(secret, method, query, headers, signed, digest):
    """The signature by the vendor's description; `headers` by lower-case name, `signed` in the order of the request."""
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in signed)
    canonical = "\n".join([method, "/", canonical_query(query), lines, ";".join(signed), digest])
    text = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def headers_of(message):
    """Headers by lower-case name. What the signature covers may stand there once only."""
    headers = {}
    for name, value in message.items():
        name = name.lower()
        if name in headers and (name.startswith("x-acs-") or name in ("host", "content-type", "authorization")):
            raise Refusal("IncompleteSignature", f"{name} is given twice", 400)
        headers[name] = value
    return headers


def signed_names(headers, text):
    """Names of the signed headers: sorted, and among them all that have to be signed."""
    signed = text.split(";")
    needed = set(REQUIRED) | {name for name in headers if name.startswith("x-acs-") or name == "content-type"}
    missing = sorted(needed - set(signed)) + sorted(name for name in signed if name not in headers)
    if missing:
        raise Refusal("IncompleteSignature", f"not signed, or not there: {', '.join(missing)}", 400)
    if signed != sorted(set(signed)):
        raise Refusal("IncompleteSignature", "SignedHeaders is not in order", 400)
    return signed


def check_date(text):
    try:
        date = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        raise Refusal("InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.", 400)
    if abs(datetime.now(timezone.utc) - date) > CLOCK_SKEW:
        raise Refusal("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.", 400)


class Nonces:
    """Nonces that were used, kept as long as a date can be within the skew on either side."""

    def __init__(self):
        self.lock, self.used = threading.Lock(), {}

    def use(self, nonce):
        now, keep = time.monotonic(), 2 * CLOCK_SKEW.total_seconds()
        with self.lock:
            self.used = {other: at for other, at in self.used.items() if now - at < keep}
            if nonce in self.used:
                raise Refusal("SignatureNonceUsed", "Specified signature nonce was used already.", 400)
            self.used[nonce] = now


def authenticate(options, nonces, method, query, headers, body):
    """Refuses what the key's owner did not sign, just now, byte for byte."""
    match = AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if not match:
        raise Refusal("IncompleteSignature", "The request signature does not conform to the standard.", 400)
    key, names, given = match.groups()
    signed = signed_names(headers, names)
    check_date(headers["x-acs-date"])
    if key != options.key:
        raise Refusal("InvalidAccessKeyId.NotFound", "Specified access key is not found.", 404)
    digest = hashlib.sha256(body).hexdigest()
    expected = signature(options.secret, method, query, headers, signed, digest)
    if headers["x-acs-content-sha256"] != digest or not hmac.compare_digest(expected, given):
        raise Refusal("SignatureDoesNotMatch", "Specified signature does not match our calculation.", 400)
    nonces.use(headers["x-acs-signature-nonce"])


def parameters_of(query, headers, body):
    """Parameters of the query and of the form, each once."""
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    if headers.get("content-type", "").split(";")[0].strip().lower() == FORM:
        try:
            pairs += urllib.parse.parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
        except UnicodeDecodeError:
            raise Refusal("InvalidParameter", "The form is not UTF-8.", 400)
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise Refusal("InvalidParameter", "A parameter is given twice.", 400)
    return parameters


def mandatory(parameters, name):
    value = parameters.get(name, "")
    if not value:
        raise Refusal(f"Missing{name}", f"{name} is mandatory for this action.", 400)
    return value


# -- the messages ------------------------------------------------------------------------------------------------------


def mainland(text):
    match = MAINLAND.fullmatch(text)
    if not match:
        raise Refusal("isv.MOBILE_NUMBER_ILLEGAL", "手机号码格式错误")
    return match.group(1)


def template(text):
    """CODE:var1,var2=20 as (CODE, {var1: 35, var2: 20}): the variables and the most characters of each."""
    code, _, names = text.partition(":")
    pairs = [name.partition("=") for name in names.split(",") if name]
    return code, {name: int(most) if most else VARIABLE_MAX for name, _, most in pairs}


def check_params(text, variables):
    """TemplateParam: an object of texts, with exactly the variables of the template."""
    try:
        params = json.loads(text or "{}")
    except ValueError:
        params = None
    if not isinstance(params, dict) or not all(isinstance(value, str) for value in params.values()):
        raise Refusal("isv.INVALID_JSON_PARAM", "JSON参数不合法，只接受字符串值")
    if set(variables) - set(params):
        raise Refusal("isv.TEMPLATE_MISSING_PARAMETERS", "模板缺少变量")
    if set(params) - set(variables):
        raise Refusal("isv.TEMPLATE_PARAMS_ILLEGAL", "传入的变量与模板不符")
    for name, value in params.items():
        if len(value) > variables[name]:
            raise Refusal("isv.PARAM_LENGTH_LIMIT", "参数超过长度限制")
        if re.search(r"https?://", value):
            raise Refusal("isv.PARAM_NOT_SUPPORT_URL", "变量不支持传入URL")
    return params


def local(at):
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if at else ""


class Messages:
    """What was taken, and what is to happen to the next calls."""

    def __init__(self, options):
        self.options, self.lock, self.taken, self.faults = options, threading.Lock(), [], []

    def send(self, parameters, fails):
        """SendSms."""
        phones = mandatory(parameters, "PhoneNumbers").split(",")
        sign, code = mandatory(parameters, "SignName"), mandatory(parameters, "TemplateCode")
        if len(phones) > PHONES_MAX:
            raise Refusal("isv.MOBILE_COUNT_OVER_LIMIT", "手机号码数量超过限制")
        phones = [mainland(phone) for phone in phones]
        if sign != self.options.sign:
            raise Refusal("isv.SMS_SIGNATURE_ILLEGAL", "短信签名不合法")
        variables = dict(self.options.template).get(code)
        if variables is None:
            raise Refusal("isv.SMS_TEMPLATE_ILLEGAL", "短信模板不合法")
        params = check_params(parameters.get("TemplateParam"), variables)
        out_id = parameters.get("OutId", "")
        if len(out_id) >= OUT_ID_MAX:
            raise Refusal("isv.INVALID_PARAMETERS", "参数异常")
        biz_id = f"{secrets.randbelow(9 * 10**17) + 10**17}^0"
        text = f"【{sign}】" + "，".join(f"{name}：{value}" for name, value in params.items())
        same = {"out_id": out_id, "biz_id": biz_id, "sign": sign, "template": code, "params": params, "content": text}
        same |= {"sent": datetime.now(timezone.utc), "received": None, "state": WAITING}
        same |= {"fails": fails, "due": time.monotonic() + self.options.delay}
        with self.lock:
            self.taken += [{"phone": phone} | same for phone in phones]
        return {"BizId": biz_id}

    def details(self, parameters):
        """QuerySendDetails."""
        phone, day = mainland(mandatory(parameters, "PhoneNumber")), mandatory(parameters, "SendDate")
        size, page = mandatory(parameters, "PageSize"), mandatory(parameters, "CurrentPage")
        if not re.fullmatch(r"[0-9]{8}", day) or not size.isdecimal() or not page.isdecimal():
            raise Refusal("isv.INVALID_PARAMETERS", "参数异常")
        size, page = int(size), int(page)
        oldest = (datetime.now(SHANGHAI) - timedelta(days=DAYS_KEPT)).strftime("%Y%m%d")
        if not 1 <= size <= PAGE_MAX or page < 1 or day < oldest:
            raise Refusal("isv.INVALID_PARAMETERS", "参数异常")
        biz_id = parameters.get("BizId")

        def meant(message):
            of_day = message["sent"].astimezone(SHANGHAI).strftime("%Y%m%d") == day
            return message["phone"] == phone and of_day and biz_id in (None, "", message["biz_id"])

        with self.lock:
            found = [message for message in reversed(self.taken) if meant(message)]
            listed = [self.detail(message) for message in found[(page - 1) * size : page * size]]
        # The vendor's description says of the count that it is a text.
        return {"TotalCount": str(len(found)), "SmsSendDetailDTOs": {"SmsSendDetailDTO": listed}}

    def detail(self, message):
        return {
            "PhoneNum": message["phone"],
            "OutId": message["out_id"],
            "SendStatus": message["state"],
            "ErrCode": OUTCOMES[message["state"]][0] if message["state"] in OUTCOMES else "",
            "Content": message["content"],
            "SendDate": local(message["sent"]),
            "ReceiveDate": local(message["received"]),
            "TemplateCode": message["template"],
        }

    def settle(self):
        """Decides what is due, and answers the reports of it."""
        with self.lock:
            now = time.monotonic()
            due = [message for message in self.taken if message["state"] == WAITING and message["due"] <= now]
            for message in due[:REPORTS_MAX]:
                message["state"] = FAILED if message["fails"] else DELIVERED
                message["received"] = datetime.now(timezone.utc)
            return [self.report(message) for message in due[:REPORTS_MAX]]

    def report(self, message):
        code, text = OUTCOMES[message["state"]]
        length = len(message["content"])
        return {
            "phone_number": message["phone"],
            "send_time": local(message["sent"]),
            "report_time": local(message["received"]),
            "success": message["state"] == DELIVERED,
            "err_code": code,
            "err_msg": text,
            "sms_size": str(1 if length <= 70 else -(-length // 67)),
            "biz_id": message["biz_id"],
            "out_id": message["out_id"],
        }

    def listing(self):
        """For /control/messages."""
        shown = ("phone", "out_id", "biz_id", "sign", "template", "params", "state")
        with self.lock:
            keys = [(message["phone"], message["out_id"]) for message in self.taken]
            return [
                {name: message[name] for name in shown} | {"times": keys.count(key)}
                for key, message in zip(keys, self.taken)
            ]

    def plan(self, fault):
        """For /control/next."""
        fault = {"times": 1, "phone": None, "action": "SendSms", "code": None} | fault
        if fault.get("do") not in ("throttle", "error500", "answer", "hang", "lose_answer", "fail_delivery"):
            raise ValueError("do")
        with self.lock:
            self.faults.append(fault)

    def fault(self, action, parameters):
        """What is to happen to this call; it is used up."""
        given = parameters.get("PhoneNumbers", parameters.get("PhoneNumber", "")).split(",")
        phones = {match.group(1) for match in map(MAINLAND.fullmatch, given) if match}
        with self.lock:
            for fault in self.faults:
                if fault["action"] == action and (fault["phone"] is None or fault["phone"] in phones):
                    fault["times"] -= 1
                    self.faults = [fault for fault in self.faults if fault["times"] > 0]
                    return fault
        return {"do": None}


# -- delivery reports --------------------------------------------------------------------------------------------------


def pushed(url, reports):
    """Whether a push was received: the status is 200 and the answer has a number as its code."""
    body = json.dumps(reports, ensure_ascii=False).encode()
    request = urllib.request.Request(url, body, {"content-type": "application/json;charset=UTF-8"}, method="POST")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as answer:
            code = json.loads(answer.read(BODY_MAX)).get("code")
            return answer.status == 200 and isinstance(code, int) and not isinstance(code, bool)
    except (OSError, ValueError, AttributeError):
        return False


def push(options, reports):
    """Pushes at once, and again after each pause until it was received; then the reports are given up."""
    for pause in [0.0, *options.retry]:
        time.sleep(pause)
        if pushed(options.callback, reports):
            return


def deliver(options, messages):
    while True:
        reports = messages.settle()
        if reports and options.callback:
            threading.Thread(target=push, args=(options, reports), daemon=True).start()
        time.sleep(0.02)


# -- the server --------------------------------------------------------------------------------------------------------


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = HANG_S

    def log_message(self, *_):
        """Nothing: a request has numbers and names in it."""

    def do_GET(self):
        self.answer_with(b"")

    def do_POST(self):
        length = self.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > BODY_MAX:
            self.close_connection = True
            return self.reply(413, {"Code": "InvalidParameter", "Message": "The body has no length, or is too long."})
        return self.answer_with(self.rfile.read(int(length)))

    def answer_with(self, body):
        path, _, query = self.path.partition("?")
        if path.startswith("/control/"):
            return self.control(path, body)
        request_id = {"RequestId": str(uuid.uuid4()).upper()}
        try:
            if path != "/":
                raise Refusal("InvalidApi.NotFound", "Specified api is not found.", 404)
            answer = self.act(query, body)
        except Refusal as refusal:
            answer = refusal.status, {"Code": refusal.code, "Message": refusal.message}
        if answer is None:
            self.close_connection = True
            return None
        return self.reply(answer[0], request_id | answer[1])

    def act(self, query, body):
        """The status and members of the answer to a call; None when there will be none."""
        headers = headers_of(self.headers)
        authenticate(self.server.options, self.server.nonces, self.command, query, headers, body)
        action = headers["x-acs-action"]
        if headers["x-acs-version"] != VERSION:
            raise Refusal("InvalidVersion", "Specified parameter Version is not valid.", 400)
        if action not in ("SendSms", "QuerySendDetails"):
            raise Refusal("InvalidAction.NotFound", "Specified action is not found.", 404)
        parameters = parameters_of(query, headers, body)
        fault = self.server.messages.fault(action, parameters)
        self.fail(fault)
        if fault["do"] == "hang":
            time.sleep(HANG_S)
            return None
        if action == "SendSms":
            members = self.server.messages.send(parameters, fault["do"] == "fail_delivery")
        else:
            members = self.server.messages.details(parameters)
        return None if fault["do"] == "lose_answer" else (200, {"Code": "OK", "Message": "OK"} | members)

    def fail(self, fault):
        if fault["do"] == "throttle":
            raise Refusal("Throttling.User", "Request was denied due to user flow control.", 400)
        if fault["do"] == "error500":
            raise Refusal("InternalError", "The request processing has failed due to some unknown error.", 500)
        if fault["do"] == "answer":
            raise Refusal(fault["code"], "as the test wanted")

    def control(self, path, body):
        messages = self.server.messages
        if (self.command, path) == ("GET", "/control/messages"):
            return self.reply(200, messages.listing())
        if (self.command, path) == ("POST", "/control/next"):
            try:
                messages.plan(json.loads(body))
            except (ValueError, TypeError):
                return self.reply(400, {"error": "not a plan"})
            return self.reply(200, {})
        return self.reply(404, {"error": "no such control"})

    def reply(self, status, members):
        body = json.dumps(members, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json;charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Nothing: a client that went away is not an event."""


def leave_with_parent(server):
    sys.stdin.buffer.read()
    server.shutdown()


def options_of(arguments):
    parser = argparse.ArgumentParser(description="A gateway of text messages that sends nothing.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", required=True, metavar="ID")
    parser.add_argument("--secret", required=True)
    parser.add_argument("--sign", required=True, metavar="NAME")
    parser.add_argument("--template", required=True, type=template, action="append", metavar="CODE:VAR,VAR=MOST")
    parser.add_argument("--callback", metavar="URL", help="where delivery reports are pushed")
    parser.add_argument("--delay", type=float, default=1.0, metavar="SECONDS", help="until a message is delivered")
    parser.add_argument(
        "--retry",
        type=lambda text: [float(pause) for pause in text.split(",")],
        default=[60.0, 300.0, 600.0],
        metavar="S,S,S",
        help="pauses before a push is repeated (default 1, 5 and 10 minutes, as the vendor does)",
    )
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input ends")
    return parser.parse_args(arguments)


def main(arguments):
    options = options_of(arguments)
    server = Server(("127.0.0.1", options.port), Handler)
    server.options, server.nonces, server.messages = options, Nonces(), Messages(options)
    threading.Thread(target=deliver, args=(options, server.messages), daemon=True).start()
    if options.with_parent:
        threading.Thread(target=leave_with_parent, args=(server,), daemon=True).start()
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main(sys.argv[1:])
