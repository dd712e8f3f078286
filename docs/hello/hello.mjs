// Creates a task without any generated code: it loads the contract from the server by reflection.
//   node docs/hello/hello.mjs <host:port> <tasker's key>

import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import { loadFileDescriptorSetFromBuffer, loadSync } from "@grpc/proto-loader";

const [address, key] = process.argv.slice(2);
const plain = grpc.credentials.createInsecure();
const reflection = import.meta.resolve("@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto");
const known = grpc.loadPackageDefinition(loadSync(fileURLToPath(reflection))).grpc.reflection.v1;
const asking = new known.ServerReflection(address, plain).ServerReflectionInfo();
asking.write({ fileContainingSymbol: "asyncgate.v1.TaskService" });
const { fileDescriptorResponse } = await new Promise((resolve) => asking.once("data", resolve));
asking.end();

// An encoded FileDescriptorSet is a list of files, each as field 1: tag, length as a varint, bytes.
const varint = (value) => (value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]);
const field = (bytes) => Buffer.concat([Buffer.from([10, ...varint(bytes.length)]), bytes]);
const set = Buffer.concat(fileDescriptorResponse.fileDescriptorProto.map(field));
const { TaskService } = grpc.loadPackageDefinition(loadFileDescriptorSetFromBuffer(set)).asyncgate.v1;

const tasks = new TaskService(address, plain);
const metadata = new grpc.Metadata();
metadata.set("authorization", `Bearer ${key}`);
const request = { type: "greet", payload: { json: '{"name": "Ada"}' } };
tasks.createTask(request, metadata, (error, answer) => console.log(error ?? `created ${answer.task.task_id}`));
