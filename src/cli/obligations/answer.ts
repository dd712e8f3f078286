// `asyncgate obligations answer`: shows a question that the caller owes an answer to, and answers or declines it: on a
// terminal by asking, otherwise by flags.
import { parseArgs } from "node:util";
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ObligationService } from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { ReceiptService } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { callMethod, refusalReason } from "../call.ts";
import { CallFailed, type Command, type Context, UsageError } from "../command.ts";
import { items, object, principal, text } from "../views.ts";

const options = {
  answer: { type: "string" },
  decline: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

export const obligationsAnswer: Command = {
  usage: "obligations answer [<input-id or task>] [--answer <json or text> | --decline <reason>] [--json]",
  about: "shows a question that you owe an answer to, the oldest if none is named, and answers it",
  takesServerFlags: false,
  async run(context) {
    const { inputId, given, isJson } = argumentsOf(context);
    const receipt = inputId === undefined ? await openQuestion(context) : await questionNamed(context, inputId);
    // The oldest may be another by the time of the answer.
    if (given && inputId === undefined && receipt) {
      const one = `${text(receipt["receipt_id"])} of the task ${text(receipt["task_id"])}`;
      throw new UsageError(`which question? Give its id or its task's; the oldest is ${one}`);
    }
    if (!receipt) {
      if (given) throw new CallFailed("there is no open question");
      context.terminal.say("there is no open question");
      return 0;
    }
    const question = questionOf(receipt);
    if (!isJson) for (const line of shown(receipt, question)) context.terminal.print(line);
    const provided = given ? await provide(context, receipt, outcomeOf(given, question)) : await ask(context, receipt);
    if (provided === undefined) {
      if (isJson) context.terminal.print(JSON.stringify(receipt, undefined, 2));
      return 0;
    }
    const state = text(provided["state"]).replace("TASK_STATE_", "");
    if (isJson) context.terminal.print(JSON.stringify(provided, undefined, 2));
    else context.terminal.print(`it is on record, and the task is ${state}`);
    return 0;
  },
};

type Given = { readonly answer: string } | { readonly decline: string };

function argumentsOf({ arguments: args }: Context) {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [inputId, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`expected one question, and got ${positionals.length}`);
  const { answer, decline } = values;
  if (answer !== undefined && decline !== undefined) throw new UsageError("--answer and --decline exclude each other");
  const given: Given | undefined = answer !== undefined ? { answer } : decline !== undefined ? { decline } : undefined;
  return { inputId, given, isJson: values.json };
}

const questionType = "RECEIPT_TYPE_INPUT_REQUESTED";

/** The oldest, or that of a task. */
async function openQuestion(context: Context, taskId?: string): Promise<JsonObject | undefined> {
  for (let cursor = ""; ; ) {
    const answer = object(await callMethod(context, ObligationService.method.listOpenObligations, { cursor }));
    const receipts = items(answer["open_obligations"]).map((one) => object(object(one)["receipt"]));
    const isMeant = ({ task_id }: JsonObject) => taskId === undefined || task_id === taskId;
    const found = receipts.find((receipt) => receipt["type"] === questionType && isMeant(receipt));
    cursor = text(answer["cursor"]);
    if (found || cursor === "") return found;
  }
}

async function questionNamed(context: Context, receiptId: string): Promise<JsonObject> {
  const ofTask = await openQuestion(context, receiptId);
  if (ofTask) return ofTask;
  const answer = await callMethod(context, ReceiptService.method.getReceipt, { receipt_id: receiptId }).catch(
    (error: unknown) => {
      if (refusalReason(error) !== ErrorReason.RECEIPT_NOT_FOUND) throw error;
      throw new CallFailed(`there is no question ${receiptId}, and no open one of a task with this id`);
    },
  );
  const receipt = object(object(answer)["receipt"]);
  if (receipt["type"] !== questionType) throw new UsageError(`${receiptId} is no question`);
  return receipt;
}

function questionOf(receipt: JsonObject): JsonObject {
  return object(object(object(receipt["body"])["input_requested"])["question"]);
}

function valuesOf(question: JsonObject): string[] {
  return items(question["options"]).map((option) => text(object(option)["value"]));
}

function shown(receipt: JsonObject, question: JsonObject): string[] {
  const { expire_time: expireTime } = object(object(receipt["body"])["input_requested"]);
  const { title, text: words, context, answer_schema: schema } = question;
  const details: readonly (readonly [string, JsonValue | undefined])[] = [
    ["context", context],
    ["schema", schema],
  ];
  return [
    `${text(title)}`,
    ...(text(words) === "" ? [] : ["", ...text(words).split("\n")]),
    "",
    `asked by ${principal(receipt["from"])} at ${text(receipt["create_time"])}`,
    `task ${text(receipt["task_id"])}, question ${text(receipt["receipt_id"])}`,
    ...(expireTime === undefined ? [] : [`expires at ${text(expireTime)}`]),
    ...details.flatMap(([name, json]) => (json ? [`${name}:`, JSON.stringify(json, undefined, 2)] : [])),
    ...items(question["options"]).map((option, place) => {
      const { value, label, description } = object(option);
      const about = [text(label), text(description)].filter((part) => part !== "").join(": ");
      return `  ${place + 1}  ${text(value)}${about === "" ? "" : `  ${about}`}`;
    }),
  ];
}

/** Asks until an answer is taken; undefined if the terminal is none, or the question is left as it is. */
async function ask(context: Context, receipt: JsonObject): Promise<JsonObject | undefined> {
  const { prompt, say } = context.terminal;
  const question = questionOf(receipt);
  if (!prompt) {
    say("answer with --answer, or decline with --decline and a reason");
    return undefined;
  }
  const hint = valuesOf(question).length > 0 ? "a number, an answer" : "an answer";
  for (;;) {
    const line = (await prompt(`${hint}, "decline <reason>", or nothing to leave it open: `)).trim();
    if (line === "") return undefined;
    const [, reason] = /^decline\b\s*(.*)$/is.exec(line) ?? [];
    try {
      const given = reason === undefined ? { answer: line } : { decline: reason };
      return await provide(context, receipt, outcomeOf(given, question));
    } catch (error) {
      if (!(error instanceof CallFailed) && !(error instanceof UsageError)) throw error;
      say(error.message);
    }
  }
}

/** The number of an option, JSON, or a text, which is its own JSON string. */
function outcomeOf(given: Given, question: JsonObject): JsonObject {
  if ("decline" in given) return { decline: { reason: given.decline } };
  const { answer } = given;
  const values = valuesOf(question);
  const chosen = /^\d+$/.test(answer) && !question["answer_schema"] ? values[Number(answer) - 1] : undefined;
  const value = chosen ?? (values.includes(answer) ? answer : jsonOrText(answer));
  // A string is taken as the text of a JSON document.
  return { answer: JSON.stringify(value) };
}

function jsonOrText(answer: string): JsonValue {
  try {
    return JSON.parse(answer) as JsonValue;
  } catch {
    return answer;
  }
}

async function provide(context: Context, receipt: JsonObject, outcome: JsonObject): Promise<JsonObject> {
  const { task_id, receipt_id: input_id } = receipt;
  const named = { task_id: task_id ?? "", input_id: input_id ?? "" };
  const { action_digest } = questionOf(receipt);
  // Of the question that was shown, and of no other.
  const request = { ...named, ...outcome, ...(action_digest && { action_digest }) };
  return object(await callMethod(context, TaskService.method.provideInput, request));
}
