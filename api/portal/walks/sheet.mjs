// An act from its button to the receipt: the form, the sheet, the signature.
import assert from "node:assert/strict";
import { act, choose, enter, press, push, tick } from "./hands.mjs";
import { called, memberOf, still, t } from "./support.mjs";

/** Opens the form of an act, fills it and comes to the sheet. */
export async function propose(page, type, filled = {}) {
  await act(page, called(type), t("sign.more"));
  await complete(page, filled, type);
}

/**
 * Fills the form that stands open and comes to the sheet. `set`: members that get a new value; `data`: the others, by their
 * names; `on`: the day from which it holds; `reason`: the code of why; `files`: what brings files to the form.
 */
export async function complete(page, { set = {}, data = {}, on, reason, files }, type) {
  const form = page.locator(".dialog form");
  await form.getByRole("button", { name: t("sign.form.check"), exact: true }).waitFor();
  // What an earlier walk left half done is no part of this one.
  const old = form.getByRole("button", { name: t("sign.draft.discard"), exact: true });
  if (await old.isVisible()) await push(page, old);
  for (const [name, value] of Object.entries(set)) {
    await tick(page, form.getByRole("checkbox", { name: new RegExp(`^${memberOf(type, name)}`) }).first());
    await enter(page, form.locator(`[id$="-data-set-${name}"]`), value);
  }
  for (const [name, value] of Object.entries(data)) await enter(page, form.locator(`[id$="-data-${name}"]`), value);
  if (on) await enter(page, form.locator('[id$="-effective_on"]'), on);
  if (reason) await choose(page, form.getByLabel(t("sign.form.reason_code"), { exact: true }), reason);
  await files?.(form);
  await press(page, t("sign.form.check"));
  const refused = page.locator(".dialog .banner.bad");
  await page
    .getByRole("button", { name: t("sign.submit"), exact: true })
    .or(refused)
    .first()
    .waitFor();
  if (await refused.count()) assert.fail(`${type}: ${await refused.first().innerText()}`);
}

/** Signs what stands on the sheet and waits until the receipt is proven in this browser; answers the id of the event. */
export async function sign(page) {
  const submit = page.getByRole("button", { name: t("sign.submit"), exact: true });
  await submit.waitFor();
  assert.notEqual(
    await page.evaluate(() => document.activeElement?.textContent?.trim()),
    t("sign.submit"),
    "the signature must not be the default",
  );
  await push(page, submit);
  // The receipt is at hand once it is proven and was checked here.
  await page.locator(".sheet button:not([disabled])", { hasText: t("sign.receipt.save_receipt") }).waitFor({ timeout: 30_000 });
  assert.equal(await page.locator(".sheet .banner.good").count(), 1, await page.locator(".sheet .banner").first().innerText());
  const id = await page.locator(".sheet dl code").first().innerText();
  assert.match(id, /^[0-9a-f-]{36}$/);
  return id;
}

/** Leaves the sheet after its receipt. */
export async function leave(page) {
  await push(
    page,
    page
      .locator(".sheet")
      .getByRole("button", { name: t("sign.close"), exact: true })
      .last(),
  );
  await page.locator(".sheet").waitFor({ state: "detached" });
  await still(page);
}

/** An act on the page as it stands, signed: the id of its event. */
export async function signed(page, type, filled = {}) {
  await propose(page, type, filled);
  const id = await sign(page);
  await leave(page);
  return id;
}
