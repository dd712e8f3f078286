// Races about agents, on two servers: the write scopes of two ACTIVE agents never overlap, and of two changes of one
// version one is made, whatever comes together.
import { expect } from "vitest";
import { AgentStatus } from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { isRefusal } from "../../src/core/refusal.ts";
import type { Operations } from "../../src/engine/index.ts";
import { opening } from "../helpers/agent-sessions.ts";
import { type AgentFields, listAgents, register, registering } from "../helpers/agents.ts";
import { operating } from "../helpers/operate.ts";
import { type Arena, onlyWinner, race, together } from "../helpers/race.ts";

function starting(server: Operations, { operator }: Arena, agentId: string, fields: AgentFields, requestId = "") {
  return () => server.registerAgent(operating(operator), registering(agentId, fields, requestId));
}

/** Each round has a repository of its own. */
const repository = ({ round }: Arena) => `repo:r${round}`;

race(
  "of two agents whose write scopes overlap, exactly one is registered, and the other is told of it",
  async (arena) => {
    const { servers, round } = arena;
    const one = starting(servers[0], arena, `a${round}`, { writeScopes: [`${repository(arena)}/api`] });
    const other = starting(servers[1], arena, `b${round}`, { writeScopes: [repository(arena)] });
    const answers = await together(round, one, other);
    const winner = onlyWinner(answers);
    const loser = answers.find(isRefusal);
    expect(loser).toMatchObject({
      reason: ErrorReason.AGENT_SCOPE_TAKEN,
      facts: { value: { overlaps: [{ otherAgentId: winner === 0 ? `a${round}` : `b${round}` }] } },
    });
  },
);

race(
  "one agent gives a scope up while another takes it: it takes it, or is refused, and never do both have it",
  async (arena) => {
    const { servers, round } = arena;
    const writeScopes = [repository(arena)];
    const { RETIRED, ACTIVE } = AgentStatus;
    await register({ ...arena, operations: servers[0] }, `a${round}`, { writeScopes });
    const givesUp = starting(servers[0], arena, `a${round}`, { writeScopes, status: RETIRED });
    const takes = starting(servers[1], arena, `b${round}`, { writeScopes });
    const [gaveUp, took] = await together(round, givesUp, takes);
    expect(isRefusal(gaveUp)).toBe(false);
    if (isRefusal(took)) expect(took.reason).toBe(ErrorReason.AGENT_SCOPE_TAKEN);
    const { agents } = await listAgents({ ...arena, operations: servers[1] }, { statuses: [ACTIVE], pageSize: 100 });
    const writing = agents.filter((agent) => agent.writeScopes.includes(repository(arena)));
    expect(writing.map(({ agentId }) => agentId)).toEqual(isRefusal(took) ? [] : [`b${round}`]);
  },
);

race("of two changes of one version, exactly one is made", async (arena) => {
  const { servers, round } = arena;
  await register({ ...arena, operations: servers[0] }, `a${round}`);
  const change = (server: Operations, domain: string) => starting(server, arena, `a${round}`, { domain, version: 1n });
  const answers = await together(round, change(servers[0], "one"), change(servers[1], "other"));
  onlyWinner(answers);
  expect(answers.find(isRefusal)).toMatchObject({ reason: ErrorReason.AGENT_VERSION_CONFLICT });
});

race("a registration that is said twice at once is done once", async (arena) => {
  const { servers, round } = arena;
  const say = (server: Operations) => starting(server, arena, `a${round}`, { domain: "x" }, `r${round}`);
  const answers = await together(round, say(servers[0]), say(servers[1]));
  expect(answers.filter((answer) => !isRefusal(answer) && answer.changed)).toHaveLength(1);
  expect(answers).toMatchObject([{ agent: { version: 1n } }, { agent: { version: 1n } }]);
});

race("of two sessions that want one name, exactly one is opened, and the other is told of it", async (arena) => {
  const { servers, round, worker } = arena;
  await register({ ...arena, operations: servers[0] }, `a${round}`);
  const open = (server: Operations) => () =>
    server.openAgentSession(worker, opening({ agentId: `a${round}`, name: `n${round}` }));
  const answers = await together(round, open(servers[0]), open(servers[1]));
  const winner = answers[onlyWinner(answers)];
  const agentSessionId = winner && !isRefusal(winner) ? winner.session.agentSessionId : "";
  expect(answers.find(isRefusal)).toMatchObject({
    reason: ErrorReason.SESSION_COLLISION,
    facts: { value: { agentSessionId } },
  });
});
