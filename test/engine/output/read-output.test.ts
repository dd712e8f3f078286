// ReadOutput, GetOutput and ListOutputs by scenario: parts, followers, and which callers may read.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ListOutputsRequestSchema } from "../../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import {
  append,
  bytesOf,
  close,
  follow,
  from,
  getOutput,
  last,
  listed,
  readAll,
  readText,
  textOf,
} from "../../helpers/output.ts";
import {
  broken,
  cancel,
  claim,
  complete,
  createTask,
  fail,
  granted,
  held,
  lose,
  ms,
  openScenario,
  refused,
} from "../../helpers/scenario.ts";

const { TASK_NOT_FOUND, OFFSET_MISMATCH, LIMIT_EXCEEDED } = ErrorReason;
const hintsOnly = { oneServer: true };

test("a read begins at an offset, or so many bytes before the end, and says where it ends", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const { taskId } = leased.task;
  granted(await append(s, leased, 0, "0123456789"));
  expect(await readAll(s, taskId, from(4))).toMatchObject([
    {
      stream: "stdout",
      fence: 1n,
      offset: 4n,
      data: bytesOf("456789"),
      nextOffset: 10n,
      upToDate: true,
      closed: false,
    },
  ]);
  expect(await readText(s, taskId, last(3))).toBe("789");
  expect(await readText(s, taskId, last(100))).toBe("0123456789");
  expect(await readAll(s, taskId, last(0))).toMatchObject([{ offset: 10n, data: bytesOf(""), upToDate: true }]);
  const { facts } = await refused(readAll(s, taskId, from(11)), OFFSET_MISMATCH);
  expect(facts).toMatchObject({ value: { nextOffset: 10n } });
});

test("a task that has printed nothing has an empty log; an unknown fence or stream has one, too", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s);
  const nothing = { fence: 0n, offset: 0n, nextOffset: 0n, upToDate: true, closed: false };
  expect(await readAll(s, taskId)).toMatchObject([nothing]);
  expect(await readAll(s, taskId, { stream: "other", fence: 7n })).toMatchObject([
    { ...nothing, fence: 7n, closed: true },
  ]);
  expect(await listed(s, taskId)).toEqual([]);
});

test("bytes come back as they were sent, in parts that one answer can hold", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const piece = new Uint8Array(65_536).map((_, at) => (at * 7) % 256);
  for (let number = 0; number < 9; number += 1) granted(await append(s, leased, number * 65_536, piece));
  const parts = await readAll(s, leased.task.taskId, from(1));
  expect(parts.map(({ data }) => data.length)).toEqual([262_144, 262_144, 9 * 65_536 - 1 - 2 * 262_144]);
  const whole = Buffer.concat(parts.map(({ data }) => data));
  const expected = Buffer.concat(Array.from({ length: 9 }, () => piece)).subarray(1);
  expect(Buffer.compare(whole, expected)).toBe(0);
});

test("law 24: a follower gets every byte in order, and then the end of the task", async () => {
  const s = await openScenario(hintsOnly);
  const leased = await held(s);
  const follower = follow(s, leased.task.taskId);
  expect(await follower.next()).toMatchObject({ offset: 0n, nextOffset: 0n, upToDate: true });
  const pending = follower.next();
  granted(await append(s, leased, 0, "one"));
  expect(textOf((await pending).data)).toBe("one");
  granted(await append(s, leased, 3, "two"));
  granted(await complete(s, leased));
  const part = await follower.next();
  expect([textOf(part.data), part.closed, part.upToDate]).toEqual(["two", true, true]);
  expect(await follower.hasEnded()).toBe(true);
});

test("a follower of a task that ends without printing is told of the end", async () => {
  const s = await openScenario(hintsOnly);
  const { taskId } = await createTask(s);
  const follower = follow(s, taskId);
  await follower.next();
  const end = follower.next();
  await cancel(s, taskId);
  expect(await end).toMatchObject({ closed: true, upToDate: true, nextOffset: 0n });
  expect(await follower.hasEnded()).toBe(true);
});

test("law 24: a follower goes on with the log of the next lease, also from an earlier fence on", async () => {
  const s = await openScenario(hintsOnly);
  const first = await held(s);
  const { taskId } = first.task;
  granted(await append(s, first, 0, "first"));
  const follower = follow(s, taskId);
  expect(textOf((await follower.next()).data)).toBe("first");
  granted(await fail(s, first, { error: broken }));
  expect(await follower.next()).toMatchObject({ fence: 1n, closed: true, data: bytesOf("") });
  s.clock.advance(60_000);
  const second = await claim(s);
  granted(await append(s, second, 0, "second"));
  const part = await follower.next();
  expect([part.fence, part.offset, textOf(part.data), part.closed]).toEqual([2n, 0n, "second", false]);
  granted(await complete(s, second));
  await follower.next();
  expect(await follower.hasEnded()).toBe(true);
  // As after a break: from the fence and the offset of the last answer.
  expect(await readText(s, taskId, { fence: 1n, ...from(2), follow: true })).toBe("rstsecond");
});

test("a closed log is told, and the follower stays until the task ends", async () => {
  const s = await openScenario(hintsOnly);
  const leased = await held(s);
  granted(await append(s, leased, 0, "all"));
  const follower = follow(s, leased.task.taskId, last(0));
  expect(await follower.next()).toMatchObject({ offset: 3n, closed: false });
  await close(s, leased, { length: 3n });
  expect(await follower.next()).toMatchObject({ offset: 3n, closed: true });
  granted(await complete(s, leased));
  await follower.next();
  expect(await follower.hasEnded()).toBe(true);
});

test("a piece is read on with what the last answer named, and a call waits for a byte as long as it says", async () => {
  const s = await openScenario(hintsOnly);
  const leased = await held(s);
  const { taskId } = leased.task;
  granted(await append(s, leased, 0, "0123456789"));
  const first = await getOutput(s, taskId, { maxBytes: 4 });
  expect([textOf(first.part.data), first.part.upToDate, first.ended]).toEqual(["0123", false, false]);
  const rest = await getOutput(s, taskId, { fence: 1n, ...from(Number(first.part.nextOffset)) });
  expect([textOf(rest.part.data), rest.part.upToDate]).toEqual(["456789", true]);
  const waiting = getOutput(s, taskId, { fence: 1n, ...from(10), wait: ms(50_000) });
  granted(await append(s, leased, 10, "!"));
  expect(textOf((await waiting).part.data)).toBe("!");
  const end = getOutput(s, taskId, { fence: 1n, ...from(11), wait: ms(50_000) });
  granted(await complete(s, leased));
  expect(await end).toMatchObject({ part: { upToDate: true, closed: true }, ended: true });
  expect((await getOutput(s, taskId, { ...from(11), wait: ms(1) })).ended).toBe(true);
});

test("its owner, its holder and observers read it; for others the task does not exist", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const { taskId } = leased.task;
  granted(await append(s, leased, 0, "secret"));
  const observer = s.tenant.caller("human", "otto", [Role.OBSERVER]);
  for (const reader of [s.agent, s.worker, s.operator, observer]) {
    expect(await readAll(s, taskId, {}, reader)).toHaveLength(1);
    expect((await getOutput(s, taskId, {}, reader)).part.data).toHaveLength(6);
    expect(await listed(s, taskId, reader)).toHaveLength(1);
  }
  const other = await s.makeTenant();
  const strangers = [s.rival, s.tenant.caller("agent", "bob"), other.caller("human", "oscar", [Role.OPERATOR])];
  for (const stranger of strangers) {
    await refused(readAll(s, taskId, {}, stranger), TASK_NOT_FOUND);
    await refused(getOutput(s, taskId, {}, stranger), TASK_NOT_FOUND);
    await refused(listed(s, taskId, stranger), TASK_NOT_FOUND);
  }
  // The holder of before reads it no more.
  await lose(s);
  await claim(s, {}, s.rival);
  await refused(readAll(s, taskId, {}, s.worker), TASK_NOT_FOUND);
});

test("followers are limited by themselves, for a tenant and for each of its principals", async () => {
  const s = await openScenario({
    limits: { output_followers_max: 2, principal_output_followers_max: 1 },
    ...hintsOnly,
  });
  const { taskId } = await createTask(s);
  const first = follow(s, taskId);
  await first.next();
  const second = await refused(follow(s, taskId).next(), LIMIT_EXCEEDED);
  expect(second.facts).toMatchObject({ value: { limit: "principal_output_followers_max" } });
  await first.stop();
  const again = follow(s, taskId);
  await again.next();
  // A read that does not follow is not one of them.
  expect(await readAll(s, taskId)).toHaveLength(1);
  await again.stop();
});

test("lists have pages", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const { taskId } = leased.task;
  for (const stream of ["a", "b.c d", "e"]) granted(await append(s, leased, 0, "x", { stream }));
  const pages: string[][] = [];
  for (let pageToken = ""; ; ) {
    const request = create(ListOutputsRequestSchema, { taskId, pageSize: 2, pageToken });
    const { outputs = [], nextPageToken = "" } = await s.operations.listOutputs(s.agent, request);
    pages.push(outputs.map(({ stream = "" }) => stream));
    pageToken = nextPageToken;
    if (pageToken === "") break;
  }
  expect(pages).toEqual([["e", "b.c d"], ["a"]]);
});
