// The cases of parity.test.ts for what chooses and checks agents: votes, policies, panels, tool loops, hooks.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { machine, type ParityCase } from "./parity-machine.ts";
import { failed, type Scripts, says } from "./simulate.ts";

type Case = Pick<ParityCase, "field" | "shows" | "scripts" | "input">;

/** Two states that differ by a part of a document. */
function differing(more: Case, given: string, absent: string): ParityCase {
  const done = "  done: {type: final, output: ['{{ output }}']}\n";
  return { ...more, with: machine({ state: given, more: done }), without: machine({ state: absent, more: done }) };
}

const inTurn = (...answers: readonly JsonValue[]): Scripts => ({
  tasks: { a: (_, number) => says(answers[number % answers.length] ?? null) },
});

const vote = (more = "") => `agent: one\nexecution: {mdap_voting: {k_margin: 2, max_candidates: 6${more}}}`;

export const ofVotes: readonly ParityCase[] = [
  differing({ field: "Execution.mdap_voting", shows: '"index":1', scripts: inTurn("x") }, vote(), "agent: one"),
  differing(
    { field: "VotingExecution.k_margin", shows: "NO_CONSENSUS", scripts: inTurn("x", "y", "x") },
    vote().replace("k_margin: 2", "k_margin: 5"),
    vote(),
  ),
  differing(
    { field: "VotingExecution.max_candidates", shows: "after 2 candidates", scripts: inTurn("x", "y", "x", "x") },
    vote().replace("max_candidates: 6", "max_candidates: 2"),
    vote(),
  ),
  differing(
    { field: "VotingExecution.normalize", shows: '"ended":{"output":[{"n":1,"s":"x"}]}', scripts: tagged() },
    vote(", normalize: output.n"),
    vote(),
  ),
  differing(
    { field: "VotingExecution.valid_when", shows: '"ended":{"output":["y"]}', scripts: inTurn("x", "y") },
    vote(', valid_when: output != "x"'),
    vote().replace("max_candidates: 6", "max_candidates: 5"),
  ),
  differing(
    {
      field: "VotingExecution.output_bytes_max",
      shows: '"ended":{"output":["y"]}',
      scripts: inTurn("a long one", "y"),
    },
    vote(", output_bytes_max: 5"),
    vote().replace("max_candidates: 6", "max_candidates: 5"),
  ),
];

function tagged(): Scripts {
  return { tasks: { a: (_, number) => says({ n: 1, s: number === 0 ? "x" : `x${number}` }) } };
}

const ab: Scripts = { tasks: { a: () => says({ by: "a", confidence: 0.3 }), b: () => says({ by: "b" }) } };
const failsA: Scripts = { tasks: { a: () => failed("BUSY"), b: () => says({ by: "b" }) } };
const byB = '"ended":{"output":[{"by":"b"}]}';
const first = (accept: string, more = "agent: one, then: two") =>
  `policy: {single_first: {accept_when: "${accept}", ${more}}}`;
const escalate = (on: string, to = "two") => `agent: one\npolicy: {escalate: {on: {${on}}, to: ${to}}}`;
const costly: Scripts = { tasks: { a: () => says("x", { cost: { total: 3 } }), b: () => says("y") } };
const slow: Scripts = { tasks: { a: () => "pending" } };
const samples = "agent: one\nexecution: {parallel: {n_samples: 4}}";

export const ofPolicies: readonly ParityCase[] = [
  differing({ field: "State.policy", shows: byB, scripts: ab }, first("false"), "agent: one"),
  differing({ field: "Policy.single_first", shows: byB, scripts: ab }, first("false"), "agent: one"),
  differing(
    { field: "SingleFirstPolicy.agent", shows: byB, scripts: ab },
    first("true", "agent: two, then: one"),
    first("true"),
  ),
  differing(
    { field: "SingleFirstPolicy.accept_when", shows: byB, scripts: ab },
    first("output.confidence > 0.5"),
    first("true"),
  ),
  differing(
    { field: "SingleFirstPolicy.then", shows: byB, scripts: ab },
    first("false"),
    first("false", "agent: one, then: one"),
  ),
  differing({ field: "Policy.escalate", shows: byB, scripts: ab }, escalate("confidence_below: 0.5"), "agent: one"),
  differing({ field: "EscalatePolicy.on", shows: byB, scripts: ab }, escalate("confidence_below: 0.5"), escalate("")),
  differing(
    { field: "EscalatePolicy.to", shows: byB, scripts: ab },
    escalate("confidence_below: 0.5"),
    escalate("confidence_below: 0.5", "one"),
  ),
  differing(
    { field: "EscalateOn.confidence_below", shows: byB, scripts: ab },
    escalate("confidence_below: 0.4"),
    escalate("confidence_below: 0.2"),
  ),
  differing(
    { field: "EscalateOn.error_types", shows: byB, scripts: failsA },
    escalate("error_types: [BUSY]"),
    escalate("error_types: [AUTH]"),
  ),
  differing(
    {
      field: "EscalateOn.disagreement_above",
      shows: byB,
      scripts: { tasks: { ...inTurn("x", "x", "y", "z").tasks, b: () => says({ by: "b" }) } },
    },
    `${samples}\npolicy: {escalate: {on: {disagreement_above: 0.4}, to: two}}`,
    `${samples}\npolicy: {escalate: {on: {disagreement_above: 0.6}, to: two}}`,
  ),
  differing(
    { field: "Policy.budget", shows: "BUDGET_EXCEEDED", scripts: costly },
    "agent: one\npolicy: {budget: {cost: 2}}",
    "agent: one",
  ),
  differing(
    { field: "BudgetPolicy.cost", shows: "BUDGET_EXCEEDED", scripts: costly },
    "agent: one\npolicy: {budget: {cost: 2}}",
    "agent: one\npolicy: {budget: {cost: 4}}",
  ),
  differing(
    { field: "BudgetPolicy.latency", shows: "BUDGET_EXCEEDED", scripts: slow },
    "agent: one\npolicy: {budget: {latency: 2s}}",
    "agent: one\ntimeout: 2s",
  ),
  differing(
    { field: "Policy.fallback", shows: byB, scripts: failsA },
    "policy: {fallback: {agents: [one, two]}}",
    "agent: one",
  ),
  differing(
    { field: "FallbackPolicy.agents", shows: byB, scripts: failsA },
    "policy: {fallback: {agents: [one, two]}}",
    "policy: {fallback: {agents: [one]}}",
  ),
];

type Opinion = { readonly accept: boolean; readonly score?: number; readonly confidence?: number };

/** The panel are `two`, `two` and `two`; the work is `one`. */
const panelOf = (...opinions: readonly Opinion[]): Scripts => ({
  tasks: {
    a: ({ index }: JsonObject) => says({ made: index ?? 0 }),
    b: (_, at) => says({ ...opinions[at % opinions.length] }),
  },
});
const verify = (more = "") => `agent: one\nverify: {panel: [two, two, two]${more}}`;
const [yes, no] = [{ accept: true }, { accept: false }];
const notVerified = "NOT_VERIFIED";

export const ofPanels: readonly ParityCase[] = [
  differing({ field: "State.verify", shows: notVerified, scripts: panelOf(no) }, verify(), "agent: one"),
  differing(
    { field: "Verify.panel", shows: notVerified, scripts: panelOf(yes, no, no) },
    verify(),
    "agent: one\nverify: {panel: [two]}",
  ),
  differing(
    { field: "Verify.aggregate", shows: notVerified, scripts: panelOf(yes, yes, no) },
    verify(", aggregate: {k_of_n: {k: 3}}"),
    verify(),
  ),
  differing(
    { field: "Verify.budget", shows: '"made":1', scripts: panelOf(no, no, no, yes) },
    verify(", budget: {candidates: 2}, aggregate: {k_of_n: {k: 1}}"),
    verify(", aggregate: {k_of_n: {k: 1}}"),
  ),
  differing(
    {
      field: "Verify.re_evaluate_below",
      shows: notVerified,
      scripts: panelOf({ accept: true, confidence: 0.1 }, yes, yes, no),
    },
    verify(", re_evaluate_below: 0.8, aggregate: {k_of_n: {k: 3}}"),
    verify(", aggregate: {k_of_n: {k: 3}}"),
  ),
  differing(
    { field: "Aggregate.majority", shows: notVerified, scripts: panelOf(yes, no, no) },
    verify(", aggregate: majority"),
    verify(", aggregate: {k_of_n: {k: 1}}"),
  ),
  differing(
    { field: "Aggregate.k_of_n", shows: notVerified, scripts: panelOf(yes, yes, no) },
    verify(", aggregate: {k_of_n: {k: 3}}"),
    verify(", aggregate: majority"),
  ),
  differing(
    { field: "CountAggregate.k", shows: notVerified, scripts: panelOf(yes, yes, no) },
    verify(", aggregate: {k_of_n: {k: 3}}"),
    verify(", aggregate: {k_of_n: {k: 2}}"),
  ),
  differing(
    { field: "Aggregate.weighted", shows: notVerified, scripts: panelOf(yes, yes, no) },
    verify(", aggregate: {weighted: {at_least: 0.9}}"),
    verify(", aggregate: majority"),
  ),
  differing(
    {
      field: "WeightedAggregate.weights",
      shows: notVerified,
      scripts: { tasks: { ...panelOf(no).tasks, a: () => says({ accept: true }) } },
    },
    "agent: one\nverify: {panel: [one, two], aggregate: {weighted: {weights: {two: 3}}}}",
    "agent: one\nverify: {panel: [one, two], aggregate: {weighted: {}}}",
  ),
  differing(
    { field: "WeightedAggregate.at_least", shows: notVerified, scripts: panelOf(yes, yes, no) },
    verify(", aggregate: {weighted: {at_least: 0.7}}"),
    verify(", aggregate: {weighted: {at_least: 0.6}}"),
  ),
  differing(
    { field: "Aggregate.mean_score", shows: notVerified, scripts: panelOf({ accept: true, score: 0.5 }) },
    verify(", aggregate: {mean_score: {at_least: 0.6}}"),
    verify(),
  ),
  differing(
    { field: "ScoreAggregate.at_least", shows: notVerified, scripts: panelOf({ accept: true, score: 0.5 }) },
    verify(", aggregate: {mean_score: {at_least: 0.6}}"),
    verify(", aggregate: {mean_score: {at_least: 0.4}}"),
  ),
  differing(
    { field: "VerifyBudget.candidates", shows: '"made":2', scripts: panelOf(no, no, no, no, no, no, yes) },
    verify(", budget: {candidates: 3}, aggregate: {k_of_n: {k: 1}}"),
    verify(", budget: {candidates: 2}, aggregate: {k_of_n: {k: 1}}"),
  ),
  differing(
    { field: "VerifyBudget.verifiers", shows: "6 calls of the panel", scripts: panelOf(no) },
    verify(", budget: {candidates: 3, verifiers: 5}"),
    verify(", budget: {candidates: 3}"),
  ),
];

const wants = (...names: readonly string[]) => ({
  tool_calls: names.map((name, at) => ({ id: `${at}`, name, arguments: { at } })),
});

/** Asks for the tool until it may not, and then tells what came of it. */
function agentWith(tool: string, cost = 0): Scripts {
  const a = ({ tools = [], turns = [] }: JsonObject) => {
    const isLast = (tools as readonly string[]).length === 0 || (turns as readonly JsonValue[]).length >= 8;
    const answered = says({ turns, tools }, { cost: { total: cost } });
    return isLast ? answered : { ...wants(tool), finish_reason: "TOOL_USE", cost: { total: cost } };
  };
  return { tasks: { a, "tool.look": () => "looked", "tool.slow": () => "pending" } };
}

const loop = (more = "", allowed = "look, slow") => `agent: one\ntool_loop: {allowed: [${allowed}]${more}}`;
/** A run that ends in the one state if this bound has stopped the loop, and in the other if none has. */
function stopped(field: string, reason: string, bound: string, scripts: Scripts): ParityCase {
  const ends = "  other: {type: final, output: went on}\n  done: {type: final, output: stopped by a bound}\n";
  const condition = `result.tool_loop.stop_reason == '${reason}'`;
  const stateOf = (more: string) => `${loop(more)}\ntransitions: [{condition: "${condition}", to: done}, {to: other}]`;
  return {
    field,
    shows: "stopped by a bound",
    scripts,
    with: machine({ state: stateOf(bound), more: ends }),
    without: machine({ state: stateOf(""), more: ends }),
  };
}

export const ofToolLoops: readonly ParityCase[] = [
  differing({ field: "State.tool_loop", shows: '"tool.look"', scripts: agentWith("look") }, loop(), "agent: one"),
  differing(
    { field: "ToolLoop.allowed", shows: "look is not allowed", scripts: agentWith("look") },
    loop("", "slow"),
    loop(),
  ),
  differing(
    { field: "ToolLoop.denied", shows: "look is not allowed", scripts: agentWith("look") },
    loop(", denied: [look]"),
    loop(),
  ),
  differing(
    { field: "ToolLoop.tool_timeout", shows: "TIMEOUT: time was over", scripts: agentWith("slow") },
    loop(", tool_timeout: 1s"),
    loop("", "look"),
  ),
  differing(
    { field: "ToolLoop.queue", shows: '"queue":"tools"', scripts: agentWith("look") },
    loop(", queue: tools"),
    loop(),
  ),
  stopped("ToolLoop.max_tool_calls", "MAX_TOOL_CALLS", ", max_tool_calls: 2", agentWith("look")),
  stopped("ToolLoop.max_turns", "MAX_TURNS", ", max_turns: 2", agentWith("look")),
  stopped("ToolLoop.max_cost", "MAX_COST", ", max_cost: 1.5", agentWith("look", 1)),
  stopped("ToolLoop.total_timeout", "TOTAL_TIMEOUT", ", total_timeout: 3s", agentWith("look")),
];

const hooked: Scripts = {
  tasks: {
    a: ({ input }) => says({ heard: input ?? null }),
    "hook:note": ({ output = null, state = null }) => ({ noted: output, of: state }),
  },
};

const ofHook = (field: string, given: string, shows: string): ParityCase => ({
  ...differing({ field, shows, scripts: hooked }, "agent: one", "agent: one"),
  with: machine({ state: `agent: one\n${given}`, more: "  done: {type: final, output: '{{ context }}'}\n" }),
});

export const ofHooks: readonly ParityCase[] = [
  ofHook("State.hooks", "hooks: {before: [note]}", '"hook:note"'),
  ofHook("Hooks.before", "hooks: {before: [note]}", '"ended":{"output":{"noted":null,"of":"first"}}'),
  ofHook("Hooks.after", "hooks: {after: [note]}", '"ended":{"output":{"noted":{"heard":{}},"of":"first"}}'),
];
