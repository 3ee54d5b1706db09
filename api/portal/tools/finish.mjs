// After the build: the texts of the operations for the program, a compressed twin of each text, and the budgets of the pages.
// A page that grew beyond its budget fails the build.
import { copyFileSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
copyFileSync(new URL("../src/generated/api/persisted-documents.json", import.meta.url), new URL("documents.json", dist));

const size = new Map();
for (const name of readdirSync(dist, { recursive: true })) {
  const at = new URL(name, dist);
  if (statSync(at).isDirectory() || !/\.(js|css|html|svg|json)$/.test(name) || name === "documents.json") continue;
  const packed = gzipSync(readFileSync(at), { level: 9 });
  size.set(name, packed.length);
  writeFileSync(new URL(`${name}.gz`, dist), packed);
}

const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
/** Every chunk that is loaded with one of these, itself included. */
function loaded(names, seen = new Set()) {
  for (const name of names) {
    if (seen.has(name)) continue;
    seen.add(name);
    loaded(manifest[name].imports ?? [], seen);
  }
  return seen;
}
const bytes = (names, kind) => {
  const files = new Set([...names].flatMap((name) => (kind === "js" ? [manifest[name].file] : (manifest[name].css ?? []))));
  return [...files].reduce((sum, file) => sum + (size.get(file) ?? 0), 0);
};

/** Charts have a budget of their own, whichever page draws them. */
const isChart = (name) => /Chart|TileMap|SparkLine/.test(manifest[name].name ?? "") && manifest[name].file.endsWith(".js");
const KB = 1024;
const rows = [];
const frames = { public: loaded(["index.html"]), app: loaded(["app.html"]) };
rows.push(["public pages: frame", bytes(frames.public, "js"), 60 * KB]);
rows.push(["workspace: frame", bytes(frames.app, "js"), 180 * KB]);
for (const [name, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry) continue;
  const own = /src\/(public|screens)\/.*\.vue$/.exec(name);
  if (!own) continue;
  const frame = own[1] === "public" ? frames.public : frames.app;
  const more = [...loaded([name])].filter((one) => !frame.has(one));
  // What a public visitor loads for one page, frame included, is the budget of public pages.
  if (own[1] === "public") rows.push([name, bytes(frame, "js") + bytes(more, "js"), (/Verify|Enrol|Login/.test(name) ? 60 + 90 : 60) * KB]);
  else
    rows.push([
      name,
      bytes(
        more.filter((one) => !isChart(one)),
        "js",
      ),
      60 * KB,
    ]);
}
rows.push(["charts, all of them", bytes(Object.keys(manifest).filter(isChart), "js"), 35 * KB]);
const css = [...size].filter(([name]) => name.endsWith(".css")).reduce((sum, [, n]) => sum + n, 0);
rows.push(["css, all of it", css, 40 * KB]);

let over = false;
for (const [name, is, budget] of rows) {
  over ||= is > budget;
  console.log(`${is > budget ? "✘" : "✔"} ${(is / KB).toFixed(1).padStart(6)} of ${(budget / KB).toFixed(0).padStart(3)} KB  ${name}`);
}
if (over) process.exit(1);
