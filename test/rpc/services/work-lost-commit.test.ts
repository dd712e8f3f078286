// A commit that granted leases and whose answer was lost: the session has leases that its stream does not know of.
import { expect, test, vi } from "vitest";
import { openCuttingProxy } from "../../helpers/cutting-proxy.ts";
import { createTestDatabase, query } from "../../helpers/database.ts";
import { patience } from "../../helpers/patience.ts";
import { heartbeatAck, offers, tokenOf, welcome } from "../../helpers/work-stream.ts";
import { openWork } from "../open-work.ts";

/** Postgres's message of a statement ends with a zero; the name of a setting does not. */
const commit = "commit\0";
const options = { timeout: 240_000 };
/** A server whose connections to Postgres can be cut; queries of the test itself are not cut. */
async function openBehindProxy() {
  const databaseUrl = await createTestDatabase();
  const proxy = await openCuttingProxy(Number(new URL(databaseUrl).port));
  const proxied = new URL(databaseUrl);
  proxied.port = new URL(proxy.url).port;
  // Otherwise the commits of the wait poller would be lost instead.
  const work = await openWork({ databaseUrl: proxied.href, pollsWaits: false });
  return { databaseUrl, proxy, work };
}

type Behind = Awaited<ReturnType<typeof openBehindProxy>>;

/** Loses the answer to one commit that Postgres has done: one task is leased. */
async function loseCommit({ databaseUrl, proxy }: Behind, provoke: () => void): Promise<void> {
  const lost = proxy.loseAnswerTo(commit);
  provoke();
  await lost;
  await vi.waitFor(async () => expect(await query(databaseUrl, "select from lease")).toHaveLength(1), patience);
  proxy.cut();
}

test(
  "law 16: a task granted by a commit whose answer was lost is returned at the next heartbeat, and offered again",
  options,
  async () => {
    const behind = await openBehindProxy();
    const { work } = behind;
    await work.create(1);
    const stream = work.open();
    stream.send({ hello: {} });
    await stream.receive(welcome);
    await loseCommit(behind, () => stream.send({ credit: { tasks: 1 } }));
    await vi.waitFor(() => expect(loggedBy(behind)).toContain("dispatch_failed"), patience);
    stream.send({ heartbeat: { sequence: 1n } });
    const [offer] = await stream.receive(offers(1));
    expect(offer?.leased?.task).toMatchObject({ attempt: 1, leaseLosses: 0, deliveries: 2 });
    expect(stream.frames.flatMap(({ lost }) => lost)).toEqual([]);
  },
);

test("law 16: the same for a task that was granted when it was created", options, async () => {
  const behind = await openBehindProxy();
  const { work } = behind;
  const stream = work.open();
  stream.send({ hello: {}, credit: { tasks: 1 }, heartbeat: { sequence: 1n } });
  await stream.receive(heartbeatAck(1n));
  // The worker group has fetched, and waits.
  await vi.waitFor(() => expect(work.test.database.busy()).toBe(0), patience);
  const created: Promise<unknown>[] = [];
  await loseCommit(behind, () => created.push(work.create(1)));
  await expect(created[0]).rejects.toThrow(/unavailable|does not answer/);
  stream.send({ heartbeat: { sequence: 2n } });
  const [offer] = await stream.receive(offers(1));
  expect(offer?.leased?.task).toMatchObject({ attempt: 1, leaseLosses: 0, deliveries: 2 });
});

test("a heartbeat keeps what was offered, and returns only what is unknown", options, async () => {
  const behind = await openBehindProxy();
  const { work } = behind;
  await work.create(2);
  const stream = work.open();
  stream.send({ hello: {} });
  await stream.receive(welcome);
  await loseCommit(behind, () => stream.send({ credit: { tasks: 1 } }));
  await vi.waitFor(() => expect(loggedBy(behind)).toContain("dispatch_failed"), patience);
  // The worker group fetches again by itself, and the stream is offered the other task.
  const [offer] = await stream.receive(offers(1));
  if (!offer) throw new Error("nothing was offered");
  stream.send({ accepts: [{ leaseToken: tokenOf(offer) }], credit: { tasks: 1 }, heartbeat: { sequence: 1n } });
  const [, unknown] = await stream.receive(offers(2));
  expect(offer.leased?.task?.deliveries).toBe(1);
  expect(unknown?.leased?.task?.deliveries).toBe(2);
  stream.send({ heartbeat: { sequence: 2n } });
  await stream.receive(heartbeatAck(2n));
  expect(await query(behind.databaseUrl, "select from lease")).toHaveLength(2);
});

const loggedBy = ({ work }: Behind) => work.test.database.logged.map(({ event }) => event);
