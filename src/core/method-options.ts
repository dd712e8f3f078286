// What the contract states about a method in options: who may call it, what a call costs, whether a stream checks its
// own credential.
import { type DescMethod, getOption } from "@bufbuild/protobuf";
import {
  type Access,
  access,
  type Cost,
  cost,
  self_checking,
} from "../../gen/typescript/asyncgate/options/v1/options_pb.ts";

export type MethodOptions = {
  /** `asyncgate.v1.TaskService/CreateTask`, as facts, logs and metrics write it. */
  readonly name: string;
  readonly access: Access;
  readonly cost: Cost;
  readonly isSelfChecking: boolean;
};

/** To read an option means to parse it, which is too slow for every call. */
const known = new WeakMap<DescMethod, MethodOptions>();

export function methodOptions(method: DescMethod): MethodOptions {
  const before = known.get(method);
  if (before !== undefined) return before;
  const options = {
    name: `${method.parent.typeName}/${method.name}`,
    access: getOption(method, access),
    cost: getOption(method, cost),
    isSelfChecking: getOption(method, self_checking),
  };
  known.set(method, options);
  return options;
}
