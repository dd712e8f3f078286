// A server that is killed between the answer of a node and what follows from it: neither is on record, another server
// takes the same answer, and nothing is lost or done twice.
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { query } from "../../helpers/database.ts";
import { openTestEngine } from "../../helpers/engine.ts";
import { answer, fleet, newConfig, picture, start } from "../../helpers/node-rollouts.ts";
import { configsOf } from "../../helpers/nodes.ts";
import { patience } from "../../helpers/patience.ts";
import { openScenario } from "../../helpers/scenario.ts";

test("killed between an answer and the next nodes, both are lost, and both are there when it is repeated", async () => {
  const s = await openScenario();
  const { databaseUrl } = s.database;
  await fleet(s, 3);
  const { rolloutId } = await start(s);
  // The canary's answer is written, and waits for the first of the next nodes.
  const holder = new pg.Client({ connectionString: databaseUrl });
  await holder.connect();
  onTestFinished(() => holder.end());
  await holder.query("begin; select from node where node_id = 'n2' for update");
  const lost = answer(s, "n1").then(
    () => "answered",
    () => "lost",
  );
  const kill = `select pg_terminate_backend(pid) as killed from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock'`;
  await expect.poll(() => query(databaseUrl, kill), patience).toEqual([{ killed: true }]);
  expect(await lost).toBe("lost");
  await holder.query("rollback");
  const other = { ...s, ...(await openTestEngine({ databaseUrl, clock: s.clock })), tenant: s.tenant };
  expect(await picture(other, rolloutId)).toBe("RUNNING: n1 ISSUED, n2 PENDING, n3 PENDING");
  expect((await configsOf(other, "n1")).configs[0]).toMatchObject({ config: newConfig, acks: [] });
  await answer(other, "n1");
  expect(await picture(other, rolloutId)).toBe("RUNNING: n1 APPLIED, n2 ISSUED, n3 ISSUED");
  for (const nodeId of ["n2", "n3"]) await answer(other, nodeId);
  expect(await picture(other, rolloutId)).toBe("COMPLETED: n1 APPLIED, n2 APPLIED, n3 APPLIED");
  expect((await configsOf(other, "n3")).configs).toHaveLength(2);
});
