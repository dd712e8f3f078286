// KeepLeases over the wire, by many at once: a server that comes back meets all of its workers in one moment.
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, onTestFinished, test } from "vitest";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { query } from "../../helpers/database.ts";
import { createFrameSource } from "../../helpers/work-stream.ts";
import { openWork } from "../open-work.ts";

const timeout = 120_000;
const streams = 300;
/** One carries 256 streams. */
const connections = 3;
const leasesEach = 3;
const headers = { authorization: "Bearer worker-key" };

test("300 streams that begin at once, and beat at once, are all answered and keep their leases", {
  timeout,
}, async () => {
  // Far fewer connections and places to wait for one than there are streams.
  const work = await openWork({ poolMax: 4 });
  const clients = Array.from({ length: connections }, () =>
    createClient(LeaseService, createGrpcTransport({ baseUrl: work.endpoint.url })),
  );
  for (let made = 0; made < streams * leasesEach; made += 100) await work.create(100);
  const tokens: string[] = [];
  while (tokens.length < streams * leasesEach) {
    const claimed = await clients[0]?.claimTasks({ maxTasks: 100 }, { headers });
    tokens.push(...(claimed?.tasks ?? []).map(({ lease }) => lease?.token ?? ""));
  }
  const keepers = Array.from({ length: streams }, (_, place) => {
    const breaking = new AbortController();
    onTestFinished(() => breaking.abort());
    const source = createFrameSource<{ keep?: { leaseTokens: string[] }; sequence: bigint }>();
    const client = clients[place % connections];
    const answers = client?.keepLeases(source.frames(), { headers, signal: breaking.signal })[Symbol.asyncIterator]();
    const mine = tokens.slice(place * leasesEach, (place + 1) * leasesEach);
    return async (sequence: bigint) => {
      source.send({ sequence, ...(sequence === 1n && { keep: { leaseTokens: mine } }) });
      const answer = (await answers?.next())?.value;
      return [answer?.sequence, answer?.lost.length];
    };
  });
  for (const sequence of [1n, 2n, 3n]) {
    const answers = await Promise.all(keepers.map((beat) => beat(sequence)));
    expect(answers).toEqual(keepers.map(() => [sequence, 0]));
  }
  const kept = await query(
    work.test.database.databaseUrl,
    "select session_id from lease group by session_id having count(*) = 3",
  );
  expect(kept).toHaveLength(streams);
});
