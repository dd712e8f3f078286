// However a body is cut into pieces, the library is given whole messages; and nothing is held that is not counted.
import { expect, test } from "vitest";
import { Refused } from "../../../src/core/refusal.ts";
import { createCallBudget } from "../../../src/rpc/call/call-budget.ts";
import { type BodyOptions, counted, gathered } from "../../../src/rpc/protocol/request-body.ts";
import { framed } from "../raw-grpc.ts";

const bound = 1_000;

function options(more: Partial<BodyOptions> = {}): BodyOptions {
  const room = createCallBudget({ callsMax: 1, callBytesMax: 10_000, requestTimeoutMs: 1_000 }, () => 7);
  const slot = room.enter({ connection: {}, isHttp2: true, isUnauthenticated: false, cut: () => {} });
  return {
    ...{ slot, isEnveloped: true, isOpenEnded: false, isPatient: true, messageBytesMax: bound },
    monotonicMs: () => 7,
    refused: (refusal) => new Refused(refusal),
    callerGone: (cause) => new Error("gone", { cause }),
    ...more,
  };
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Buffer[]> {
  const taken: Buffer[] = [];
  for await (const chunk of chunks) taken.push(Buffer.from(chunk));
  return taken;
}

const messages = [framed(Buffer.alloc(0)), framed(Buffer.alloc(700, 1)), framed(Buffer.from("x"), 1)];

test.each([1, 2, 5, 6, 100, 10_000])("messages in pieces of %i bytes are handed on one by one", async (size) => {
  const given = await all(gathered(pieces(Buffer.concat(messages), size), options({ isOpenEnded: true })));
  expect(given).toEqual(messages);
});

test("a body without heads is one message, in one piece", async () => {
  const body = Buffer.alloc(bound, 1);
  expect(await all(gathered(pieces(body, 1), options({ isEnveloped: false })))).toEqual([body]);
});

test("of what is too large no more is kept than tells the library so", async () => {
  const head = await gathered(pieces(framed(Buffer.alloc(bound + 1)), 1), options()).next();
  expect(head.value).toHaveLength(5);
  const whole = await gathered(pieces(Buffer.alloc(5 * bound), 64), options({ isEnveloped: false })).next();
  expect(whole.value).toHaveLength(bound + 1);
});

test("what is cut short is handed on as it is", async () => {
  expect(await all(gathered(pieces(Buffer.from([0, 0, 0]), 1), options()))).toEqual([Buffer.from([0, 0, 0])]);
});

test("a body that breaks off is the caller's going, whatever Node says of it", async () => {
  async function* broken() {
    yield Buffer.from([0]);
    throw new Error("Premature close");
  }
  await expect(all(gathered(broken(), options()))).rejects.toThrow("gone");
});

test("a message that finds no room is refused", async () => {
  const given = options({ messageBytesMax: 100_000 });
  await expect(all(gathered(pieces(framed(Buffer.alloc(50_000)), 1_000), given))).rejects.toMatchObject({
    refusal: { facts: { value: { limit: "call_bytes_max" } } },
  });
});

test("a stream owes nothing between its messages, and everything else until it is there", async () => {
  const open = options({ isOpenEnded: true });
  const body = gathered(pieces(Buffer.concat(messages), 3), open)[Symbol.asyncIterator]();
  await body.next();
  expect(open.slot.readingSinceMs).toBeUndefined();
  const once = options();
  const request = gathered(pieces(framed(Buffer.from("x")), 3), once)[Symbol.asyncIterator]();
  await request.next();
  expect(once.slot.readingSinceMs).toBe(7);
  await request.next();
  expect(once.slot.readingSinceMs).toBeUndefined();
});

test("an answer waits to be read from each piece until the next is asked for", async () => {
  const { slot, ...rest } = options();
  const answer = counted(pieces(Buffer.alloc(10), 5), { slot, ...rest })[Symbol.asyncIterator]();
  await answer.next();
  expect(slot.unreadSinceMs).toBe(7);
  expect(slot.hold(10_000)).toBeDefined();
  await answer.next();
  await answer.next();
  expect(slot.hold(8_000)).toBeUndefined();
});
