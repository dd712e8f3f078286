package asyncgate

import (
	"strings"
	"sync"

	optionsv1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/options/v1"
	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

// What the contract says about errors, read from its descriptors.
type contractFacts struct {
	reasons map[v1.ErrorReason]*optionsv1.Failure
	// Codes of reasons that are not retryable.
	finalCodes map[codes.Code]bool
}

var contract = sync.OnceValue(func() contractFacts {
	facts := contractFacts{map[v1.ErrorReason]*optionsv1.Failure{}, map[codes.Code]bool{}}
	values := v1.ErrorReason(0).Descriptor().Values()
	for i := range values.Len() {
		value := values.Get(i)
		failure, ok := proto.GetExtension(value.Options(), optionsv1.E_Failure).(*optionsv1.Failure)
		if !ok || failure == nil {
			continue
		}
		facts.reasons[v1.ErrorReason(value.Number())] = failure
		if !failure.GetRetryable() {
			facts.finalCodes[codes.Code(failure.GetGrpcCode())] = true
		}
	}
	return facts
})

// Reasons from this number on are faults of the server; below it, the caller has to change something.
const serverReasonsFrom = 80

// The end of the name of an enum value, without the name of the enum.
func reasonName(reason v1.ErrorReason) string {
	return strings.TrimPrefix(reason.String(), "ERROR_REASON_")
}

func stateName(state v1.TaskState) string {
	return strings.TrimPrefix(state.String(), "TASK_STATE_")
}

// reasonOfCode is the reason that means the same as a code without a reason. Every error of the service has a reason,
// so an error without one comes from the way to it.
func reasonOfCode(code codes.Code) v1.ErrorReason {
	switch code {
	case codes.DeadlineExceeded:
		return v1.ErrorReason_ERROR_REASON_DEADLINE_EXCEEDED
	case codes.Unauthenticated:
		return v1.ErrorReason_ERROR_REASON_UNAUTHENTICATED
	case codes.PermissionDenied:
		return v1.ErrorReason_ERROR_REASON_PERMISSION_DENIED
	case codes.InvalidArgument:
		return v1.ErrorReason_ERROR_REASON_INVALID_ARGUMENT
	case codes.Internal:
		return v1.ErrorReason_ERROR_REASON_INTERNAL
	case codes.Unavailable, codes.Aborted, codes.Canceled, codes.Unknown:
		return v1.ErrorReason_ERROR_REASON_UNAVAILABLE
	default:
		return v1.ErrorReason_ERROR_REASON_UNSPECIFIED
	}
}
