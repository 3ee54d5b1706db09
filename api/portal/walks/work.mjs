// How people work with lists, records and files: several at once, by keys, and what they take along.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { strFromU8, unzipSync } from "fflate";
import { act, enter, filterOf, place, press } from "./hands.mjs";
import { complete, leave, sign } from "./sheet.mjs";
import { as, ask, called, event, open, people, shots, still, t, url } from "./support.mjs";

/** A file about a worker: its digest is sealed and its bytes encrypted under him; who opens it says why. */
export async function a_file_about_a_worker_is_sealed() {
  const [person] = await people("I_RPO");
  const { employments } = await ask(
    person,
    `{ employments(first: 1, filter: { org: "${person.org}", state: ["ACTIVE"] }) { nodes { members { person } } } }`,
  );
  const worker = employments.nodes[0].members.person;
  const page = await as(person);
  await open(page, `/app/workers/${worker}`);
  await act(page, called("person.contact_changed"), t("sign.more"));
  const file = `${shots}walk-about.pdf`;
  await writeFile(file, `%PDF-1.4\n${process.pid} 户籍证明\n`);
  const files = async (form) => {
    await form.locator('input[type="file"]').setInputFiles(file);
    await form.getByText(t("sign.files.state.sent")).waitFor();
  };
  await complete(page, { data: { address: "翠屏区南岸 18 号" }, files }, "person.contact_changed");
  await page.locator(".sheet").getByText("walk-about.pdf").waitFor();
  await page.screenshot({ path: `${shots}sheet-files.zh-CN.1280.png` });
  const id = await sign(page);
  await leave(page);
  const { event: signed } = await ask(person, "query($id: UUID!) { event(id: $id) { payload } }", { id });
  const [attachment] = JSON.parse(signed.payload).attachments;
  assert.ok(attachment.sha256.$sealed, "the digest is sealed");
  await open(page, `/app/workers/${worker}?tab=files`);
  await page
    .getByRole("list", { name: t("pattern.files.title") })
    .first()
    .getByRole("button")
    .click();
  await page.getByLabel(t("pattern.purpose.label")).selectOption("HEALTH");
  const [download] = await Promise.all([page.waitForEvent("download"), press(page, t("pattern.purpose.show"))]);
  assert.equal(await readFile(await download.path(), "utf8"), await readFile(file, "utf8"));
}

/** A county takes note of several warnings at once: ticked by keys, signed as one unit; whoever looks at the list is told. */
export async function several_warnings_are_acknowledged_at_once() {
  let found;
  for (const person of await people("C_SUP")) {
    const { warnings } = await ask(
      person,
      `{ warnings(first: 20, filter: { state: ["OPEN"], facets: [{ name: "grade", anyOf: ["ORANGE", "YELLOW", "BLUE"] }] }) { totalCount nodes { recordId } } }`,
    );
    if (Number(warnings.totalCount) >= 3) found ??= { person, before: Number(warnings.totalCount) };
  }
  const query = "f.state=OPEN&f.grade=ORANGE,YELLOW,BLUE";
  const page = await as(found.person);
  await open(page, `/app/warnings?${query}`);
  const other = await as(found.person);
  await open(other, `/app/warnings?${query}`);
  for (const _ of [1, 2, 3]) {
    await page.keyboard.press("j");
    await page.keyboard.press("x");
  }
  await page.getByText(t("pattern.select.chosen", { n: 3 })).waitFor();
  await press(page, t("warnings.acknowledgeAll", { n: 3 }));
  await page
    .locator(".sheet")
    .getByText(t("sign.what.all", { n: 3 }))
    .click();
  await page.screenshot({ path: `${shots}acknowledge-several.zh-CN.1280.png` });
  await press(page, t("sign.submit_many", { n: 3 }));
  await page.getByText(t("sign.batch.done", { n: 3 })).waitFor({ timeout: 30_000 });
  const last = await page.locator(".sheet dl a").last().getAttribute("href");
  await leave(page);
  const { type, signer } = await event(found.person, last.split("/").pop());
  assert.deepEqual([type, signer.account], ["warning.acknowledged", found.person.account]);
  const count = await page.locator('.list p[role="status"]').first().innerText();
  assert.ok(Number(count.match(/[\d,]+/)[0].replace(",", "")) <= found.before - 3, count);
  // The rows under another reader stay, and say so.
  const told = other.getByRole("button", { name: /条更新，刷新$/ });
  await told.waitFor({ timeout: 40_000 });
  await told.click();
  await told.waitFor({ state: "detached" });
}

/** A list as somebody likes it: columns, order and views are there after a reload; and it is taken along with what it is. */
export async function a_list_is_arranged_and_taken_along() {
  // A worker who has an account, and the county where he works.
  let [worker, file] = [null, null];
  for (const one of await people("W_SELF")) {
    const { persons } = await ask(one, `{ persons { nodes { recordId employments { nodes { state area } } } } }`);
    if (persons.nodes.length) [worker, file] = [one, persons.nodes[0]];
  }
  const { area } = file.employments.nodes.find(({ state }) => state === "ACTIVE");
  const person = (await people("C_SUP")).find((one) => one.area === area);
  const page = await as(person);
  await open(page, "/app/workers?f.state=ACTIVE");
  const heads = () => page.locator("main thead th").allInnerTexts();
  const before = await heads();
  await page.getByText(t("pattern.list.columns"), { exact: true }).click();
  await page.getByRole("checkbox", { name: before[2], exact: true }).uncheck();
  await page.getByRole("button", { name: t("pattern.list.later", { column: before[0] }), exact: true }).click();
  await page.getByText(t("pattern.views.title"), { exact: true }).click();
  await page.getByLabel(t("pattern.views.name")).fill("在岗人员");
  await press(page, t("pattern.views.save"));
  await page.reload();
  await still(page);
  const after = await heads();
  assert.deepEqual(after, [before[1], before[0], ...before.slice(3)]);
  await open(page, "/app/workers");
  await page.getByText(t("pattern.views.title"), { exact: true }).click();
  await press(page, "在岗人员", "link");
  await page.waitForURL(/f\.state=ACTIVE/);
  await still(page);
  await page.keyboard.press("e");
  await page.getByLabel(t("pattern.purpose.label")).selectOption("SUPERVISION");
  await page.screenshot({ path: `${shots}export.zh-CN.1280.png` });
  const dialog = page.getByRole("dialog");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    dialog.getByRole("button", { name: t("pattern.export.do"), exact: true }).click(),
  ]);
  const parts = unzipSync(await readFile(await download.path()));
  const about = strFromU8(parts["xl/worksheets/sheet1.xml"]);
  for (const said of [t("pattern.purpose.SUPERVISION"), person.account, "SHA-256"]) assert.ok(about.includes(said), said);
  const rows = strFromU8(parts["xl/worksheets/sheet2.xml"]).match(/<row /g).length;
  const total = Number((await page.locator('.list p[role="status"]').first().innerText()).match(/[\d,]+/)[0].replace(",", ""));
  assert.equal(rows, Math.min(total, 5000) + 1, "every row that matches, and the headings");
  // It stands in the access log, with what the file says of itself, and the people in it read that.
  const log = "{ takenLog(first: 1) { items { account kind purpose digest workers } } }";
  const [line] = (await ask(person, log)).takenLog.items;
  assert.deepEqual([line.account, line.kind, line.purpose], [person.account, "employment", "SUPERVISION"]);
  assert.ok(about.includes(Buffer.from(line.digest, "base64url").toString("hex")), "the digest of the file");
  assert.ok(line.workers > 0);
  const { takenLog } = await ask(worker, log);
  assert.deepEqual([takenLog.items[0].digest, takenLog.items[0].workers], [line.digest, 1], "of the others he is told nothing");
  const own = await as(worker);
  await open(own, `/app/workers/${file.recordId}?tab=looks`);
  await own.getByRole("region", { name: t("workers.taken.title"), exact: true }).waitFor();
  await own.screenshot({ path: `${shots}taken.zh-CN.1280.png`, fullPage: true });
}

/** What has open warnings of a grade is found, by the same number as the ledger's own; devices say by when they are tested. */
export async function what_has_open_warnings_is_found() {
  const [person] = await people("C_SUP");
  const page = await as(person);
  await open(page, "/app");
  await place(page, t("app.place.orgs"));
  await still(page);
  await enter(page, filterOf(page, t("pattern.warned")), "RED");
  await press(page, t("pattern.list.apply"));
  await page.waitForURL(/f\.warned=RED/);
  await still(page);
  const { institutions } = await ask(person, `{ institutions(filter: { warned: ["RED"] }) { totalCount } }`);
  assert.ok(Number(institutions.totalCount) > 0);
  const said = await page.locator('.list p[role="status"]').first().innerText();
  assert.match(said.replaceAll(",", ""), new RegExp(`\\b${institutions.totalCount}\\b`));
  // The institution that is found names itself on the list of its devices.
  const used = page
    .locator('a[href^="/app/devices"]')
    .filter({ hasText: /^[1-9]/ })
    .first();
  const first = page.locator("tbody tr").filter({ has: used }).first();
  const name = await first.locator("th, td").first().innerText();
  const devices = first.locator('a[href^="/app/devices"]');
  await devices.click();
  await page.waitForURL(/\/app\/devices\?/);
  await still(page);
  await page.locator(".chips").getByText(name).waitFor();
  // Labels to be stuck on them.
  await page.locator('thead input[type="checkbox"]').check();
  const ticked = await page.locator('tbody input[type="checkbox"]:checked').count();
  await press(page, t("devices.labels.do", { n: ticked }));
  await page
    .locator(".labels li .qr")
    .nth(ticked - 1)
    .waitFor();
  await page.screenshot({ path: `${shots}labels.zh-CN.1280.png` });
  await page.emulateMedia({ media: "print" });
  await page.pdf({ path: `${shots}paper-labels.pdf`, preferCSSPageSize: true });
  assert.ok(!(await page.locator("#app").isVisible()), "labels alone are printed");
  await page.emulateMedia({ media: "screen" });
  await press(page, t("pattern.close"));
  const { devices: tested } = await ask(person, `{ devices(filter: { state: ["IN_USE"] }) { nodes { recordId nextTestOn } } }`);
  const due = tested.nodes.find(({ nextTestOn }) => nextTestOn);
  assert.ok(due, "a device that is worked with and was tested");
  await open(page, `/app/devices/${due.recordId}`);
  await page.getByText(due.nextTestOn).first().waitFor();
}

/** Single letters are commands (P-KEYS), and none of them while somebody writes or has switched them off. */
export async function keys_work_unless_somebody_writes() {
  const [person] = await people("I_RPO");
  const page = await as(person);
  await open(page, "/app");
  const at = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
    await page.waitForTimeout(150);
  };
  await at("g", "d");
  await page.waitForURL(`${url}/app/devices`);
  await still(page);
  await at("j", "j", "k", "Enter");
  await page.waitForURL(/\/app\/devices\/[0-9a-f-]{36}/);
  await still(page);
  const versions = await page.locator('ol a[href^="/app/events/"]').count();
  if (versions > 1) {
    await at("d");
    await page.waitForURL(/diff=v\d+\.\.v\d+/);
    await at("[");
    await page.waitForURL(/at=pos/);
    await still(page);
    await at("]");
    await page.waitForURL((to) => !to.search.includes("at="));
  }
  await at("t");
  assert.ok(await page.locator('main details[open] input[type="datetime-local"]').isVisible(), "t opens the moment");
  await page.keyboard.press("Escape");
  await at("/");
  await page.keyboard.type("gw");
  assert.equal(await page.locator("#global-search").inputValue(), "gw", "what is typed is text");
  await page.locator("#global-search").blur();
  await at("?");
  await page.getByRole("region", { name: t("app.keys.title") }).waitFor();
  await at("Escape");
  await page.getByRole("region", { name: t("app.keys.title") }).waitFor({ state: "detached" });
  await open(page, "/me/settings");
  await page.getByLabel(t("app.settings.keys")).uncheck();
  await page.locator("h1").click();
  await at("g", "w");
  assert.equal(new URL(page.url()).pathname, "/me/settings", "switched off");
}
