// What is wrong with a machine whose fields are each right: names that stand for nothing, states that cannot work, and
// fields that would have no effect where they stand.
import { type Machine, type State, StateType } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import type { Path, RawFault } from "../document/faults.ts";
import { expressionFaults } from "./check-expressions.ts";

/** Machines in machines in a document. */
const nestingMax = 8;

export function machineFaults(machine: Machine, path: Path = [], nesting = 0): RawFault[] {
  if (nesting > nestingMax) return [{ path, message: `machines are at most ${nestingMax} in one another` }];
  const own = [...initialFaults(machine), ...reachFaults(machine), ...expressionFaults(machine)];
  for (const [name, state] of Object.entries(machine.states)) {
    const found = [...stateFaults(state), ...referenceFaults(machine, state)];
    own.push(...found.map((fault) => ({ ...fault, path: ["states", name, ...fault.path] })));
  }
  const inner = Object.entries(machine.machines).flatMap(([name, { of }]) => {
    const at = ["machines", name];
    if (of.case === "inline") return machineFaults(of.value, [...at, "inline"], nesting + 1);
    return [
      { path: at, message: of.case === "file" ? "a file can only be read from a file" : "needs `inline` or `file`" },
    ];
  });
  return [...own, ...inner].map((fault) => ({ ...fault, path: [...path, ...fault.path] }));
}

function initialFaults({ states }: Machine): RawFault[] {
  const initial = Object.keys(states).filter((name) => states[name]?.type === StateType.INITIAL);
  if (initial.length === 1) return [];
  if (initial.length === 0) return [{ path: ["states"], message: "no state has `type: initial`" }];
  return [{ path: ["states"], message: `${initial.join(" and ")} have \`type: initial\`, and one may` }];
}

/** A state that nothing leads to is a name that was misspelt. */
function reachFaults({ states }: Machine): RawFault[] {
  const targets = new Set(
    Object.values(states).flatMap(({ transitions, onError }) => [
      ...transitions.map(({ to }) => to),
      ...Object.values(onError),
    ]),
  );
  return Object.entries(states)
    .filter(([name, { type }]) => type !== StateType.INITIAL && !targets.has(name))
    .map(([name]) => ({ path: ["states", name], message: "no transition leads here" }));
}

function referenceFaults(machine: Machine, state: State): RawFault[] {
  const { agents, machines, states } = machine;
  const faults: RawFault[] = [];
  const require = (isKnown: boolean, path: Path, what: string) => {
    if (!isKnown) faults.push({ path, message: `there is no ${what}` });
  };
  const isMachine = (name: string) => Object.hasOwn(machines, name) || name === machine.name;
  if (state.agent !== "") require(Object.hasOwn(agents, state.agent), ["agent"], `agent ${state.agent}`);
  for (const { path, agent } of otherAgents(state)) require(Object.hasOwn(agents, agent), path, `agent ${agent}`);
  state.machine.forEach(({ name }, at) => {
    require(isMachine(name), ["machine", at], `machine ${name}`);
  });
  state.launch.forEach((name, at) => {
    require(isMachine(name), ["launch", at], `machine ${name}`);
  });
  state.transitions.forEach(({ to }, at) => {
    require(Object.hasOwn(states, to), ["transitions", at, "to"], `state ${to}`);
  });
  for (const [type, to] of Object.entries(state.onError)) {
    require(Object.hasOwn(states, to), ["on_error", type], `state ${to}`);
  }
  return faults;
}

/** The agents that a state names beside its own. */
function otherAgents({ policy, verify }: State): { readonly path: Path; readonly agent: string }[] {
  const panel = (verify?.panel ?? []).map((agent, at) => ({ path: ["verify", "panel", at], agent }));
  const kind = policy?.kind;
  const at = (field: string, agent: string) => ({ path: ["policy", field], agent });
  if (kind?.case === "singleFirst")
    return [...panel, at("single_first", kind.value.agent), at("single_first", kind.value.then)];
  if (kind?.case === "escalate") return [...panel, at("escalate", kind.value.to)];
  if (kind?.case === "fallback") return [...panel, ...kind.value.agents.map((agent) => at("fallback", agent))];
  return panel;
}

type Rule = readonly [isBroken: boolean, field: string, message: string];

function stateFaults(state: State): RawFault[] {
  const kinds = [
    state.agent !== "" && "agent",
    state.action !== "" && "action",
    state.machine.length > 0 && "machine",
    state.waitFor && "wait_for",
    state.ask && "ask",
    choosesAgent(state) && "policy",
  ].filter((kind) => typeof kind === "string");
  const faults: RawFault[] = [];
  if (kinds.length > 1) {
    faults.push({
      path: [kinds[1] ?? ""],
      message: `a state does one kind of work, and this one has ${kinds.join(" and ")}`,
    });
  }
  const rules = state.type === StateType.FINAL ? finalRules(state, kinds) : workRules(state, kinds);
  return [...faults, ...rules.flatMap(([isBroken, field, message]) => (isBroken ? [{ path: [field], message }] : []))];
}

/** Whether its policy names all agents, so that it has none of its own. */
function choosesAgent({ policy }: State): boolean {
  return policy?.kind.case === "singleFirst" || policy?.kind.case === "fallback";
}

function finalRules(state: State, [kind]: readonly string[]): Rule[] {
  const { transitions, onError, launch, outputToContext } = state;
  const ends = "has no effect in a final state";
  return [
    [kind !== undefined, kind ?? "", ends],
    [transitions.length > 0, "transitions", ends],
    [Object.keys(onError).length > 0, "on_error", ends],
    [launch.length > 0, "launch", ends],
    [Object.keys(outputToContext).length > 0, "output_to_context", ends],
    [state.timeout !== undefined, "timeout", ends],
    [state.mode !== 0, "mode", ends],
    [state.sampling !== 0, "sampling", ends],
    [state.as !== "", "as", ends],
    [state.key !== "", "key", ends],
    [state.launchInput !== undefined, "launch_input", ends],
    [state.hooks !== undefined, "hooks", ends],
    [state.policy !== undefined, "policy", ends],
    [state.verify !== undefined, "verify", ends],
    [state.toolLoop !== undefined, "tool_loop", ends],
    ...idleRules(state, false, ends),
  ];
}

function workRules(state: State, [kind]: readonly string[]): Rule[] {
  const calls = ["agent", "action", "machine", "policy"].includes(kind ?? "");
  const isParallel = state.execution?.kind.case === "parallel";
  const isRetry = state.execution?.kind.case === "retry";
  const isList = state.foreach !== "";
  const isSeveral = isList || isParallel || state.machine.length > 1;
  const none = "has no effect here";
  return [
    [state.transitions.length === 0, "transitions", "a state that is not final needs a transition"],
    [state.output !== undefined, "output", "only a final state has an output; use `output_to_context`"],
    ...idleRules(state, calls, `${none}: it needs an agent, an action or a machine`),
    [!kind && !state.hooks && state.timeout !== undefined, "timeout", `${none}: the state has no work`],
    [isParallel && kind !== "agent", "execution", "only an agent makes samples"],
    [isParallel && isList, "execution", "samples of each item are not made: `foreach` a machine that makes them"],
    [state.execution !== undefined && state.execution.kind.case === undefined, "execution", "names no kind"],
    [isRetry && state.mode === 2, "mode", "a call that fails is not tried again while others may succeed"],
    [state.sampling !== 0 && !isParallel, "sampling", `${none}: it needs \`execution: {parallel: …}\``],
    [state.mode !== 0 && !isSeveral, "mode", `${none}: it needs several calls`],
    [isList && state.machine.length > 1, "machine", "`foreach` runs one machine per item"],
    [state.as !== "" && !isList, "as", `${none}: it needs \`foreach\``],
    [state.key !== "" && !isList, "key", `${none}: it needs \`foreach\``],
    ...agentRules(state, kind, calls),
    [state.launchInput !== undefined && state.launch.length === 0, "launch_input", `${none}: it needs \`launch\``],
  ];
}

/** Fields that choose and check agents. */
function agentRules(state: State, kind: string | undefined, calls: boolean): Rule[] {
  const { toolLoop, execution, policy, verify } = state;
  const isVoting = execution?.kind.case === "mdapVoting";
  const isPlain = state.foreach === "" && execution === undefined && !toolLoop;
  const kOfN = verify?.aggregate?.kind.case === "kOfN" ? verify.aggregate.kind.value.k : 1;
  return [
    [isVoting && kind !== "agent", "execution", "only an agent has votes"],
    [isVoting && state.foreach !== "", "execution", "votes on each item are not taken: `foreach` a machine that does"],
    [toolLoop !== undefined && kind !== "agent", "tool_loop", "only an agent calls tools"],
    [toolLoop !== undefined && !(state.foreach === "" && !execution), "tool_loop", "goes with one call of an agent"],
    [policy !== undefined && policy.kind.case === undefined, "policy", "names no kind"],
    [policy !== undefined && !calls, "policy", "has no effect here: it needs an agent, an action or a machine"],
    [kind === "policy" && !isPlain, "policy", "calls one agent after the other, each once"],
    [policy?.kind.case === "escalate" && kind !== "agent", "policy", "only an agent's answer is doubtful"],
    [verify !== undefined && !calls, "verify", "has no effect here: it needs an agent, an action or a machine"],
    [kOfN > (verify?.panel.length ?? 1), "verify", "asks for more acceptances than the panel has agents"],
  ];
}

/** Fields of calls, where there are none. */
function idleRules(state: State, calls: boolean, message: string): Rule[] {
  return [
    [!calls && state.input !== undefined, "input", message],
    [!calls && state.execution !== undefined, "execution", message],
    [!calls && state.foreach !== "", "foreach", message],
  ];
}
