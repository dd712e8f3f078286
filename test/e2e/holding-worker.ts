// A worker in a process of its own, for tests that kill it: takes a number of tasks, accepts them, prints when its
// leases expire (Unix milliseconds), and sends heartbeats.
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { offers, openWorkStream, settled, tokenOf, welcome } from "../helpers/work-stream.ts";

const [baseUrl = "", key = "", count = "1"] = process.argv.slice(2);
const heartbeatMs = 1_000;
const perFrame = 500;

const stream = openWorkStream(createGrpcTransport({ baseUrl }), key);
stream.send({ hello: { workerName: "holder", leaseTtl: { seconds: 5n } }, credit: { tasks: Number(count) } });
await stream.receive(welcome);
const taken = await stream.receive(offers(Number(count)));
const tokens = taken.map(tokenOf);
for (let from = 0; from < tokens.length; from += perFrame) {
  stream.send({ accepts: tokens.slice(from, from + perFrame).map((leaseToken) => ({ leaseToken })) });
}
await Promise.all(tokens.map((token) => stream.receive(settled(token))));
const expireTime = taken[0]?.leased?.lease?.expireTime;
process.stdout.write(`${expireTime && timestampMs(expireTime)}\n`);
let sequence = 0n;
setInterval(() => {
  sequence += 1n;
  stream.send({ heartbeat: { sequence } });
}, heartbeatMs);
