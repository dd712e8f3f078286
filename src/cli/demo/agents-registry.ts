// The agents of `asyncgate demo agents`, as they are registered.
import type { AgentInit } from "../../../clients/typescript/src/index.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";

const { AGENT, WORKER } = PrincipalKind;
const ofTopic = { type: "object", properties: { topic: { type: "string" } }, required: ["topic"] };

export const demoAgents: readonly AgentInit[] = [
  {
    agentId: "lead",
    domain: "publishing",
    contract: { owns: ["publish a page"], defers: [{ what: "drawings", to: "painter" }] },
    roles: ["orchestrator"],
    tools: [{ name: "publish", taskType: "page.publish", inputSchema: ofTopic }],
    principal: { kind: AGENT, id: "lead" },
  },
  {
    agentId: "writer",
    roles: ["executor"],
    capabilities: ["text"],
    writeScopes: ["site:pages/texts"],
    tools: [
      { name: "outline", taskType: "text.outline", inputSchema: ofTopic },
      { name: "write", taskType: "text.write", inputSchema: ofTopic },
    ],
    principal: { kind: WORKER, id: "writer" },
  },
  {
    agentId: "painter",
    domain: "drawings",
    roles: ["executor"],
    writeScopes: ["site:pages/images"],
    tools: [{ name: "draw", taskType: "image.draw", inputSchema: ofTopic }],
    principal: { kind: WORKER, id: "painter" },
  },
  { agentId: "checker", roles: ["verifier"], capabilities: ["review"], principal: { kind: AGENT, id: "checker" } },
];
