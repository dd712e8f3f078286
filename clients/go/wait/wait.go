// Package wait makes what tasks wait for: conditions, groups of which one condition is enough, and waits that need all
// of their groups.
//
//	wait.AllOf(wait.Succeeded(wait.ID(sales)), wait.AnyOf(wait.Signal("weather"), wait.After(10*time.Minute)))
package wait

import (
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Group is what a wait needs: a condition, or what AnyOf has made.
type Group interface {
	group() *v1.ConditionGroup
}

// Condition is met, impossible or pending.
type Condition struct {
	message *v1.Condition
}

func (c Condition) group() *v1.ConditionGroup {
	return &v1.ConditionGroup{AnyOf: []*v1.Condition{c.message}}
}

// Named gives the condition the name by which a handler finds its result: job.WaitResult(name).
func (c Condition) Named(name string) Condition {
	named := proto.Clone(c.message).(*v1.Condition)
	named.Name = name
	return Condition{named}
}

type anyOf []Condition

func (conditions anyOf) group() *v1.ConditionGroup {
	group := &v1.ConditionGroup{}
	for _, condition := range conditions {
		group.AnyOf = append(group.AnyOf, condition.message)
	}
	return group
}

// AnyOf holds when one of its conditions is met. With a time among them, it has a time-out.
func AnyOf(conditions ...Condition) Group { return anyOf(conditions) }

// AllOf is over when each of its groups holds. OnImpossible of the message says what happens if one can no longer hold;
// unset, the task fails.
func AllOf(groups ...Group) *v1.Wait {
	wait := &v1.Wait{}
	for _, group := range groups {
		wait.AllOf = append(wait.AllOf, group.group())
	}
	return wait
}

// Task says which task to wait for.
type Task struct {
	set func(*v1.TaskCondition)
}

// ID is the task with this id.
func ID(id string) Task {
	return Task{func(c *v1.TaskCondition) { c.Of = &v1.TaskCondition_TaskId{TaskId: id} }}
}

// Key is the task that the caller created with this idempotency key.
func Key(key string) Task {
	return Task{func(c *v1.TaskCondition) { c.Of = &v1.TaskCondition_IdempotencyKey{IdempotencyKey: key} }}
}

// Item is an earlier task of the same call, by its place from 0.
func Item(place int) Task {
	return Task{func(c *v1.TaskCondition) { c.Of = &v1.TaskCondition_Item{Item: int32(place)} }}
}

// Succeeded is met when the task has succeeded and its result can be found.
func Succeeded(task Task) Condition { return taskCondition(task, &v1.TaskCondition{}) }

// Ended is met when the task has ended, in whatever way: the result says how.
func Ended(task Task) Condition {
	return taskCondition(task, &v1.TaskCondition{
		AcceptStates: []v1.TaskState{
			v1.TaskState_TASK_STATE_SUCCEEDED, v1.TaskState_TASK_STATE_FAILED, v1.TaskState_TASK_STATE_CANCELED,
		},
		Discharged: proto.Bool(false),
	})
}

func taskCondition(task Task, condition *v1.TaskCondition) Condition {
	task.set(condition)
	return Condition{&v1.Condition{Condition: &v1.Condition_Task{Task: condition}}}
}

// After is met this long after the wait begins.
func After(span time.Duration) Condition {
	return timeCondition(&v1.TimeCondition{Of: &v1.TimeCondition_After{After: durationpb.New(span)}})
}

// At is met at this time.
func At(moment time.Time) Condition {
	return timeCondition(&v1.TimeCondition{Of: &v1.TimeCondition_At{At: timestamppb.New(moment)}})
}

func timeCondition(condition *v1.TimeCondition) Condition {
	return Condition{&v1.Condition{Condition: &v1.Condition_Time{Time: condition}}}
}

// Signal is met by a signal on a channel; on an empty one, by a signal to the task itself. What was sent before counts.
func Signal(channel string) Condition { return Signals(channel, 1) }

// Signals is met by so many signals, all at once.
func Signals(channel string, count int) Condition {
	signal := &v1.SignalCondition{Channel: channel, Count: proto.Int32(int32(count))}
	return Condition{&v1.Condition{Condition: &v1.Condition_Signal{Signal: signal}}}
}

// Of uses a condition of the contract.
func Of(condition *v1.Condition) Condition { return Condition{condition} }
