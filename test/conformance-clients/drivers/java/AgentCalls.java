import dev.asyncgate.client.Agents;
import dev.asyncgate.client.Delegated;
import dev.asyncgate.client.Delegation;
import dev.asyncgate.v1.Agent;
import dev.asyncgate.v1.AgentTool;
import dev.asyncgate.v1.RegisterAgentResponse;
import dev.asyncgate.v1.RouteQuery;
import dev.asyncgate.v1.RouteTaskResponse;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The commands about agents. */
final class AgentCalls {
  private AgentCalls() {}

  static Object answer(Agents agents, String command, JsonNode args) {
    String agentId = Shapes.text(args, "agent_id");
    switch (command) {
      case "register_agent":
        RegisterAgentResponse answer = agents.register(agent(args.path("agent")));
        return Map.of("version", answer.getAgent().getVersion(), "changed", answer.getChanged());
      case "get_agent":
        Agent found = agents.get(agentId);
        return Map.of(
            "agent_id", found.getAgentId(),
            "tools", found.getToolsList().stream().map(AgentTool::getName).toList());
      case "agents":
        String prefix = Shapes.text(args, "prefix");
        return agents.list().map(Agent::getAgentId).filter(id -> id.startsWith(prefix)).toList();
      case "agent_tools":
        return agents
            .tools(agentId)
            .map(one -> one.getCapability() + " " + describe(one.getTool()))
            .toList();
      case "route":
        return routed(agents.route(query(args.path("by"))));
      case "delegate":
        Delegated done = agents.delegate(delegation(args));
        return Map.of(
            "task_id", done.taskId(), "existed", done.existed(), "agent_id", done.agentId());
      default:
        throw new IllegalArgumentException("there is no command " + command);
    }
  }

  private static String describe(AgentTool tool) {
    return tool.getName() + " " + tool.getTaskType();
  }

  private static Agent agent(JsonNode given) {
    Agent.Builder made =
        Agent.newBuilder()
            .setAgentId(Shapes.text(given, "agent_id"))
            .setDomain(Shapes.text(given, "domain"));
    for (JsonNode tool : given.path("tools")) {
      made.addTools(
          AgentTool.newBuilder()
              .setName(Shapes.text(tool, "name"))
              .setTaskType(Shapes.text(tool, "task_type")));
    }
    return made.build();
  }

  private static RouteQuery query(JsonNode by) {
    return by.has("domain")
        ? RouteQuery.newBuilder().setDomain(Shapes.text(by, "domain")).build()
        : RouteQuery.newBuilder().setText(Shapes.text(by, "text")).build();
  }

  private static Object routed(RouteTaskResponse answer) {
    String match = answer.getMatchType().name().replace("ROUTE_MATCH_", "");
    return Map.of("agent_id", answer.getAgent().getAgentId(), "match", match);
  }

  private static Delegation delegation(JsonNode args) {
    Delegation work =
        args.has("to")
            ? Delegation.to(Shapes.text(args, "to"))
            : Delegation.to(query(args.path("by")));
    work.tool(Shapes.text(args, "tool")).queue(Shapes.text(args, "queue"));
    if (args.has("input")) {
      work.input(args.path("input"));
    }
    return work.idempotencyKey(Shapes.text(args, "idempotency_key"));
  }
}
