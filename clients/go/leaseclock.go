package asyncgate

import "time"

// For clocks that run at different rates, and for the time that handlers need to stop.
const (
	leaseMarginShare = 10
	leaseMarginMax   = 2 * time.Second
)

// leaseClock says how long a worker may count on its leases, by this machine's monotonic clock: the TTL from when the
// last acknowledged heartbeat was sent, minus a margin; after a break no longer than the grace. Only the database
// decides when a lease expires. This clock is early, so that no handler works on a task that another worker has. The
// worker's lock guards it.
type leaseClock struct {
	ttl, grace time.Duration
	until      time.Time
	timer      *time.Timer
	// Called without the lock.
	onTime func()
}

func (c *leaseClock) welcomed(helloAt time.Time, ttl, grace time.Duration) {
	c.ttl, c.grace = ttl, grace
	c.countUntil(helloAt.Add(withoutMargin(ttl)))
}

func (c *leaseClock) acknowledged(heartbeatAt time.Time) {
	if until := heartbeatAt.Add(withoutMargin(c.ttl)); until.After(c.until) {
		c.countUntil(until)
	}
}

func (c *leaseClock) disconnected(now time.Time) {
	if until := now.Add(withoutMargin(c.grace)); c.timer != nil && until.Before(c.until) {
		c.countUntil(until)
	}
}

func (c *leaseClock) stop() {
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
}

// isOver is asked with the lock when the timer has fired: a heartbeat may have been acknowledged meanwhile.
func (c *leaseClock) isOver(now time.Time) bool {
	return c.timer != nil && !now.Before(c.until)
}

func (c *leaseClock) countUntil(until time.Time) {
	c.stop()
	c.until = until
	c.timer = time.AfterFunc(time.Until(until), c.onTime)
}

func withoutMargin(d time.Duration) time.Duration {
	return d - min(d/leaseMarginShare, leaseMarginMax)
}
