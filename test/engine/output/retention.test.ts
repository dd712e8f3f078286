// Output is kept as long as its task, and dropped with the week of the task.
import { expect, test } from "vitest";
import { dropExpired } from "../../../src/engine/maintenance/drop-expired.ts";
import { query } from "../../helpers/database.ts";
import { createClock } from "../../helpers/engine.ts";
import { append, readText } from "../../helpers/output.ts";
import { complete, granted, held, openScenario } from "../../helpers/scenario.ts";

const dayMs = 86_400_000;

test("output is there as long as its task is, and dropped with its week", async () => {
  const s = await openScenario({ clock: createClock(new Date("2027-03-03T12:00:00Z")) });
  const engine = { ...s.engine, server: { ...s.engine.server, retentionMs: 30 * dayMs } };
  const rows = async () => {
    const sql = "select (select count(*) from output_head) + (select count(*) from output_piece) as rows";
    return Number((await query<{ rows: string }>(s.database.databaseUrl, sql))[0]?.rows);
  };
  const leased = await held(s);
  granted(await append(s, leased, 0, "kept"));
  granted(await complete(s, leased));
  expect(await rows()).toBe(2);
  const pass = async (days: number) => {
    for (let day = 0; day < days; day += 5) {
      s.clock.advance(5 * dayMs);
      await s.operations.makePartitions();
    }
  };
  await pass(25);
  expect(await readText(s, leased.task.taskId)).toBe("kept");
  await pass(20);
  expect(await dropExpired(engine, new AbortController().signal)).toMatchObject({ chains: 1 });
  expect(await rows()).toBe(0);
});
