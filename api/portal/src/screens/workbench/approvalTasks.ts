// What waits for a decision, as things to do.
import { computed, type ComputedRef } from "vue";
import { useI18n } from "petite-vue-i18n";
import { useAsk, type Asked } from "@/app/client";
import { pageOf } from "@/app/routes";
import { WorkApprovalsDocument, type WorkApprovalsQuery } from "@/generated/api/graphql";
import { area, minute } from "@/shared/format";
import { either } from "@/shared/i18n";
import { kindLabel } from "@/shared/kinds";
import { acts } from "@/shared/session";
import type { Office } from "./office";
import type { Task } from "./tasks";

export interface ApprovalTasks {
  asked: Asked<WorkApprovalsQuery>;
  tasks: ComputedRef<Task[]>;
}

export function useApprovalTasks({ authority, administrator, reader }: Office): ApprovalTasks {
  const { t } = useI18n();
  const approvals = useAsk(WorkApprovalsDocument, () =>
    reader || acts("W_SELF")
      ? null
      : {
          institutions: authority,
          certificates: acts("T_APPR", "C_APPR", "T_SUP", "C_SUP"),
          keys: administrator,
          investigations: { state: authority ? ["COMPLETE"] : acts("TSO_SIGN", "TSO_INPUT") ? ["CONFIRMED"] : ["OPENED", "RETURNED"] },
        },
  );
  const approvalTasks = computed(() => {
    const answer = approvals.data.value;
    return [answer?.institutions, answer?.investigations, answer?.certificates, answer?.credentials, answer?.grants]
      .flatMap((connection) => connection?.nodes ?? [])
      .map((record): Task => ({
        key: record.id,
        what: t("workbench.decide", { kind: either(kindLabel(record.kind)) }),
        about: record.label,
        source: "approval",
        who: area(record.area),
        due: null,
        left: t("workbench.since", { on: minute(record.recordedAt).slice(0, 10) }),
        late: 0,
        to: pageOf(record.kind, record.recordId),
      }));
  });
  return { asked: approvals, tasks: approvalTasks };
}
