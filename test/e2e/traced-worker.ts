// A worker in a process of its own that has OpenTelemetry, set up as docs/traces.md shows it: what its handlers do is
// in the traces of their tasks. Ends with its input.
import { trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { createWorker } from "../../clients/typescript/src/index.ts";

const [endpoint = "", key = ""] = process.argv.slice(2);
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ "service.name": "painter" }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
provider.register();

const worker = createWorker({
  endpoint,
  key,
  drainOn: [],
  handlers: {
    async "traced.work"(_input: unknown, job) {
      await trace.getTracer("own").startActiveSpan("own work", async (span) => {
        await job.child({ type: "traced.part", onParentEnd: 2 });
        span.end();
      });
      return "the-result-is-secret";
    },
    "traced.part": () => null,
    "traced.broken"() {
      throw new RangeError("the-error-is-secret");
    },
  },
});
process.stdin.resume().once("end", async () => {
  await worker.stop();
  await provider.shutdown();
  process.exit();
});
await worker.run();
