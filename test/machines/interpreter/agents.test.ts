// How several agents come to one answer: votes, panels, policies, tools.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { failed, load, says, simulate } from "../simulate.ts";

const machine = (state: string, output = "{{ output }}") => `
name: m
expression: cel
agents: {one: a, two: b, three: c}
states:
  first: {type: initial, transitions: done, ${state}}
  done: {type: final, output: "${output}"}
`;

describe("votes", () => {
  const vote = "agent: one, execution: {mdap_voting: {k_margin: 3, max_candidates: 20, valid_when: output != 'bad'}}";

  test("call as many candidates at once as the leader lacks, and none that could not matter", async () => {
    const answers = ["x", "x", "y", "x", "bad", "x"];
    const run = simulate(await load(machine(vote)), { tasks: { a: (_, at) => says(answers[at] ?? "x") } });
    expect(run.ended).toEqual({ output: "x" });
    expect(run.effects.map((one) => (one.type === "suspend" ? one.create.length : 0))).toEqual([3, 2, 1, 0]);
    expect(run.calls.map(({ payload }) => (payload as JsonObject)["index"])).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("that no answer wins end the state, and discarded candidates count", async () => {
    const run = simulate(await load(machine(vote)), { tasks: { a: (_, at) => says(at % 2 === 0 ? "bad" : `${at}`) } });
    expect(run.calls.length).toBe(20);
    expect(run.ended).toMatchObject({ error: { type: "NO_CONSENSUS" } });
  });

  test("are for the same answer, however an agent orders its fields", async () => {
    const answers = [
      { a: 1, b: { c: 2, d: 3 } },
      { b: { d: 3, c: 2 }, a: 1 },
      { a: 1, b: { d: 3, c: 2 } },
    ];
    const run = simulate(await load(machine(vote)), { tasks: { a: (_, at) => says(answers[at % 3] ?? null) } });
    expect(run.ended).toEqual({ output: answers[0] });
    expect(run.calls.length).toBe(3);
  });

  test("survive agents that fail", async () => {
    const run = simulate(await load(machine(vote)), { tasks: { a: (_, at) => (at < 3 ? failed("BUSY") : says("x")) } });
    expect(run.ended).toEqual({ output: "x" });
    expect(run.calls.length).toBe(6);
  });
});

describe("a tool loop", () => {
  const wants = (...names: readonly string[]) => ({
    finish_reason: "TOOL_USE" as const,
    tool_calls: names.map((name, at) => ({ id: `${name}${at}`, name, arguments: { at } })),
  });

  test("runs the tools that an answer names, and tells the agent what came of them", async () => {
    const agent = ({ turns }: JsonObject, at: number) =>
      at === 0 ? wants("add", "fail", "rm") : says({ turns: turns ?? null });
    const text = machine(
      "agent: one, tool_loop: {allowed: [add, fail, rm], denied: [rm], queue: tools}",
      "{{ output.turns }}",
    );
    const run = simulate(await load(text), {
      tasks: { a: agent, "tool.add": ({ at }) => ({ sum: at ?? null }), "tool.fail": () => failed("BROKEN", "no") },
    });
    const [answer, tools] = ("output" in run.ended ? run.ended.output : null) as [JsonObject, JsonObject];
    expect((answer["answer"] as JsonObject)["tool_calls"]).toHaveLength(3);
    expect(tools).toEqual({
      tools: [
        { id: "add0", name: "add", output: { sum: 0 } },
        { id: "fail1", name: "fail", error: "BROKEN: no" },
        { id: "rm2", name: "rm", error: "rm is not allowed" },
      ],
    });
    expect(run.calls.map(({ type, queue }) => [type, queue])).toEqual([
      ["a", ""],
      ["tool.add", "tools"],
      ["tool.fail", "tools"],
      ["a", ""],
    ]);
  });

  test("ends on a bound with one more answer, for which there are no tools", async () => {
    const seen: JsonValue[] = [];
    const agent = ({ tools = null }: JsonObject) => {
      seen.push(tools);
      return (tools as readonly JsonValue[]).length > 0 ? wants("add", "add") : says("enough");
    };
    const text = machine("agent: one, tool_loop: {allowed: [add], max_tool_calls: 3}", "{{ output }}");
    const run = simulate(await load(text), { tasks: { a: agent, "tool.add": () => 1 } });
    expect(run.ended).toEqual({ output: "enough" });
    expect(run.calls.filter(({ type }) => type === "tool.add").length).toBe(3);
    expect(seen).toEqual([["add"], ["add"], []]);
  });
});

describe("a panel", () => {
  test("has what it rejects made again, as another candidate", async () => {
    const text = machine(
      "agent: one, input: {t: 1}, verify: {panel: [two, three], budget: {candidates: 3}}",
      "{{ output }}",
    );
    const run = simulate(await load(text), {
      tasks: {
        a: ({ index = null }) => says({ made: index }),
        b: ({ input }) => says({ accept: ((input as JsonObject)["output"] as JsonObject)["made"] === 2 }),
        c: ({ input }) => says({ accept: true, knows: (input as JsonObject)["input"] ?? null }),
      },
    });
    expect(run.ended).toEqual({ output: { made: 2 } });
    expect(run.calls.length).toBe(9);
  });

  test("does not accept by an agent that fails, or says nothing", async () => {
    const text = machine("agent: one, verify: {panel: [two, three]}");
    const run = simulate(await load(text), {
      tasks: { a: () => says(1), b: () => failed("X"), c: () => says("fine") },
    });
    expect(run.ended).toMatchObject({ error: { type: "NOT_VERIFIED" } });
  });

  test("checks what a policy has chosen", async () => {
    const text = machine("policy: {fallback: {agents: [one, two]}}, verify: {panel: [three]}");
    const tasks = { a: () => failed("X"), b: () => says("b"), c: () => says({ accept: true }) };
    expect(simulate(await load(text), { tasks }).ended).toEqual({ output: "b" });
  });
});

test("samples that differ in the order of their fields alone do not disagree", async () => {
  const text = machine(
    "agent: one, execution: {parallel: {n_samples: 2}}, policy: {escalate: {on: {disagreement_above: 0.1}, to: two}}",
    "{{ output }}",
  );
  const tasks = {
    a: (_: JsonObject, at: number) => says(at === 0 ? { x: 1, y: 2 } : { y: 2, x: 1 }),
    b: () => says("b"),
  };
  expect(simulate(await load(text), { tasks }).calls.map(({ type }) => type)).toEqual(["a", "a"]);
});

describe("names that every object of JavaScript has, sent by a worker,", () => {
  test("lead to no state as the types of errors, and to `*` where that is given", async () => {
    const tasks = { a: () => failed("constructor", "no") };
    const run = async (more: string) => simulate(await load(machine(`agent: one${more}`)), { tasks });
    expect((await run("")).ended).toMatchObject({ error: { type: "constructor", message: "no" } });
    expect((await run(", on_error: done")).states).toEqual(["first", "done"]);
  });

  test("are no models that have a window", async () => {
    const text = `${machine("agent: one")}settings: {prompt_tokens_warn: {big: 10}}\n`;
    const provider_data = { provider: "p", model: "constructor" };
    const run = simulate(await load(text), {
      tasks: { a: () => says("x", { usage: { input: 99, output: 1, total: 100 }, provider_data }) },
    });
    expect(run.warnings).toEqual([]);
  });
});

test("a budget counts what a state's own agents have cost", async () => {
  const text = machine(
    "agent: one, execution: {parallel: {n_samples: 3}}, policy: {budget: {cost: 2.5}}, " +
      "on_error: {BUDGET_EXCEEDED: done}",
    "{{ execution.cost }}",
  );
  const run = simulate(await load(text), { tasks: { a: () => says("x", { cost: { total: 1 } }) } });
  expect(run.states).toEqual(["first", "done"]);
  expect(run.ended).toEqual({ output: 3 });
});
