// Tasks that go from one worker to another: what a handler returns to hand its task over, and what it was handed.
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Artifact, ArtifactSchema, Payload } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import type { Principal } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import type { HandOff } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Content, payloadOf } from "./content.ts";
import { dateOf } from "./durations.ts";

export type HandOffInit = {
  /** Who does it next: one principal, or any worker with these capabilities or of this queue. At least one is set. */
  readonly to: {
    readonly principal?: Pick<Principal, "kind" | "id">;
    readonly capabilities?: readonly string[];
    readonly queue?: string;
  };
  /** What is done and what is left. At most 4,096 bytes. */
  readonly note?: string;
  /** Where the results so far are. */
  readonly refs?: readonly MessageInitShape<typeof ArtifactSchema>[];
  /** What the next holder needs to continue. At most 64 KiB. If absent, the last one that was saved stays. */
  readonly checkpoint?: Content;
  /** The hand-off contract by which it is handed over: `refs` must fulfill it. */
  readonly contract?: string;
};

/** A task that goes to another worker, made by `job.handOff`, for handlers to return, as a Suspension is. */
export class HandingOff {
  readonly init: HandOffInit;
  readonly checkpoint: Payload | undefined;

  constructor(init: HandOffInit) {
    const { principal, capabilities, queue } = init.to;
    if (!principal && !capabilities && !queue) throw new TypeError("to must name a principal, capabilities or a queue");
    this.init = init;
    this.checkpoint = init.checkpoint === undefined ? undefined : payloadOf(init.checkpoint);
  }
}

/** How the task of a job was handed over last. */
export type HandedOver = {
  readonly from: Principal | undefined;
  readonly note: string;
  readonly refs: readonly Artifact[];
  readonly time: Date | undefined;
  readonly receiptId: string;
};

export function handedOverOf({ from, note, refs, time, receiptId }: HandOff): HandedOver {
  return { from, note, refs, time: time && dateOf(time), receiptId };
}
