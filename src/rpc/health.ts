// The gRPC health protocol: the server as a whole under the empty name, and every service under its own; all of them
// are as ready as the server is. A server that is shutting down is not serving from that moment on.
import { setTimeout as sleep } from "node:timers/promises";
import type { DescService } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import {
  type Health,
  HealthCheckResponse_ServingStatus as Status,
} from "../../gen/typescript/grpc/health/v1/health_pb.ts";
import { Refused, unavailable } from "../core/refusal.ts";
import { foreignNotFound } from "./interceptors/map-errors.ts";

export type Readiness =
  | { readonly ready: true; readonly detail?: string }
  | { readonly ready: false; readonly reason: string };

export type HealthOptions = {
  readonly services: readonly DescService[];
  readonly readiness: () => Readiness | Promise<Readiness>;
  readonly draining: AbortSignal;
  /** How often a watch looks again. */
  readonly watchIntervalMs?: number;
};

/** Load balancers learn of a change within a second. */
const watchIntervalMsDefault = 1_000;

export function healthService(options: HealthOptions): ServiceImpl<typeof Health> {
  const names = new Set(["", ...options.services.map(({ typeName }) => typeName)]);
  const status = () => servingStatus(options);
  const watchIntervalMs = options.watchIntervalMs ?? watchIntervalMsDefault;
  return {
    async check({ service }) {
      if (!names.has(service)) throw foreignNotFound("No service of that name is served here.");
      return { status: await status() };
    },

    async list() {
      const now = await status();
      return { statuses: Object.fromEntries([...names].map((name) => [name, { status: now }])) };
    },

    async *watch({ service }, { signal }) {
      const either = AbortSignal.any([signal, options.draining]);
      let last: Status | undefined;
      while (!signal.aborted) {
        const now = names.has(service) ? await status() : Status.SERVICE_UNKNOWN;
        if (now !== last) yield { status: now };
        last = now;
        if (options.draining.aborted) throw new Refused(unavailable("The server is shutting down."));
        await sleep(watchIntervalMs, undefined, { signal: either }).catch(() => {}); // woken early by either signal
      }
    },
  };
}

async function servingStatus({ readiness, draining }: HealthOptions): Promise<Status> {
  if (draining.aborted) return Status.NOT_SERVING;
  return (await readiness()).ready ? Status.SERVING : Status.NOT_SERVING;
}
