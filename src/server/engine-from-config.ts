// The only place where settings become options of the engine.
import { randomBytes } from "node:crypto";
import type { Limits } from "../core/limits.ts";
import { createEngine, type Engine } from "../engine/index.ts";
import type { Database } from "../store/pool.ts";
import { version } from "../version.ts";
import { createProbe } from "./agent-probe.ts";
import type { Config } from "./config.ts";
import { readSealingKeys } from "./sealing-keys.ts";

/** The part of the connections that calls woken by a hint may have. */
const wokenLooksPart = 0.25;

/** `environment` is a name: `dev`, `production`. */
export function engineFromConfig(config: Config, database: Database, environment: string): Engine {
  return createEngine({
    database,
    random: Math.random,
    secureBytes: randomBytes,
    wokenLooksMax: Math.ceil(config.poolMax * wokenLooksPart),
    limits: limitsOf(config),
    leaseBounds: {
      ttlDefaultMs: config.leaseTtlDefaultMs,
      ttlMinMs: config.leaseTtlMinMs,
      ttlMaxMs: config.leaseTtlMaxMs,
    },
    sessionBounds: {
      offerAcceptMs: config.offerAcceptMs,
      resumeGraceMs: config.resumeGraceMs,
      slowReaderMs: config.slowReaderMs,
    },
    messageBytesMax: config.messageBytesMax,
    waitMaxMs: config.waitMaxMs,
    sealingKeys: readSealingKeys(config.sealingKeysFile),
    nodePushHosts: config.nodePushHosts,
    probe: createProbe({ hosts: config.agentProbeHosts, allowPrivate: config.agentProbePrivate }),
    server: {
      version,
      environment,
      startTime: new Date(),
      sweepIntervalMs: config.sweepIntervalMs,
      retentionMs: config.retentionMs,
    },
  });
}

function limitsOf(config: Config): Partial<Limits> {
  return {
    payload_bytes_max: config.payloadBytesMax,
    result_bytes_max: config.resultBytesMax,
    checkpoint_bytes_max: config.checkpointBytesMax,
    receipt_body_bytes_max: config.receiptBodyBytesMax,
    output_bytes_max: config.outputBytesMax,
    calls_per_second_max: config.callsPerSecondMax,
    calls_burst_max: config.callsBurstMax,
    principal_calls_per_second_max: config.principalCallsPerSecondMax,
    principal_calls_burst_max: config.principalCallsBurstMax,
    live_tasks_max: config.liveTasksMax,
    principal_live_tasks_max: config.principalLiveTasksMax,
    live_leases_max: config.liveLeasesMax,
    principal_live_leases_max: config.principalLiveLeasesMax,
    sessions_max: config.sessionsMax,
    principal_sessions_max: config.principalSessionsMax,
    parked_waits_max: config.parkedWaitsMax,
    principal_parked_waits_max: config.principalParkedWaitsMax,
    output_followers_max: config.outputFollowersMax,
    principal_output_followers_max: config.principalOutputFollowersMax,
  };
}
