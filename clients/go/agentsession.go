package asyncgate

import (
	"context"
	"sync"
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
)

// A session is kept so often within its TTL, if the server does not say how often.
const heartbeatsInTTL = 3

// NewAgentSession is a session of an agent to open. Each field has the meaning of the field of that name in
// OpenAgentSessionRequest, and its zero value leaves it to the server. AgentID and Name are required.
type NewAgentSession struct {
	AgentID string
	// Name is borne by at most one live session of the tenant. A second one is refused with SESSION_COLLISION:
	// Error.Detail.GetAgentSession() says who holds it, and until when.
	Name string
	// Role is what the agent is in this session. If unspecified, the only role that it has.
	Role v1.AgentRole
	// Scopes are what it works on beside the scopes of its tasks, as long as it lives.
	Scopes []*v1.Scope
	// Binds is a task by its id or as Named: the session is leased only tasks of its tree.
	Binds string
	// TTL is how long it lasts without a heartbeat. If 0, the server decides.
	TTL      time.Duration
	Instance string
	// IsNotKept leaves its heartbeats to the program, which calls Keep.
	IsNotKept bool
	// OnDirectives gets leases whose owners want them canceled, or whose budgets are used up.
	OnDirectives func([]*v1.KeptLease)
	// RequestID repeats a call of another process. If empty, one is made.
	RequestID string
}

// OpenedAgentSession is the presence of an agent. A goroutine keeps it alive until it is closed.
type OpenedAgentSession struct {
	// ID is for WorkerConfig.AgentSession, and agent_session_id of a claim.
	ID string
	// Session is as it was opened.
	Session *v1.AgentSession

	client *Client
	ended  chan struct{}
	end    func(error)
	err    error
}

// OpenSession is present as an agent, in one role, until the session is closed. ctx is that of the call alone.
func (a Agents) OpenSession(ctx context.Context, session NewAgentSession) (*OpenedAgentSession, error) {
	openedAt := time.Now()
	request := &v1.OpenAgentSessionRequest{
		AgentId:   session.AgentID,
		Name:      session.Name,
		Role:      session.Role,
		Scopes:    session.Scopes,
		Binds:     session.Binds,
		Ttl:       duration(session.TTL),
		Instance:  session.Instance,
		RequestId: requestID(session.RequestID),
	}
	answer, err := change(ctx, a.client, a.client.agents.OpenAgentSession, request, request.GetRequestId())
	if err != nil {
		return nil, err
	}
	opened := &OpenedAgentSession{
		ID:      answer.GetSession().GetAgentSessionId(),
		Session: answer.GetSession(),
		client:  a.client,
		ended:   make(chan struct{}),
	}
	var once sync.Once
	opened.end = func(err error) {
		once.Do(func() {
			opened.err = err
			close(opened.ended)
		})
	}
	if !session.IsNotKept {
		go opened.keepAlive(openedAt, answer.GetKeepInterval().AsDuration(), session.OnDirectives)
	}
	return opened, nil
}

// Done is closed when the session has ended: closed, or lost, and then Err says why.
func (s *OpenedAgentSession) Done() <-chan struct{} { return s.ended }

// Err is nil as long as the session has not ended, and if it was closed by Close. Else it is lost.
func (s *OpenedAgentSession) Err() error {
	select {
	case <-s.ended:
		return s.err
	default:
		return nil
	}
}

// Keep is a heartbeat by hand.
func (s *OpenedAgentSession) Keep(ctx context.Context) (*v1.KeepAgentSessionResponse, error) {
	request := &v1.KeepAgentSessionRequest{AgentSessionId: s.ID}
	return call(ctx, s.client, s.client.agents.KeepAgentSession, request)
}

// Close gives its leases and scopes back; the reason is for the receipts of its leases. A session that has ended
// already counts as closed.
func (s *OpenedAgentSession) Close(ctx context.Context, reason string) error {
	s.end(nil)
	return s.client.Agents().CloseSession(ctx, s.ID, reason)
}

// keepAlive goes on until the session is closed, has ended, or could not be kept for its TTL.
func (s *OpenedAgentSession) keepAlive(openedAt time.Time, interval time.Duration, tell func([]*v1.KeptLease)) {
	ttl := s.Session.GetTtl().AsDuration()
	if interval <= 0 {
		interval = max(ttl/heartbeatsInTTL, time.Second)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-s.ended
		cancel()
	}()
	until := openedAt.Add(ttl)
	for pause(ctx, interval) == nil {
		sentAt := time.Now()
		within, release := context.WithDeadline(ctx, until)
		kept, err := s.Keep(within)
		release()
		switch {
		case err == nil:
			until = sentAt.Add(ttl)
			if directives := kept.GetDirectives(); len(directives) > 0 && tell != nil {
				tell(directives)
			}
		case isGone(err) || !time.Now().Before(until):
			s.end(err)
		}
	}
}

// isGone: the server knows of no such session, which was closed, or not heard of in time.
func isGone(err error) bool {
	return ReasonOf(err) == v1.ErrorReason_ERROR_REASON_AGENT_SESSION_NOT_FOUND
}
