// Where what is. A copied address opens the same view for anyone permitted: filters, moment and tab live in it.
import type { RouteRecordRaw } from "vue-router";

/** A place of the menu: the group it stands in and whom it is for; nobody sees what would only answer no. */
export interface Place {
  group: "oversight" | "resources" | "people" | "flow" | "ledger";
  key: string;
  to: string;
  /** Roles, any of them; none for everybody. */
  roles?: string[];
}

const AUTHORITY = ["T_ADMIN", "T_SUP", "T_APPR", "C_ADMIN", "C_SUP", "C_APPR"];
const READERS = ["CDC_READ", "EXT_AUD", "SYS_AUD"];
const UNIT = ["I_ADMIN", "I_RPO", "I_HEAD"];
const LABORATORY = ["TSO_SIGN", "TSO_INPUT"];
const PHYSICIANS = ["HEO_CHIEF", "HEO_INPUT"];

export const PLACES: Place[] = [
  { group: "oversight", key: "workbench", to: "/app" },
  { group: "oversight", key: "stats", to: "/app/stats", roles: [...AUTHORITY, ...READERS, ...UNIT, ...LABORATORY, ...PHYSICIANS] },
  { group: "resources", key: "orgs", to: "/app/orgs" },
  { group: "resources", key: "licences", to: "/app/licences", roles: [...AUTHORITY, ...READERS, ...UNIT] },
  { group: "resources", key: "devices", to: "/app/devices", roles: [...AUTHORITY, ...READERS, ...UNIT, ...LABORATORY] },
  { group: "people", key: "workers", to: "/app/workers" },
  { group: "people", key: "doses", to: "/app/doses" },
  { group: "people", key: "imports", to: "/app/imports", roles: [...AUTHORITY, ...LABORATORY] },
  { group: "flow", key: "warnings", to: "/app/warnings" },
  { group: "flow", key: "rules", to: "/app/rules" },
  { group: "flow", key: "transfers", to: "/app/transfers" },
  { group: "ledger", key: "events", to: "/app/events" },
  { group: "ledger", key: "keys", to: "/me/keys" },
  { group: "ledger", key: "settings", to: "/me/settings" },
  { group: "ledger", key: "audit", to: "/audit", roles: [...AUTHORITY, ...READERS, "SYS_SYS", "SYS_SEC"] },
];

/** `keep`: a list beside the one that is looked at stays as it is when another one is. */
const page = (path: string, area: string, component: () => Promise<unknown>, texts: string[] = [], keep = false): RouteRecordRaw => ({
  path,
  component: component as RouteRecordRaw["component"] & object,
  meta: { texts: [area, ...texts], keep },
});

export const routes: RouteRecordRaw[] = [
  page("/app", "workbench", () => import("@/screens/workbench/WorkbenchPage.vue")),
  page("/app/stats/:indicator?", "stats", () => import("@/screens/stats/StatsPage.vue")),
  page("/app/orgs", "orgs", () => import("@/screens/orgs/OrgsPage.vue")),
  page("/app/orgs/:id", "orgs", () => import("@/screens/orgs/OrgPage.vue"), ["devices", "licences", "workers", "doses", "warnings"]),
  page("/app/licences", "licences", () => import("@/screens/licences/LicencesPage.vue")),
  page("/app/devices", "devices", () => import("@/screens/devices/DevicesPage.vue")),
  page("/app/devices/:id", "devices", () => import("@/screens/devices/DevicePage.vue")),
  page("/app/workers", "workers", () => import("@/screens/workers/WorkersPage.vue")),
  page("/app/workers/:id", "workers", () => import("@/screens/workers/WorkerPage.vue"), ["doses", "transfers", "warnings"]),
  page("/app/doses", "doses", () => import("@/screens/doses/DosesPage.vue")),
  page("/app/imports/:id?", "imports", () => import("@/screens/imports/ImportsPage.vue")),
  page("/app/warnings/:id?", "warnings", () => import("@/screens/warnings/WarningsPage.vue"), [], true),
  page("/app/rules/:rule?", "rules", () => import("@/screens/rules/RulesPage.vue"), [], true),
  page("/app/transfers", "transfers", () => import("@/screens/transfers/TransfersPage.vue")),
  page("/app/transfers/trace", "transfers", () => import("@/screens/transfers/TracePage.vue")),
  page("/app/transfers/flow", "transfers", () => import("@/screens/transfers/FlowPage.vue")),
  page("/app/transfers/:id", "transfers", () => import("@/screens/transfers/TransferPage.vue")),
  page("/app/events/:event?", "events", () => import("@/screens/events/EventsPage.vue")),
  page("/app/records/:kind/:id", "pattern", () => import("@/screens/records/RecordPage.vue"), ["keys"]),
  page("/me/keys", "keys", () => import("@/screens/keys/KeysPage.vue")),
  page("/me/settings", "app", () => import("@/screens/settings/SettingsPage.vue")),
  page("/audit", "audit", () => import("@/screens/audit/AuditPage.vue")),
  { path: "/:rest(.*)*", component: () => import("@/screens/LostPage.vue") },
];

/** The page of a record: the one made for its kind, or the one that shows any. */
export function pageOf(kind: string, recordId: string): string {
  const own: Record<string, string> = {
    institution: "orgs",
    device: "devices",
    person: "workers",
    warning: "warnings",
    transfer: "transfers",
  };
  const place = own[kind];
  return place ? `/app/${place}/${recordId}` : `/app/records/${kind}/${recordId}`;
}
