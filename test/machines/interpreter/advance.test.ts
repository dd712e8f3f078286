// The interpreter alone: what a machine comes to, whatever carries it out.
import { describe, expect, test } from "vitest";
import { failed, load, says, simulate } from "../simulate.ts";

const writer = `
name: writer
agents:
  writer: {task_type: agent.writer, config: {model: small}}
  critic: agent.critic
context:
  topic: "{{ input.topic }}"
  drafts: 0
expression: cel
states:
  draft:
    type: initial
    agent: writer
    input: {topic: "{{ context.topic }}", text: "Write about {{ context.topic }}, please"}
    output_to_context:
      draft: "{{ output.text }}"
      drafts: "{{ context.drafts + 1 }}"
    transitions: review
  review:
    agent: critic
    input: {draft: "{{ context.draft }}"}
    transitions:
      - {condition: output.good || context.drafts >= 3, to: done}
      - to: draft
  done:
    type: final
    output: {draft: "{{ context.draft }}", drafts: "{{ context.drafts }}"}
`;

describe("a machine", () => {
  test("goes from state to state as conditions say, and keeps what templates say", async () => {
    const machine = await load(writer);
    const run = simulate(
      machine,
      {
        tasks: {
          "agent.writer": (payload, number) => says({ text: `${JSON.stringify(payload["input"])} ${number}` }),
          "agent.critic": (_, number) => says({ good: number === 1 }),
        },
      },
      { input: { topic: "tea" } },
    );
    expect(run.ended).toEqual({
      output: { draft: '{"topic":"tea","text":"Write about tea, please"} 1', drafts: 2 },
    });
    expect(run.states).toEqual(["draft", "review", "draft", "review", "done"]);
    expect(run.calls[0]?.payload).toEqual({
      agent: "writer",
      config: { model: "small" },
      index: 0,
      input: { topic: "tea", text: "Write about tea, please" },
    });
  });

  test("ends with the error of a state that has no place for it", async () => {
    const machine = await load(writer);
    const run = simulate(
      machine,
      { tasks: { "agent.writer": () => failed("BOOM", "it broke") } },
      { input: { topic: 1 } },
    );
    expect(run.ended).toEqual({ error: { type: "BOOM", message: "it broke", retryable: true } });
  });
});

test("a 1000-step loop ends, and its snapshot stays as small as it was", async () => {
  const machine = await load(`
name: loop
expression: cel
context: {n: 0}
agents: {one: agent.one}
states:
  again:
    type: initial
    agent: one
    output_to_context: {n: "{{ context.n + output }}"}
    transitions:
      - {condition: context.n >= 999, to: done}
      - to: again
  done: {type: final, output: "{{ context.n }}"}
`);
  const run = simulate(machine, { tasks: { "agent.one": () => says(1) } });
  expect(run.ended).toEqual({ output: 999 });
  expect(run.effects.length).toBe(1_000);
  expect(JSON.stringify(run.snapshot).length).toBeLessThan(1_500);
});
