// What pages say of a transfer: its steps with their state, what lies ahead, and who holds which step.
import { area } from "@/shared/format";
import { holder, steps, type Party } from "./way";

interface Members {
  type: { code: string };
  by: { code: string };
  state: { code: string };
  step: { code: string };
  fromArea: string | null;
  toArea: string | null;
  outside: string | null;
  historyByHand: boolean;
}
type Side = { recordId: string; label: string; area: string | null } | null;
export interface Told {
  members: Members;
  releasing: Side;
  receiving: Side;
  worker?: { members: { name: { masked: string | null } } } | null;
  chain:
    | readonly { step: { code: string }; act: string | null; on: string | null; late: boolean; limit: number | null; workdays: number }[]
    | null;
}
const from = ({ members, releasing }: Told): string | null => members.fromArea ?? releasing?.area ?? null;
const to = ({ members, receiving }: Told): string | null => members.toArea ?? receiving?.area ?? null;

const way = (told: Told): string[] =>
  steps({
    type: told.members.type.code,
    by: told.members.by.code,
    sameCounty: from(told) === to(told),
    byHand: told.members.historyByHand,
  });

/** Who holds a step, by name. */
export function holderOf(told: Told, words: { worker: string; city: string; county: (name: string) => string }): (step: string) => string {
  return (step) => {
    switch (holder(step, told.members.type.code)) {
      case "WORKER":
        return told.worker?.members.name.masked ?? words.worker;
      case "RELEASING":
        return told.releasing?.label ?? words.county(area(from(told)));
      case "RECEIVING":
        return told.receiving?.label ?? told.members.outside ?? "—";
      case "RELEASING_COUNTY":
        return words.county(area(from(told)));
      case "RECEIVING_COUNTY":
        return words.county(area(to(told)));
      default:
        return words.city;
    }
  };
}

/** The parties of the case for which somebody may speak, by what was granted to him. */
export function partiesOf(told: Told, grants: readonly { org: string | null; area: string | null }[], worker: boolean): Party[] {
  const speaks: [Party, boolean][] = [
    ["WORKER", worker],
    ["RELEASING", grants.some(({ org }) => org !== null && org === told.releasing?.recordId)],
    ["RECEIVING", grants.some(({ org }) => org !== null && org === told.receiving?.recordId)],
    ["RELEASING_COUNTY", grants.some(({ org, area }) => org === null && area !== null && area === from(told))],
    ["RECEIVING_COUNTY", grants.some(({ org, area }) => org === null && area !== null && area === to(told))],
  ];
  return speaks.filter(([, does]) => does).map(([party]) => party);
}

/** Steps that are still to come. */
export function ahead(told: Told): string[] {
  if (!["OPEN", "SUSPENDED", "DISPUTED"].includes(told.members.state.code)) return [];
  const all = way(told);
  return all.slice(all.indexOf(told.members.step.code) + 1);
}

export function track(told: Told): { code: string; shape: "done" | "waits" | "late" | "refused" | "ahead" }[] {
  const all = way(told);
  const { state, step } = told.members;
  const at = all.indexOf(step.code);
  const late = (code: string): boolean => told.chain?.filter((passage) => passage.step.code === code).at(-1)?.late === true;
  return all.map((code, index) => {
    if (state.code === "COMPLETED" || index < at) return { code, shape: late(code) ? "late" : "done" };
    if (index > at) return { code, shape: "ahead" };
    if (["REJECTED", "WITHDRAWN", "DISPUTED"].includes(state.code)) return { code, shape: "refused" };
    return { code, shape: late(code) ? "late" : "waits" };
  });
}
