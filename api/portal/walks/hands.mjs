// How the walks act on a page: by mouse or by the keyboard alone. A step says what it does; the hand does it. With the
// keyboard each control is reached by Tab, and at every stop on the way the focus is seen.
import assert from "node:assert/strict";
import { faults, still, way } from "./support.mjs";

/** Stops after which a control counts as out of reach. */
const MOST = 400;

/**
 * Where the focus is, in the page: on the control, before or behind it; and what is wrong with how it is seen: no outline,
 * out of the window, or something lies over it (WCAG 2.4.7, 2.4.11).
 */
function standing(target) {
  if (!target.isConnected) return { gone: true };
  const at = document.activeElement;
  if (!at || at === document.body) return { key: "Tab" };
  const here = at === target || (at.type === "radio" && target.type === "radio" && at.name === target.name);
  const key = at.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_PRECEDING ? "Shift+Tab" : "Tab";
  // What was given the focus by the page, such as the heading of a dialog, need not be seen; the parts of a date are the
  // browser's.
  const within = window.lastStop === at;
  window.lastStop = at;
  if (at.tabIndex < 0 || within) return { here, key };
  // A file field is drawn by its label.
  const drawn = at.classList.contains("unseen") ? (at.labels?.[0] ?? at) : at;
  const box = [...drawn.getClientRects()].find(({ width, height }) => width * height > 0);
  const name = `<${at.tagName.toLowerCase()}> ${(at.getAttribute("aria-label") ?? at.innerText ?? at.name ?? "").trim().slice(0, 40)}`;
  const outline = getComputedStyle(drawn);
  const wrong = () => {
    if (!at.matches(":focus-visible")) return "is not shown as focused";
    if (outline.outlineStyle === "none" || parseFloat(outline.outlineWidth) < 2) return "has no outline of 2 px";
    if (!box) return "is not drawn";
    const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
    const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    if (left >= right || top >= bottom) return "lies out of the window";
    const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    const svg = drawn.closest("svg");
    const free = drawn.contains(over) || (svg !== null && svg.contains(over));
    return free ? null : `is covered by <${over?.tagName.toLowerCase()} class="${over?.className}">`;
  };
  return { here, key, name, fault: wrong() };
}

/** Presses Tab until a control has the focus. */
export async function reach(page, control) {
  let handle = await control.elementHandle();
  for (let pressed = 0; pressed <= MOST; pressed++) {
    const { gone, here, key, name, fault } = await handle.evaluate(standing);
    // Where the last step left the focus was judged then.
    if (fault && pressed > 0) faults.push(`${new URL(page.url()).pathname} (${page.viewportSize().width} px): the focus: ${name} ${fault}`);
    if (here) return;
    if (gone) handle = await control.elementHandle();
    else await page.keyboard.press(key);
  }
  throw new Error(`no way by keyboard to ${control} at ${page.url()}`);
}

const byKeyboard = () => way.hand === "keyboard";

/** Follows a link or pushes a button. */
export async function push(page, control) {
  if (!byKeyboard()) return control.click();
  await reach(page, control);
  await page.keyboard.press("Enter");
}

/** The same by what stands on it. */
export const press = (page, name, role = "button") => push(page, page.getByRole(role, { name, exact: true }).first());

/** Writes into a field. What the system draws, such as a calendar, is left to the browser. */
export async function fill(page, field, text) {
  if (!byKeyboard()) return field.fill(text);
  await reach(page, field);
  if (/date|month|time/.test((await field.getAttribute("type")) ?? "")) return field.fill(text);
  await page.keyboard.press("ControlOrMeta+A");
  // As an input method does it.
  await page.keyboard.insertText(text);
}

/** Chooses one of a list by its value. */
export async function choose(page, field, value) {
  if (!byKeyboard()) return field.selectOption(value);
  await reach(page, field);
  const wanted = await field.evaluate((list, value) => [...list.options].findIndex((option) => option.value === value), value);
  assert.ok(wanted >= 0, `no ${value} to choose at ${page.url()}`);
  const shown = await field.evaluate((list) => list.selectedIndex);
  for (let step = shown; step !== wanted; step += Math.sign(wanted - shown))
    await page.keyboard.press(wanted > shown ? "ArrowDown" : "ArrowUp");
  assert.equal(await field.inputValue(), value);
}

/** Writes into a field, chooses from a list, says yes or no, or picks the record that a search finds. */
export async function enter(page, field, value) {
  const is = await field.evaluate((one) => one.getAttribute("role") ?? one.tagName);
  if (is === "SELECT") return choose(page, field, value);
  if (is === "DIV") return tick(page, field.locator(`input[value="${value}"]`));
  await fill(page, field, value);
  if (is !== "combobox") return;
  // The id of a record is taken as it is.
  if (/^[0-9a-f-]{36}$/.test(value)) return field.and(page.getByRole("button")).waitFor();
  const first = page.getByRole("option").first();
  await first.waitFor();
  await (byKeyboard() ? page.keyboard.press("Enter") : first.click());
}

/** Ticks a box, or takes one of several. */
export async function tick(page, box) {
  if (!byKeyboard()) return box.check();
  await reach(page, box);
  for (let step = 0; step < 20 && !(await box.isChecked()); step++)
    await page.keyboard.press((await box.evaluate((one) => document.activeElement === one)) ? "Space" : "ArrowDown");
  assert.ok(await box.isChecked(), "it is ticked");
}

/** Brings a file: the dialog is the system's. Where a button opens it, the field itself is hidden. */
export async function bring(page, field, path, opener = field) {
  if (!byKeyboard()) return field.setInputFiles(path);
  // A page that has just drawn itself anew may take the key away from the button: then it is reached once more.
  for (let tries = 1; ; tries++) {
    await reach(page, opener);
    const asked = page.waitForEvent("filechooser", { timeout: 4_000 }).catch((none) => (tries < 3 ? null : Promise.reject(none)));
    await page.keyboard.press("Space");
    const dialog = await asked;
    if (dialog) return dialog.setFiles(path);
  }
}

/** The field of the filters that is called so. */
export const filterOf = (page, name) =>
  page.locator(".filters label", { has: page.getByText(name, { exact: true }) }).locator("select, input");

/** From the menu to a place. On a narrow window it has to be opened first. */
export async function place(page, name) {
  const link = page.getByRole("navigation").getByRole("link", { name, exact: true }).first();
  if (!(await link.isVisible())) await push(page, page.locator(".menu-button"));
  const to = await link.getAttribute("href");
  await push(page, link);
  // The page before stands until the next one is there.
  await page.waitForURL(({ pathname }) => pathname === to);
}

/** Opens an act on the record: a button of its own, or one behind "more". Which of them it is, the page knows in a moment. */
export async function act(page, name, more) {
  const own = page.getByRole("main").getByRole("button", { name, exact: true }).first();
  const others = page.getByRole("main").getByRole("button", { name: more, exact: true }).first();
  const item = page.getByRole("menuitem", { name, exact: true });
  await own.or(others).first().waitFor();
  if (await own.isVisible()) return push(page, own);
  await push(page, others);
  await item.or(own).first().waitFor();
  if (!byKeyboard()) return item.click();
  for (let step = 0; step < 30 && !(await item.evaluate((one) => document.activeElement === one)); step++)
    await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
}

/** From the list of workers to the file of one of them. */
export async function toPerson(page, file) {
  await push(page, page.locator('nav.tabs a[href*="view=persons"]'));
  await still(page);
  await push(page, page.locator(`tbody a[href^="/app/workers/${file}"]`).first());
  await page.waitForURL(new RegExp(file));
  await still(page);
}
