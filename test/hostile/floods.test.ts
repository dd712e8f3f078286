// HTTP/2 floods, frame by frame: streams opened and reset, pings, settings, endless headers, frames that mean nothing.
// Each comes over many connections at once while a good client calls.
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { callRaw } from "../rpc/raw-grpc.ts";
import {
  dial,
  dialHttp2,
  errorCodes,
  flags,
  frame,
  frameTypes,
  grpcFields,
  headerBlock,
  opening,
  type RawConnection,
  setting,
  uint32,
} from "./frames.ts";
import { type HostileServer, startHostileServer, underAttack } from "./server-process.ts";
import { shared } from "./shared.ts";
import { errorDetailOf } from "./status-details.ts";

const getTask = "/asyncgate.v1.TaskService/GetTask";
const timeoutMs = 120_000;
/** Garbage of many calls; a leak would soon be gigabytes. */
const growthMibMax = 600;
const server = shared((atEnd) => startHostileServer([], atEnd));

async function each(count: number, attack: (index: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => attack(index)));
}

test("rapid reset: 50 connections open and reset a thousand streams each", { timeout: timeoutMs }, async () => {
  await underAttack(server(), growthMibMax, () =>
    each(50, async () => {
      const connection = await dialHttp2(server().port);
      const block = grpcFields(getTask, server().tasker);
      const reset = uint32(errorCodes.cancel);
      for (let stream = 0; stream < 1_000; stream += 1) {
        const id = stream * 2 + 1;
        connection.send(opening(id, block), frame(frameTypes.reset, flags.none, id, reset));
      }
      await connection.sent();
      connection.socket.destroySoon();
    }),
  );
});

/** Opens and resets streams until the server ends the connection. */
async function resetUntilClosed(connection: RawConnection, key: string): Promise<void> {
  const block = grpcFields(getTask, key);
  for (let stream = 0; !connection.socket.closed; stream += 1) {
    const id = stream * 2 + 1;
    connection.send(opening(id, block), frame(frameTypes.reset, flags.none, id, uint32(errorCodes.cancel)));
    if (stream % 100 === 0) await connection.sent();
  }
}

test("a connection that goes on resetting is ended", { timeout: timeoutMs }, async () => {
  await underAttack(server(), growthMibMax, async () => {
    await resetUntilClosed(await dialHttp2(server().port), server().tasker);
  });
});

test("an address that goes on flooding gets health checks only for a while; others get all", {
  timeout: timeoutMs,
}, async () => {
  const cooling = await startHostileServer(["--flood-cooldown-ms", "600000"]);
  const from = "127.0.0.2";
  await underAttack(cooling, growthMibMax, async () => {
    for (let count = 0; count < 2; count += 1) {
      await resetUntilClosed(await dialHttp2(cooling.port, { from }), cooling.tasker);
    }
    const session = connectHttp2(cooling.url, {
      createConnection: () => connect({ port: cooling.port, localAddress: from }),
    });
    const answer = await callRaw(session, getTask, Buffer.alloc(5), { authorization: `Bearer ${cooling.tasker}` });
    expect(errorDetailOf(answer)?.reason).toBe(ErrorReason.UNAVAILABLE);
    session.destroy();
    const probe = await dial(cooling.port, from);
    probe.write("GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    expect((await probe.toArray()).join("")).toMatch(/^HTTP\/1.1 200 /);
    await resetUntilClosed(await dialHttp2(cooling.port, { from }), cooling.tasker);
  });
  const ended = /"message":"connection ended for a flood","address":"127.0.0.2","cause":"resets"/g;
  expect(cooling.said().match(ended)).toHaveLength(2);
});

/** A connection that sends the same frames over and over, until it is closed or has sent them so often. */
async function flood(
  { port }: HostileServer,
  frames: readonly Buffer[],
  times: number,
): Promise<Awaited<ReturnType<typeof dialHttp2>>> {
  const connection = await dialHttp2(port);
  const many = Buffer.concat(Array.from({ length: 1_000 }, () => frames).flat());
  for (let sent = 0; sent < times && !connection.socket.destroyed; sent += 1_000) {
    connection.send(many);
    await connection.sent();
  }
  return connection;
}

/** The same, never faster than it is answered: what was not sent is bounded by Node, what is answered is not. */
async function pacedFlood({ port }: HostileServer, one: Buffer, answer: number, times: number): Promise<void> {
  const connection = await dialHttp2(port);
  const some = Buffer.concat(Array.from({ length: paced }, () => one));
  for (let sent = 0; sent < times && !connection.socket.destroyed; sent += paced) {
    const until = connection.heardOf(answer) + paced;
    connection.send(some);
    await connection.hear(() => connection.heardOf(answer) >= until);
  }
  await connection.closed;
}

const paced = 500;
const ping = frame(frameTypes.ping, flags.none, 0, Buffer.alloc(8));
const settings = frame(frameTypes.settings, flags.none, 0, setting(4, 65_535));

test.each([
  ["pings", ping],
  ["settings", settings],
  ["empty settings", frame(frameTypes.settings, flags.none, 0)],
] as const)("a flood of %s ends with its connection", { timeout: timeoutMs }, async (_name, one) => {
  await underAttack(server(), growthMibMax, () =>
    each(10, async () => {
      const connection = await flood(server(), [one], 1_000_000);
      await connection.closed;
    }),
  );
});

test.each([
  ["pings", ping, frameTypes.ping],
  ["settings", settings, frameTypes.settings],
] as const)(
  "a flood of %s ends with its connection, however well it is paced",
  { timeout: timeoutMs },
  async (_n, one, answer) => {
    await underAttack(server(), growthMibMax, () => each(3, () => pacedFlood(server(), one, answer, 1_000_000)));
  },
);

test.each([
  ["acknowledgements of nothing", frame(frameTypes.ping, flags.ack, 0, Buffer.alloc(8))],
  ["frames of an unknown type", frame(0x42, flags.none, 0, Buffer.alloc(16))],
  ["priorities of streams that are not there", frame(frameTypes.priority, flags.none, 7, Buffer.alloc(5))],
  ["small windows", frame(frameTypes.windowUpdate, flags.none, 0, uint32(1))],
] as const)("a flood of %s leaves others alone", { timeout: timeoutMs }, async (_name, one) => {
  await underAttack(server(), growthMibMax, () =>
    each(10, async () => {
      const connection = await flood(server(), [one], 100_000);
      connection.socket.destroy();
    }),
  );
});

test("headers that never end are cut off", { timeout: timeoutMs }, async () => {
  await underAttack(server(), growthMibMax, () =>
    each(50, async () => {
      const connection = await dialHttp2(server().port);
      connection.send(frame(frameTypes.headers, flags.none, 1, headerBlock(grpcFields(getTask, "none"))));
      const more = frame(frameTypes.continuation, flags.none, 1, headerBlock([["x", "y".repeat(1_000)]]));
      for (let sent = 0; sent < 10_000 && !connection.socket.destroyed; sent += 1) {
        connection.send(more);
        await connection.sent();
      }
      await connection.closed;
    }),
  );
});

test("headers that are too many, or too long, end their stream alone", { timeout: timeoutMs }, async () => {
  const connection = await dialHttp2(server().port);
  await connection.hear((one) => one.type === frameTypes.settings); // from its acknowledgement on the bounds hold
  const fields = grpcFields(getTask, server().tasker);
  const many = Array.from({ length: 200 }, (_, index) => [`x-${index}`, "y"] as const);
  connection.send(opening(1, [...fields, ...many], true));
  connection.send(opening(3, [...fields, ["x", "y".repeat(16_384)]], true));
  connection.send(opening(5, fields, true));
  for (const streamId of [1, 3]) {
    const refused = await connection.hear((one) => one.type === frameTypes.reset && one.streamId === streamId);
    expect(refused?.payload.readUInt32BE()).toBe(errorCodes.enhanceYourCalm);
  }
  expect(await connection.hear((one) => one.type === frameTypes.headers && one.streamId === 5)).toBeDefined();
  connection.socket.destroy();
});
