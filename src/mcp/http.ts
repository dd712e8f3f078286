// The bridge over streamable HTTP. Each request is served by itself, with the credential that it carries: nothing is
// kept between requests, so any replica answers the next one.
import { createMcpHandler, InMemoryServerEventBus, type ServerEventBus } from "@modelcontextprotocol/server";
import { createBridge } from "./bridge.ts";
import { type Catalog, contractCatalog, waitingTools } from "./catalog.ts";
import type { Line } from "./line.ts";
import { urisOf } from "./subscribed-uris.ts";
import { createSubscriptions, SubscriptionRefused } from "./subscriptions.ts";

export type McpHttpRequest = {
  readonly request: Request;
  /** The request's body, read and parsed. */
  readonly body: unknown;
  /** Calls with the credential of this very request. */
  readonly line: Line;
  readonly onError: (error: Error) => void;
};

/** Answers one request. Its caller is known already. */
export const answerMcpRequest = createMcpAnswer(contractCatalog);

export function createMcpAnswer(catalogOf: (line: Line) => Catalog): (call: McpHttpRequest) => Promise<Response> {
  return async (call) => await answer(call, catalogOf(call.line));
}

async function answer({ request, body, line, onError }: McpHttpRequest, catalog: Catalog): Promise<Response> {
  const handler = createMcpHandler(
    ({ era }) => createBridge({ line, catalog, toolNames: "plain", era, canSubscribe: era === "modern" }),
    {
      onerror: onError,
      bus: isListen(body) ? watchingBus(line, urisOf(body.params)) : new InMemoryServerEventBus(),
      // A call that waits opens its stream at once: hosts and proxies give up on silence.
      responseMode: waits(body) ? "sse" : "auto",
    },
  );
  return await handler.fetch(request, { parsedBody: body });
}

type Listen = { readonly method: "subscriptions/listen"; readonly params?: unknown };

function isListen(body: unknown): body is Listen {
  return Reflect.get(Object(body), "method") === "subscriptions/listen";
}

function waits(body: unknown): boolean {
  const name: unknown = Reflect.get(Object(Reflect.get(Object(body), "params")), "name");
  return (
    Reflect.get(Object(body), "method") === "tools/call" && waitingTools.has(String(name).replace("asyncgate.", ""))
  );
}

/**
 * A bus of this one stream: what it tells is watched under the caller's credential, from the moment the stream is open
 * until it ends. One that all streams shared would tell tenants of each other.
 */
function watchingBus(line: Line, uris: readonly string[]): ServerEventBus {
  return {
    publish: () => {},
    subscribe(listener) {
      const subscriptions = createSubscriptions(line, (uri) => listener({ kind: "resource_updated", uri }));
      for (const uri of uris) {
        try {
          subscriptions.add(uri);
        } catch (thrown) {
          // Acknowledged by the library, though it names nothing: it is never told of.
          if (!(thrown instanceof SubscriptionRefused)) throw thrown;
        }
      }
      return () => subscriptions.close();
    },
  };
}
