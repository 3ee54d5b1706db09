// "As of": the moment at which a page is read. It stands in the address; without it a page shows the newest state.
import { computed, type ComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";

export interface Moment {
  /** Variables of every question of the page. */
  variables: ComputedRef<{ asOf?: string; asOfTime?: string }>;
  /** What the address says, `pos:…` or an instant; null for now. */
  at: ComputedRef<string | null>;
  go: (at: string | null) => void;
}

/** The moment of this page. */
export function useMoment(): Moment {
  const route = useRoute();
  const router = useRouter();
  const at = computed(() => (typeof route.query["at"] === "string" && route.query["at"] !== "" ? route.query["at"] : null));
  const variables = computed(() => {
    const text = at.value;
    if (!text) return {};
    if (text.startsWith("pos:")) return { asOf: text.slice(4) };
    const time = new Date(text);
    // The contract wants microseconds.
    return Number.isNaN(time.getTime()) ? {} : { asOfTime: time.toISOString().replace("Z", "000Z") };
  });
  const go = (to: string | null): void => {
    const { at: _, after: __, ...rest } = route.query;
    void router.push({ query: to ? { ...rest, at: to } : rest });
  };
  return { variables, at, go };
}
