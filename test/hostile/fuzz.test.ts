// Valid requests, conversations and texts with their bytes mutated, for about ten seconds in all. A fault names its
// bytes.
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { type DescMethod, toBinary, toJson } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { methods, servedMethods, shortName } from "../../src/build/generate-docs-contract.ts";
import { createRandom, seed, times } from "../helpers/random.ts";
import { randomMessages } from "../rpc/random-messages.ts";
import { callRaw, framed } from "../rpc/raw-grpc.ts";
import { dial, flags, frame, frameTypes, grpcFields, opening, preface, uint32 } from "./frames.ts";
import { type HostileServer, startHostileServer, underAttack } from "./server-process.ts";
import { shared } from "./shared.ts";
import { errorDetailOf } from "./status-details.ts";

const seconds = times(10);
const kinds = 4;
const millisecondsEach = (seconds * 1_000) / kinds;
const timeoutMs = seconds * 1_000 + 60_000;
const growthMibMax = 500;
const server = shared((atEnd) => startHostileServer([], atEnd));

type Dice = (below: number) => number;

function createDice(from: number): Dice {
  const random = createRandom(from);
  return (below) => Math.floor(random() * below);
}

/** One to eight mutations: a byte changed, some removed, some doubled, some of another message inserted. */
function shaken(bytes: Buffer, other: Buffer, dice: Dice): Buffer {
  let result: Buffer = Buffer.from(bytes);
  for (let blows = 1 + dice(8); blows > 0; blows -= 1) {
    const at = dice(result.length + 1);
    const until = Math.min(result.length, at + dice(16));
    const piece = [
      Buffer.of(dice(256)),
      Buffer.alloc(0),
      Buffer.concat([result.subarray(at, until), result.subarray(at, until)]),
      other.subarray(dice(other.length + 1)).subarray(0, 16),
      Buffer.of([0x00, 0x7f, 0x80, 0xff][dice(4)] ?? 0),
    ][dice(5)];
    result = Buffer.concat([result.subarray(0, at), piece ?? Buffer.alloc(0), result.subarray(until)]);
  }
  return result;
}

const served = servedMethods();
const unary = methods.filter((method) => served.has(shortName(method)) && method.methodKind === "unary");
const perMethod = 20;

/** Messages of each method, most of them valid. */
const corpus = unary.map((method) => ({
  method,
  messages: fc.sample(randomMessages(method.input), perMethod),
}));

const [first] = corpus as [(typeof corpus)[number], ...typeof corpus];

type Faults = string[];
type Attack = (dice: Dice, faults: Faults) => Promise<void>;

const roundsMin = 20;

/** Repeats the attack until the time is over, eight at once; on a slow machine at least a few times. */
async function assault(attack: Attack): Promise<void> {
  const faults: Faults = [];
  let rounds = 0;
  await underAttack(server(), growthMibMax, async () => {
    const until = performance.now() + millisecondsEach;
    const lanes = Array.from({ length: 8 }, async (_, lane) => {
      const dice = createDice(seed * 1_000 + lane);
      for (; (performance.now() < until || rounds < roundsMin) && faults.length < 5; rounds += 1)
        await attack(dice, faults);
    });
    await Promise.all(lanes);
  });
  expect(faults).toEqual([]);
}

const keyFor = ({ parent }: DescMethod, { tasker, worker }: HostileServer) =>
  parent.name === "LeaseService" ? worker : tasker;
const pathOf = ({ parent, name }: DescMethod) => `/${parent.typeName}/${name}`;

async function shakeProtobuf(session: ClientHttp2Session, dice: Dice, faults: Faults): Promise<void> {
  const { method, messages } = corpus[dice(corpus.length)] ?? first;
  const of = (index: number) => Buffer.from(toBinary(method.input, messages[index] as never));
  const body = framed(shaken(of(dice(messages.length)), of(dice(messages.length)), dice));
  const wire = dice(8) === 0 ? shaken(body, body, dice) : body;
  const headers = { authorization: `Bearer ${keyFor(method, server())}` };
  const stream = callRaw(session, pathOf(method), wire, headers);
  const answer = await stream.catch((error: unknown) => String(error));
  if (typeof answer === "string") return void faults.push(`${shortName(method)} ${wire.toString("hex")}: ${answer}`);
  const status = answer.metadata["grpc-status"];
  const reason = errorDetailOf(answer)?.reason;
  if (status === undefined || status === "2" || status === "13" || reason === ErrorReason.INTERNAL) {
    faults.push(`${shortName(method)} ${wire.toString("hex")}: ${status} ${reason}`);
  }
}

const deep = 100_000;
/** Malice rather than mistakes. */
const nasty: readonly ((json: string) => string)[] = [
  () => "[".repeat(deep),
  () => `${'{"payload":'.repeat(deep)}1${"}".repeat(deep)}`,
  (json) => json.replace(/"[^"]*"(?=:)/, '"__proto__"'),
  (json) => json.replace(/^\{/, '{"__proto__":{"taskId":"x"},"constructor":{},'),
  (json) => json.replace(/\d+/, "1e999"),
  (json) => json.replace(/\d+/, "9".repeat(1_000)),
  (json) => json.replace(/\{(.*)\}/s, "{$1,$1}"),
  (json) => json.replace(/"[^"]*"$/, "null"),
  (json) => `{"payload":{"json":${JSON.stringify("[".repeat(deep) + "]".repeat(deep))}},"type":"t"}${json.slice(0, 0)}`,
];

async function shakeJson(dice: Dice, faults: Faults): Promise<void> {
  const { method, messages } = corpus[dice(corpus.length)] ?? first;
  const of = (index: number) => {
    try {
      return JSON.stringify(toJson(method.input, messages[index] as never));
    } catch {
      return "{}"; // binary has numbers and enums that JSON has no name for
    }
  };
  const good = of(dice(messages.length));
  const isNasty = dice(3) === 0;
  const body = isNasty
    ? Buffer.from((nasty[dice(nasty.length)] ?? String)(good))
    : shaken(Buffer.from(good), Buffer.from(of(0)), dice);
  const response = await fetch(`${server().url}${pathOf(method)}`, {
    method: "POST",
    headers: { authorization: `Bearer ${keyFor(method, server())}`, "content-type": "application/json" },
    body,
  });
  const text = await response.text();
  const code = /^\{"code":"(\w+)"/.exec(text)?.[1] ?? "ok";
  if (code === "internal" || code === "unknown") {
    faults.push(`${shortName(method)} ${body.subarray(0, 300).toString("latin1")}: ${text.slice(0, 300)}`);
  }
}

/** A valid HTTP/2 conversation. */
function conversation(key: string, dice: Dice): Buffer {
  const { method, messages } = corpus[dice(corpus.length)] ?? first;
  const message = framed(Buffer.from(toBinary(method.input, messages[dice(messages.length)] as never)));
  return Buffer.concat([
    preface,
    frame(frameTypes.settings, flags.none, 0),
    opening(1, grpcFields(pathOf(method), key)),
    frame(frameTypes.data, flags.none, 1, message.subarray(0, 3)),
    frame(frameTypes.data, flags.endStream, 1, message.subarray(3)),
    frame(frameTypes.windowUpdate, flags.none, 0, uint32(1_000)),
    frame(frameTypes.ping, flags.none, 0, Buffer.alloc(8)),
    opening(3, grpcFields(pathOf(method), key), true),
    frame(frameTypes.reset, flags.none, 3, uint32(8)),
  ]);
}

const http1 =
  "POST /asyncgate.v1.TaskService/GetTask HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n" +
  'transfer-encoding: chunked\r\nexpect: 100-continue\r\n\r\n5\r\n{"tas\r\n0\r\n\r\nGET /metrics HTTP/1.0\r\n\r\n';

/** Sends it, waits briefly for an answer, and closes the connection. */
async function say(bytes: Buffer): Promise<void> {
  const socket = await dial(server().port);
  const answered = new Promise((resolve) => socket.once("data", resolve).once("close", resolve));
  socket.write(bytes);
  const late = AbortSignal.timeout(50);
  await Promise.race([answered, new Promise((resolve) => late.addEventListener("abort", resolve))]);
  socket.destroy();
}

test("protobuf that is nearly right", { timeout: timeoutMs }, async () => {
  const session = connectHttp2(server().url);
  await assault((dice, faults) => shakeProtobuf(session, dice, faults));
  session.destroy();
});

test("JSON that is nearly right", { timeout: timeoutMs }, async () => {
  await assault(shakeJson);
});

test("HTTP/2 that is nearly right", { timeout: timeoutMs }, async () => {
  await assault(async (dice) => {
    const good = conversation(server().tasker, dice);
    // Mostly past the preface, which decides whether anything is listened to at all.
    const from = dice(10) === 0 ? 0 : preface.length;
    await say(Buffer.concat([good.subarray(0, from), shaken(good.subarray(from), good, dice)]));
  });
});

test("HTTP/1.1 that is nearly right", { timeout: timeoutMs }, async () => {
  await assault(async (dice) => await say(shaken(Buffer.from(http1), Buffer.from(http1), dice)));
});
