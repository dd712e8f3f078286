// Tasks that depend on what others say: questions that are answered, declined or expire, and reports with verdicts.
import {
  AsyncGateError,
  ErrorReason,
  type Job,
  NonRetryable,
  type OpenQuestion,
  type QuestionInit,
  TaskState,
} from "../../clients/typescript/src/index.ts";
import * as people from "./scenario.ts";
import {
  allEnd,
  calls,
  collect,
  createAll,
  type Expected,
  type MakeHandlers,
  numbers,
  type Party,
  type Scenario,
  untilEnded,
} from "./scenario.ts";

const { SUCCEEDED, FAILED, CANCELED } = TaskState;
const kinds = ["answered", "declined", "defaulted", "expired", "failed", "late", "escalated"] as const;
type Kind = (typeof kinds)[number];

const questionsCount = 6 * kinds.length;
const soonMs = 1_000;
const laterMs = 60_000;

/** How the questions of each kind end, if no answer comes. */
const expiries: Readonly<Record<Kind, Partial<QuestionInit>>> = {
  answered: { expires: { after: laterMs } },
  declined: {},
  defaulted: { expires: { after: soonMs, otherwise: { answer: "default" } } },
  expired: { expires: { after: soonMs, otherwise: "decline" } },
  failed: { expires: { after: soonMs } },
  // Answered at about the time when it expires: either counts, and one.
  late: { expires: { after: soonMs, otherwise: { answer: "default" } } },
  escalated: { escalate: { after: soonMs, to: people.second } },
};

/** When an answer is given, after the question was first seen. */
const answersAfterMs: Readonly<Partial<Record<Kind, number>>> = {
  answered: 0,
  declined: 0,
  late: soonMs - 50,
  escalated: 1_500,
};

async function settle({ answerer: person }: Party, question: OpenQuestion, kind: Kind): Promise<void> {
  try {
    if (kind === "declined") await person.decline(question, "not today", calls);
    else await person.answer(question, "answer", calls);
  } catch (error) {
    const isLate = error instanceof AsyncGateError && error.reason === ErrorReason.INPUT_ANSWERED;
    if (!isLate || kind !== "late") throw error;
  }
}

/** Looks at the inbox and settles what is due. */
function createInbox(party: Party, kindOf: ReadonlyMap<string, Kind>): () => Promise<void> {
  const seenMs = new Map<string, number>();
  return async () => {
    for (const question of await collect(party.answerer.questions(calls))) {
      const kind = kindOf.get(question.taskId);
      const afterMs = kind && answersAfterMs[kind];
      if (kind === undefined || afterMs === undefined) continue;
      const nowMs = performance.now();
      const sinceMs = seenMs.get(question.inputId) ?? nowMs;
      seenMs.set(question.inputId, sinceMs);
      if (nowMs - sinceMs >= afterMs) await settle(party, question, kind);
    }
  };
}

const reportsCount = 24;

/** One in three is rejected at first, by a single verdict. The others are accepted by two of three. */
function isRejectedFirst(place: number): boolean {
  return place % 3 === 0;
}

export const judging: readonly Scenario[] = [
  {
    name: "questions",
    about: `${questionsCount} tasks that ask, and are answered, declined, escalated or left alone`,
    async start(party, run) {
      const kindAt = (place: number) => kinds[place % kinds.length] ?? "answered";
      const asking = numbers(questionsCount).map((place) => ({
        type: "asker",
        payload: { kind: kindAt(place) },
        idempotencyKey: `${run}/${place}`,
      }));
      const ids = await createAll(party.operator, asking);
      const kindOf = new Map(ids.map((id, place) => [id, kindAt(place)]));
      await untilEnded(party.operator, ids, createInbox(party, kindOf));
      return { expected: new Map([...kindOf].map(([id, kind]) => [id, [kind === "failed" ? FAILED : SUCCEEDED]])) };
    },
  },
  {
    name: "verdicts",
    about: `${reportsCount} reports that need two of three verdicts, or are rejected once`,
    async start({ operator: client }, run) {
      const reports = numbers(reportsCount).map((place) => ({
        type: "draft",
        payload: { isRejectedFirst: isRejectedFirst(place) },
        idempotencyKey: `${run}/${place}`,
        verification: isRejectedFirst(place) ? { verifiers: 2, acceptAt: 2 } : { verifiers: 3, acceptAt: 2 },
      }));
      const ids = await createAll(client, reports);
      await untilEnded(client, ids, async () => undefined);
      const found = await Promise.all(ids.map((parent) => collect(client.listTasks({ parent }, calls))));
      // A verdict that is not needed any more is given or canceled.
      const verifications = found.flat().map(({ taskId }): [string, TaskState[]] => [taskId, [SUCCEEDED, CANCELED]]);
      return { expected: new Map([...allEnd(SUCCEEDED, ids), ...verifications]) satisfies Expected };
    },
  },
];

/** An answer that does not fit its question fails the task, and so the run. */
export const judgingHandlers: MakeHandlers = () => ({
  operator: {
    asker: ({ kind }: { kind: Kind }, job: Job) => {
      const answer = job.answer("go");
      if (!answer) return job.ask({ name: "go", title: kind, addressee: people.answerer, ...expiries[kind] });
      const { outcome } = answer;
      const wanted: Readonly<Partial<Record<Kind, readonly string[]>>> = {
        late: ["answered", "defaulted"],
        escalated: ["answered"],
      };
      if (!(wanted[kind] ?? [kind]).includes(outcome)) throw new NonRetryable(`${kind} was ${outcome}`);
      return { outcome };
    },
    draft: (_: unknown, job: Job) => {
      if (job.attempt > 1 && job.rejected?.findings[0] !== "too short") throw new NonRetryable("the findings are lost");
      return { attempt: job.attempt };
    },
  },
  second: {
    verify: (review: { task: { payload: { isRejectedFirst: boolean } }; report: { attempt: number } }, job: Job) => {
      const { task, report } = review;
      if (task.payload.isRejectedFirst && report.attempt === 1) {
        return job.verdict({ decision: "reject", findings: ["too short"] });
      }
      return job.verdict({ decision: "accept" });
    },
  },
});
