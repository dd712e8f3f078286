package asyncgate

import (
	"fmt"
	"strings"
	"testing"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
)

func startItem(id string) *item {
	return &item{message: &v1.StartTaskRequest{RequestId: id, LeaseToken: "t"}, key: id, onAnswer: func(*v1.Settled) {}}
}

func startsOf(frame *v1.WorkRequest) string {
	var ids []string
	for _, start := range frame.GetStarts() {
		ids = append(ids, start.GetRequestId())
	}
	return strings.Join(ids, " ")
}

func TestWhatIsNotAnsweredIsSentAgainInItsOrder(t *testing.T) {
	box := newOutbox()
	for i := range 20 {
		box.put(startItem(fmt.Sprint(i)))
	}
	box.take(0)
	box.put(startItem("new"))
	answered := 0
	for _, one := range box.sent {
		one.onAnswer = func(*v1.Settled) { answered++ }
	}
	box.answer(&v1.Settled{RequestId: "3"})
	box.answer(&v1.Settled{RequestId: "3"})
	box.answer(&v1.Settled{RequestId: "unknown"})
	if answered != 1 {
		t.Fatalf("an answer was taken %d times", answered)
	}
	box.resend()
	want := "0 1 2 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 new"
	if got := startsOf(box.take(0)); got != want {
		t.Fatalf("sent again: %s", got)
	}
	if box.waiting() != 0 || box.unanswered() != 20 {
		t.Fatalf("%d wait and %d are not answered", box.waiting(), box.unanswered())
	}
}

func TestAFrameHasOnlyWhatAServerTakes(t *testing.T) {
	box := newOutbox()
	box.listItemsMax = 2
	for i := range 3 {
		box.put(startItem(fmt.Sprint(i)))
	}
	box.put(&item{message: &v1.Decline{LeaseToken: "t"}})
	first, second := box.take(0), box.take(0)
	if startsOf(first) != "0 1" || startsOf(second) != "2" {
		t.Fatalf("%s, then %s", startsOf(first), startsOf(second))
	}
	// What stands behind an item that waits has waited as well, so items of a lease keep their order.
	if len(first.GetDeclines()) != 0 || len(second.GetDeclines()) != 1 {
		t.Fatal("a decline has overtaken")
	}
	if box.take(0) != nil {
		t.Fatal("a frame of nothing")
	}
	if box.take(3).GetCredit().GetTasks() != 3 {
		t.Fatal("the credits are missing")
	}
}

func outputItem(size int) *item {
	return &item{message: &v1.AppendOutputRequest{Data: make([]byte, size)}, key: fmt.Sprint(size)}
}

func TestAFrameIsNoLargerThanAServerTakes(t *testing.T) {
	box := newOutbox()
	if box.put(outputItem(itemBytesMax)) {
		t.Fatal("an item was taken that fits into no frame")
	}
	if !box.put(outputItem(itemBytesMax - 100)) {
		t.Fatal("an item that fills a frame was not taken")
	}
	for range 10 {
		box.put(outputItem(60_000))
	}
	var sizes []int
	for frame := box.take(0); frame != nil; frame = box.take(0) {
		sizes = append(sizes, len(frame.GetOutputs()))
	}
	if got := fmt.Sprint(sizes); got != "[1 4 4 2]" {
		t.Fatalf("pieces of each frame: %s", got)
	}
}
