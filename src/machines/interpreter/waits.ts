// States that wait for a signal or an answer, and those that start machines and go on.
import type { JsonObject } from "@bufbuild/protobuf";
import { machineCall } from "./requests.ts";
import { type Layer, StateFailed } from "./types.ts";
import { fill, fillText, jsonOf, variablesOf } from "./variables.ts";

const questionBytesMax = 255;
const channelBytesMax = 255;

export const waitForSignal: Layer = {
  begin(scope) {
    const channel = fillText(scope.state.waitFor?.channel ?? "", variablesOf(scope));
    if (Buffer.byteLength(channel) > channelBytesMax) {
      throw new StateFailed("EXPRESSION_FAILED", `a channel has at most ${channelBytesMax} bytes`);
    }
    return { type: "suspend", layer: {}, create: [], wait: { for: "signal", channel } };
  },
  resume({ event }) {
    if (!event.signal) throw new StateFailed("TIMEOUT", "no signal came in time");
    return { type: "done", outcome: { output: event.signal.payload } };
  },
};

/** What is kept of a question that is asked in the next step. */
export const askAgain: JsonObject = { isToAsk: true };

export const askQuestion: Layer = {
  begin(scope) {
    const { ask } = scope.state;
    const variables = variablesOf(scope);
    const title = fillText(ask?.question ?? "", variables);
    if (title === "" || Buffer.byteLength(title) > questionBytesMax) {
      throw new StateFailed("EXPRESSION_FAILED", `a question has from 1 to ${questionBytesMax} bytes`);
    }
    const question = {
      title,
      text: fillText(ask?.text ?? "", variables),
      options: ask?.options ?? [],
      answerSchema: ask?.answerSchema as JsonObject | undefined,
      addressee: addresseeOf(fillText(ask?.addressee ?? "", variables)),
    };
    return { type: "ask", layer: {}, question };
  },
  resume(scope, layer) {
    if (layer["isToAsk"] === true) return askQuestion.begin(scope);
    const { answer } = scope.event;
    if (answer?.outcome === "answered") return { type: "done", outcome: { output: answer.answer } };
    if (answer?.outcome === "declined")
      throw new StateFailed("INPUT_DECLINED", answer.reason || "the question was declined");
    throw new StateFailed("TIMEOUT", "no answer came in time");
  },
};

function addresseeOf(text: string) {
  if (text === "") return undefined;
  const [kind = "", ...id] = text.split(":");
  if (id.length > 0) return { kind, id: id.join(":") };
  throw new StateFailed("EXPRESSION_FAILED", `${text}: an addressee is written as <kind>:<id>`);
}

/** They are created with the snapshot that knows of them, so none is started twice or lost. */
export const launch: Layer = {
  begin(scope) {
    const input = fill(jsonOf(scope.state.launchInput) ?? {}, variablesOf(scope));
    const create = scope.state.launch.map((name) => machineCall(scope, name, input, true));
    return { type: "suspend", layer: {}, create, wait: { for: "creation" } };
  },
  resume: () => ({ type: "done" }),
};
