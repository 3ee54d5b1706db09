// What can be chosen of a filter, and what is chosen, in words.
import { computed, onMounted, reactive, type ComputedRef } from "vue";
import { useI18n } from "petite-vue-i18n";
import { AREA_CODES, area } from "@/shared/format";
import { either, language } from "@/shared/i18n";
import { codeList, type CodeLabel } from "@/shared/kinds";
import { nameOf } from "./names";
import { parts, type Filter } from "./list";

/** Kinds of records that filters name by their id. */
const NAMES: Record<string, string> = {
  org: "institution",
  laboratory: "institution",
  examiner: "institution",
  person: "person",
  device: "device",
  employment: "employment",
  report: "dose_report",
};

export interface Choices {
  options: (filter: Filter) => CodeLabel[];
  /** Filters that are applied. */
  applied: ComputedRef<Filter[]>;
  /** What a filter was set to. */
  said: (filter: Filter) => string;
  /** All that was asked for, in words. */
  words: () => string;
}

export function useChoices(filters: () => readonly Filter[], values: () => Readonly<Record<string, string>>): Choices {
  const { t } = useI18n();
  const codes = reactive<Record<string, CodeLabel[]>>({});
  onMounted(async () => {
    for (const { by } of filters()) if ("list" in by) codes[by.list] = await codeList(by.list);
  });
  const options = ({ by }: Filter): CodeLabel[] => {
    if ("list" in by) return codes[by.list] ?? [];
    if ("codes" in by) return by.codes;
    return AREA_CODES.map((code) => ({ code, zh: area(code), en: area(code) }));
  };
  const applied = computed(() => filters().filter(({ name }) => values()[name]));
  const said = (filter: Filter): string => {
    const value = values()[filter.name] ?? "";
    if (value === "..") return "—";
    const range = /^([^,]*?)\.\.([^,]*)$/.exec(value);
    if (range && !("codes" in filter.by && filter.by.codes.some(({ code }) => code === value)))
      return t(`pattern.list.range.${range[1] && range[2] ? "both" : range[1] ? "from" : "until"}`, { from: range[1], until: range[2] });
    if ("given" in filter.by) {
      const kind = NAMES[filter.facet ?? filter.name];
      return /^[0-9a-f-]{36}$/.test(value) ? ((kind && nameOf(kind, value)) ?? value.slice(0, 8)) : value;
    }
    if ("text" in filter.by || "day" in filter.by) return value;
    return parts(filter.by, value)
      .map((code) => either(options(filter).find((option) => option.code === code) ?? { zh: code, en: code }))
      .join(language() === "en" ? ", " : "、");
  };
  const words = (): string =>
    applied.value
      .map((filter) => `${t(filter.text)}${language() === "en" ? ": " : "："}${said(filter)}`)
      .join(language() === "en" ? "; " : "；");
  return { options, applied, said, words };
}
