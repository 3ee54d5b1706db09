// The laboratory in whose name somebody imports: the contracts under which it measures, and its qualifications.
import { shallowRef, type ShallowRef } from "vue";
import { ask, type Failure } from "@/app/client";
import { LaboratoryDocument, type LaboratoryQuery } from "@/generated/api/graphql";
import { today } from "@/shared/format";
import { login } from "@/shared/session";
import { grantsOf } from "@/sign/capacity";
import { signingContext } from "@/sign/context";

type Contract = NonNullable<LaboratoryQuery["monitoringContracts"]>["nodes"][number];
type Node = NonNullable<LaboratoryQuery["node"]>;
type Paper = NonNullable<Extract<Node, { members: unknown }>["members"]["documents"]>[number];
export interface Laboratory {
  contracts: Contract[];
  qualifications: Paper[];
}

async function read(): Promise<{ laboratory: Laboratory | null; failure: Failure | null }> {
  const { context, failure } = await signingContext();
  const own = grantsOf(context?.grants ?? [], login.value?.account ?? "").find(({ members }) => /^TSO_/.test(members.role.code));
  if (!own?.org) return { laboratory: null, failure };
  const contracts: Contract[] = [];
  let qualifications: Paper[] = [];
  for (let after: string | null = null; ;) {
    const { data, failure: failed }: { data: LaboratoryQuery | null; failure: Failure | null } = await ask(LaboratoryDocument, {
      id: `institution/${own.org}`,
      after,
    });
    if (!data?.monitoringContracts) return { laboratory: null, failure: failed };
    contracts.push(
      ...data.monitoringContracts.nodes.filter(
        ({ members }) => members.laboratory === own.org && (members.endedOn ?? members.until ?? "9999") > today(),
      ),
    );
    if (data.node && "members" in data.node) qualifications = (data.node.members.documents ?? []).filter(({ kind }) => kind.code === "TSQ");
    const { hasNextPage, endCursor }: { hasNextPage: boolean; endCursor: string | null } = data.monitoringContracts.pageInfo;
    if (!hasNextPage || !endCursor) break;
    after = endCursor;
  }
  contracts.sort((a, b) => (a.clientName ?? "").localeCompare(b.clientName ?? "", "zh-CN"));
  return { laboratory: { contracts, qualifications }, failure: null };
}

export function useLaboratory(): {
  laboratory: ShallowRef<Laboratory | null>;
  failure: ShallowRef<Failure | null>;
  again: () => Promise<void>;
} {
  const laboratory = shallowRef<Laboratory | null>(null);
  const failure = shallowRef<Failure | null>(null);
  const again = async (): Promise<void> => {
    const answer = await read();
    laboratory.value = answer.laboratory;
    failure.value = answer.failure;
  };
  void again();
  return { laboratory, failure, again };
}
