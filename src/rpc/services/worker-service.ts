// WorkerService: the stream that offers tasks, keeps leases and settles results. One engine call a stream.
import type { DescMessage } from "@bufbuild/protobuf";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import {
  CompleteTaskRequestSchema,
  FailTaskRequestSchema,
  HandOffRequestSchema,
  ReleaseLeaseRequestSchema,
  ReportProgressRequestSchema,
  RequestInputRequestSchema,
  StartTaskRequestSchema,
  SuspendTaskRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { AppendOutputRequestSchema } from "../../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import {
  AcceptSchema,
  DeclineSchema,
  type WorkerService,
  type WorkRequest,
  type WorkResponse,
} from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { invalidArgument } from "../../core/refusal.ts";
import type { Operations, StreamContext } from "../../engine/index.ts";
import { errorFields } from "../../log.ts";
import { callerOf, callIdOf, callKey } from "../call/call.ts";
import type { ServiceContext } from "../server.ts";

export function workerService(engine: Operations, service: ServiceContext) {
  return {
    async *work(requests: AsyncIterable<WorkRequest>, context: HandlerContext): AsyncGenerator<WorkResponse> {
      service.metrics.workStreamsChanged(1);
      try {
        yield* engine.work(callerOf(context), requests, streamContext(context, service));
      } finally {
        service.metrics.workStreamsChanged(-1);
        context.values.get(callKey)?.closeAfterAnswer();
      }
    },
  } satisfies ServiceImpl<typeof WorkerService>;
}

const schemas: Readonly<Record<Parameters<StreamContext["check"]>[0], DescMessage>> = {
  accept: AcceptSchema,
  decline: DeclineSchema,
  start: StartTaskRequestSchema,
  progress: ReportProgressRequestSchema,
  complete: CompleteTaskRequestSchema,
  fail: FailTaskRequestSchema,
  release: ReleaseLeaseRequestSchema,
  suspend: SuspendTaskRequestSchema,
  output: AppendOutputRequestSchema,
  handOff: HandOffRequestSchema,
  question: RequestInputRequestSchema,
};

/** Streams end before the server cuts the calls that are left at the end of its grace. */
const graceShare = 0.9;

function streamContext(
  context: HandlerContext,
  { draining, drainWithinMs, rules, log, metrics }: ServiceContext,
): StreamContext {
  const call = context.values.get(callKey);
  const callId = callIdOf(context);
  const counts = call?.counts ?? new Map<string, number>();
  return {
    signal: context.signal,
    draining,
    shutdownWithinMs: () => Math.floor(drainWithinMs() * graceShare),
    callId,
    check(kind, message) {
      const broken = rules.check(schemas[kind], message);
      return broken && invalidArgument(broken.violations, broken.omitted);
    },
    isAllowed: async () => (await call?.isAllowed()) ?? false,
    cut: (refusal) => call?.cut(refusal),
    report: (error) =>
      log.error("an item of a work stream failed unexpectedly", { call_id: callId, ...errorFields(error) }),
    count(what, by) {
      counts.set(what, (counts.get(what) ?? 0) + by);
      metrics.workCounted(what, by);
    },
  };
}
