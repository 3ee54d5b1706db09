// P-LIST: what a list is. Filters, page and moment stand in the address; the server filters, orders and counts.
import type { TypedDocumentNode } from "@urql/core";
import { computed, ref, watch, type ComputedRef, type Ref, type VNodeChild } from "vue";
import { useRoute, useRouter, type LocationQuery } from "vue-router";
import { ask, useAsk, type Asked, type Failure } from "@/app/client";
import { newest } from "@/app/newest";
import { useMoment, type Moment } from "./moment";
import { updates as updatesOf } from "./newer";

/** A column: how it is called and what it shows of a row. */
export interface Column<Row> {
  id: string;
  /** Key of its heading. */
  text: string;
  show: (row: Row) => VNodeChild;
  /** Numbers stand right. */
  num?: boolean;
  /** Hidden until somebody asks for it. */
  hidden?: boolean;
  /** Asks for what the rows themselves do not hold; `show` is drawn again when it is there. */
  load?: (rows: readonly Row[]) => Promise<void>;
}

/** What of a list concerns people: the kind of its records, and whose a row is. */
export interface Personal<Row> {
  kind: string;
  of: (row: Row) => string | null | undefined;
}

/** A filter of a list: where it goes in `RecordFilter`, and how it is chosen. */
export interface Filter {
  /** Name in the address, after `f.`. */
  name: string;
  /** Key of its label. */
  text: string;
  /** `state`, `area`, `org`, `text`, `warned`, or `facet` with the name of the facet being `facet ?? name`. */
  to: "state" | "area" | "org" | "text" | "warned" | "facet";
  facet?: string;
  /**
   * One of the codes of a list, the areas of the city, free text, a day on or before (after) which something lies, or what
   * only a link says (a record, a range): it is shown as a chip and not asked for.
   */
  by:
    | { list: string }
    | { areas: true }
    | { text: true }
    | { codes: { code: string; zh: string; en: string }[] }
    | { day: "from" | "until" }
    | { given: true };
  /** Shown only behind "more filters". */
  more?: boolean;
}

export interface Facet {
  name: string;
  value?: string;
  anyOf?: string[];
  from?: string;
  until?: string;
}
export interface RecordFilter {
  area?: string;
  org?: string;
  state?: string[];
  warned?: string[];
  facets?: Facet[];
  text?: string;
}
export interface Variables {
  filter?: RecordFilter | null;
  order?: "LABEL" | "RECENT";
  first?: number;
  after?: string | null;
  asOf?: string | null;
  asOfTime?: string | null;
}
export interface Connection<Row> {
  nodes: Row[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  totalCount: string | null;
  totalIsExact: boolean | null;
  position: string | null;
}

const one = (query: LocationQuery, name: string): string => {
  const value = query[name];
  return (Array.isArray(value) ? value[0] : value) ?? "";
};

/** What the address says of these filters. */
function chosen(filters: Filter[], query: LocationQuery): Record<string, string> {
  const names = filters.map((filter) => [filter.name, one(query, `f.${filter.name}`)] as const);
  return Object.fromEntries(names.filter(([, value]) => value !== ""));
}

/** The values that a text of the address stands for: one, when a choice is called just so (an interval has a comma in its name). */
export const parts = (by: Filter["by"], value: string): string[] =>
  "codes" in by && by.codes.some(({ code }) => code === value) ? [value] : value.split(",");

/** The condition that the chosen values are. */
function filterOf(filters: Filter[], values: Record<string, string>, fixed: RecordFilter = {}): RecordFilter {
  const filter: RecordFilter = { ...fixed };
  const facets: Facet[] = [...(fixed.facets ?? [])];
  for (const { name, to, facet, by } of filters) {
    const value = values[name];
    if (!value) continue;
    if (to === "state" || to === "warned") filter[to] = value.split(",");
    else if (to === "facet") {
      const called = facet ?? name;
      // `a..b` is a range of any facet, as a number that was drilled into asks for it: from a on, before b. `..` alone
      // are those that have no value.
      const range = /^([^,]*?)\.\.([^,]*)$/.exec(value);
      if (value === "..") facets.push({ name: called, value: "" });
      else if (range) facets.push({ name: called, ...(range[1] ? { from: range[1] } : {}), ...(range[2] ? { until: range[2] } : {}) });
      else if ("day" in by) facets.push({ name: called, [by.day]: value });
      else facets.push("text" in by ? { name: called, value } : { name: called, anyOf: parts(by, value) });
    } else filter[to] = value;
  }
  if (facets.length > 0) filter.facets = facets;
  return filter;
}

export interface Gathered<Row> {
  rows: Row[];
  failure: Failure | null;
}
export interface List<Row> {
  asked: Asked<unknown>;
  rows: ComputedRef<Row[]>;
  page: ComputedRef<Connection<Row> | null>;
  values: ComputedRef<Record<string, string>>;
  size: ComputedRef<number>;
  moment: Moment;
  /** Goes to other values of the filters; a page begins again. */
  apply: (values: Record<string, string>) => void;
  next: () => void;
  first: () => void;
  resize: (size: number) => void;
  /** All rows that match, up to so many, read at the position of the page; where a part of them could not be read, none. */
  gather: (most: number) => Promise<Gathered<Row>>;
  /** How many records the same question would answer otherwise by now; 0 where the page is pinned to a moment. */
  updates: Ref<number>;
}

/** Most rows of a question. */
const PAGE_MAX = 100;

/** A list whose state is the address. */
export function useList<Row extends { id: string }, Data, V extends Variables>(options: {
  document: TypedDocumentNode<Data, V>;
  pick: (data: Data) => Connection<Row> | null | undefined;
  filters: Filter[];
  fixed?: () => RecordFilter | null;
  order?: "LABEL" | "RECENT";
}): List<Row> {
  const route = useRoute();
  const router = useRouter();
  const moment = useMoment();
  const values = computed(() => chosen(options.filters, route.query));
  const size = computed(() => [20, 50, 100].find((n) => String(n) === one(route.query, "n")) ?? 20);
  const variables = computed<Variables | null>(() => {
    const fixed = options.fixed ? options.fixed() : {};
    if (fixed === null) return null;
    const after = one(route.query, "after");
    return {
      filter: filterOf(options.filters, values.value, fixed),
      order: options.order ?? "LABEL",
      first: size.value,
      ...(after ? { after } : {}),
      ...moment.variables.value,
    };
  });
  const asked = useAsk(options.document, variables as unknown as ComputedRef<(V & object) | null>);
  const page = computed(() => (asked.data.value ? (options.pick(asked.data.value) ?? null) : null));
  const read = async (now: Variables): Promise<{ found: Connection<Row> | null; failure: Failure | null }> => {
    const { data, failure } = await ask(options.document, now as unknown as V & object);
    return { found: (data && options.pick(data)) ?? null, failure };
  };
  async function gather(most: number): Promise<Gathered<Row>> {
    const now = variables.value;
    if (!now) return { rows: [], failure: null };
    const at = moment.at.value || !page.value?.position ? {} : { asOf: page.value.position };
    const rows: Row[] = [];
    for (let after: string | null = null; rows.length < most;) {
      const first = Math.min(PAGE_MAX, most - rows.length);
      const { found, failure }: Awaited<ReturnType<typeof read>> = await read({ ...now, ...at, first, after });
      if (!found) return { rows: [], failure };
      rows.push(...found.nodes);
      if (!found.pageInfo.hasNextPage) break;
      after = found.pageInfo.endCursor;
    }
    return { rows, failure: null };
  }
  // The ledger went on: would the same question be answered otherwise?
  const updates = ref(0);
  watch(page, () => (updates.value = 0));
  watch(newest, async () => {
    const [now, shown] = [variables.value, page.value];
    if (!now || !shown || moment.at.value || asked.waiting.value) return;
    const { found } = await read(now);
    if (found && shown === page.value) updates.value = updatesOf(shown, found);
  });
  const rest = (...gone: string[]): LocationQuery =>
    Object.fromEntries(
      Object.entries(route.query).filter(([name]) => !gone.includes(name) && !(gone.includes("f.") && name.startsWith("f."))),
    );
  const named = (chosenValues: Record<string, string>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(chosenValues)
        .filter(([, value]) => value !== "")
        .map(([name, value]) => [`f.${name}`, value]),
    );
  return {
    asked: asked as Asked<unknown>,
    page,
    rows: computed(() => page.value?.nodes ?? []),
    values,
    size,
    moment,
    apply: (to) => void router.push({ query: { ...rest("f.", "after"), ...named(to) } }),
    next: () => void router.push({ query: { ...rest("after"), after: page.value?.pageInfo.endCursor ?? "" } }),
    first: () => void router.push({ query: rest("after") }),
    gather,
    updates,
    resize: (to) => void router.push({ query: { ...rest("after", "n"), n: String(to) } }),
  };
}
