// In which capacity somebody signs: the grant that he relies on (wire format §8).
export interface Grant {
  recordId: string;
  state: string;
  org: string | null;
  area: string | null;
  members: { account: string; role: { code: string; zh: string; en: string }; until: string | null };
}

/** The grants of an account that are in effect. */
export const grantsOf = (grants: readonly Grant[], account: string): Grant[] =>
  grants.filter((grant) => grant.members.account === account && grant.state === "IN_EFFECT");

/**
 * The grant to name in a wish. The node knows the policy and chooses among them all when none is named; so one is named
 * only where the screen or the person asks for a role, or where there is no choice.
 */
export function grantFor(grants: readonly Grant[], account: string, role?: string): string | undefined {
  const own = grantsOf(grants, account);
  if (role) return own.find((grant) => grant.members.role.code === role)?.recordId;
  return own.length === 1 ? own[0]?.recordId : undefined;
}
