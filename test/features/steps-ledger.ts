// Steps that look at receipts, obligations, and refusals.
import { expect } from "vitest";
import { ReceiptType } from "../../clients/typescript/src/index.ts";
import type { OpenObligation } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { all } from "../clients/typescript/kit.ts";
import { listed, step } from "./steps.ts";
import { nameOf, type World } from "./world.ts";

/** `task.assigned` for TASK_ASSIGNED. */
const typeName = (type: ReceiptType): string => nameOf(ReceiptType, type).toLowerCase().replace("_", ".");

async function receiptsOf(world: World, task: string) {
  const { client } = await world.member("operator reader");
  return await all(client.receipts({ taskId: world.idOf(task) }));
}

const typesOf = async (world: World, task: string) => (await receiptsOf(world, task)).map(({ type }) => typeName(type));

step("the receipts of {string} are {words}", async (world, task = "", words = "") => {
  expect(await typesOf(world, task)).toEqual(listed(words));
});
step("the receipts of {string} hold {words}", async (world, task = "", words = "") => {
  expect(await typesOf(world, task)).toEqual(expect.arrayContaining(listed(words)));
});
step("the ledger is whole", async (world) => {
  const { client } = await world.member("operator reader");
  const { whole, chains, faults } = await client.stubs.receipts.verifyLedger({});
  expect(faults).toEqual([]);
  expect([whole, chains]).toEqual([true, BigInt(world.taskIds.size)]);
});

async function owedBy(world: World, who: string): Promise<OpenObligation[]> {
  return await all((await world.member(who)).client.obligations());
}

const taskIdsOf = (open: readonly OpenObligation[]) => open.map(({ receipt }) => receipt?.taskId);

step("{who} owes {string}", async (world, who = "", task = "") => {
  expect(taskIdsOf(await owedBy(world, who))).toEqual([world.idOf(task)]);
});
step("{who} owes nothing", async (world, who = "") => expect(await owedBy(world, who)).toEqual([]));
step("{who} owes nothing of {string}", async (world, who = "", task = "") => {
  expect(taskIdsOf(await owedBy(world, who))).not.toContain(world.idOf(task));
});
step("{who} is told that {string} is open until {words}", async (world, who = "", task = "", words = "") => {
  const { client } = await world.member(who);
  const [assigned] = await receiptsOf(world, task);
  const { open, closableBy } = await client.stubs.obligations.explainObligation({
    receiptId: assigned?.receiptId ?? "",
  });
  expect([open, closableBy.map(typeName)]).toEqual([true, listed(words)]);
});

step("{who} says that the result of {string} is at {string}", async (world, who = "", task = "", uri = "") => {
  const { client } = await world.member(who);
  const [assigned] = await receiptsOf(world, task);
  await client.stubs.receipts.appendReceipt({
    type: ReceiptType.TASK_COMPLETED,
    taskId: world.idOf(task),
    parents: [assigned?.receiptId ?? ""],
    artifacts: [{ kind: "s3", uri }],
  });
});
step("{who} appends a task.failed to {string}", async (world, who = "", task = "") => {
  const { client } = await world.member(who);
  await client.stubs.receipts.appendReceipt({ type: ReceiptType.TASK_FAILED, taskId: world.idOf(task) });
});

step("{who} is asked {string}", async (world, who = "", title = "") => {
  const questions = await all((await world.member(who)).client.questions());
  expect(questions.map((one) => one.title)).toEqual([title]);
  world.answer = questions[0];
});
step("{who} answers {string} to the question of {string}", async (world, who = "", answer = "", task = "") => {
  const { client } = await world.member(who);
  const asked = (await receiptsOf(world, task)).findLast(({ type }) => type === ReceiptType.INPUT_REQUESTED);
  await client.answer({ taskId: world.idOf(task), inputId: asked?.receiptId ?? "" }, answer);
});

/** A refusal is looked at by the steps that follow it directly. */
function refusal(world: World) {
  if (!world.refusal && !world.answer) throw new Error("the last step was not refused");
  return world.refusal;
}

step("the call is refused with {word}", (world, reason = "") => {
  const refused = refusal(world);
  expect(refused?.reasonName).toBe(reason);
  world.answer = refused;
  world.refusal = undefined;
});
step("the refusal says {string}", ({ answer }, text = "") => expect((answer as Error).message).toContain(text));
step("the refusal names {words}", ({ answer }, words = "") => {
  const facts: unknown = Reflect.get(Object(answer), "facts");
  const violations: unknown = Reflect.get(Object(Reflect.get(Object(facts), "value")), "violations");
  const fields = (violations as readonly { readonly field: string }[]).map(({ field }) => field);
  expect(fields.sort()).toEqual(listed(words).sort());
});
