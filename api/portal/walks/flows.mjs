// Main flows of the portal. Each begins at the menu, acts, signs where something is signed, and then finds the event past the
// pages: by GraphQL, and at the end of all walks by `radledger verify`. Each is walked by mouse in Chinese and by the keyboard
// alone in English; those that have to work on a phone also there (`narrow`).
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { fileOfWorker, laboratory, redWarning, waitsForCounty } from "./cases.mjs";
import { bring, choose, fill, place, press, push, tick, toPerson } from "./hands.mjs";
import { complete, leave, propose, sign, signed } from "./sheet.mjs";
import { as, ask, called, event, eventually, open, people, picture, shots, still, t, today, url, visitor, way } from "./support.mjs";

/** From the menu into the list of devices, and to the first of them. */
async function firstDevice(page) {
  await open(page, "/app");
  await place(page, t("app.place.devices"));
  await still(page);
  await push(page, page.locator("tbody tr a").first());
  await page.waitForURL(/\/app\/devices\/[0-9a-f-]{36}/);
  await still(page);
}

/** The login of a demonstration: one click on a name, then the workbench; and out again. */
export async function anybody_tries_the_demonstration_with_one_click() {
  const page = await visitor();
  await open(page, "/");
  await push(page, page.getByRole("main").locator('a[href="/login"]').first());
  await page.waitForURL(`${url}/login`);
  await still(page);
  await push(page, page.locator('[aria-labelledby="role-C_SUP"] button').first());
  await page.waitForURL(`${url}/app`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await press(page, t("app.logout"));
  await page.waitForURL(`${url}/`);
}

/** Flow 1: a person enrols a key; an administrator compares and files it, another person binds it. */
export async function a_key_is_enrolled_by_three_persons() {
  const administrators = await people("I_ADMIN");
  const protection = await people("I_RPO");
  const holder = protection.find(({ org }) => administrators.some((one) => one.org === org));
  const administrator = administrators.find(({ org }) => org === holder.org);
  const [county] = await people("C_ADMIN", { area: holder.area });
  const passphrase = "翠屏 加速器 九月 晴";
  const page = await visitor();
  await open(page, "/enrol");
  await fill(page, page.getByLabel(t("login.account.label")), holder.account);
  await press(page, t("enrol.next"));
  await fill(page, page.locator('input[type="password"]').first(), passphrase);
  const [backup] = await Promise.all([page.waitForEvent("download"), press(page, t("enrol.make.do"))]);
  const kept = `${shots}walk.radkey`;
  await backup.saveAs(kept);
  await bring(page, page.locator('input[type="file"]'), kept);
  await fill(page, page.locator('input[type="password"]').first(), passphrase);
  await press(page, t("enrol.confirm.do"));
  const [handed] = await Promise.all([page.waitForEvent("download"), press(page, t("enrol.request.download"))]);
  const request = `${shots}walk-enrolment.json`;
  await handed.saveAs(request);
  const shown = (await page.locator(".fingerprint").innerText()).replace(/\s+/g, "");

  const desk = await as(administrator);
  await open(desk, "/app");
  await place(desk, t("app.place.keys"));
  await still(desk);
  await bring(desk, desk.getByLabel(t("keys.request.file")), request);
  const card = desk.locator("section", { hasText: t("keys.request.good") });
  assert.ok((await card.innerText()).replace(/\s+/g, "").includes(shown), "both see the same fingerprint");
  await press(desk, t("keys.request.go"));
  const year = (more) => today().replace(/^\d+/, (now) => Number(now) + more);
  await complete(desk, { data: { assurance: "SOFTWARE", valid_from: year(0), valid_until: year(1) } });
  const { record } = await event(administrator, await sign(desk));

  const binder = await as(county);
  await open(binder, `/app/records/credential/${record.id}`);
  assert.ok((await binder.locator("article").innerText()).replace(/\s+/g, "").includes(shown), "the third sees it as well");
  const bound = await event(county, await signed(binder, "credential.bound"));
  assert.equal(bound.type, "credential.bound");

  // The new key logs in and stands in this browser only.
  await open(page, "/login");
  await fill(page, page.locator('input[type="password"]').first(), passphrase);
  await press(page, t("login.submit.kept"));
  await page.waitForURL(`${url}/app`);
}
a_key_is_enrolled_by_three_persons.narrow = true;

/** Flow 3: a unit corrects one field, reads the receipt, and somebody who trusts nobody checks it. */
export async function a_device_is_corrected_and_anybody_checks_the_receipt() {
  const [person] = await people("I_RPO");
  const page = await as(person);
  await firstDevice(page);
  await propose(page, "device.corrected", { set: { location: `门诊楼一层 3 号机房（${way.hand}）` }, reason: "TYPO" });
  const id = await sign(page);
  await picture(page, "receipt");
  const [download] = await Promise.all([page.waitForEvent("download"), press(page, t("sign.receipt.save_receipt"))]);
  const receipt = `${shots}walk-receipt.json`;
  await download.saveAs(receipt);
  const printed = new URL(await page.locator('a[href*="/verify/"]').last().getAttribute("href"), url);
  await leave(page);
  const found = await event(person, id);
  assert.equal(found.type, "device.corrected");
  assert.equal(found.signer.account, person.account);

  const anybody = await visitor();
  await open(anybody, "/verify");
  await bring(anybody, anybody.locator('input[type="file"]').first(), receipt);
  await anybody.getByText(t("verify.verdict.text.ok")).waitFor();
  const changed = JSON.parse(await readFile(receipt, "utf8"));
  changed.event.payload = changed.event.payload.replace("门诊楼", "住院楼");
  await writeFile(receipt, JSON.stringify(changed));
  await open(anybody, "/verify");
  await bring(anybody, anybody.locator('input[type="file"]').first(), receipt);
  await anybody.getByText(t("verify.verdict.text.failed")).first().waitFor();
  // What the QR code of the print asks, and the same of another place of the ledger.
  await open(anybody, `${printed.pathname}${printed.hash}`);
  await anybody.locator(".banner.good").waitFor();
  await picture(anybody, "verify-leaf");
  await open(anybody, `${printed.pathname}${printed.hash.replace(/\d+/, "7")}`);
  await anybody.locator(".banner.bad").waitFor();
}

/** Flow 4: two people edit the same field; the second sees both values and signs again on the new version. */
export async function two_people_edit_the_same_device() {
  const administrators = await people("I_ADMIN");
  const first = (await people("I_RPO")).find(({ org }) => administrators.some((one) => one.org === org));
  const second = administrators.find(({ org }) => org === first.org);
  const [one, other] = [await as(first), await as(second)];
  await firstDevice(one);
  await open(other, new URL(one.url()).pathname);
  const room = (number) => ({ set: { location: `医技楼二层 ${number} 号机房（${way.hand}）` }, reason: "TYPO" });
  await propose(other, "device.corrected", room(5));
  await propose(one, "device.corrected", room(6));
  await sign(one);
  await press(other, t("sign.submit"));
  await other.getByText(t("sign.conflict.title")).first().waitFor();
  await picture(other, "conflict");
  await tick(other, other.locator('.sheet input[type="radio"]').last());
  const { version: now } = await event(first, await one.locator(".sheet dl code").first().innerText());
  await press(other, t("sign.conflict.go", { v: now }));
  const { version } = await event(second, await sign(other));
  assert.ok(Number(version) > Number(now));
  const device = new URL(one.url()).pathname.split("/").pop();
  const { node } = await ask(second, "query($id: ID!) { node(id: $id) { ... on Device { members { location } } } }", {
    id: `device/${device}`,
  });
  assert.equal(node.members.location, room(5).set.location, "what the second chose");
}

/** Flow 5: a laboratory brings a file with bad rows, mends them, signs once. */
export async function a_laboratory_imports_its_results() {
  const { signatory, code, workers } = await laboratory();
  const head = "工作人员编号,剂量计编号,佩戴部位,周期起,周期止,Hp(10)（mSv）,最低探测水平,报告编号,签发日期,统一社会信用代码";
  const places = ["背部", "眼旁", "腕部", "指环", "足踝", "头箍"];
  // Each walk has a month of its own: nobody wears the same dosimeter twice.
  const [from, to, on] = way.hand === "mouse" ? ["2026-10-01", "2026-10-31", "2026-11-24"] : ["2026-09-01", "2026-09-30", "2026-10-23"];
  const row = (worker, spot, index, dose) =>
    [worker, `W${index}`, spot, from, to, dose, "0.02", `YB-WALK-${process.pid}-${way.hand}`, on, code].join(",");
  const rows = workers.flatMap((worker, at) =>
    places.map((spot, index) => row(worker, spot, at * 10 + index, index % 2 ? "<MDL" : "0.11")),
  );
  const bad = rows.map((line, index) =>
    index < 6 ? line.replace(`,${to},`, `,${["2026-08-01", "10/3", "", "2026-13-01", "x", "2026-10-32"][index]},`) : line,
  );
  const file = async (name, lines) => {
    await writeFile(`${shots}${name}`, `\ufeff${[head, ...lines].join("\r\n")}\r\n`);
    return `${shots}${name}`;
  };
  const page = await as(signatory);
  await open(page, "/app");
  await place(page, t("app.place.imports"));
  await still(page);
  const upload = async (path) => {
    const opener = page.getByRole("button", { name: t("imports.upload.choose"), exact: true });
    await bring(page, page.locator('input[type="file"]'), path, opener);
    await page.waitForURL(/step=map/);
    await still(page);
    await press(page, t("imports.map.next"));
    await page.waitForURL(/step=check/);
    await still(page);
  };
  await upload(await file("walk-bad.csv", bad));
  await page.getByText(t("imports.states.HAS_ERRORS")).first().waitFor();
  await picture(page, "import-check");
  assert.equal(
    await page
      .getByRole("button", { name: t("imports.check.next") })
      .isEnabled()
      .catch(() => false),
    false,
    "a file with errors goes no further",
  );
  await upload(await file("walk-good.csv", rows));
  // Warnings are looked at and ticked; without any, nothing has to be.
  const ticks = page.getByRole("button", { name: t("imports.check.tickListed", { n: "\n" }).split("\n")[0] });
  if (await ticks.first().isVisible()) {
    await push(page, ticks.first());
    await press(page, t("imports.check.accept"));
    await page.waitForURL(/step=preview/);
  }
  if (!/step=preview/.test(page.url())) await press(page, t("imports.check.next"));
  await page.waitForURL(/step=preview/);
  await still(page);
  await press(page, t("imports.preview.next"));
  await page.waitForURL(/step=sign/);
  await still(page);
  await push(page, page.getByRole("main").locator("button.primary").last());
  await page.locator(".banner.good").first().waitFor({ timeout: 60_000 });
  await still(page);
  const link = await page.locator("ul.receipts a").first().getAttribute("href");
  const found = await event(signatory, link.split("/").pop());
  assert.match(found.type, /^dose_re(port|sult)\./);
}

/** Flow 6: a unit rectifies, the county returns it once; the unit puts it right, and the county closes it. */
export async function a_warning_is_rectified_returned_and_closed() {
  const { unit, county, warning, device } = await redWarning();
  const [page, desk] = [await as(unit), await as(county)];
  const at = `/app/warnings/${warning.recordId}`;
  const acts = async (who, type, filled) => {
    await open(who, at);
    return signed(who, type, filled);
  };
  const stateOf = async () => {
    const { node } = await ask(county, "query($id: ID!) { node(id: $id) { ... on Warning { members { state { code } } } } }", {
      id: `warning/${warning.recordId}`,
    });
    return node.members.state.code;
  };
  await open(page, "/app");
  await place(page, t("app.place.warnings"));
  await still(page);
  // The line breaks once while the file is sent: it is sent again, and nothing that was written is lost.
  const file = `${shots}walk-evidence.pdf`;
  const measures = "已完成整改，材料见附件。";
  await writeFile(file, `%PDF-1.4\n${process.pid} 整改照片\n`);
  const submitted = await acts(page, "warning.rectification_submitted", {
    data: { measures },
    files: async (form) => {
      await page.route("**/files/*", (route) => route.abort(), { times: 1 });
      await bring(page, form.locator('input[type="file"]'), file);
      await form.getByText(t("sign.files.state.failed")).waitFor();
      await push(page, form.getByRole("button", { name: t("sign.again"), exact: true }));
      await form.getByText(t("sign.files.state.sent")).waitFor();
      assert.equal(await form.locator('[id$="-data-measures"]').inputValue(), measures);
    },
  });
  const { event: rested } = await ask(unit, "query($id: UUID!) { event(id: $id) { payload batch { count } } }", { id: submitted });
  const [attachment] = JSON.parse(rested.payload).attachments;
  assert.equal(rested.batch.count, 2, "the file is filed in the unit of what rests on it");
  // The county reads what was handed in: as it is, or for a purpose where it is about the worker.
  await open(desk, at);
  const evidence = desk
    .getByRole("list", { name: t("pattern.files.title") })
    .first()
    .getByRole("button");
  const sealed = typeof attachment.sha256 !== "string";
  if (sealed) {
    await push(desk, evidence);
    await choose(desk, desk.getByLabel(t("pattern.purpose.label")), "SUPERVISION");
  }
  const [download] = await Promise.all([
    desk.waitForEvent("download"),
    push(desk, sealed ? desk.getByRole("button", { name: t("pattern.purpose.show"), exact: true }) : evidence),
  ]);
  assert.equal(download.suggestedFilename(), "walk-evidence.pdf");
  assert.equal(await readFile(await download.path(), "utf8"), await readFile(file, "utf8"));
  await picture(desk, "warning-evidence");
  const returned = await acts(desk, "warning.rectification_returned", { reason: "INCOMPLETE" });
  assert.equal((await event(county, returned)).meaning, "return");
  // The device is taken out of use: only then the condition ends, and the ledger says so by itself.
  await open(page, `/app/devices/${device}`);
  await signed(page, "device.state_changed", { data: { to: "OUT_OF_SERVICE", why: "ORDER" }, on: today() });
  await eventually(async () => (await stateOf()) === "PENDING_CLOSE");
  await acts(page, "warning.rectification_submitted", { data: { measures: "设备已停用，已补交原始记录。" } });
  const closed = await acts(desk, "warning.closed");
  assert.equal((await event(county, closed)).type, "warning.closed");
  assert.equal(await stateOf(), "CLOSED");
  await picture(desk, "warning-closed");
}
a_warning_is_rectified_returned_and_closed.narrow = true;

/** Flow 7: from a number of the city to a list with the same number, to a record, an event, a signature. */
export async function a_number_leads_to_a_signature() {
  const [person] = await people("T_SUP");
  const page = await as(person);
  await open(page, "/app");
  await place(page, t("app.place.stats"));
  await still(page);
  const card = page.locator('main a[href^="/app/devices"]').first();
  await card.waitFor();
  const said = (await card.innerText()).replace(/\D/g, "");
  await push(page, card);
  await page.waitForURL(/\/app\/devices/);
  await still(page);
  const total = (await page.locator('.list p[role="status"]').first().innerText()).match(/[\d,]+/)[0].replace(/\D/g, "");
  assert.ok(said.startsWith(total) || said === total, `the card says ${said}, the list ${total}`);
  await push(page, page.locator("tbody tr a").first());
  await still(page);
  await push(page, page.locator('ol a[href^="/app/events/"]').first());
  await still(page);
  await page.getByText(t("sign.proof.verified.label")).first().waitFor({ timeout: 30_000 });
}

/** Flow 8: a unit lets a file go to another district: each holder of a step signs, and the chain grows. */
export async function a_file_is_followed_between_two_districts() {
  // The one that was asked for at the desk the county lets go on its phone.
  const phone = way.width < 768;
  const { transfer, county } = (phone && (await waitsForCounty())) || (await transferAsked());
  if (way.hand === "mouse" && !phone) return;
  const page = await passes(county, transfer, "transfer.approved", { undertaking: "LEAVING_EXAM" });
  await picture(page, "transfer-signed");
  await press(page, t("transfers.trace"), "link");
  await page.waitForURL(/\/trace/);
  await page.locator("figure.chart svg[role=group]").first().waitFor();
  // The same as a table.
  await page.locator("main table:visible tbody tr").first().waitFor();
}
a_file_is_followed_between_two_districts.narrow = true;

/** A unit asks for a transfer, the worker agrees, the unit lets the file go: now it is the turn of its county. */
async function transferAsked() {
  const { worker, officer, county, receiver, file, linked } = await fileOfWorker();
  const page = await as(officer);
  await open(page, "/app");
  await place(page, t("app.place.workers"));
  await still(page);
  await toPerson(page, file);
  if (!linked) await signed(page, "person.account_linked", { data: { account: worker.account } });
  const asked = await signed(page, "transfer.requested", {
    data: {
      type: "C",
      by: "RELEASING",
      from_institution: officer.org,
      from_area: officer.area,
      to_institution: receiver.org,
      to_area: receiver.area,
      history_by_hand: "false",
    },
  });
  const { record } = await event(officer, asked);
  await passes(worker, record.id, "transfer.consent_signed", { scope: "FULL" });
  await passes(officer, record.id, "transfer.approved");
  return { transfer: record.id, county };
}

/** Whoever holds the step of a transfer signs it, from the menu on: the chain has the event, and the case goes on. */
async function passes(holder, transfer, type, data = {}) {
  const page = await as(holder);
  const step = async () => {
    const { node } = await ask(holder, "query($id: ID!) { node(id: $id) { ... on Transfer { members { step { code } } } } }", {
      id: `transfer/${transfer}`,
    });
    return node.members.step.code;
  };
  await open(page, "/app");
  await place(page, t("app.place.transfers"));
  await still(page);
  await push(page, page.locator(`tbody a[href^="/app/transfers/${transfer}"]`).first());
  await page.getByText(t("transfers.chain")).first().waitFor();
  await still(page);
  const before = await step();
  const id = await signed(page, type, { data });
  const found = await event(holder, id);
  assert.equal(found.type, type);
  assert.equal(found.record.id, transfer);
  await page.locator(`table a[href="/app/events/${id}"]`).waitFor();
  assert.notEqual(await step(), before, "it goes on");
  return page;
}

/** Flow 8, who keeps silent: the city finds the file that waits for too long, asks who holds the step to act, and everybody sees it. */
export async function who_is_late_is_reminded() {
  const [city] = await people("T_SUP");
  const { transfers } = await ask(
    city,
    `{ transfers(first: 100, filter: { state: ["OPEN"] }) { nodes { recordId members { step { code } reminders { on } } chain { on late } } } }`,
  );
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const waits = ({ members, chain }) =>
    members.step.code !== "CITY" && !members.reminders?.some(({ on }) => on === today) && chain.some(({ on, late }) => late && !on);
  const late = transfers.nodes.filter(waits);
  // The one that is reminded by mouse is not reminded again today.
  const { recordId } = late.at(way.hand === "mouse" ? 0 : -1);
  const page = await as(city);
  await open(page, `/app/transfers/${recordId}`);
  const id = await signed(page, "transfer.reminded", {});
  const found = await event(city, id);
  assert.equal(found.type, "transfer.reminded");
  assert.equal(found.record.id, recordId);
  await page.locator(`.banner a[href="/app/events/${id}"]`).waitFor();
}

/** Flow 10: a record as it was, compared with now, and printed. */
export async function a_record_as_it_was() {
  const [person] = await people("I_RPO");
  const page = await as(person);
  await firstDevice(page);
  const device = new URL(page.url()).pathname.split("/").pop();
  const { node } = await ask(
    person,
    "query($id: ID!) { node(id: $id) { ... on Device { history(first: 50) { nodes { position version } } } } }",
    { id: `device/${device}` },
  );
  const oldest = node.history.nodes.at(-1);
  await open(page, `/app/devices/${device}?at=pos:${oldest.position}`);
  await page.locator(".banner.past").waitFor();
  const may = page.getByRole("button", { name: called("device.corrected"), exact: true });
  assert.equal(await may.count(), 0, "the past is not signed");
  assert.ok((await page.locator("header .tag", { hasText: /^v1$/ }).count()) >= 1);
  await press(page, t("pattern.asOf.back"));
  await page.locator(".banner.past").waitFor({ state: "detached" });
  await page.goBack();
  await still(page);
  await press(page, t("pattern.asOf.compare"), "link");
  await page
    .getByRole("region", { name: t("pattern.diff.title"), exact: true })
    .first()
    .waitFor();
  await still(page);
  await page.emulateMedia({ media: "print" });
  await picture(page, "print-compared");
}

/** The auditor's page: everything verified by the program, and nothing found. */
export async function an_auditor_has_everything_verified() {
  const [person] = await people("EXT_AUD");
  const page = await as(person);
  await open(page, "/app");
  await place(page, t("app.place.audit"));
  await still(page);
  await press(page, t("audit.start"));
  await page.getByRole("heading", { name: t("audit.state.CLEAN") }).waitFor({ timeout: 120_000 });
  await picture(page, "audit-clean");
}
