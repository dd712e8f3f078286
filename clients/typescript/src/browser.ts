// The public API for pages in a browser: what they import from "@asyncgate/client/browser". A client, no worker.
import type { Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { type CallingOptions, type Client, clientOf } from "./client.ts";

export * from "./exports.ts";

export type ClientOptions = CallingOptions & {
  /** The server. If absent, the one that the page came from. */
  readonly endpoint?: string;
  /** The API key. Absent where something else authenticates the page, as a proxy before the server does. */
  readonly key?: string;
  /** Instead of the browser's own. */
  readonly fetch?: typeof globalThis.fetch;
};

export function createClient({ endpoint, key, fetch, ...calling }: ClientOptions = {}): Client {
  const credential: Interceptor = (next) => (request) => {
    if (key !== undefined) request.header.set("authorization", `Bearer ${key}`);
    return next(request);
  };
  const transport = createConnectTransport({
    baseUrl: endpoint ?? "/",
    useBinaryFormat: true,
    interceptors: [credential],
    ...(fetch && { fetch }),
  });
  // The browser keeps the connection, and ends it.
  return clientOf({ transport, close() {} }, calling);
}
