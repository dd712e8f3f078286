package dev.asyncgate.client;

import dev.asyncgate.v1.AgentServiceGrpc;
import dev.asyncgate.v1.AgentServiceGrpc.AgentServiceBlockingStub;
import dev.asyncgate.v1.LeaseServiceGrpc;
import dev.asyncgate.v1.LeaseServiceGrpc.LeaseServiceBlockingStub;
import dev.asyncgate.v1.ObligationServiceGrpc;
import dev.asyncgate.v1.ObligationServiceGrpc.ObligationServiceBlockingStub;
import dev.asyncgate.v1.OutputServiceGrpc;
import dev.asyncgate.v1.OutputServiceGrpc.OutputServiceBlockingStub;
import dev.asyncgate.v1.QueueServiceGrpc;
import dev.asyncgate.v1.QueueServiceGrpc.QueueServiceBlockingStub;
import dev.asyncgate.v1.ReceiptServiceGrpc;
import dev.asyncgate.v1.ReceiptServiceGrpc.ReceiptServiceBlockingStub;
import dev.asyncgate.v1.SignalServiceGrpc;
import dev.asyncgate.v1.SignalServiceGrpc.SignalServiceBlockingStub;
import dev.asyncgate.v1.SystemServiceGrpc;
import dev.asyncgate.v1.SystemServiceGrpc.SystemServiceBlockingStub;
import dev.asyncgate.v1.TaskServiceGrpc;
import dev.asyncgate.v1.TaskServiceGrpc.TaskServiceBlockingStub;
import io.grpc.Channel;

/**
 * The generated stubs over the client's connection: no retries, no time-outs, gRPC's errors.
 *
 * @param channel for a stub of another form, such as {@code TaskServiceGrpc.newFutureStub(channel)}
 * @param tasks creates tasks and follows them
 * @param leases claims tasks one by one
 * @param receipts reads the ledger
 * @param obligations what is owed
 * @param outputs what tasks print
 * @param signals messages for tasks
 * @param agents who can do what
 * @param queues for operators
 * @param system health and configuration
 */
public record Stubs(
    Channel channel,
    TaskServiceBlockingStub tasks,
    LeaseServiceBlockingStub leases,
    ReceiptServiceBlockingStub receipts,
    ObligationServiceBlockingStub obligations,
    OutputServiceBlockingStub outputs,
    SignalServiceBlockingStub signals,
    AgentServiceBlockingStub agents,
    QueueServiceBlockingStub queues,
    SystemServiceBlockingStub system) {

  static Stubs over(Channel channel) {
    return new Stubs(
        channel,
        TaskServiceGrpc.newBlockingStub(channel),
        LeaseServiceGrpc.newBlockingStub(channel),
        ReceiptServiceGrpc.newBlockingStub(channel),
        ObligationServiceGrpc.newBlockingStub(channel),
        OutputServiceGrpc.newBlockingStub(channel),
        SignalServiceGrpc.newBlockingStub(channel),
        AgentServiceGrpc.newBlockingStub(channel),
        QueueServiceGrpc.newBlockingStub(channel),
        SystemServiceGrpc.newBlockingStub(channel));
  }
}
