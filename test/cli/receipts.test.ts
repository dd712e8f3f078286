// `asyncgate receipts` and `asyncgate obligations`, against a server.
import { expect, test } from "vitest";
import { callCommandOf } from "../../src/cli/call-commands.ts";
import { ageOf, obligations } from "../../src/cli/obligations/list.ts";
import { receiptsList } from "../../src/cli/receipts/list.ts";
import { receiptsTrace } from "../../src/cli/receipts/trace.ts";
import { receiptsVerify } from "../../src/cli/receipts/verify.ts";
import { taskCancel } from "../../src/cli/task/cancel.ts";
import { taskCreate } from "../../src/cli/task/create.ts";
import { runCommand } from "./terminal.ts";
import { openUsers } from "./users.ts";

type Claimed = { readonly tasks: readonly { readonly lease: { readonly token: string } }[] };

async function openCanceled() {
  const users = await openUsers();
  const { printed: id } = await runCommand(taskCreate, ["t"], users.tasker);
  await runCommand(taskCancel, [id, "--reason", 'the "customer" <left>'], users.tasker);
  return { ...users, id };
}

test("receipts are a table with reasons where there are any", async () => {
  const { tasker, id } = await openCanceled();
  const { printed } = await runCommand(receiptsList, [id], tasker);
  expect(printed).toMatch(/ receipt +reason$/m);
  expect(printed).toMatch(/^#2 +task\.canceled +.* the "customer" <left>$/m);
  const { printed: plain } = await runCommand(taskCreate, ["t"], tasker);
  expect((await runCommand(receiptsList, [plain], tasker)).printed).not.toContain("reason");
});

test("a task that is not known, or not one's own, is refused and not shown as empty", async () => {
  const { stranger, tasker, id } = await openCanceled();
  const unknown = "01a1fc79-5aa5-702f-beff-11c0fd6beb28";
  await expect(runCommand(receiptsList, [unknown], tasker)).rejects.toThrow("NOT_FOUND");
  await expect(runCommand(receiptsList, [id], stranger)).rejects.toThrow("NOT_FOUND");
  await expect(runCommand(receiptsTrace, [id], stranger)).rejects.toThrow("NOT_FOUND");
});

test("a trace is a table, JSON, or a picture, and texts in it do no harm there", async () => {
  const { tasker, id } = await openCanceled();
  const trace = async (...args: string[]) => (await runCommand(receiptsTrace, [id, ...args], tasker)).printed;
  expect(await trace()).toMatch(/^#1 +task\.assigned/m);
  const json = JSON.parse(await trace("--json")) as { receipt: { receipt_id: string }; descendants: unknown[] };
  expect(json.descendants.length).toBeGreaterThan(0);
  const { printed } = await runCommand(receiptsTrace, [json.receipt.receipt_id, "--mermaid"], tasker);
  expect(printed).toBe(await trace("--mermaid"));
  expect(printed).toContain("r0 --> r1");
  expect(printed).toContain("the &quot;customer&quot; &lt;left>");
  expect(await trace("--dot")).toContain('the \\"customer\\" <left>');
  const svg = await trace("--svg");
  expect(svg).toContain("the &quot;customer&quot; &lt;left>");
  expect(svg.match(/<rect /g)).toHaveLength(svg.match(/<g[ >]/g)?.length ?? 0);
  expect(svg).not.toMatch(/NaN|undefined/);
  await expect(trace("--svg", "--dot")).rejects.toThrow("exclude each other");
});

test("a picture has each receipt below those that it names, also where one transaction has written them", async () => {
  const { operator } = await openUsers();
  const call = async (name: string, request: object) => {
    const command = await callCommandOf("LeaseService", name);
    if (!command) throw new Error(`there is no ${name}`);
    return (await runCommand(command, [JSON.stringify(request)], operator)).printed;
  };
  const claim = async (type: string) => {
    const claimed = JSON.parse(await call("claim-tasks", { accept_types: [type] })) as Claimed;
    return { lease_token: claimed.tasks[0]?.lease.token };
  };
  const { printed: first } = await runCommand(taskCreate, ["t"], operator);
  // The end of the younger task lets the older one go on.
  const wait = { all_of: [{ any_of: [{ task: { item: 0 } }] }] };
  await call("suspend-task", { ...(await claim("t")), create: [{ task: { type: "u" } }], wait });
  await call("complete-task", { ...(await claim("u")), result: { json: "1" } });
  const { printed } = await runCommand(receiptsTrace, [first, "--mermaid"], operator);
  expect(printed.match(/subgraph/g)).toHaveLength(2);
  const edges = [...printed.matchAll(/r(\d+) --> r(\d+)/g)].map(([, from, to]) => [Number(from), Number(to)]);
  expect(edges.length).toBeGreaterThan(4);
  for (const [from = 0, to = 0] of edges) expect(from).toBeLessThan(to);
  const { printed: svg } = await runCommand(receiptsTrace, [first, "--svg"], operator);
  expect(svg.match(/<path marker-end/g)).toHaveLength(edges.length);
});

test("verify counts what it has checked", async () => {
  const { operator, id } = await openCanceled();
  expect((await runCommand(receiptsVerify, [id], operator)).printed).toBe("3 receipts of 1 tasks: whole");
  const { printed } = await runCommand(receiptsVerify, ["--json"], operator);
  expect(JSON.parse(printed)).toMatchObject({ whole: true, faults: [] });
});

test("an operator without obligations is told of the work that waits, and sees those of others", async () => {
  const { tasker, operator } = await openUsers();
  expect(await runCommand(obligations, [], operator)).toMatchObject({ printed: "nothing is open", said: "" });
  const { printed: id } = await runCommand(taskCreate, ["t"], tasker);
  const { printed, said } = await runCommand(obligations, [], operator);
  expect(printed).toBe("nothing is open");
  expect(said).toContain("1 task of the tenant waits for workers");
  const of = async (principal: string) => (await runCommand(obligations, ["--of", principal], operator)).printed;
  expect(await of("human:ada")).toContain(id);
  await expect(of("painter")).rejects.toThrow("a principal is written kind:id");
});

test("obligations are what is open, and --watch shows them again after each change", async () => {
  const { tasker } = await openUsers();
  expect((await runCommand(obligations, [], tasker)).printed).toBe("nothing is open");
  const { printed: id } = await runCommand(taskCreate, ["t"], tasker);
  expect((await runCommand(obligations, [], tasker)).printed).toContain(id);
  const controller = new AbortController();
  const shown: string[] = [];
  const watching = runCommand(obligations, ["--watch", "--json"], tasker, undefined, controller.signal, (line) => {
    shown.push(line);
    if (line === '{"open_obligations":[]}') controller.abort();
  });
  await expect.poll(() => shown.length, { timeout: 30_000 }).toBeGreaterThan(0);
  await runCommand(taskCancel, [id], tasker);
  expect((await watching).code).toBe(0);
  expect(JSON.parse(shown[0] ?? "")).toMatchObject({ open_obligations: [{ receipt: { task_id: id } }] });
});

test.each([
  ["0.077s", "0.077s"],
  ["59.9s", "59.9s"],
  ["60s", "1m"],
  ["3661s", "1h 1m"],
  ["273600s", "3d 4h"],
  ["", ""],
])("an age of %j is %j", (seconds, age) => {
  expect(ageOf(seconds)).toBe(age);
});
