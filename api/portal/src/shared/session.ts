// Who is logged in. The token opens reading only: whoever held it could read what this person may read until it ends, and
// could sign nothing. It lives as long as the tab.
import { computed, reactive } from "vue";

/** A login, as `POST /session` answered it. */
export interface Login {
  token: string;
  account: string;
  key: string;
  roles: string[];
  /** Instant. */
  expiresAt: string;
  /** True for a person of the demonstration, whose key the service hands out. */
  demonstration: boolean;
  /** What the shell calls the person; chosen at the login, never a name from the ledger. */
  label: string;
}

const KEPT = "radledger.login";

function kept(): Login | null {
  const text = sessionStorage.getItem(KEPT);
  if (!text) return null;
  const login = JSON.parse(text) as Login;
  return Date.parse(login.expiresAt) > Date.now() ? login : null;
}

const state = reactive<{ login: Login | null }>({ login: kept() });

/** The login of this tab; null for a visitor. */
export const login = computed(() => state.login);

/** Keeps a login for this tab, or forgets it. */
export function keep(to: Login | null): void {
  state.login = to;
  if (to) sessionStorage.setItem(KEPT, JSON.stringify(to));
  else sessionStorage.removeItem(KEPT);
}

/** Ends the login here and at the service. */
export async function logout(): Promise<void> {
  const token = state.login?.token;
  keep(null);
  if (token) await fetch("/session", { method: "DELETE", headers: { authorization: `Bearer ${token}` } }).catch(() => undefined);
}

/** Whether the person may act in one of these roles. */
export const acts = (...roles: string[]): boolean => roles.some((role) => state.login?.roles.includes(role));
