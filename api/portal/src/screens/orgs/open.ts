// How many warnings are open at institutions: asked for many of them at once, at the position at which the list was read.
import { reactive } from "vue";
import { ask } from "@/app/client";
import { OpenWarningsOfDocument, type OpenWarningsOfQueryVariables, type TotalFragment } from "@/generated/api/graphql";
import { NOT_OVER } from "@/patterns/states";

/** Institutions of one question. */
const AT_ONCE = 20;

export interface OpenWarnings {
  /** The count of an institution, once it is known. */
  of: (org: string) => TotalFragment | undefined;
  load: (orgs: readonly string[], position: string | null) => Promise<void>;
}

export function useOpenWarnings(): OpenWarnings {
  const known = reactive(new Map<string, TotalFragment>());
  let at: string | null = null;
  return {
    of: (org) => known.get(org),
    load: async (orgs, position) => {
      // Numbers of another position say nothing of this list.
      if (position !== at) known.clear();
      at = position;
      const wanted = [...new Set(orgs)].filter((org) => !known.has(org));
      for (let from = 0; from < wanted.length && position === at; from += AT_ONCE) {
        const some = wanted.slice(from, from + AT_ONCE);
        const named = Array.from({ length: AT_ONCE }, (_, index) => [`o${index}`, some[index] ?? some[0]]);
        const variables = { open: NOT_OVER, ...(position ? { asOf: position } : {}), ...Object.fromEntries(named) };
        const { data } = await ask(OpenWarningsOfDocument, variables as OpenWarningsOfQueryVariables);
        if (!data || position !== at) return;
        some.forEach((org, index) => {
          const total = data[`n${index}` as "n0"];
          if (total) known.set(org, total as TotalFragment);
        });
      }
    },
  };
}
