// Page tokens: they lead on in the question they were given for, and are refused in any other.
import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ListReceiptsRequestSchema } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { ListTasksRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { formatPageToken, integerShape, pageQuestion, parsePageToken, uuidShape } from "../../src/core/page-token.ts";

const question = fc.uint8Array({ maxLength: 40 });
const refusal = { reason: ErrorReason.INVALID_ARGUMENT };

test("a token leads on from where its page ended, and no token begins at the beginning", () => {
  fc.assert(
    fc.property(question, fc.uuid(), fc.nat(), (asked, id, place) => {
      expect(parsePageToken(asked, formatPageToken(asked, id), "f", uuidShape)).toEqual({ position: id });
      const token = formatPageToken(asked, String(place));
      expect(parsePageToken(asked, token, "f", integerShape)).toEqual({ position: String(place) });
      expect(parsePageToken(asked, "", "f", uuidShape)).toEqual({ position: undefined });
    }),
  );
});

test("the token of another question is refused, and the field is named", () => {
  fc.assert(
    fc.property(question, question, fc.uuid(), (asked, other, id) => {
      fc.pre(Buffer.compare(asked, other) !== 0);
      const answer = parsePageToken(other, formatPageToken(asked, id), "page_token", uuidShape);
      expect(answer).toMatchObject({ ...refusal, facts: { value: { violations: [{ field: "page_token" }] } } });
    }),
  );
});

test("a position of another shape, and what is no token, is refused, whatever it is", () => {
  const asked = new Uint8Array([1]);
  for (const position of ["", "x", "1; drop table task", "-1", "00000000-0000-0000-0000-00000000000", "9".repeat(16)]) {
    expect(parsePageToken(asked, formatPageToken(asked, position), "f", uuidShape)).toMatchObject(refusal);
    expect(parsePageToken(asked, formatPageToken(asked, position), "f", integerShape)).toMatchObject(refusal);
  }
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => {
      expect(parsePageToken(asked, text, "f", uuidShape)).toMatchObject(refusal);
    }),
  );
});

test("the token of another method is refused, also where both requests are empty", () => {
  const ofTasks = pageQuestion(ListTasksRequestSchema, create(ListTasksRequestSchema));
  const ofReceipts = pageQuestion(ListReceiptsRequestSchema, create(ListReceiptsRequestSchema));
  const token = formatPageToken(ofTasks, "0190b0f0-0000-7000-8000-000000000001");
  expect(parsePageToken(ofTasks, token, "page_token", uuidShape)).toHaveProperty("position");
  expect(parsePageToken(ofReceipts, token, "page_token", uuidShape)).toMatchObject(refusal);
});
