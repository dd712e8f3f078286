// GetNodeConfig: what the calling node should have. It may wait until that differs from what the node has.
import { NodeState } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import type {
  GetNodeConfigRequest,
  GetNodeConfigResponse,
} from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { msOfDuration } from "../../core/duration.ts";
import { readNodeConfig } from "../../store/node_config.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { revealedAddress } from "../node-configs/node-address.ts";
import { findNode, ownNodeId, refuseInactive } from "../node-configs/node-rows.ts";
import { acquireWaitSlot } from "../runtime/parked-waits.ts";
import { topics } from "../runtime/wakeups.ts";
import { assembleConfig } from "../views/assemble-node.ts";
import { awaitChange } from "../waits/await-change.ts";

type Answer = Omit<GetNodeConfigResponse, "$typeName" | "$unknown">;

export async function getNodeConfig(
  engine: Engine,
  node: Caller,
  { version, state, wait }: Pick<GetNodeConfigRequest, "version" | "state" | "wait">,
  signal: AbortSignal,
): Promise<Answer> {
  const nodeId = ownNodeId(node);
  const waitMs = Math.min(wait ? msOfDuration(wait) : 0, engine.waitMaxMs);
  const leave = waitMs > 0 ? acquireWaitSlot(engine, node) : undefined;
  try {
    const wanted = { topic: topics.node(node.tenantId, nodeId), waitMs, signal };
    return await awaitChange(
      engine,
      wanted,
      () => look(engine, node.tenantId, nodeId, version),
      // Which of the states it is in that take jobs makes no difference to the node.
      (answer) => answer.config !== undefined || isDraining(answer.state) !== isDraining(state) || isUnknown(state),
    );
  } finally {
    leave?.();
  }
}

function isDraining(state: NodeState): boolean {
  return state === NodeState.DRAINING;
}

function isUnknown(state: NodeState): boolean {
  return state === NodeState.UNSPECIFIED;
}

async function look(engine: Engine, tenantId: string, nodeId: string, version: string): Promise<Answer> {
  return await read(engine.database, {}, async (tx) => {
    const row = await findNode(tx, tenantId, nodeId);
    refuseInactive(row);
    const state = row.state as NodeState;
    if (row.configVersion === version) return { state };
    const config = await readNodeConfig(tx, { tenantId, nodeId, number: row.configNumber });
    assert(config !== undefined, "the newest configuration of a node is kept");
    const told = assembleConfig(nodeId, config);
    const workerApi = revealedAddress(engine, tenantId, row);
    if (told.config && workerApi) told.config.workerApi = workerApi;
    return { state, config: told };
  });
}
