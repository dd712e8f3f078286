// GetConfig: the limits and defaults that hold for the caller.
import { create } from "@bufbuild/protobuf";
import {
  type GetConfigResponse,
  GetConfigResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { durationOfMs } from "../../core/duration.ts";
import { taskDefaults, watchedObligationsMax } from "../../core/limits.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";

export async function getConfig(engine: Engine, caller: Caller): Promise<GetConfigResponse> {
  const { retry } = taskDefaults;
  const { leaseBounds, sessionBounds, server } = engine;
  const limits = {
    ...caller.limits,
    message_bytes_max: engine.messageBytesMax,
    answer_bytes_max: engine.answerBytesMax,
    watched_obligations_max: watchedObligationsMax,
    session_leases_max: sessionBounds.leasesMax,
  };
  return create(GetConfigResponseSchema, {
    limits: Object.fromEntries(Object.entries(limits).map(([name, bound]) => [name, BigInt(bound)])),
    taskDefaults: {
      queue: taskDefaults.queue,
      priority: taskDefaults.priority,
      maxAttempts: taskDefaults.maxAttempts,
      maxLeaseLosses: taskDefaults.maxLeaseLosses,
      retryInitialInterval: durationOfMs(retry.initialMs),
      retryMultiplier: retry.multiplier,
      retryMaxInterval: durationOfMs(retry.maxMs),
      retryJitter: retry.jitter,
    },
    leaseBounds: {
      ttlDefault: durationOfMs(leaseBounds.ttlDefaultMs),
      ttlMin: durationOfMs(leaseBounds.ttlMinMs),
      ttlMax: durationOfMs(leaseBounds.ttlMaxMs),
    },
    locatabilityMode: caller.locatabilityMode,
    sweepInterval: durationOfMs(server.sweepIntervalMs),
    retention: durationOfMs(caller.retentionMs ?? server.retentionMs),
  });
}
