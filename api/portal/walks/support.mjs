// What every walk needs: a browser, people of the demonstration who log in, and eyes for what must never happen: an error on
// the console, a request to another host, words that overflow, a finding of axe.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

export const url = process.env.RADLEDGER_URL;
const data = process.env.RADLEDGER_DATA;
const program = process.env.RADLEDGER_PROGRAM;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const shots = new URL("../../../target/portal/", import.meta.url).pathname;
mkdirSync(shots, { recursive: true });

export const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
  ],
});

/** Everything that no walk may see. */
export const faults = [];

/** A fresh browser window, as a visitor. */
export async function visitor({ width = 1280, lang = "zh-CN" } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    locale: lang,
    acceptDownloads: true,
    reducedMotion: "reduce",
  });
  await context.addInitScript(
    (language) => localStorage.getItem("radledger.lang") ?? localStorage.setItem("radledger.lang", language),
    lang,
  );
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("console", (message) => {
    // A refusal is an answer: what the browser says of its status is not an error of the page.
    if (message.type() === "error" && !/Failed to load resource/.test(message.text()))
      faults.push(`${page.url()}: console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`${page.url()}: ${error}`));
  page.on("request", (request) => {
    const to = new URL(request.url());
    if (!["data:", "blob:"].includes(to.protocol) && to.origin !== url) faults.push(`${page.url()}: a request to ${to.origin}`);
  });
  return page;
}

/** People of the demonstration in a role. */
export async function people(role, more = {}) {
  const answer = await fetch(`${url}/demo/identities?${new URLSearchParams({ role, first: "100", ...more })}`);
  return answer.json();
}

/** A window in which this person is logged in, with a key that the page takes when it signs. */
export async function as(person, options = {}) {
  const page = await visitor(options);
  await page.goto(`${url}/login`);
  const token = await tokenOf(person);
  const { viewer } = await ask(person, "{ viewer { key } }");
  const login = {
    token,
    account: person.account,
    key: viewer.key,
    roles: [person.role],
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    demonstration: true,
    label: person.name,
  };
  await page.evaluate((text) => sessionStorage.setItem("radledger.login", text), JSON.stringify(login));
  return page;
}

const tokens = new Map();
/** A token of this person, as the command line gets it. */
export async function tokenOf(person) {
  if (!tokens.has(person.account)) {
    const identities = JSON.parse(readFileSync(`${data}/demo/identities.json`, "utf8"));
    const { key_file } = identities.find(({ account }) => account === person.account);
    tokens.set(person.account, execFileSync(program, ["token", "--key", key_file], { encoding: "utf8" }).trim());
  }
  return tokens.get(person.account);
}

/** Asks the ledger past the pages. */
export async function ask(person, query, variables = {}) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${await tokenOf(person)}` };
  const answer = await (await fetch(`${url}/graphql`, { method: "POST", headers, body: JSON.stringify({ query, variables }) })).json();
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  return answer.data;
}

/** Opens a page and waits until it is still. */
export async function open(page, path) {
  await page.goto(`${url}${path}`);
  await still(page);
}
export async function still(page) {
  await page.waitForLoadState("networkidle");
  await page.waitForFunction(() => !document.querySelector(".bar-waiting"), undefined, { timeout: 15_000 });
}

/** Findings of axe on the page as it stands. */
export async function accessible(page, name) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () =>
    (await window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })).violations.flatMap((one) =>
      one.nodes.map((node) => `${one.id} at ${node.target}`),
    ),
  );
  for (const one of found) faults.push(`${name}: axe: ${one}`);
}

/** Looks at a page: it fits the window, axe finds nothing, and a picture of it is kept. */
export async function look(page, name) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (over > 0) faults.push(`${name}: wider than the window by ${over} px`);
  await accessible(page, name);
  await page.screenshot({ path: `${shots}${name}.png` });
}

/** The whole history verifies, with everything that these walks have signed. */
export function verifies() {
  const printed = execFileSync(program, ["verify", "--strict", "--json"], { encoding: "utf8", maxBuffer: 1 << 26 });
  const report = JSON.parse(printed);
  assert.deepEqual(report.findings, []);
  return report;
}

/** A text of the portal in Chinese, as the pages have it: the walks press what people read. */
export function t(key, values = {}) {
  const [area, ...path] = key.split(".");
  const texts = JSON.parse(readFileSync(new URL(`../src/locales/zh-CN/${area}.json`, import.meta.url), "utf8"));
  const text = path.reduce((inner, name) => inner?.[name], texts);
  assert.equal(typeof text, "string", `no text ${key}`);
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Presses a button or link by what stands on it. */
export const press = (page, name, role = "button") => page.getByRole(role, { name, exact: true }).first().click();

/** Leaves the sheet after its receipt. */
export async function leave(page) {
  await page
    .locator(".sheet")
    .getByRole("button", { name: t("sign.close"), exact: true })
    .last()
    .click();
  await page.locator(".sheet").waitFor({ state: "detached" });
  await still(page);
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
  await submit.click();
  // The receipt is at hand once it is proven and was checked here.
  await page.locator(".sheet button:not([disabled])", { hasText: t("sign.receipt.save_receipt") }).waitFor({ timeout: 30_000 });
  assert.equal(await page.locator(".sheet .banner.good").count(), 1, await page.locator(".sheet .banner").first().innerText());
  const id = await page.locator(".sheet dl code").first().innerText();
  assert.match(id, /^[0-9a-f-]{36}$/);
  return id;
}

/** The event as the ledger has it, by its id or its position. */
export async function event(person, id) {
  const by = /^\d+$/.test(id) ? "$id: Position!) { event(position: $id)" : "$id: UUID!) { event(id: $id)";
  const { event: found } = await ask(
    person,
    `query(${by} { id position type meaning version record { kind id } signer { account role } } }`,
    { id },
  );
  assert.ok(found, `the ledger knows ${id}`);
  return found;
}
