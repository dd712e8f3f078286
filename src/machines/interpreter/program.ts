// A machine that is about to be executed: what is looked up once, and the bounds with their defaults.
import type { JsonValue } from "@bufbuild/protobuf";
import { type Machine, type Settings, StateType } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import type { CheckRules } from "../document/check-rules.ts";
import type { Bounds, Program } from "./types.ts";

const stepsMaxDefault = 1_000;
/** As deep as trees of tasks may be: an execution needs a level for its agents. */
const depthMaxDefault = 16;
/** As a checkpoint may be, with room for the frame that carries it. */
export const checkpointBytesMaxDefault = 65_536;

export type ProgramInit = {
  readonly machine: Machine;
  readonly input: JsonValue;
  readonly depth: number;
  readonly executionId: string;
  readonly checkRules: CheckRules;
};

export function programOf(init: ProgramInit): Program {
  const { machine } = init;
  const states = new Map(Object.entries(machine.states));
  const [initial = ""] = [...states].find(([, { type }]) => type === StateType.INITIAL) ?? [];
  return { ...init, states, initial, bounds: boundsOf(machine.settings) };
}

function boundsOf(settings: Settings | undefined): Bounds {
  return {
    stepsMax: settings?.maxSteps ?? stepsMaxDefault,
    depthMax: settings?.maxDepth ?? depthMaxDefault,
    checkpointBytesMax: settings?.checkpointBytesMax ?? checkpointBytesMaxDefault,
    contextBytesWarn: settings?.contextBytesWarn,
    outputBytesMax: settings?.outputBytesMax,
    promptTokensWarn: settings?.promptTokensWarn ?? {},
  };
}
