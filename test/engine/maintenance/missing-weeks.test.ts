// The database's clock is set to a time whose weekly partitions were never made: the first transaction that needs them
// makes them, and a server that cannot make them says so.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { Refused } from "../../../src/core/refusal.ts";
import { createLogin, createTestDatabase, grantTables, query } from "../../helpers/database.ts";
import { hand, openScene, type Scene, verify } from "../../helpers/ledger-scenario.ts";
import { patience } from "../../helpers/patience.ts";
import { claim, complete, createTask, openScenario, read, result } from "../../helpers/scenario.ts";

const dayMs = 86_400_000;

test.each([{ days: -10 }, { days: 60 }, { days: 4_000 }])(
  "with the clock $days days off, the first task makes its week and goes its whole way",
  async ({ days }) => {
    const s = await openScenario();
    s.clock.advance(days * dayMs);
    expect(await s.operations.readiness()).toEqual({ ready: true });
    const task = await createTask(s);
    await complete(s, await claim(s), result);
    expect(await read(s, task.taskId)).toMatchObject({ state: TaskState.SUCCEEDED });
  },
);

test("without a probe before it, the task that meets the gap makes the week, and the log says so once", async () => {
  const scene = await openScene({ oneServer: true });
  scene.clock.advance(60 * dayMs);
  await Promise.all(Array.from({ length: 20 }, () => hand(scene)));
  expect(await verify(scene)).toMatchObject({ whole: true, chains: 20n });
  expect(scene.database.logged.map(({ event }) => event)).toEqual(["missing_partitions_made"]);
});

test("servers that meet the gap at the same time make each week once, and every task is created", async () => {
  const scene = await openScene();
  const other = await openScene({ databaseUrl: scene.database.databaseUrl, clock: scene.clock });
  scene.clock.advance(-60 * dayMs);
  const servers: Scene[] = [scene, { ...other, agent: scene.agent }];
  await Promise.all(servers.flatMap((server) => Array.from({ length: 20 }, () => hand(server))));
  expect(await verify(scene)).toMatchObject({ whole: true, chains: 40n });
});

test("a server that may not make tables refuses tasks, is not ready and says why, until it may", async () => {
  const login = await createLogin();
  const databaseUrl = await createTestDatabase();
  const owner = await openScene({ databaseUrl, oneServer: true });
  await grantTables(databaseUrl, login);
  const scene = await openScene({ databaseUrl: login.urlOf(databaseUrl), clock: owner.clock, oneServer: true });
  expect(await scene.operations.readiness()).toEqual({ ready: true });

  scene.clock.advance(60 * dayMs);
  const error = await hand(scene).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Refused);
  expect((error as Refused).refusal.reason).toBe(ErrorReason.UNAVAILABLE);
  expect(await scene.operations.readiness()).toMatchObject({
    ready: false,
    reason: expect.stringMatching(/partitions of this week are missing and cannot be made: .*permission denied/),
  });

  await query(databaseUrl, `grant ${await ownerOf(databaseUrl)} to ${login.name}`);
  await expect.poll(() => scene.operations.readiness(), patience).toEqual({ ready: true });
  await hand(scene);
});

test("a server is not ready when another table has the name of this week's partition", async () => {
  const scene = await openScene({ oneServer: true });
  await query(scene.database.databaseUrl, "create table ledger_page_w20991228 (id integer)");
  const there = new Date("2100-01-01T00:00:00Z").getTime();
  scene.clock.advance(there - scene.clock.now().getTime());
  expect(await scene.operations.readiness()).toMatchObject({
    ready: false,
    reason: expect.stringContaining("other tables have their names"),
  });
});

async function ownerOf(databaseUrl: string): Promise<string> {
  const [row] = await query<{ owner: string }>(
    databaseUrl,
    "select quote_ident(tableowner) as owner from pg_tables where tablename = 'task'",
  );
  return row?.owner ?? "";
}
