// The ledger check: every kind of damage that can be done to a row by hand is found, and sound databases pass.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { FailTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { CancelTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { checkLedger } from "../../../src/engine/maintenance/check-ledger.ts";
import {
  claim,
  complete,
  damage,
  granted,
  hand,
  openScene,
  outcome,
  report,
  type Scene,
  succeedWithoutLocator,
} from "../../helpers/ledger-scenario.ts";

const ledgerMayDiffer = true;

/** A task in each place: waiting, waiting again after a failure, held, ended, ended and still owed. */
async function everyPlace(scene: Scene) {
  const unlocated = await succeedWithoutLocator(scene);
  const done = await hand(scene);
  granted(await complete(scene, await claim(scene)));
  const retried = await hand(scene);
  const { token: leaseToken } = await claim(scene);
  await scene.operations.failTasks(scene.worker, [
    create(FailTaskRequestSchema, { leaseToken, error: { type: "oops", message: "no", retryable: true } }),
  ]);
  const held = await hand(scene);
  await claim(scene);
  const waiting = await hand(scene);
  await report(scene, { to: scene.agent.principal });
  return { unlocated, done, retried, held, waiting };
}

type Places = Awaited<ReturnType<typeof everyPlace>>;

test("a sound database has no difference, whatever lies in it, and everything is counted", async () => {
  const scene = await openScene();
  await everyPlace(scene);
  await scene.makeTenant();
  expect(await checkLedger(scene.engine)).toEqual({ tenants: 2, chains: 6, receipts: 16, differences: [] });
});

const unknown = "'01900000-0000-7000-8000-000000000000'";

test.each<[string, keyof Places, (taskId: string, places: Places) => string]>([
  ["an ended task's state", "done", (id) => `update ended set state = 5 where task_id = '${id}'`],
  ["a waiting task's attempt", "retried", (id) => `update ready set attempt = 1 where task_id = '${id}'`],
  ["a waiting task's lost leases", "waiting", (id) => `update ready set lease_losses = 1 where task_id = '${id}'`],
  ["a held task's deliveries", "held", (id) => `update lease set deliveries = 7 where task_id = '${id}'`],
  ["a held task's fence", "held", (id) => `update lease set fence = fence + 1 where task_id = '${id}'`],
  ["a held task's state", "held", (id) => `update lease set state = 3 where task_id = '${id}'`],
  ["a held task's worker", "held", (id) => `update lease set worker = 'worker:eve' where task_id = '${id}'`],
  [
    "a held task's accepted receipt",
    "held",
    (id) => `update lease set accepted_receipt_id = ${unknown} where task_id = '${id}'`,
  ],
  [
    "a held task's assigned receipt",
    "held",
    (id) => `update lease set assigned_receipt_id = ${unknown} where task_id = '${id}'`,
  ],
  [
    "a waiting task's assigned receipt",
    "waiting",
    (id) => `update ready set assigned_receipt_id = ${unknown} where task_id = '${id}'`,
  ],
  ["the end of a chain", "done", (id) => `update ended set head_sequence = head_sequence + 1 where task_id = '${id}'`],
  ["the hash of a chain's end", "held", (id) => `update lease set head_hash = sha256('x') where task_id = '${id}'`],
  ["a discharge", "done", (id) => `update ended set discharged = false where task_id = '${id}'`],
  ["a discharge that is none", "unlocated", (id) => `update ended set discharged = true where task_id = '${id}'`],
  ["an obligation deleted", "waiting", (id) => `delete from obligation where task_id = '${id}'`],
  [
    "an obligation of another principal",
    "waiting",
    (id) => `update obligation set principal = 'agent:eve' where task_id = '${id}'`,
  ],
  [
    "an obligation of another task",
    "waiting",
    (id, { held }) => `update obligation set task_id = '${held.taskId}' where task_id = '${id}'`,
  ],
  ["a waiting row deleted", "waiting", (id) => `delete from ready where task_id = '${id}'`],
  ["a lease deleted", "held", (id) => `delete from lease where task_id = '${id}'`],
  [
    "a lease moved to another task",
    "held",
    (id, { waiting }) => `update lease set task_id = '${waiting.taskId}' where task_id = '${id}'`,
  ],
  [
    "a task in two places",
    "held",
    (id) =>
      `insert into ready select tenant_id, lane_id, now(), task_id, attempt, lease_losses, deliveries, fence, version,
         head_sequence, head_hash, assigned_receipt_id, null, head_page_id from lease where task_id = '${id}'`,
  ],
  ["a receipt deleted", "done", (id) => `delete from receipt where chain_id = '${id}' and sequence = 3`],
  [
    "a receipt altered",
    "done",
    (id) => `update receipt set from_principal = 'agent:eve' where chain_id = '${id}' and sequence = 1`,
  ],
  ["a whole chain deleted", "waiting", (id) => `delete from receipt where chain_id = '${id}'`],
])("%s is found, at its task", async (_what, which, sql) => {
  const scene = await openScene({ ledgerMayDiffer });
  const places = await everyPlace(scene);
  const { taskId } = places[which];
  await damage(scene.database.databaseUrl, sql(taskId, places));
  const { differences } = await checkLedger(scene.engine);
  expect(differences).toContainEqual({
    tenantId: scene.tenant.tenantId,
    chainId: taskId,
    what: expect.any(String),
  });
});

test.each([
  [
    "an obligation",
    (tenantId: string) => `insert into obligation values ('${tenantId}', 'agent:eve', ${unknown}, ${unknown})`,
  ],
  [
    "a closed obligation, opened again",
    () =>
      `insert into obligation
         select tenant_id, 'agent:alice', assigned_receipt_id, task_id from ended where discharged`,
  ],
] as const)("%s that no receipt leaves open is found by count", async (_what, sql) => {
  const scene = await openScene({ ledgerMayDiffer });
  await everyPlace(scene);
  await damage(scene.database.databaseUrl, sql(scene.tenant.tenantId));
  expect((await checkLedger(scene.engine)).differences).toEqual([
    {
      tenantId: scene.tenant.tenantId,
      chainId: "",
      what: "5 assignments, questions and configurations are held open, and the receipts leave 4 open",
    },
  ]);
});

test("damage to one tenant is reported for that tenant alone", async () => {
  const scene = await openScene({ ledgerMayDiffer });
  const other = await scene.makeTenant();
  const ofOther = await hand({ ...scene, agent: other.caller("agent", "alice") });
  await hand(scene);
  await damage(scene.database.databaseUrl, `update ready set attempt = 2 where task_id = '${ofOther.taskId}'`);
  expect((await checkLedger(scene.engine)).differences).toEqual([
    { tenantId: other.tenantId, chainId: ofOther.taskId, what: "attempt is 2, and the receipts say 1" },
  ]);
});

test("law 8: whatever two servers do at once to the same tasks, state and receipts tell the same", async () => {
  const one = await openScene();
  const other = { ...(await openScene({ databaseUrl: one.database.databaseUrl, clock: one.clock })) };
  const second: Scene = { ...other, agent: one.agent, worker: one.worker, operator: one.operator, tenant: one.tenant };
  for (let round = 0; round < 4; round += 1) {
    const { taskId } = await hand(one);
    const lease = await claim(one);
    const cancel = create(CancelTaskRequestSchema, { taskId });
    const ends = await Promise.allSettled([
      complete(one, lease),
      outcome(second.operations.cancelTask(one.agent, cancel)),
      complete(second, lease, {}),
      report(second, { taskId }),
    ]);
    expect(ends.map(({ status }) => status)).toEqual(ends.map(() => "fulfilled"));
  }
  expect(await checkLedger(one.engine)).toMatchObject({ chains: 4, differences: [] });
});

test.each([
  ["request", "update task set payload = 'x'"],
  ["result", "update ended set outcome = ''"],
])("law 9: a stored %s that differs from the digest on record is found", async (_what, sql) => {
  const scene = await openScene({ ledgerMayDiffer });
  await everyPlace(scene);
  await damage(scene.database.databaseUrl, sql);
  expect((await checkLedger(scene.engine)).differences).not.toEqual([]);
});
