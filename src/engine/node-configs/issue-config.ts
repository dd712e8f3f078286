// Issues a configuration to a node: a version that never changes, and a receipt that obliges the node to answer. Under
// the lock of the node.
import { type NodeConfig, NodeConfigSchema, type NodeWorkerApi } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { addMs } from "../../core/duration.ts";
import { configVersionsKept, nodePrincipal, sha256Of } from "../../core/nodes.ts";
import {
  deleteNodeConfigAcks,
  deleteNodeConfigs,
  insertNodeConfig,
  type ListNodeConfigsRow,
} from "../../store/node_config.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { encode } from "../../wire/encode.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { topics } from "../runtime/wakeups.ts";
import type { NodeRow } from "../views/assemble-node.ts";
import { addressOf, shownAddress } from "./node-address.ts";
import { closeObligation, openObligation, recordNodeReceipt } from "./node-receipts.ts";

export type Issued = { readonly row: NodeRow; readonly config: ListNodeConfigsRow };

type Issue = {
  readonly config: NodeConfig;
  readonly by: string;
  /** The roll-out that it is part of. */
  readonly rolloutId?: string;
};

/** The caller writes the row that is returned. */
export async function issueConfig(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  before: NodeRow,
  { config, by, rolloutId = "" }: Issue,
): Promise<Issued> {
  const { nodeId } = before;
  const principal = nodePrincipal(nodeId);
  const number = before.configNumber + 1;
  const address = addressOf(engine, tenantId, before, config, tx.now);
  const bytes = encode(NodeConfigSchema, withAddress(config, shownAddress(address)));
  const version = nextVersion(engine, before.configVersion, tx.now);
  const issued = {
    number,
    version,
    config: bytes,
    configSha256: sha256Of(bytes),
    issuedBy: by,
    createTime: tx.now,
  };
  const untilNumber = number - configVersionsKept;
  await Promise.all([
    insertNodeConfig(tx, { tenantId, nodeId, ...issued }),
    untilNumber > 0 && deleteNodeConfigs(tx, { tenantId, nodeId, untilNumber }),
    untilNumber > 0 && deleteNodeConfigAcks(tx, { tenantId, nodeId, untilNumber }),
    before.configOpen && closeObligation(engine, tx, tenantId, principal, before.configVersion),
    openObligation(tx, tenantId, principal, version),
    recordNodeReceipt(engine, tx, tenantId, {
      receiptId: version,
      from: by,
      to: principal,
      parents: before.configOpen ? [before.configVersion] : [],
      body: {
        case: "nodeConfigIssued",
        value: {
          $typeName: "asyncgate.v1.NodeConfigIssued",
          nodeId,
          number: BigInt(number),
          configDigest: issued.configSha256,
          rolloutId,
        },
      },
    }),
  ]);
  tx.afterCommit(() => engine.wakeups.wake(topics.node(tenantId, nodeId)));
  const row = { ...before, ...address, configNumber: number, configVersion: version, configOpen: true };
  return { row, config: issued };
}

/** The one in force, without its bearer: no configuration is stored with one. */
function withAddress({ workerApi: _asked, ...config }: NodeConfig, workerApi: NodeWorkerApi | undefined): NodeConfig {
  return { ...config, ...(workerApi && { workerApi }) };
}

const msDigits = 12;

/** Versions of a node grow as text, also where the server that has issued the last one was ahead of this one. */
function nextVersion(engine: Engine, before: string, now: Date): string {
  const version = decisionContext(engine, now).newId();
  if (version > before) return version;
  const beforeMs = Number.parseInt(before.replaceAll("-", "").slice(0, msDigits), 16);
  return decisionContext(engine, addMs(new Date(beforeMs), 1)).newId();
}
