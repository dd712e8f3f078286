// `asyncgate task create|get|list|await|watch|cancel` and `asyncgate worker run`, against a server.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { taskAwait } from "../../../src/cli/task/await.ts";
import { taskCancel } from "../../../src/cli/task/cancel.ts";
import { taskCreate } from "../../../src/cli/task/create.ts";
import { taskGet } from "../../../src/cli/task/get.ts";
import { taskList } from "../../../src/cli/task/list.ts";
import { taskLogs } from "../../../src/cli/task/logs.ts";
import { taskRedrive } from "../../../src/cli/task/redrive.ts";
import { taskWatch } from "../../../src/cli/task/watch.ts";
import { workerList } from "../../../src/cli/worker/list.ts";
import { workerRun } from "../../../src/cli/worker/run.ts";
import { runCommand } from "../terminal.ts";
import { openUsers, unreachable } from "../users.ts";

type Users = Awaited<ReturnType<typeof openUsers>>;

/** Works until `during` is done, as a person would with Ctrl-C. */
async function withWorker(users: Users, args: readonly string[], during: () => Promise<void>) {
  const controller = new AbortController();
  const running = runCommand(workerRun, args, users.worker, undefined, controller.signal);
  try {
    await during();
  } finally {
    controller.abort();
  }
  return await running;
}

const sh = (script: string) => ["--type", "t", "--", "sh", "-c", script];

describe("task", () => {
  test("create prints the id alone, and says on stderr that a task existed already", async () => {
    const { tasker } = await openUsers();
    const args = ["greet", '{"name": "Ada"}', "--queue", "mail", "--label", "a=b=c", "--idempotency-key", "k"];
    const first = await runCommand(taskCreate, args, tasker);
    expect(first.printed).toMatch(/^[0-9a-f-]{36}$/);
    const again = await runCommand(taskCreate, args, tasker);
    expect([again.printed, again.said]).toEqual([first.printed, "the task existed already"]);
    const { printed } = await runCommand(taskGet, [first.printed], tasker);
    expect(printed).toMatch(/^queue +mail$/m);
    expect(printed).toMatch(/^labels +a=b=c$/m);
    expect(printed).toMatch(/^payload +\{"name":"Ada"\}$/m);
  });

  test("a payload comes from a file or from stdin, too", async () => {
    const { tasker } = await openUsers();
    const directory = await mkdtemp(join(tmpdir(), "asyncgate-cli-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    await writeFile(join(directory, "in.json"), '{"from": "file"}');
    const payloadOf = async (args: readonly string[], typed: readonly string[]) => {
      const { printed } = await runCommand(taskCreate, ["t", ...args, "--json"], tasker, typed);
      return (JSON.parse(printed) as { task: { payload: { json: unknown } } }).task.payload.json;
    };
    expect(await payloadOf([`@${join(directory, "in.json")}`], [])).toEqual({ from: "file" });
    expect(await payloadOf(["-"], ['{"from":', '"stdin"}'])).toEqual({ from: "stdin" });
    await expect(payloadOf(["@/no/such/file"], [])).rejects.toThrow("cannot read /no/such/file: ENOENT");
    await expect(payloadOf(["{"], [])).rejects.toThrow("this is not JSON");
  });

  test.each([
    [["t", "--delay", "soon"], "--delay takes a time such as 90s"],
    [["t", "--priority", "high"], "--priority takes a whole number"],
    [["t", "--label", "x"], "--label takes name=value"],
    [["t", "{}", "more"], "unexpected: more"],
    [["t", "--dealy", "1s"], "--dealy"],
    [[], "the type is missing"],
  ])("create %j is a mistake", async (args, message) => {
    await expect(runCommand(taskCreate, args, unreachable)).rejects.toThrow(message);
  });

  test("list is a table with filters, and no other tenant's tasks", async () => {
    const { tasker, stranger } = await openUsers();
    const { printed: id } = await runCommand(taskCreate, ["a", "--delay", "1h"], tasker);
    await runCommand(taskCreate, ["b"], tasker);
    const listed = async (args: readonly string[], of = tasker) => (await runCommand(taskList, args, of)).printed;
    expect((await listed([])).split("\n")).toHaveLength(4);
    expect(await listed(["--type", "a"])).toMatch(new RegExp(`^${id} +a +default +QUEUED +1 +\\S+Z$`, "m"));
    expect(await listed(["--state", "succeeded,failed"])).toBe("there are no such tasks");
    await expect(listed(["--state", "runing"])).rejects.toThrow("did you mean TASK_STATE_RUNNING?");
    const { said } = await runCommand(taskList, ["--limit", "1"], tasker);
    expect(said).toBe("there are more than 1; --limit shows more");
    expect(JSON.parse(await listed(["--json"]))).toMatchObject({ tasks: [{ type: "b" }, { type: "a" }] });
    expect(await listed([], stranger)).toBe("there are no such tasks");
    await expect(runCommand(taskGet, [id], stranger)).rejects.toThrow("NOT_FOUND");
  });

  test("await has an exit code of its own for a task that is open and for one that did not succeed", async () => {
    const { tasker } = await openUsers();
    const { printed: id } = await runCommand(taskCreate, ["t"], tasker);
    const open = await runCommand(taskAwait, [id, "--timeout", "10ms"], tasker);
    expect([open.code, open.printed, open.said]).toEqual([4, "", expect.stringMatching(/^still QUEUED: /)]);
    const canceled = await runCommand(taskCancel, [id, "--reason", "not needed"], tasker);
    expect(canceled.printed).toBe(`${id}  CANCELED`);
    const ended = await runCommand(taskAwait, [id], tasker);
    expect([ended.code, ended.printed, ended.said]).toEqual([3, "", "CANCELED: not needed"]);
  });

  test("watch shows each change until the end, and its last line says what became of the task", async () => {
    const { tasker } = await openUsers();
    const { printed: id } = await runCommand(taskCreate, ["t"], tasker);
    await runCommand(taskCancel, [id], tasker);
    const { code, printed } = await runCommand(taskWatch, [id], tasker);
    expect(code).toBe(3);
    expect(printed).toMatch(/task\.assigned +human:ada/);
    expect(printed.split("\n").at(-1)).toMatch(/task\.result_ready .* CANCELED$/);
    const { printed: json } = await runCommand(taskWatch, [id, "--json"], tasker);
    for (const line of json.split("\n")) expect(JSON.parse(line)).toMatchObject({ task: { task_id: id } });
  });
});

test("redrive repeats a canceled task once, with its payload and without its times", async () => {
  const { tasker } = await openUsers();
  const args = ["t", '{"n":1}', "--label", "a=b", "--deadline", "1h", "--idempotency-key", "k"];
  const { printed: id } = await runCommand(taskCreate, args, tasker);
  await expect(runCommand(taskRedrive, [id], tasker)).rejects.toThrow("is QUEUED, and not to be repeated");
  await runCommand(taskCancel, [id], tasker);
  const { printed: again } = await runCommand(taskRedrive, [id], tasker);
  expect((await runCommand(taskRedrive, [id], tasker)).printed).toBe(again);
  const { printed } = await runCommand(taskGet, [again, "--json"], tasker);
  const task = JSON.parse(printed) as Record<string, unknown>;
  expect(task).toMatchObject({ redrive_of: id, payload: { json: { n: 1 } }, labels: { a: "b" } });
  expect(task).not.toHaveProperty("deadline");
});

describe("worker run", () => {
  test("a shell script is a worker: payload on stdin, result from stdout, the task in its environment", async () => {
    const users = await openUsers();
    const script = 'read -r input; printf \'{"got": %s, "type": "%s"}\' "$input" "$ASYNCGATE_TASK_TYPE"';
    const ran = await withWorker(users, sh(script), async () => {
      const { code, printed, said } = await runCommand(taskCreate, ["t", '{"n":1}', "--wait"], users.tasker);
      expect([code, JSON.parse(printed)]).toEqual([0, { got: { n: 1 }, type: "t" }]);
      expect(said).toMatch(/^created \S+; waiting for its end$/);
    });
    expect(ran.code).toBe(0);
    expect(ran.said).toMatch(/: completed$/m);
  });

  test("an operator sees it in the list of workers, with what it takes and holds", async () => {
    const users = await openUsers();
    const list = async () => (await runCommand(workerList, [], users.operator)).printed;
    expect(await list()).toBe("no worker has a session");
    const args = ["--queue", "mail", "--capability", "gpu", ...sh("sleep 600")];
    await withWorker(users, ["--kill-after", "10ms", "--drain", "1ms", ...args], async () => {
      await expect.poll(list, { timeout: 30_000 }).toMatch(/^worker:bob|^human:bob/m);
      await runCommand(taskCreate, ["t", "--queue", "mail"], users.tasker);
      await expect.poll(list, { timeout: 30_000 }).toMatch(/^human:bob +\S+ +mail +t +gpu +1 +\S+Z +\S+Z$/m);
    });
    await expect(runCommand(workerList, [], users.tasker)).rejects.toThrow("PERMISSION_DENIED");
  });

  test("it keeps its key to itself", async () => {
    const users = await openUsers();
    await withWorker(users, sh('echo "$ASYNCGATE_API_KEY none"'), async () => {
      expect((await runCommand(taskCreate, ["t", "--wait"], users.tasker)).printed).toBe('" none"');
    });
  });

  test.each([
    ["text is a JSON string without its last line break", "echo hello", '"hello"'],
    ["nothing is null", "true", "null"],
    ["JSON is JSON", "echo '[1, 2]'", "[\n  1,\n  2\n]"],
  ])("what it prints: %s", async (_what, script, result) => {
    const users = await openUsers();
    await withWorker(users, sh(script), async () => {
      expect((await runCommand(taskCreate, ["t", "--wait"], users.tasker)).printed).toBe(result);
    });
  });

  test("a failed attempt has the end of stderr as its message, and 65 fails the task for good", async () => {
    const users = await openUsers();
    await withWorker(users, sh('echo "no such city" >&2; exit 65'), async () => {
      const { code, said } = await runCommand(taskCreate, ["t", "--wait"], users.tasker);
      expect(code).toBe(3);
      expect(said.split("\n").at(-1)).toBe("FAILED: EXIT_65: no such city");
    });
    await withWorker(users, sh("exit 7"), async () => {
      const args = ["t", "--wait", "--max-attempts", "1"];
      const { said } = await runCommand(taskCreate, args, users.tasker);
      expect(said.split("\n").at(-1)).toBe("FAILED: EXIT_7: it ended with exit code 7");
    });
  });

  test("progress and checkpoints are lines on descriptor 3, and stderr is an output of the task", async () => {
    const users = await openUsers();
    const script = `echo '{"percent": 40, "message": "half", "checkpoint": {"page": 7}}' >&3; echo talk >&2; exit 75`;
    const { printed: id } = await runCommand(taskCreate, ["t"], users.tasker);
    const task = async () =>
      JSON.parse((await runCommand(taskGet, [id, "--json"], users.tasker)).printed) as Record<string, unknown>;
    const ran = await withWorker(users, sh(script), async () => {
      await expect.poll(task, { timeout: 30_000 }).toMatchObject({
        state: "TASK_STATE_QUEUED",
        attempt: 1,
        checkpoint: { json: { page: 7 } },
        progress: { percent: 40, message: "half" },
      });
    });
    expect(ran.said).toContain("talk\n");
    expect((await runCommand(taskLogs, ["--stream", "stderr", id], users.tasker)).printed).toBe("talk\n");
  });

  test("a canceled task ends its program by SIGTERM, and what ignores that and its children by SIGKILL", async () => {
    const users = await openUsers();
    const directory = await mkdtemp(join(tmpdir(), "asyncgate-cli-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const pidFile = join(directory, "pid");
    const script = `trap '' TERM; sleep 600 & echo $! > ${pidFile}; wait; wait; sleep 600`;
    const { printed: id } = await runCommand(taskCreate, ["t"], users.tasker);
    await withWorker(users, ["--kill-after", "100ms", ...sh(script)], async () => {
      await expect.poll(() => readFile(pidFile, "utf8").catch(() => ""), { timeout: 30_000 }).not.toBe("");
      await runCommand(taskCancel, [id, "--grace", "60s"], users.tasker);
      const child = Number(await readFile(pidFile, "utf8"));
      await expect.poll(() => isRunning(child), { timeout: 30_000 }).toBe(false);
      expect((await runCommand(taskAwait, [id], users.tasker)).said).toMatch(/^CANCELED/);
    });
  });

  test("a program that cannot be started ends the worker, and costs the task nothing", async () => {
    const users = await openUsers();
    const { printed: id } = await runCommand(taskCreate, ["t"], users.tasker);
    const args = ["--type", "t", "--", "/no/such/program"];
    await expect(runCommand(workerRun, args, users.worker)).rejects.toThrow("cannot start /no/such/program: ENOENT");
    const { printed } = await runCommand(taskGet, [id], users.tasker);
    expect(printed).toMatch(/^state +QUEUED$/m);
    expect(printed).toMatch(/^attempt +1 of /m);
  });

  test.each([
    [["--type", "t"], "what to run is missing"],
    [["--", "true"], "--type is missing"],
    [["--type", "t", "--slots", "0", "--", "true"], "--slots must be at least 1"],
    [["--type", "t", "--result", "xml", "--", "true"], "--result takes auto, json, text, bytes"],
  ])("%j is a mistake", async (args, message) => {
    await expect(runCommand(workerRun, args, unreachable)).rejects.toThrow(message);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
