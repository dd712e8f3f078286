// What a well-behaved client notices of an attack: how soon work starts while others reset streams, send pings and
// never end their requests, compared with how soon it starts without them.
import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "../../../src/cli/bench/percentile.ts";
import { dialHttp2, errorCodes, flags, frame, frameTypes, grpcFields, opening, uint32 } from "../../hostile/frames.ts";
import type { Row } from "../row.ts";
import { serving } from "../serving.ts";

const queue = "bench";
const getTask = "/asyncgate.v1.TaskService/GetTask";

/** `from` is another address than that of the well-behaved client. */
type Target = { readonly port: number; readonly from: string; readonly key: string; readonly over: AbortSignal };
type Attacker = (target: Target) => Promise<void>;

/** An attacker that is disconnected connects again. */
async function again(attacker: Attacker, target: Target): Promise<void> {
  while (!target.over.aborted) {
    await attacker(target);
    await sleep(pauseMs);
  }
}

const pauseMs = 50;
const resetsAtOnce = 20;
const pingsAtOnce = 100;

const resets: Attacker = async ({ port, from, key, over }) => {
  const { socket, send } = await dialHttp2(port, { from });
  for (let id = 1; !over.aborted && !socket.destroyed; ) {
    for (let count = 0; count < resetsAtOnce; count += 1, id += 2) {
      send(opening(id, grpcFields(getTask, key)), frame(frameTypes.reset, flags.none, id, uint32(errorCodes.cancel)));
    }
    await sleep(pauseMs);
  }
  socket.destroy();
};

const pings: Attacker = async ({ port, from, over }) => {
  const { socket, send } = await dialHttp2(port, { from });
  const some = Array.from({ length: pingsAtOnce }, () => frame(frameTypes.ping, flags.none, 0, Buffer.alloc(8)));
  while (!over.aborted && !socket.destroyed) {
    send(...some);
    await sleep(pauseMs);
  }
  socket.destroy();
};

const slowBodies: Attacker = async ({ port, from, key, over }) => {
  const { socket, send } = await dialHttp2(port, { from });
  for (let stream = 0; stream < 100; stream += 1) send(opening(stream * 2 + 1, grpcFields(getTask, key)));
  for (let stream = 0; !over.aborted && !socket.destroyed; stream = (stream + 1) % 100) {
    send(frame(frameTypes.data, flags.none, stream * 2 + 1, Buffer.alloc(1)));
    await sleep(pauseMs);
  }
  socket.destroy();
};

const attackers: readonly (readonly [Attacker, number])[] = [
  [resets, 10],
  [pings, 10],
  [slowBodies, 10],
];

export const attackP99: Row = {
  prints: {
    attack_p99: "p99 of the time to start while 30 connections reset, ping and drip ÷ p99 without them; aim: below 3",
  },
  async run(bench) {
    const samples = bench.smoke ? 20 : 500;
    bench.settings("attackers", {
      connections: attackers.map(([, count]) => count),
      resetsAtOnce,
      pingsAtOnce,
      pauseMs,
    });
    await serving(bench, {}, async ({ load, server }) => {
      const p99 = async () => percentile(await load.ask("streamLatencies", { queue, samples }), 0.99);
      await p99(); // warm
      bench.tell("peace");
      const peace = await p99();
      const over = new AbortController();
      const port = Number(new URL(server.url).port);
      const target = { port, key: server.keys.tasker, over: over.signal };
      const running = attackers.flatMap(([attacker, count]) =>
        Array.from({ length: count }, (_, place) => again(attacker, { ...target, from: `127.0.0.${place + 2}` })),
      );
      bench.tell("attack");
      const attacked = await p99().finally(() => over.abort());
      await Promise.all(running);
      bench.report.figure("attack_p99_peace", peace, "ms");
      bench.report.figure("attack_p99_attacked", attacked, "ms");
      bench.report.ratio("attack_p99", attacked / peace);
    });
  },
};
