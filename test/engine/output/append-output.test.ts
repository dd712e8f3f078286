// AppendOutput and CloseOutput by scenario: offsets, repeated calls, fences, and what is dropped when there is no room.
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { OutputHoleReason } from "../../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import {
  append,
  appendRequest,
  bytesOf,
  close,
  from,
  listed,
  readAll,
  readText,
  sha256Of,
  textOf,
} from "../../helpers/output.ts";
import { createRandom, seed } from "../../helpers/random.ts";
import {
  broken,
  cancel,
  claim,
  complete,
  everything,
  expectExpired,
  expectNotHolder,
  fail,
  granted,
  held,
  lose,
  ms,
  openScenario,
  progress,
  read,
  refused,
  result,
} from "../../helpers/scenario.ts";

const { OFFSET_MISMATCH, DIGEST_MISMATCH, FENCED, LIMIT_EXCEEDED } = ErrorReason;

describe("offsets", () => {
  test("bytes are appended at the end, and read as one log", async () => {
    const s = await openScenario();
    const leased = await held(s);
    expect(granted(await append(s, leased, 0, "hello "))).toMatchObject({ nextOffset: 6n, cancelRequested: false });
    expect(granted(await append(s, leased, 6, "world"))).toMatchObject({ nextOffset: 11n });
    expect(await readText(s, leased.task.taskId)).toBe("hello world");
  });

  test("appending neither starts the task nor changes its version", async () => {
    const s = await openScenario();
    const leased = await held(s);
    const before = await read(s, leased.task.taskId);
    granted(await append(s, leased, 0, "hello"));
    expect(await read(s, leased.task.taskId)).toEqual(before);
  });

  test("a repeated append is done once, also with other bytes behind it, and after the task has ended", async () => {
    const s = await openScenario();
    const leased = await held(s);
    granted(await append(s, leased, 0, "one"));
    granted(await append(s, leased, 3, "two"));
    const before = await everything(s);
    expect(granted(await append(s, leased, 0, "one")).nextOffset).toBe(6n);
    // Whatever pieces it came in.
    expect(granted(await append(s, leased, 1, "netw")).nextOffset).toBe(6n);
    expect(await everything(s)).toEqual(before);
    granted(await complete(s, leased));
    const late = granted(await append(s, leased, 3, "two"));
    expect(late).toEqual({ nextOffset: 6n, cancelRequested: false });
    await refused(append(s, leased, 6, "three"), ErrorReason.INVALID_TRANSITION);
  });

  test.each([
    ["behind the end", 4, "x"],
    ["over the end", 2, "xx"],
    ["other bytes", 0, "xyz"],
  ])("%s are refused, and the refusal names the end", async (_what, offset, data) => {
    const s = await openScenario();
    const leased = await held(s);
    granted(await append(s, leased, 0, "abc"));
    const before = await everything(s);
    const { facts } = await refused(append(s, leased, offset, data), OFFSET_MISMATCH);
    expect(facts).toMatchObject({
      case: "output",
      value: { stream: "stdout", fence: 1n, nextOffset: 3n, closed: false },
    });
    expect(await everything(s)).toEqual(before);
  });

  test("calls of one tick are one transaction: each is answered by itself, and their bytes are one piece", async () => {
    const s = await openScenario({ oneServer: true });
    const leased = await held(s);
    const calls = [
      appendRequest(leased, 0, "a"),
      appendRequest(leased, 1, "b"),
      appendRequest(leased, 0, "ab"),
      appendRequest(leased, 9, "z"),
      appendRequest(leased, 2, "c"),
      appendRequest(leased, 0, "e", "stderr"),
    ];
    const answers = await s.operations.appendOutputs(s.worker, calls);
    const ends = answers.map((answer) => ("nextOffset" in answer ? answer.nextOffset : answer.reason));
    expect(ends).toEqual([1n, 2n, 2n, OFFSET_MISMATCH, 3n, 1n]);
    const [part] = await readAll(s, leased.task.taskId);
    expect([textOf(part?.data ?? bytesOf("")), part?.times.length]).toEqual(["abc", 1]);
  });

  test("streams are logs of their own, and a piece has the worker's time or the server's", async () => {
    const s = await openScenario();
    const leased = await held(s);
    const time = timestampFromMs(1_000);
    const [answer] = await s.operations.appendOutputs(s.worker, [{ ...appendRequest(leased, 0, "out"), time }]);
    granted(answer);
    granted(await append(s, leased, 0, "err", { stream: "stderr" }));
    expect((await readAll(s, leased.task.taskId))[0]?.times).toMatchObject([{ offset: 0n, time }]);
    const [part] = await readAll(s, leased.task.taskId, { stream: "stderr" });
    expect(part?.times[0]?.time).toEqual(timestampFromMs(s.clock.now().getTime()));
    const names = (await listed(s, leased.task.taskId)).map(({ stream }) => stream);
    expect(names).toEqual(["stdout", "stderr"]);
  });

  test("the answer tells of a requested cancellation", async () => {
    const s = await openScenario();
    const leased = await held(s);
    await cancel(s, leased.task.taskId, { gracePeriod: ms(60_000) });
    expect(granted(await append(s, leased, 0, "a")).cancelRequested).toBe(true);
  });

  test("a lease has as many streams as its tenant's limit allows", async () => {
    const s = await openScenario({ limits: { output_streams_max: 2 } });
    const leased = await held(s);
    for (const stream of ["a", "b"]) granted(await append(s, leased, 0, "x", { stream }));
    const { facts } = await refused(append(s, leased, 0, "x", { stream: "c" }), LIMIT_EXCEEDED);
    expect(facts).toMatchObject({ value: { limit: "output_streams_max", bound: 2n, value: 3n } });
    granted(await append(s, leased, 1, "x", { stream: "a" }));
  });
});

describe("fences", () => {
  test("law 24: only the holder appends, and a later holder writes logs of its own", async () => {
    const s = await openScenario();
    const first = await held(s);
    granted(await append(s, first, 0, "first"));
    await lose(s);
    const second = await claim(s, {}, s.rival);
    await refused(append(s, first, 5, "more"), FENCED);
    // What is there already is answered, so that a repeated call is no surprise.
    granted(await append(s, first, 0, "first"));
    granted(await append(s, second, 0, "second", { by: s.rival }));
    const { taskId } = first.task;
    expect(await readText(s, taskId)).toBe("second");
    expect(await readText(s, taskId, { fence: 1n })).toBe("first");
    expect((await listed(s, taskId)).map(({ fence, latest, closed }) => [fence, latest, closed])).toEqual([
      [2n, true, false],
      [1n, false, true],
    ]);
  });

  test("law 24: an expired lease is refused", () => expectExpired((s, leased) => append(s, leased, 0, "x")));

  test("law 24: another caller's token is refused", () => expectNotHolder((s, leased) => append(s, leased, 0, "x")));
});

describe("room", () => {
  const roomMax = 64 * 1_024;
  const piece = (number: number) => Buffer.alloc(4_096, `${number} `);

  test("law 24: beyond the limit the middle is dropped, offsets stay, and the task goes on", async () => {
    const s = await openScenario({ limits: { output_bytes_max: roomMax } });
    const leased = await held(s);
    const { taskId } = leased.task;
    const count = 60;
    for (let number = 0; number < count; number += 1) granted(await append(s, leased, number * 4_096, piece(number)));
    const [log] = await listed(s, taskId);
    const { hole } = log ?? {};
    expect(hole?.reason).toBe(OutputHoleReason.LIMIT);
    expect(Number(log?.keptBytes)).toBeLessThanOrEqual(roomMax);
    expect(Number(log?.keptBytes)).toBeGreaterThan(roomMax * 0.9 - 4_096);
    // Beginning and end are kept.
    expect(Number(hole?.from)).toBeGreaterThanOrEqual(roomMax / 2 - 4_096);
    expect(Number(hole?.to)).toBeLessThanOrEqual((count - 1) * 4_096);
    const parts = await readAll(s, taskId);
    for (const { offset, data } of parts) {
      for (let at = 0; at < data.length; at += 4_096) {
        const number = (Number(offset) + at) / 4_096;
        expect(Buffer.compare(data.subarray(at, at + 4_096), piece(number))).toBe(0);
      }
    }
    expect(parts.filter((part) => part.hole).map((part) => part.hole)).toEqual([hole]);
    expect(parts.at(-1)).toMatchObject({ nextOffset: BigInt(count * 4_096), upToDate: true, earliestOffset: 0n });
    // A read that begins within the hole is told of the rest of it.
    const [inside] = await readAll(s, taskId, from(Number(hole?.from) + 10));
    expect(inside).toMatchObject({ hole: { from: (hole?.from ?? 0n) + 10n, to: hole?.to }, nextOffset: hole?.to });
    // A repeated append of bytes that were dropped is done.
    granted(await append(s, leased, Number(hole?.from), piece(Number(hole?.from) / 4_096)));
    granted(await complete(s, leased));
  });

  test("the logs of earlier leases go first", async () => {
    const s = await openScenario({ limits: { output_bytes_max: roomMax } });
    const first = await held(s);
    const { taskId } = first.task;
    for (let number = 0; number < 8; number += 1) granted(await append(s, first, number * 4_096, piece(number)));
    granted(await fail(s, first, { error: broken }));
    s.clock.advance(60_000);
    const second = await claim(s);
    for (let number = 0; number < 9; number += 1) granted(await append(s, second, number * 4_096, piece(number)));
    const logs = await listed(s, taskId);
    expect(logs.map(({ fence, keptBytes, hole }) => [fence, keptBytes, hole === undefined])).toEqual([
      [2n, 9n * 4_096n, true],
      [1n, 0n, false],
    ]);
    expect(await readAll(s, taskId, { fence: 1n })).toMatchObject([
      { hole: { from: 0n, to: 32_768n }, nextOffset: 32_768n, earliestOffset: 32_768n, closed: true },
    ]);
  });

  test("of several streams the one with the most loses, and small pieces count for more than their bytes", async () => {
    const s = await openScenario({ limits: { output_bytes_max: roomMax } });
    const leased = await held(s);
    granted(await append(s, leased, 0, "kept", { stream: "small" }));
    for (let number = 0; number < 150; number += 1) granted(await append(s, leased, number, "x", { stream: "many" }));
    const [small, many] = await listed(s, leased.task.taskId);
    expect([small?.stream, small?.hole, many?.hole !== undefined]).toEqual(["small", undefined, true]);
    expect(Number(many?.keptBytes)).toBeLessThanOrEqual(roomMax / 512);
  });

  test.each([[0], [100]])("a limit of %d keeps next to nothing, and all goes on", async (output_bytes_max) => {
    const s = await openScenario({ limits: { output_bytes_max } });
    const leased = await held(s);
    for (let number = 0; number < 5; number += 1) granted(await append(s, leased, number * 4_096, piece(number)));
    const [log] = await listed(s, leased.task.taskId);
    expect(log).toMatchObject({ nextOffset: 20_480n, keptBytes: 0n });
    granted(await complete(s, leased));
  });

  test("whatever is appended to whatever stream, what is kept is right, and fits", async () => {
    const s = await openScenario({ limits: { output_bytes_max: roomMax } });
    const leased = await held(s);
    const { taskId } = leased.task;
    const random = createRandom(seed);
    const whole = new Map<string, Buffer>();
    for (let step = 0; step < 120; step += 1) {
      const stream = ["a", "b", "c"][Math.floor(random() * 3)] ?? "a";
      const data = Buffer.from(Array.from({ length: 1 + Math.floor(random() ** 3 * 20_000) }, () => random() * 256));
      const before = whole.get(stream) ?? Buffer.alloc(0);
      granted(await append(s, leased, before.length, new Uint8Array(data), { stream }));
      whole.set(stream, Buffer.concat([before, data]));
    }
    const logs = await listed(s, taskId);
    const kept = logs.reduce((sum, { keptBytes }) => sum + Number(keptBytes), 0);
    expect(kept).toBeLessThanOrEqual(roomMax);
    for (const { stream = "", nextOffset } of logs) {
      expect(Number(nextOffset)).toBe(whole.get(stream)?.length);
      let at = 0;
      for (const { offset, data, hole, nextOffset: next } of await readAll(s, taskId, { stream })) {
        expect(Number(offset)).toBe(at);
        expect(Buffer.compare(data, whole.get(stream)?.subarray(at, at + data.length) ?? bytesOf(""))).toBe(0);
        expect(Number(next)).toBe(hole ? Number(hole.to) : at + data.length);
        at = Number(next);
      }
      expect(at).toBe(Number(nextOffset));
    }
  });
});

describe("a close", () => {
  const text = "all of it";

  test("says that a log is whole, and lets nothing be appended any more", async () => {
    const s = await openScenario();
    const leased = await held(s);
    granted(await append(s, leased, 0, text));
    const request = { length: 9n, sha256: sha256Of(text) };
    const closed = await close(s, leased, request);
    expect(closed.verified).toBe(true);
    s.clock.advance(5);
    expect(await close(s, leased, request)).toEqual(closed);
    const { facts } = await refused(append(s, leased, 9, "more"), OFFSET_MISMATCH);
    expect(facts).toMatchObject({ value: { nextOffset: 9n, closed: true } });
    granted(await append(s, leased, 0, text));
    const [log] = await listed(s, leased.task.taskId);
    expect(log).toMatchObject({ closed: true, verified: true });
    expect(Buffer.compare(log?.sha256 ?? bytesOf(""), request.sha256)).toBe(0);
    granted(await complete(s, leased));
    expect(await close(s, leased, request)).toEqual(closed);
  });

  test("with another length, digest or form of a digest is refused, and the log stays open", async () => {
    const s = await openScenario();
    const leased = await held(s);
    granted(await append(s, leased, 0, text));
    const before = await everything(s);
    await refused(close(s, leased, { length: 8n }), OFFSET_MISMATCH);
    const wrong = await refused(close(s, leased, { length: 9n, sha256: sha256Of("other") }), DIGEST_MISMATCH);
    expect(wrong.facts).toMatchObject({ value: { nextOffset: 9n, sha256: sha256Of(text) } });
    await refused(close(s, leased, { length: 9n, sha256: new Uint8Array(31) }), ErrorReason.INVALID_ARGUMENT);
    expect(await everything(s)).toEqual(before);
    granted(await append(s, leased, 9, "!"));
  });

  test("compares logs of more than one read, and does not claim to have compared what was dropped", async () => {
    const s = await openScenario({ limits: { output_bytes_max: 3_000_000 } });
    const leased = await held(s);
    const piece = Buffer.alloc(65_536, "0123456789");
    let whole = Buffer.alloc(0);
    for (let number = 0; number < 40; number += 1) {
      granted(await append(s, leased, whole.length, new Uint8Array(piece)));
      whole = Buffer.concat([whole, piece]);
    }
    const request = { length: BigInt(whole.length), sha256: sha256Of(whole) };
    await refused(close(s, leased, { ...request, sha256: sha256Of("other") }), DIGEST_MISMATCH);
    for (let number = 0; number < 10; number += 1)
      granted(await append(s, leased, whole.length + number * 65_536, piece));
    const all = Buffer.concat([whole, ...Array.from({ length: 10 }, () => piece)]);
    const closed = await close(s, leased, { length: BigInt(all.length), sha256: sha256Of(all) });
    expect(closed.verified).toBe(false);
  });

  test("of nothing makes an empty log; a lease that has ended is refused", async () => {
    const s = await openScenario();
    const leased = await held(s);
    await close(s, leased, { length: 0n, sha256: sha256Of("") });
    expect(await listed(s, leased.task.taskId)).toMatchObject([{ nextOffset: 0n, closed: true, verified: true }]);
    const other = await held(s);
    granted(await append(s, other, 0, "x"));
    granted(await complete(s, other, result));
    await refused(close(s, other, { length: 1n }), ErrorReason.INVALID_TRANSITION);
  });
});

test("output and progress of one task are written side by side", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const [appended, progressed] = await Promise.all([append(s, leased, 0, "x"), progress(s, leased, {})]);
  granted(appended);
  granted(progressed);
  expect(granted(await append(s, leased, 1, "y"))).toMatchObject({ nextOffset: 2n });
});
