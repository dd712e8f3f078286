// The cases of parity.test.ts: for each field of a document, one with the field and one without it, and a text that
// only the run with it shows.
import { digestOf } from "../../src/machines/interpreter/large-values.ts";
import { ofHooks, ofPanels, ofPolicies, ofToolLoops, ofVotes } from "./parity-cases-agents.ts";
import { machine, type ParityCase } from "./parity-machine.ts";
import { failed, type Scripts, says } from "./simulate.ts";

const agents: Scripts = { tasks: { a: () => says("said a"), b: () => says("said b"), act: () => "acted" } };

type Case = Partial<ParityCase> & { readonly shows: string };

function state(field: string, given: string, absent: string, more: Case): ParityCase {
  return {
    scripts: agents,
    with: machine({ state: given }),
    without: machine({ state: absent }),
    ...more,
    field: `State.${field}`,
  };
}

function agentRef(field: string, given: string, shows: string): ParityCase {
  return {
    field: `AgentRef.${field}`,
    with: machine({ agent: `{task_type: a, ${given}}` }),
    without: machine(),
    shows,
    scripts: agents,
  };
}

const inner = "{name: in, states: {s: {type: initial, transitions: e}, e: {type: final}}}";
const other = "{name: other, states: {s: {type: initial, transitions: e}, e: {type: final}}}";
const machines = `machines:\n  in: {inline: ${inner}}\n  ou: {inline: ${other}}\n`;
const machineTasks: Scripts = {
  tasks: { "asyncgate.machine": ({ machine: called }) => `ran ${(called as { name: string }).name}` },
};

function ofMachines(field: string, given: string, absent: string, shows: string, more: Partial<ParityCase> = {}) {
  const [one, none] = [given, absent].map((text) => machine({ head: machines, state: text }));
  return { scripts: machineTasks, ...more, field, with: one ?? "", without: none ?? "", shows };
}

const failsOnce: Scripts = {
  tasks: { a: (_, number) => (number === 0 ? failed("BUSY") : says("at last")), b: () => says("said b") },
};
const list = (more = "") => `foreach: "[1, 2]"\nagent: one\ninput: {n: "{{ item }}"}${more}`;
const echo: Scripts = { tasks: { a: ({ input }) => says(input ?? null) } };

const ofTheMachine: ParityCase[] = [
  {
    field: "Machine.name",
    with: machine({ state: "machine: m" }).replace("name: m\n", "name: m\n"),
    without: machine({ state: "machine: n" }).replace("name: m\n", "name: n\n"),
    shows: "ran m",
    scripts: machineTasks,
  },
  { field: "Machine.version", with: machine({ head: "version: '2'\n" }), without: machine(), shows: "" },
  {
    field: "Machine.context",
    with: machine({
      head: "context: {k: '{{ input.v }}'}\n",
      more: "  done: {type: final, output: '{{ context }}'}\n",
    }),
    without: machine({ more: "  done: {type: final, output: '{{ context }}'}\n" }),
    shows: '"ended":{"output":{"k":"v1"}}',
    scripts: agents,
    input: { v: "v1" },
  },
  {
    field: "Machine.agents",
    with: machine({ agent: "{task_type: b}" }),
    without: machine({ agent: "{task_type: a}" }),
    shows: "said b",
    scripts: agents,
  },
  ofMachines("Machine.machines", "machine: ou", "machine: in", "ran other"),
  {
    field: "Machine.states",
    with: machine({ state: "agent: one\ntransitions: more", more: "  more: {agent: two, transitions: done}\n" }),
    without: machine(),
    shows: "said b",
    scripts: agents,
  },
  {
    field: "Machine.settings",
    with: machine({ head: "settings: {max_steps: 1}\n" }),
    without: machine(),
    shows: "MAX_STEPS_EXCEEDED",
    scripts: agents,
  },
  ofMachines("MachineRef.inline", "machine: ou", "machine: in", "ran other"),
  {
    field: "MachineRef.file",
    with: machine({ head: "machines: {in: other.yaml}\n", state: "machine: in" }),
    without: machine({ head: `machines: {in: {inline: ${inner}}}\n`, state: "machine: in" }),
    shows: "ran other",
    scripts: machineTasks,
    files: { "other.yaml": other },
  },
  agentRef("queue", "queue: q", '"queue":"q"'),
  agentRef("capabilities", "capabilities: [gpu]", '"gpu"'),
  agentRef("max_attempts", "max_attempts: 7", '"maxAttempts":7'),
  agentRef("timeout", "timeout: 90s", '"timeoutMs":90000'),
  agentRef("config", "config: {model: large}", '"model":"large"'),
  { ...agentRef("task_type", "queue: q", '"type":"b"'), with: machine({ agent: "b" }) },
];

const endsWithContext = "  done: {type: final, output: '{{ context }}'}\n";

const ofStates: ParityCase[] = [
  state("type", "agent: one\ntransitions: last", "agent: one", {
    shows: '"last"',
    with: machine({ state: "agent: one\ntransitions: last", more: "  last: {type: final}\n", head: "" }).replace(
      "  done: {type: final}\n",
      "",
    ),
  }),
  state("agent", "agent: two", "agent: one", { shows: "said b" }),
  state("input", "agent: one\ninput: {topic: tea}", "agent: one", { shows: '"topic":"tea"' }),
  state("output_to_context", "agent: one", "agent: one", {
    shows: '"ended":{"output":{"k":"said a"}}',
    with: machine({ state: "agent: one\noutput_to_context: {k: '{{ output }}'}", more: endsWithContext }),
    without: machine({ more: endsWithContext }),
  }),
  state("execution", "agent: one\nexecution: {parallel: {n_samples: 3}}", "agent: one", {
    shows: '"output":["said a","said a","said a"]',
  }),
  state(
    "sampling",
    "agent: one\nexecution: {parallel: {n_samples: 2}}\nsampling: single",
    "agent: one\nexecution: {parallel: {n_samples: 2}}",
    {
      shows: '"n_samples":2',
      scripts: { tasks: { a: () => says(["x", "y"]) } },
    },
  ),
  ofMachines("State.machine", "machine: [in, ou]", "machine: in", '{"in":"ran in","ou":"ran other"}'),
  state("foreach", list(), "agent: one\ninput: {n: 1}", { shows: '"output":[{"n":1},{"n":2}]', scripts: echo }),
  state("as", list("\nas: it").replace("{{ item }}", "{{ it }}"), list().replace("{{ item }}", "{{ index }}"), {
    shows: '"output":[{"n":1},{"n":2}]',
    scripts: echo,
  }),
  state("key", list("\nkey: '\"k\" + string(item)'"), list(), { shows: '{"k1":{"n":1},"k2":{"n":2}}', scripts: echo }),
  state("mode", list("\nmode: any"), list(), { shows: '"mode":"any"', scripts: echo }),
  ofMachines("State.launch", "launch: in\nmachine: ou", "machine: ou", '"keep":true'),
  ofMachines("State.launch_input", "launch: in\nlaunch_input: {x: 1}", "launch: in", '"x":1'),
  state("wait_for", "wait_for: {channel: go}", "agent: one", {
    shows: '"channel":"go"',
    scripts: { ...agents, signal: () => "went" },
  }),
  state("ask", "ask: {question: Deploy?}", "agent: one", {
    shows: "Deploy?",
    scripts: { ...agents, answer: () => ({ outcome: "answered", answer: "yes" }) },
  }),
  state(
    "transitions",
    "agent: one\ntransitions: [{condition: output == 'said a', to: mid}, {to: done}]",
    "agent: one",
    {
      shows: "said b",
      scripts: agents,
    },
  ),
  state("on_error", "agent: one\non_error: rescue", "agent: one", { shows: "said b", scripts: failsOnce }),
  state("timeout", "agent: one\ntimeout: 2m", "agent: one", { shows: '"timeoutMs":120000' }),
  state("action", "action: act\ninput: {x: 1}", "agent: one", { shows: "acted" }),
  {
    field: "State.output",
    with: machine({ more: "  done: {type: final, output: {said: '{{ output }}'}}\n" }),
    without: machine(),
    shows: '"ended":{"output":{"said":"said a"}}',
    scripts: agents,
  },
].map((one) => {
  const more = { transitions: "mid", on_error: "rescue" }[one.field.replace("State.", "")];
  return more
    ? { ...one, with: one.with.replace("  done: {", `  ${more}: {agent: two, transitions: done}\n  done: {`) }
    : one;
});

const settings = (field: string, value: string, shows: string, more: Partial<ParityCase> = {}): ParityCase => ({
  scripts: agents,
  ...more,
  field: `Settings.${field}`,
  with: machine({ head: `settings: {${field}: ${value}}\n`, ...(more.depth && { state: "machine: m" }) }),
  without: machine(more.depth ? { state: "machine: m" } : {}),
  shows,
});

const big: Scripts = { tasks: { a: () => says("x".repeat(3_000)) } };
const keepsBig = "agent: one\noutput_to_context: {k: '{{ output }}'}\ntransitions: next";
const thenTwo = "  next: {agent: two, transitions: done}\n";

const ofTheRest: ParityCase[] = [
  {
    ...state("x", "agent: one\nexecution: default", "action: act", { shows: '"type":"a"' }),
    field: "Execution.default",
  },
  {
    ...state("x", "agent: one\nexecution: {retry: {backoffs: [1s]}}", "agent: one", {
      shows: "at last",
      scripts: failsOnce,
    }),
    field: "Execution.retry",
  },
  {
    ...state("x", "agent: one\nexecution: {parallel: {n_samples: 2}}", "agent: one", { shows: '["said a","said a"]' }),
    field: "Execution.parallel",
  },
  {
    ...state(
      "x",
      "agent: one\nexecution: {retry: {backoffs: [7s]}}",
      "agent: one\nexecution: {retry: {backoffs: [3s]}}",
      {
        shows: '"delayMs":7000',
        scripts: failsOnce,
      },
    ),
    field: "RetryExecution.backoffs",
  },
  {
    ...state(
      "x",
      "agent: one\nexecution: {retry: {backoffs: [7s], jitter: 0}}",
      "agent: one\nexecution: {retry: {backoffs: [7s], jitter: 0.5}}",
      {
        shows: '"delayMs":7000',
        scripts: failsOnce,
      },
    ),
    field: "RetryExecution.jitter",
  },
  {
    ...state(
      "x",
      "agent: one\nexecution: {parallel: {n_samples: 3}}",
      "agent: one\nexecution: {parallel: {n_samples: 2}}",
      {
        shows: '["said a","said a","said a"]',
      },
    ),
    field: "ParallelExecution.n_samples",
  },
  ofMachines("MachineCall.name", "machine: ou", "machine: in", "ran other"),
  ofMachines(
    "MachineCall.input",
    "machine: [{name: in, input: {x: 1}}]\ninput: {y: 2}",
    "machine: in\ninput: {y: 2}",
    '"y":2,"x":1',
  ),
  {
    ...state("x", "wait_for: {channel: 'go/{{ input.id }}'}", "wait_for: {}", {
      shows: '"channel":"go/7"',
      scripts: { signal: () => "went" },
      input: { id: 7 },
    }),
    field: "WaitFor.channel",
  },
  ...(
    [
      ["question", "question: Why?", '"title":"Why?"'],
      ["text", "text: '{{ input.id }} more'", '"text":"7 more"'],
      ["options", "options: [red]", '"red"'],
      ["answer_schema", "answer_schema: {type: string}", '"answerSchema":{"type":"string"}'],
      ["addressee", "addressee: 'human:ada'", '"id":"ada"'],
    ] as const
  ).map(([field, text, shows]): ParityCase => {
    const base = field === "question" ? "" : "question: How?, ";
    return {
      ...state("x", `ask: {${base}${text}}`, "ask: {question: How?}", {
        shows,
        scripts: { answer: () => ({ outcome: "answered", answer: "so" }) },
        input: { id: 7 },
      }),
      field: `Ask.${field}`,
    };
  }),
  {
    ...state(
      "x",
      "agent: one\ntransitions: [{condition: 'false', to: mid}, {to: done}]",
      "agent: one\ntransitions: [{to: mid}, {to: done}]",
      {
        shows: '"states":["first","done"]',
      },
    ),
    field: "Transition.condition",
  },
  {
    field: "Transition.to",
    with: machine({ state: "agent: one\ntransitions: mid", more: "  mid: {agent: two, transitions: done}\n" }),
    without: machine(),
    shows: '"states":["first","mid","done"]',
    scripts: agents,
  },
  settings("max_steps", "1", "MAX_STEPS_EXCEEDED"),
  settings("max_depth", "2", "MAX_DEPTH_EXCEEDED", { depth: 1, scripts: machineTasks }),
  settings("output_bytes_max", "3", "OUTPUT_TOO_LARGE"),
  {
    ...settings("checkpoint_bytes_max", "1024", digestOf(JSON.stringify("x".repeat(3_000)))),
    with: machine({ head: "settings: {checkpoint_bytes_max: 1024}\n", state: keepsBig, more: thenTwo }),
    without: machine({ state: keepsBig, more: thenTwo }),
    scripts: { tasks: { ...big.tasks, b: () => says("said b") } },
  },
  {
    ...settings("context_bytes_warn", "100", "context_bytes"),
    with: machine({ head: "settings: {context_bytes_warn: 100}\n", state: keepsBig, more: thenTwo }),
    without: machine({ state: keepsBig, more: thenTwo }),
    scripts: { tasks: { ...big.tasks, b: () => says("said b") } },
  },
  settings("prompt_tokens_warn", "{m1: 5}", "prompt_tokens:m1", {
    scripts: { tasks: { a: () => says("x", { usage: { input: 9 }, provider_data: { model: "m1" } }) } },
  }),
].map((one) => {
  if (one.field !== "Transition.condition") return one;
  const mid = (text: string) => text.replace("  done: {", "  mid: {agent: two, transitions: done}\n  done: {");
  return { ...one, with: mid(one.with), without: mid(one.without) };
});

/** Which form of expressions a document has is a matter of validation. */
const ofExpressions: ParityCase = {
  field: "Machine.expression",
  with: machine({
    state: "agent: one\noutput_to_context: {k: '{{ output + \"!\" }}'}",
    more: "  done: {type: final, output: '{{ context.k }}'}\n",
  }),
  without: machine({ more: "  done: {type: final, output: '{{ output }}'}\n" }).replace("expression: cel\n", ""),
  shows: "said a!",
  scripts: agents,
};

export const parityCases: readonly ParityCase[] = [
  ...ofTheMachine,
  ...ofStates,
  ...ofTheRest,
  ofExpressions,
  ...ofVotes,
  ...ofPolicies,
  ...ofPanels,
  ...ofToolLoops,
  ...ofHooks,
];
