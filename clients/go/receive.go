package asyncgate

import (
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
)

// No more tasks are asked for while more items than this, beside one for each slot, are unanswered.
const unansweredMax = 2_000

func (w *Worker) takeWelcome(s *stream, welcome *v1.Welcome) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s.isOpen = true
	w.stats.Streams++
	w.resumeToken = welcome.GetResumeToken()
	w.clock.welcomed(s.helloAt, welcome.GetTtl().AsDuration(), welcome.GetResumeGrace().AsDuration())
	if most := welcome.GetFrameItemsMax(); most > 0 {
		w.outbox.listItemsMax = int(most)
	}
	w.emit(ConnectedEvent{s.endpoint, welcome.GetSessionId(), welcome.GetResumed()})
	kept := map[string]bool{}
	for _, lease := range welcome.GetLeases() {
		kept[lease.GetLeaseId()] = true
	}
	for id, held := range w.held {
		if !kept[id] {
			w.lose(held, v1.LeaseLoss_LEASE_LOSS_EXPIRED)
		}
	}
	w.outbox.resend()
	// If there were too many held leases to list them, the session has kept offers that never arrived here.
	for _, lease := range welcome.GetLeases() {
		if w.held[lease.GetLeaseId()] == nil {
			w.releaseUnknown(lease.GetToken())
		}
	}
}

func (w *Worker) releaseUnknown(token string) {
	requestID := w.nextRequestID()
	request := &v1.ReleaseLeaseRequest{LeaseToken: token, RequestId: requestID, Reason: "not held"}
	release := &item{message: request, key: requestID}
	release.onAnswer = func(settled *v1.Settled) { w.retryLater(release, settled) }
	w.put(release)
}

func (w *Worker) takeFrame(s *stream, frame *v1.WorkResponse) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, lost := range frame.GetLost() {
		if held := w.held[lost.GetLeaseId()]; held != nil {
			w.lose(held, lost.GetLoss())
		}
	}
	if ack := frame.GetHeartbeatAck(); ack != nil {
		w.takeAck(s, ack)
	}
	for _, settled := range frame.GetSettled() {
		w.outbox.answer(settled)
	}
	for _, directive := range frame.GetDirectives() {
		w.takeDirective(s, directive)
	}
	for _, offer := range frame.GetOffers() {
		w.takeOffer(s, offer.GetLeased())
	}
	if end := frame.GetStreamEnd(); end != nil {
		s.endReason = end.GetReason()
	}
	w.changed()
}

func (w *Worker) takeOffer(s *stream, leased *v1.LeasedTask) {
	s.credits = max(0, s.credits-1)
	if w.isDraining {
		decline := &v1.Decline{LeaseToken: leased.GetLease().GetToken(), Reason: "the worker is draining"}
		w.put(&item{message: decline})
		return
	}
	w.take(leased)
}

func (w *Worker) takeDirective(s *stream, directive *v1.Directive) {
	switch directive := directive.GetDirective().(type) {
	case *v1.Directive_Cancel:
		held := w.held[directive.Cancel.GetLeaseId()]
		if held != nil && !held.isSettling {
			w.tellToStop(held, &Stopped{
				Why:      StopCanceled,
				Reason:   directive.Cancel.GetReason(),
				Deadline: deadlineOf(directive.Cancel),
			})
		}
	case *v1.Directive_Drain:
		s.isServerDraining = true
		w.emit(DrainingEvent{ByServer: true})
	case *v1.Directive_SlowDown:
		s.frameInterval = directive.SlowDown.GetFrameInterval().AsDuration()
	case *v1.Directive_Reconfigure:
		s.cancel(errReconfigure)
	case *v1.Directive_Budget:
		if held := w.held[directive.Budget.GetLeaseId()]; held != nil {
			w.overBudget(held)
		}
	case *v1.Directive_LeaseLimit:
		w.emit(LeaseLimitEvent{directive.LeaseLimit.GetLeasesMax()})
	}
}

// freeCredits are the slots that are neither busy nor covered by credits that the server already has.
func (w *Worker) freeCredits(s *stream) int {
	if w.isDraining || s.isServerDraining || w.outbox.unanswered() > unansweredMax+w.config.Slots {
		return 0
	}
	return max(0, w.config.Slots-w.running-s.credits)
}

// leasesExpired is called by the lease clock, without the lock.
func (w *Worker) leasesExpired() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.clock.isOver(time.Now()) {
		w.loseAll()
	}
}

func (w *Worker) loseAll() {
	w.clock.stop()
	for _, held := range w.held {
		w.lose(held, v1.LeaseLoss_LEASE_LOSS_EXPIRED)
	}
}
