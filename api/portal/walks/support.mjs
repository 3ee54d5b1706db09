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

/** How the walk that goes now goes: in which language, by which hand, in windows of which width. One goes at a time. */
export const way = { lang: "zh-CN", hand: "mouse", width: 1280 };

/** Of each window how many requests are on their way, and when the last one came or went. */
const lines = new WeakMap();

/** A fresh browser window, as a visitor. */
export async function visitor({ width = way.width, lang = way.lang, ...options } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    locale: lang,
    acceptDownloads: true,
    reducedMotion: "reduce",
    ...options,
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
  const line = { open: 0, last: Date.now() };
  lines.set(page, line);
  const goes = (by) => (request) => {
    const to = new URL(request.url());
    if (["data:", "blob:"].includes(to.protocol)) return;
    if (to.origin !== url) faults.push(`${page.url()}: a request to ${to.origin}`);
    Object.assign(line, { open: line.open + by, last: Date.now() });
  };
  page.on("request", goes(1)).on("requestfinished", goes(-1)).on("requestfailed", goes(-1));
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

const QUIET = 200;
/** Waits until nothing has been asked for a moment and the page shows all it has. */
export async function still(page) {
  const line = lines.get(page);
  for (const began = Date.now(); line.open > 0 || Date.now() - line.last < QUIET;)
    if (Date.now() - began > 20_000) throw new Error(`${page.url()} never comes to rest`);
    else await new Promise((done) => setTimeout(done, 25));
  await page.waitForFunction(() => !document.querySelector(".bar-waiting, .awaited"), undefined, { timeout: 15_000 });
}

/** Findings of axe on the page as it stands, by all rules of WCAG 2.2 AA or by some. */
async function accessible(page, name, rules) {
  await page.evaluate(axe);
  const runOnly = rules ? { type: "rule", values: rules } : ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const found = await page.evaluate(
    async (runOnly) =>
      (await window.axe.run(document, { runOnly })).violations.flatMap((one) => one.nodes.map((node) => `${one.id} at ${node.target}`)),
    runOnly,
  );
  for (const one of found) faults.push(`${name}: axe: ${one}`);
}

/** The page is not wider than its window. */
export async function fits(page, name) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (over > 0) faults.push(`${name}: wider than the window by ${over} px`);
}

/** Looks at a page: it fits the window, axe finds nothing, and a picture of it is kept. */
export async function look(page, name, rules) {
  await fits(page, name);
  await accessible(page, name, rules);
  await page.screenshot({ path: `${shots}${name}.png` });
}

/** The whole history verifies, with everything that these walks have signed. */
export function verifies() {
  const printed = execFileSync(program, ["verify", "--strict", "--json"], { encoding: "utf8", maxBuffer: 1 << 26 });
  const report = JSON.parse(printed);
  assert.deepEqual(report.findings, []);
  return report;
}

const read = (path) => JSON.parse(readFileSync(new URL(`../src/${path}.json`, import.meta.url), "utf8"));
/** A text of the portal in the language of the walk, as the pages have it: the walks press what people read. */
export function t(key, values = {}) {
  const [area, ...path] = key.split(".");
  const text = path.reduce((inner, name) => inner?.[name], read(`locales/${way.lang}/${area}`));
  assert.equal(typeof text, "string", `no text ${key}`);
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
/** What the contract calls something, as the pages write it. */
const either = ({ zh, en }) => (way.lang === "en" ? en[0].toUpperCase() + en.slice(1) : zh);
const table = (type) => read(`generated/kinds/${type.split(".")[0]}`).events.findLast((event) => event.type === type);
/** What the button of an act says. */
export const called = (type) => (way.lang === "en" ? read("sign/acts")[type] : either(table(type)));
/** What one of the members is called that an act sets. */
export const memberOf = (type, name) =>
  either(
    table(type)
      .data.find((field) => field.is === "set")
      .members.find((member) => member.name === name),
  );

/** Waits for what the ledger does by itself. */
export async function eventually(holds) {
  for (let turn = 0; turn < 60; turn++) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 250));
  }
  assert.fail(`in vain: ${holds}`);
}

/** The civil day of the ledger, or one some days later. */
export const today = (later = 0) => new Date(Date.now() + 8 * 3_600_000 + later * 86_400_000).toISOString().slice(0, 10);

/** A picture of what was come to, by its name and the way of the walk. */
export const picture = (page, name) => page.screenshot({ path: `${shots}${name}.${way.lang}.${way.width}.png` });

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
