// A worker that reports without a pause, so that its lease is hardly ever without an item in flight: it hears of a
// cancellation without a heartbeat, and of a lease that it has lost, not only in the answers to its reports.
import { expect, test } from "vitest";
import { LeaseLoss } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import type { WorkResponse } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { offers, settled, tokenOf, type WorkStream, welcome } from "../../helpers/work-stream.ts";
import { openWork } from "../open-work.ts";

const directive = ({ directives: [first] }: WorkResponse) => first?.directive;
const lost = ({ lost: [first] }: WorkResponse) => first;

/** Sends the next report before the one before is answered, until it is stopped. */
function report(stream: WorkStream, leaseToken: string): () => Promise<void> {
  let isOver = false;
  const id = (count: number) => `report ${count}`;
  const send = (count: number) =>
    stream.send({ progress: [{ leaseToken, requestId: id(count), progress: { message: `${count}` } }] });
  const reporting = (async () => {
    send(0);
    for (let count = 1; !isOver; count += 1) {
      send(count);
      await stream.receive(settled(leaseToken, id(count - 1)));
    }
  })();
  return () => {
    isOver = true;
    return reporting;
  };
}

test("a worker that reports without a pause is told of a cancellation, and of a lost lease", async () => {
  const work = await openWork();
  const taskIds = await work.create(2);
  const stream = work.open();
  stream.send({ hello: {}, credit: { tasks: 2 } });
  await stream.receive(welcome);
  for (const offer of await stream.receive(offers(2))) {
    const taskId = offer.leased?.task?.taskId ?? "";
    const isHard = taskId === taskIds[0];
    const stop = report(stream, tokenOf(offer));
    await stream.receive(settled(tokenOf(offer), "report 5"));
    const gracePeriod = isHard ? {} : { gracePeriod: { seconds: 600n } };
    await work.tasks.cancelTask({ taskId, reason: "enough", ...gracePeriod }, work.tasker);
    if (isHard) expect(await stream.receive(lost)).toMatchObject({ taskId, loss: LeaseLoss.CANCELED });
    else expect(await stream.receive(directive)).toMatchObject({ case: "cancel", value: { taskId, reason: "enough" } });
    await stop();
  }
});
