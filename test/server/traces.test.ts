// Which traces the standard variables ask for.
import { expect, test } from "vitest";
import { ConfigError } from "../../src/server/config.ts";
import { traceSettings } from "../../src/server/traces.ts";

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" };
const asDefault = { sampler: "parentbased_always_on", ratio: 1, delayMs: 5_000, queueMax: 2_048 };

test.each([
  [{}, undefined],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: " " }, undefined],
  [{ ...endpoint, OTEL_SDK_DISABLED: "True" }, undefined],
  [{ ...endpoint, OTEL_TRACES_EXPORTER: "none" }, undefined],
  [{ OTEL_SERVICE_NAME: "gate", OTEL_TRACES_SAMPLER: "nonsense" }, undefined],
  [endpoint, asDefault],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://c/v1/traces" }, asDefault],
  [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" }, asDefault],
  [
    { ...endpoint, OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.25" },
    { ...asDefault, sampler: "traceidratio", ratio: 0.25 },
  ],
  [
    { ...endpoint, OTEL_BSP_SCHEDULE_DELAY: "100", OTEL_BSP_MAX_QUEUE_SIZE: "10" },
    { ...asDefault, delayMs: 100, queueMax: 10 },
  ],
])("%j asks for %j", (variables, settings) => {
  expect(traceSettings(variables)).toEqual(settings);
});

test("all faults are told at once, by their variables, without the given value", () => {
  const read = () =>
    traceSettings({
      OTEL_EXPORTER_OTLP_ENDPOINT: "secret@collector",
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      OTEL_TRACES_EXPORTER: "zipkin",
      OTEL_TRACES_SAMPLER: "traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "2",
      OTEL_BSP_SCHEDULE_DELAY: "soon",
    });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(/5 faults/);
  expect(read).not.toThrow(/secret/);
  const sampler = () => traceSettings({ ...endpoint, OTEL_TRACES_SAMPLER: "sometimes" });
  expect(sampler).toThrow(/OTEL_TRACES_SAMPLER must be one of always_on, /);
});
