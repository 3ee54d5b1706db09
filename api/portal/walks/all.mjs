// The main flows of the portal, walked by people of the demonstration in a real browser, and every page looked at.
// `node all.mjs [NAME…]` walks those whose name begins so.
import { browser, faults, verifies, way } from "./support.mjs";
import * as flows from "./flows.mjs";
import * as screens from "./screens.mjs";
import * as work from "./work.mjs";
import { pages } from "./pages.mjs";
import { prints } from "./prints.mjs";
import { speed } from "./speed.mjs";

/** By mouse in Chinese and by the keyboard alone in English; where `narrow`, by mouse on a phone as well. */
const DESK = { lang: "zh-CN", hand: "mouse", width: 1280 };
const KEYBOARD = { lang: "en", hand: "keyboard", width: 1280 };
const PHONE = { lang: "zh-CN", hand: "mouse", width: 360 };

const wanted = process.argv.slice(2);
const acted = Object.entries({ ...flows, ...screens }).flatMap(([name, walk]) =>
  [DESK, KEYBOARD, ...(walk.narrow ? [PHONE] : [])].map((as) => ({ name, walk, as })),
);
const looked = Object.entries({ ...work, the_pages_are_fast: speed, every_page: pages, what_is_printed: prints });
const walks = [...acted, ...looked.map(([name, walk]) => ({ name, walk, as: DESK }))].filter(
  ({ name }) => wanted.length === 0 || wanted.some((begin) => name.startsWith(begin)),
);
let failed = 0;
for (const { name, walk, as } of walks) {
  const began = Date.now();
  const known = faults.length;
  Object.assign(way, as);
  try {
    await walk();
  } catch (error) {
    faults.push(`${name}: ${error.stack ?? error}`);
  }
  for (const context of browser.contexts()) await context.close();
  const mine = [...new Set(faults.slice(known))];
  const how = `${as.lang}, ${as.hand}, ${as.width} px`;
  console.log(`${mine.length ? "✘" : "✔"} ${name.replaceAll("_", " ")} (${how}; ${((Date.now() - began) / 1000).toFixed(1)} s)`);
  for (const fault of mine) console.log(`    ${fault.slice(0, 2000)}`);
  failed += mine.length;
}
await browser.close();
const { size } = verifies();
console.log(`the whole ledger verifies with what was signed here: ${size} events`);
process.exit(failed ? 1 : 0);
