// What a person likes, kept in this browser: how dense tables are, and whether single letters are commands.
import { reactive, watchEffect } from "vue";

export const DENSITIES = ["comfortable", "standard", "compact"] as const;
export type Density = (typeof DENSITIES)[number];

const KEPT = "radledger.settings";

/** What was kept under a name of this browser; what cannot be read counts as nothing. */
export function kept<T>(name: string, nothing: T): T {
  try {
    return (JSON.parse(localStorage.getItem(name) ?? "null") as T | null) ?? nothing;
  } catch {
    return nothing;
  }
}
/** Keeps a value; a browser that is full or private keeps none, and nothing depends on it. */
export function keep(name: string, value: unknown): void {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Then it lasts as long as the page.
  }
}

interface Settings {
  density: Density;
  keys: boolean;
}
const found = kept<Partial<Settings>>(KEPT, {});
export const settings = reactive<Settings>({
  density: DENSITIES.find((density) => density === found.density) ?? "standard",
  keys: found.keys !== false,
});
watchEffect(() => {
  if (typeof document !== "undefined") document.documentElement.dataset["density"] = settings.density;
  keep(KEPT, settings);
});
