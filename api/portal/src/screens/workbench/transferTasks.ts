// Transfers as things to do: those whose step waits for an office of this person.
import { computed, onMounted, shallowRef, type ComputedRef } from "vue";
import { useI18n } from "petite-vue-i18n";
import { useAsk, type Asked } from "@/app/client";
import { WorkTransfersDocument, type WorkTransfersQuery } from "@/generated/api/graphql";
import { whole } from "@/shared/format";
import { either } from "@/shared/i18n";
import { acts, login } from "@/shared/session";
import { grantsOf, type Grant } from "@/sign/capacity";
import { signingContext } from "@/sign/context";
import type { Office } from "./office";
import { stepSection, type Section, type Task } from "./tasks";

export interface TransferTasks {
  asked: Asked<WorkTransfersQuery>;
  tasks: ComputedRef<{ section: Section; task: Task }[]>;
}

export function useTransferTasks({ reader }: Office): TransferTasks {
  const { t } = useI18n();
  const grants = shallowRef<Grant[] | null>(null);
  onMounted(async () => {
    const { context } = await signingContext();
    grants.value = grantsOf(context?.grants ?? [], login.value?.account ?? "");
  });
  const holders = computed(() => {
    if (!grants.value) return null;
    const offices = grants.value.filter(({ members }) => !/^(EXT|SYS|CDC)/.test(members.role.code));
    return [...new Set(offices.map((grant) => (grant.org ? `institution/${grant.org}` : grant.area ? `area/${grant.area}` : "city")))];
  });
  const moving = ["OPEN", "SUSPENDED", "DISPUTED"];
  const transfers = useAsk(WorkTransfersDocument, () => {
    if (reader || !holders.value) return null;
    const own = acts("W_SELF")
      ? { state: ["OPEN"], facets: [{ name: "step", anyOf: ["WORKER_CONSENT"] }] }
      : { state: moving, facets: [{ name: "holder", anyOf: holders.value.length ? holders.value : ["-"] }] };
    return { filter: own, others: { state: moving } };
  });
  const stepOf = (transfer: {
    chain: readonly { on: string | null; workdays: number; limit: number | null; late: boolean; from: string }[] | null;
  }) => transfer.chain?.find(({ on }) => on === null) ?? null;
  const transferTasks = computed(() =>
    (transfers.data.value?.mine?.nodes ?? []).map((transfer) => {
      const step = stepOf(transfer);
      const late = step?.late && step.limit !== null ? step.workdays - step.limit : 0;
      const task: Task = {
        key: transfer.id,
        what: `${either(transfer.members.type)} · ${either(transfer.members.step)}`,
        about: transfer.worker?.members.name.masked ?? transfer.label,
        source: "transfer",
        who: t("workbench.fromTo", { from: transfer.releasing?.label ?? "—", to: transfer.receiving?.label ?? "—" }),
        due: null,
        left:
          step && step.limit !== null
            ? t("workbench.workdays", { n: whole(step.workdays), of: whole(step.limit) })
            : t("workbench.since", { on: transfer.members.since }),
        late,
        to: `/app/transfers/${transfer.recordId}`,
      };
      return { section: stepSection(step), task };
    }),
  );
  return { asked: transfers, tasks: transferTasks };
}
