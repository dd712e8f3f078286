// The path of MCP over streamable HTTP. Who calls is asked here, for every request, before its body is read; the answer
// is the bridge's, which makes its calls within this process under the credential of this very request.
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { createTransport } from "@connectrpc/connect/protocol-connect";
import { errorFields, type Log } from "../../log.ts";
import { type HttpRequest, type HttpResponse, pathOf, traceHeadersOf } from "../net/http-routes.ts";
import type { CallInProcess } from "../protocol/in-process.ts";
import type { RpcHandler } from "../protocol/rpc-handler.ts";
import { respondError } from "./errors.ts";
import type { Sites } from "./sites.ts";

/** The bridge, as far as this door knows it. */
export type AnswerMcp = (call: {
  readonly request: Request;
  readonly body: unknown;
  readonly line: { readonly transport: Transport; readonly headers: Readonly<Record<string, string>> };
  readonly onError: (error: Error) => void;
}) => Promise<Response>;

/** Loads the bridge. It is asked for every request, and answers with the same one. */
export type LoadMcp = () => Promise<AnswerMcp>;

export type McpDoorOptions = Pick<RpcHandler, "callInProcess" | "rejectRequest" | "identifyCaller"> & {
  readonly sites: Sites;
  readonly load: LoadMcp;
  /** How a caller without a valid credential is told where to get one. */
  readonly challenge: string;
  readonly messageBytesMax: number;
  readonly log: Log;
};

export type McpDoor = {
  matches(request: HttpRequest): boolean;
  handle(request: HttpRequest, response: HttpResponse): Promise<void>;
};

const path = "/mcp";

export function createMcpDoor(options: McpDoorOptions): McpDoor {
  const { callInProcess, sites, load, challenge, identifyCaller, rejectRequest, messageBytesMax, log } = options;
  return {
    matches: (request) => pathOf(request) === path,
    async handle(request, response) {
      const foreign = sites.refusalOf(request);
      if (foreign) return respondError(response, rejectRequest(request, response, foreign), 403);
      const slot = await identifyCaller(request, response, "mcp");
      if (slot instanceof ConnectError) {
        if (slot.code === Code.Unauthenticated) slot.metadata.set("www-authenticate", challenge);
        return respondError(response, slot);
      }
      request.once("end", () => {
        slot.readingSinceMs = undefined; // until then, a body that comes too slowly is cut
      });
      slot.holdUnchecked(Math.min(Number(request.headers["content-length"] ?? messageBytesMax), messageBytesMax));
      response.once("close", slot.ended);
      const bridge = await loaded(load, log);
      if (bridge === undefined) return respondError(response, unloadable());
      const { answer, toNodeHandler } = bridge;
      const line = lineOf(callInProcess, request, response);
      const onError = (error: Error) => log.debug("mcp request failed", errorFields(error));
      const fetch = async (web: Request) => await answer({ ...(await readBody(web)), line, onError });
      await toNodeHandler({ fetch }, { onerror: onError, maxRequestBodySize: messageBytesMax })(
        request as never,
        response as never,
      );
    },
  };
}

/**
 * The bridge and its packages take 20 MiB, and most servers are never asked for them, so the first request loads them.
 * `import` gives requests that come meanwhile the same promise.
 */
async function loaded(load: LoadMcp, log: Log) {
  try {
    const [answer, { toNodeHandler }] = await Promise.all([load(), import("@modelcontextprotocol/node")]);
    return { answer, toNodeHandler };
  } catch (error) {
    log.error("the mcp bridge cannot be loaded", errorFields(error));
    return undefined;
  }
}

function unloadable(): ConnectError {
  return new ConnectError("The server met a fault of its own.", Code.Internal);
}

function lineOf(callInProcess: CallInProcess, request: HttpRequest, response: HttpResponse) {
  const { authorization } = request.headers;
  const transport = createTransport({
    httpClient: callInProcess({ request, response, protocol: "mcp" }),
    baseUrl: "http://in-process",
    useBinaryFormat: true,
    interceptors: [],
    acceptCompression: [],
    sendCompression: null,
    compressMinBytes: Number.MAX_SAFE_INTEGER,
    readMaxBytes: Number.MAX_SAFE_INTEGER,
    writeMaxBytes: Number.MAX_SAFE_INTEGER,
  });
  const credential = authorization !== undefined && { authorization };
  return { transport, headers: { ...credential, ...traceHeadersOf(request) } };
}

/** The body is read once, here. What is no JSON the library answers for, which then reads it itself. */
async function readBody(request: Request): Promise<{ readonly request: Request; readonly body: unknown }> {
  const text = await request.text();
  try {
    return { request, body: JSON.parse(text) };
  } catch {
    return { request: request.method === "POST" ? new Request(request, { body: text }) : request, body: undefined };
  }
}
