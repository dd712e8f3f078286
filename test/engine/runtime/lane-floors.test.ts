// Where looks for work begin: at the beginning while that is cheap; behind the dead rows when it is not, and even then
// at the beginning now and again, so that nothing that was passed by waits for long.
import { expect, test } from "vitest";
import { createLaneFloors, type Start } from "../../../src/engine/runtime/lane-floors.ts";
import { pickReady } from "../../../src/store/ready.sql.gen.ts";
import { transaction } from "../../../src/store/transaction.ts";
import { openTestDatabase, query } from "../../helpers/database.ts";

const tenant = "aaaaaaaa-0000-4000-8000-000000000001";
const noon = Date.UTC(2026, 0, 1, 12);
const at = (ms: number) => new Date(noon + ms);
const row = (laneId: number, taskId: string, ms: number) => ({ laneId, taskId, eligibleTime: at(ms), principal: null });
const beginning: Start = { laneIds: [], floors: [] };

function looked(tookMs: number, nowMs = 0) {
  const floors = createLaneFloors();
  const picked = [row(1, "a", -3_000), row(1, "b", -2_000), row(2, "c", -5_000), row(2, "d", -4_000)];
  const takenIds = new Set(["a", "b", "c"]);
  floors.found(tenant, { now: at(nowMs), start: beginning, picked, takenIds, tookMs });
  return floors;
}

test("a look that was cheap is followed by looks from the beginning", () => {
  expect(looked(1).startOf(tenant, at(10))).toEqual(beginning);
});

test("after an expensive one looks start at what it left, and where it left nothing at what it took last", () => {
  const { laneIds, floors } = looked(200).startOf(tenant, at(10));
  expect(laneIds).toEqual([1, 2]);
  expect(floors).toEqual([at(-2_250), at(-4_250)]);
});

test("looks from the beginning come back, as seldom as they are expensive", () => {
  expect(looked(20).startOf(tenant, at(999)).laneIds).toHaveLength(2);
  expect(looked(20).startOf(tenant, at(1_000))).toEqual(beginning);
  expect(looked(200).startOf(tenant, at(3_999)).laneIds).toHaveLength(2);
  expect(looked(200).startOf(tenant, at(4_000))).toEqual(beginning);
});

test("a task that waits at its old place again is looked for there", () => {
  const floors = looked(200);
  floors.returned(tenant, [row(1, "a", -3_000), row(3, "z", -9_000)]);
  const start = floors.startOf(tenant, at(10));
  expect(start).toEqual({ laneIds: [1, 2], floors: [at(-3_250), at(-4_250)] });
});

test("one tenant's dead rows say nothing about another's", () => {
  expect(looked(200).startOf("bbbbbbbb-0000-4000-8000-000000000002", at(10))).toEqual(beginning);
});

test("only the lanes where most happens are remembered", () => {
  const floors = looked(200);
  for (let laneId = 10; laneId < 40; laneId += 1) {
    const picked = [row(laneId, "x", -1_000)];
    const start = floors.startOf(tenant, at(10));
    floors.found(tenant, { now: at(10), start, picked, takenIds: new Set(["x"]), tookMs: 1 });
  }
  const { laneIds } = floors.startOf(tenant, at(20));
  expect(laneIds).toEqual(Array.from({ length: 16 }, (_, place) => 24 + place));
});

test("a look with floors finds what waits at or above them, and everything in other lanes", async () => {
  const database = await openTestDatabase();
  const { databaseUrl } = database;
  await query(
    databaseUrl,
    `insert into lane select '${tenant}', i, 'default', 't', '{}', 5 from generate_series(1, 2) as i`,
  );
  await query(
    databaseUrl,
    `insert into ready select '${tenant}', lane, timestamptz '2026-01-01Z' + i * interval '1 s',
       gen_random_uuid(), 1, 0, 0, 0, 1, 1, decode(repeat('ab', 32), 'hex'), gen_random_uuid(), null,
       gen_random_uuid()
     from generate_series(1, 2) as lane, generate_series(1, 10) as i`,
  );
  const of = { tenantId: tenant, queues: ["default"], principals: [] };
  const which = { ...of, anyType: true, types: [], capabilities: [], most: 100 };
  const found = async (laneIds: number[], floors: Date[]) => {
    const rows = await transaction(database, {}, (tx) =>
      pickReady(tx, { ...which, now: at(0), floorLaneIds: laneIds, floors }),
    );
    return [1, 2].map((lane) => rows.filter(({ laneId }) => laneId === lane).length);
  };
  expect(await found([], [])).toEqual([10, 10]);
  expect(await found([1], [new Date("2026-01-01T00:00:07Z")])).toEqual([4, 10]);
});
