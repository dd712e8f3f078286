// What verdicts add up to, and which are none.
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { VerificationSchema } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  ReportSchema,
  ReviewSchema,
  VerdictDecision,
  VerdictSchema,
} from "../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { refuseVerdict, tallyOf } from "../../src/core/verification.ts";

const { ACCEPT, REJECT, UNVERIFIABLE } = VerdictDecision;
const decisions = { A: ACCEPT, R: REJECT, U: UNVERIFIABLE } as const;

function reviewOf(verdicts: string, ownerTaskId = "") {
  return create(ReviewSchema, {
    report: { ownerTaskId },
    verdicts: [...verdicts].map((letter, place) => ({
      taskId: letter === letter.toLowerCase() ? ownerTaskId : `v${place}`,
      verdict: { decision: decisions[letter.toUpperCase() as keyof typeof decisions] },
    })),
  });
}

const tallies = [
  ["", 1, 1, "open"],
  ["A", 1, 1, "accepted"],
  ["R", 1, 1, "rejected"],
  ["U", 1, 1, "rejected"],
  ["A", 3, 2, "open"],
  ["AR", 3, 2, "open"],
  ["ARA", 3, 2, "accepted"],
  ["RU", 3, 2, "rejected"],
  ["ARU", 3, 2, "rejected"],
  ["R", 9, 1, "open"],
  ["RRRRRRRR", 9, 1, "open"],
  ["RRRRRRRRR", 9, 1, "rejected"],
  ["R", 9, 9, "rejected"],
  ["AAAAAAAAA", 9, 9, "accepted"],
] as const;
test.each(tallies)(
  "law 21: %j of %i verifiers, where %i must accept, are %s",
  (verdicts, verifiers, acceptAt, tally) => {
    expect(tallyOf(reviewOf(verdicts), create(VerificationSchema, { verifiers, acceptAt }))).toBe(tally);
  },
);

test("law 21: once its owner is asked, the owner's verdict alone decides", () => {
  const policy = create(VerificationSchema, { verifiers: 3, acceptAt: 2 });
  expect(tallyOf(reviewOf("RR", "own"), policy)).toBe("open");
  expect(tallyOf(reviewOf("RRa", "own"), policy)).toBe("accepted");
  expect(tallyOf(reviewOf("Au", "own"), policy)).toBe("rejected");
});

test("law 21: a verdict of a principal that has held the task is refused", () => {
  const verdict = create(VerdictSchema, { decision: ACCEPT });
  const report = create(ReportSchema, { time: timestampFromMs(1_000) });
  const rules = { barred: ["worker:wanda", "worker:rita"], evidenceRequired: [], report };
  expect(refuseVerdict(verdict, { ...rules, verifier: "worker:rita" })?.reason).toBe(
    ErrorReason.VERIFIER_NOT_INDEPENDENT,
  );
  expect(refuseVerdict(verdict, { ...rules, verifier: "worker:vera" })).toBeUndefined();
});
