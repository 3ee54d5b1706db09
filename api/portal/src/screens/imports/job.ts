// An import while it is looked at. The file, its columns and what was said of it are with the service, so everything here
// can be read again after a reload; only the step stands in the address.
import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from "vue";
import { useRoute, useRouter } from "vue-router";
import { ask, type Failure } from "@/app/client";
import {
  ImportJobDocument,
  ImportMapDocument,
  type ImportJobPartsFragment,
  type ImportMappingInput,
  type ImportState,
} from "@/generated/api/graphql";
import { keepOf } from "./kept";

export type Job = ImportJobPartsFragment;
export type Check = NonNullable<Job["check"]>;
export const STEPS = ["upload", "map", "check", "preview", "sign"] as const;
export type Step = (typeof STEPS)[number];

/** The furthest step that a state allows. */
const FURTHEST: Record<ImportState, Step> = {
  CHECKING: "map",
  TO_MAP: "map",
  HAS_ERRORS: "check",
  TO_CONFIRM: "check",
  READY: "sign",
  SIGNING: "sign",
  DONE: "sign",
};
/** Where somebody who comes back goes on. */
const COMES_TO: Record<ImportState, Step> = {
  CHECKING: "map",
  TO_MAP: "map",
  HAS_ERRORS: "check",
  TO_CONFIRM: "check",
  READY: "preview",
  SIGNING: "sign",
  DONE: "sign",
};
const at = (step: Step): number => STEPS.indexOf(step);

export interface Saying {
  mapping?: ImportMappingInput[];
  contract?: string | null;
  qualification?: string | null;
  dosimeterKind?: string;
  leaveOutErrors?: boolean;
  acceptWarnings?: boolean;
}

export interface JobPage {
  id: string;
  job: ShallowRef<Job | null>;
  check: ComputedRef<Check | null>;
  state: ComputedRef<ImportState | null>;
  failure: ShallowRef<Failure | null>;
  /** False until the service has answered once. */
  read: Ref<boolean>;
  busy: Ref<boolean>;
  step: ComputedRef<Step>;
  furthest: ComputedRef<Step>;
  reachable: (step: Step) => boolean;
  go: (step: Step) => void;
  again: () => Promise<void>;
  /** Says something of the file; it is judged anew. */
  say: (what: Saying) => Promise<boolean>;
}

const POLL = 1500;

export function useJob(id: string): JobPage {
  const route = useRoute();
  const router = useRouter();
  const job = shallowRef<Job | null>(null);
  const failure = shallowRef<Failure | null>(null);
  const read = ref(false);
  const busy = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;

  const check = computed(() => job.value?.check ?? null);
  const state = computed(() => check.value?.state ?? null);
  const furthest = computed<Step>(() => FURTHEST[state.value ?? "CHECKING"]);
  /** What is in the ledger is not mapped again. */
  const begun = computed(() => state.value === "SIGNING" || state.value === "DONE");
  const reachable = (step: Step): boolean => step !== "upload" && at(step) <= at(furthest.value) && (!begun.value || step === "sign");
  const step = computed<Step>(() => {
    const asked = STEPS.find((one) => one === route.query["step"]);
    return asked && reachable(asked) ? asked : COMES_TO[state.value ?? "CHECKING"];
  });

  function take(answer: { job: Job | null; failure: Failure | null }): void {
    if (over) return;
    clearTimeout(timer);
    failure.value = answer.failure;
    read.value = true;
    if (!answer.job) {
      if (!answer.failure) job.value = null;
      return;
    }
    job.value = answer.job;
    if (state.value) keepOf(id, { state: state.value });
    // A large file is judged beside the requests.
    if (state.value === "CHECKING") timer = setTimeout(() => void again(), POLL);
  }
  async function again(): Promise<void> {
    const { data, failure: failed } = await ask(ImportJobDocument, { id });
    take({ job: data?.importJob ?? null, failure: failed });
  }
  async function say(what: Saying): Promise<boolean> {
    const now = job.value;
    if (!now) return false;
    busy.value = true;
    // Everything is said again: what is absent would stay, and what is null would be taken away.
    const all = {
      mapping: now.mapping.map(({ header, column }) => ({ header, column })),
      contract: now.contract,
      qualification: now.qualification,
      dosimeterKind: now.dosimeterKind,
      leaveOutErrors: now.leaveOutErrors,
      acceptWarnings: now.warningsAccepted,
    };
    const { data, failure: failed } = await ask(ImportMapDocument, { id, ...all, ...what });
    busy.value = false;
    take({ job: data?.importMap ?? null, failure: failed });
    return Boolean(data?.importMap);
  }
  onScopeDispose(() => {
    over = true;
    clearTimeout(timer);
  });
  watch(() => id, again, { immediate: true });
  return {
    id,
    job,
    check,
    state,
    failure,
    read,
    busy,
    step,
    furthest,
    reachable,
    go: (to) => void router.push({ query: { ...route.query, step: to } }),
    again,
    say,
  };
}
