// A commit that granted something, and whose answer was lost: the session has leases that its stream never heard of.
import { expect, test, vi } from "vitest";
import { openCuttingProxy } from "../../helpers/cutting-proxy.ts";
import { createTestDatabase, query } from "../../helpers/database.ts";
import { patience } from "../../helpers/patience.ts";
import { heartbeatAck, offers, tokenOf, welcome } from "../../helpers/work-stream.ts";
import { openWork } from "../open-work.ts";

/** Postgres's message of a statement ends with a zero; the name of a setting does not. */
const commit = "commit\0";
const options = { timeout: 60_000 };
/** A server whose connections to Postgres can be cut. What looks from outside is not. */
async function openBehindProxy() {
  const databaseUrl = await createTestDatabase();
  const proxy = await openCuttingProxy(Number(new URL(databaseUrl).port));
  const proxied = new URL(databaseUrl);
  proxied.port = new URL(proxy.url).port;
  // Looks that read and commit would be lost instead.
  const work = await openWork({ databaseUrl: proxied.href, pollsWaits: false });
  return { databaseUrl, proxy, work };
}

type Behind = Awaited<ReturnType<typeof openBehindProxy>>;

/** Has the answer of one commit lost, when Postgres has done it: one task is leased. */
async function loseCommit({ databaseUrl, proxy }: Behind, provoke: () => void): Promise<void> {
  const lost = proxy.loseAnswerTo(commit);
  provoke();
  await lost;
  await vi.waitFor(async () => expect(await query(databaseUrl, "select from lease")).toHaveLength(1), patience);
  proxy.cut();
}

test(
  "law 16: a task that a lost commit granted is given back at the next beat, and offered again",
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

test("law 16: the same when the task was granted as it was made", options, async () => {
  const behind = await openBehindProxy();
  const { work } = behind;
  const stream = work.open();
  stream.send({ hello: {}, credit: { tasks: 1 }, heartbeat: { sequence: 1n } });
  await stream.receive(heartbeatAck(1n));
  await vi.waitFor(() => expect(work.test.database.busy()).toBe(0), patience); // the table has looked, and rests
  const created: Promise<unknown>[] = [];
  await loseCommit(behind, () => created.push(work.create(1)));
  await expect(created[0]).rejects.toThrow(/unavailable|does not answer/);
  stream.send({ heartbeat: { sequence: 2n } });
  const [offer] = await stream.receive(offers(1));
  expect(offer?.leased?.task).toMatchObject({ attempt: 1, leaseLosses: 0, deliveries: 2 });
});

test("what was offered is kept by a beat, however much more the session may keep", options, async () => {
  const behind = await openBehindProxy();
  const { work } = behind;
  await work.create(2);
  const stream = work.open();
  stream.send({ hello: {} });
  await stream.receive(welcome);
  await loseCommit(behind, () => stream.send({ credit: { tasks: 1 } }));
  await vi.waitFor(() => expect(loggedBy(behind)).toContain("dispatch_failed"), patience);
  // The table looks again by itself, and the stream hears of the other task.
  const [offer] = await stream.receive(offers(1));
  if (!offer) throw new Error("nothing was offered");
  stream.send({ accepts: [{ leaseToken: tokenOf(offer) }], credit: { tasks: 1 }, heartbeat: { sequence: 1n } });
  const [, unheard] = await stream.receive(offers(2));
  expect(offer.leased?.task?.deliveries).toBe(1);
  expect(unheard?.leased?.task?.deliveries).toBe(2);
  stream.send({ heartbeat: { sequence: 2n } });
  await stream.receive(heartbeatAck(2n));
  expect(await query(behind.databaseUrl, "select from lease")).toHaveLength(2);
});

const loggedBy = ({ work }: Behind) => work.test.database.logged.map(({ event }) => event);
