// How the program ends at a terminal, whatever the command.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const program = fileURLToPath(new URL("../../bin/asyncgate", import.meta.url));

async function run(args: readonly string[], readsOutput = true, file = program) {
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
  if (!readsOutput) child.stdout.destroy();
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      printed[name] += text;
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...printed };
}

test("it ends quietly when the reader of its output has gone", async () => {
  expect(await run(["config"], false)).toEqual({ code: 141, stdout: "", stderr: "" });
  expect((await run(["config"])).stdout).toContain("sweep-interval-ms");
});

test("--help says how a command is used, and runs nothing", async () => {
  const { code, stdout, stderr } = await run(["dev", "--port", "1", "--help"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(
    /^usage: asyncgate dev\n[\s\S]*\nIts flags are the settings that `asyncgate config` prints\.\n$/,
  );
  expect((await run(["schedule", "preview", "-h"])).stdout).toContain("usage: asyncgate schedule preview");
  expect((await run(["worker", "run", "--help"])).stdout).toContain("--kill-after <time>");
  expect((await run(["help", "task", "create"])).stdout).toContain("--idempotency-key <key>");
});

test("the list of commands fits a terminal of 100 columns and names each command once", async () => {
  const { code, stdout, stderr } = await run(["help"]);
  expect([code, stderr]).toEqual([0, ""]);
  for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(112);
  for (const name of ["task create", "worker run", "doctor", "schedule preview", "profile set"]) {
    expect(stdout.match(new RegExp(`^  ${name} `, "gm")), name).toHaveLength(1);
  }
  expect((await run(["help", "calls"])).stdout).toContain("create-tasks");
});

test("what is no command is said, with what was probably meant", async () => {
  const { code, stdout, stderr } = await run(["taks", "list"]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toBe('there is no command "taks"; did you mean task?\n`asyncgate help` lists them all\n');
  expect((await run(["task", "lst"])).stderr).toContain("did you mean task list?");
  expect((await run(["task"])).stderr).toContain("task needs a verb");
  expect((await run(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("a start that fails says why in a line, and its keys are not lost", async () => {
  const directory = await mkdtemp(join(tmpdir(), "asyncgate-start-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as AddressInfo;
  const { code, stderr } = await run(["dev", "--port", String(port), "--data-dir", directory]);
  expect(code).toBe(1);
  expect(stderr).toContain(`port ${port} is in use`);
  expect(stderr).not.toMatch(/^ +at /m);
  expect((await run(["key", "tasker", "--data-dir", directory])).stdout).toMatch(/^ag_\S+\n$/);
});

test("it runs through a symbolic link", async () => {
  const directory = await mkdtemp(join(tmpdir(), "asyncgate-link-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const link = join(directory, "asyncgate");
  await symlink(program, link);
  expect((await run(["--version"], true, link)).code).toBe(0);
});

test("the completion of bash completes nouns, verbs and flags", async () => {
  const { stdout } = await run(["completion", "bash"]);
  const complete = async (words: readonly string[]) => {
    const list = words.map((word) => `'${word}'`).join(" ");
    const line = `COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}`;
    const script = `${stdout}\n${line}; _asyncgate; echo "\${COMPREPLY[@]}"`;
    return (await run(["-c", script], true, "bash")).stdout.trim().split(" ");
  };
  expect(await complete(["asyncgate", "tas"])).toEqual(["task"]);
  expect(await complete(["asyncgate", "task", "c"])).toEqual(["create", "cancel"]);
  expect(await complete(["asyncgate", "task", "create", "--dea"])).toEqual(["--deadline"]);
  expect((await run(["completion", "fish"])).stdout).toContain("-l max-attempts");
  expect((await run(["completion", "tcsh"])).code).toBe(2);
});
