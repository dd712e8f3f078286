// A node's own address, as a dispatcher calls it: with the node's bearer, at the network address that was checked.
import type { LookupFunction } from "node:net";
import { type Client as ConnectClient, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { WorkerNodeService } from "../../../gen/typescript/asyncgate/node/v1/worker_node_service_pb.ts";
import type { NodeWorkerApi } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";

export type NodeApi = ConnectClient<typeof WorkerNodeService>;

/** Looks up and checks where a URL leads. Throws an Error with the reason if it may not be reached. */
export type Reach = (url: URL) => Promise<LookupFunction>;

export type NodeApis = {
  /** Throws a NotReached; nothing was sent to the node then. `isFresh`: the bearer is asked for again. */
  of(nodeId: string, isFresh?: boolean): Promise<NodeApi>;
  /** The node has another configuration. */
  forget(nodeId: string): void;
};

export class NotReached extends Error {
  override readonly name = "NotReached";
}

type Init = {
  readonly reveal: (nodeId: string) => Promise<NodeWorkerApi | undefined>;
  readonly reach: Reach;
  /** Certificate authorities to trust, in PEM. If absent, those that Node trusts. */
  readonly ca: string | undefined;
};

/** Bearers are kept for as long as nodes accept them, so that each is revealed once. */
export function createNodeApis({ reveal, reach, ca }: Init): NodeApis {
  const known = new Map<string, Promise<NodeWorkerApi>>();
  const addressOf = (nodeId: string) => {
    const found = known.get(nodeId) ?? revealed(nodeId);
    known.set(nodeId, found);
    found.catch(() => known.delete(nodeId));
    return found;
  };
  const revealed = async (nodeId: string) => {
    const api = await reveal(nodeId);
    if (!api) throw new Error(`the node ${nodeId} has no address`);
    return api;
  };
  return {
    forget: (nodeId) => void known.delete(nodeId),
    async of(nodeId, isFresh = false) {
      if (isFresh) known.delete(nodeId);
      try {
        const { targetUrl, bearer } = await addressOf(nodeId);
        // Looked up each time: what a name stands for may change, and is checked each time.
        return open(targetUrl, bearer, await reach(new URL(targetUrl)), ca);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new NotReached(`the node ${nodeId} was not called: ${why}`, { cause: error });
      }
    },
  };
}

function open(baseUrl: string, bearer: string, lookup: LookupFunction, ca: string | undefined): NodeApi {
  const transport = createConnectTransport({
    baseUrl,
    httpVersion: "1.1",
    useBinaryFormat: true,
    // A connection for each call: none is left to an address that was checked long ago.
    nodeOptions: { agent: false, lookup, ...(ca !== undefined && { ca }) },
    interceptors: [
      (next) => (request) => {
        request.header.set("authorization", `Bearer ${bearer}`);
        return next(request);
      },
    ],
  });
  return createClient(WorkerNodeService, transport);
}
