// The rules of CreateApiKey: which principal a key may stand for, and until when.
import type { CreateApiKeyRequest } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { dateOfTimestamp } from "./duration.ts";
import { type FieldViolation, invalidArgument, type Refusal } from "./refusal.ts";

/** The kinds of principals that a credential may stand for. The service and the operator's machinery use none. */
export const kindsOfCredentials: ReadonlySet<PrincipalKind> = new Set([
  PrincipalKind.AGENT,
  PrincipalKind.WORKER,
  PrincipalKind.HUMAN,
]);

export function checkCreateApiKey(
  { principal, expireTime }: Pick<CreateApiKeyRequest, "principal" | "expireTime">,
  now: Date,
): Refusal | undefined {
  const violations: FieldViolation[] = [];
  if (!principal || !kindsOfCredentials.has(principal.kind)) {
    const description = "must be agent, worker or human: the other kinds are not to be had by a credential";
    violations.push({ field: "principal.kind", description, rule: "key.kind" });
  }
  if (expireTime && dateOfTimestamp(expireTime) <= now) {
    violations.push({ field: "expire_time", description: "must be in the future", rule: "key.expire_time" });
  }
  return violations.length > 0 ? invalidArgument(violations) : undefined;
}
