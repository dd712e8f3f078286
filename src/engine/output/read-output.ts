// ReadOutput and GetOutput: read a log from an offset on, and wait for more of it. A follower is woken by appends on
// its own server and by changes of the task; appends on other servers are found by the wait poller.
import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  GetOutputRequest,
  GetOutputResponseSchema,
  ReadOutputRequest,
  ReadOutputResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import { msOfDuration } from "../../core/duration.ts";
import { Refused, unavailable } from "../../core/refusal.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { acquireWaitSlot } from "../runtime/parked-waits.ts";
import { topics } from "../runtime/wakeups.ts";
import { type Look, type Position, partBytesMax, positionOf, readPart } from "./read-part.ts";

/** A follower is woken by changes; it does not depend on this. */
const waitMs = 600_000;

export async function* readOutput(
  engine: Engine,
  caller: Caller,
  request: ReadOutputRequest,
  signal: AbortSignal,
): AsyncGenerator<MessageInitShape<typeof ReadOutputResponseSchema>> {
  const leave = acquireWaitSlot(engine, caller, request.follow ? "follow" : "wait");
  try {
    let at = positionOf(request);
    for (let told: Look | undefined; ; ) {
      const look = await nextPart(engine, caller, at, {
        waitMs: request.follow && told ? waitMs : 0,
        signal,
        isNews: (one) => isNews(one, told),
      });
      // The server shuts down, or the caller has gone. To the one that stays it is a break, after which it goes on.
      if (signal.aborted && !isNews(look, told)) throw new Refused(unavailable("The server shuts down."));
      yield { part: look.part };
      at = look.next;
      told = look;
      if (look.isOver || (look.part.upToDate && !request.follow)) return;
    }
  } finally {
    leave();
  }
}

/** Bytes, the end of a log or of all; the first answer says where the log stands, whether there is anything or not. */
function isNews(look: Look, told: Look | undefined): boolean {
  const { part, isOver } = look;
  if (told === undefined || hasBytes(look) || isOver) return true;
  return part.fence !== told.part.fence || part.closed !== told.part.closed;
}

function hasBytes({ part }: Look): boolean {
  return part.data.length > 0 || part.hole !== undefined;
}

export async function getOutput(
  engine: Engine,
  caller: Caller,
  request: GetOutputRequest,
  signal: AbortSignal,
): Promise<MessageInitShape<typeof GetOutputResponseSchema>> {
  const withinMs = request.wait ? msOfDuration(request.wait) : 0;
  const leave = withinMs > 0 ? acquireWaitSlot(engine, caller) : () => {};
  try {
    const bytesMax = request.maxBytes || partBytesMax;
    const wanted = { waitMs: withinMs, signal, bytesMax, isNews: (look: Look) => hasBytes(look) || look.isOver };
    const { part, isOver } = await nextPart(engine, caller, positionOf(request), wanted);
    return { part, ended: isOver };
  } finally {
    leave();
  }
}

type Wanted = {
  readonly waitMs: number;
  readonly signal: AbortSignal;
  readonly bytesMax?: number;
  readonly isNews: (look: Look) => boolean;
};

/** The next part that is news, or what there is when the time is over. */
async function nextPart(engine: Engine, caller: Caller, from: Position, wanted: Wanted): Promise<Look> {
  const { wakeups } = engine;
  const { signal, isNews: isEnough, bytesMax } = wanted;
  const task = topics.task(caller.tenantId, from.taskId);
  const both = [task, topics.output(caller.tenantId, from.taskId)];
  const deadlineMs = performance.now() + wanted.waitMs;
  let at = from;
  for (let wasWoken = false; ; wasWoken = true) {
    const leftMs = Math.max(deadlineMs - performance.now(), 0);
    // Listens before it looks: what comes between look and sleep is heard.
    const ear = new AbortController();
    const heard = wakeups.wait(both, leftMs, AbortSignal.any([signal, ear.signal]));
    try {
      const part = () => readPart(engine, caller, at, bytesMax);
      const look = await (wasWoken ? engine.wokenLooks(part) : part());
      if (isEnough(look) || (!look.goesOn && (leftMs === 0 || signal.aborted))) return look;
      at = look.next;
      if (look.goesOn) continue;
      wakeups.noteSeenVersion(task, look.version);
      if (!(await heard)) return look;
    } finally {
      ear.abort();
    }
  }
}
