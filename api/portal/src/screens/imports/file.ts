// Files of an import: in, the marked copy out, and an empty sheet to begin with. GraphQL takes no files.
import type { Failure } from "@/app/client";
import { csv, save } from "@/patterns/export";
import { keep, login } from "@/shared/session";

const UNREACHABLE: Failure = {
  code: "E-NETWORK",
  zh: "无法连接服务，请稍后重试。",
  en: "The service cannot be reached; try again in a moment.",
};

const bearer = (): Record<string, string> => (login.value ? { authorization: `Bearer ${login.value.token}` } : {});

async function failureOf(answer: Response): Promise<Failure> {
  if (answer.status === 401) keep(null);
  const { error } =
    ((await answer.json().catch(() => null)) as {
      error?: { message?: string; extensions?: { code?: string; messageZh?: string; messageEn?: string } };
    } | null) ?? {};
  const { code = `HTTP ${answer.status}`, messageZh, messageEn } = error?.extensions ?? {};
  return { code, zh: messageZh ?? error?.message ?? code, en: messageEn ?? error?.message ?? code };
}

/** Brings a file. The same file of the same person has the same id, with what was said of it. */
export async function bring(file: File): Promise<{ id: string } | { failure: Failure }> {
  const headers = { ...bearer(), "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}` };
  const answer = await fetch("/imports", { method: "POST", headers, body: file }).catch(() => null);
  if (!answer) return { failure: UNREACHABLE };
  if (!answer.ok) return { failure: await failureOf(answer) };
  return (await answer.json()) as { id: string };
}

/** Saves the sheet with its problems marked. */
export async function saveAnnotated(id: string, name: string): Promise<Failure | null> {
  const answer = await fetch(`/imports/${id}/annotated`, { headers: bearer() }).catch(() => null);
  if (!answer) return UNREACHABLE;
  if (!answer.ok) return failureOf(answer);
  save(name, await answer.blob());
  return null;
}

/** Headers of the sheet that people fill in. They are read in either language; a report on paper has them in Chinese. */
const HEADERS = [
  "工作人员编号",
  "姓名",
  "身份证后四位",
  "剂量计编号",
  "佩戴部位",
  "佩戴起始日",
  "佩戴终止日",
  "Hp(10)(mSv)",
  "Hp(3)(mSv)",
  "Hp(0.07)(mSv)",
  "最低探测水平(mSv)",
  "结果类型",
  "报告编号",
  "签发日期",
  "统一社会信用代码",
];

/** Saves an empty sheet. It holds no example: whoever forgets to delete one would import it. */
export const saveTemplate = (name: string): void => save(name, csv([HEADERS]));
