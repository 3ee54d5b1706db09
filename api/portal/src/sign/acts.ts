// What a button says of an act. The catalogue names in English what has happened (`warning closed`), which is right in a
// history and wrong on a button; its Chinese names are verbs already.
import { either, language } from "@/shared/i18n";
import english from "./acts.json";

export const ACTS: Record<string, string> = english;

/** What a button says of an act. */
export const act = (table: { type: string; zh: string; en: string }): string => (language() === "en" && ACTS[table.type]) || either(table);
