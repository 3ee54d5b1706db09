// R1: the address of the list behind a number. It carries the filter and the position of the number, so that the list
// says the same number.
import { type LocationQueryRaw } from "vue-router";

/** A drill as the contract gives it. */
export interface Drill {
  list: string;
  asOf: string;
  filter: {
    area: string | null;
    org: string | null;
    state: readonly string[] | null;
    facets: readonly { name: string; value: string | null; anyOf: readonly string[] | null; from: string | null; until: string | null }[];
  };
}

/** Which page shows which list of the contract. */
const PAGES: Record<string, { path: string; view?: string }> = {
  institutions: { path: "/app/orgs" },
  devices: { path: "/app/devices" },
  deviceTests: { path: "/app/devices", view: "tests" },
  licences: { path: "/app/licences" },
  employments: { path: "/app/workers" },
  persons: { path: "/app/workers", view: "persons" },
  personYears: { path: "/app/doses", view: "years" },
  doseResults: { path: "/app/doses" },
  doseReports: { path: "/app/doses", view: "reports" },
  examResults: { path: "/app/workers", view: "exams" },
  trainingRecords: { path: "/app/workers", view: "trainings" },
  certificates: { path: "/app/workers", view: "certificates" },
  warnings: { path: "/app/warnings" },
  transfers: { path: "/app/transfers" },
};

/** The query of an address as text; commas and the like stay readable. */
const written = (query: LocationQueryRaw): string =>
  Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value)).replaceAll("%2C", ",").replaceAll("%3A", ":")}`)
    .join("&");

/** The address; null where no page shows such a list. */
export function addressOf(drill: Drill | null | undefined): string | null {
  const page = drill && PAGES[drill.list];
  if (!drill || !page) return null;
  const query: LocationQueryRaw = page.view ? { view: page.view } : {};
  const { area, org, state, facets } = drill.filter;
  if (area) query["f.area"] = area;
  if (org) query["f.org"] = org;
  if (state?.length) query["f.state"] = state.join(",");
  for (const facet of facets)
    query[`f.${facet.name}`] =
      facet.from !== null || facet.until !== null
        ? `${facet.from ?? ""}..${facet.until ?? ""}`
        : (facet.anyOf ?? [facet.value ?? ""]).join(",");
  query["at"] = `pos:${drill.asOf}`;
  return `${page.path}?${written(query)}`;
}
