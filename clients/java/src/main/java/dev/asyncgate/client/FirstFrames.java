package dev.asyncgate.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import dev.asyncgate.v1.Accept;
import dev.asyncgate.v1.Accepted;
import dev.asyncgate.v1.CompleteTaskRequest;
import dev.asyncgate.v1.CompleteTaskResponse;
import dev.asyncgate.v1.Credit;
import dev.asyncgate.v1.Heartbeat;
import dev.asyncgate.v1.HeartbeatAck;
import dev.asyncgate.v1.Lease;
import dev.asyncgate.v1.LeasedTask;
import dev.asyncgate.v1.Offer;
import dev.asyncgate.v1.Payload;
import dev.asyncgate.v1.Settled;
import dev.asyncgate.v1.Task;
import dev.asyncgate.v1.Welcome;
import dev.asyncgate.v1.WorkRequest;
import dev.asyncgate.v1.WorkResponse;

/**
 * Loads the classes of a worker's first frames before its session begins. In a JVM that has just
 * started, on a busy machine, that takes longer than a short TTL, and no heartbeat is sent
 * meanwhile.
 */
final class FirstFrames {
  private FirstFrames() {}

  static void load() {
    try {
      WorkResponse.parseFrom(received().toByteArray());
      WorkRequest.parseFrom(sent().toByteArray());
    } catch (InvalidProtocolBufferException never) {
      throw new AssertionError("what was encoded can be decoded", never);
    }
  }

  private static WorkResponse received() {
    Duration second = Duration.newBuilder().setSeconds(1).build();
    Timestamp now = Timestamp.newBuilder().setSeconds(1).build();
    Lease lease = Lease.newBuilder().setToken("token").setGrantTime(now).build();
    Task task =
        Task.newBuilder().setPayload(payload()).putLabels("a", "b").setCreateTime(now).build();
    return WorkResponse.newBuilder()
        .setWelcome(Welcome.newBuilder().setTtl(second).addLeases(lease))
        .setHeartbeatAck(HeartbeatAck.newBuilder().setSequence(1))
        .addOffers(Offer.newBuilder().setLeased(LeasedTask.newBuilder().setTask(task)))
        .addSettled(Settled.newBuilder().setAccepted(Accepted.getDefaultInstance()))
        .addSettled(Settled.newBuilder().setCompleted(CompleteTaskResponse.getDefaultInstance()))
        .build();
  }

  private static WorkRequest sent() {
    return WorkRequest.newBuilder()
        .setHeartbeat(Heartbeat.newBuilder().setSequence(1))
        .setCredit(Credit.getDefaultInstance())
        .addAccepts(Accept.newBuilder().setLeaseToken("token"))
        .addCompletes(CompleteTaskRequest.newBuilder().setResult(payload()))
        .build();
  }

  private static Payload payload() {
    return Payload.newBuilder().setData(ByteString.copyFromUtf8("{}")).build();
  }
}
