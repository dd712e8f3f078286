// Whether and how the server tells of traces: the standard variables of OpenTelemetry decide, and without an endpoint
// nothing of it is loaded.
import type { StepListener } from "../engine/index.ts";
import type { Log } from "../log.ts";
import type { CallSpans } from "../rpc/call/call.ts";
import { ConfigError } from "./config.ts";

/** The environment, of which only variables of OpenTelemetry are looked at. */
export type Variables = Readonly<Record<string, string | undefined>>;

export type ServerTraces = {
  /** Makes spans of calls. */
  readonly spans: CallSpans;
  /** Makes spans of what becomes of tasks. */
  readonly steps: StepListener;
  /** Sends what is left. */
  stop(): Promise<void>;
};

export type TraceSettings = {
  /** As `OTEL_TRACES_SAMPLER` names them. */
  readonly sampler: (typeof samplers)[number];
  /** The part of the traces that the samplers by ratio take. */
  readonly ratio: number;
  /** How long spans wait to be sent together. */
  readonly delayMs: number;
  /** How many may wait; further ones are dropped. */
  readonly queueMax: number;
};

const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;
const samplerDefault = "parentbased_always_on";
/** As the standard says. */
const delayMsDefault = 5_000;
const queueMaxDefault = 2_048;

/** Undefined if no traces are wanted. Throws a ConfigError with all faults. */
export function traceSettings(variables: Variables): TraceSettings | undefined {
  const value = (name: string) => variables[name]?.trim() || undefined;
  const endpoint = value("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") ?? value("OTEL_EXPORTER_OTLP_ENDPOINT");
  const isOff = value("OTEL_SDK_DISABLED")?.toLowerCase() === "true" || value("OTEL_TRACES_EXPORTER") === "none";
  if (endpoint === undefined || isOff) return undefined;
  const faults: string[] = [];
  // Not repeated here: it may hold a password.
  if (!URL.canParse(endpoint)) faults.push("OTEL_EXPORTER_OTLP_ENDPOINT must be a URL, such as http://localhost:4318");
  const protocol = value("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") ?? value("OTEL_EXPORTER_OTLP_PROTOCOL");
  if (protocol === "grpc") {
    faults.push("OTEL_EXPORTER_OTLP_PROTOCOL must not be grpc: traces are sent as JSON over HTTP, mostly to port 4318");
  }
  const exporter = value("OTEL_TRACES_EXPORTER") ?? "otlp";
  if (exporter !== "otlp") faults.push("OTEL_TRACES_EXPORTER must be otlp or none");
  const asked = value("OTEL_TRACES_SAMPLER") ?? samplerDefault;
  const sampler = samplers.find((one) => one === asked);
  if (!sampler) faults.push(`OTEL_TRACES_SAMPLER must be one of ${samplers.join(", ")}`);
  const number = (name: string, byDefault: number, bound: number) => {
    const given = Number(value(name) ?? byDefault);
    if (!(given >= 0 && given <= bound)) faults.push(`${name} must be a number from 0 to ${bound}`);
    return given;
  };
  const settings = {
    sampler: sampler ?? samplerDefault,
    ratio: asked.endsWith("traceidratio") ? number("OTEL_TRACES_SAMPLER_ARG", 1, 1) : 1,
    delayMs: number("OTEL_BSP_SCHEDULE_DELAY", delayMsDefault, 600_000),
    queueMax: number("OTEL_BSP_MAX_QUEUE_SIZE", queueMaxDefault, 1_000_000),
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return settings;
}

export type TraceParts = {
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number;
};

/** Undefined if no traces are wanted. */
export async function startTraces(variables: Variables, parts: TraceParts): Promise<ServerTraces | undefined> {
  const settings = traceSettings(variables);
  if (!settings) return undefined;
  const { createServerTraces } = await import("./otlp-traces.ts");
  return createServerTraces(settings, parts);
}
