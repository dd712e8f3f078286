// NodeService, for nodes and for operators of nodes: one engine call a method.
import type { ServiceImpl } from "@connectrpc/connect";
import type { NodeService } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import type { Operations } from "../../engine/index.ts";
import { callerOf } from "../call/call.ts";
import type { ServiceContext } from "../server.ts";
import { adminOf } from "./admin-service.ts";
import { waitSignal } from "./answers.ts";

export function nodeService(engine: Operations, server: ServiceContext) {
  return {
    createNodeEnrollment: (request, context) => engine.createNodeEnrollment(adminOf(context), request),
    listNodeEnrollments: (request, context) => engine.listNodeEnrollments(callerOf(context), request),
    revokeNodeEnrollment: async (request, context) => ({
      enrollment: await engine.revokeNodeEnrollment(adminOf(context), request),
    }),
    registerNode: (request, context) => engine.registerNode(adminOf(context), request),
    renewNodeCredential: async (request, context) => ({
      credential: await engine.renewNodeCredential(adminOf(context), request),
    }),
    updateNodeConfig: async (request, context) => ({
      config: await engine.updateNodeConfig(adminOf(context), request),
    }),
    getNodeConfig: (request, context) => engine.getNodeConfig(callerOf(context), request, waitSignal(context, server)),
    ackNodeConfig: (request, context) => engine.ackNodeConfig(callerOf(context), request),
    revealNodeAddress: (request, context) => engine.revealNodeAddress(adminOf(context), request),
    listNodeConfigs: (request, context) => engine.listNodeConfigs(callerOf(context), request),
    reportNode: (request, context) => engine.reportNode(callerOf(context), request),
    listNodes: (request, context) => engine.listNodes(callerOf(context), request),
    getNode: (request, context) => engine.getNode(callerOf(context), request),
    explainNode: (request, context) => engine.explainNode(callerOf(context), request),
    drainNode: async (request, context) => ({ node: await engine.drainNode(adminOf(context), request) }),
    resumeNode: async (request, context) => ({ node: await engine.resumeNode(adminOf(context), request) }),
    deactivateNode: async (request, context) => ({ node: await engine.deactivateNode(adminOf(context), request) }),
    startNodeRollout: async (request, context) => ({
      rollout: await engine.startNodeRollout(adminOf(context), request),
    }),
    getNodeRollout: async (request, context) => ({ rollout: await engine.getNodeRollout(callerOf(context), request) }),
    listNodeRollouts: (request, context) => engine.listNodeRollouts(callerOf(context), request),
    listNodeRolloutNodes: (request, context) => engine.listNodeRolloutNodes(callerOf(context), request),
    pauseNodeRollout: async (request, context) => ({
      rollout: await engine.pauseNodeRollout(adminOf(context), request),
    }),
    resumeNodeRollout: async (request, context) => ({
      rollout: await engine.resumeNodeRollout(adminOf(context), request),
    }),
    rollBackNodeRollout: async (request, context) => ({
      rollout: await engine.rollBackNodeRollout(adminOf(context), request),
    }),
    cancelNodeRollout: async (request, context) => ({
      rollout: await engine.cancelNodeRollout(adminOf(context), request),
    }),
  } satisfies ServiceImpl<typeof NodeService>;
}
