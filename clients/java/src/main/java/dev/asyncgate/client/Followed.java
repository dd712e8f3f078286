package dev.asyncgate.client;

import dev.asyncgate.v1.OutputPart;
import dev.asyncgate.v1.OutputServiceGrpc.OutputServiceBlockingStub;
import dev.asyncgate.v1.ReadOutputRequest;
import dev.asyncgate.v1.ReadOutputResponse;
import dev.asyncgate.v1.TaskServiceGrpc.TaskServiceBlockingStub;
import dev.asyncgate.v1.WatchTaskRequest;
import dev.asyncgate.v1.WatchTaskResponse;
import java.util.Iterator;

/** What a client follows by streams, each of which begins where the one before has broken. */
final class Followed {
  private Followed() {}

  /** The changes of a task. */
  static final class Watch implements Calls.Following<WatchTaskResponse> {
    private final TaskServiceBlockingStub stub;
    private String taskId;
    private long seen;

    Watch(TaskServiceBlockingStub stub, String taskId, long seen) {
      this.stub = stub;
      this.taskId = taskId;
      this.seen = seen;
    }

    @Override
    public Iterator<WatchTaskResponse> open() {
      return stub.watchTask(
          WatchTaskRequest.newBuilder().setTaskId(taskId).setAfterVersion(seen).build());
    }

    @Override
    public boolean read(WatchTaskResponse news) {
      if (!news.hasTask()) {
        return true;
      }
      seen = news.getTask().getVersion();
      // A name may pass on to another task.
      taskId = news.getTask().getTaskId();
      return !news.getTask().hasEndTime();
    }
  }

  /** A log of a task. */
  static final class Read implements Calls.Following<OutputPart> {
    private final OutputServiceBlockingStub stub;
    private final ReadOutputRequest.Builder request;

    Read(OutputServiceBlockingStub stub, ReadOutputRequest request) {
      this.stub = stub;
      this.request = request.toBuilder();
    }

    @Override
    public Iterator<OutputPart> open() {
      Iterator<ReadOutputResponse> answers = stub.readOutput(request.build());
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return answers.hasNext();
        }

        @Override
        public OutputPart next() {
          return answers.next().getPart();
        }
      };
    }

    @Override
    public boolean read(OutputPart part) {
      request.setFence(part.getFence()).setFromOffset(part.getNextOffset());
      return true;
    }
  }
}
