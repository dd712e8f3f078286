// Offers that should return to their queues while the database cannot write: they return when it can, and no heartbeat
// keeps them.
import { expect, test, vi } from "vitest";
import { breakTable, mendTable } from "../../helpers/ledger-scenario.ts";
import { patience } from "../../helpers/patience.ts";
import { heartbeatAck, offers, tokenOf, welcome } from "../../helpers/work-stream.ts";
import { openWork } from "../open-work.ts";

const failures = (work: Awaited<ReturnType<typeof openWork>>) =>
  work.endpoint.lines.filter(({ message }) => message.startsWith("an item of a work stream failed")).length;

async function offerOne(offerAcceptMs: number) {
  const work = await openWork({ sessionBounds: { offerAcceptMs } });
  const [taskId = ""] = await work.create(1);
  const { databaseUrl } = work.test.database;
  // Before the offer is made: its window may be short.
  await breakTable(databaseUrl, "ready", "insert");
  const stream = work.open();
  stream.send({ hello: {}, credit: { tasks: 1 } });
  await stream.receive(welcome);
  const [leaseToken = ""] = (await stream.receive(offers(1))).map(tokenOf);
  const expectOfferedAgain = async () => {
    const other = work.open("other-key");
    other.send({ hello: {}, credit: { tasks: 1 } });
    const [offer] = await other.receive(offers(1));
    expect(offer?.leased?.task).toMatchObject({ taskId, attempt: 1, leaseLosses: 0, deliveries: 2 });
  };
  return { work, stream, leaseToken, mend: () => mendTable(databaseUrl, "ready"), expectOfferedAgain };
}

test("a declined offer returns to its queue as soon as that can be written", { timeout: 240_000 }, async () => {
  const { work, stream, leaseToken, mend, expectOfferedAgain } = await offerOne(600_000);
  stream.send({ declines: [{ leaseToken, reason: "not mine" }] });
  await vi.waitFor(() => expect(failures(work)).toBeGreaterThan(1), patience);
  await mend();
  await expectOfferedAgain();
  stream.send({ heartbeat: { sequence: 1n } });
  await stream.receive(heartbeatAck(1n));
  expect(stream.frames.flatMap(({ settled, lost }) => [...settled, ...lost])).toEqual([]);
});

test("an offer that could not be returned for long is returned by a heartbeat", { timeout: 240_000 }, async () => {
  const { work, stream, mend, expectOfferedAgain } = await offerOne(100);
  // The number of attempts.
  await vi.waitFor(() => expect(failures(work)).toBe(10), patience);
  await mend();
  let sequence = 0n;
  // The last attempt ends shortly after it was logged.
  await vi.waitFor(async () => {
    sequence += 1n;
    stream.send({ heartbeat: { sequence } });
    await stream.receive(heartbeatAck(sequence));
    expect((await work.tasks.listTasks({}, work.tasker)).tasks[0]?.holder).toBeUndefined();
  }, patience);
  await expectOfferedAgain();
});
