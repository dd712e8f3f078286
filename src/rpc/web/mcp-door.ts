// The path of MCP over streamable HTTP. Who calls is asked here, for every request, before its body is read; the answer
// is the bridge's, which makes its calls within this process under the credential of this very request.
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createTransport } from "@connectrpc/connect/protocol-connect";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { SystemService } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { unsupported } from "../../core/refusal.ts";
import { errorFields, type Log } from "../../log.ts";
import type { CallSlot } from "../call/call-budget.ts";
import { type HttpRequest, type HttpResponse, pathOf } from "../net/http-routes.ts";
import type { CallInProcess } from "../protocol/in-process.ts";
import { isCrossSite } from "./cross-site.ts";
import { respondError } from "./errors.ts";
import type { RestOptions } from "./rest.ts";

/** The bridge, as far as this door knows it. */
export type AnswerMcp = (call: {
  readonly request: Request;
  readonly body: unknown;
  readonly line: { readonly transport: Transport; readonly headers: Readonly<Record<string, string>> };
  readonly onError: (error: Error) => void;
}) => Promise<Response>;

export type McpDoorOptions = Pick<RestOptions, "rejectRequest"> & {
  readonly callInProcess: CallInProcess;
  readonly answer: AnswerMcp;
  /** Takes room for a request of a caller who is known. */
  readonly enter: (request: HttpRequest, response: HttpResponse) => CallSlot;
  readonly messageBytesMax: number;
  readonly log: Log;
};

export type McpDoor = {
  matches(request: HttpRequest): boolean;
  handle(request: HttpRequest, response: HttpResponse): Promise<void>;
};

const path = "/mcp";

export function createMcpDoor(options: McpDoorOptions): McpDoor {
  const { callInProcess, answer, enter, rejectRequest, messageBytesMax, log } = options;
  return {
    matches: (request) => pathOf(request) === path,
    async handle(request, response) {
      if (isCrossSite(request)) {
        const refusal = unsupported("Requests from other sites' pages are not answered.");
        return respondError(response, rejectRequest(request, response, refusal), 403);
      }
      const line = lineOf(callInProcess, request, response);
      const refused = await refusedCaller(line);
      if (refused) return respondError(response, refused);
      const slot = enter(request, response);
      request.once("end", () => {
        slot.readingSinceMs = undefined; // until then, a body that comes too slowly is cut
      });
      if (slot.refusal) {
        slot.ended();
        return respondError(response, rejectRequest(request, response, slot.refusal));
      }
      slot.holdUnchecked(Math.min(Number(request.headers["content-length"] ?? messageBytesMax), messageBytesMax));
      response.once("close", slot.ended);
      const onError = (error: Error) => log.debug("mcp request failed", errorFields(error));
      const fetch = async (web: Request, given: { readonly parsedBody?: unknown } = {}) =>
        await answer({ request: web, body: given.parsedBody ?? (await bodyOf(web)), line, onError });
      await toNodeHandler({ fetch }, { onerror: onError, maxRequestBodySize: messageBytesMax })(
        request as never,
        response as never,
      );
    },
  };
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
  return { transport, headers: authorization === undefined ? {} : { authorization } };
}

/** What the caller is refused for, before anything of its request is read. */
async function refusedCaller({ transport, headers }: ReturnType<typeof lineOf>): Promise<ConnectError | undefined> {
  try {
    await createClient(SystemService, transport).getServerInfo({}, { headers });
    return undefined;
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    // A key without `system:read` may still have tools.
    return error.code === Code.PermissionDenied ? undefined : error;
  }
}

/** What is no JSON the library answers for, when it reads the body itself. */
async function bodyOf(request: Request): Promise<unknown> {
  try {
    return await request.clone().json();
  } catch {
    return undefined;
  }
}
