// The outbox of a worker: order, limits, and what is sent again. And the clock that tells a worker when its leases may
// have expired.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLeaseClock } from "../../../clients/typescript/src/lease-clock.ts";
import { createOutbox, type Item, itemBytesMax } from "../../../clients/typescript/src/outbox.ts";
import {
  CompleteTaskRequestSchema,
  ReportProgressRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { SettledSchema, WorkRequestSchema } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";

function complete(requestId: string, bytes = 0): Item {
  const result = { content: { case: "json" as const, value: "x".repeat(bytes) } };
  const request = create(CompleteTaskRequestSchema, { leaseToken: "t", requestId, result });
  return { list: "completes", bytes: toBinary(CompleteTaskRequestSchema, request), key: requestId, onAnswer: () => {} };
}

function progress(requestId: string): Item {
  const request = create(ReportProgressRequestSchema, { leaseToken: "t", requestId });
  return { ...complete(requestId), list: "progress", bytes: toBinary(ReportProgressRequestSchema, request) };
}

function read(frame: Uint8Array | undefined) {
  const { progress: notes, completes, credit } = fromBinary(WorkRequestSchema, frame ?? new Uint8Array());
  const ids = (items: readonly { requestId: string }[]) => items.map(({ requestId }) => requestId);
  return { notes: ids(notes), completes: ids(completes), credits: credit?.tasks ?? 0 };
}

describe("the outbox", () => {
  test("puts everything that has gathered into one frame, with the credits", () => {
    const outbox = createOutbox();
    outbox.put(progress("a"));
    outbox.put(complete("b"));
    expect(read(outbox.take(3))).toEqual({ notes: ["a"], completes: ["b"], credits: 3 });
    expect(outbox.take(0)).toBeUndefined();
    expect(outbox.unanswered).toBe(2);
  });

  test("items behind one that does not fit wait with it, so items of a lease keep their order", () => {
    const outbox = createOutbox();
    outbox.setListItemsMax(2);
    for (const id of ["1", "2", "3"]) outbox.put(progress(id));
    outbox.put(complete("4"));
    expect(read(outbox.take(0))).toMatchObject({ notes: ["1", "2"], completes: [] });
    expect(read(outbox.take(0))).toMatchObject({ notes: ["3"], completes: ["4"] });
  });

  test("keeps frames under the size of a message, and refuses an item that fits into no frame", () => {
    const outbox = createOutbox();
    for (const id of ["a", "b", "c"]) outbox.put(complete(id, 200_000));
    expect(outbox.put(complete("too big", itemBytesMax))).toBe(false);
    for (const id of ["a", "b", "c"]) expect(read(outbox.take(0)).completes).toEqual([id]);
  });

  test("sends unanswered items again, in their order, before new ones", () => {
    const outbox = createOutbox();
    for (const id of ["a", "b", "c"]) outbox.put(complete(id));
    outbox.take(0);
    outbox.answer(create(SettledSchema, { requestId: "b" }));
    outbox.put(complete("d"));
    outbox.resend();
    expect(read(outbox.take(0)).completes).toEqual(["a", "c", "d"]);
  });

  test("reports an answer to an item once", () => {
    const outbox = createOutbox();
    const onAnswer = vi.fn();
    outbox.put({ ...complete("a"), onAnswer });
    outbox.take(0);
    for (let time = 0; time < 2; time += 1) outbox.answer(create(SettledSchema, { requestId: "a" }));
    expect(onAnswer).toHaveBeenCalledTimes(1);
  });

  test("replaces an item only before it was sent", () => {
    const outbox = createOutbox();
    const first = progress("a");
    outbox.put(first);
    const second = progress("b");
    expect(outbox.replace(first, second)).toBe(true);
    expect(read(outbox.take(0)).notes).toEqual(["b"]);
    expect(outbox.replace(second, progress("c"))).toBe(false);
  });

  test("replaces no item that waits to be sent again: the server may have it", () => {
    const outbox = createOutbox();
    const first = progress("a");
    outbox.put(first);
    outbox.take(0);
    outbox.resend();
    expect(outbox.replace(first, progress("a"))).toBe(false);
    expect(read(outbox.take(0)).notes).toEqual(["a"]);
  });
});

describe("the lease clock", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "hrtime"] }));
  afterEach(() => void vi.useRealTimers());
  const nowMs = () => Number(process.hrtime.bigint()) / 1_000_000;

  test("expires a margin before the TTL is over, counted from the last acknowledged heartbeat", async () => {
    const onExpired = vi.fn();
    const clock = createLeaseClock(onExpired);
    clock.welcomed(nowMs(), 10_000, 10_000);
    await vi.advanceTimersByTimeAsync(5_000);
    clock.acknowledged(nowMs() - 1_000);
    // 4 s + 10 s − 1 s.
    await vi.advanceTimersByTimeAsync(7_990);
    expect(onExpired).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(20);
    expect(onExpired).toHaveBeenCalledTimes(1);
  });

  test("expires after the grace at the latest when disconnected, and starts anew with a welcome", async () => {
    const onExpired = vi.fn();
    const clock = createLeaseClock(onExpired);
    clock.welcomed(nowMs(), 60_000, 1_000);
    clock.disconnected();
    await vi.advanceTimersByTimeAsync(800);
    clock.welcomed(nowMs(), 60_000, 1_000);
    await vi.advanceTimersByTimeAsync(50_000);
    expect(onExpired).not.toHaveBeenCalled();
    clock.disconnected();
    await vi.advanceTimersByTimeAsync(910);
    expect(onExpired).toHaveBeenCalledTimes(1);
  });
});
