package dev.asyncgate.client;

import dev.asyncgate.v1.Condition;
import dev.asyncgate.v1.ConditionGroup;
import dev.asyncgate.v1.OnImpossible;
import dev.asyncgate.v1.SignalCondition;
import dev.asyncgate.v1.TaskCondition;
import dev.asyncgate.v1.TaskState;
import dev.asyncgate.v1.TimeCondition;
import dev.asyncgate.v1.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * What a task waits for: a condition, a group of which one is enough, or all of several of these.
 *
 * <pre>{@code
 * WaitFor.allOf(WaitFor.task(sales), WaitFor.anyOf(WaitFor.task(weather), WaitFor.after(tenMinutes)))
 * }</pre>
 */
public sealed interface WaitFor {
  /** Met when the task with this id has succeeded. */
  static One task(String taskId) {
    return One.of(TaskCondition.newBuilder().setTaskId(taskId));
  }

  /** The same, for the task that the caller created with this key. */
  static One taskOfKey(String idempotencyKey) {
    return One.of(TaskCondition.newBuilder().setIdempotencyKey(idempotencyKey));
  }

  /** The same, for an earlier task of the same batch, or of a suspension: by its place, from 0. */
  static One taskOfItem(int item) {
    return One.of(TaskCondition.newBuilder().setItem(item));
  }

  /** Met this long after the wait begins. */
  static One after(Duration span) {
    return One.of(TimeCondition.newBuilder().setAfter(Times.durationOf(span)));
  }

  /** Met at this moment, by the database's clock. */
  static One at(Instant moment) {
    return One.of(TimeCondition.newBuilder().setAt(Times.timestampOf(moment)));
  }

  /** Met by a signal to the task itself. What was sent before counts. */
  static One signal() {
    return signal("");
  }

  /** Met by a signal on this channel. What was sent before and not taken counts. */
  static One signal(String channel) {
    return signal(channel, 1);
  }

  /** Met by so many signals, all at once. */
  static One signal(String channel, int count) {
    SignalCondition condition =
        SignalCondition.newBuilder().setChannel(channel).setCount(count).build();
    return new One(Condition.newBuilder().setSignal(condition).build());
  }

  /** One of these is enough. With a time among them, the group has a time-out. */
  static Any anyOf(One... conditions) {
    return new Any(List.of(conditions));
  }

  /** All of these must hold. */
  static All allOf(Group... groups) {
    return allOf(List.of(groups));
  }

  /** All of these must hold. */
  static All allOf(List<? extends Group> groups) {
    return new All(List.copyOf(groups), OnImpossible.ON_IMPOSSIBLE_UNSPECIFIED);
  }

  /** The contract's message. */
  Wait toMessage();

  /** A condition, or a group of conditions. */
  sealed interface Group extends WaitFor {
    /** The contract's message. */
    ConditionGroup toGroup();

    @Override
    default Wait toMessage() {
      return Wait.newBuilder().addAllOf(toGroup()).build();
    }
  }

  /** A condition. Also one that was read, such as those of {@code task.getWait()}. */
  record One(Condition condition) implements Group {
    private static One of(TaskCondition.Builder task) {
      return new One(Condition.newBuilder().setTask(task).build());
    }

    private static One of(TimeCondition.Builder time) {
      return new One(Condition.newBuilder().setTime(time).build());
    }

    /** By its name a handler finds what became of it: {@link Job#waitResult}. */
    public One named(String name) {
      return new One(condition.toBuilder().setName(name).build());
    }

    /** Met when the task has ended in one of these states. */
    public One accepting(TaskState... states) {
      return changed(task().addAllAcceptStates(List.of(states)));
    }

    /** Met when the task has ended, in whatever way: the result says how. */
    public One ended() {
      return accepting(
              TaskState.TASK_STATE_SUCCEEDED,
              TaskState.TASK_STATE_FAILED,
              TaskState.TASK_STATE_CANCELED)
          .discharged(false);
    }

    /** If false, a success counts before it says where its result is. */
    public One discharged(boolean discharged) {
      return changed(task().setDischarged(discharged));
    }

    private TaskCondition.Builder task() {
      if (!condition.hasTask()) {
        throw new IllegalStateException("only a condition on a task says how that must end");
      }
      return condition.getTask().toBuilder();
    }

    private One changed(TaskCondition.Builder task) {
      return new One(condition.toBuilder().setTask(task).build());
    }

    @Override
    public ConditionGroup toGroup() {
      return ConditionGroup.newBuilder().addAnyOf(condition).build();
    }
  }

  /** Conditions of which one is enough. */
  record Any(List<One> conditions) implements Group {
    @Override
    public ConditionGroup toGroup() {
      ConditionGroup.Builder group = ConditionGroup.newBuilder();
      conditions.forEach(one -> group.addAnyOf(one.condition()));
      return group.build();
    }
  }

  /** Groups of which each must hold. */
  record All(List<Group> groups, OnImpossible onImpossible) implements WaitFor {
    /** Checks that all is there. */
    public All {
      Objects.requireNonNull(onImpossible);
    }

    /** What happens to the task if a group can no longer hold. If not said, it fails. */
    public All onImpossible(OnImpossible what) {
      return new All(groups, what);
    }

    @Override
    public Wait toMessage() {
      Wait.Builder wait = Wait.newBuilder().setOnImpossible(onImpossible);
      groups.forEach(group -> wait.addAllOf(group.toGroup()));
      return wait.build();
    }
  }
}
