// The verifier of `asyncgate demo agents`: accepts a text that has every point, and says what is missing in another.
import { createWorker, type Job } from "../../../clients/typescript/src/index.ts";

const { ASYNCGATE_URL: endpoint = "http://127.0.0.1:7171", ASYNCGATE_API_KEY: key = "" } = process.env;

type Review = {
  readonly task: { readonly payload: { readonly topic: string } };
  readonly report: { readonly result: { readonly text: readonly string[] } };
};

function verify({ task, report }: Review, job: Job) {
  const { topic } = task.payload;
  const missing = [`what ${topic} are`, `when ${topic} end`].filter((point) => !report.result.text.includes(point));
  if (missing.length === 0) {
    process.stdout.write("accepts the text\n");
    return job.verdict({ decision: "accept", confidence: 1 });
  }
  process.stdout.write(`rejects the text: it lacks ${missing.join()}\n`);
  return job.verdict({ decision: "reject", findings: [`It lacks ${missing.join()}.`] });
}

const worker = createWorker({ endpoint, key, capabilities: ["agent:checker"], handlers: { verify } });
await worker.run();
