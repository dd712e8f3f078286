// gRPC has two ways to a handler: the short one, and the library's, which a content type in other letters takes.
// Whatever is sent, to whichever method, both answer the same: status, messages, details, metadata and bytes.
import { once } from "node:events";
import { type ClientHttp2Session, connect } from "node:http2";
import { gunzipSync, gzipSync } from "node:zlib";
import {
  create,
  type DescMessage,
  type DescMethod,
  type DescMethodUnary,
  type DescService,
  getOption,
  type Message,
  toBinary,
} from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { access } from "../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import { AdminService } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { LeaseService } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { MachineService } from "../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { NodeService } from "../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { ObligationService } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { ReceiptService } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { ScheduleService } from "../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { SignalService } from "../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { SystemService } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { WorkerService } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { notFound, overloaded, Refused } from "../../src/core/refusal.ts";
import { reorderMaps, sorted } from "../helpers/map-order.ts";
import { times } from "../helpers/random.ts";
import { randomMessages } from "./random-messages.ts";
import { answered, begin, callRaw, framed } from "./raw-grpc.ts";
import { openTestServer, type TestServer } from "./test-server.ts";

const services: readonly DescService[] = [
  AdminService,
  LeaseService,
  MachineService,
  NodeService,
  ObligationService,
  ReceiptService,
  ScheduleService,
  SignalService,
  SystemService,
  TaskService,
  WorkerService,
];
const methods = services.flatMap(({ methods: of }) =>
  of.flatMap((method) => (method.methodKind === "unary" ? [method as DescMethodUnary] : [])),
);
const streams = services.flatMap(({ methods: of }) => of.filter(({ methodKind }) => methodKind !== "unary"));
const scopes = [...methods, ...streams].map((method) => getOption(method, access).scope);

/** Ends in one of all the ways a handler can end, by the length of what it was given. */
function endBy(length: number): void {
  switch (length % 7) {
    case 4:
      throw new Refused(notFound("task", "it's – \u{1f600}"));
    case 5:
      throw new Refused(overloaded({ limit: "pool_waiting_max", bound: 1, value: 2 }, 1_200));
    case 6:
      throw new Error("a secret of ours");
    default:
  }
}

/** Our encoders write maps sorted by key; the library writes them as they stand. */
function answersOf(output: DescMessage): Message[] {
  return fc.sample(randomMessages(output), 10).map((message) => reorderMaps(output, message, sorted));
}

function handlerOf({ input, output }: DescMethodUnary) {
  const answers = answersOf(output);
  return (request: never, { responseHeader, responseTrailer }: HandlerContext) => {
    const { length } = toBinary(input, request);
    if (length % 2 === 0) responseHeader.set("x-header", `${length}`);
    if (length % 3 === 0) responseTrailer.set("x-trailer", `${length}`);
    endBy(length);
    return answers[length % answers.length] ?? create(output);
  };
}

/** Answers each message with as many as its length says, up to two, and then perhaps ends. */
function streamHandlerOf({ input, output, methodKind }: DescMethod) {
  const answers = answersOf(output);
  async function* handle(requests: AsyncIterable<Message>, { responseHeader, responseTrailer }: HandlerContext) {
    for await (const request of requests) {
      const { length } = toBinary(input, request);
      if (length % 2 === 0) responseHeader.set("x-header", "sent before the first answer");
      if (length % 3 === 0) responseTrailer.set("x-trailer", `${length}`);
      for (let count = 0; count < length % 3; count += 1) yield answers[(length + count) % answers.length] as Message;
      endBy(length);
    }
  }
  if (methodKind === "bidi_streaming") return handle;
  return (request: Message, context: HandlerContext) => handle(one(request), context);
}

async function* one(message: Message): AsyncGenerator<Message> {
  yield message;
}

type Way = { readonly endpoint: TestServer; readonly session: ClientHttp2Session; readonly contentType: string };
let short: Way;
let library: Way;

// Two endpoints, so that both count their calls, whose ids are in the answers, alike.
async function openWay(contentType: string): Promise<Way> {
  const endpoint = await openTestServer({
    scopes,
    services(router) {
      for (const service of services) {
        const unary = methods.filter(({ parent }) => parent === service);
        const streaming = streams.filter(({ parent }) => parent === service);
        const handlers = Object.fromEntries<unknown>([
          ...unary.map((method) => [method.localName, handlerOf(method)] as const),
          ...streaming.map((method) => [method.localName, streamHandlerOf(method)] as const),
        ]);
        router.service(service, handlers as never);
      }
    },
  });
  return { endpoint, session: connect(endpoint.url), contentType };
}

beforeAll(async () => {
  [short, library] = await Promise.all([openWay("application/grpc+proto"), openWay("application/grpc+PROTO")]);
});
afterAll(async () => {
  for (const { endpoint, session } of [short, library]) {
    session.close();
    await endpoint.server.close({ graceMs: 0 });
  }
});

type Sent = { readonly body: Buffer; readonly headers: Readonly<Record<string, string>> };

function anythingFor({ input }: DescMethod): fc.Arbitrary<Sent> {
  const messages = randomMessages(input).map((message) => toBinary(input, message));
  const bytes = fc.oneof({ weight: 4, arbitrary: messages }, fc.uint8Array({ maxLength: 40 }));
  const bodies = fc.oneof(
    { weight: 6, arbitrary: bytes.map((one) => framed(one)) },
    { weight: 2, arbitrary: bytes.map((one) => framed(gzipSync(one), 1)) },
    fc.tuple(bytes, fc.integer({ min: 0, max: 255 })).map(([one, flags]) => framed(one, flags)),
    // Not after a head alone: then the library says that nothing came at all.
    fc
      .tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 9 }))
      .map(([one, more]) => framed(one, 0, one.length + more)),
    fc.tuple(bytes, fc.nat(4)).map(([one, length]) => framed(one).subarray(0, length)),
  );
  const headers = fc.record(
    {
      authorization: fc.constantFrom("Bearer none", "none"),
      "grpc-encoding": fc.constantFrom("gzip", "gzip", "identity", "br"),
      "grpc-accept-encoding": fc.constantFrom("gzip", "identity", "br, gzip", ""),
      "grpc-timeout": fc.constantFrom("1H", "30S", "2H", "1", "99999999u"),
    },
    { requiredKeys: [] },
  );
  return fc.tuple(bodies, fc.option(headers, { nil: {} })).map(([body, with_]) => ({ body, headers: with_ }));
}

/** Some messages one behind the other, of which the last may be anything. */
function anythingOn(method: DescMethod): fc.Arbitrary<Sent> {
  const whole = randomMessages(method.input).map((message) => framed(toBinary(method.input, message)));
  return fc.tuple(fc.array(whole, { maxLength: 3 }), anythingFor(method)).map(([parts, { body, headers }]) => ({
    body: Buffer.concat([...parts, body]),
    headers,
  }));
}

function messagesIn(body: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at < body.length; at += 5 + body.readUInt32BE(at + 1)) {
    const data = body.subarray(at + 5, at + 5 + body.readUInt32BE(at + 1));
    messages.push(body[at] === 1 ? gunzipSync(data) : data);
  }
  return messages;
}

async function told({ session, contentType }: Way, path: string, { body, headers }: Sent) {
  const answer = await callRaw(session, path, body, { ...headers, "content-type": contentType });
  const { date: _date, "grpc-encoding": encoding, ...metadata } = answer.metadata;
  const messages = messagesIn(answer.body);
  // Of an answer without a message it says nothing.
  return { status: answer.status, metadata, messages, encoding: messages.length === 0 ? undefined : encoding };
}

test.each(methods.map((method) => [`${method.parent.name}/${method.name}`, method] as const))(
  "%s is answered alike on both ways",
  async (_name, method) => {
    const path = `/${method.parent.typeName}/${method.name}`;
    await fc.assert(
      fc.asyncProperty(anythingFor(method), async (sent) => {
        const [one, other] = await Promise.all([told(short, path, sent), told(library, path, sent)]);
        expect(one).toEqual(other);
      }),
      { numRuns: times(30) },
    );
  },
);

test.each(streams.map((method) => [`${method.parent.name}/${method.name}`, method] as const))(
  "the stream of %s is answered alike on both ways",
  async (_name, method) => {
    const path = `/${method.parent.typeName}/${method.name}`;
    await fc.assert(
      fc.asyncProperty(anythingOn(method), async (sent) => {
        const [one, other] = await Promise.all([told(short, path, sent), told(library, path, sent)]);
        expect(one).toEqual(other);
      }),
      { numRuns: times(100) },
    );
  },
);

test.each(streams.map((method) => [`${method.parent.name}/${method.name}`, method] as const))(
  "the stream of %s is answered alike on both ways without a message, and with two",
  async (_name, method) => {
    const path = `/${method.parent.typeName}/${method.name}`;
    const one = framed(toBinary(method.input, create(method.input)));
    for (const body of [Buffer.alloc(0), Buffer.concat([one, one])]) {
      const sent = { body, headers: {} };
      expect(await told(short, path, sent)).toEqual(await told(library, path, sent));
    }
  },
);

test("they are two: the short one puts an error's status into the headers, the library's behind them", async () => {
  for (const { session, contentType } of [short, library]) {
    const stream = begin(session, "/asyncgate.v1.TaskService/GetTask", { "content-type": contentType });
    stream.end();
    const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
    expect(headers["grpc-status"]).toBe(contentType === short.contentType ? "3" : undefined);
    await answered(stream);
  }
});

test("both ways left the same lines in their logs, but for how long it took", () => {
  const lines = ({ endpoint }: Way) =>
    endpoint.lines.filter(({ message }) => message === "rpc").map(({ duration_ms: _, ...line }) => line);
  expect(lines(short)).toEqual(lines(library));
  const codes = new Set(lines(short).map((line) => line["code"]));
  const all = ["ok", "invalid_argument", "unauthenticated", "not_found", "unavailable", "internal", "unimplemented"];
  expect([...codes]).toEqual(expect.arrayContaining(all));
});
