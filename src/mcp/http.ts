// The bridge over streamable HTTP. Each request is served by itself, with the credential that it carries: nothing is
// kept between requests, so any replica answers the next one.
import { createMcpHandler, InMemoryServerEventBus, type ServerEventBus } from "@modelcontextprotocol/server";
import { createBridge } from "./bridge.ts";
import { type Catalog, contractCatalog, waitingTools } from "./catalog.ts";
import type { Line } from "./line.ts";
import { errorAnswer } from "./protocol-errors.ts";
import { urisOf } from "./subscribed-uris.ts";
import { createSubscriptions } from "./subscriptions.ts";

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
  const watching = isListen(body) ? createWatchingBus(line, urisOf(body.params)) : undefined;
  const handler = createMcpHandler(
    ({ era }) => createBridge({ line, catalog, toolNames: "plain", era, canSubscribe: era === "modern" }),
    {
      onerror: onError,
      bus: watching?.bus ?? new InMemoryServerEventBus(),
      // A call that waits opens its stream at once: hosts and proxies give up on silence.
      responseMode: waits(body) ? "sse" : "auto",
    },
  );
  const response = await handler.fetch(request, { parsedBody: body });
  if (!isListen(body) || watching === undefined) return response;
  try {
    // The acknowledgement stands at the head of the stream. It is held back until all that it promises holds.
    await watching.begun();
    return response;
  } catch (thrown) {
    await response.body?.cancel();
    return Response.json(errorAnswer(body.id, thrown));
  }
}

type Listen = { readonly method: "subscriptions/listen"; readonly id: string | number; readonly params?: unknown };

function isListen(body: unknown): body is Listen {
  const id: unknown = Reflect.get(Object(body), "id");
  const isRequest = typeof id === "string" || typeof id === "number";
  return isRequest && Reflect.get(Object(body), "method") === "subscriptions/listen";
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
function createWatchingBus(line: Line, uris: readonly string[]) {
  let begun: Promise<unknown> = Promise.resolve();
  const bus: ServerEventBus = {
    publish: () => {},
    subscribe(listener) {
      const subscriptions = createSubscriptions(line, (uri) => listener({ kind: "resource_updated", uri }));
      begun = Promise.all(uris.map((uri) => subscriptions.add(uri)));
      // The answer tells of it; a request that the library refuses asks for nothing.
      begun.catch(() => {});
      return () => subscriptions.close();
    },
  };
  return { bus, begun: () => begun };
}
