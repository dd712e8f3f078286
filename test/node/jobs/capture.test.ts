// What is kept of a program's output: the beginning in a file, the end beside it.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createCapture, tailFileOf } from "../../../src/node/jobs/capture.ts";
import { tailBytesMax } from "../../../src/node/jobs/job-result.ts";

async function fileOf(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-capture-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "stdout");
}

test("all of it, if there is room", async () => {
  const file = await fileOf();
  const capture = createCapture(file, 10);
  expect([capture.write(Buffer.from("hello")), capture.write(Buffer.from("world"))]).toEqual([true, true]);
  expect(capture.close()).toEqual({ bytes: 10, truncated: false });
  expect(await readFile(file, "utf8")).toBe("helloworld");
  expect(await readFile(tailFileOf(file), "utf8")).toBe("helloworld");
});

test("its beginning and its end, if there is not, and the program is slowed down", async () => {
  const file = await fileOf();
  const capture = createCapture(file, 7);
  expect([capture.write(Buffer.from("hello")), capture.write(Buffer.from("world"))]).toEqual([true, false]);
  expect(capture.close()).toEqual({ bytes: 10, truncated: true });
  expect(await readFile(file, "utf8")).toBe("hellowo");
  expect(await readFile(tailFileOf(file), "utf8")).toBe("helloworld");
});

test("the end of a flood is its last 256 KiB, exactly", async () => {
  const file = await fileOf();
  const capture = createCapture(file, 0);
  const whole = Buffer.from(Uint8Array.from({ length: 5 * tailBytesMax + 777 }, (_, at) => (at * at) % 251));
  for (let at = 0; at < whole.length; at += 60_000) capture.write(whole.subarray(at, at + 60_000));
  expect(capture.close()).toEqual({ bytes: whole.length, truncated: true });
  expect((await readFile(tailFileOf(file))).equals(whole.subarray(-tailBytesMax))).toBe(true);
  expect((await readFile(file)).length).toBe(0);
});

test("a file that is there already is another job's", async () => {
  const file = await fileOf();
  createCapture(file, 1).close();
  expect(() => createCapture(file, 1)).toThrow(/EEXIST/);
});
