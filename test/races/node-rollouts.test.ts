// Races about roll-outs, on two servers: whatever comes together, a node is in one at the most, none is issued more
// than it should be, nothing waits in a circle, and what is counted is what is there.
import { expect } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { NodeRolloutState } from "../../gen/typescript/asyncgate/v1/node_rollout_pb.ts";
import { isRefusal } from "../../src/core/refusal.ts";
import { sweep } from "../../src/engine/maintenance/sweep.ts";
import {
  answer,
  cancelRollout,
  fleet,
  getRollout,
  node,
  nodesOfRollout,
  pause,
  ROLL_BACK,
  rollBack,
  type StartInit,
  start,
} from "../helpers/node-rollouts.ts";
import { configsOf, configure, deactivate, FAILED, report } from "../helpers/nodes.ts";
import { type Arena, onlyWinner, race, together } from "../helpers/race.ts";

/** The arena, as the one and the other server see it. */
function sides(arena: Arena) {
  const [first, second] = arena.servers;
  return [
    { ...arena, operations: first },
    { ...arena, operations: second },
  ] as const;
}

/** Each round has nodes of its own: `r<round>n1` and so on. */
const prefixOf = ({ round }: Arena) => `r${round}n`;
const nodeOf = (arena: Arena, number: number) => `${prefixOf(arena)}${number}`;

async function begin(arena: Arena, count: number, plan: StartInit["plan"]): Promise<string> {
  await fleet(arena, count, prefixOf(arena));
  return (await start(arena, { nodes: { nodeIdPrefix: prefixOf(arena) }, ...(plan && { plan }) })).rolloutId;
}

/** What is counted of a roll-out is what its nodes are. */
async function expectCounted(arena: Arena, rolloutId: string): Promise<void> {
  const { progress } = await getRollout(arena, rolloutId);
  const { nodes } = await nodesOfRollout(arena, rolloutId);
  const counts = Array.from({ length: 10 }, (_, place) => nodes.filter(({ status }) => status === place + 1).length);
  const { $typeName: _, ...shown } = progress ?? { $typeName: "" };
  expect(Object.values(shown)).toEqual(counts);
}

race("of two roll-outs that want one node, one is started, and the other is told of it", async (arena) => {
  await fleet(arena, 3, prefixOf(arena));
  const [one, other] = sides(arena);
  const of = (...numbers: number[]) => ({ nodes: { nodeIds: numbers.map((number) => nodeOf(arena, number)) } });
  const answers = await together(
    arena.round,
    () => start(one, of(1, 2)),
    () => start(other, of(3, 2)),
  );
  const won = answers[onlyWinner(answers)];
  const rolloutId = won && !isRefusal(won) ? won.rolloutId : "";
  expect(answers.find(isRefusal)).toMatchObject({
    reason: ErrorReason.NODE_IN_ROLLOUT,
    facts: { value: { rolloutId, nodeIds: [nodeOf(arena, 2)] } },
  });
  await cancelRollout(arena, rolloutId);
});

race("the answers of all canaries at once let the others come once", async (arena) => {
  const rolloutId = await begin(arena, 6, { canaryCount: 3, batchSize: 10 });
  const [one, other] = sides(arena);
  await together(
    arena.round,
    () => answer(one, nodeOf(arena, 1)),
    () => answer(other, nodeOf(arena, 2)),
    () => answer(one, nodeOf(arena, 3)),
  );
  expect(await getRollout(arena, rolloutId)).toMatchObject({ progress: { applied: 3, issued: 3, pending: 0 } });
  for (const number of [4, 5, 6]) {
    expect((await configsOf(arena, nodeOf(arena, number))).configs).toHaveLength(2);
    await answer(arena, nodeOf(arena, number));
  }
  expect((await getRollout(arena, rolloutId)).state).toBe(NodeRolloutState.COMPLETED);
});

race("an operator's configuration comes before a roll-out, or is refused; never is it in between", async (arena) => {
  await fleet(arena, 2, prefixOf(arena));
  const [one, other] = sides(arena);
  const own = { sandbox: { limits: { pids: 5 } } };
  const [started, configured] = await together(
    arena.round,
    () => start(one, { nodes: { nodeIdPrefix: prefixOf(arena) } }),
    () => configure(other, nodeOf(arena, 1), { config: own }),
  );
  if (isRefusal(started)) throw new Error("the roll-out is started in any case");
  const [newest] = (await configsOf(arena, nodeOf(arena, 1))).configs;
  expect(newest?.config?.sandbox?.limits?.pids).toBe(77);
  if (isRefusal(configured)) expect(configured.reason).toBe(ErrorReason.NODE_IN_ROLLOUT);
  await rollBack(arena, started.rolloutId);
  const [former] = (await configsOf(arena, nodeOf(arena, 1))).configs;
  expect(former?.config?.sandbox?.limits?.pids).toBe(isRefusal(configured) ? undefined : 5);
  await cancelRollout(arena, started.rolloutId);
});

race(
  "answers, failures, reports, the sweep, operators and nodes that leave: all are done, and it adds up",
  async (arena) => {
    const plan = { canaryCount: 0, batchSize: 4, onFailure: ROLL_BACK, failuresMax: 1 };
    const rolloutId = await begin(arena, 8, plan);
    const [one, other] = sides(arena);
    const broken = { status: FAILED, error: "it is broken" };
    const answers = await together(
      arena.round,
      () => answer(one, nodeOf(arena, 1)),
      () => answer(other, nodeOf(arena, 2), broken),
      () => answer(one, nodeOf(arena, 3), arena.round % 2 === 0 ? broken : {}),
      () => deactivate(other, nodeOf(arena, 4)),
      () => deactivate(one, nodeOf(arena, 6)),
      () => report(other, node(arena, nodeOf(arena, 1))),
      () => pause(one, rolloutId),
      () => sweep(arena.other.engine, new AbortController().signal),
      () => rollBack(other, rolloutId),
    );
    for (const one of answers) if (isRefusal(one)) expect(one.reason).toBe(ErrorReason.NODE_ROLLOUT_STATE);
    await expectCounted(arena, rolloutId);
    for (let pass = 0; pass < 3; pass += 1) {
      for (const number of [1, 2, 3, 5, 7, 8]) await answer(arena, nodeOf(arena, number));
    }
    await expectCounted(arena, rolloutId);
    expect(await getRollout(arena, rolloutId)).toMatchObject({
      state: NodeRolloutState.ROLLED_BACK,
      progress: { toRevert: 0, reverting: 0, issued: 0 },
    });
  },
);
