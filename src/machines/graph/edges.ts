// What a picture of a machine shows: its states with what each does, and the ways between them.
import { type Machine, type State, StateType } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";

export type Node = { readonly name: string; readonly work: string; readonly type: "initial" | "final" | "other" };
export type Edge = { readonly from: string; readonly to: string; readonly label: string; readonly isError: boolean };
export type Graph = { readonly nodes: readonly Node[]; readonly edges: readonly Edge[] };

const labelMax = 40;

export function graphOf({ states }: Machine): Graph {
  const nodes = Object.entries(states).map(
    ([name, state]): Node => ({ name, work: workOf(state), type: typeOf(state) }),
  );
  const edges = Object.entries(states).flatMap(([from, { transitions, onError }]): Edge[] => [
    ...transitions.map(({ condition, to }) => ({ from, to, label: shortened(condition), isError: false })),
    ...Object.entries(onError).map(([type, to]) => ({ from, to, label: type === "*" ? "error" : type, isError: true })),
  ]);
  return { nodes, edges };
}

function typeOf({ type }: State): Node["type"] {
  if (type === StateType.INITIAL) return "initial";
  return type === StateType.FINAL ? "final" : "other";
}

function workOf(state: State): string {
  const machines = state.machine.map(({ name }) => name).join(", ");
  const kinds = [
    state.agent && `agent ${state.agent}`,
    state.action && `action ${state.action}`,
    machines && `machine ${machines}`,
    state.waitFor && `waits for ${state.waitFor.channel || "a signal"}`,
    state.ask && "asks",
    choiceOf(state),
    state.toolLoop && `tools ${state.toolLoop.allowed.join(", ")}`,
    state.verify && `checked by ${state.verify.panel.join(", ")}`,
    state.foreach && `for each of ${state.foreach}`,
    state.execution?.kind.case && state.execution.kind.case !== "default" && state.execution.kind.case,
    state.launch.length > 0 && `launches ${state.launch.join(", ")}`,
  ];
  return shortened(kinds.filter(Boolean).join(", "));
}

function choiceOf({ policy }: State): string {
  const kind = policy?.kind;
  if (kind?.case === "singleFirst") return `agent ${kind.value.agent}, else ${kind.value.then}`;
  if (kind?.case === "fallback") return `agent ${kind.value.agents.join(", else ")}`;
  return kind?.case === "escalate" ? `else ${kind.value.to}` : "";
}

function shortened(text: string): string {
  return text.length > labelMax ? `${text.slice(0, labelMax - 1).toWellFormed()}…` : text;
}
