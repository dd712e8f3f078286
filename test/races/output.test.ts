// Races around output, on two servers: a log has each byte once, from one holder, and followers of either server get
// all.
import { create } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  CompleteTaskRequestSchema,
  ReleaseLeaseRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { isRefusal } from "../../src/core/refusal.ts";
import type { Operations } from "../../src/engine/index.ts";
import { type Claimed, claim, granted as done, hand } from "../helpers/ledger-scenario.ts";
import { appendRequest, readRequest, readText, textOf } from "../helpers/output.ts";
import { type Arena, onlyWinner, race, together } from "../helpers/race.ts";
import { createRandom, seed } from "../helpers/random.ts";
import { result } from "../helpers/scenario.ts";

async function held(arena: Arena): Promise<Claimed> {
  await hand(arena);
  return await claim(arena);
}

function appending(server: Operations, { worker }: Arena, { token }: Claimed, offset: number, text: string) {
  return async () => (await server.appendOutputs(worker, [appendRequest({ lease: { token } }, offset, text)]))[0] ?? {};
}

async function completing(server: Operations, { worker }: Arena, { token }: Claimed): Promise<object> {
  const request = create(CompleteTaskRequestSchema, { leaseToken: token, ...result });
  return (await server.completeTasks(worker, [request]))[0] ?? {};
}

race(
  "law 24: of two appends at one offset on two servers one extends the log, and the other is told its end",
  async (arena) => {
    const { servers, round } = arena;
    const task = await held(arena);
    const texts = ["one", "other"] as const;
    const answers = await together(
      round,
      appending(servers[0], arena, task, 0, texts[0]),
      appending(servers[1], arena, task, 0, texts[1]),
    );
    const winner = onlyWinner(answers as object[]);
    expect(answers[1 - winner]).toMatchObject({ reason: ErrorReason.OFFSET_MISMATCH });
    expect(await readText(arena, task.taskId)).toBe(texts[winner as 0 | 1]);
    done(await completing(servers[0], arena, task));
  },
);

race("law 24: the same append on two servers at once is done once, and answered twice", async (arena) => {
  const { servers, round } = arena;
  const task = await held(arena);
  const answers = await together(
    round,
    appending(servers[0], arena, task, 0, "same"),
    appending(servers[1], arena, task, 0, "same"),
  );
  expect(answers).toMatchObject([{ nextOffset: 4n }, { nextOffset: 4n }]);
  expect(await readText(arena, task.taskId)).toBe("same");
  done(await completing(servers[0], arena, task));
});

race(
  "law 24: an append and the end of its lease at the same time: what is acknowledged is in the log, nothing else",
  async (arena) => {
    const { servers, round } = arena;
    const task = await held(arena);
    const releasing = async () => {
      const request = create(ReleaseLeaseRequestSchema, { leaseToken: task.token });
      return (await servers[1].releaseLeases(arena.worker, [request]))[0] ?? {};
    };
    const [appended] = await together(round, appending(servers[0], arena, task, 0, "last words"), releasing);
    const text = await readText(arena, task.taskId, { fence: 1n });
    expect(text).toBe(isRefusal(appended) ? "" : "last words");
    const next = await claim(arena);
    done(await appending(servers[0], arena, next, 0, "next")());
    expect(await appending(servers[1], arena, task, 10, "more")()).toMatchObject({ reason: ErrorReason.FENCED });
    done(await completing(servers[1], arena, next));
  },
);

race("law 24: followers on both servers get every byte of a task that prints on both, and its end", async (arena) => {
  const { servers, round, other, engine } = arena;
  const task = await held(arena);
  const gone = new AbortController();
  const following = servers.map(async (server) => {
    let text = "";
    const parts = server.readOutput(arena.agent, readRequest(task.taskId, { follow: true }), gone.signal);
    for await (const { part } of parts) text += textOf(part?.data ?? new Uint8Array());
    return text;
  });
  const random = createRandom(seed + round);
  const printing = (async () => {
    let printed = "";
    for (let number = 0; number < 12; number += 1) {
      const text = `${number}`.repeat(1 + Math.floor(random() * 40));
      const server = servers[random() < 0.5 ? 0 : 1];
      done(await appending(server, arena, task, printed.length, text)());
      printed += text;
    }
    done(await completing(servers[round % 2 === 0 ? 0 : 1], arena, task));
    return printed;
  })();
  // As the loops of both servers do: what one prints is found by the poll of the other.
  let isOver = false;
  const polling = [servers[0], servers[1]].map(async (server) => {
    while (!isOver) {
      await server.pollWaits({ topics: true, due: false }, gone.signal);
      await new Promise(setImmediate);
    }
  });
  const printed = await printing;
  expect(await Promise.all(following)).toEqual([printed, printed]);
  isOver = true;
  await Promise.all(polling);
  expect([engine.parkedWaits.size, other.engine.parkedWaits.size]).toEqual([0, 0]);
});
