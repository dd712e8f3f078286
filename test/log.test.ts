// The log: lines of JSON, without secrets.
import { expect, test } from "vitest";
import { createLog, errorFields, gatherLines, type LogLevel } from "../src/log.ts";

function logTo(level: LogLevel = "info") {
  const lines: string[] = [];
  return { lines, log: createLog({ level, write: (line) => lines.push(line), now: () => new Date(0) }) };
}

test("a line is one JSON object with time, level, message and fields", () => {
  const { lines, log } = logTo();
  log.info("rpc", { call_id: "c1", fence: 7n, token: new Uint8Array(3) });
  expect(lines).toEqual([
    '{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"rpc","call_id":"c1","fence":"7","token":"3 bytes"}',
  ]);
});

test("a line break in a message stays within its line", () => {
  const { lines, log } = logTo();
  log.warn("two\nlines", { text: "a\u2028b\r\n" });
  expect(lines[0]?.includes("\n")).toBe(false);
});

test("lines below the level are not written", () => {
  const { lines, log } = logTo("warn");
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual(["c", "d"]);
});

test("keys and bearer credentials are redacted wherever they occur", () => {
  const { lines, log } = logTo();
  const key = "ag_prod_k1_S3cretS3cretS3cret0000";
  log.error("failed", { header: `Bearer eyJhbGciOi.payload.sig`, ...errorFields(new Error(`bad key ${key}`)) });
  expect(lines[0]).not.toContain("S3cret");
  expect(lines[0]).not.toContain("eyJ");
  expect(lines[0]).toContain("ag_prod_k1_…");
});

test("tokens are redacted wherever they occur, also without 'Bearer' before them", () => {
  const { lines, log } = logTo();
  log.warn("refused", {
    why: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln is invalid",
    lease: `agl1_${"A".repeat(72)}`,
  });
  log.warn("resumed", { session: `agr1_${"B".repeat(43)}` });
  expect(lines[1]).toContain('"agr1_…"');
  expect(lines[0]).toContain("eyJ… is invalid");
  expect(lines[0]).toContain('"agl1_…"');
  log.warn("ag_my-env_k1_S3cretS3cretS3cret0000");
  expect(lines[2]).toContain("ag_my-env_k1_…");
});

test("an error is logged with its code, its stack and its causes, and a cycle of causes ends", () => {
  const error = Object.assign(new Error("outer"), { code: "X1" });
  const inner = new Error("inner", { cause: error });
  error.cause = inner;
  const fields = errorFields(error);
  expect(fields).toMatchObject({ error: "outer", error_code: "X1", cause: { error: "inner" } });
  expect(() => JSON.stringify(fields)).not.toThrow();
  expect(errorFields("thrown text")).toEqual({ error: "thrown text" });
});

test("lines of one turn of the event loop are one write, in order, and a flush leaves none behind", async () => {
  const written: string[] = [];
  const lines = gatherLines((text) => written.push(text));
  lines.write("a");
  lines.write("b");
  expect(written).toEqual([]);
  await new Promise(setImmediate);
  expect(written).toEqual(["a\nb\n"]);
  lines.write("c");
  lines.flush();
  lines.flush();
  await new Promise(setImmediate);
  expect(written).toEqual(["a\nb\n", "c\n"]);
});

test("processes that share a pipe write whole lines in pieces that do not mix", () => {
  const written: string[] = [];
  const lines = gatherLines((text) => written.push(text), 10);
  for (const line of ["123", "äöü", "4", "longer than ten", "5"]) lines.write(line);
  lines.flush();
  // In bytes, not in characters.
  expect(written).toEqual(["123\n", "äöü\n4\n", "longer than ten\n", "5\n"]);
});
