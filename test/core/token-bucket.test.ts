// A bucket of tokens fills with time.
import { expect, test } from "vitest";
import { fill, fullBucket, hasToken, isFull, msUntil } from "../../src/core/token-bucket.ts";

test("begins full, and fills up to its burst and no further", () => {
  const bucket = fullBucket({ perSecond: 2, burst: 3 }, 1_000);
  expect(bucket.tokens).toBe(3);
  bucket.tokens -= 2;
  fill(bucket, 1_500);
  expect([bucket.tokens, isFull(bucket, 1_999), isFull(bucket, 2_000)]).toEqual([2, false, true]);
  fill(bucket, 9_000);
  expect(bucket.tokens).toBe(3);
});

test("a wait of the time that it names is enough, however the fractions add up", () => {
  const bucket = fullBucket({ perSecond: 3, burst: 1 }, 0);
  bucket.tokens -= 1;
  let nowMs = 0;
  const untilMs = msUntil(bucket, 1);
  for (let step = 1; step <= 1_000; step += 1) {
    nowMs += untilMs / 1_000;
    fill(bucket, nowMs);
    expect(hasToken(bucket)).toBe(step === 1_000);
  }
});

test("what was given on credit is paid back first", () => {
  const bucket = fullBucket({ perSecond: 10, burst: 1 }, 0);
  bucket.tokens -= 3;
  expect(msUntil(bucket, 0)).toBe(200);
  fill(bucket, 200);
  expect([bucket.tokens, hasToken(bucket)]).toEqual([0, false]);
});
