// A client's roll-outs: one configuration for many nodes, a few of them first.
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { NodeConfigSchema } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import type {
  NodeRollout,
  NodeRolloutNode,
  NodeRolloutNodeStatus,
  NodeRolloutPlanSchema,
  NodeSelectorSchema,
} from "../../../gen/typescript/asyncgate/v1/node_rollout_pb.ts";
import { type CallOptions, type Calls, withRequestId } from "./client-calls.ts";
import { pages } from "./client-lists.ts";
import { durationOf } from "./durations.ts";

export type RolloutInit = {
  /** `{ nodeIds }`, `{ nodeIdPrefix }` or `{ all: true }`. */
  readonly nodes: MessageInitShape<typeof NodeSelectorSchema>;
  readonly config: MessageInitShape<typeof NodeConfigSchema>;
  /** If absent, one canary, then ten at once, and a pause when one fails. */
  readonly plan?: Omit<MessageInitShape<typeof NodeRolloutPlanSchema>, "$typeName" | "answerTimeout">;
  /** How long a node may take to answer. If absent, 5 minutes. */
  readonly answerTimeoutMs?: number;
  readonly reason?: string;
};

export type Rollouts = {
  /** The canaries are issued the configuration at once, the others as nodes answer. */
  start(init: RolloutInit, options?: CallOptions): Promise<NodeRollout>;
  get(rolloutId: string, options?: CallOptions): Promise<NodeRollout>;
  /** The newest first. */
  list(filter?: { readonly live?: boolean }, options?: CallOptions): AsyncGenerator<NodeRollout>;
  /** Its nodes in their order, or those of one status. */
  nodes(rolloutId: string, status?: NodeRolloutNodeStatus, options?: CallOptions): AsyncGenerator<NodeRolloutNode>;
  pause(rolloutId: string, reason?: string, options?: CallOptions): Promise<NodeRollout>;
  /** Nodes that have failed are issued the configuration again, or passed by with `skipFailed`. */
  resume(
    rolloutId: string,
    init?: { readonly skipFailed?: boolean; readonly reason?: string },
    options?: CallOptions,
  ): Promise<NodeRollout>;
  /** Nodes that were issued the configuration get the one that they had before. */
  rollBack(rolloutId: string, reason?: string, options?: CallOptions): Promise<NodeRollout>;
  /** Ends it as it is. */
  cancel(rolloutId: string, reason?: string, options?: CallOptions): Promise<NodeRollout>;
};

export function rolloutsOf({ stubs, call }: Calls): Rollouts {
  const { nodes: stub } = stubs;
  type Bounds = Parameters<Parameters<typeof call>[1]>[0];
  type Answer = { readonly rollout?: NodeRollout | undefined };
  /** Each is sent under a request id, so that it may be repeated. */
  const send = async (options: CallOptions, asks: (requestId: string, bounds: Bounds) => Promise<Answer>) => {
    const keyed = withRequestId(options);
    return present((await call(keyed, (bounds) => asks(keyed.requestId, bounds))).rollout);
  };
  const change =
    (method: "pauseNodeRollout" | "rollBackNodeRollout" | "cancelNodeRollout") =>
    (rolloutId: string, reason = "", options: CallOptions = {}) =>
      send(options, (requestId, bounds) => stub[method]({ rolloutId, reason, requestId }, bounds));
  return {
    start({ answerTimeoutMs, plan, ...init }, options = {}) {
      const timed = { ...plan, ...(answerTimeoutMs !== undefined && { answerTimeout: durationOf(answerTimeoutMs) }) };
      return send(options, (requestId, bounds) => stub.startNodeRollout({ ...init, plan: timed, requestId }, bounds));
    },
    async get(rolloutId, options = {}) {
      return present((await call(options, (bounds) => stub.getNodeRollout({ rolloutId }, bounds))).rollout);
    },
    list: ({ live = false } = {}, options = {}) =>
      pages(async (pageToken) => {
        const page = await call(options, (bounds) => stub.listNodeRollouts({ live, pageToken }, bounds));
        return { items: page.rollouts, next: page.nextPageToken };
      }),
    nodes: (rolloutId, status = 0, options = {}) =>
      pages(async (pageToken) => {
        const asked = { rolloutId, status, pageToken };
        const page = await call(options, (bounds) => stub.listNodeRolloutNodes(asked, bounds));
        return { items: page.nodes, next: page.nextPageToken };
      }),
    pause: change("pauseNodeRollout"),
    resume: (rolloutId, init = {}, options = {}) =>
      send(options, (requestId, bounds) => stub.resumeNodeRollout({ ...init, rolloutId, requestId }, bounds)),
    rollBack: change("rollBackNodeRollout"),
    cancel: change("cancelNodeRollout"),
  };
}

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("the server's answer is not complete");
  return value;
}
