// Streams that break: at each kind of frame, before it arrives and before its answer arrives, and at random. A worker
// that comes back finds its leases, repeated items are answered as before, and nothing is lost or settled twice.
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { describe, expect, test } from "vitest";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { ReceiptService } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type CuttingProxy, openCuttingProxy } from "../../helpers/cutting-proxy.ts";
import { createRandom, seed, times } from "../../helpers/random.ts";
import {
  heartbeatAck,
  offers,
  openWorkStream,
  resultOf,
  type SentFrame,
  settled,
  tokenOf,
  welcome,
} from "../../helpers/work-stream.ts";
import { type OpenWork, openWork } from "../open-work.ts";

const result = { content: { case: "json" as const, value: '{"ok":true}' } };
/** Longer than any test: leases move only where they should. */
const sessionBounds = { resumeGraceMs: 600_000, offerAcceptMs: 600_000 };
const requestId = "repeated";

/** The items of a lease, and how each is answered however often it is sent. */
const frames: Readonly<Record<string, readonly [frame: (leaseToken: string) => SentFrame, answer: string]>> = {
  accept: [(leaseToken) => ({ accepts: [{ leaseToken }] }), "accepted"],
  start: [(leaseToken) => ({ starts: [{ leaseToken, requestId }] }), "started"],
  progress: [(leaseToken) => ({ progress: [{ leaseToken, requestId, progress: { percent: 5 } }] }), "progressed"],
  complete: [(leaseToken) => ({ completes: [{ leaseToken, requestId, result }] }), "completed"],
  fail: [(leaseToken) => ({ fails: [{ leaseToken, requestId, error: { type: "x" } }] }), "failed"],
  release: [(leaseToken) => ({ releases: [{ leaseToken, requestId }] }), "released"],
};

async function openBehindProxy(work: OpenWork, key = "worker-key") {
  const proxy = await openCuttingProxy(work.endpoint.port);
  const open = () => openWorkStream(createGrpcTransport({ baseUrl: proxy.url }), key);
  return { proxy, open };
}

async function receiptsOf(work: OpenWork, taskId: string): Promise<ReceiptType[]> {
  const { receipts } = await createClient(ReceiptService, work.transport).listReceipts({ taskId }, work.tasker);
  return receipts.map(({ type }) => type);
}

describe.each(["up", "down"] as const)("a stream that breaks %s", (way) => {
  test.each(Object.entries(frames))(
    "at %s is resumed, and the frame is answered once",
    async (name, [frame, answer]) => {
      const work = await openWork({ sessionBounds });
      const [taskId = ""] = await work.create(1);
      const { proxy, open } = await openBehindProxy(work);
      const stream = open();
      stream.send({ hello: {}, credit: { tasks: 1 } });
      const { resumeToken } = await stream.receive(welcome);
      const [leaseToken = ""] = (await stream.receive(offers(1))).map(tokenOf);
      if (name !== "accept") {
        stream.send({ accepts: [{ leaseToken }] });
        await stream.receive(settled(leaseToken));
      }
      const held = proxy.hold(way);
      stream.send(frame(leaseToken));
      await held;
      proxy.cut();
      await stream.ended;
      const again = open();
      again.send({ hello: { resumeToken, held: { leaseTokens: [leaseToken] } } });
      expect((await again.receive(welcome)).resumed).toBe(true);
      again.send(frame(leaseToken));
      const id = name === "accept" ? "" : requestId;
      expect(resultOf(await again.receive(settled(leaseToken, id)))).toBe(answer);
      const types = await receiptsOf(work, taskId);
      const ends = [ReceiptType.TASK_COMPLETED, ReceiptType.TASK_RETRY_SCHEDULED, ReceiptType.LEASE_RELEASED];
      const isEnd = name === "complete" || name === "fail" || name === "release";
      expect(types.filter((type) => ends.includes(type as (typeof ends)[number]))).toHaveLength(isEnd ? 1 : 0);
      expect(types.filter((type) => type === ReceiptType.TASK_ACCEPTED)).toHaveLength(1);
    },
  );

  test("at hello, credit or heartbeat begins again or continues", async () => {
    const work = await openWork({ sessionBounds });
    const { proxy, open } = await openBehindProxy(work);
    const held = proxy.hold(way);
    const first = open();
    first.send({ hello: {} });
    await held;
    proxy.cut();
    await first.ended;
    const stream = open();
    stream.send({ hello: {} });
    const { resumeToken } = await stream.receive(welcome);
    await work.create(1);
    const withheld = proxy.hold(way);
    stream.send({ credit: { tasks: 1 }, heartbeat: { sequence: 1n } });
    await withheld;
    proxy.cut();
    await stream.ended;
    // An offer that never arrived is not reported, and is offered again.
    const again = open();
    again.send({ hello: { resumeToken, held: {} }, credit: { tasks: 1 }, heartbeat: { sequence: 2n } });
    await again.receive(heartbeatAck(2n));
    const [offer] = await again.receive(offers(1));
    expect(offer?.leased?.task).toMatchObject({ leaseLosses: 0, attempt: 1 });
  });
});

/** The work of all workers together. */
type SharedWork = {
  readonly onDone: (taskId: string) => void;
  readonly isOver: () => boolean;
  readonly over: Promise<void>;
};

/** A worker that comes back whenever its stream breaks, and repeats what was not answered. */
async function workThrough(
  link: { readonly proxy: CuttingProxy; readonly open: () => ReturnType<typeof openWorkStream> },
  shared: SharedWork,
): Promise<void> {
  const steps = ["accept", "start", "progress", "complete"] as const;
  /** By lease: how many of its steps are answered. */
  const known = new Map<string, { taskId: string; at: number }>();
  let resumeToken = "";
  while (!shared.isOver()) {
    const stream = link.open();
    const sendStep = (token: string) => {
      const step = steps[known.get(token)?.at ?? 0];
      if (step) stream.send(frames[step]?.[0](token) ?? {});
    };
    stream.send({ hello: { resumeToken, held: { leaseTokens: [...known.keys()] } }, credit: { tasks: 8 } });
    for (const token of known.keys()) sendStep(token);
    const listening = stream.receive((frame) => {
      resumeToken = frame.welcome?.resumeToken ?? resumeToken;
      for (const offer of frame.offers) {
        known.set(tokenOf(offer), { taskId: offer.leased?.task?.taskId ?? "", at: 0 });
        sendStep(tokenOf(offer));
      }
      for (const one of frame.settled) {
        const lease = known.get(one.leaseToken);
        if (!lease) continue;
        expect(resultOf(one)).toBe(frames[steps[lease.at] ?? ""]?.[1]);
        lease.at += 1;
        if (lease.at < steps.length) sendStep(one.leaseToken);
        else {
          known.delete(one.leaseToken);
          shared.onDone(lease.taskId);
          stream.send({ credit: { tasks: 1 } });
        }
      }
      return undefined;
    });
    await Promise.race([listening.catch(() => {}), shared.over]);
    stream.abort();
    await stream.ended;
  }
}

const cutsMax = times(30);

test("law 9: cut anywhere and often, nothing is lost, nothing is settled twice and no lease moves", {
  timeout: 240_000 + cutsMax * 2_000,
}, async () => {
  const random = createRandom(seed);
  const work = await openWork({ sessionBounds });
  const done = new Set<string>();
  const all: string[] = [];
  let cuts = 0;
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  let fed = 0;
  const isOver = () => cuts >= cutsMax && fed === feeding.length && done.size === all.length;
  /** There is always work while cuts are to come: a stream without traffic would not be cut. */
  const feed = async () => {
    if (cuts < cutsMax) all.push(...(await work.create(20)));
    fed += 1;
    if (isOver()) end();
  };
  const feeding: Promise<void>[] = [];
  const shared: SharedWork = {
    ...{ isOver, over },
    onDone(taskId) {
      done.add(taskId);
      if (isOver()) end();
      else if (all.length - done.size <= 20 && fed === feeding.length) feeding.push(feed());
    },
  };
  feeding.push(feed(), feed());
  const workers = await Promise.all(["worker-key", "other-key"].map((key) => openBehindProxy(work, key)));
  const working = workers.map((link) => workThrough(link, shared));
  for (; cuts < cutsMax; cuts += 1) {
    await workers[Math.floor(random() * workers.length)]?.proxy.cutAfter(Math.floor(200 + random() * 6_000));
  }
  if (isOver()) end();
  await Promise.all([...working, ...feeding]);
  expect([...done].sort()).toEqual([...all].sort());
  for (const taskId of all) {
    expect(await work.read(taskId)).toMatchObject({ state: TaskState.SUCCEEDED, attempt: 1, leaseLosses: 0 });
    const types = await receiptsOf(work, taskId);
    expect(types.filter((type) => type === ReceiptType.TASK_COMPLETED)).toHaveLength(1);
  }
});
