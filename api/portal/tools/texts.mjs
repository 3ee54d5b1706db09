// Texts of the portal: every key that a page uses exists in both languages, every key is used, and no page holds words of
// its own. Keys that a page builds (`pattern.grade.${grade}`) count by what stands before the first `${`.
import { readFileSync, readdirSync } from "node:fs";

const root = new URL("../src/", import.meta.url);
const files = readdirSync(root, { recursive: true }).filter((name) => /\.(vue|ts)$/.test(name) && !name.startsWith("generated/"));
const faults = [];

/** Keys of a file of texts, as they are asked for. */
const keysOf = (value, path) =>
  typeof value === "string" ? [path] : Object.entries(value).flatMap(([name, inner]) => keysOf(inner, `${path}.${name}`));
const read = (language) => {
  const folder = new URL(`locales/${language}/`, root);
  return new Map(
    readdirSync(folder).flatMap((file) => {
      const area = file.replace(".json", "");
      const texts = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
      return keysOf(texts, area).map((key) => [
        key,
        key
          .split(".")
          .slice(1)
          .reduce((inner, name) => inner[name], texts),
      ]);
    }),
  );
};
const [zh, en] = [read("zh-CN"), read("en")];
for (const key of zh.keys()) if (!en.has(key)) faults.push(`no English text: ${key}`);
for (const key of en.keys()) if (!zh.has(key)) faults.push(`no Chinese text: ${key}`);
const named = (text) =>
  [...text.matchAll(/\{(\w+)\}/g)]
    .map(([, name]) => name)
    .sort()
    .join();
for (const [key, text] of zh)
  if (en.has(key) && named(text) !== named(en.get(key))) faults.push(`other values in the two languages: ${key}`);
for (const [key, text] of en)
  if (/[\u4e00-\u9fff]/.test(text) && !key.endsWith(".language")) faults.push(`Chinese in the English text: ${key}`);

const areas = new Set([...zh.keys()].map((key) => key.split(".")[0]));
const exact = new Set();
const begun = new Set();
const key = new RegExp(`["'\`]((?:${[...areas].join("|")})\\.[\\w.-]*)(\\$\\{)?`, "g");
for (const name of files) {
  const source = readFileSync(new URL(name, root), "utf8");
  for (const [, found, built] of source.matchAll(key)) {
    // Names of event types look alike (`device.corrected`); they are no keys of texts.
    if (built) begun.add(found);
    else exact.add(found);
  }
  if (!name.endsWith(".vue")) continue;
  const template = /<template>([\s\S]*)<\/template>/.exec(source)?.[1] ?? "";
  const bare = template
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/\{\{[\s\S]*?\}\}/g, "")
    .replace(/="[^"]*"/g, "")
    .replace(/<[^>]*>/g, "\n");
  for (const line of bare.split("\n"))
    if (
      /[A-Za-z]{3,}|[\u4e00-\u9fff]/.test(line.replace(/&\w+;/g, "")) &&
      !/^\s*(E-[A-Z]+-|SHA-256|mSv|CSV|JSON|PNG|SVG|Ed25519|UTC\+8)\s*:?\s*$/.test(line)
    )
      faults.push(`${name}: words in the page: ${line.trim().slice(0, 60)}`);
  for (const [, attribute, value] of template.matchAll(/\s(title|alt|placeholder|aria-label|label)="([^"{]*)"/g))
    if (/[A-Za-z]{3,}|[\u4e00-\u9fff]/.test(value) && attribute !== "label") faults.push(`${name}: words in ${attribute}: ${value}`);
  if (/\sstyle="/.test(template)) faults.push(`${name}: a style attribute, which the policy of the page forbids`);
  if (/v-html/.test(template)) faults.push(`${name}: v-html`);
}
const used = (one) => exact.has(one) || [...begun].some((start) => one.startsWith(start));
for (const one of zh.keys()) if (!used(one)) faults.push(`never used: ${one}`);
for (const one of exact) {
  const inner = [...zh.keys()].some((known) => known.startsWith(`${one}.`));
  // A ref of that name in a script (`doses.value`) is no key.
  const reference = /\.value$/.test(one);
  const eventType = /^[a-z_]+\.[a-z_]+$/.test(one) && !zh.has(one);
  if (!zh.has(one) && !inner && !eventType && !reference) faults.push(`no such text: ${one}`);
}
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
console.log(`texts: ${zh.size} keys in two languages`);
