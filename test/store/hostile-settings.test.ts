// A role whose settings are all unlike the ones that Postgres comes with: the answers are the same.
import { expect, test } from "vitest";
import { toBytes, toTime } from "../../src/store/statement.ts";
import { read as readOnly, transaction } from "../../src/store/transaction.ts";
import {
  createLogin,
  createTestDatabase,
  grantTables,
  type Login,
  openTestDatabase,
  query,
} from "../helpers/database.ts";
import { verify } from "../helpers/ledger-scenario.ts";
import { claim, complete, createTask, openScenario, read, story } from "../helpers/scenario.ts";

const settings = {
  array_nulls: "off",
  backslash_quote: "on",
  bytea_output: "escape",
  datestyle: "SQL, DMY",
  default_transaction_isolation: "serializable",
  default_transaction_read_only: "on",
  enable_hashagg: "off",
  enable_hashjoin: "off",
  enable_indexscan: "off",
  escape_string_warning: "off",
  extra_float_digits: "-15",
  idle_in_transaction_session_timeout: "1",
  intervalstyle: "sql_standard",
  plan_cache_mode: "force_generic_plan",
  quote_all_identifiers: "on",
  standard_conforming_strings: "off",
  timezone: "America/St_Johns",
  transform_null_equals: "on",
};

async function createHostileUrl(databaseUrl: string, login: Login): Promise<string> {
  await grantTables(databaseUrl, login);
  for (const [name, value] of Object.entries(settings)) {
    await query(databaseUrl, `alter role ${login.name} set ${name} to ${name === "datestyle" ? value : `'${value}'`}`);
  }
  const url = login.urlOf(databaseUrl);
  const shown = await query(
    url,
    "select current_setting('bytea_output') as bytes, current_setting('datestyle') as times",
  );
  expect(shown).toEqual([{ bytes: "escape", times: "SQL, DMY" }]);
  return url;
}

test("a role that sets everything otherwise gets the same answers, from creating a task to verifying it", async () => {
  const login = await createLogin();
  const databaseUrl = await createTestDatabase();
  const owner = await openScenario({ databaseUrl, oneServer: true });
  const hostileUrl = await createHostileUrl(databaseUrl, login);
  const hostile = await openScenario({ databaseUrl: hostileUrl, clock: owner.clock, oneServer: true });
  const s = { ...owner, operations: hostile.operations };
  // Bytes of every kind: quotes, backslashes, and what is not ASCII.
  const payload = { content: { case: "json", value: JSON.stringify({ a: "\\ ' \u0000 ü ✓" }) } } as const;
  const task = await createTask(s, { payload, labels: { "a\\b": 'c"d' } });
  await complete(s, await claim(s), { result: payload });
  expect(await read(s, task.taskId)).toEqual(await read(owner, task.taskId));
  expect((await read(s, task.taskId)).payload).toMatchObject(payload);
  expect(await story(s, task.taskId)).toEqual(await story(owner, task.taskId));
  expect(await verify(s)).toMatchObject({ whole: true });
});

test("such a role is told the same time", async () => {
  const login = await createLogin();
  const databaseUrl = await createTestDatabase();
  const database = await openTestDatabase({ databaseUrl: await createHostileUrl(databaseUrl, login) });
  const [before] = await query<{ now: string }>(databaseUrl, "select extract(epoch from clock_timestamp()) as now");
  const times = [await readOnly(database, {}, (tx) => tx.now), await transaction(database, {}, async (tx) => tx.now)];
  for (const time of times) expect(Math.abs(time.getTime() / 1_000 - Number(before?.now))).toBeLessThan(60);
});

test.each([
  ["\\x00ff5c78", [0x00, 0xff, 0x5c, 0x78]],
  ["\\\\x", [0x5c, 0x78]],
  ["\\000\\377\\\\x'\\134", [0x00, 0xff, 0x5c, 0x78, 0x27, 0x5c]],
  ["", []],
])("bytes are read from %s", (text, bytes) => {
  expect([...toBytes(text)]).toEqual(bytes);
});

test.each([
  ["2026-09-21 10:00:00.123+00", "2026-09-21T10:00:00.123Z"],
  ["2026-09-21 10:00:00+00", "2026-09-21T10:00:00.000Z"],
  ["0001-01-01 00:53:28.12+00", "0001-01-01T00:53:28.120Z"],
  ["9999-12-31 23:59:59.123456+00", "9999-12-31T23:59:59.123Z"],
])("a time is read from %s", (text, time) => {
  expect(toTime(text).toISOString()).toBe(time);
});

test.each(["21/09/2026 10:00:00 NDT", "2026-09-21 10:00:00+02"])("%s is an error: no transaction gets it", (text) => {
  expect(() => toTime(text)).toThrow("is not an ISO time in UTC");
});
