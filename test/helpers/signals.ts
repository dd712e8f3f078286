// Steps of tests about signals.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  ListSignalsRequestSchema,
  SendSignalRequestSchema,
} from "../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import type { ConditionSchema } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { GrantedTask } from "../../src/engine/views/granted-task.ts";
import { granted } from "./ledger-scenario.ts";
import { createTask, json, type Scenario, waitFor } from "./scenario.ts";

type SendInit = Omit<MessageInitShape<typeof SendSignalRequestSchema>, "to" | "$typeName" | "$unknown">;

export const toChannel = (value: string) => ({ case: "channel", value }) as const;
export const toTask = (value: string) => ({ case: "taskId", value }) as const;

export function send(
  s: Pick<Scenario, "operations" | "agent">,
  to: ReturnType<typeof toChannel | typeof toTask> | string,
  request: SendInit = {},
  by = s.agent,
) {
  const target = typeof to === "string" ? toChannel(to) : to;
  return s.operations.sendSignal(by, create(SendSignalRequestSchema, { to: target, ...request }));
}

/** With a number as its payload. */
export function sendNumber(s: Pick<Scenario, "operations" | "agent">, channel: string, number: number) {
  return send(s, channel, { payload: json(String(number)) });
}

export function onSignal(channel = "", more: { readonly count?: number } = {}, name = "") {
  return { name, condition: { case: "signal", value: { channel, ...more } } } satisfies MessageInitShape<
    typeof ConditionSchema
  >;
}

type Of = NonNullable<MessageInitShape<typeof ListSignalsRequestSchema>["of"]>;

export function list(
  s: Pick<Scenario, "operations" | "operator">,
  of: Of,
  page: { readonly pageSize?: number; readonly pageToken?: string } = {},
  by = s.operator,
) {
  return s.operations.listSignals(by, create(ListSignalsRequestSchema, { of, ...page }));
}

/** The payloads of what is kept, and the tasks that wait. */
export async function sides(s: Pick<Scenario, "operations" | "operator">, channel: string) {
  const { signals, waiting } = granted(await list(s, { case: "channel", value: channel }));
  return {
    kept: signals.map(({ payload }) => payload?.content.value),
    waiting: waiting.map(({ taskId }) => taskId),
  };
}

/** A task that waits for news, or as the test says. */
export function waiting(s: Scenario, wait = waitFor(onSignal("news"))) {
  return createTask(s, { wait });
}

/** The payloads of the signals that a task's conditions took, condition by condition. */
export function payloads({ waitResults }: Pick<GrantedTask, "waitResults">) {
  return waitResults.map(({ signals }) => signals.map(({ payload }) => payload?.content.value));
}
