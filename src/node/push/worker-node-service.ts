// WorkerNodeService: the contract of a node that is given jobs, over the jobs that it has.
import type { JsonValue, MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { msOf } from "../../../clients/typescript/src/durations.ts";
import type {
  RunJobRequest,
  RunJobResponseSchema,
  WorkerNodeService,
} from "../../../gen/typescript/asyncgate/node/v1/worker_node_service_pb.ts";
import { type Ask, type JobEvent, type PushedJobs, PushRefused } from "./pushed-jobs.ts";

const codes: Readonly<Record<PushRefused["why"], Code>> = {
  unknown: Code.NotFound,
  closed: Code.FailedPrecondition,
  full: Code.ResourceExhausted,
};

const taskIdShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const attemptMax = 2_147_483_647;
const lingerMs = [1_000, 600_000] as const;
const graceMsMax = 60_000;
const offsetsMax = 10;

/** `jobs`: undefined while the node starts and while it stops. */
export function workerNodeService(jobs: () => PushedJobs | undefined): ServiceImpl<typeof WorkerNodeService> {
  const present = () => {
    const found = jobs();
    if (!found) throw new ConnectError("this node does not run jobs now", Code.Unavailable);
    return found;
  };
  return {
    async *runJob(request, { signal }) {
      const ask = askOf(request);
      try {
        for await (const event of present().tell(ask, signal)) yield responseOf(event);
      } catch (error) {
        if (error instanceof PushRefused) throw new ConnectError(error.message, codes[error.why]);
        throw error;
      }
    },
    async endJob(request) {
      const graceMs = request.grace ? msOf(request.grace) : 0;
      if (graceMs < 0 || graceMs > graceMsMax) throw invalid("grace must be up to 60 s");
      return { existed: await present().end(keyOf(request), graceMs) };
    },
  };
}

function keyOf({ taskId, attempt }: Pick<RunJobRequest, "taskId" | "attempt">) {
  // It becomes the name of a folder.
  if (!taskIdShape.test(taskId)) throw invalid("task_id must be a UUID in lower case");
  if (attempt < 1 || attempt > attemptMax) throw invalid("attempt must be 1 or more");
  return { taskId, attempt };
}

function askOf(request: RunJobRequest): Ask {
  const linger = request.linger ? msOf(request.linger) : 0;
  if (linger < lingerMs[0] || linger > lingerMs[1]) throw invalid("linger must be from 1 s to 10 min");
  const offsets = Object.entries(request.offsets).map(([stream, offset]) => [stream, Number(offset)] as const);
  if (offsets.length > offsetsMax) throw invalid("there are at most 10 offsets");
  if (offsets.some(([, offset]) => !Number.isSafeInteger(offset) || offset < 0)) {
    throw invalid("an offset must be 0 or more");
  }
  return {
    ...keyOf(request),
    lingerMs: linger,
    job: jsonOf(request.job),
    joinOnly: request.joinOnly,
    offsets: Object.fromEntries(offsets),
  };
}

function jsonOf(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw invalid("job must be JSON");
  }
}

function invalid(message: string): ConnectError {
  return new ConnectError(message, Code.InvalidArgument);
}

function responseOf(event: JobEvent): MessageInitShape<typeof RunJobResponseSchema> {
  switch (event.type) {
    case "accepted":
      return { event: { case: "accepted", value: { joined: event.joined } } };
    case "output": {
      const { stream, offset, data } = event;
      return { event: { case: "output", value: { stream, offset: BigInt(offset), data } } };
    }
    case "result":
      return { event: { case: "result", value: { result: JSON.stringify(event.result) } } };
    case "failed":
      return { event: { case: "failed", value: { ...event.failure, details: [...event.failure.details] } } };
    case "alive":
      return { event: { case: "alive", value: {} } };
  }
}
