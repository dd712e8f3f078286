// The query counter counts queries and no other message of the driver.
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { createTestDatabase } from "../helpers/database.ts";
import { countQueries } from "./count-queries.ts";

test("simple queries and executions are counted, and nothing else is", async () => {
  const databaseUrl = await createTestDatabase("empty");
  const counter = await countQueries(databaseUrl);
  onTestFinished(() => counter.close());
  const client = new pg.Client({ connectionString: counter.databaseUrl });
  await client.connect();
  expect(counter.queries()).toBe(0);
  await client.query("select 1");
  await client.query("select $1::int", [1]);
  for (let time = 0; time < 3; time += 1)
    await client.query({ name: "n", text: "select $1::text", values: ["x".repeat(100_000)] });
  await client.end();
  expect(counter.queries()).toBe(5);
});
