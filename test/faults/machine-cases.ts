// The rows of the failure matrix: which machine is executed, and what happens meanwhile.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { Machine } from "../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import { machineTaskType } from "../../src/machines/interpreter/requests.ts";
import { load, simulate } from "../machines/simulate.ts";
import { agents, retryAfterMs } from "./machine-agents.ts";
import { launches, limited, looped, raced, timed, whole } from "./machine-documents.ts";
import type { Deed } from "./machine-journal.ts";
import type { MachineVictim } from "./machine-system.ts";

/** What an execution must come to. */
export type Expected = {
  readonly output: JsonValue;
  /** Of each call its type and payload, in any order. */
  readonly calls: readonly string[];
  /** A call after one that was refused by a rate limit begins no earlier. 0 if there is none. */
  readonly retryAfterMs: number;
  /** Whether its snapshots stay as large as they are. */
  readonly isFlat: boolean;
  /** Of it and of the machines that it starts. */
  readonly effects: number;
};

export type MatrixRow = {
  readonly name: string;
  readonly document: string;
  /** What happens to runners at their effects, and at about how many of a round. */
  readonly deeds: readonly Deed[];
  readonly deedsARound: number;
  readonly victims: readonly MachineVictim[];
  readonly hasSignal?: boolean;
  /** Whether runners are struck at each kind of step. */
  readonly isAtEach?: boolean;
  readonly isLimited?: boolean;
  readonly isLoop?: boolean;
};

/** A call, and the end. */
const innerEffects = 2;
const deaths = ["death before", "death behind"] as const;
const row = { deeds: deaths, deedsARound: 8, victims: [] } as const;

export const rows: readonly MatrixRow[] = [
  { ...row, name: "runner killed before and behind a launch", document: launches },
  { ...row, name: "runner killed at every effect", document: whole, hasSignal: true, deedsARound: 5, isAtEach: true },
  { ...row, name: "step made twice", document: launches, deeds: ["stall before"], deedsARound: 10 },
  {
    ...row,
    name: "stale runner, children complete",
    document: raced,
    deeds: ["stall before", "stall behind"],
    deedsARound: 10,
  },
  {
    ...row,
    name: "servers killed",
    document: whole,
    hasSignal: true,
    deedsARound: 0,
    victims: ["server", "second server"],
  },
  { ...row, name: "Postgres killed", document: whole, hasSignal: true, deedsARound: 0, victims: ["postgres"] },
  { ...row, name: "connections cut", document: whole, hasSignal: true, deedsARound: 0, victims: ["connections"] },
  {
    ...row,
    name: "agents killed",
    document: launches,
    deedsARound: 0,
    victims: ["typescript agents", "python agents"],
  },
  { ...row, name: "parallel with a timeout", document: timed, victims: ["python agents"] },
  { ...row, name: "first of several", document: raced, victims: ["server"] },
  { ...row, name: "rate limits under retry", document: limited, isLimited: true, victims: ["second server"] },
  { ...row, name: "loop of 1,000 steps", document: looped, isLoop: true, victims: ["postgres"] },
];

export function inputOf(id: string): JsonObject {
  return { id };
}

export function signalOf(id: string): { readonly channel: string; readonly payload: JsonValue } {
  return { channel: `faults/${id}`, payload: { for: id } };
}

/** JSON with sorted keys, to be compared. */
export function canonical(value: JsonValue): string {
  return JSON.stringify(value, (_, one: unknown) =>
    one !== null && typeof one === "object" && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

export function callText(type: string, payload: JsonValue): string {
  return canonical([type, payload]);
}

/** What an execution comes to without a server that anything could happen to. */
export function undisturbed(machine: Machine, of: MatrixRow, id: string): Expected {
  const counts = new Map<string, number>();
  const tasks = Object.fromEntries(
    Object.entries(agents).map(([type, agent]) => [
      type,
      (payload: JsonObject) => {
        const call = callText(type, payload);
        const number = counts.get(call) ?? 0;
        counts.set(call, number + 1);
        const deed = agent({ payload, number: () => number });
        return deed === "hangs" ? "pending" : (deed as JsonValue);
      },
    ]),
  );
  const ran = ({ input }: JsonObject) => ({ did: input ?? null });
  const own = signalOf(id);
  const scripts = {
    tasks: { ...tasks, [machineTaskType]: ran },
    signal: (channel: string) => (channel === own.channel ? own.payload : undefined),
  };
  const { ended, calls, effects } = simulate(machine, scripts, { input: inputOf(id) });
  if (!("output" in ended)) throw new Error(`undisturbed, ${of.name} fails with ${ended.error.type}`);
  return {
    output: ended.output,
    calls: calls.map(({ type, payload }) => callText(type, payload)).toSorted(),
    retryAfterMs: of.isLimited ? retryAfterMs : 0,
    isFlat: of.isLoop ?? false,
    effects: effects.length + innerEffects * calls.filter(({ type }) => type === machineTaskType).length,
  };
}

export async function machineOf({ document }: MatrixRow): Promise<Machine> {
  return await load(document);
}
