// The state machine's whole truth table, written out by hand: a change of the machine has to change this table too.
import { expect, test } from "vitest";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { commands, hasEnded, isHeld, nextState, stateName, taskStates } from "../../src/core/transitions.ts";

/** A dot is a command that the state does not allow; INPUT stands for INPUT_REQUIRED. */
const truth = `
               QUEUED   LEASED    RUNNING   SUCCEEDED FAILED CANCELED BLOCKED  PAUSED   INPUT    VERIFYING
claim          LEASED   .         .         .         .      .        .        .        .        .
start          .        RUNNING   RUNNING   .         .      .        .        .        .        .
complete       .        SUCCEEDED SUCCEEDED .         .      .        .        .        .        SUCCEEDED
report         .        VERIFYING VERIFYING .         .      .        .        .        .        .
judge          .        .         .         .         .      .        .        .        .        VERIFYING
fail           .        QUEUED    QUEUED    .         .      .        .        .        .        QUEUED
fail_for_good  .        FAILED    FAILED    .         .      .        .        .        .        FAILED
release        .        QUEUED    QUEUED    .         .      .        .        .        .        .
hand_off       .        QUEUED    QUEUED    .         .      .        .        .        .        .
suspend        .        BLOCKED   BLOCKED   .         .      .        .        .        .        .
ask            .        INPUT     INPUT     .         .      .        .        .        .        .
resume         .        .         .         .         .      .        QUEUED   QUEUED   QUEUED   .
pause          PAUSED   .         .         .         .      .        PAUSED   .        PAUSED   .
resume_blocked .        .         .         .         .      .        .        BLOCKED  .        .
resume_asking  .        .         .         .         .      .        .        INPUT    .        .
fail_wait      .        .         .         .         .      .        FAILED   FAILED   FAILED   .
lose           .        QUEUED    QUEUED    .         .      .        .        .        .        .
lose_for_good  .        FAILED    FAILED    .         .      .        .        .        .        .
time_out       FAILED   FAILED    FAILED    .         .      .        FAILED   FAILED   FAILED   FAILED
exceed_budget  FAILED   FAILED    FAILED    .         .      .        FAILED   FAILED   FAILED   FAILED
cancel         CANCELED CANCELED  CANCELED  .         .      .        CANCELED CANCELED CANCELED CANCELED
`;

const [head, ...rows] = truth
  .replaceAll("INPUT", "INPUT_REQUIRED")
  .trim()
  .split("\n")
  .map((line) => line.trim().split(/\s+/));

type Name = keyof typeof TaskState;

test("law 6: each command leads from each state where the table says, and nowhere else", () => {
  expect(rows.map(([command]) => command)).toEqual([...commands]);
  for (const command of commands) {
    const row = rows.find(([name]) => name === command) ?? [];
    for (const [place, from] of (head ?? []).entries()) {
      const next = nextState(TaskState[from as Name], command);
      expect(next === undefined ? "." : stateName(next), `${command} from ${from}`).toBe(row[place + 1]);
    }
  }
});

test("law 6: the table is about every state that is reached, and no state allows nothing", () => {
  expect(taskStates.map(stateName).sort()).toEqual([...(head ?? [])].sort());
  for (const command of commands) expect(nextState(TaskState.UNSPECIFIED, command)).toBeUndefined();
});

test("a task is held in two states and has ended in three", () => {
  const all = Object.values(TaskState).filter((value) => typeof value === "number") as TaskState[];
  expect(all.filter(isHeld).map(stateName)).toEqual(["LEASED", "RUNNING"]);
  expect(all.filter(hasEnded).map(stateName)).toEqual(["SUCCEEDED", "FAILED", "CANCELED"]);
});
