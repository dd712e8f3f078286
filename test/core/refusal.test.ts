// Refusals are made in one file, and nothing else is taken for one.
import { expect, test } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { isRefusal, notFound, orThrow, Refused } from "../../src/core/refusal.ts";

test("an answer with the fields of a refusal is an answer", () => {
  const lookalike = { reason: ErrorReason.TASK_NOT_FOUND, message: "There is no task." };
  expect(isRefusal(lookalike)).toBe(false);
  expect(orThrow(lookalike)).toBe(lookalike);
  expect(isRefusal(notFound("task", "a"))).toBe(true);
  expect(isRefusal({ ...notFound("task", "a"), retryAfterMs: 1 })).toBe(true);
});

test("a refusal that is thrown carries itself", () => {
  const refusal = notFound("task", "a");
  expect(() => orThrow(refusal)).toThrow(new Refused(refusal));
});
