// A client's nodes, for operators: the machines that run jobs, what they are configured to, and the keys with which
// they register. A node itself calls `stubs.nodes`.
import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  Node,
  NodeConfigSchema,
  NodeConfigVersion,
  NodeEnrollment,
  NodeReport,
  NodeState,
} from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import type { ExplainNodeResponse } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { type CallOptions, type Calls, withRequestId } from "./client-calls.ts";
import { pages } from "./client-lists.ts";
import { type Rollouts, rolloutsOf } from "./client-node-rollouts.ts";
import { durationOf } from "./durations.ts";

/** As in the contract's NodeConfig. */
export type NodeConfigInit = MessageInitShape<typeof NodeConfigSchema>;

export type EnrollmentInit = {
  readonly label?: string;
  /** How the ids of nodes that it registers must begin. */
  readonly nodeIdPrefix?: string;
  /** If absent, 1. */
  readonly nodesMax?: number;
  readonly mayReplace?: boolean;
  /** What each node gets when it is registered first. */
  readonly config?: NodeConfigInit;
  /** If absent, a day. */
  readonly ttlMs?: number;
};

export type Nodes = {
  /** Makes a pre-shared key. It is in this one answer: a repeated call is refused. */
  enroll(
    init?: EnrollmentInit,
    options?: CallOptions,
  ): Promise<{ readonly enrollment: NodeEnrollment; readonly key: string }>;
  enrollments(options?: CallOptions): AsyncGenerator<NodeEnrollment>;
  revokeEnrollment(enrollmentId: string, reason?: string, options?: CallOptions): Promise<NodeEnrollment>;
  /** All nodes by id, or those in one of the states. */
  list(states?: readonly NodeState[], options?: CallOptions): AsyncGenerator<Node>;
  get(
    nodeId: string,
    options?: CallOptions,
  ): Promise<{ readonly node: Node; readonly report?: NodeReport | undefined }>;
  /** What keeps a node from being given work. */
  explain(nodeId: string, options?: CallOptions): Promise<ExplainNodeResponse>;
  /** Issues a configuration, which the node owes an answer to. */
  configure(nodeId: string, config: NodeConfigInit, options?: CallOptions): Promise<NodeConfigVersion>;
  /** What was issued to a node, newest first, with its answers. */
  configs(nodeId: string, options?: CallOptions): AsyncGenerator<NodeConfigVersion>;
  /** One configuration for many nodes, a few first. */
  readonly rollouts: Rollouts;
  /** It ends the jobs that it has, and takes no more. */
  drain(nodeId: string, reason?: string, options?: CallOptions): Promise<Node>;
  resume(nodeId: string, reason?: string, options?: CallOptions): Promise<Node>;
  /** Takes a node out of service: its credentials end. */
  deactivate(nodeId: string, reason?: string, options?: CallOptions): Promise<Node>;
};

type Bounds = Parameters<Parameters<Calls["call"]>[1]>[0];

export function nodesOf(calls: Calls): Nodes {
  const { stubs, call } = calls;
  const { nodes: stub } = stubs;
  return {
    ...changesOf(calls),
    rollouts: rolloutsOf(calls),
    enrollments: (options = {}) =>
      pages(async (pageToken) => {
        const page = await call(options, (bounds) => stub.listNodeEnrollments({ pageToken }, bounds));
        return { items: page.enrollments, next: page.nextPageToken };
      }),
    list: (states = [], options = {}) =>
      pages(async (pageToken) => {
        const page = await call(options, (bounds) => stub.listNodes({ states: [...states], pageToken }, bounds));
        return { items: page.nodes, next: page.nextPageToken };
      }),
    async get(nodeId, options = {}) {
      const { node, report } = await call(options, (bounds) => stub.getNode({ nodeId }, bounds));
      return { node: present(node), report };
    },
    explain: (nodeId, options = {}) => call(options, (bounds) => stub.explainNode({ nodeId }, bounds)),
    configs: (nodeId, options = {}) =>
      pages(async (pageToken) => {
        const page = await call(options, (bounds) => stub.listNodeConfigs({ nodeId, pageToken }, bounds));
        return { items: page.configs, next: page.nextPageToken };
      }),
  };
}

type Changes = Pick<Nodes, "enroll" | "revokeEnrollment" | "configure" | "drain" | "resume" | "deactivate">;

function changesOf({ stubs, call }: Calls): Changes {
  const { nodes: stub } = stubs;
  /** Each is sent under a request id, so that it may be repeated. */
  const send = async <Answer>(options: CallOptions, asks: (requestId: string, bounds: Bounds) => Promise<Answer>) => {
    const keyed = withRequestId(options);
    return await call(keyed, (bounds) => asks(keyed.requestId, bounds));
  };
  const change =
    (method: "drainNode" | "resumeNode" | "deactivateNode") =>
    async (nodeId: string, reason = "", options: CallOptions = {}) =>
      present(
        await send(options, async (requestId, bounds) => {
          const { node } = await stub[method]({ nodeId, reason, requestId }, bounds);
          return node;
        }),
      );
  return {
    async enroll({ ttlMs, config, ...init } = {}, options = {}) {
      const asked = { ...init, ...(config && { config }), ...(ttlMs !== undefined && { ttl: durationOf(ttlMs) }) };
      const { enrollment, key } = await send(options, (requestId, bounds) =>
        stub.createNodeEnrollment({ ...asked, requestId }, bounds),
      );
      return { enrollment: present(enrollment), key };
    },
    async revokeEnrollment(enrollmentId, reason = "", options = {}) {
      const answer = await send(options, (requestId, bounds) =>
        stub.revokeNodeEnrollment({ enrollmentId, reason, requestId }, bounds),
      );
      return present(answer.enrollment);
    },
    async configure(nodeId, config, options = {}) {
      const answer = await send(options, (requestId, bounds) =>
        stub.updateNodeConfig({ nodeId, config, requestId }, bounds),
      );
      return present(answer.config);
    },
    drain: change("drainNode"),
    resume: change("resumeNode"),
    deactivate: change("deactivateNode"),
  };
}

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("the server's answer is not complete");
  return value;
}
