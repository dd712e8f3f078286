// MachineService with the server's own runner behind it: documents, versions, executions, clones and retries.
import { describe, expect, test } from "vitest";
import { asyncGateErrorOf } from "../../../clients/typescript/src/errors.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ObstacleKind } from "../../../gen/typescript/asyncgate/v1/explanation_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { ended, openMachines } from "../../helpers/machines.ts";
import { refusalOf } from "../../helpers/scheduler.ts";

/** Two agents, one after the other; the second reads what the first has said. */
const relay = (more = "") => `
name: relay
${more}
agents: {one: m.one, two: m.two}
context: {word: "{{ input.word }}"}
states:
  first:
    type: initial
    agent: one
    input: "{{ context.word }}"
    output_to_context: {said: "{{ output }}"}
    transitions: second
  second: {agent: two, input: "{{ context.said }}", output_to_context: {twice: "{{ output }}"}, transitions: done}
  done: {type: final, output: "{{ context.twice }}"}
`;

type Request = { readonly input: unknown };

async function open(options = {}) {
  const opened = await openMachines(options);
  opened.execute();
  const tenant = await opened.openTenant("acme");
  return { ...opened, ...tenant, refused: async (call: Promise<unknown>) => await refusalOf(call) };
}

const echo = {
  "m.one": ({ input }: Request) => ({ output: `${input}!` }),
  "m.two": ({ input }: Request) => ({ output: `${input}?` }),
};

describe("a document", () => {
  test("is checked, and every fault is told with its path, its line and its column", async () => {
    const { machines } = await open();
    const good = await machines.validate(relay("version: '1'"));
    expect(good).toMatchObject({ valid: true, faults: [], name: "relay", version: "1" });
    expect(good.hash).toMatch(/^sha256:[0-9a-f]{64}$/);
    const bad = await machines.validate("name: m\nstates:\n  a: {type: initial, agent: none, transitions: b}\n");
    expect(bad).toMatchObject({ valid: false, hash: "" });
    expect(bad.faults.map(({ path, line, column }) => [path, line, column])).toEqual([
      ["states.a.agent", 3, 22],
      ["states.a.transitions[0].to", 3, 35],
    ]);
    expect((await machines.validate("{")).valid).toBe(false);
    expect((await machines.validate("machines: {m: other.yaml}\nname: x\nstates: {}")).valid).toBe(false);
  });

  test("that is put with faults is refused with the first of them, as fields of the request", async () => {
    const { machines, refused } = await open();
    const { reason, message, facts } = await refused(
      machines.put("name: m\nstates:\n  a: {type: initial, agnet: x}\n"),
    );
    expect(reason).toBe(ErrorReason.INVALID_ARGUMENT);
    expect(message).toContain("document.states.a.agnet");
    expect(message).toContain("line 3");
    const states = Array.from({ length: 60 }, (_, at) => `  s${at}: {agnet: ${"x".repeat(100)}}\n`);
    const many = `name: m\nstates:\n${states.join("")}`;
    const all = await refused(machines.put(many));
    expect(all.facts.case === "violations" && all.facts.value.violations.length).toBe(10);
    expect(all.message).toContain("59 more");
    expect(facts.case).toBe("violations");
    expect((await machines.validate(many)).faults.length).toBeGreaterThanOrEqual(60);
  });

  test("whose name or version cannot be told from others is not kept, and can be started all the same", async () => {
    const { client, machines, refused } = await open();
    const named = (name: string, version: string) =>
      JSON.stringify({ name, version, states: { a: { type: "initial", transitions: "b" }, b: { type: "final" } } });
    expect((await refused(machines.put(named("a/b", "")))).message).toContain("document.name");
    expect((await refused(machines.put(named("ok", "sha256:1")))).message).toContain("document.version");
    const { taskId } = await machines.start({ document: named("a/b", "sha256:1") });
    expect(await ended(client, taskId)).toBeNull();
  });

  test("is kept in its one form, however it was written, and comes back as JSON", async () => {
    const { machines } = await open();
    const first = await machines.put(relay("version: '1'"));
    const { document } = await machines.get("relay");
    expect(document).toMatchObject({ name: "relay", states: { first: { agent: "one" } } });
    expect(await machines.put(document)).toMatchObject({ existed: true, machine: { hash: first.machine?.hash } });
    expect((await machines.validate(document)).hash).toBe(first.machine?.hash);
  });
});

describe("an execution", () => {
  test("is started by name, by version, by hash and from a document, and runs to its output", async () => {
    const { client, machines, agents } = await open();
    agents(echo);
    const old = await machines.put(relay("version: '1'"));
    await machines.put(relay("version: '2'"));
    const sources = [
      [{ name: "relay" }, "2"],
      [{ name: "relay", version: "1" }, "1"],
      [{ name: "relay", version: old.machine?.hash ?? "" }, "1"],
      [{ document: relay() }, ""],
    ] as const;
    for (const [source, version] of sources) {
      const started = await machines.start(source, { input: { word: "hi" } });
      expect(started).toMatchObject({ machine: "relay", version, existed: false });
      expect(await ended(client, started.taskId)).toBe("hi!?");
    }
  });

  test("shows its state, its context, what it waits for, its tasks, and what it comes to", async () => {
    const { client, machines, agents } = await open();
    const gate = Promise.withResolvers<unknown>();
    agents({ ...echo, "m.two": () => gate.promise });
    const budget = { amounts: { usd: "5" } };
    const { taskId, hash } = await machines.start(
      { document: relay() },
      { input: { word: "hi" }, name: "runs/one", budget },
    );
    await expect.poll(async () => (await machines.execution(taskId))?.state).toBe("second");
    await expect.poll(async () => (await machines.execution("name:runs/one"))?.taskState).toBe(TaskState.BLOCKED);
    const shown = await machines.execution("name:runs/one");
    expect(shown).toMatchObject({
      ...{
        taskId,
        hash,
        executionName: "runs/one",
        machine: "relay",
        state: "second",
        step: 2,
        input: '{"word":"hi"}',
      },
      createdBy: { id: "alice" },
      budget: { amounts: { usd: "5" } },
      trail: [
        { step: 1, state: "first" },
        { step: 2, state: "second" },
      ],
      tasks: [
        { type: "m.two", ofState: "second" },
        { type: "m.one", ofState: "first", state: TaskState.SUCCEEDED },
      ],
      moreTasks: false,
      output: "",
    });
    expect(JSON.parse(shown?.context ?? "")).toEqual({ word: "hi", said: "hi!" });
    expect(shown?.waits[0]).toMatchObject({
      kind: ObstacleKind.CONDITIONS,
      conditions: [{ taskId: shown?.tasks[0]?.taskId }],
    });
    gate.resolve({ output: "end", cost: { total: 0.5 }, usage: { total: 7 } });
    expect(await ended(client, taskId)).toBe("end");
    expect(await machines.execution(taskId)).toMatchObject({
      ...{ taskState: TaskState.SUCCEEDED, state: "done", step: 3, output: '"end"', waits: [], cost: 0.5, tokens: 7n },
    });
  });

  test("that no runner takes says so", async () => {
    const { openTenant } = await openMachines();
    const { machines } = await openTenant("acme");
    const { taskId } = await machines.start({ document: relay() });
    const shown = await machines.execution(taskId);
    expect(shown?.waits.map(({ kind }) => kind)).toContain(ObstacleKind.NO_WORKER);
    expect(shown).toMatchObject({ state: "", step: 0, context: "", tasks: [] });
  });

  test("law 5: started twice under a request id is one, also when a newer version was kept in between", async () => {
    const { client, machines, refused } = await open();
    await machines.put(relay("version: '1'"));
    const start = (input: object, name = "relay") =>
      machines.start({ name }, { input: input as never }, { requestId: "r" });
    const first = await start({ word: "a", b: 1 });
    await machines.put(relay("version: '2'"));
    expect(await start({ b: 1, word: "a" })).toEqual({ ...first, existed: true });
    expect((await refused(start({ word: "b" }))).reason).toBe(ErrorReason.IDEMPOTENCY_CONFLICT);
    const versioned = machines.start(
      { name: "relay", version: "2" },
      { input: { word: "a", b: 1 } },
      { requestId: "r" },
    );
    expect((await refused(versioned)).reason).toBe(ErrorReason.IDEMPOTENCY_CONFLICT);
    expect((await client.getTask(first.taskId)).labels["machine_version"]).toBe("1");
  });

  test("is refused where it is not clear what to start", async () => {
    const { client, machines, refused } = await open();
    const { machines: stub } = client.stubs;
    const wrong = async (request: object) =>
      asyncGateErrorOf(await stub.startMachine(request).catch((e: unknown) => e));
    expect((await wrong({})).message).toContain("name");
    expect((await wrong({ name: "a", document: relay() })).message).toContain("one of the two");
    expect((await wrong({ document: relay(), version: "1" })).message).toContain("version");
    expect((await wrong({ document: relay(), input: "{" })).reason).toBe(ErrorReason.INVALID_ARGUMENT);
    expect((await refused(machines.start({ name: "none" }))).reason).toBe(ErrorReason.MACHINE_NOT_FOUND);
    await machines.start({ document: relay() }, { name: "same", input: { word: "waits for an agent" } });
    expect((await refused(machines.start({ document: relay() }, { name: "same" }))).reason).toBe(
      ErrorReason.NAME_TAKEN,
    );
    const large = machines.start({ document: relay() }, { input: { word: "x".repeat(262_000) } });
    expect((await refused(large)).reason).toBe(ErrorReason.LIMIT_EXCEEDED);
  });
});

describe("a retry", () => {
  test("goes on in the state that failed, with the context, and calls no agent again that had answered", async () => {
    const { client, machines, agents } = await open();
    const calls: string[] = [];
    let isBroken = true;
    agents({
      "m.one": ({ input }: Request) => {
        calls.push("one");
        return { output: `${input}!`, cost: { total: 2 } };
      },
      "m.two": ({ input }: Request) => {
        calls.push("two");
        return isBroken ? { error: { code: "AUTH", message: "no" } } : { output: `${input}?`, cost: { total: 3 } };
      },
    });
    const { taskId } = await machines.start({ document: relay() }, { input: { word: "hi" }, name: "nightly" });
    expect(await ended(client, taskId)).toBe("FAILED AUTH");
    isBroken = false;
    const again = await machines.retry(taskId, {}, { requestId: "again" });
    expect(again).toMatchObject({ state: "second", existed: false });
    expect(await ended(client, again.taskId)).toBe("hi!?");
    expect(calls).toEqual(["one", "two", "two"]);
    expect(await machines.execution(again.taskId)).toMatchObject({
      ...{ redriveOf: taskId, executionName: "nightly", step: 3, cost: 5, input: '{"word":"hi"}' },
      trail: [
        { step: 2, state: "second" },
        { step: 3, state: "done" },
      ],
    });
    // Repeated when all is over, it is answered as the first time.
    expect(await machines.retry(taskId, {}, { requestId: "again" })).toEqual({ ...again, existed: true });
  });

  test("has large values of the context, too, which are kept beside the snapshot", async () => {
    const { client, machines, agents, refused } = await open();
    let isBroken = true;
    const long = "long ".repeat(15_000);
    agents({
      "m.one": () => ({ output: long }),
      "m.two": ({ input }: Request) =>
        isBroken ? { error: { code: "AUTH", message: "no" } } : { output: String(input).length },
    });
    const { taskId } = await machines.start({ document: relay() }, { input: { word: "hi" } });
    expect(await ended(client, taskId)).toBe("FAILED AUTH");
    const shown = await machines.execution(taskId);
    expect([shown?.largeValues, shown?.tasks.map(({ type }) => type)]).toEqual([["said"], ["m.two", "m.one"]]);
    isBroken = false;
    const again = await machines.retry(taskId);
    expect(await ended(client, again.taskId)).toBe(long.length);
    // Each value is too small to be kept beside it, and all of them are too large.
    const keys = Array.from({ length: 3 }, (_, at) => `k${at}: "${"x".repeat(700)}"`).join(", ");
    const full = `{name: m, settings: {checkpoint_bytes_max: 1024}, context: {${keys}}, states: {
      a: {type: initial, wait_for: never, transitions: b}, b: {type: final}}}`;
    const started = await machines.start({ document: full });
    expect(await ended(client, started.taskId)).toBe("FAILED CHECKPOINT_TOO_LARGE");
    expect((await refused(machines.retry(started.taskId))).message).toContain("too large to be kept");
  });

  test("of an execution that was canceled goes on, and one that had not begun begins", async () => {
    const { client, machines, agents, execute } = await open();
    execute();
    const { taskId } = await machines.start({ document: relay() }, { input: { word: "a" } });
    await expect.poll(async () => (await machines.execution(taskId))?.state).toBe("first");
    await client.cancelTask(taskId);
    const again = await machines.retry(taskId);
    expect(again.state).toBe("first");
    agents(echo);
    expect(await ended(client, again.taskId)).toBe("a!?");
  });

  test("is refused where there is nothing to go on from", async () => {
    const { client, machines, agents, refused } = await open();
    agents(echo);
    const reasonFor = async (document: string) => {
      const { taskId } = await machines.start({ document }, { input: { word: "a" } });
      await ended(client, taskId);
      return (await refused(machines.retry(taskId))).message;
    };
    expect(await reasonFor(relay())).toContain("it has succeeded");
    const endless =
      "name: m\nsettings: {max_steps: 3}\nstates: {a: {type: initial, transitions: b}, b: {transitions: a}}";
    expect(await reasonFor(endless)).toContain("MAX_STEPS_EXCEEDED");
    const final =
      'name: m\nstates: {a: {type: initial, transitions: b}, b: {type: final, output: "{{ context.none }}"}}';
    expect(await reasonFor(final)).toContain("in b");
    const { taskId } = await machines.start({ document: relay().replace("m.one", "m.none") }, { input: { word: "a" } });
    await expect.poll(async () => (await machines.execution(taskId))?.state).toBe("first");
    const live = await refused(machines.retry(taskId));
    expect([live.reason, live.message]).toEqual([ErrorReason.INVALID_TRANSITION, expect.stringContaining("Clone")]);
    const other = await client.createTask({ type: "other" });
    expect((await refused(machines.retry(other.taskId))).reason).toBe(ErrorReason.TASK_NOT_FOUND);
  });
});

describe("a clone", () => {
  test("begins where the other one is, and both go on by themselves", async () => {
    const { client, machines, agents } = await open();
    const { taskId } = await machines.start({ document: relay() }, { input: { word: "hi" } });
    const first = agents({ "m.one": echo["m.one"] });
    await expect.poll(async () => (await machines.execution(taskId))?.state).toBe("second");
    await first.stop({ withinMs: 0 });
    const clone = await machines.clone(taskId, { name: "beside" }, { requestId: "c" });
    expect(clone).toMatchObject({ state: "second", existed: false });
    let answers = 0;
    agents({ "m.two": ({ input }: Request) => ({ output: `${input}${++answers}` }) });
    const outputs = await Promise.all([taskId, clone.taskId].map((id) => ended(client, id)));
    expect(outputs.sort()).toEqual(["hi!1", "hi!2"]);
    expect(await machines.execution(clone.taskId)).toMatchObject({ clonedFrom: taskId, executionName: "beside" });
  });

  test("law 5: repeated while the other one goes on, is answered with the same clone", async () => {
    const { machines, agents, refused } = await open();
    const { taskId } = await machines.start({ document: relay() }, { input: { word: "hi" } });
    await expect.poll(async () => (await machines.execution(taskId))?.state).toBe("first");
    const clone = await machines.clone(taskId, {}, { requestId: "c" });
    agents({ "m.one": echo["m.one"] });
    await expect.poll(async () => (await machines.execution(taskId))?.state).toBe("second");
    expect(await machines.clone(taskId, {}, { requestId: "c" })).toEqual({ ...clone, existed: true });
    const other = await refused(machines.clone(taskId, { name: "x" }, { requestId: "c" }));
    expect(other.reason).toBe(ErrorReason.IDEMPOTENCY_CONFLICT);
  });

  test("of a clone that has not begun begins where that one would", async () => {
    const { openTenant, execute } = await openMachines();
    const { client, machines, agents } = await openTenant("acme");
    const { taskId } = await machines.start({ document: relay() }, { input: { word: "hi" } });
    agents({ "m.one": echo["m.one"] });
    const stop = execute();
    await expect.poll(async () => (await machines.execution(taskId))?.state, { timeout: 10_000 }).toBe("second");
    await stop();
    const clone = await machines.clone(taskId);
    const again = await machines.clone(clone.taskId);
    expect([clone.state, again.state]).toEqual(["second", "second"]);
    execute();
    agents({ "m.two": echo["m.two"] });
    expect(await ended(client, again.taskId)).toBe("hi!?");
  });
});
