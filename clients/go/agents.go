package asyncgate

import (
	"context"
	"iter"
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
)

// Agents is the registry of agents: who can do what, which of them a task belongs to, giving work to one, and being
// present as one. A worker that does the tasks of an agent has the capability "agent:" followed by the agent's id.
type Agents struct{ client *Client }

// Agents are those of the client's tenant.
func (c *Client) Agents() Agents { return Agents{c} }

// Register registers an agent, or changes it. The answer has the agent, and whether anything has changed.
func (a Agents) Register(ctx context.Context, agent *v1.Agent) (*v1.RegisterAgentResponse, error) {
	request := &v1.RegisterAgentRequest{Agent: agent, RequestId: requestID("")}
	return change(ctx, a.client, a.client.agents.RegisterAgent, request, request.GetRequestId())
}

// Get reads an agent: as it is, or with a version other than 0, as it was then.
func (a Agents) Get(ctx context.Context, agentID string, version int64) (*v1.Agent, error) {
	request := &v1.GetAgentRequest{AgentId: agentID, Version: version}
	answer, err := call(ctx, a.client, a.client.agents.GetAgent, request)
	return answer.GetAgent(), err
}

// List has all agents by id, or those with one of the statuses.
func (a Agents) List(ctx context.Context, statuses ...v1.AgentStatus) iter.Seq2[*v1.Agent, error] {
	filter := &v1.ListAgentsRequest{Statuses: statuses}
	return pages(filter, func(request *v1.ListAgentsRequest, token string) ([]*v1.Agent, string, error) {
		request.PageToken = token
		page, err := call(ctx, a.client, a.client.agents.ListAgents, request)
		return page.GetAgents(), page.GetNextPageToken(), err
	})
}

// Tools has what can be delegated to an agent, or with an empty id, to all.
func (a Agents) Tools(ctx context.Context, agentID string) iter.Seq2[*v1.OfferedTool, error] {
	filter := &v1.ListAgentToolsRequest{AgentId: agentID}
	return pages(filter, func(request *v1.ListAgentToolsRequest, token string) ([]*v1.OfferedTool, string, error) {
		request.PageToken = token
		page, err := call(ctx, a.client, a.client.agents.ListAgentTools, request)
		return page.GetTools(), page.GetNextPageToken(), err
	})
}

// Route is by what an agent is looked for: ByText, ByDomain, ByCapability or ByTaskType.
type Route struct{ query *v1.RouteQuery }

// ByText looks for words of the text.
func ByText(text string) Route { return Route{&v1.RouteQuery{By: &v1.RouteQuery_Text{Text: text}}} }

// ByDomain looks for the agent of a domain.
func ByDomain(domain string) Route {
	return Route{&v1.RouteQuery{By: &v1.RouteQuery_Domain{Domain: domain}}}
}

// ByCapability looks for an agent with a capability.
func ByCapability(capability string) Route {
	return Route{&v1.RouteQuery{By: &v1.RouteQuery_Capability{Capability: capability}}}
}

// ByTaskType looks for the agent with a tool that becomes tasks of the type.
func ByTaskType(taskType string) Route {
	return Route{&v1.RouteQuery{By: &v1.RouteQuery_TaskType{TaskType: taskType}}}
}

// Route says which agent a task belongs to, and why.
func (a Agents) Route(ctx context.Context, by Route) (*v1.RouteTaskResponse, error) {
	return call(ctx, a.client, a.client.agents.RouteTask, &v1.RouteTaskRequest{Query: by.query})
}

// Delegation is work for an agent. Each field has the meaning of the field of that name in DelegateToAgentRequest, and
// its zero value leaves it to the server.
type Delegation struct {
	// Tool is what the agent is to do. If empty, the tool of the route's task type, or its only one.
	Tool string
	// Input is JSON by encoding/json. If nil, there is none.
	Input        any
	Queue        string
	Priority     *int32
	Labels       map[string]string
	Wait         *v1.Wait
	Verification *v1.Verification
	Deadline     time.Time
	// Under is the token of a lease: the task becomes a child of that one.
	Under          string
	IdempotencyKey string
	// Preflight says whether the agent must be well. If unspecified, it need not be, and the answer says how it is.
	Preflight v1.Preflight
	// RequestID repeats a delegation of another process. If empty, one is made.
	RequestID string
}

// Delegated is the answer to a delegation: the task that it became, the agent, and why it is that one.
type Delegated struct {
	Created
	AgentID string
	Why     string
	// Health is how the agent is. Unspecified if it was not looked at.
	Health v1.AgentHealth
}

// Delegate gives work to an agent by its id.
func (a Agents) Delegate(ctx context.Context, agentID string, work Delegation) (*Delegated, error) {
	return a.delegate(ctx, &v1.DelegateToAgentRequest{To: &v1.DelegateToAgentRequest_AgentId{AgentId: agentID}}, work)
}

// DelegateByRoute gives work to the agent that the route finds.
func (a Agents) DelegateByRoute(ctx context.Context, by Route, work Delegation) (*Delegated, error) {
	return a.delegate(ctx, &v1.DelegateToAgentRequest{To: &v1.DelegateToAgentRequest_Route{Route: by.query}}, work)
}

func (a Agents) delegate(ctx context.Context, to *v1.DelegateToAgentRequest, work Delegation) (*Delegated, error) {
	if work.Input != nil {
		input, err := encodeJSON(work.Input)
		if err != nil {
			return nil, err
		}
		to.Input = input
	}
	to.Tool, to.Queue, to.Priority, to.Labels = work.Tool, work.Queue, work.Priority, work.Labels
	to.Wait, to.Verification, to.Deadline = work.Wait, work.Verification, timestamp(work.Deadline)
	to.Under, to.IdempotencyKey, to.RequestId = work.Under, work.IdempotencyKey, work.RequestID
	to.Preflight = work.Preflight
	// With an idempotency key, the call is safe to repeat without a request id.
	if work.IdempotencyKey == "" {
		to.RequestId = requestID(work.RequestID)
	}
	answer, err := change(ctx, a.client, a.client.agents.DelegateToAgent, to, to.GetRequestId())
	if err != nil {
		return nil, err
	}
	task := answer.GetTask()
	created := Created{task, task.GetTaskId(), answer.GetAssignedReceiptId(), answer.GetExisted()}
	return &Delegated{created, answer.GetAgentId(), answer.GetWhy(), answer.GetHealth()}, nil
}

// Check says whether agents are well, by their endpoints and their live sessions: those with the ids of the request, or
// with its capability. With Strict, an agent of which nothing is known does not pass.
func (a Agents) Check(ctx context.Context, which *v1.CheckAgentsRequest) (*v1.CheckAgentsResponse, error) {
	return call(ctx, a.client, a.client.agents.CheckAgents, which)
}

// OverridePreflight lets an agent pass its preflight for some time, whatever its health; with 0, no longer. It is for
// operators.
func (a Agents) OverridePreflight(ctx context.Context, agentID string, span time.Duration, reason string) error {
	request := &v1.OverridePreflightRequest{
		AgentId: agentID, Duration: duration(span), Reason: reason, RequestId: requestID(""),
	}
	_, err := change(ctx, a.client, a.client.agents.OverridePreflight, request, request.GetRequestId())
	return err
}

// PutContract keeps a contract by which work is handed over, or changes it. It is for operators.
func (a Agents) PutContract(
	ctx context.Context, contract *v1.HandOffContract,
) (*v1.PutHandOffContractResponse, error) {
	request := &v1.PutHandOffContractRequest{Contract: contract, RequestId: requestID("")}
	return change(ctx, a.client, a.client.agents.PutHandOffContract, request, request.GetRequestId())
}

// Contract reads a contract by its name.
func (a Agents) Contract(ctx context.Context, name string) (*v1.HandOffContract, error) {
	answer, err := call(ctx, a.client, a.client.agents.GetHandOffContract, &v1.GetHandOffContractRequest{Name: name})
	return answer.GetContract(), err
}

// Contracts has all contracts by name.
func (a Agents) Contracts(ctx context.Context) iter.Seq2[*v1.HandOffContract, error] {
	read := func(request *v1.ListHandOffContractsRequest, token string) ([]*v1.HandOffContract, string, error) {
		request.PageToken = token
		page, err := call(ctx, a.client, a.client.agents.ListHandOffContracts, request)
		return page.GetContracts(), page.GetNextPageToken(), err
	}
	return pages(nil, read)
}

// Sessions has the live sessions: of one agent or with one name, or with a nil filter, all.
func (a Agents) Sessions(
	ctx context.Context, filter *v1.ListAgentSessionsRequest,
) iter.Seq2[*v1.AgentSession, error] {
	return pages(filter, func(request *v1.ListAgentSessionsRequest, token string) ([]*v1.AgentSession, string, error) {
		request.PageToken = token
		page, err := call(ctx, a.client, a.client.agents.ListAgentSessions, request)
		return page.GetSessions(), page.GetNextPageToken(), err
	})
}

// CloseSession ends a session by its id: one's own, or, for an operator, any. A session that has ended already counts
// as closed.
func (a Agents) CloseSession(ctx context.Context, agentSessionID, reason string) error {
	request := &v1.CloseAgentSessionRequest{
		AgentSessionId: agentSessionID, Reason: reason, RequestId: requestID(""),
	}
	_, err := change(ctx, a.client, a.client.agents.CloseAgentSession, request, request.GetRequestId())
	if isGone(err) {
		return nil
	}
	return err
}
