// The state of a form: its field table, what the record holds now, what was written, and the wish that follows from it.
import { computed, onMounted, reactive, ref, shallowRef, watchEffect, type ComputedRef, type Ref, type ShallowRef } from "vue";
import { ask, type Failure } from "@/app/client";
import { RecordLabelDocument } from "@/generated/api/graphql";
import type { Json, JsonObject } from "@/ledger/json";
import { instant, today } from "@/shared/format";
import { codeList, eventTable, kindTable, type CodeLabel, type EventTable, type Field } from "@/shared/kinds";
import { may } from "@/shared/rights";
import { grantsOf } from "./capacity";
import { context, signingContext } from "./context";
import type { Written } from "./drafts";
import { ownersOf } from "./files";
import { isEmpty, objectFrom, rawOf, wireFrom, type Fault, type Raw } from "./form";
import { correctable, correctedBy, valuesAt, type PastEvent } from "./history";
import type { Values } from "./merge";
import { recordNow, type RecordNow } from "./record";
import { reasonsFor } from "./reasons";
import type { Proposal } from "./sheet";
import { useDraft, type DraftOf } from "./useDraft";
import { useFiles, type Files } from "./useFiles";
import { camel, listsOf, same, wireOf } from "./values";

/** What a form is told. */
export interface FormProps {
  type: string;
  /** The record; a new one without an id. */
  record: { kind: string; id?: string };
  /** Its members as the page shows them; read from its history when absent. */
  before?: Record<string, unknown> | undefined;
  /** Its version as the page shows it: a newer one at signing is a conflict. */
  version?: string | number | undefined;
  /** How people call it. */
  label?: string | undefined;
  /** Members of the data that are not for the person to choose, such as the record that a new one belongs to. */
  fixed?: JsonObject | undefined;
  /** Values to begin with, as they would be signed. */
  start?: JsonObject | undefined;
  meaning?: string | undefined;
  schema?: number | undefined;
}

export interface ActionForm {
  table: ShallowRef<EventTable | null>;
  /** What the contract lacks; nothing can be written then. */
  broken: Ref<string>;
  failure: ShallowRef<Failure | null>;
  ready: Ref<boolean>;
  load: () => Promise<void>;
  codes: Map<string, CodeLabel[]>;
  raw: Record<string, Raw>;
  /** Members of the record that the event sets, where it sets some, and of these: chosen ones, and those that lose their value. */
  members: ComputedRef<Field[]>;
  sets: ComputedRef<boolean>;
  clearable: ComputedRef<string[]>;
  chosen: Ref<string[]>;
  cleared: Ref<string[]>;
  /** Fields that are filled in by hand, and those that only a screen can give. */
  typed: ComputedRef<Field[]>;
  given: ComputedRef<Field[]>;
  /** What the record holds now, as it would be signed. */
  before: ComputedRef<Values>;
  meaning: Ref<string>;
  /** Whether it corrects an event; the events that it may correct, the one chosen, and the one that it will name. */
  corrects: ComputedRef<boolean>;
  events: ComputedRef<PastEvent[]>;
  corrected: Ref<string>;
  named: ComputedRef<PastEvent | null>;
  reason: { code: string; text: string };
  reasons: ComputedRef<readonly string[]>;
  needsReason: ComputedRef<boolean>;
  effectiveOn: Ref<string>;
  /** The civil day of the ledger, whose clock counts. */
  ledgerDay: () => string;
  files: Files;
  /** Whose a file of it can be; none where it carries no files. */
  owners: ComputedRef<ReturnType<typeof ownersOf>>;
  draft: DraftOf;
  /** The wish; what is wrong with the form is added to `found`. */
  proposal: (found: Fault[]) => Proposal | null;
}

/** Longest text of a reason. */
const REASON_MAX = 2000;
/** What concerns keys and accounts, or is a file itself, rests on no files. */
const WITHOUT_FILES = ["attachment", "account", "credential", "grant", "desk", "import"];

export function useActionForm(props: Readonly<FormProps>): ActionForm {
  const table = shallowRef<EventTable | null>(null);
  const tables = shallowRef<EventTable[]>([]);
  const broken = ref("");
  const codes = reactive(new Map<string, CodeLabel[]>());
  const now = shallowRef<RecordNow | null>(null);
  const failure = shallowRef<Failure | null>(null);
  const ready = ref(false);

  const raw = reactive<Record<string, Raw>>({});
  const chosen = ref<string[]>([]);
  const cleared = ref<string[]>([]);
  const reason = reactive({ code: "", text: "" });
  const effectiveOn = ref("");
  const meaning = ref(props.meaning ?? "");
  const corrected = ref("");
  const files = useFiles(props.type);

  const set = computed(() => table.value?.data.find((field) => field.is === "set") ?? null);
  const clearable = computed(
    () => (table.value?.data.find((field) => field.is === "clear") as (Field & { names?: string[] }) | undefined)?.names ?? [],
  );
  const members = computed<Field[]>(() => set.value?.members ?? []);
  const plain = computed<Field[]>(() =>
    (table.value?.data ?? []).filter((field) => field.is !== "set" && field.is !== "clear" && !(props.fixed && field.name in props.fixed)),
  );
  const given = computed(() => plain.value.filter((field) => field.is === "event_ref" || field.is === "bytes" || field.is === "hash"));
  const typed = computed(() => plain.value.filter((field) => !given.value.includes(field)));
  const means = computed(() => meaning.value || table.value?.meanings[0]);
  const corrects = computed(() => means.value === "correction");
  const needsReason = computed(() => table.value?.reason === "required");

  const before = computed<Values>(() => {
    const values: Record<string, Json | undefined> = { ...(now.value ? valuesAt(now.value.events) : {}) };
    for (const field of [...members.value, ...plain.value]) {
      const shown = props.before?.[camel(field.name)];
      const value = shown === undefined ? undefined : wireOf(field, shown);
      if (value !== undefined) values[field.name] = value;
    }
    return values;
  });
  /** Events that a correction may name: they made the record or set one of these members, and no correction names them yet. */
  const events = computed(() => {
    const names = new Set([...members.value, ...plain.value].map((field) => field.name));
    const sets = (type: string): boolean =>
      tables.value.some(
        (one) => one.type === type && (one.creates || one.data.some((field) => names.has(field.name) || field.is === "set")),
      );
    return now.value ? correctable(now.value.events).filter(({ type }) => sets(type)) : [];
  });
  const touched = computed(() => [
    ...chosen.value,
    ...cleared.value,
    ...(set.value ? typed.value.filter((field) => !isEmpty(raw[field.name])).map((field) => field.name) : []),
  ]);
  const origin = computed(() => (now.value ? correctedBy(now.value.events, touched.value) : null));
  const named = computed(() => events.value.find((event) => event.id === corrected.value) ?? origin.value?.event ?? null);

  const candidates = computed(() => {
    const { kind, id } = props.record;
    const of = context.value;
    if (!of || WITHOUT_FILES.includes(kind) || !may("attachment.filed")) return [];
    const shown = { institution: props.before?.["institution"], person: props.before?.["person"] };
    const written = Object.fromEntries(Object.entries(raw).filter(([, value]) => !isEmpty(value)));
    const values = { ...shown, ...before.value, ...written, ...props.fixed };
    return ownersOf({ kind, id, values }, grantsOf(of.grants, of.account));
  });
  // A worker whose file moved on is named by the record still; but a file about him is for those who may see his.
  const seen = reactive(new Map<string, boolean | null>());
  const persons = computed(() => candidates.value.filter(({ kind }) => kind === "person").map(({ id }) => id));
  watchEffect(() => {
    for (const id of persons.value.filter((one) => !seen.has(one))) {
      seen.set(id, null);
      void ask(RecordLabelDocument, { id: `person/${id}` }).then(({ data }) => seen.set(id, Boolean(data?.node)));
    }
  });
  const owners = computed(() =>
    persons.value.every((id) => typeof seen.get(id) === "boolean")
      ? candidates.value.filter(({ kind, id }) => kind !== "person" || seen.get(id))
      : [],
  );

  async function load(): Promise<void> {
    failure.value = null;
    try {
      table.value = await eventTable(props.type, props.schema);
      tables.value = (await kindTable(props.record.kind)).events;
    } catch (fault) {
      broken.value = fault instanceof Error ? fault.message : String(fault);
      return;
    }
    const names = new Set(["ATTACHMENT_KIND"]);
    table.value.data.forEach((field) => listsOf(field, names));
    await Promise.all([...names].map(async (name) => codes.set(name, await codeList(name).catch(() => []))));
    if (props.record.id && !table.value.creates) {
      const answer = await recordNow(props.record.kind, props.record.id);
      now.value = answer.record;
      failure.value = answer.failure;
    }
    void signingContext();
    for (const field of [...members.value, ...typed.value]) raw[field.name] = rawOf(field, props.start?.[field.name]);
    for (const field of members.value) if (isEmpty(raw[field.name])) raw[field.name] = rawOf(field, before.value[field.name]);
    if (table.value.effective_on === "required") effectiveOn.value = ledgerDay();
    if (props.start) chosen.value = members.value.filter((field) => field.name in props.start!).map((field) => field.name);
    await draft.begin();
    ready.value = true;
  }
  const ledgerDay = (): string =>
    context.value ? instant(new Date(Date.now() + context.value.ahead).toISOString()).slice(0, 10) : today();
  onMounted(load);

  const about = props.record.id ? `${props.record.kind}/${props.record.id}` : "";
  const draft = useDraft(
    props.type,
    about,
    (): Written => ({
      record: about,
      raw: { ...raw },
      chosen: chosen.value,
      cleared: cleared.value,
      reason: { ...reason },
      effectiveOn: effectiveOn.value,
      files: files.sent.value,
    }),
    (was) => {
      Object.assign(raw, was.raw);
      chosen.value = was.chosen;
      cleared.value = was.cleared;
      Object.assign(reason, was.reason);
      effectiveOn.value = was.effectiveOn;
      files.restore(was.files ?? []);
    },
  );

  /** The members that the event sets and clears, as they would be signed. */
  function change(found: Fault[]): JsonObject {
    const values: Record<string, Json> = {};
    for (const field of members.value.filter((one) => chosen.value.includes(one.name) && !cleared.value.includes(one.name))) {
      const at = `/data/set/${field.name}`;
      const value = wireFrom(field, raw[field.name], at, found);
      if (value === undefined) {
        if (isEmpty(raw[field.name]))
          found.push({ path: at, key: clearable.value.includes(field.name) ? "required_or_clear" : "required" });
      } else if (same(value, before.value[field.name])) found.push({ path: at, key: "unchanged" });
      else values[field.name] = value;
    }
    if (touched.value.length === 0) found.push({ path: "/data/set", key: "nothing" });
    return {
      ...(Object.keys(values).length > 0 ? { set: values } : {}),
      ...(cleared.value.length > 0 ? { clear: [...cleared.value].sort() } : {}),
    };
  }

  function proposal(found: Fault[]): Proposal | null {
    const of = table.value;
    if (!of) return null;
    const data: JsonObject = { ...props.fixed, ...objectFrom(typed.value, raw, "/data", found), ...(set.value ? change(found) : {}) };
    if (corrects.value && touched.value.length > 0) {
      if (!named.value) found.push({ path: "/corrects", key: "required" });
      else if (!corrected.value && origin.value && origin.value.also.length > 0) found.push({ path: "/corrects", key: "several" });
    }
    if (needsReason.value && !reason.code) found.push({ path: "/reason/code", key: "required" });
    if (reason.code === "OTHER" && reason.text.trim() === "") found.push({ path: "/reason/text", key: "required" });
    const text = wireFrom({ is: "sealed", value: { is: "text", min_chars: 1, max_chars: REASON_MAX } }, reason.text, "/reason/text", found);
    if (of.effective_on === "required" && !effectiveOn.value) found.push({ path: "/effective_on", key: "required" });
    if (effectiveOn.value && effectiveOn.value > ledgerDay() && of.effective_on !== "forbidden")
      found.push({ path: "/effective_on", key: "future" });
    if (files.open.value) found.push({ path: "/attachments", key: files.open.value });
    const read = props.version ?? now.value?.version;
    const label = props.label ?? now.value?.label;
    return {
      type: props.type,
      schema: of.schema,
      record: { ...props.record },
      data,
      ...(meaning.value ? { meaning: meaning.value } : {}),
      ...(reason.code ? { reason: { code: reason.code, ...(typeof text === "string" ? { text } : {}) } } : {}),
      ...(effectiveOn.value && of.effective_on !== "forbidden" ? { effectiveOn: effectiveOn.value } : {}),
      ...(corrects.value && named.value ? { corrects: { event: named.value.id, hash: named.value.hash } } : {}),
      ...(files.sent.value.length ? { files: files.sent.value } : {}),
      ...(label ? { label } : {}),
      ...(read !== undefined && !of.creates ? { version: read } : {}),
    };
  }

  return {
    table,
    broken,
    failure,
    ready,
    load,
    codes,
    raw,
    members,
    sets: computed(() => set.value !== null),
    clearable,
    chosen,
    cleared,
    typed,
    given,
    before,
    meaning,
    corrects,
    events,
    corrected,
    named,
    reason,
    reasons: computed(() => reasonsFor(props.type, means.value)),
    needsReason,
    effectiveOn,
    ledgerDay,
    files,
    owners,
    draft,
    proposal,
  };
}
