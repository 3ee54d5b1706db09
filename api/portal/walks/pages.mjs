// Every page, in both languages, at the width of a desk and of a phone, and in the dark: it draws, fits, reads in axe's eyes,
// and is kept as a picture.
import { as, ask, fits, look, open, people, visitor } from "./support.mjs";

export async function pages() {
  const [city] = await people("T_SUP");
  const [unit] = await people("I_RPO");
  const [laboratory] = await people("TSO_SIGN");
  const first = async (list) => (await ask(city, `{ ${list}(first: 1, order: RECENT) { nodes { recordId } } }`))[list].nodes[0]?.recordId;
  const [org, device, worker, warning, transfer] = await Promise.all(
    ["institutions", "devices", "persons", "warnings", "transfers"].map(first),
  );
  const { events } = await ask(city, `{ events(first: 1) { nodes { id } } }`);
  const plan = [
    [null, "home", "/"],
    [null, "verify", "/verify"],
    [null, "login", "/login"],
    [null, "enrol", "/enrol"],
    [city, "workbench", "/app"],
    [city, "stats", "/app/stats"],
    [city, "orgs", "/app/orgs"],
    [city, "org", `/app/orgs/${org}`],
    [city, "licences", "/app/licences"],
    [city, "devices", "/app/devices"],
    [city, "device", `/app/devices/${device}`],
    [city, "workers", "/app/workers"],
    [city, "worker", `/app/workers/${worker}`],
    [city, "worker-dose", `/app/workers/${worker}?tab=dose`],
    [city, "doses", "/app/doses"],
    [laboratory, "imports", "/app/imports"],
    [city, "warnings", "/app/warnings"],
    [city, "warning", `/app/warnings/${warning}`],
    [city, "rules", "/app/rules"],
    [city, "transfers", "/app/transfers"],
    [city, "transfer", `/app/transfers/${transfer}`],
    [city, "trace", `/app/transfers/trace?worker=${worker}`],
    [city, "flow", "/app/transfers/flow"],
    [city, "events", "/app/events"],
    [city, "event", `/app/events/${events.nodes[0].id}`],
    [unit, "keys", "/me/keys"],
    [city, "audit", "/audit"],
  ];
  // Both languages at once, each page opened once: a window is resized, and the night falls, under its reader.
  await Promise.all(
    ["zh-CN", "en"].map(async (lang) => {
      const windows = new Map();
      for (const [person, name, path] of plan) {
        if (!windows.has(person)) windows.set(person, person ? await as(person, { lang }) : await visitor({ lang }));
        const page = windows.get(person);
        await open(page, path);
        await look(page, `${name}.${lang}.1280`);
        if (lang === "zh-CN") await byNight(page, `${name}.${lang}.dark`);
        await page.setViewportSize({ width: 360, height: 900 });
        await look(page, `${name}.${lang}.360`);
        // 1280 px at 400 % are 320 px: nothing is cut off or scrolled sideways (WCAG 1.4.10).
        await page.setViewportSize({ width: 320, height: 900 });
        await fits(page, `${name}.${lang}.320`);
        await page.setViewportSize({ width: 1280, height: 900 });
      }
    }),
  );
}

async function byNight(page, name) {
  await page.emulateMedia({ colorScheme: "dark" });
  await look(page, name, ["color-contrast"]);
  await page.emulateMedia({ colorScheme: "light" });
}
