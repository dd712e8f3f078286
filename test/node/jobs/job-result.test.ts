// Results: their shape, and the ends of what was printed, which are whole characters and fit.
import fc from "fast-check";
import { expect, test } from "vitest";
import { endOf, type JobEnd, resultOf, textOf } from "../../../src/node/jobs/job-result.ts";

const end: JobEnd = {
  cause: "EXITED",
  exitCode: 0,
  started: "2026-12-01T00:00:00.000Z",
  ended: "2026-12-01T00:00:01.000Z",
  printed: { stdout: { bytes: 3, truncated: false }, stderr: { bytes: 0, truncated: true } },
};
const none = new Uint8Array();
const of = (stdout: Uint8Array, stderr: Uint8Array = none, given: Partial<JobEnd> = {}) =>
  resultOf({ end: { ...end, ...given }, sandbox: "bubblewrap", tails: { stdout, stderr }, artifacts: [], missing: {} });

test("a result says how the job ended", () => {
  expect(of(Buffer.from("hi\n"))).toEqual({
    status: "SUCCEEDED",
    exit_code: 0,
    started: end.started,
    ended: end.ended,
    sandbox: "bubblewrap",
    bytes: { stdout: 3, stderr: 0 },
    truncated: { stdout: false, stderr: true },
    tail: { stdout: "hi\n", stderr: "" },
    artifacts: [],
    missing_artifacts: {},
  });
  expect(of(none, none, { exitCode: 3 })["status"]).toBe("FAILED");
  for (const cause of ["TIMED_OUT", "OUT_OF_MEMORY", "WORKSPACE_FULL"] as const) {
    expect(of(none, none, { cause, exitCode: 137 })["status"]).toBe(cause);
  }
});

test("bytes become text from the first whole character on; what is no UTF-8 is marked", () => {
  const euro = Buffer.from("€x");
  expect(textOf(euro.subarray(1))).toBe("x");
  expect(textOf(euro.subarray(2))).toBe("x");
  expect(textOf(Buffer.from([0x61, 0xff, 0x00, 0x62]))).toBe("a\uFFFD\uFFFDb");
  expect(textOf(Buffer.from("\uFEFFx"))).toBe("\uFEFFx");
});

test("an end is the longest that fits, of whole characters", () => {
  const texts = fc.string({ unit: fc.constantFrom("a", "é", "€", "😀", "\n", '"', "\u0001"), maxLength: 40 });
  fc.assert(
    fc.property(texts, fc.nat(100), (text, bytesMax) => {
      const size = (part: string) => Buffer.byteLength(JSON.stringify(part)) - 2;
      const found = endOf(text, bytesMax);
      expect(text.endsWith(found)).toBe(true);
      expect(found.isWellFormed()).toBe(true);
      expect(size(found)).toBeLessThanOrEqual(bytesMax);
      const longer = [...text].slice(-([...found].length + 1)).join("");
      if (longer.length > found.length) expect(size(longer)).toBeGreaterThan(bytesMax);
    }),
  );
});

test.each([
  ["much of both", "a", 262_144, "b", 262_144],
  ["much of what JSON writes long", "\u0001", 262_144, "\u0001", 262_144],
  ["much of one", "a", 262_144, "b", 100],
  ["much of the other", "a", 100, "€", 87_000],
  ["nothing of both", "a", 0, "b", 0],
])("a result with %s fits, and leaves out no more than it must", (_, stdout, outTimes, stderr, errTimes) => {
  const result = of(Buffer.from(stdout.repeat(outTimes)), Buffer.from(stderr.repeat(errTimes)));
  const { tail } = result as unknown as { tail: { stdout: string; stderr: string } };
  const bytes = Buffer.byteLength(JSON.stringify(result));
  expect(bytes).toBeLessThanOrEqual(262_144);
  const isWhole = tail.stdout.length === outTimes && tail.stderr.length === errTimes;
  expect(isWhole || bytes > 262_144 - 12).toBe(true);
  // Neither is starved by the other.
  expect(tail.stdout.length).toBeGreaterThanOrEqual(Math.min(outTimes, 20_000));
  expect(tail.stderr.length).toBeGreaterThanOrEqual(Math.min(errTimes, 20_000));
});
