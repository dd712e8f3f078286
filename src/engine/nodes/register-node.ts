// RegisterNode: makes a node of a machine that has a pre-shared key, or gives a known one its next credential. One
// registration of a tenant at a time. Decision 0039.
import { fromBinary } from "@bufbuild/protobuf";
import { NodeConfigSchema, NodeState } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import {
  NodeService,
  type RegisterNodeRequest,
  type RegisterNodeResponse,
} from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { durationOfMs, timestampOfDate } from "../../core/duration.ts";
import { methodOptions } from "../../core/method-options.ts";
import { nodeRegistered } from "../../core/node-refusals.ts";
import {
  checkReport,
  countRegistration,
  enrollmentIdOf,
  nodePrincipal,
  registrationsPerMinuteMax,
  reportIntervalMs,
  sha256Of,
} from "../../core/nodes.ts";
import { uuidLeast } from "../../core/page-token.ts";
import { parsePrincipal } from "../../core/principal.ts";
import { invalidArgument, limitExceeded, notFound, orThrow, Refused, rateLimited } from "../../core/refusal.ts";
import { countNodes, lockNode, lockNodes, writeNode } from "../../store/node.sql.gen.ts";
import {
  type LockNodeEnrollmentRow,
  lockNodeEnrollment,
  writeNodeEnrollmentUse,
} from "../../store/node_enrollment.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import { type Administrator, recordAudit } from "../admin/audit.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { issueConfig } from "../node-configs/issue-config.ts";
import { noAddress } from "../node-configs/node-address.ts";
import { refuseInactive } from "../node-configs/node-rows.ts";
import type { NodeRow } from "../views/assemble-node.ts";
import { endCredentials, hasUsedCredential, keysOf, makeCredential } from "./node-credentials.ts";
import { keepReport } from "./report-node.ts";

type Answer = Omit<RegisterNodeResponse, "$typeName" | "$unknown">;

const { name: method } = methodOptions(NodeService.method.registerNode);

export async function registerNode(
  engine: Engine,
  enrolling: Caller & Administrator,
  request: RegisterNodeRequest,
): Promise<Answer> {
  const { nodeId, report: asked, requestId } = request;
  const { tenantId, limits } = enrolling;
  assert(asked !== undefined, "the contract requires the report");
  const { bytes: report } = orThrow(checkReport(asked, limits));
  return await transaction(engine.database, {}, async (tx) => {
    const enrollment = await takeEnrollment(tx, enrolling, nodeId);
    const { enrollmentId } = enrollment;
    await lockNodes(tx, { tenantId });
    const before = await lockNode(tx, { tenantId, nodeId });
    if (before) await refuseTaking(tx, before, enrollment);
    else await refuseTooMany(tx, enrolling);
    const isOwn = before?.enrollmentId === enrollmentId;
    if (!isOwn && enrollment.nodes >= enrollment.nodesMax) {
      const { nodesMax: bound, nodes } = enrollment;
      throw new Refused(limitExceeded({ limit: "enrollment_nodes_max", bound, value: nodes + 1 }));
    }
    await endCredentials(tx, before ? keysOf(before) : []);
    const credential = await makeCredential(engine, tx, tenantId, nodeId);
    const reportSha256 = sha256Of(report);
    const registration = { credential, enrollmentId, reportSha256, push: asked.push };
    const standing = registered(before ?? newNode(nodeId, tx.now), registration, tx.now);
    const row = before ? standing : await withFirstConfig(engine, tx, tenantId, standing, enrollment);
    await Promise.all([
      writeNode(tx, { tenantId, ...row }),
      keepReport(tx, tenantId, { nodeId, report, reportSha256 }),
      writeNodeEnrollmentUse(tx, { tenantId, ...enrollment, nodes: enrollment.nodes + (isOwn ? 0 : 1) }),
      recordAudit(engine, tx, enrolling, { method, tenantId, subject: nodeId, requestId, note: credential.keyId }),
    ]);
    const bootstrap = {
      $typeName: "asyncgate.v1.NodeBootstrap" as const,
      version: 1,
      issueTime: timestampOfDate(tx.now),
      nodeId,
      principal: parsePrincipal(nodePrincipal(nodeId)),
      credential,
      configVersion: row.configVersion,
      reportInterval: durationOfMs(reportIntervalMs),
    };
    return { existed: before !== undefined, bootstrap };
  });
}

type Enrollment = LockNodeEnrollmentRow;

/** With this registration counted in its minute; the caller writes it. */
async function takeEnrollment(tx: Transaction, caller: Caller, nodeId: string): Promise<Enrollment> {
  const { tenantId, principal, principalText } = caller;
  const enrollmentId = enrollmentIdOf(principalText);
  const enrollment = enrollmentId === undefined ? undefined : await lockNodeEnrollment(tx, { tenantId, enrollmentId });
  if (!enrollment || enrollment.revokeTime) throw new Refused(notFound("node_enrollment", principal.id));
  const { nodeIdPrefix } = enrollment;
  if (!nodeId.startsWith(nodeIdPrefix)) {
    const description = `must begin with "${nodeIdPrefix}", as the pre-shared key says`;
    throw new Refused(invalidArgument([{ field: "node_id", description, rule: "node.prefix" }]));
  }
  const counted = countRegistration(enrollment, tx.now);
  if ("minuteTime" in counted) return { ...enrollment, ...counted };
  const bound = registrationsPerMinuteMax;
  throw new Refused(
    rateLimited({ limit: "enrollment_registrations_per_minute", bound, value: bound + 1 }, counted.retryAfterMs),
  );
}

/** Machines with one key cannot take each other's place. */
async function refuseTaking(tx: Transaction, row: NodeRow, { mayReplace }: Enrollment): Promise<void> {
  refuseInactive(row);
  if (!mayReplace && (await hasUsedCredential(tx, row))) throw new Refused(nodeRegistered(row.nodeId));
}

async function refuseTooMany(tx: Transaction, { tenantId, limits }: Caller): Promise<void> {
  const bound = limits.nodes_max;
  const { nodes } = await countNodes(tx, { tenantId, most: bound });
  if (nodes >= bound) throw new Refused(limitExceeded({ limit: "nodes_max", bound, value: nodes + 1 }));
}

function newNode(nodeId: string, now: Date): NodeRow {
  return {
    nodeId,
    state: NodeState.REGISTERED,
    stateTime: null,
    stateReason: "",
    enrollmentId: uuidLeast,
    createTime: now,
    registerTime: now,
    keyId: null,
    formerKeyId: null,
    configNumber: 0,
    configVersion: uuidLeast,
    configOpen: false,
    appliedNumber: null,
    appliedVersion: null,
    ack: null,
    reportTime: null,
    reportSha256: null,
    ready: false,
    reasons: [],
    jobs: 0,
    effectiveHash: "",
    push: false,
    ...noAddress,
  };
}

type Registration = {
  readonly credential: { readonly keyId: string };
  readonly enrollmentId: string;
  readonly reportSha256: Uint8Array;
  readonly push: boolean;
};

/** What it has said of itself before was another process's. That an operator drains it stays. */
function registered(before: NodeRow, registration: Registration, now: Date): NodeRow {
  const { credential, enrollmentId, reportSha256, push } = registration;
  return {
    ...before,
    state: before.state === NodeState.DRAINING ? before.state : NodeState.REGISTERED,
    enrollmentId,
    registerTime: now,
    keyId: credential.keyId,
    formerKeyId: null,
    reportTime: null,
    reportSha256,
    ready: false,
    reasons: [],
    jobs: 0,
    effectiveHash: "",
    push,
  };
}

async function withFirstConfig(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  row: NodeRow,
  { config, createdBy: by }: Enrollment,
): Promise<NodeRow> {
  return (await issueConfig(engine, tx, tenantId, row, { config: fromBinary(NodeConfigSchema, config), by })).row;
}
