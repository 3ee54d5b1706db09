import { describe, expect, it } from "vitest";
import { grantFor, grantsOf, type Grant } from "@/sign/capacity";

const grant = (recordId: string, account: string, role: string, state = "IN_EFFECT"): Grant => ({
  recordId,
  state,
  org: null,
  area: null,
  members: { account, role: { code: role, zh: role, en: role }, until: null },
});
const grants = [
  grant("g1", "other", "C_SUP"),
  grant("g2", "me", "C_SUP", "ENDED"),
  grant("g3", "me", "C_SUP"),
  grant("g4", "me", "C_APPR"),
];

describe("grant to rely on", () => {
  it("is one's own and in effect", () => expect(grantsOf(grants, "me").map(({ recordId }) => recordId)).toEqual(["g3", "g4"]));
  it("is that of the role that is asked for", () => expect(grantFor(grants, "me", "C_APPR")).toBe("g4"));
  it("is left to the node among several, since it knows the policy", () => expect(grantFor(grants, "me")).toBeUndefined());
  it("is the only one where there is no choice", () => expect(grantFor(grants.slice(0, 3), "me")).toBe("g3"));
  it("is none of a role that one does not hold", () => expect(grantFor(grants, "me", "T_ADMIN")).toBeUndefined());
});
