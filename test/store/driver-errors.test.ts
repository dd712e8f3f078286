import { describe, expect, test } from "vitest";
import { classifyDriverError } from "../../src/store/driver-errors.ts";

const withCode = (code: string, more: Record<string, unknown> = {}) =>
  Object.assign(new Error("said"), { code, ...more });

/** Errors that pool.test.ts and transaction.test.ts provoke from a real Postgres are not repeated here. */
describe("an error of the driver", () => {
  test.each(["40001", "40P01"])("%s is a conflict", (code) => {
    expect(classifyDriverError(withCode(code))).toEqual({ kind: "conflict" });
  });

  test("about a unique key names the constraint", () => {
    const error = withCode("23505", { constraint: "task_pkey" });
    expect(classifyDriverError(error)).toEqual({ kind: "unique_violation", constraint: "task_pkey" });
  });

  test.each(["57P01", "57P03", "08006", "08P01", "53300", "25006", "ECONNRESET", "ECONNREFUSED", "EPIPE", "ENOTFOUND"])(
    "%s means that Postgres is unavailable",
    (code) => {
      expect(classifyDriverError(withCode(code))).toEqual({ kind: "unavailable", outcomeUnknown: false });
    },
  );

  test.each([
    "Connection terminated unexpectedly",
    "Connection terminated due to connection timeout",
    "timeout expired",
  ])("without a code, but saying %j, means that Postgres is unavailable", (message) => {
    expect(classifyDriverError(new Error(message))).toEqual({ kind: "unavailable", outcomeUnknown: false });
  });

  test.each(["57014", "55P03", "25P03", "25P04"])("%s is a timeout", (code) => {
    expect(classifyDriverError(withCode(code))).toEqual({ kind: "timeout" });
  });

  test.each([
    ["an unexpected code", withCode("42703")],
    ["a code that only looks like class 08", withCode("0800")],
    ["a plain error", new Error("said")],
    ["a text", "thrown"],
    ["nothing", undefined],
    ["null", null],
    ["a code that is no text", { code: 40001 }],
  ])("that is %s is a bug", (_, error) => {
    expect(classifyDriverError(error)).toEqual({ kind: "bug" });
  });

  test("with the message of a lost connection but another code is classified by the code", () => {
    const error = Object.assign(new Error("Connection terminated"), { code: "42703" });
    expect(classifyDriverError(error)).toEqual({ kind: "bug" });
  });
});
