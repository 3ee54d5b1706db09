// Main flows of the portal. Each begins at the menu, acts, signs where something is signed, and then finds the event past the
// pages: by GraphQL, and at the end of all walks by `radledger verify`.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { as, ask, event, leave, open, people, press, shots, sign, still, t, url, visitor } from "./support.mjs";

/** From the menu into the list of devices, and to the first of them. */
async function firstDevice(page) {
  await open(page, "/app");
  await press(page, t("app.place.devices"), "link");
  await still(page);
  await page.locator("tbody tr a").first().click();
  await page.waitForURL(/\/app\/devices\/[0-9a-f-]{36}/);
  await still(page);
}

/** Fills the form of a correction of one member, and comes to the sheet. */
async function correct(page, action, member, value) {
  await press(page, action);
  await page.getByRole("checkbox", { name: new RegExp(`^${member}`) }).check();
  await page.getByLabel(`${member}：新值`).fill(value);
  await page.getByLabel(t("sign.form.reason_code")).selectOption("TYPO");
  await press(page, t("sign.form.check"));
  await page.getByRole("button", { name: t("sign.submit"), exact: true }).waitFor();
}

/** The login of a demonstration: one click on a name, then the workbench; and out again. */
export async function anybody_tries_the_demonstration_with_one_click() {
  const page = await visitor();
  await open(page, "/");
  await page.locator('a[href="/login"]').first().click();
  await page.locator('[aria-labelledby="role-C_SUP"] button').first().click();
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
  const page = await visitor();
  await open(page, "/enrol");
  await page.locator('input:not([type="file"], [type="password"])').first().fill(holder.account);
  await press(page, t("enrol.next"));
  const passphrase = page.locator('input[type="password"]').first();
  await passphrase.fill("翠屏 加速器 九月 晴");
  const [backup] = await Promise.all([page.waitForEvent("download"), press(page, t("enrol.make.do"))]);
  const kept = `${shots}walk.radkey`;
  await backup.saveAs(kept);
  await page.locator('input[type="file"]').setInputFiles(kept);
  await page.locator('input[type="password"]').first().fill("翠屏 加速器 九月 晴");
  await press(page, t("enrol.confirm.do"));
  const [handed] = await Promise.all([page.waitForEvent("download"), press(page, t("enrol.request.download"))]);
  const request = `${shots}walk-enrolment.json`;
  await handed.saveAs(request);
  const shown = (await page.locator(".fingerprint").innerText()).replace(/\s+/g, "");

  const desk = await as(administrator);
  await open(desk, "/app");
  await press(desk, t("app.place.keys"), "link");
  await still(desk);
  await desk.getByLabel(t("keys.request.file")).setInputFiles(request);
  const card = desk.locator("section", { hasText: t("keys.request.good") });
  assert.ok((await card.innerText()).replace(/\s+/g, "").includes(shown), "both see the same fingerprint");
  await press(desk, t("keys.request.go"));
  await desk.locator(".dialog select").first().selectOption("SOFTWARE");
  const day = (years) => `${new Date().getUTCFullYear() + years}-${new Date(Date.now() + 8 * 3_600_000).toISOString().slice(5, 10)}`;
  const dates = desk.locator('.dialog input[type="date"]');
  await dates.nth(0).fill(day(0));
  await dates.nth(1).fill(day(1));
  await press(desk, t("sign.form.check"));
  const requested = await sign(desk);
  const { record } = await event(administrator, requested);

  const binder = await as(county);
  await open(binder, `/app/records/credential/${record.id}`);
  assert.ok((await binder.locator("article").innerText()).replace(/\s+/g, "").includes(shown), "the third sees it as well");
  await press(binder, "绑定证书");
  await press(binder, t("sign.form.check"));
  const bound = await event(county, await sign(binder));
  assert.equal(bound.type, "credential.bound");

  // The new key logs in and stands in this browser only.
  await open(page, "/login");
  await page.locator('input[type="password"]').first().fill("翠屏 加速器 九月 晴");
  await press(page, t("login.submit.kept"));
  await page.waitForURL(`${url}/app`);
}

/** Flow 3: a unit corrects one field, reads the receipt, and somebody who trusts nobody checks it. */
export async function a_device_is_corrected_and_anybody_checks_the_receipt() {
  const [person] = await people("I_RPO");
  const page = await as(person);
  await firstDevice(page);
  await correct(page, "设备更正", "所在场所", "门诊楼一层 3 号机房");
  const id = await sign(page);
  await page.screenshot({ path: `${shots}receipt.zh-CN.1280.png` });
  const [download] = await Promise.all([page.waitForEvent("download"), press(page, t("sign.receipt.save_receipt"))]);
  const receipt = `${shots}walk-receipt.json`;
  await download.saveAs(receipt);
  const found = await event(person, id);
  assert.equal(found.type, "device.corrected");
  assert.equal(found.signer.account, person.account);

  const anybody = await visitor();
  await open(anybody, "/verify");
  await anybody.locator('input[type="file"]').first().setInputFiles(receipt);
  await anybody.getByText(t("verify.verdict.text.ok")).waitFor();
  const changed = JSON.parse(await readFile(receipt, "utf8"));
  changed.event.payload = changed.event.payload.replace("门诊楼", "住院楼");
  await writeFile(receipt, JSON.stringify(changed));
  await open(anybody, "/verify");
  await anybody.locator('input[type="file"]').first().setInputFiles(receipt);
  await anybody.getByText(t("verify.verdict.text.failed")).first().waitFor();
}

/** Flow 4: two people edit the same field; the second sees both values and signs again on the new version. */
export async function two_people_edit_the_same_device() {
  const administrators = await people("I_ADMIN");
  const first = (await people("I_RPO")).find(({ org }) => administrators.some((one) => one.org === org));
  const second = administrators.find(({ org }) => org === first.org);
  const [one, other] = [await as(first), await as(second)];
  await firstDevice(one);
  await open(other, new URL(one.url()).pathname);
  await correct(other, "设备更正", "所在场所", "医技楼二层 5 号机房");
  await correct(one, "设备更正", "所在场所", "医技楼二层 6 号机房");
  await sign(one);
  await press(other, t("sign.submit"));
  await other.getByText(t("sign.conflict.title")).first().waitFor();
  await other.screenshot({ path: `${shots}conflict.zh-CN.1280.png` });
  await other.locator('.sheet input[type="radio"]').last().check();
  await other.getByRole("button", { name: /重新签署/ }).click();
  const id = await sign(other);
  const { version } = await event(second, id);
  assert.ok(Number(version) > 1);
  const device = new URL(one.url()).pathname.split("/").pop();
  const { node } = await ask(second, "query($id: ID!) { node(id: $id) { ... on Device { members { location } } } }", {
    id: `device/${device}`,
  });
  assert.match(node.members.location, /医技楼二层 [56] 号机房/);
}

/** A laboratory, a contract of its, and people who work there and were monitored since before October. */
async function aLaboratory() {
  const [city] = await people("T_SUP");
  for (const signatory of await people("TSO_SIGN")) {
    const { monitoringContracts } = await ask(
      signatory,
      `{ monitoringContracts(first: 100, filter: { state: ["CONCLUDED"] }) { nodes { clientCode members { institution laboratory from until } } } }`,
    );
    const mine = monitoringContracts.nodes.filter(
      ({ members }) => members.laboratory === signatory.org && !members.until && members.from < "2026-07-01",
    );
    for (const contract of mine) {
      const { employments } = await ask(
        city,
        `query($org: UUID!) { employments(first: 100, filter: { org: $org, state: ["ACTIVE"] }) { nodes { label members { active { from until } } } } }`,
        { org: contract.members.institution },
      );
      const workers = employments.nodes
        .filter(({ members }) => members.active.at(-1)?.from < "2026-07-01" && !members.active.at(-1).until)
        .map(({ label }) => label);
      if (workers.length >= 3) return { signatory, code: contract.clientCode, workers: workers.slice(0, 6) };
    }
  }
  throw new Error("no laboratory with a contract");
}

/** Flow 5: a laboratory brings a file with bad rows, mends them, signs once. */
export async function a_laboratory_imports_its_results() {
  const { signatory, code, workers } = await aLaboratory();
  const head = "工作人员编号,剂量计编号,佩戴部位,周期起,周期止,Hp(10)（mSv）,最低探测水平,报告编号,签发日期,统一社会信用代码";
  const places = ["背部", "眼旁", "腕部", "指环", "足踝", "头箍"];
  const row = (worker, place, index, dose) =>
    [worker, `W${index}`, place, "2026-10-01", "2026-10-31", dose, "0.02", `YB-WALK-${process.pid}`, "2026-11-24", code].join(",");
  const rows = workers.flatMap((worker, at) =>
    places.map((place, index) => row(worker, place, at * 10 + index, index % 2 ? "<MDL" : "0.11")),
  );
  const bad = rows.map((line, index) =>
    index < 6 ? line.replace(",2026-10-31,", `,${["2026-09-01", "10/3", "", "2026-13-01", "x", "2026-10-32"][index]},`) : line,
  );
  const file = async (name, lines) => {
    await writeFile(`${shots}${name}`, `\ufeff${[head, ...lines].join("\r\n")}\r\n`);
    return `${shots}${name}`;
  };
  const page = await as(signatory);
  await open(page, "/app");
  await press(page, t("app.place.imports"), "link");
  await still(page);
  const bring = async (path) => {
    await page.locator('input[type="file"]').setInputFiles(path);
    await page.waitForURL(/step=map/);
    await still(page);
    await press(page, t("imports.map.next"));
    await page.waitForURL(/step=check/);
    await still(page);
  };
  await bring(await file("walk-bad.csv", bad));
  await page.getByText(t("imports.states.HAS_ERRORS")).first().waitFor();
  await page.screenshot({ path: `${shots}import-check.zh-CN.1280.png` });
  assert.equal(
    await page
      .getByRole("button", { name: t("imports.check.next") })
      .isEnabled()
      .catch(() => false),
    false,
    "a file with errors goes no further",
  );
  await bring(await file("walk-good.csv", rows));
  // Warnings are looked at and ticked; without any, nothing has to be.
  const ticks = page.getByRole("button", { name: /^已核对所列/ });
  if (await ticks.isVisible()) {
    await ticks.click();
    await press(page, t("imports.check.accept"));
    await page.waitForURL(/step=preview/);
  }
  if (!/step=preview/.test(page.url())) await press(page, t("imports.check.next"));
  await page.waitForURL(/step=preview/);
  await still(page);
  await press(page, t("imports.preview.next"));
  await page.waitForURL(/step=sign/);
  await page.getByRole("button", { name: /^签署 \d+ 个事件并提交/ }).click();
  await page.locator(".banner.good").first().waitFor({ timeout: 60_000 });
  await still(page);
  const link = await page.locator("ul.receipts a").first().getAttribute("href");
  const found = await event(signatory, link.split("/").pop());
  assert.match(found.type, /^dose_re(port|sult)\./);
}

/** Flow 6: a unit rectifies, the county returns it once and closes it the second time. */
export async function a_warning_is_rectified_returned_and_closed() {
  const units = await people("I_RPO");
  let found;
  for (const unit of units) {
    const { warnings } = await ask(
      unit,
      `{ warnings(first: 50, filter: { state: ["OPEN", "ACKNOWLEDGED"] }) { nodes { recordId area state law { lasting closedBy } members { grade { code } } } } }`,
    );
    const node = warnings.nodes.find(({ area, law }) => area && law.closedBy === "county");
    const lasting = warnings.nodes.find(({ area, law }) => area && law.lasting && law.closedBy === "county");
    if (lasting ?? node) found = lasting ? { unit, warning: lasting, lasting: true } : (found ?? { unit, warning: node, lasting: false });
    if (found?.lasting) break;
  }
  const { unit, warning } = found;
  const [county] = await people("C_SUP", { area: warning.area });
  const at = `/app/warnings/${warning.recordId}`;
  const page = await as(unit);
  const desk = await as(county);
  const act = async (who, name, fill) => {
    await open(who, at);
    const button = who.getByRole("button", { name, exact: true }).first();
    if (!(await button.isVisible()))
      await press(who, t("pattern.more"), "button").catch(() => who.getByText(t("pattern.more"), { exact: true }).first().click());
    await who.getByRole("button", { name, exact: true }).first().click();
    await fill?.(who.locator(".dialog").last());
    await press(who, t("sign.form.check"));
    const id = await sign(who);
    await leave(who);
    return id;
  };
  const measures = (text) => (form) => form.locator("textarea").first().fill(text);
  // The line breaks once while the file is sent: it is sent again, and nothing that was written is lost.
  const file = `${shots}walk-evidence.pdf`;
  const content = `%PDF-1.4\n${process.pid} 整改照片\n`;
  await writeFile(file, content);
  await page.route("**/files/*", (route) => route.abort(), { times: 1 });
  const submitted = await act(page, "提交整改", async (form) => {
    await measures("已完成整改，材料见附件。")(form);
    await form.locator('input[type="file"]').setInputFiles(file);
    await form.getByText(t("sign.files.state.failed")).waitFor();
    await form.getByRole("button", { name: t("sign.again"), exact: true }).click();
    await form.getByText(t("sign.files.state.sent")).waitFor();
    assert.match(await form.locator("textarea").first().inputValue(), /材料见附件/);
  });
  const { event: signed } = await ask(unit, "query($id: UUID!) { event(id: $id) { payload batch { count } } }", { id: submitted });
  const [attachment] = JSON.parse(signed.payload).attachments;
  assert.equal(attachment.bytes, Buffer.byteLength(content));
  assert.equal(signed.batch.count, 2, "the file is filed in the unit of what rests on it");
  await open(desk, at);
  const evidence = desk.getByRole("list", { name: t("pattern.files.title") }).first();
  await evidence.getByRole("button").click();
  const purpose = desk.getByLabel(t("pattern.purpose.label"));
  if (typeof attachment.sha256 !== "string") await purpose.selectOption("SUPERVISION");
  const [download] = await Promise.all([
    desk.waitForEvent("download"),
    typeof attachment.sha256 === "string" ? undefined : press(desk, t("pattern.purpose.show")),
  ]);
  assert.equal(download.suggestedFilename(), "walk-evidence.pdf");
  assert.equal(await readFile(await download.path(), "utf8"), content);
  await desk.screenshot({ path: `${shots}warning-evidence.zh-CN.1280.png` });
  const returned = await act(desk, "退回整改", (form) => form.getByLabel(t("sign.form.reason_code")).selectOption("INCOMPLETE"));
  assert.equal((await event(county, returned)).meaning, "return");
  await act(page, "提交整改", measures("已补交原始记录。"));
  if (found.lasting) {
    const closed = await act(desk, "核销");
    assert.equal((await event(county, closed)).type, "warning.closed");
  }
  await open(desk, at);
  await desk.screenshot({ path: `${shots}warning-acted.zh-CN.1280.png` });
}

/** Flow 7: from a number of the city to a list with the same number, to a record, an event, a signature. */
export async function a_number_leads_to_a_signature() {
  const [person] = await people("T_SUP");
  const page = await as(person);
  await open(page, "/app/stats");
  const card = page.locator('main a[href^="/app/devices"]').first();
  const said = (await card.innerText()).replace(/\D/g, "");
  await card.click();
  await page.waitForURL(/\/app\/devices/);
  await still(page);
  const total = (await page.locator('.list p[role="status"]').first().innerText()).match(/[\d,]+/)[0].replace(/\D/g, "");
  assert.ok(said.startsWith(total) || said === total, `the card says ${said}, the list ${total}`);
  await page.locator("tbody tr a").first().click();
  await still(page);
  await page.locator('ol a[href^="/app/events/"]').first().click();
  await still(page);
  await page.getByText(t("sign.proof.verified.label")).first().waitFor({ timeout: 30_000 });
}

/** Flow 8: a file on its way: where it waits, who is late, and the chain of those who held it. */
export async function a_file_is_followed_between_two_districts() {
  const [person] = await people("T_SUP");
  const { transfers } = await ask(
    person,
    `{ transfers(first: 100, filter: { state: ["COMPLETED"] }) { nodes { recordId members { type { code } person } chain { late } } } }`,
  );
  const moved =
    transfers.nodes.find(({ members, chain }) => ["B", "C"].includes(members.type.code) && chain?.some(({ late }) => late)) ??
    transfers.nodes.find(({ members }) => ["B", "C"].includes(members.type.code)) ??
    transfers.nodes[0];
  const page = await as(person);
  await open(page, "/app");
  await press(page, t("app.place.transfers"), "link");
  await still(page);
  await open(page, `/app/transfers/${moved.recordId}`);
  await page.getByText(t("transfers.chain")).first().waitFor();
  assert.ok((await page.locator("table tbody tr").count()) >= 2, "the chain has its steps");
  await page.locator('table a[href^="/app/events/"]').first().waitFor();
  await open(page, `/app/transfers/trace?worker=${moved.members.person}`);
  await page.locator("svg").first().waitFor();
  assert.ok((await page.locator("table tbody tr").count()) >= 1, "the same as a table");
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
  assert.equal(await page.getByRole("button", { name: "设备更正", exact: true }).count(), 0, "the past is not signed");
  assert.ok((await page.locator("header .tag", { hasText: /^v1$/ }).count()) >= 1);
  await page.emulateMedia({ media: "print" });
  await page.screenshot({ path: `${shots}print.zh-CN.png` });
  await page.emulateMedia({ media: "screen" });
  await press(page, t("pattern.asOf.back"));
  await page.locator(".banner.past").waitFor({ state: "detached" });
}

/** The auditor's page: everything verified by the program, and nothing found. */
export async function an_auditor_has_everything_verified() {
  const [person] = await people("EXT_AUD");
  const page = await as(person);
  await open(page, "/app");
  await press(page, t("app.place.audit"), "link");
  await still(page);
  await press(page, t("audit.start"));
  await page.getByRole("heading", { name: t("audit.state.CLEAN") }).waitFor({ timeout: 120_000 });
  await page.screenshot({ path: `${shots}audit-clean.zh-CN.1280.png` });
}
