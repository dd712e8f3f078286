package main

import (
	"context"
	"strings"

	asyncgate "github.com/asyncgate/asyncgate/clients/go"
	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
)

func registerAgent(ctx context.Context, args data) (any, error) {
	given := object(args, "agent")
	agent := &v1.Agent{AgentId: text(given, "agent_id"), Domain: text(given, "domain")}
	for _, tool := range objects(given, "tools") {
		made := &v1.AgentTool{Name: text(tool, "name"), TaskType: text(tool, "task_type")}
		agent.Tools = append(agent.Tools, made)
	}
	answer, err := theClient().Agents().Register(ctx, agent)
	return data{"version": answer.GetAgent().GetVersion(), "changed": answer.GetChanged()}, err
}

func getAgent(ctx context.Context, args data) (any, error) {
	agent, err := theClient().Agents().Get(ctx, text(args, "agent_id"), 0)
	names := []string{}
	for _, tool := range agent.GetTools() {
		names = append(names, tool.GetName())
	}
	return data{"agent_id": agent.GetAgentId(), "tools": names}, err
}

func listAgents(ctx context.Context, args data) (any, error) {
	found := []string{}
	for agent, err := range theClient().Agents().List(ctx) {
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(agent.GetAgentId(), text(args, "prefix")) {
			found = append(found, agent.GetAgentId())
		}
	}
	return found, nil
}

func listAgentTools(ctx context.Context, args data) (any, error) {
	found := []string{}
	for offered, err := range theClient().Agents().Tools(ctx, text(args, "agent_id")) {
		if err != nil {
			return nil, err
		}
		tool := offered.GetTool()
		found = append(found, offered.GetCapability()+" "+tool.GetName()+" "+tool.GetTaskType())
	}
	return found, nil
}

func routeOf(by data) asyncgate.Route {
	if domain := text(by, "domain"); domain != "" {
		return asyncgate.ByDomain(domain)
	}
	return asyncgate.ByText(text(by, "text"))
}

func route(ctx context.Context, args data) (any, error) {
	answer, err := theClient().Agents().Route(ctx, routeOf(object(args, "by")))
	match := strings.TrimPrefix(answer.GetMatchType().String(), "ROUTE_MATCH_")
	return data{"agent_id": answer.GetAgent().GetAgentId(), "match": match}, err
}

func delegate(ctx context.Context, args data) (any, error) {
	work := asyncgate.Delegation{
		Tool:           text(args, "tool"),
		Input:          args["input"],
		Queue:          text(args, "queue"),
		IdempotencyKey: text(args, "idempotency_key"),
	}
	answer := func() (*asyncgate.Delegated, error) {
		if to := text(args, "to"); to != "" {
			return theClient().Agents().Delegate(ctx, to, work)
		}
		return theClient().Agents().DelegateByRoute(ctx, routeOf(object(args, "by")), work)
	}
	done, err := answer()
	if err != nil {
		return nil, err
	}
	return data{"task_id": done.TaskID, "existed": done.Existed, "agent_id": done.AgentID}, nil
}
