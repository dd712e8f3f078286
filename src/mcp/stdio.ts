// The bridge over stdin and stdout, for a host on this machine. stdout is the protocol's; whatever else is to be said
// goes to stderr.
import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/server";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import { createBridge, type ToolNames } from "./bridge.ts";
import { contractCatalog } from "./catalog.ts";
import { exposedAgents } from "./exposed-agents.ts";
import type { Line } from "./line.ts";
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
 * the messages are looked at as they come.
 */
function listening(transport: StdioServerTransport, subscriptions: Subscriptions): Transport {
  const listens = new Map<unknown, readonly string[]>();
  const take = (message: JSONRPCMessage) => {
    if (!("method" in message)) return;
    if (message.method === "subscriptions/listen" && "id" in message) {
      const uris = urisOf(message.params);
      listens.set(message.id, uris);
      for (const uri of uris) addQuietly(subscriptions, uri);
    } else if (message.method === "notifications/cancelled") {
      const id: unknown = message.params?.["requestId"];
      const ended = listens.get(id) ?? [];
      listens.delete(id);
      const wanted = new Set([...listens.values()].flat());
      for (const uri of ended) if (!wanted.has(uri)) subscriptions.remove(uri);
    }
  };
  return new Proxy(transport, {
    set(target, name, value) {
      if (name !== "onmessage") return Reflect.set(target, name, value);
      target.onmessage = (message: JSONRPCMessage) => {
        take(message);
        value(message);
      };
      return true;
    },
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** A uri that names nothing is never told of. */
function addQuietly(subscriptions: Subscriptions, uri: string): void {
  try {
    subscriptions.add(uri);
  } catch {
    // The library has acknowledged it by then.
  }
}
