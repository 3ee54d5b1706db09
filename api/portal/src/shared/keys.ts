// Single letters as commands (P-KEYS). A page says which it knows; the newest that knows a key answers it. Letters are only
// commands while nobody writes, no input method composes and no dialog is open, and nobody switched them off.
import { onScopeDispose } from "vue";
import { settings } from "./settings";

type Act = (event: KeyboardEvent) => void;
/** What a page answers to: `j`, `Enter`, or `g w` of two. */
export type Keys = Record<string, Act>;

const known: Keys[] = [];
/** The first of two keys, `g` of `g w`. */
let begun = "";

const DIALOGS = "[role=dialog], [role=menu], [role=listbox]";
const WRITING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

/** Whether a key is meant as a command. */
export function isCommand(event: KeyboardEvent): boolean {
  if (!settings.keys && event.key !== "Escape") return false;
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target as HTMLElement | null;
  return !target?.closest?.(WRITING) && !target?.closest?.(DIALOGS);
}

/** Answers a key with what the page knows; false where nobody knows it. */
export function press(event: KeyboardEvent): boolean {
  if (!isCommand(event)) return false;
  const name = begun ? `${begun} ${event.key}` : event.key;
  const begins = !begun && known.some((keys) => Object.keys(keys).some((key) => key.startsWith(`${event.key} `)));
  begun = begins ? event.key : "";
  if (begins) return true;
  const act = known.findLast((keys) => name in keys)?.[name];
  act?.(event);
  return act !== undefined;
}

/** Keys of a page or part of it, as long as it is there. */
export function useKeys(keys: Keys): void {
  known.push(keys);
  onScopeDispose(() => void known.splice(known.indexOf(keys), 1));
}
