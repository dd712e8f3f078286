// An answer whose stream ends before its status, as when a server or a proxy goes: a break, and no fault of the server.
// It pins what the kit reads in messages of connect.
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createClient } from "../../../clients/typescript/src/index.ts";

/** Answers each call without a status. */
async function startCutting(): Promise<{ readonly url: string; readonly calls: () => number }> {
  let calls = 0;
  const server = createServer();
  server.on("stream", (stream) => {
    calls += 1;
    stream.respond({ ":status": 200, "content-type": "application/grpc+proto" });
    stream.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls: () => calls };
}

test("a call whose answer is cut before its status is tried again, and then told as unavailable", async () => {
  const { url, calls } = await startCutting();
  const retry = { attemptsMax: 3, initialMs: 1, maxMs: 1 };
  const client = createClient({ endpoint: url, key: "agk_x", retry });
  await expect(client.getTask("00000000-0000-7000-8000-000000000000")).rejects.toMatchObject({
    reasonName: "UNAVAILABLE",
    retryable: true,
  });
  expect(calls()).toBe(3);
  client.close();
});

test("a watch whose answer is cut before its status goes on", async () => {
  const { url, calls } = await startCutting();
  const client = createClient({ endpoint: url, key: "agk_x", retry: { attemptsMax: 2, initialMs: 1, maxMs: 1 } });
  const watching = async () => {
    for await (const _news of client.watchTask("00000000-0000-7000-8000-000000000000"));
  };
  await expect(watching()).rejects.toMatchObject({ reasonName: "UNAVAILABLE" });
  expect(calls()).toBe(2);
  client.close();
});
