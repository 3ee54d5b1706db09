// What would be signed of a file, read back from the exact bytes.
import { computed, shallowRef, type ComputedRef, type ShallowRef } from "vue";
import type { Failure } from "@/app/client";
import { acts } from "@/shared/session";
import { outliers, reports, review, type Review, type Signed } from "./run";

export interface Reviewed {
  review: ShallowRef<Review | null>;
  failure: ShallowRef<Failure | null>;
  fault: ShallowRef<{ key: string; detail: string } | null>;
  reading: ShallowRef<boolean>;
  reports: ComputedRef<ReturnType<typeof reports>>;
  outliers: ComputedRef<Signed[]>;
  /** Whether every row is in what was handed out. */
  whole: ComputedRef<boolean>;
  again: () => Promise<void>;
}

export function useReview(id: string): Reviewed {
  const read = shallowRef<Review | null>(null);
  const failure = shallowRef<Failure | null>(null);
  const fault = shallowRef<{ key: string; detail: string } | null>(null);
  const reading = shallowRef(false);
  const again = async (): Promise<void> => {
    // Who prepares a file and does not sign is handed nothing.
    if (!acts("TSO_SIGN")) return;
    reading.value = true;
    const answer = await review(id);
    reading.value = false;
    [read.value, failure.value, fault.value] = [answer.review, answer.failure, answer.fault];
  };
  void again();
  const units = computed(() => read.value?.units ?? []);
  return {
    review: read, failure, fault, reading, again,
    reports: computed(() => reports(units.value)),
    outliers: computed(() => outliers(units.value)),
    whole: computed(() => read.value !== null && read.value.done === 0 && units.value.reduce((sum, { drafts }) => sum + drafts.length, 0) === read.value.events),
  };
}
