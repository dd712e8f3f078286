// Answers in JSON hold only what JSON has a text for, whatever was stored: an answer that cannot be written would
// report a commit as a failure.
import type { DescMessage, Message } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { readable } from "../../wire/json-answer.ts";

export function readableAnswers(): Interceptor {
  return (next) => async (request) => {
    const response = await next(request);
    if (!isJson(request)) return response;
    const { output } = request.method;
    if (response.stream) return { ...response, message: eachReadable(output, response.message) };
    readable(output, response.message);
    return response;
  };
}

/** Answers are in the form of their request. The Connect protocol names it in the query of a GET. */
function isJson({ header, requestMethod, url }: Parameters<ReturnType<Interceptor>>[0]): boolean {
  if (requestMethod === "GET") return new URL(url).searchParams.get("encoding") === "json";
  return header.get("content-type")?.toLowerCase().includes("json") ?? false;
}

async function* eachReadable<M extends Message>(schema: DescMessage, messages: AsyncIterable<M>): AsyncIterable<M> {
  for await (const message of messages) yield readable(schema, message);
}
