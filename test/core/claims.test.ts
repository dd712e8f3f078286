// Principals that the claims of a token name: each stands for one principal, and for no other.
import { expect, test } from "vitest";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { mapClaims } from "../../src/core/claims.ts";

const rules = {
  tenant: { name: "acme" },
  principalKind: PrincipalKind.HUMAN,
  principalClaim: "sub",
  roles: [Role.TASKER],
};

test("a name that no text can hold names no principal, because two such names would be stored as one", () => {
  for (const sub of ["\ud800", "ada\udfff", "a\0b", "é".repeat(128)]) {
    expect(mapClaims(rules, { sub })).toBe("the principal's name cannot be one");
  }
  for (const sub of ["ada", "\u{1f600}", "é".repeat(127)]) {
    expect(mapClaims(rules, { sub })).toMatchObject({ principal: { kind: PrincipalKind.HUMAN, id: sub } });
  }
});
