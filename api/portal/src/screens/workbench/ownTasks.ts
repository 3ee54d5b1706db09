// What is one's own to see to: a certificate that ends soon, and files that were brought and not signed yet.
import { computed, onMounted, type ComputedRef } from "vue";
import { useI18n } from "petite-vue-i18n";
import { useAsk, type Asked } from "@/app/client";
import { ImportJobsDocument, type ImportJobsQuery } from "@/generated/api/graphql";
import { minute } from "@/shared/format";
import { acts } from "@/shared/session";
import { context, daysLeft, signingContext } from "@/sign/context";
import { kept } from "../imports/kept";
import { lateBy, type Section, type Task } from "./tasks";

/** Days before its end from which a certificate is something to do: that long its renewal may take. */
const RENEW = 30;

export interface OwnTasks {
  asked: Asked<ImportJobsQuery>;
  tasks: ComputedRef<{ section: Section; task: Task }[]>;
}

/** In which section something stands that ends in so many days. */
const endSection = (days: number): Section => (days < 0 ? "late" : days === 0 ? "today" : days <= 7 ? "week" : "undated");

export function useOwnTasks(day: string): OwnTasks {
  const { t } = useI18n();
  onMounted(() => void signingContext());
  const imports = useAsk(ImportJobsDocument, () => (acts("TSO_SIGN", "TSO_INPUT") ? {} : null));
  const certificate = computed(() => {
    const credential = context.value?.credential;
    const left = daysLeft(credential);
    if (!credential || left === null || left > RENEW) return [];
    const due = credential.members.validUntil;
    const task: Task = {
      key: credential.recordId,
      what: t("workbench.renew"),
      about: t("workbench.yourKey"),
      source: "key",
      who: t("workbench.you"),
      due,
      late: lateBy(due, day),
      to: "/me/keys",
    };
    return [{ section: endSection(left), task }];
  });
  const unsigned = computed(() =>
    (imports.data.value?.importJobs ?? [])
      .filter(({ id }) => kept(id).state !== "DONE")
      .map((job) => ({
        section: "undated" as const,
        task: {
          key: job.id,
          what: t("workbench.finish"),
          about: job.fileName,
          source: "import",
          who: t("workbench.you"),
          due: null,
          left: t("workbench.since", { on: minute(job.broughtAt).slice(0, 10) }),
          late: 0,
          to: `/app/imports/${job.id}`,
        } satisfies Task,
      })),
  );
  return { asked: imports, tasks: computed(() => [...certificate.value, ...unsigned.value]) };
}
