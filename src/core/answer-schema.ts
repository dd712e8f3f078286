// What an answer must look like: the JSON Schema of a question, or one of its options.
import type { Question } from "../../gen/typescript/asyncgate/v1/question_pb.ts";
import type { FieldViolation } from "./refusal.ts";
import { type CheckValue, compileSchema, parse, shown, valuesFault } from "./schema.ts";

const names = { field: "question.answer_schema", rule: "answer" } as const;

/** The check of a question's answers, or what is wrong with its schema. */
export function compileQuestion({ answerSchema, options }: Question): CheckValue | readonly FieldViolation[] {
  if (answerSchema !== "") return compileSchema(answerSchema, names);
  if (options.length === 0) return (text, field) => valuesFault(parse(text), field, names.rule);
  const values = options.map(({ value }) => value);
  return (text, field) => {
    const { json } = parse(text);
    if (typeof json === "string" && values.includes(json)) return [];
    return [{ field, description: `must be one of ${shown(values)}`, rule: "answer.options" }];
  };
}
