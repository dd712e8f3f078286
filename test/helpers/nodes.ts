// One line for each step of a node and of its operator, for tests by scenario.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { NodeConfigStatus, type NodeReport, NodeReportSchema } from "../../gen/typescript/asyncgate/v1/node_pb.ts";
import {
  AckNodeConfigRequestSchema,
  CreateNodeEnrollmentRequestSchema,
  DeactivateNodeRequestSchema,
  DrainNodeRequestSchema,
  GetNodeConfigRequestSchema,
  ListNodeConfigsRequestSchema,
  ListNodesRequestSchema,
  RegisterNodeRequestSchema,
  RenewNodeCredentialRequestSchema,
  ReportNodeRequestSchema,
  ResumeNodeRequestSchema,
  RevealNodeAddressRequestSchema,
  UpdateNodeConfigRequestSchema,
} from "../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import type { Caller } from "../../src/engine/caller.ts";
import type { Operations } from "../../src/engine/index.ts";
import { operating } from "./operate.ts";
import type { Scenario } from "./scenario.ts";

type Scene = Pick<Scenario, "operations" | "operator" | "tenant">;
type Operating = { readonly operations: Operations; readonly operator: Caller };
type Init<Schema extends Parameters<typeof create>[0]> = Omit<MessageInitShape<Schema>, "$typeName" | "$unknown">;

export const { APPLIED, FAILED, ROLLED_BACK } = NodeConfigStatus;

export function reportOf(fields: Init<typeof NodeReportSchema> = {}): NodeReport {
  return create(NodeReportSchema, { version: 1, platform: "linux", slots: 2, ...fields });
}

export function enroll({ operations, operator }: Operating, init: Init<typeof CreateNodeEnrollmentRequestSchema> = {}) {
  return operations.createNodeEnrollment(
    operating(operator),
    create(CreateNodeEnrollmentRequestSchema, { nodesMax: 100, ...init }),
  );
}

/** A machine with a pre-shared key. */
export function machineOf({ tenant }: Scene, enrollmentId: string): Caller {
  return tenant.caller("worker", `enrollment:${enrollmentId}`, [Role.NODE_ENROLLMENT]);
}

export function registerAs(
  { operations }: Pick<Scene, "operations">,
  machine: Caller,
  nodeId: string,
  report = reportOf(),
) {
  return operations.registerNode(operating(machine), create(RegisterNodeRequestSchema, { nodeId, report }));
}

export type TestNode = Caller & { readonly nodeId: string; readonly configVersion: string };

/** A node as it is after RegisterNode. */
export async function registered(s: Scene, nodeId = "node-1", init: Parameters<typeof enroll>[1] = {}) {
  const { enrollment } = await enroll(s, init);
  const { bootstrap } = await registerAs(s, machineOf(s, enrollment.enrollmentId), nodeId);
  return nodeAs(s, nodeId, bootstrap?.credential?.keyId ?? "", bootstrap?.configVersion ?? "");
}

export function nodeAs({ tenant }: Pick<Scene, "tenant">, nodeId: string, keyId: string, configVersion = ""): TestNode {
  return { ...tenant.caller("worker", `node:${nodeId}`, [Role.NODE]), keyId, nodeId, configVersion };
}

export function report(
  { operations }: Pick<Scene, "operations">,
  node: Caller,
  init: Init<typeof ReportNodeRequestSchema> = {},
) {
  return operations.reportNode(node, create(ReportNodeRequestSchema, { report: reportOf(), ready: true, ...init }));
}

export function ack(
  { operations }: Pick<Scene, "operations">,
  node: Caller,
  version: string,
  init: Init<typeof AckNodeConfigRequestSchema> = {},
) {
  return operations.ackNodeConfig(node, create(AckNodeConfigRequestSchema, { version, status: APPLIED, ...init }));
}

export function configure(
  { operations, operator }: Operating,
  nodeId: string,
  init: Init<typeof UpdateNodeConfigRequestSchema> = {},
) {
  const request = create(UpdateNodeConfigRequestSchema, { nodeId, config: {}, ...init });
  return operations.updateNodeConfig(operating(operator), request);
}

export function getConfig(
  { operations }: Pick<Scene, "operations">,
  node: Caller,
  init: Init<typeof GetNodeConfigRequestSchema> = {},
  signal = new AbortController().signal,
) {
  return operations.getNodeConfig(node, create(GetNodeConfigRequestSchema, init), signal);
}

export function reveal({ operations, operator }: Operating, nodeId: string) {
  return operations.revealNodeAddress(operating(operator), create(RevealNodeAddressRequestSchema, { nodeId }));
}

export function renew({ operations }: Pick<Scene, "operations">, node: Caller) {
  return operations.renewNodeCredential(operating(node), create(RenewNodeCredentialRequestSchema));
}

type Named = { readonly reason?: string; readonly requestId?: string };

export function drain({ operations, operator }: Operating, nodeId: string, more: Named = {}) {
  return operations.drainNode(operating(operator), create(DrainNodeRequestSchema, { nodeId, ...more }));
}

export function resume({ operations, operator }: Operating, nodeId: string, more: Named = {}) {
  return operations.resumeNode(operating(operator), create(ResumeNodeRequestSchema, { nodeId, ...more }));
}

export function deactivate({ operations, operator }: Operating, nodeId: string, more: Named = {}) {
  return operations.deactivateNode(operating(operator), create(DeactivateNodeRequestSchema, { nodeId, ...more }));
}

export async function explain({ operations, operator }: Operating, nodeId: string) {
  return await operations.explainNode(operator, { nodeId });
}

export function listNodes({ operations, operator }: Operating, init: Init<typeof ListNodesRequestSchema> = {}) {
  return operations.listNodes(operator, create(ListNodesRequestSchema, init));
}

export async function configsOf({ operations, operator }: Operating, nodeId: string, pageSize = 0, pageToken = "") {
  const request = create(ListNodeConfigsRequestSchema, { nodeId, pageSize, pageToken });
  return await operations.listNodeConfigs(operator, request);
}
