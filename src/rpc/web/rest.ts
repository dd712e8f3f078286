// REST: the routes of the contract, each answered by the same handler, behind the same interceptors, as its RPC. Here
// an HTTP request becomes the request message, and the answer or the error becomes JSON as people read it.
import {
  type DescMessage,
  fromBinary,
  fromJson,
  getOption,
  type JsonObject,
  type JsonValue,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { errorFromJsonBytes } from "@connectrpc/connect/protocol-connect";
import { deprecation } from "../../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import { invalidArgument, type Refusal, Refused, unsupported } from "../../core/refusal.ts";
import { hideJson, parseJson, showJson } from "../../facade/json-fields.ts";
import { parseQuery } from "../../facade/query.ts";
import type { Route, Routes } from "../../facade/routes.ts";
import { readable } from "../../wire/json-answer.ts";
import { jsonViolations } from "../../wire/json-request.ts";
import { duplicateKey, isDeeperThan, jsonDepthMax } from "../../wire/json-text.ts";
import { type HttpRequest, type HttpResponse, pathOf, respondJson, traceHeadersOf } from "../net/http-routes.ts";
import type { CallInProcess } from "../protocol/in-process.ts";
import { respondError } from "./errors.ts";
import type { Sites } from "./sites.ts";

export type RestOptions = {
  readonly routes: Routes;
  readonly callInProcess: CallInProcess;
  readonly sites: Sites;
  readonly rejectRequest: (request: HttpRequest, response: HttpResponse, refusal: Refusal) => ConnectError;
};

export type Rest = {
  matches(request: HttpRequest): boolean;
  handle(request: HttpRequest, response: HttpResponse): Promise<void>;
};

const prefix = "/v1/";

export function createRest({ routes, callInProcess, sites, rejectRequest }: RestOptions): Rest {
  return {
    matches: (request) => pathOf(request).startsWith(prefix),
    async handle(request, response) {
      const foreign = sites.refusalOf(request);
      const checked = foreign ? { status: 403, refusal: foreign } : check(routes, request, response);
      if (checked.refusal)
        return respondError(response, rejectRequest(request, response, checked.refusal), checked.status);
      const answer = await answerRoute(callInProcess, checked, request, response);
      if (response.destroyed || response.writableEnded) return;
      if (answer instanceof ConnectError) return respondError(response, answer);
      tellDeprecation(checked.route, response);
      respondJson(response, 200, answer);
    },
  };
}

const binary = { "content-type": "application/proto", "connect-protocol-version": "1" };

async function answerRoute(
  callInProcess: CallInProcess,
  { route, values }: Accepted,
  request: HttpRequest,
  response: HttpResponse,
): Promise<JsonValue | ConnectError> {
  const { method } = route;
  const client = callInProcess({
    request,
    response,
    protocol: "rest",
    translate: async function* (body) {
      yield await readRequest(route, values, request, body);
    },
  });
  const { authorization } = request.headers;
  const credential = authorization !== undefined && { authorization };
  const header = new Headers({ ...binary, ...credential, ...traceHeadersOf(request) });
  const url = `http://in-process/${method.parent.typeName}/${method.name}`;
  try {
    const answer = await client({ url, method: "POST", header, signal: goneSignal(response) });
    const bytes = await wholeOf(answer.body);
    if (answer.status !== httpOk) return errorFromJsonBytes(bytes, answer.header, unreadableAnswer());
    const message = readable(method.output, fromBinary(method.output, bytes));
    return showJson(
      method.output,
      toJson(method.output, message, { alwaysEmitImplicit: true, useProtoFieldName: true }),
    );
  } catch (thrown) {
    return ConnectError.from(thrown);
  }
}

const httpOk = 200;

function unreadableAnswer(): ConnectError {
  return new ConnectError("The server met a fault of its own.", Code.Internal);
}

/** Aborted when the caller goes before it is answered. */
function goneSignal(response: HttpResponse): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

async function wholeOf(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

type Rejection = { readonly refusal: Refusal; readonly status: number };
type Accepted = { readonly refusal?: undefined; readonly route: Route; readonly values: ReadonlyMap<string, string> };

/** What is wrong with a request, before its credential is looked at. */
function check(routes: Routes, request: HttpRequest, response: HttpResponse): Rejection | Accepted {
  const match = matchOf(routes, request);
  if (match === undefined) return { status: 404, refusal: unsupported("Nothing is served at this path.") };
  if (!match.route) {
    const allowed = match.allowed.flatMap((verb) => (verb === "GET" ? ["GET", "HEAD"] : [verb]));
    response.setHeader("allow", allowed.join(", "));
    return { status: 405, refusal: unsupported(`This path is served for ${allowed.join(" and ")} only.`) };
  }
  const contentType = request.headers["content-type"];
  if (match.route.hasBody && contentType !== undefined && !isJson(contentType)) {
    return { status: 415, refusal: unsupported("A body is JSON in UTF-8: send content-type application/json.") };
  }
  if (request.headers["content-encoding"] !== undefined && request.headers["content-encoding"] !== "identity") {
    return { status: 415, refusal: unsupported("Bodies are not taken compressed here.") };
  }
  return match;
}

/** With no other character set than JSON has (RFC 8259). */
function isJson(contentType: string): boolean {
  const [type = "", ...parameters] = contentType.toLowerCase().split(";");
  const charset = parameters.map((one) => one.trim()).find((one) => one.startsWith("charset="));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  return type.trim() === "application/json" && isUtf8;
}

function matchOf(routes: Routes, request: HttpRequest) {
  // HEAD asks what GET would answer; Node leaves the body out.
  const verb = request.method === "HEAD" ? "GET" : (request.method ?? "");
  try {
    return routes.match(verb, pathOf(request));
  } catch {
    return undefined; // a path that is not percent-encoded UTF-8
  }
}

async function readRequest(
  route: Route,
  values: ReadonlyMap<string, string>,
  request: HttpRequest,
  body: AsyncIterable<Uint8Array>,
): Promise<Uint8Array> {
  const { method } = route;
  const query = queryOf(request);
  if (route.hasBody) refuseQuery(route, query);
  const json = route.hasBody ? await readBody(method.input, body) : readQuery(method.input, query);
  for (const [name, value] of values) {
    const said = json[name] ?? json[method.input.fields.find((field) => field.name === name)?.jsonName ?? name];
    if (said !== undefined && said !== value) {
      throw faults([{ field: name, description: "differs from the one in the path", rule: "rest.path" }]);
    }
    json[name] = value;
  }
  const violations = jsonViolations(method.input, json);
  if (violations) throw new Refused(invalidArgument(violations.violations, violations.omitted));
  return toBinary(method.input, fromJson(method.input, json));
}

async function readBody(schema: DescMessage, body: AsyncIterable<Uint8Array>): Promise<JsonObject> {
  const text = textOf(await wholeOf(body));
  if (text.trim() === "") return {};
  // Before the parse, which a text of brackets alone would lead into a stack overflow.
  if (isDeeperThan(bodyDepthMax, text)) throw unreadable(`it is nested more than ${bodyDepthMax} deep`);
  let json: JsonValue;
  try {
    json = hideJson(schema, parseJson(text), "values");
  } catch (error) {
    throw unreadable(error);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw unreadable("the body is no JSON object");
  const key = duplicateKey(text);
  if (key !== undefined) throw unreadable(`the key ${JSON.stringify(key)} is given twice`);
  return json;
}

/** The deepest document that the contract takes, and the messages around it. */
const bodyDepthMax = jsonDepthMax + 20;

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw unreadable("the body is no UTF-8");
  }
}

function queryOf({ url = "" }: HttpRequest): URLSearchParams {
  const start = url.indexOf("?");
  const text = start === -1 ? "" : url.slice(start + 1);
  try {
    decodeURIComponent(text); // URLSearchParams would put U+FFFD for what is no percent-encoded UTF-8
  } catch {
    throw unreadable("the query is not percent-encoded UTF-8");
  }
  return new URLSearchParams(text);
}

function refuseQuery({ verb }: Route, query: URLSearchParams): void {
  const description = `is given in the query: ${verb} takes its fields in the body`;
  const violations = [...new Set(query.keys())].map((field) => ({ field, description, rule: "rest.query" }));
  if (violations.length > 0) throw faults(violations);
}

function readQuery(schema: DescMessage, query: URLSearchParams): JsonObject {
  const parsed = parseQuery(schema, query);
  if (parsed.faults.length > 0) throw faults(parsed.faults.map((fault) => ({ ...fault, rule: "rest.query" })));
  return parsed.json;
}

function faults(violations: Parameters<typeof invalidArgument>[0]): Refused {
  return new Refused(invalidArgument(violations));
}

function unreadable(error: unknown): Refused {
  const what = error instanceof Error ? error.message : String(error);
  return new Refused({ ...invalidArgument([]), message: `The request cannot be read: ${what}.` });
}

/** For what the contract calls deprecated: since when, and what comes after it (RFC 9745, RFC 5829). */
function tellDeprecation({ method }: Route, response: HttpResponse): void {
  if (!method.deprecated) return;
  const { since, successor } = getOption(method, deprecation);
  response.setHeader("deprecation", `@${Date.parse(since) / msPerSecond}`);
  response.setHeader("link", `<${successor}>; rel="successor-version"`);
}

const msPerSecond = 1_000;
