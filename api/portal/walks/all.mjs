// The main flows of the portal, walked by people of the demonstration in a real browser, and every page looked at.
// `node all.mjs [NAME…]` walks those whose name begins so.
import { browser, faults, verifies } from "./support.mjs";
import * as flows from "./flows.mjs";
import * as work from "./work.mjs";
import { pages } from "./pages.mjs";

const wanted = process.argv.slice(2);
const walks = [...Object.entries(flows), ...Object.entries(work), ["every_page", pages]].filter(
  ([name]) => wanted.length === 0 || wanted.some((begin) => name.startsWith(begin)),
);
let failed = 0;
for (const [name, walk] of walks) {
  const began = Date.now();
  const known = faults.length;
  try {
    await walk();
  } catch (error) {
    faults.push(`${name}: ${error.stack ?? error}`);
  }
  for (const context of browser.contexts()) await context.close();
  const mine = faults.slice(known);
  console.log(`${mine.length ? "✘" : "✔"} ${name.replaceAll("_", " ")} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  for (const fault of mine) console.log(`    ${fault.slice(0, 2000)}`);
  failed += mine.length;
}
await browser.close();
const { size } = verifies();
console.log(`the whole ledger verifies with what was signed here: ${size} events`);
process.exit(failed ? 1 : 0);
