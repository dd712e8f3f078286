// Bombs: a message that is small on the wire and a gigabyte when it is unpacked. Every way in, many at once: a typed
// refusal each, and no memory to speak of.
import { connect as connectHttp2 } from "node:http2";
import { brotliCompressSync, constants, deflateSync, gzipSync } from "node:zlib";
import { fromBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { type ErrorDetail, ErrorDetailSchema } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { reasonName } from "../../src/core/error-detail.ts";
import { callRaw, framed, type RawAnswer } from "../rpc/raw-grpc.ts";
import { startHostileServer, underAttack } from "./server-process.ts";
import { shared } from "./shared.ts";
import { errorDetailOf } from "./status-details.ts";

const timeoutMs = 300_000;
const gib = 1_073_741_824;
const server = shared((atEnd) => startHostileServer([], atEnd));
/** Beside many gigabytes, had they been unpacked. */
const growthMibMax = 300;
const atOnce = 100;
/** Ours: what is to be sent waits in it. */
const sessionMemoryMib = 1_000;

/** A gigabyte of zeros, packed to about one megabyte, which is what a message may weigh. */
const bomb = packed();

function packed(): Buffer {
  const member = gzipSync(Buffer.alloc(gib / 16), { level: constants.Z_BEST_COMPRESSION });
  // Members in a row are one file, and unpack one after the other.
  return Buffer.concat(Array.from({ length: 16 }, () => member));
}

const path = (method: string) => `/asyncgate.v1.${method}`;

async function byGrpc(method: string, body: Uint8Array, headers: Readonly<Record<string, string>> = {}) {
  const session = connectHttp2(server().url, { maxSessionMemory: sessionMemoryMib });
  const key =
    method.startsWith("LeaseService") || method.startsWith("WorkerService") ? server().worker : server().tasker;
  const answers = await Promise.all(
    Array.from({ length: atOnce }, () =>
      callRaw(session, path(method), body, { authorization: `Bearer ${key}`, "grpc-encoding": "gzip", ...headers }),
    ),
  );
  session.close();
  return answers;
}

function reasons(answers: readonly RawAnswer[]): Set<string> {
  return new Set(answers.map((answer) => nameOf(errorDetailOf(answer))));
}

function nameOf(detail: ErrorDetail | undefined): string {
  return detail === undefined ? "none" : reasonName(detail.reason);
}

test.each([
  ["a unary call by the short way", "TaskService/CreateTask", {}],
  ["a unary call by the library", "TaskService/CreateTask", { "content-type": "application/grpc+json" }],
  ["a stream of answers", "TaskService/WatchTask", {}],
  ["a worker's stream", "WorkerService/Work", {}],
  ["a stream of renewals", "LeaseService/KeepLeases", {}],
])(
  "%s: a hundred bombs of a gigabyte are refused one by one",
  { timeout: timeoutMs },
  async (_name, method, headers) => {
    expect(bomb.length).toBeLessThan(1_048_576 + 100_000);
    await underAttack(server(), growthMibMax, async () => {
      expect(reasons(await byGrpc(method, framed(bomb.subarray(0, 1_000_000), 1), headers))).toEqual(
        new Set(["LIMIT_EXCEEDED"]),
      );
    });
  },
);

async function byConnect(url: string, init: RequestInit): Promise<string> {
  const headers = { authorization: `Bearer ${server().tasker}`, ...init.headers };
  const response = await fetch(`${server().url}${url}`, { ...init, headers });
  const { details } = (await response.json()) as { details?: { value: string }[] };
  const value = Buffer.from(details?.[0]?.value ?? "", "base64");
  return nameOf(details && fromBinary(ErrorDetailSchema, value));
}

test.each(["application/proto", "application/json"])(
  "Connect with %s: the same",
  { timeout: timeoutMs },
  async (type) => {
    await underAttack(server(), growthMibMax, async () => {
      const headers = { "content-type": type, "content-encoding": "gzip" };
      const init = { method: "POST", headers, body: bomb.subarray(0, 1_000_000) };
      const all = Array.from({ length: atOnce }, () => byConnect(path("TaskService/CreateTask"), init));
      expect(new Set(await Promise.all(all))).toEqual(new Set(["LIMIT_EXCEEDED"]));
    });
  },
);

test("Connect by GET: the same, as far as 16 KiB of a path reach", { timeout: timeoutMs }, async () => {
  const small = gzipSync(Buffer.alloc(8 * 1_048_576));
  await underAttack(server(), growthMibMax, async () => {
    const query = `?connect=v1&encoding=json&compression=gzip&base64=1&message=${small.toString("base64url")}`;
    const all = Array.from({ length: atOnce }, () => byConnect(`${path("TaskService/GetTask")}${query}`, {}));
    expect(new Set(await Promise.all(all))).toEqual(new Set(["LIMIT_EXCEEDED"]));
  });
});

test.each([
  ["br", brotliCompressSync(Buffer.alloc(100_000))],
  ["deflate", deflateSync(Buffer.alloc(100_000))],
] as const)("%s is not taken at all", async (encoding, body) => {
  const headers = { "content-type": "application/json", "content-encoding": encoding };
  expect(await byConnect(path("TaskService/CreateTask"), { method: "POST", headers, body })).toBe("UNSUPPORTED");
  const answers = await byGrpc("TaskService/CreateTask", framed(body, 1), { "grpc-encoding": encoding });
  expect(reasons(answers)).toEqual(new Set(["UNSUPPORTED"]));
});
