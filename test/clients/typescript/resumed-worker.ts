// A worker that may be killed and started again: it keeps its session and its tasks in a file. Run by resume.test.ts:
// node resumed-worker.ts <url> <key> <file> <ms that the session is good for> <whether the session has a thread>
import { readFileSync, writeFileSync } from "node:fs";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { createWorker, type Job } from "../../../clients/typescript/src/index.ts";
import { type LeasedTask, LeasedTaskSchema } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";

type Kept = { token: string; leased: Record<string, string> };

const [url = "", key = "", file = "", withinMs = "0", thread = "true"] = process.argv.slice(2);

function read(): Kept {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Kept;
  } catch {
    return { token: "", leased: {} };
  }
}

const kept = read();
const leased = Object.values(kept.leased).map((text) => fromBinary(LeasedTaskSchema, Buffer.from(text, "base64")));
const write = () => writeFileSync(file, JSON.stringify(kept));

function keep({ lease, ...task }: LeasedTask): void {
  if (!lease) return;
  kept.leased[lease.leaseId] = Buffer.from(toBinary(LeasedTaskSchema, { lease, ...task })).toString("base64");
  write();
}

/** Ends when its input says so, or when it has to. */
async function handle(input: { name: string }, job: Job): Promise<string> {
  keep(job.leased);
  process.stdout.write(`${job.signal.aborted ? "lost" : "began"} ${input.name} ${job.leased.lease?.fence}\n`);
  await new Promise<void>((resolve, reject) => {
    process.once("SIGUSR2", () => resolve());
    job.signal.addEventListener("abort", () => reject(job.signal.reason));
    if (job.signal.aborted) reject(job.signal.reason);
  });
  return `by ${process.pid}`;
}

const worker = createWorker({
  endpoint: url,
  key,
  slots: 4,
  thread: thread === "true",
  handlers: { lasting: handle },
  onSession({ token }) {
    kept.token = token;
    write();
  },
  ...(kept.token !== "" && { resume: { token: kept.token, withinMs: Number(withinMs), leased } }),
});
await worker.run();
