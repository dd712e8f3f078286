package asyncgate

import (
	"context"
	"errors"
	"io"
	"iter"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/protobuf/proto"
)

// ListTasks has all tasks that match, newest first, read page after page. A nil filter matches all.
func (c *Client) ListTasks(ctx context.Context, filter *v1.ListTasksRequest) iter.Seq2[*v1.Task, error] {
	return pages(filter, func(request *v1.ListTasksRequest, token string) ([]*v1.Task, string, error) {
		request.PageToken = token
		page, err := call(ctx, c, c.tasks.ListTasks, request)
		return page.GetTasks(), page.GetNextPageToken(), err
	})
}

// Obligations has what is still owed, oldest first: the first call to make in a new session.
func (c *Client) Obligations(
	ctx context.Context, filter *v1.ListOpenObligationsRequest,
) iter.Seq2[*v1.OpenObligation, error] {
	read := func(request *v1.ListOpenObligationsRequest, token string) ([]*v1.OpenObligation, string, error) {
		request.Cursor = token
		page, err := call(ctx, c, c.obligations.ListOpenObligations, request)
		return page.GetOpenObligations(), page.GetCursor(), err
	}
	return pages(filter, read)
}

// Receipts has the receipts of a task in the order of its chain; without a task, those addressed to the caller, newest
// first.
func (c *Client) Receipts(ctx context.Context, filter *v1.ListReceiptsRequest) iter.Seq2[*v1.Receipt, error] {
	return pages(filter, func(request *v1.ListReceiptsRequest, token string) ([]*v1.Receipt, string, error) {
		request.PageToken = token
		page, err := call(ctx, c, c.receipts.ListReceipts, request)
		return page.GetReceipts(), page.GetNextPageToken(), err
	})
}

// ListScopes has the write scopes that are held: of a resource and below it, of a kind ("repo:"), or all.
func (c *Client) ListScopes(ctx context.Context, prefix string) iter.Seq2[*v1.HeldScope, error] {
	filter := &v1.ListScopesRequest{Prefix: prefix}
	return pages(filter, func(request *v1.ListScopesRequest, token string) ([]*v1.HeldScope, string, error) {
		request.PageToken = token
		page, err := call(ctx, c, c.leases.ListScopes, request)
		return page.GetScopes(), page.GetNextPageToken(), err
	})
}

// ListOutputs has the logs of a task, those of the latest lease first.
func (c *Client) ListOutputs(ctx context.Context, taskID string) iter.Seq2[*v1.Output, error] {
	filter := &v1.ListOutputsRequest{TaskId: taskID}
	return pages(filter, func(request *v1.ListOutputsRequest, token string) ([]*v1.Output, string, error) {
		request.PageToken = token
		page, err := call(ctx, c, c.outputs.ListOutputs, request)
		return page.GetOutputs(), page.GetNextPageToken(), err
	})
}

// pages works on a copy of the filter: the caller's stays as it is. The last error ends it.
func pages[Q, T any, P interface {
	*Q
	proto.Message
}](filter P, read func(request P, token string) ([]T, string, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		request := P(new(Q))
		if filter != nil {
			proto.Merge(request, filter)
		}
		for token := ""; ; {
			items, next, err := read(request, token)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			token = next
		}
	}
}

func yieldsError[T any](yield func(T, error) bool) func(error) {
	return func(err error) {
		var none T
		yield(none, err)
	}
}

// endOr replaces the regular end of a stream.
func endOr(err, end error) error {
	if errors.Is(err, io.EOF) {
		return end
	}
	return err
}
