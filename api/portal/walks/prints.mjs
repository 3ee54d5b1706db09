// What comes out of the printer: a record, a list and the statistics on A4, read in the dark, for paper is always light.
import { readFile } from "node:fs/promises";
import { as, ask, faults, open, people, shots, url } from "./support.mjs";

/** What must not stand on paper, and what has to. */
function onPaper() {
  const shown = (one) => one.getClientRects().length > 0;
  const faults = [];
  for (const one of document.querySelectorAll("nav, button:not(.badge), .button, input, select, textarea"))
    if (shown(one))
      faults.push(`<${one.tagName.toLowerCase()} class="${one.className}"> is printed: ${one.textContent.trim().slice(0, 40)}`);
  for (const head of document.querySelectorAll("table thead")) {
    if (!shown(head.closest("table"))) continue;
    const { display } = getComputedStyle(head);
    if (display !== "table-header-group") faults.push(`a head of a table does not repeat: ${display}`);
    if ([...head.querySelectorAll("th")].some((cell) => getComputedStyle(cell).position === "sticky")) faults.push("a head sticks");
  }
  for (const row of document.querySelectorAll("tbody tr"))
    if (getComputedStyle(row).breakInside !== "avoid") faults.push("a row may be split");
  if (getComputedStyle(document.body).backgroundColor !== "rgb(255, 255, 255)") faults.push("the paper is not white");
  const over = document.documentElement.scrollWidth - innerWidth;
  if (over > 0) faults.push(`wider than the paper by ${over} px`);
  const footer = document.querySelector("footer.print");
  return { faults, footer: footer && shown(footer) ? footer.innerText : "" };
}

/** Sizes of the pages of a PDF, in points. */
const sizes = (pdf) =>
  [...pdf.toString("latin1").matchAll(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)/g)].map(([, ...size]) => size.map(Math.round));

export async function prints() {
  const [person] = await people("I_RPO");
  const [city] = await people("T_SUP");
  const { devices } = await ask(person, "{ devices(first: 1, order: RECENT) { position nodes { recordId } } }");
  const plan = [
    [person, "record", `/app/devices/${devices.nodes[0].recordId}?at=pos:${devices.position}`, 718],
    [city, "list", `/app/devices?at=pos:${devices.position}`, 1047],
    [city, "statistics", `/app/stats?at=pos:${devices.position}`, 1047],
  ];
  for (const [who, name, path, width] of plan) {
    const page = await as(who, { colorScheme: "dark" });
    await open(page, path);
    await page.emulateMedia({ media: "print" });
    await page.setViewportSize({ width, height: 1000 });
    const { faults: found, footer } = await page.evaluate(onPaper);
    for (const fault of found) faults.push(`${name} on paper: ${fault}`);
    for (const part of [`${url}${path}`, Number(devices.position).toLocaleString("en"), who.name])
      if (!footer.includes(part)) faults.push(`${name} on paper: the footer does not say ${part}: ${footer}`);
    await page.screenshot({ path: `${shots}paper-${name}.png`, fullPage: true });
    const file = `${shots}paper-${name}.pdf`;
    await page.pdf({ path: file, preferCSSPageSize: true });
    const pages = sizes(await readFile(file));
    const paper = width > 800 ? [842, 595] : [595, 842];
    if (pages.length === 0 || pages.some((size) => size.some((side, at) => Math.abs(side - paper[at]) > 1)))
      faults.push(`${name} on paper: not A4: ${JSON.stringify(pages)}`);
  }
}
