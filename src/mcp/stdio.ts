// The bridge over stdin and stdout, for a host on this machine. stdout is the protocol's; whatever else is to be said
// goes to stderr.
import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  type JSONRPCMessage,
  type RequestId,
  type Transport,
} from "@modelcontextprotocol/server";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import { createBridge, type ToolNames } from "./bridge.ts";
import { contractCatalog } from "./catalog.ts";
import { exposedAgents } from "./exposed-agents.ts";
import type { Line } from "./line.ts";
import { errorAnswer } from "./protocol-errors.ts";
import { urisOf } from "./subscribed-uris.ts";
import { createSubscriptions, type Subscriptions } from "./subscriptions.ts";

export type StdioOptions = {
  readonly line: Line;
  readonly toolNames: ToolNames;
  readonly onError: (error: Error) => void;
  /** Whether the tools of agents are tools of the bridge. */
  readonly exposeAgents?: boolean;
};

/** The end, once the host has gone. */
export type StdioBridge = { close(): Promise<void> };

export function serveMcpOverStdio({ line, toolNames, onError, exposeAgents = false }: StdioOptions): StdioBridge {
  const catalog = contractCatalog(line);
  let notify: (uri: string) => void = () => {};
  const subscriptions = createSubscriptions(line, (uri) => notify(uri));
  const transport = listening(new StdioServerTransport(), subscriptions);
  const handle = serveStdio(
    ({ era }) => {
      const moreTools = exposeAgents ? () => exposedAgents(line) : async () => [];
      const bridge = createBridge({ line, catalog, toolNames, era, canSubscribe: true, subscriptions, moreTools });
      notify = (uri) => void bridge.server.sendResourceUpdated({ uri }).catch(onError);
      return bridge;
    },
    { transport, onerror: onError },
  );
  return {
    async close() {
      // What is watched would keep the process alive, long after its host.
      subscriptions.close();
      await handle.close();
    },
  };
}

/**
 * In the newer era the library answers `subscriptions/listen` by itself and does not say which resources are meant, so
 * the messages are looked at as they come. The library gets to see one when all that it asks for is watched.
 */
function listening(transport: StdioServerTransport, subscriptions: Subscriptions): Transport {
  const listens = new Map<RequestId, readonly string[]>();
  const end = (id: RequestId): boolean => {
    const ended = listens.get(id) ?? [];
    const was = listens.delete(id);
    const wanted = new Set([...listens.values()].flat());
    for (const uri of ended) if (!wanted.has(uri)) subscriptions.remove(uri);
    return was;
  };
  const begin = async (id: RequestId, uris: readonly string[], deliver: () => void) => {
    listens.set(id, uris);
    try {
      await Promise.all(uris.map((uri) => subscriptions.add(uri)));
    } catch (thrown) {
      if (end(id)) await transport.send(errorAnswer(id, thrown));
      return;
    }
    // It may have been canceled meanwhile, and then it has no answer.
    if (listens.get(id) === uris) deliver();
  };
  const take = (message: JSONRPCMessage, deliver: () => void) => {
    if (isJSONRPCRequest(message) && message.method === "subscriptions/listen") {
      begin(message.id, urisOf(message.params), deliver).catch((error: Error) => transport.onerror?.(error));
      return;
    }
    if (isJSONRPCNotification(message) && message.method === "notifications/cancelled") {
      end(message.params?.["requestId"] as RequestId);
    }
    deliver();
  };
  const send: Transport["send"] = async (message) => {
    // The library has refused it.
    if (isJSONRPCErrorResponse(message) && message.id !== undefined) end(message.id);
    await transport.send(message);
  };
  return new Proxy(transport, {
    set(target, name, value) {
      if (name !== "onmessage") return Reflect.set(target, name, value);
      target.onmessage = (message: JSONRPCMessage) => take(message, () => value(message));
      return true;
    },
    get(target, name) {
      if (name === "send") return send;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
