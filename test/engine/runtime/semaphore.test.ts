// The limiter: so many run at once, the others in the order in which they came.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { createSemaphore } from "../../../src/engine/runtime/semaphore.ts";

test("so many run at once, the others in order; a call that finds no place to wait is turned away", async () => {
  const inTurn = createSemaphore(2, 3);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const works = [0, 1, 2, 3, 4].map((place) =>
    inTurn(async () => {
      begun.push(place);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (place === 1) throw new Error("failed");
      return place;
    }).catch((error: Error) => error.message),
  );
  await expect(inTurn(async () => 5)).rejects.toMatchObject({ refusal: { reason: ErrorReason.OVERLOADED } });
  expect(begun).toEqual([0, 1]);
  for (let place = 0; place < works.length; place += 1) {
    ends[place]?.();
    await works[place];
    await Promise.resolve();
    expect(begun).toHaveLength(Math.min(place + 3, works.length));
  }
  expect(await Promise.all(works)).toEqual([0, "failed", 2, 3, 4]);
  expect(await inTurn(async () => 6)).toBe(6);
});
