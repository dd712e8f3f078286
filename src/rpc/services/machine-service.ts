// MachineService, for callers that run machines. An execution is a task: each method creates or reads it by the
// engine's operations for tasks, under the caller's own rights. Documents are checked here, and kept by the engine.
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type {
  CloneExecutionRequest,
  MachineService,
  RetryExecutionRequest,
  StartMachineRequest,
} from "../../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { type Task, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { invalidArgument, invalidTransition, Refused } from "../../core/refusal.ts";
import type { Caller, Operations } from "../../engine/index.ts";
import { hashPrefix } from "../../engine/machines/get-machine.ts";
import type { NewMachine } from "../../engine/machines/put-machine.ts";
import { canonical } from "../../machines/document/canonical.ts";
import { callerOf, callIdOf, callKey } from "../call/call.ts";
import { withTrace } from "../call/trace.ts";
import {
  type ExecutionPayload,
  executionLabels,
  executionPayloadOf,
  executionTask,
  jsonIn,
  readExecution,
  startExecution,
  textIn,
} from "../machines/execution-task.ts";
import { goOnOf } from "../machines/go-on.ts";
import { viewExecution } from "../machines/view-execution.ts";
import type { ServiceContext } from "../server.ts";

const loadChecks = () => import("../machines/check-document.ts");

export function machineService(engine: Operations, { rules }: ServiceContext) {
  return {
    async startMachine(request, context) {
      const caller = callerOf(context);
      const machine = await machineOf(engine, caller, request, rules);
      const { task, existed } = await start(engine, context, request, machine);
      const labels = task.labels;
      return {
        taskId: task.taskId,
        machine: labels[executionLabels.machine] ?? "",
        version: labels[executionLabels.version] ?? "",
        hash: labels[executionLabels.hash] ?? "",
        existed,
      };
    },
    async getExecution({ taskId }, context) {
      return { execution: await viewExecution(engine, callerOf(context), taskId) };
    },
    cloneExecution: (request, context) => cloneOf(engine, context, request),
    retryExecution: (request, context) => retryOf(engine, context, request),
    async validateMachine({ document }) {
      const checked = await (await loadChecks()).checkDocument(document, rules);
      if ("machine" in checked) {
        const { name, version, hash } = checked.machine;
        return { valid: true, name, version, hash };
      }
      const faults = checked.faults.map(({ path, message, line = 0, column = 0 }) => ({ path, message, line, column }));
      return { valid: false, faults };
    },
    async putMachine(request, context) {
      const { checkedDocument, refuseUnkeepable } = await loadChecks();
      const machine = await checkedDocument(request.document, rules);
      refuseUnkeepable(machine, hashPrefix);
      return await engine.putMachine(callerOf(context), { request, machine, origin: originOf(context) });
    },
    getMachine: (request, context) => engine.getMachine(callerOf(context), request),
    listMachines: (request, context) => engine.listMachines(callerOf(context), request),
  } satisfies ServiceImpl<typeof MachineService>;
}

function originOf(context: HandlerContext) {
  return { peer: context.values.get(callKey)?.peer ?? "", callId: callIdOf(context) };
}

async function machineOf(
  engine: Operations,
  caller: Caller,
  { name, version, document }: StartMachineRequest,
  rules: ServiceContext["rules"],
): Promise<NewMachine> {
  const refuse = (field: string, description: string): never => {
    throw new Refused(invalidArgument([{ field, description, rule: "machine" }]));
  };
  if ((name === "") === (document === "")) refuse("name", "must be given, or else document: one of the two");
  if (document !== "" && version !== "") refuse("version", "goes with a name; a document says its own");
  if (document !== "") return await (await loadChecks()).checkedDocument(document, rules);
  const found = await engine.getMachine(caller, { name, version });
  return { name, version: found.machine.version, hash: found.machine.hash, document: found.document };
}

async function start(engine: Operations, context: HandlerContext, request: StartMachineRequest, machine: NewMachine) {
  const { input, executionName, budget, requestId } = request;
  const task = executionTask({ machine, input, executionName, budget, requestId });
  // Only the latest version of a machine may be another one when the call is repeated.
  const isSame = (first: Task) => {
    const payload = executionPayloadOf(first);
    if (!payload || payload.goOn || request.name === "" || request.version !== "") return false;
    const asked = canonical(jsonIn(input === "" ? "{}" : input) ?? null);
    return textIn(payload.machine, "name") === request.name && canonical(payload.input) === asked;
  };
  return await startExecution(engine, callerOf(context), withTrace(context, task), isSame);
}

async function cloneOf(engine: Operations, context: HandlerContext, request: CloneExecutionRequest) {
  const caller = callerOf(context);
  const { task, payload } = await readExecution(engine, caller, request.taskId);
  if (task.state === TaskState.SUCCEEDED) throw tooLate(task, "CloneExecution", "it has succeeded.");
  const goOn = await goOnOf(engine, caller, { task, payload }, "CloneExecution");
  const { executionName, budget, requestId } = request;
  const common = { machine: machineIn(payload), input: JSON.stringify(payload.input), depth: payload.depth };
  const clonedFrom = task.taskId;
  const made = executionTask({ ...common, goOn, executionName, budget, requestId, clonedFrom });
  const isSame = ({ labels }: Task) => labels[executionLabels.clonedFrom] === clonedFrom;
  return answerOf(await startExecution(engine, caller, withTrace(context, made), isSame));
}

async function retryOf(engine: Operations, context: HandlerContext, request: RetryExecutionRequest) {
  const caller = callerOf(context);
  const { task, payload } = await readExecution(engine, caller, request.taskId);
  if (task.state === TaskState.SUCCEEDED) throw tooLate(task, "RetryExecution", "it has succeeded.");
  if (task.state !== TaskState.FAILED && task.state !== TaskState.CANCELED) {
    throw tooLate(task, "RetryExecution", "it has not ended. CloneExecution starts one beside it.");
  }
  const goOn = await goOnOf(engine, caller, { task, payload }, "RetryExecution");
  const { requestId, executionName, budget = task.budget } = request;
  const made = executionTask({
    machine: machineIn(payload),
    input: JSON.stringify(payload.input),
    depth: payload.depth,
    goOn,
    executionName: executionName || task.name,
    budget,
    requestId,
    redriveOf: task.taskId,
  });
  return answerOf(await startExecution(engine, caller, withTrace(context, made), () => true));
}

function tooLate({ taskId, state }: Task, method: string, why: string): Refused {
  return new Refused(
    invalidTransition({ taskId, from: state, requested: method }, `${method} is not possible: ${why}`),
  );
}

/** As it is, whatever this version of the server would make of the document now. */
function machineIn({ machine, hash }: ExecutionPayload): NewMachine {
  const [name, version] = [textIn(machine, "name"), textIn(machine, "version")];
  return { name, version, hash, document: canonical(machine) };
}

function answerOf({ task, existed }: { readonly task: Task; readonly existed: boolean }) {
  return { taskId: task.taskId, state: textIn(executionPayloadOf(task)?.goOn ?? {}, "state"), existed };
}
