// How far the ledger is, as the shell last heard. Lists ask themselves whether they would show something else by now.
import { ref } from "vue";

/** Number of events; null before the first answer. */
export const newest = ref<string | null>(null);
