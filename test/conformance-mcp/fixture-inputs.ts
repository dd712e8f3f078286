// Fixtures that ask the client for something before they answer: the multi-round calls of the revision 2026-07-28.
import { createHmac, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import type { JsonObject } from "@bufbuild/protobuf";
import {
  acceptedContent,
  type InputRequests,
  inputRequired,
  inputResponse,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { CatalogTool } from "../../src/mcp/catalog.ts";
import { invalidParams } from "../../src/mcp/protocol-errors.ts";
import { fixtureTool, text } from "./fixture.ts";

const secret = randomBytes(32);

/** State that the client carries, so it is signed. */
function sealed(state: JsonObject): string {
  const body = Buffer.from(JSON.stringify({ ...state, nonce: randomUUID() })).toString("base64url");
  return `${body}.${createHmac("sha256", secret).update(body).digest("base64url")}`;
}

function opened(sent: string): JsonObject {
  const [body = "", seal = ""] = sent.split(".");
  const expected = createHmac("sha256", secret).update(body).digest();
  const given = Buffer.from(seal, "base64url");
  if (given.toString("base64url") !== seal || given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw invalidParams("The request state is not one of ours.");
  }
  return JSON.parse(Buffer.from(body, "base64url").toString()) as JsonObject;
}

/** Undefined in the first round. */
function stateOf({ mcpReq }: ServerContext): JsonObject | undefined {
  const sent: unknown = mcpReq.requestState();
  return typeof sent === "string" ? opened(sent) : undefined;
}

export function asking(message: string, field: string) {
  const properties = { [field]: { type: "string" as const } };
  return inputRequired.elicit({ message, requestedSchema: { type: "object", properties, required: [field] } });
}

const sampling = (question: string) =>
  inputRequired.createMessage({ messages: [{ role: "user", content: text(question) }], maxTokens: 50 });

/** What the client answered to one of the questions; undefined if it did not, or not as asked. */
export function answerTo(context: ServerContext, name: string, field: string): unknown {
  return acceptedContent<Record<string, unknown>>(context.mcpReq.inputResponses, name)?.[field];
}

/** Asks all of it, until all is answered. */
function until(requests: InputRequests, isStateful: boolean): CatalogTool["call"] {
  return async (_given, context) => {
    const state = stateOf(context);
    const { inputResponses } = context.mcpReq;
    const missing = Object.entries(requests).filter(
      ([name, { method }]) =>
        inputResponse(inputResponses, name).kind === "missing" ||
        (method === "elicitation/create" && acceptedContent(inputResponses, name) === undefined),
    );
    if (missing.length === 0 && (state !== undefined || !isStateful)) {
      return { content: [text(`Answered: ${JSON.stringify(inputResponses)}, state-ok.`)] };
    }
    return inputRequired({
      inputRequests: Object.fromEntries(missing),
      ...(isStateful && { requestState: sealed({}) }),
    });
  };
}

const multiRound: CatalogTool["call"] = async (_given, context) => {
  const round = stateOf(context)?.["round"];
  if (round === 2) return { content: [text(`It is ${String(answerTo(context, "step2", "color"))}.`)] };
  return round === 1
    ? inputRequired({
        inputRequests: { step2: asking("Which color?", "color") },
        requestState: sealed({ round: 2 }),
      })
    : inputRequired({ inputRequests: { step1: asking("Which name?", "name") }, requestState: sealed({ round: 1 }) });
};

/** Asks only for what the client says that it can do. */
const byCapability: CatalogTool["call"] = async (_given, { mcpReq }) => {
  const able: unknown = Reflect.get(mcpReq.envelope ?? {}, "io.modelcontextprotocol/clientCapabilities");
  const requests: InputRequests = {
    ...(Object.hasOwn(Object(able), "elicitation") && { elicit: asking("Which value?", "value") }),
    ...(Object.hasOwn(Object(able), "sampling") && { sample: sampling("Say something.") }),
  };
  if (Object.keys(requests).length === 0) return { content: [text("There is nothing to ask for.")] };
  return inputRequired({ inputRequests: requests });
};

/** `handOver` makes a task of ours, once the client has said what it is about. */
export function inputTools(handOver: CatalogTool["call"]): CatalogTool[] {
  const confirm = { confirm: asking("Go on?", "ok") };
  const name = { user_name: asking("What is your name?", "name") };
  const roots = { client_roots: inputRequired.listRoots() };
  const of = (what: string, call: CatalogTool["call"]) => fixtureTool(`test_input_required_result_${what}`, call);
  return [
    of("elicitation", until(name, false)),
    of("sampling", until({ capital_question: sampling("What is the capital of France?") }, false)),
    of("list_roots", until(roots, false)),
    of("request_state", until(confirm, true)),
    of("multiple_inputs", until({ ...name, greeting: sampling("Greet me."), ...roots }, true)),
    of("multi_round", multiRound),
    of("tampered_state", until(confirm, true)),
    of("capabilities", byCapability),
    fixtureTool("test_tool_with_task", async (_given, context) => {
      const answer = answerTo(context, "user_name", "name");
      if (answer === undefined) return inputRequired({ inputRequests: name });
      return await handOver({ seconds: 0, label: String(answer) }, context);
    }),
  ];
}
