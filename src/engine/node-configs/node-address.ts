// The address of a node and its bearer, as its row has them: the bearer sealed, and nowhere else.
import type { NodeConfig, NodeWorkerApi } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { assert } from "../../core/assert.ts";
import { addMs, dateOfTimestamp, timestampOfDate } from "../../core/duration.ts";
import {
  bearerMsDefault,
  bearerPlace,
  bearerRandomBytes,
  checkWorkerApi,
  makeBearer,
  noSealingKey,
  sealedWithAnother,
} from "../../core/node-address.ts";
import { Refused, throwIfRefused } from "../../core/refusal.ts";
import { keyIdOf, nonceBytes, openSecret, sealSecret } from "../../core/sealed-secret.ts";
import type { Engine } from "../engine.ts";
import type { NodeRow } from "../views/assemble-node.ts";

export type Address = Pick<NodeRow, "targetUrl" | "bearerSealed" | "bearerExpireTime">;

export const noAddress: Address = { targetUrl: "", bearerSealed: null, bearerExpireTime: null };

/** What the row has from now on. Without a `worker_api`, what it has. */
export function addressOf(
  engine: Engine,
  tenantId: string,
  row: NodeRow,
  { workerApi }: NodeConfig,
  now: Date,
): Address {
  if (!workerApi) return row;
  throwIfRefused(checkWorkerApi(workerApi, engine.nodePushHosts, now));
  const { targetUrl, expireTime } = workerApi;
  if (targetUrl === "") return noAddress;
  const [key] = engine.sealingKeys;
  if (!key) throw new Refused(noSealingKey());
  const bearer = workerApi.bearer || makeBearer(engine.secureBytes(bearerRandomBytes));
  const place = bearerPlace(tenantId, row.nodeId);
  return {
    targetUrl,
    bearerSealed: sealSecret(key, engine.secureBytes(nonceBytes), place, bearer),
    bearerExpireTime: expireTime ? dateOfTimestamp(expireTime) : addMs(now, bearerMsDefault),
  };
}

/** As the configuration says it to all that may read it: without the bearer. */
export function shownAddress({ targetUrl, bearerExpireTime }: Address): NodeWorkerApi | undefined {
  if (bearerExpireTime === null) return undefined;
  const expireTime = timestampOfDate(bearerExpireTime);
  return { $typeName: "asyncgate.v1.NodeWorkerApi", targetUrl, bearer: "", expireTime };
}

/** With the bearer: for the node itself, and for a dispatcher. Undefined if the node has no address. */
export function revealedAddress(engine: Engine, tenantId: string, row: NodeRow): NodeWorkerApi | undefined {
  const shown = shownAddress(row);
  if (!shown) return undefined;
  assert(row.bearerSealed !== null, "an address has a bearer");
  const bearer = openSecret(engine.sealingKeys, bearerPlace(tenantId, row.nodeId), row.bearerSealed);
  if (bearer === undefined) throw new Refused(sealedWithAnother(keyIdOf(row.bearerSealed)));
  return { ...shown, bearer };
}
