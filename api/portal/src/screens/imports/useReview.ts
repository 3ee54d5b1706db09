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
  /** Whether everything that is left is in what was handed out. */
  covers: ComputedRef<boolean>;
  /** Whether that is the whole file. */
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
  const covers = computed(
    () => read.value !== null && units.value.reduce((sum, { drafts }) => sum + drafts.length, 0) === read.value.events - read.value.done,
  );
  return {
    review: read,
    failure,
    fault,
    reading,
    again,
    reports: computed(() => reports(units.value)),
    // The highest of a part would pass for the highest of all.
    outliers: computed(() => (covers.value ? outliers(units.value) : [])),
    covers,
    whole: computed(() => covers.value && read.value?.done === 0),
  };
}
