// A demonstration lends the keys of its made-up people; anything else answers 404 at these addresses.
import { ref } from "vue";
import { getJson, getText } from "./asking";

/** One of the people of a demonstration. */
export interface Identity {
  role: string;
  account: string;
  org: string | null;
  area: string | null;
  name: string;
}

/** Whether this is a demonstration; null until it is known. */
export const demonstration = ref<boolean | null>(null);

/** Finds out once; what cannot be asked is no demonstration. */
export async function findDemonstration(): Promise<void> {
  if (demonstration.value !== null) return;
  demonstration.value = await getJson<Identity[]>("/demo/identities?first=0").then(
    () => true,
    () => false,
  );
}

/** The first people of a role, narrowed by area and by part of the name. */
export function people(asked: { role: string; area?: string; q?: string; first: number }): Promise<Identity[]> {
  const query = new URLSearchParams({ role: asked.role, first: String(asked.first) });
  if (asked.area) query.set("area", asked.area);
  if (asked.q) query.set("q", asked.q);
  return getJson(`/demo/identities?${query}`);
}

/** The private key of one of them, as PKCS#8 in PEM. It is worth nothing. */
export const lentKey = (account: string): Promise<string> => getText(`/demo/keys/${encodeURIComponent(account)}`);
