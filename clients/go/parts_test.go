package asyncgate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"testing"
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestLeaseClockIsEarlierThanTheServer(t *testing.T) {
	begin := time.Now()
	clock := &leaseClock{onTime: func() {}}
	defer clock.stop()
	expect := func(what string, after time.Duration) {
		t.Helper()
		if got := clock.until.Sub(begin); got != after {
			t.Fatalf("%s: it counts on the leases for %v, not for %v", what, got, after)
		}
		if clock.isOver(begin.Add(after - 1)) {
			t.Fatalf("%s: it is over too early", what)
		}
		if !clock.isOver(begin.Add(after)) {
			t.Fatalf("%s: it is not over in time", what)
		}
	}
	clock.welcomed(begin, 10*time.Second, 4*time.Second)
	expect("a tenth before the TTL, from when the hello was sent", 9*time.Second)
	clock.acknowledged(begin.Add(3 * time.Second))
	expect("from when the acknowledged heartbeat was made", 12*time.Second)
	clock.acknowledged(begin.Add(2 * time.Second))
	expect("an older acknowledgement takes nothing away", 12*time.Second)
	clock.disconnected(begin.Add(5 * time.Second))
	expect("after a break no longer than the grace", 8600*time.Millisecond)
	clock.disconnected(begin.Add(6 * time.Second))
	expect("a second break gives no more time", 8600*time.Millisecond)
	clock.welcomed(begin, time.Minute, 0)
	expect("of a long TTL, two seconds less", 58*time.Second)
}

func TestLeaseClockTellsInTimeAndNotAfterItWasStopped(t *testing.T) {
	told := make(chan struct{}, 1)
	clock := &leaseClock{onTime: func() { told <- struct{}{} }}
	clock.welcomed(time.Now().Add(-time.Hour), time.Second, time.Second)
	select {
	case <-told:
	case <-time.After(10 * time.Second):
		t.Fatal("it did not tell")
	}
	clock.stop()
	if clock.isOver(time.Now().Add(time.Hour)) {
		t.Fatal("a clock that was stopped is never over")
	}
}

func TestBackoffGrowsToItsMaximumAndIsRandom(t *testing.T) {
	backoff := Backoff{Initial: 100 * time.Millisecond, Multiplier: 2, Max: time.Second}
	for failures, most := range map[int]time.Duration{1: 100 * time.Millisecond, 3: 400 * time.Millisecond, 60: time.Second} {
		longest, shortest := time.Duration(0), time.Duration(math.MaxInt64)
		for range 1_000 {
			wait := backoff.wait(failures)
			longest, shortest = max(longest, wait), min(shortest, wait)
		}
		if longest > most || longest < most*9/10 || shortest > most/10 {
			t.Errorf("after %d failures it waits from %v to %v, not up to %v", failures, shortest, longest, most)
		}
	}
	waits := retryDelay(backoff, 1, &Error{RetryAfter: time.Minute})
	if waits < time.Minute || waits > time.Minute+100*time.Millisecond {
		t.Errorf("it waits %v although the server asked for a minute", waits)
	}
}

func TestContentComesBackAsItWas(t *testing.T) {
	for _, value := range []any{nil, true, 1.5, "☃ <&> \u2028", []any{"a", nil}, map[string]any{"a": 1.0}, []byte{0, 255}} {
		payload, err := Encode(value)
		if err != nil {
			t.Fatal(err)
		}
		var back any
		if err := Decode(payload, &back); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(back) != fmt.Sprint(value) {
			t.Errorf("%v came back as %v", value, back)
		}
	}
	payload, _ := Encode("<&>")
	if payload.GetJson() != `"<&>"` {
		t.Errorf("characters of HTML were changed: %s", payload.GetJson())
	}
	raw, _ := Encode(json.RawMessage(`{"a":1}`))
	if raw.GetJson() != `{"a":1}` {
		t.Errorf("JSON text is no longer that: %v", raw)
	}
	if _, err := Encode(make(chan int)); err == nil {
		t.Error("a channel has no JSON")
	}
}

func TestContentIsDecodedOnlyIntoWhatFits(t *testing.T) {
	reference := Reference("s3://bucket/key", "image/png")
	var uri string
	if err := Decode(reference, &uri); err != nil || uri != "s3://bucket/key" {
		t.Errorf("a reference was read as %q, %v", uri, err)
	}
	var whole *v1.Payload
	if err := Decode(reference, &whole); err != nil || whole.GetMediaType() != "image/png" {
		t.Errorf("a payload was read as %v, %v", whole, err)
	}
	if err := Decode(Bytes([]byte("x"), ""), &uri); err == nil {
		t.Error("bytes were read as text")
	}
	if err := Decode(reference, new(int)); err == nil {
		t.Error("a reference was read as a number")
	}
	number := 7
	if err := Decode(nil, &number); err != nil || number != 7 {
		t.Errorf("without content, %d, %v", number, err)
	}
	if err := Decode(&v1.Payload{Content: &v1.Payload_Json{Json: `"x"`}}, &number); err == nil {
		t.Error("a text was read as a number")
	}
}

func TestTextsAreClippedToWholeCharacters(t *testing.T) {
	for text, clipped := range map[string]string{"abcdef": "abcd", "ab☃": "ab", "☃☃": "☃", "abcd": "abcd", "a\xff": "a\uFFFD"} {
		if got := clip(text, 4); got != clipped {
			t.Errorf("%q became %q, not %q", text, got, clipped)
		}
	}
}

func TestAmountsAreAddedExactly(t *testing.T) {
	sum := Amounts{"usd": "0.1", "tokens": "999999999999999999"}.plus(Amounts{"usd": "0.2", "tokens": "0.000000001", "calls": "1"})
	for unit, amount := range map[string]string{"usd": "0.3", "tokens": "999999999999999999.000000001", "calls": "1"} {
		if sum[unit] != amount {
			t.Errorf("%s %s instead of %s", sum[unit], unit, amount)
		}
	}
	for _, amount := range []string{"", "-1", "01", ".5", "1.", "1e3", "0.0000000001", "1000000000000000000"} {
		if (Amounts{"usd": amount}).check() == nil {
			t.Errorf("%q was taken for an amount", amount)
		}
	}
}

type quotaError struct{}

func (*quotaError) Error() string { return "no quota" }

func TestErrorsHaveTypesForPrograms(t *testing.T) {
	refused := &Error{Reason: v1.ErrorReason_ERROR_REASON_SCOPE_HELD}
	for _, one := range []struct {
		err  error
		kind string
	}{
		{errors.New("plain"), "Error"},
		{fmt.Errorf("reading: %w", &fs.PathError{Op: "open", Path: "x", Err: errors.New("no")}), "PathError"},
		{&quotaError{}, "Error"},
		{fmt.Errorf("child: %w", refused), "SCOPE_HELD"},
		{panicError{"x"}, "Panic"},
	} {
		if got := typeOf(one.err); got != one.kind {
			t.Errorf("%v has the type %s, not %s", one.err, got, one.kind)
		}
	}
}

func failRequest(t *testing.T, err error) *v1.FailTaskRequest {
	t.Helper()
	request, ok := failure(&held{worker: &Worker{}, token: "t"}, "r", err).message.(*v1.FailTaskRequest)
	if !ok {
		t.Fatal("no failure")
	}
	return request
}

func TestAFailureSaysHowTheAttemptEnds(t *testing.T) {
	plain := failRequest(t, errors.New("no"))
	if plain.GetError().GetMessage() != "no" || plain.GetError().Retryable != nil || plain.GetRetryAfter() != nil {
		t.Errorf("an error became %v", plain)
	}
	final := failRequest(t, fmt.Errorf("wrapped: %w", NonRetryable{Err: errors.New("no"), Detail: []int{1}}))
	if final.GetError().GetType() != "NonRetryable" || final.GetError().GetRetryable() || final.GetError().GetDetail() != "[1]" {
		t.Errorf("an error for good became %v", final)
	}
	if final.GetError().Retryable == nil {
		t.Error("an error for good does not say so")
	}
	later := failRequest(t, RetryAfter{After: time.Minute, Err: &fs.PathError{Err: errors.New("x")}})
	if later.GetRetryAfter().AsDuration() != time.Minute || later.GetError().GetType() != "PathError" {
		t.Errorf("a later retry became %v", later)
	}
}

func TestErrorsWithoutAReasonComeFromTheWay(t *testing.T) {
	for _, one := range []struct {
		code        codes.Code
		message     string
		reason      v1.ErrorReason
		isRetryable bool
	}{
		{codes.Unavailable, "connection refused", v1.ErrorReason_ERROR_REASON_UNAVAILABLE, true},
		{codes.Canceled, "by the peer", v1.ErrorReason_ERROR_REASON_UNAVAILABLE, true},
		{codes.Internal, "server closed the stream without sending trailers", v1.ErrorReason_ERROR_REASON_UNAVAILABLE, true},
		{codes.Internal, "grpc: failed to unmarshal", v1.ErrorReason_ERROR_REASON_INTERNAL, false},
		{codes.PermissionDenied, "a proxy", v1.ErrorReason_ERROR_REASON_PERMISSION_DENIED, false},
	} {
		err := ErrorOf(status.Error(one.code, one.message))
		if err.Reason != one.reason || err.Retryable != one.isRetryable {
			t.Errorf("%v %s: %v, retryable %v", one.code, one.message, err.Reason, err.Retryable)
		}
	}
	late := ErrorOf(status.FromContextError(context.DeadlineExceeded).Err())
	if !errors.Is(late, context.DeadlineExceeded) {
		t.Errorf("%v is no exceeded deadline", late)
	}
}

func TestEndpointsAreChecked(t *testing.T) {
	for endpoint, address := range map[string]string{
		"http://localhost:7171":   "localhost:7171",
		"https://gate.example/":   "gate.example:443",
		"http://[::1]:7171":       "[::1]:7171",
		"localhost:7171":          "",
		"ftp://localhost":         "",
		"http://localhost/a/path": "",
		"":                        "",
	} {
		target, err := targetOf(endpoint)
		if target.address != address || (err == nil) != (address != "") {
			t.Errorf("%q is %q, %v", endpoint, target.address, err)
		}
	}
}
