// Where a dispatcher gives jobs to a node, and the bearer that it needs there, as rules.
import type { NodeWorkerApi } from "../../gen/typescript/asyncgate/v1/node_pb.ts";
import { isAllowedHost } from "./allowed-hosts.ts";
import { addMs, dateOfTimestamp } from "./duration.ts";
import { type FieldViolation, invalidArgument, type Refusal, unsupported } from "./refusal.ts";

/** As the contract says. */
const dayMs = 86_400_000;
export const bearerMsDefault = 30 * dayMs;
export const bearerMsMax = 366 * dayMs;
export const bearerRandomBytes = 32;

/** Known to the log's redaction, should one ever get there. */
export function makeBearer(random: Uint8Array): string {
  return `agn1_${Buffer.from(random).toString("base64url")}`;
}

/** What a sealed bearer is bound to. */
export function bearerPlace(tenantId: string, nodeId: string): string {
  return `node bearer ${tenantId} ${nodeId}`;
}

/** What is wrong with an address that no rule on one field can say. `hosts`: those of the server's setting. */
export function checkWorkerApi(api: NodeWorkerApi, hosts: readonly string[], now: Date): Refusal | undefined {
  const violations: FieldViolation[] = [];
  const say = (field: string, description: string, rule: string) =>
    void violations.push({ field: `config.worker_api.${field}`, description, rule: `node_config.${rule}` });
  const { targetUrl, bearer, expireTime } = api;
  if (targetUrl === "") {
    if (bearer !== "" || expireTime) say("target_url", "must not be empty beside a bearer", "address");
    return violations.length > 0 ? invalidArgument(violations) : undefined;
  }
  const url = URL.canParse(targetUrl) ? new URL(targetUrl) : undefined;
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  const isPlain = url?.username === "" && url.password === "" && !/[?#]/.test(targetUrl);
  if (!url || !isWeb || !isPlain) {
    say("target_url", "must be an http or https URL without user, query and fragment", "url");
  } else if (!isAllowedHost(url, hosts)) {
    say("target_url", "has a host that the server's setting node-push-hosts does not name", "host");
  }
  const endMs = expireTime ? dateOfTimestamp(expireTime).getTime() : undefined;
  if (endMs !== undefined && endMs <= now.getTime()) say("expire_time", "must be later than now", "expire_time");
  if (endMs !== undefined && endMs > addMs(now, bearerMsMax).getTime()) {
    say("expire_time", "must be within a year", "expire_time");
  }
  return violations.length > 0 ? invalidArgument(violations) : undefined;
}

export function noSealingKey(): Refusal {
  return unsupported("This server has no key to seal a bearer with: its operator sets sealing-keys-file.");
}

export function sealedWithAnother(keyId: string): Refusal {
  return unsupported(
    `The bearer is sealed with the key ${keyId}, which is not in this server's sealing-keys-file: UpdateNodeConfig ` +
      "with a worker_api makes another one.",
  );
}
