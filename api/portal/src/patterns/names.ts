// Names of records that a page mentions by their id: asked for once, and kept for this login. What the reader may not see, or
// what has no name, has none here; the page then shows its id.
import { reactive, watch } from "vue";
import { ask } from "@/app/client";
import { RecordLabelDocument } from "@/generated/api/graphql";
import { login } from "@/shared/session";

const names = reactive(new Map<string, string>());
const asked = new Set<string>();
watch(
  () => login.value?.account,
  () => {
    names.clear();
    asked.clear();
  },
);

async function read(key: string): Promise<void> {
  const whose = login.value?.account;
  const { data, failure } = await ask(RecordLabelDocument, { id: key });
  // Another try when the page is opened again; an answer to somebody else is nobody's.
  if (failure) asked.delete(key);
  const node = data?.node;
  if (!node || !("label" in node) || whose !== login.value?.account) return;
  const name = "members" in node ? node.members.name.masked : node.label;
  if (name) names.set(key, name);
}

/** The name of a record, once it is known; a worker's masked. */
export function nameOf(kind: string, id: string): string | undefined {
  const key = `${kind}/${id}`;
  if (!asked.has(key)) {
    asked.add(key);
    void read(key);
  }
  return names.get(key);
}
