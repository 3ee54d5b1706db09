// Main flows of the portal. Each begins at the menu, acts, signs where something is signed, and then finds the event past the
// pages: by GraphQL, and at the end of all walks by `radledger verify`.
import assert from "node:assert/strict";
import { as, ask, event, open, people, press, sign, still, t, visitor } from "./support.mjs";

/** Fills the form of a correction of one member, and comes to the sheet. */
async function correct(page, action, member, value) {
  await press(page, action);
  await page.getByLabel(member, { exact: true }).check();
  await page.getByLabel(`${member}：新值`).fill(value);
  await page.getByLabel(t("sign.form.reason_code")).selectOption("TYPO");
  await press(page, t("sign.form.check"));
}

/** Flow 3: a unit corrects one field, reads the receipt, and somebody who trusts nobody checks it. */
export async function a_device_is_corrected_and_anybody_checks_the_receipt() {
  const [person] = await people("I_RPO");
  const page = await as(person);
  await open(page, "/app");
  await press(page, t("app.place.devices"), "link");
  await still(page);
  await page.locator("tbody tr a").first().click();
  await still(page);
  await correct(page, "设备更正", "所在场所", "门诊楼一层 3 号机房");
  const id = await sign(page);
  const [download] = await Promise.all([page.waitForEvent("download"), press(page, t("sign.receipt.save_receipt"))]);
  const receipt = await download.path();
  const found = await event(person, id);
  assert.equal(found.type, "device.corrected");
  assert.equal(found.signer.account, person.account);

  const anybody = await visitor();
  await open(anybody, "/verify");
  await anybody.locator('input[type="file"]').setInputFiles(receipt);
  await anybody.getByText(t("verify.verdict.text.ok")).waitFor();
}
