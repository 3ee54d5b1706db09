// Screens that no main flow passes: each is opened from the menu, its list filtered, a record opened, something signed on it
// that this person may sign, and the event found past the pages.
import assert from "node:assert/strict";
import { fileOfWorker } from "./cases.mjs";
import { enter, filterOf, place, press, push, toPerson } from "./hands.mjs";
import { signed } from "./sheet.mjs";
import { as, ask, event, open, people, still, t, today, way } from "./support.mjs";

/** A person at a place of the menu. */
async function at(person, name) {
  const page = await as(person);
  await open(page, "/app");
  await place(page, t(`app.place.${name}`));
  await still(page);
  return page;
}

/** Filters the list that stands open, and opens the first of what is left. */
async function filterAndOpen(page, name, value) {
  await enter(page, filterOf(page, name), value);
  await press(page, t("pattern.list.apply"));
  await page.waitForURL(/[?&]f\./);
  await still(page);
  await push(page, page.locator("tbody tr a").first());
  await page.waitForURL(/[0-9a-f-]{36}/);
  await still(page);
}

/** The event is in the ledger as this person signed it on the record of the page. */
async function stands(page, person, id, type) {
  const found = await event(person, id);
  assert.equal(found.type, type);
  assert.equal(found.signer.account, person.account);
  assert.ok(page.url().includes(found.record.id), "it is about the record of the page");
  await page.locator(`ol a[href="/app/events/${id}"]`).first().waitFor();
}

/** S12: an administrator finds the unit and corrects where it stands. */
export async function an_institution_is_found_and_corrected() {
  const [person] = await people("I_ADMIN");
  const { node } = await ask(person, "query($id: ID!) { node(id: $id) { ... on Institution { members { name } } } }", {
    id: `institution/${person.org}`,
  });
  const page = await at(person, "orgs");
  await filterAndOpen(page, t("orgs.find"), node.members.name);
  const id = await signed(page, "institution.corrected", {
    set: { address: `宜宾市示范路 ${way.width} 号（${way.hand}）` },
    reason: "TYPO",
  });
  await stands(page, person, id, "institution.corrected");
}

/** S14: the county finds a licence that it issued by its number, and corrects what it says of the issuer. */
export async function a_licence_is_found_and_corrected() {
  const [person] = await people("C_APPR");
  const { licences } = await ask(person, "{ licences(first: 100) { nodes { members { number type { code } authority { code } } } } }");
  const issued = licences.nodes.find(({ members }) => members.type.code === "LIC" && members.authority.code === "COUNTY");
  const page = await at(person, "licences");
  await press(page, t("pattern.list.more"));
  await filterAndOpen(page, t("licences.number"), issued.members.number);
  const id = await signed(page, "licence.corrected", { set: { issuer: `宜宾市卫生健康委员会（${way.hand}）` }, reason: "TYPO" });
  await stands(page, person, id, "licence.corrected");
}

/** S16: a laboratory finds a result of this year and corrects the number of its dosimeter. */
export async function a_laboratory_corrects_a_dose() {
  const [person] = await people("TSO_SIGN");
  const page = await at(person, "doses");
  await filterAndOpen(page, t("doses.year"), "2026");
  const id = await signed(page, "dose_result.corrected", { set: { dosimeter_no: `G-${way.hand}` }, reason: "TYPO" });
  await stands(page, person, id, "dose_result.corrected");
}

/** S17: a worker asks for a correction of the own file; the employer finds the file and answers. */
export async function a_worker_asks_for_a_correction_and_the_employer_answers() {
  const { worker, officer, file, linked } = await fileOfWorker({ moves: true });
  const desk = await at(officer, "workers");
  await toPerson(desk, file);
  if (!linked)
    await stands(
      desk,
      officer,
      await signed(desk, "person.account_linked", { data: { account: worker.account } }),
      "person.account_linked",
    );
  const page = await at(worker, "workers");
  await push(page, page.locator(`tbody a[href^="/app/workers/${file}"]`).first());
  await page.waitForURL(new RegExp(file));
  await still(page);
  const asked = await signed(page, "person.correction_requested", { data: { what: "从事放射工作起始年月有误。" } });
  await stands(page, worker, asked, "person.correction_requested");
  await open(desk, new URL(desk.url()).pathname);
  const answered = await signed(desk, "person.correction_decided", { data: { accepted: "true" } });
  await stands(desk, officer, answered, "person.correction_decided");
}

/** S22: the city finds a rule, and changes where a parameter of the rules comes from. */
export async function a_parameter_of_the_rules_is_changed() {
  const [person] = await people("T_APPR");
  const page = await at(person, "rules");
  await enter(page, page.getByLabel(t("rules.find")), "W-DOSE-03");
  const rules = page.locator('th a[href^="/app/rules/"]');
  await page.waitForFunction(() => document.querySelectorAll('th a[href^="/app/rules/"]').length === 1);
  await push(page, rules.first());
  await page.waitForURL(/W-DOSE-03/);
  await push(page, page.locator('a[href^="/app/records/parameter/"]').first());
  await page.waitForURL(/parameter\//);
  await still(page);
  const id = await signed(page, "parameter.changed", {
    set: { from_day: today(way.hand === "mouse" ? 0 : 1), document_no: `宜卫〔2026〕${way.width} 号（${way.hand}）` },
  });
  await stands(page, person, id, "parameter.changed");
}
