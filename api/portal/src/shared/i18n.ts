// Texts: Chinese is the source, English complete. A page names the areas of texts it needs; they are loaded with it, in
// the language that is shown, and are functions by then (precompiled), so that nothing is evaluated in the browser.
import { createI18n } from "petite-vue-i18n";

export const LANGUAGES = ["zh-CN", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

const KEPT = "radledger.lang";
const files = import.meta.glob<{ default: Record<string, unknown> }>("../locales/*/*.json");
const loaded = new Set<string>();
const wanted = new Set<string>();

function first(): Language {
  const asked = new URLSearchParams(location.search).get("lang") ?? localStorage.getItem(KEPT);
  return LANGUAGES.find((language) => language === asked) ?? "zh-CN";
}

/** `a.b.c` in nested texts: the small build looks up flat keys only. */
const messageResolver = (texts: unknown, path: string): never =>
  path.split(".").reduce<unknown>((inner, name) => (inner as Record<string, unknown> | null | undefined)?.[name], texts) as never;

export const i18n = createI18n({
  legacy: false,
  messageResolver,
  locale: first() as string,
  fallbackLocale: false,
  missingWarn: false,
  messages: {},
});
document.documentElement.lang = i18n.global.locale.value;

/** The language that is shown. */
export const language = (): Language => i18n.global.locale.value as Language;

async function load(area: string, to: Language): Promise<void> {
  const path = `../locales/${to}/${area}.json`;
  const file = files[path];
  if (!file || loaded.has(path)) return;
  loaded.add(path);
  i18n.global.mergeLocaleMessage(to, { [area]: (await file()).default });
}

/** Loads areas of texts in the language that is shown; a page waits for it before it is drawn. */
export async function loadTexts(...areas: string[]): Promise<void> {
  areas.forEach((area) => wanted.add(area));
  await Promise.all(areas.map((area) => load(area, language())));
}

/** Shows another language from now on and keeps the choice. */
export async function choose(to: Language): Promise<void> {
  await Promise.all([...wanted].map((area) => load(area, to)));
  localStorage.setItem(KEPT, to);
  document.documentElement.lang = to;
  i18n.global.locale.value = to;
}

/** Whether there is such a text: the small build has no `te`. */
export const hasText = (key: string): boolean => messageResolver(i18n.global.getLocaleMessage(i18n.global.locale.value), key) !== undefined;

/** One of two labels that the ledger gives, in the language that is shown. */
export const either = (labels: { zh: string; en: string }): string => (language() === "en" ? capital(labels.en) : labels.zh);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
