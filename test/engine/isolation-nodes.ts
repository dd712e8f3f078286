// The part of isolation.test.ts about nodes: both tenants use the same id, and only the first has such a node.
import { create } from "@bufbuild/protobuf";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import {
  ListNodeEnrollmentsRequestSchema,
  RevokeNodeEnrollmentRequestSchema,
} from "../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { scopesOf } from "../../src/core/roles.ts";
import type { Caller } from "../../src/engine/caller.ts";
import type { Operations } from "../../src/engine/index.ts";
import type { Scene } from "../helpers/ledger-scenario.ts";
import {
  ack,
  configsOf,
  configure,
  deactivate,
  drain,
  enroll,
  explain,
  getConfig,
  listNodes,
  registerAs,
  renew,
  report,
  reportOf,
  resume,
  reveal,
} from "../helpers/nodes.ts";
import { operating } from "../helpers/operate.ts";
import type { Ids, Probe } from "./isolation-sessions.ts";

const nodeId = "a-node-in-one";

/** A node of the first tenant, all of it marked; its enrollment and its configuration are among the ids. */
export async function registerMarkedNode(
  { operations, operator, worker }: Scene,
  canary: string,
): Promise<Pick<Ids, "enrollmentId" | "configVersion">> {
  const { enrollment } = await enroll({ operations, operator }, { label: canary });
  const { enrollmentId } = enrollment;
  await registerAs({ operations }, machineOf(worker, enrollmentId), nodeId, reportOf({ capabilities: [canary] }));
  const node = nodeOf(worker);
  const workerApi = { targetUrl: `https://node.example/${canary}` };
  const { version: configVersion } = await configure({ operations, operator }, nodeId, { config: { workerApi } });
  await report({ operations }, node, { reasons: [canary], ready: false });
  await ack({ operations }, node, configVersion, { effectiveHash: canary });
  return { enrollmentId, configVersion };
}

/** The worker's tenant, and the name that callers with a pre-shared key have. */
function machineOf(worker: Caller, enrollmentId: string): Caller {
  const id = `enrollment:${enrollmentId}`;
  return { ...worker, principal: { ...worker.principal, id }, principalText: `worker:${id}` };
}

/** The worker's tenant, and the name of the node. */
function nodeOf(worker: Caller): Caller {
  return { ...worker, principalText: `worker:node:${nodeId}`, scopes: scopesOf([Role.NODE]) };
}

export const nodeProbes = {
  // It may make none, so it is refused, unless those of another tenant count or are found.
  createNodeEnrollment: (operations, { all }) => [
    enroll({ operations, operator: { ...all, limits: { ...all.limits, node_enrollments_max: 0 } } }),
  ],
  listNodeEnrollments: (op, { all }) => [op.listNodeEnrollments(all, create(ListNodeEnrollmentsRequestSchema))],
  revokeNodeEnrollment: (op, { all }, { enrollmentId }) => [
    op.revokeNodeEnrollment(operating(all), create(RevokeNodeEnrollmentRequestSchema, { enrollmentId })),
  ],
  registerNode: (operations, { worker }, { enrollmentId }) => [
    registerAs({ operations }, machineOf(worker, enrollmentId), nodeId),
  ],
  renewNodeCredential: (operations, { worker }) => [renew({ operations }, nodeOf(worker))],
  updateNodeConfig: (operations, { all }) => [configure({ operations, operator: all }, nodeId)],
  revealNodeAddress: (operations, { all }) => [reveal({ operations, operator: all }, nodeId)],
  getNodeConfig: (operations, { worker }) => [getConfig({ operations }, nodeOf(worker))],
  ackNodeConfig: (operations, { worker }, { configVersion }) => [ack({ operations }, nodeOf(worker), configVersion)],
  listNodeConfigs: (operations, { all }) => [configsOf({ operations, operator: all }, nodeId)],
  reportNode: (operations, { worker }, { configVersion }) => [
    report({ operations }, nodeOf(worker)),
    report({ operations }, nodeOf(worker), { configVersion }),
  ],
  listNodes: (operations, { all }) => [listNodes({ operations, operator: all })],
  getNode: (op, { all }) => [op.getNode(all, { nodeId })],
  explainNode: (operations, { all }) => [explain({ operations, operator: all }, nodeId)],
  drainNode: (operations, { all }) => [drain({ operations, operator: all }, nodeId)],
  resumeNode: (operations, { all }) => [resume({ operations, operator: all }, nodeId)],
  deactivateNode: (operations, { all }) => [deactivate({ operations, operator: all }, nodeId)],
} satisfies Partial<Record<keyof Operations, Probe>>;
