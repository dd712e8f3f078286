/**
 * A long model call as a task, as an AI engineer wants it. Its text is streamed while it grows. It reports progress,
 * saves a checkpoint to go on from, ends at once when it is canceled, and asks a person before it is published. The
 * model is a script, so that the example runs without a key to one. The API key must be able to create tasks and to
 * work on them, as that of an operator.
 *
 * The first worker stops soon, as in a deployment, and the second one goes on where it stopped; a second task is
 * canceled by its owner.
 */
import { setTimeout as pause } from "node:timers/promises";
import { type Client, createClient, createWorker, type Job, TaskState, WorkStopped } from "@asyncgate/client";

const { ASYNCGATE_URL = "http://127.0.0.1:7171", ASYNCGATE_API_KEY = "" } = process.env;
const connection = { endpoint: ASYNCGATE_URL, key: ASYNCGATE_API_KEY };
const vocabulary = "a lease is the right to work on one task until a point in time and".split(" ");

type Prompt = { readonly prompt: string; readonly words: number };

/** Streams the words that come after those that were written already. */
async function* model(written: number, words: number, signal: AbortSignal): AsyncGenerator<string> {
  for (let place = written; place < words; place += 1) {
    await pause(20, undefined, { signal });
    yield vocabulary[place % vocabulary.length] ?? "";
  }
}

async function write({ words }: Prompt, job: Job) {
  const written = (job.checkpoint ?? []) as string[];
  const decision = job.answer("publish");
  if (decision) return { text: written.join(" "), isPublished: decision.answer === "publish" };
  if (written.length > 0) console.log(`resumed after ${written.length} words`);
  try {
    await stream(job, written, words);
  } catch (error) {
    // A real call has ended by its signal, and costs nothing more. The checkpoint goes with the task.
    const { reason } = job.signal;
    if (reason instanceof WorkStopped) console.log(`stopped after ${written.length} words: ${reason.stop.why}`);
    throw error;
  }
  void job.spend({ words: written.length });
  // The task waits for the person without a worker. This example has one key for all; usually a person has another.
  return job.ask({
    name: "publish",
    title: "Publish this text?",
    text: written.join(" "),
    options: ["publish", "discard"],
    expires: { after: "1d", otherwise: { answer: "discard" } },
    askerMayAnswer: true,
    checkpoint: written,
  });
}

async function stream(job: Job, written: string[], words: number): Promise<void> {
  const text = job.output("text");
  for await (const word of model(written.length, words, job.signal)) {
    written.push(word);
    // Neither report is awaited: those that come faster than they are sent are merged.
    await text.write(`${word} `);
    void job.progress({ percent: (100 * written.length) / words, message: `${written.length} words` });
    void job.saveCheckpoint(written);
  }
}

async function untilProgress(client: Client, taskId: string): Promise<void> {
  for await (const { task } of client.watchTask(taskId)) if ((task?.progress?.percent ?? 0) > 0) return;
}

/** The text as it grows, from one worker after the other. */
async function follow(client: Client, taskId: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const { data } of client.readOutput(taskId, { stream: "text", follow: true })) {
    text += decoder.decode(data, { stream: true });
  }
  return text;
}

/** What a person does when the question is there. */
async function decide(client: Client, taskId: string): Promise<void> {
  for await (const { task } of client.watchTask(taskId)) if (task?.question) break;
  for await (const question of client.questions()) {
    if (question.taskId !== taskId) continue;
    console.log(question.title);
    await client.answer(question, "publish");
  }
}

const client = createClient(connection);
const startWorker = () => createWorker({ ...connection, handlers: { "model.write": write } });

const first = startWorker();
const firstRun = first.run();
const { taskId } = await client.createTask({
  type: "model.write",
  payload: { prompt: "What is a lease?", words: 100 },
});
await untilProgress(client, taskId);
const following = follow(client, taskId);
await first.stop({ withinMs: 0 });
await firstRun;

const second = startWorker();
const secondRun = second.run();
await decide(client, taskId);
const { text, isPublished } = (await client.result(taskId)) as { text: string; isPublished: boolean };
const streamed = (await following).trim().split(" ").length;
console.log(`published: ${isPublished}; streamed ${streamed} of ${text.split(" ").length} words`);

const unwanted = await client.createTask({
  type: "model.write",
  payload: { prompt: "What is a fence?", words: 3_000 },
});
await untilProgress(client, unwanted.taskId);
await client.cancelTask(unwanted.taskId, { reason: "the user has left", gracePeriodMs: 30_000 });
const ended = await client.awaitTask(unwanted.taskId);
console.log(`the second task is ${ended.state === TaskState.CANCELED ? "canceled" : "not canceled"}`);
await second.stop();
await secondRun;
client.close();
