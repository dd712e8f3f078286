// The orchestrator of `asyncgate demo agents`: divides the work, asks the registry who does which part, and joins what
// comes of it. Its tasks are created in the step in which it begins to wait, so none is created twice or lost.
import { allOf, createClient, createWorker, type Job, task } from "../../../clients/typescript/src/index.ts";

const { ASYNCGATE_URL: endpoint = "http://127.0.0.1:7171", ASYNCGATE_API_KEY: key = "" } = process.env;
const client = createClient({ endpoint, key });

/** What a worker must offer to get a task of this type. */
async function capabilitiesFor(taskType: string): Promise<string[]> {
  const { agent, why } = await client.agents.route({ taskType });
  process.stdout.write(`${taskType} goes to ${agent?.agentId}. ${why}\n`);
  return [`agent:${agent?.agentId}`];
}

async function publish(payload: { readonly topic: string }, job: Job) {
  const [text, drawing] = [job.waitResult("text"), job.waitResult("drawing")];
  if (text && drawing) return { page: [text.result, drawing.result] };
  const outline = await capabilitiesFor("text.outline");
  const write = await capabilitiesFor("text.write");
  const draw = await capabilitiesFor("image.draw");
  const wait = task({ item: 0 }, { name: "outline" });
  const verification = {
    verifier: { capabilities: ["agent:checker"] },
    criteria: ["The text has every point of the outline."],
  };
  return job.suspend({
    create: [
      { type: "text.outline", payload, capabilities: outline },
      { type: "text.write", payload, capabilities: write, wait, verification, scopes: ["site:pages/texts"] },
      { type: "image.draw", payload, capabilities: draw, wait, scopes: ["site:pages/images"] },
    ],
    wait: allOf(task({ item: 1 }, { name: "text" }), task({ item: 2 }, { name: "drawing" })),
  });
}

const worker = createWorker({
  endpoint,
  key,
  capabilities: ["agent:lead"],
  handlers: { "page.publish": publish },
});
await worker.run();
client.close();
