// A configuration of a node as people write it, in YAML or JSON with the fields of a node's own file, made into the
// contract's. All faults are told at once.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { parse } from "yaml";
import { type Fields, flagOf, objectOf, type Say, textOf } from "../../node/program/fields.ts";
import { policyFields, policyOf, policyOpen } from "../../node/program/policy-fields.ts";
import { UsageError } from "../command.ts";

/** Far more than a configuration may have. */
const bytesMax = 1_000_000;

/** In the contract's JSON. */
export function nodeConfigIn(path: string, text: string): JsonObject {
  if (text.length > bytesMax) throw new UsageError(`${path} is too large for a configuration`);
  const faults: string[] = [];
  const say: Say = (field, message) => void faults.push(`${field}: ${message}`);
  const config = configOf(documentIn(path, text) ?? {}, say);
  if (faults.length > 0) throw new UsageError(`${path} is no configuration of a node:\n${faults.join("\n")}`);
  return config;
}

function documentIn(path: string, text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 }) as unknown;
  } catch (error) {
    throw new UsageError(`${path} is neither YAML nor JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function configOf(value: unknown, say: Say): JsonObject {
  const root = objectOf(value, "", ["sandbox", "inference", "worker_api"], say);
  const sandbox = root["sandbox"];
  const inference = root["inference"];
  const workerApi = root["worker_api"];
  return {
    ...(sandbox !== undefined && { sandbox: sandboxOf(objectOf(sandbox, "sandbox.", policyFields, say), say) }),
    ...(inference !== undefined && { inference: inferenceOf(inference, say) }),
    ...(workerApi !== undefined && { worker_api: workerApiOf(workerApi, say) }),
  };
}

/** The rules of a policy find the faults; what is sent is what was written, and not what a policy adds to it. */
function sandboxOf(fields: Fields, say: Say): JsonObject {
  policyOf(fields, "sandbox.", policyOpen, say);
  const { programs, images, network } = fields;
  const limits = asFields(fields["limits"]);
  const timeouts = asFields(fields["timeouts"]);
  const seconds = (value: JsonValue | undefined) => `${Number(value)}s`;
  return {
    ...(programs !== undefined && { programs: { names: programs } }),
    ...(images !== undefined && { images: { names: images } }),
    ...(network !== undefined && { network: `NODE_NETWORK_${String(network)}` }),
    ...(limits && { limits: { ...limits } }),
    ...(timeouts?.["default_seconds"] !== undefined && { timeout_default: seconds(timeouts["default_seconds"]) }),
    ...(timeouts?.["max_seconds"] !== undefined && { timeout_max: seconds(timeouts["max_seconds"]) }),
  };
}

function asFields(value: JsonValue | undefined): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}

function workerApiOf(value: unknown, say: Say): JsonObject {
  const fields = objectOf(value, "worker_api.", ["target_url", "bearer", "expires"], say);
  const [url, bearer, expires] = ["target_url", "bearer", "expires"].map((name) => {
    // An empty URL takes the node its address.
    return fields[name] === "" ? "" : textOf(fields[name], `worker_api.${name}`, say);
  });
  if (url === undefined) say("worker_api.target_url", "is missing");
  if (expires !== undefined && Number.isNaN(Date.parse(expires))) say("worker_api.expires", "must be a time");
  return {
    target_url: url ?? "",
    ...(bearer !== undefined && { bearer }),
    ...(expires !== undefined && { expire_time: expires }),
  };
}

function inferenceOf(value: unknown, say: Say): JsonObject {
  const fields = objectOf(value, "inference.", ["required", "probe_url"], say);
  const url = textOf(fields["probe_url"], "inference.probe_url", say);
  if (fields["probe_url"] === undefined) say("inference.probe_url", "is missing");
  return { required: flagOf(fields["required"], "inference.required", say), probe_url: url ?? "" };
}
