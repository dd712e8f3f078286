// What handlers print: it arrives whole and in order, before the task is settled, over breaks and other servers.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { createClient, type Job } from "../../../clients/typescript/src/index.ts";
import { run, stop } from "../../e2e/dev-server.ts";
import { all, createGate, type Kit, kitTimeoutMs, openKit, shareKit } from "./kit.ts";
import { startProxy } from "./proxy.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

async function textOf(client: Kit["client"], taskId: string, options: Parameters<Kit["client"]["readOutput"]>[1] = {}) {
  const parts = await all(client.readOutput(taskId, options));
  return Buffer.concat(parts.map(({ data }) => data)).toString();
}

/** A program of docs/output.md, with the kit as it lies here. */
async function programOf(name: string): Promise<string> {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const page = await readFile(join(root, "docs/output.md"), "utf8");
  const block = new RegExp(`<!-- run: ${name} -->\n\n\`\`\`ts\n([\\s\\S]*?)\`\`\``).exec(page)?.[1];
  if (block === undefined) throw new Error(`the page has no program "${name}"`);
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-output-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, `${name}.ts`);
  const kit = pathToFileURL(join(root, "clients/typescript/src/index.ts")).href;
  await writeFile(file, block.replace('"@asyncgate/client"', JSON.stringify(kit)));
  return file;
}

describe("a handler that prints", { timeout: kitTimeoutMs }, () => {
  const kitOf = shareKit();

  test("is followed while it runs, and what it printed last is there when the task has ended", async () => {
    const kit = kitOf();
    const gate = createGate();
    kit.startWorker({
      handlers: {
        printing: async (_input: unknown, job: Job) => {
          await job.output("stdout").write("first line\n");
          await job.output("stdout").flush();
          await gate.pass();
          void job.output("stdout").write("last line\n");
          void job.output("stderr").write("a warning\n");
        },
      },
    });
    const { taskId } = await kit.client.createTask({ type: "printing" });
    const parts = kit.client.readOutput(taskId, { follow: true })[Symbol.asyncIterator]();
    let text = "";
    while (text === "") text += Buffer.from((await parts.next()).value?.data ?? []).toString();
    expect(text).toBe("first line\n");
    gate.open();
    for (let next = await parts.next(); !next.done; next = await parts.next())
      text += Buffer.from(next.value.data).toString();
    expect(text).toBe("first line\nlast line\n");
    await kit.client.result(taskId);
    expect(await textOf(kit.client, taskId, { stream: "stderr" })).toBe("a warning\n");
    expect(await textOf(kit.client, taskId, { lastBytes: 5 })).toBe("line\n");
    expect((await all(kit.client.listOutputs(taskId))).map(({ stream, closed }) => [stream, closed])).toEqual([
      ["stdout", true],
      ["stderr", true],
    ]);
  });

  test("sends bytes as they are, in many pieces, and waits when it prints faster than it is sent", async () => {
    const kit = kitOf();
    const bytes = new Uint8Array(3_000_000).map((_, at) => (at * at) % 251);
    kit.startWorker({
      handlers: {
        bytes: async (_input: unknown, job: Job) => {
          for (let at = 0; at < bytes.length; at += 70_000) {
            await job.output("data").write(bytes.subarray(at, at + 70_000));
          }
        },
      },
    });
    const { taskId } = await kit.client.createTask({ type: "bytes" });
    await kit.client.result(taskId);
    const parts = await all(kit.client.readOutput(taskId, { stream: "data" }));
    expect(sha256(Buffer.concat(parts.map(({ data }) => data)))).toBe(sha256(bytes));
  });

  test("is followed by the program of the docs, and by the command line", async () => {
    const kit = kitOf();
    kit.startWorker({
      handlers: {
        told: async (_input: unknown, job: Job) => {
          for (const word of ["one ", "two ", "three\n"]) await job.output("stdout").write(word);
        },
      },
    });
    const environment = { ASYNCGATE_URL: kit.server.url, ASYNCGATE_API_KEY: kit.keys.tasker };
    const { taskId } = await kit.client.createTask({ type: "told" });
    const follower = await programOf("follower");
    expect(await run(process.execPath, [follower, taskId], environment)).toBe("one two three\n");
    const logs = (...flags: string[]) =>
      run(process.execPath, ["src/main.ts", "task", "logs", ...flags, taskId], environment);
    expect(await logs("-f")).toBe("one two three\n");
    expect(await logs("--last-bytes", "6")).toBe("three\n");
    const lines = (await logs("--json")).trimEnd().split("\n");
    const parts = lines.map((line) => JSON.parse(line) as { data: string; closed: boolean });
    expect(Buffer.concat(parts.map(({ data }) => Buffer.from(data, "base64"))).toString()).toBe("one two three\n");
    expect(parts.at(-1)?.closed).toBe(true);
    await expect(logs("--fence", "x")).rejects.toThrow(/--fence takes a whole number/);
  });

  test("pipes a program into its output", async () => {
    const kit = kitOf();
    kit.startWorker({
      handlers: {
        program: (_input: unknown, job: Job) =>
          new Promise<void>((resolve, reject) => {
            const child = spawn(process.execPath, ["-e", "for (let i = 0; i < 2000; i++) console.log('line', i)"]);
            const output = job.output("stdout").writable();
            output.on("finish", resolve).on("error", reject);
            child.stdout.pipe(output);
          }),
      },
    });
    const { taskId } = await kit.client.createTask({ type: "program" });
    await kit.client.result(taskId);
    const lines = (await textOf(kit.client, taskId)).trimEnd().split("\n");
    expect([lines.length, lines.at(-1)]).toEqual([2_000, "line 1999"]);
  });

  test("may write more than it awaits, up to a bound, and nothing after the task is settled", async () => {
    const kit = kitOf();
    const refused = Promise.withResolvers<unknown[]>();
    let kept: Job | undefined;
    kit.startWorker({
      handlers: {
        careless: (_input: unknown, job: Job) => {
          kept = job;
          const writes = Array.from({ length: 40 }, () => job.output("o").write(new Uint8Array(100_000)));
          void Promise.allSettled(writes).then((settled) =>
            refused.resolve(settled.flatMap((one) => (one.status === "rejected" ? [one.reason] : []))),
          );
        },
      },
    });
    const { taskId } = await kit.client.createTask({ type: "careless" });
    await kit.client.result(taskId);
    const reasons = await refused.promise;
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of reasons) expect(reason).toBeInstanceOf(RangeError);
    await expect(kept?.output("o").write("late")).rejects.toThrow(/settled/);
    expect((await all(kit.client.listOutputs(taskId)))[0]?.nextOffset).toBe(BigInt((40 - reasons.length) * 100_000));
  });
});

test("law 24: output is whole over lost answers, cut streams and another server; a reader goes on where it was", {
  timeout: kitTimeoutMs,
}, async () => {
  const kit = await openKit();
  const proxy = await startProxy(kit.server.address);
  const gate = createGate();
  const lines = Array.from({ length: 400 }, (_, number) => `line ${number}\n`);
  kit.startWorker({
    endpoint: proxy.url,
    handlers: {
      long: async (_input: unknown, job: Job) => {
        for (const [number, line] of lines.entries()) {
          await job.output("stdout").write(line);
          if (number === 100) {
            proxy.swallowAnswers();
            void job.output("stdout").flush();
          }
          if (number === 150) proxy.cut();
          if (number === 200) {
            await job.output("stdout").flush();
            await gate.pass();
          }
        }
      },
    },
  });
  const reader = createClient({ endpoint: proxy.url, key: kit.keys.tasker });
  const { taskId } = await kit.client.createTask({ type: "long" });
  const read = textOf(reader, taskId, { follow: true });
  await gate.entered;
  // The server is killed between an append and the settlement: another one has all of it.
  const another = await kit.startAnother();
  proxy.target(another.address);
  await stop(kit.server.process, "SIGKILL");
  proxy.cut();
  gate.open();
  expect(await read).toBe(lines.join(""));
  reader.close();
});
