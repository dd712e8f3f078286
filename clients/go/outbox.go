package asyncgate

import (
	"cmp"
	"reflect"
	"slices"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/protobuf/proto"
)

const (
	// Well below the 1 MiB that a server accepts; several small frames are as fast as a large one.
	frameBytesWanted = 256 << 10
	// The size of an item that fills a frame alone.
	itemBytesMax = 1<<20 - 1024
	// Until a server says how many items of a list a frame may have.
	defaultListItemsMax = 500
)

// item is one entry of a list of a frame.
type item struct {
	message proto.Message
	// The request id or token by which its answer is recognized. If empty, it has no answer.
	key      string
	onAnswer func(*v1.Settled)
	// Called if no answer can come any more. May be nil.
	onEnd    func()
	size     int
	isSent   bool
	sequence uint64
}

// outbox has what a worker has to send, until it is answered. Items wait in the order in which they were put and leave
// in frames. Items that were not answered are sent again on the next stream, unchanged, in the same order and under the
// same request ids, so nothing is lost and nothing is done twice. The worker's lock guards it.
type outbox struct {
	queue        []*item
	sent         map[string]*item
	sequence     uint64
	listItemsMax int
}

func newOutbox() *outbox {
	return &outbox{sent: map[string]*item{}, listItemsMax: defaultListItemsMax}
}

func (o *outbox) waiting() int    { return len(o.queue) }
func (o *outbox) unanswered() int { return len(o.sent) }

// put returns false and takes nothing if the item fits into no frame.
func (o *outbox) put(item *item) bool {
	item.size = proto.Size(item.message)
	if item.size > itemBytesMax {
		return false
	}
	o.queue = append(o.queue, item)
	return true
}

func (o *outbox) answer(settled *v1.Settled) {
	// Only accepts have no request id.
	key := cmp.Or(settled.GetRequestId(), settled.GetLeaseToken())
	if item, ok := o.sent[key]; ok {
		delete(o.sent, key)
		item.onAnswer(settled)
	}
}

// resend is for a new stream: unanswered items go first.
func (o *outbox) resend() {
	again := make([]*item, 0, len(o.sent)+len(o.queue))
	for _, item := range o.sent {
		again = append(again, item)
	}
	slices.SortFunc(again, func(a, b *item) int { return cmp.Compare(a.sequence, b.sequence) })
	o.queue = append(again, o.queue...)
	clear(o.sent)
}

// abandon is for the end of the session.
func (o *outbox) abandon() {
	for _, item := range o.queue {
		item.abandon()
	}
	for _, item := range o.sent {
		item.abandon()
	}
}

func (i *item) abandon() {
	if i.onEnd != nil {
		i.onEnd()
	}
}

// take is the next frame; nil if there is nothing to send. An item that does not fit waits with all items behind it, so
// items of a lease keep their order.
func (o *outbox) take(credits int) *v1.WorkRequest {
	if credits == 0 && len(o.queue) == 0 {
		return nil
	}
	frame := &v1.WorkRequest{}
	if credits > 0 {
		frame.Credit = &v1.Credit{Tasks: int32(credits)}
	}
	counts := map[reflect.Type]int{}
	bytes, taken := 0, 0
	for _, item := range o.queue {
		kind := reflect.TypeOf(item.message)
		counts[kind]++
		if counts[kind] > o.listItemsMax || (bytes > 0 && bytes+item.size > frameBytesWanted) {
			break
		}
		bytes += item.size
		taken++
		o.sequence++
		item.isSent, item.sequence = true, o.sequence
		if item.key != "" {
			o.sent[item.key] = item
		}
		addTo(frame, item.message)
	}
	// What was sent is not kept by the array behind the queue.
	clear(o.queue[:taken])
	o.queue = o.queue[taken:]
	return frame
}

func addTo(frame *v1.WorkRequest, message proto.Message) {
	switch message := message.(type) {
	case *v1.Accept:
		frame.Accepts = append(frame.Accepts, message)
	case *v1.Decline:
		frame.Declines = append(frame.Declines, message)
	case *v1.StartTaskRequest:
		frame.Starts = append(frame.Starts, message)
	case *v1.ReportProgressRequest:
		frame.Progress = append(frame.Progress, message)
	case *v1.AppendOutputRequest:
		frame.Outputs = append(frame.Outputs, message)
	case *v1.CompleteTaskRequest:
		frame.Completes = append(frame.Completes, message)
	case *v1.FailTaskRequest:
		frame.Fails = append(frame.Fails, message)
	case *v1.ReleaseLeaseRequest:
		frame.Releases = append(frame.Releases, message)
	case *v1.SuspendTaskRequest:
		frame.Suspends = append(frame.Suspends, message)
	case *v1.HandOffRequest:
		frame.HandOffs = append(frame.HandOffs, message)
	case *v1.RequestInputRequest:
		frame.Questions = append(frame.Questions, message)
	case *v1.Drain:
		frame.Drain = message
	case *v1.Bye:
		frame.Bye = message
	}
}
