package dev.asyncgate.node.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Jobs of one node: tasks of the type `node.job`, with the payloads and results that they have over the `Work` stream.
 * Each call has the bearer of the node's configuration: `Authorization: Bearer &lt;bearer&gt;`. Without it, or with another
 * one, a call is refused with UNAUTHENTICATED before its body is read. The node knows nothing of leases: it is told the
 * task and the attempt, and does each of these once, however often it is asked.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class WorkerNodeServiceGrpc {

  private WorkerNodeServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "asyncgate.node.v1.WorkerNodeService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.node.v1.RunJobRequest,
      dev.asyncgate.node.v1.RunJobResponse> getRunJobMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RunJob",
      requestType = dev.asyncgate.node.v1.RunJobRequest.class,
      responseType = dev.asyncgate.node.v1.RunJobResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<dev.asyncgate.node.v1.RunJobRequest,
      dev.asyncgate.node.v1.RunJobResponse> getRunJobMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.node.v1.RunJobRequest, dev.asyncgate.node.v1.RunJobResponse> getRunJobMethod;
    if ((getRunJobMethod = WorkerNodeServiceGrpc.getRunJobMethod) == null) {
      synchronized (WorkerNodeServiceGrpc.class) {
        if ((getRunJobMethod = WorkerNodeServiceGrpc.getRunJobMethod) == null) {
          WorkerNodeServiceGrpc.getRunJobMethod = getRunJobMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.node.v1.RunJobRequest, dev.asyncgate.node.v1.RunJobResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RunJob"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.node.v1.RunJobRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.node.v1.RunJobResponse.getDefaultInstance()))
              .setSchemaDescriptor(new WorkerNodeServiceMethodDescriptorSupplier("RunJob"))
              .build();
        }
      }
    }
    return getRunJobMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.node.v1.EndJobRequest,
      dev.asyncgate.node.v1.EndJobResponse> getEndJobMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "EndJob",
      requestType = dev.asyncgate.node.v1.EndJobRequest.class,
      responseType = dev.asyncgate.node.v1.EndJobResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.node.v1.EndJobRequest,
      dev.asyncgate.node.v1.EndJobResponse> getEndJobMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.node.v1.EndJobRequest, dev.asyncgate.node.v1.EndJobResponse> getEndJobMethod;
    if ((getEndJobMethod = WorkerNodeServiceGrpc.getEndJobMethod) == null) {
      synchronized (WorkerNodeServiceGrpc.class) {
        if ((getEndJobMethod = WorkerNodeServiceGrpc.getEndJobMethod) == null) {
          WorkerNodeServiceGrpc.getEndJobMethod = getEndJobMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.node.v1.EndJobRequest, dev.asyncgate.node.v1.EndJobResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "EndJob"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.node.v1.EndJobRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.node.v1.EndJobResponse.getDefaultInstance()))
              .setSchemaDescriptor(new WorkerNodeServiceMethodDescriptorSupplier("EndJob"))
              .build();
        }
      }
    }
    return getEndJobMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static WorkerNodeServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<WorkerNodeServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<WorkerNodeServiceStub>() {
        @java.lang.Override
        public WorkerNodeServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new WorkerNodeServiceStub(channel, callOptions);
        }
      };
    return WorkerNodeServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static WorkerNodeServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<WorkerNodeServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<WorkerNodeServiceBlockingV2Stub>() {
        @java.lang.Override
        public WorkerNodeServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new WorkerNodeServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return WorkerNodeServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static WorkerNodeServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<WorkerNodeServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<WorkerNodeServiceBlockingStub>() {
        @java.lang.Override
        public WorkerNodeServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new WorkerNodeServiceBlockingStub(channel, callOptions);
        }
      };
    return WorkerNodeServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static WorkerNodeServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<WorkerNodeServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<WorkerNodeServiceFutureStub>() {
        @java.lang.Override
        public WorkerNodeServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new WorkerNodeServiceFutureStub(channel, callOptions);
        }
      };
    return WorkerNodeServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Jobs of one node: tasks of the type `node.job`, with the payloads and results that they have over the `Work` stream.
   * Each call has the bearer of the node's configuration: `Authorization: Bearer &lt;bearer&gt;`. Without it, or with another
   * one, a call is refused with UNAUTHENTICATED before its body is read. The node knows nothing of leases: it is told the
   * task and the attempt, and does each of these once, however often it is asked.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Runs a job and tells what it prints while it runs, and how it ended. If the node has the job already, it is joined:
     * what it has printed is told from the given offsets on, and its result is told also if it ended long ago.
     * A broken stream does not end the job. It goes on for `linger`, so that another stream can join it; then the node
     * ends it. The result of a job that has ended is kept for a day, or until EndJob. Refused with NOT_FOUND if it may
     * only be joined and is not there, with FAILED_PRECONDITION while the node takes no jobs, with RESOURCE_EXHAUSTED
     * while it has as many as it may have, with INVALID_ARGUMENT if the request breaks a rule of its fields. A job that
     * cannot be run is told of by `failed`.
     * </pre>
     */
    default void runJob(dev.asyncgate.node.v1.RunJobRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.node.v1.RunJobResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRunJobMethod(), responseObserver);
    }

    /**
     * <pre>
     * Ends a job, if it still runs, and forgets it with its result. Answers when nothing of it is left.
     * A job that is not there is no error. To be called when the service has the result, and when the task is canceled.
     * </pre>
     */
    default void endJob(dev.asyncgate.node.v1.EndJobRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.node.v1.EndJobResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getEndJobMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service WorkerNodeService.
   * <pre>
   * Jobs of one node: tasks of the type `node.job`, with the payloads and results that they have over the `Work` stream.
   * Each call has the bearer of the node's configuration: `Authorization: Bearer &lt;bearer&gt;`. Without it, or with another
   * one, a call is refused with UNAUTHENTICATED before its body is read. The node knows nothing of leases: it is told the
   * task and the attempt, and does each of these once, however often it is asked.
   * </pre>
   */
  public static abstract class WorkerNodeServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return WorkerNodeServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service WorkerNodeService.
   * <pre>
   * Jobs of one node: tasks of the type `node.job`, with the payloads and results that they have over the `Work` stream.
   * Each call has the bearer of the node's configuration: `Authorization: Bearer &lt;bearer&gt;`. Without it, or with another
   * one, a call is refused with UNAUTHENTICATED before its body is read. The node knows nothing of leases: it is told the
   * task and the attempt, and does each of these once, however often it is asked.
   * </pre>
   */
  public static final class WorkerNodeServiceStub
      extends io.grpc.stub.AbstractAsyncStub<WorkerNodeServiceStub> {
    private WorkerNodeServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected WorkerNodeServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new WorkerNodeServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Runs a job and tells what it prints while it runs, and how it ended. If the node has the job already, it is joined:
     * what it has printed is told from the given offsets on, and its result is told also if it ended long ago.
     * A broken stream does not end the job. It goes on for `linger`, so that another stream can join it; then the node
     * ends it. The result of a job that has ended is kept for a day, or until EndJob. Refused with NOT_FOUND if it may
     * only be joined and is not there, with FAILED_PRECONDITION while the node takes no jobs, with RESOURCE_EXHAUSTED
     * while it has as many as it may have, with INVALID_ARGUMENT if the request breaks a rule of its fields. A job that
     * cannot be run is told of by `failed`.
     * </pre>
     */
    public void runJob(dev.asyncgate.node.v1.RunJobRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.node.v1.RunJobResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getRunJobMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Ends a job, if it still runs, and forgets it with its result. Answers when nothing of it is left.
     * A job that is not there is no error. To be called when the service has the result, and when the task is canceled.
     * </pre>
     */
    public void endJob(dev.asyncgate.node.v1.EndJobRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.node.v1.EndJobResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getEndJobMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service WorkerNodeService.
   * <pre>
   * Jobs of one node: tasks of the type `node.job`, with the payloads and results that they have over the `Work` stream.
   * Each call has the bearer of the node's configuration: `Authorization: Bearer &lt;bearer&gt;`. Without it, or with another
   * one, a call is refused with UNAUTHENTICATED before its body is read. The node knows nothing of leases: it is told the
   * task and the attempt, and does each of these once, however often it is asked.
   * </pre>
   */
  public static final class WorkerNodeServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<WorkerNodeServiceBlockingV2Stub> {
    private WorkerNodeServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected WorkerNodeServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new WorkerNodeServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Runs a job and tells what it prints while it runs, and how it ended. If the node has the job already, it is joined:
     * what it has printed is told from the given offsets on, and its result is told also if it ended long ago.
     * A broken stream does not end the job. It goes on for `linger`, so that another stream can join it; then the node
     * ends it. The result of a job that has ended is kept for a day, or until EndJob. Refused with NOT_FOUND if it may
     * only be joined and is not there, with FAILED_PRECONDITION while the node takes no jobs, with RESOURCE_EXHAUSTED
     * while it has as many as it may have, with INVALID_ARGUMENT if the request breaks a rule of its fields. A job that
     * cannot be run is told of by `failed`.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, dev.asyncgate.node.v1.RunJobResponse>
        runJob(dev.asyncgate.node.v1.RunJobRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getRunJobMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Ends a job, if it still runs, and forgets it with its result. Answers when nothing of it is left.
     * A job that is not there is no error. To be called when the service has the result, and when the task is canceled.
     * </pre>
     */
    public dev.asyncgate.node.v1.EndJobResponse endJob(dev.asyncgate.node.v1.EndJobRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getEndJobMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service WorkerNodeService.
   * <pre>
   * Jobs of one node: tasks of the type `node.job`, with the payloads and results that they have over the `Work` stream.
   * Each call has the bearer of the node's configuration: `Authorization: Bearer &lt;bearer&gt;`. Without it, or with another
   * one, a call is refused with UNAUTHENTICATED before its body is read. The node knows nothing of leases: it is told the
   * task and the attempt, and does each of these once, however often it is asked.
   * </pre>
   */
  public static final class WorkerNodeServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<WorkerNodeServiceBlockingStub> {
    private WorkerNodeServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected WorkerNodeServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new WorkerNodeServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Runs a job and tells what it prints while it runs, and how it ended. If the node has the job already, it is joined:
     * what it has printed is told from the given offsets on, and its result is told also if it ended long ago.
     * A broken stream does not end the job. It goes on for `linger`, so that another stream can join it; then the node
     * ends it. The result of a job that has ended is kept for a day, or until EndJob. Refused with NOT_FOUND if it may
     * only be joined and is not there, with FAILED_PRECONDITION while the node takes no jobs, with RESOURCE_EXHAUSTED
     * while it has as many as it may have, with INVALID_ARGUMENT if the request breaks a rule of its fields. A job that
     * cannot be run is told of by `failed`.
     * </pre>
     */
    public java.util.Iterator<dev.asyncgate.node.v1.RunJobResponse> runJob(
        dev.asyncgate.node.v1.RunJobRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getRunJobMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Ends a job, if it still runs, and forgets it with its result. Answers when nothing of it is left.
     * A job that is not there is no error. To be called when the service has the result, and when the task is canceled.
     * </pre>
     */
    public dev.asyncgate.node.v1.EndJobResponse endJob(dev.asyncgate.node.v1.EndJobRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getEndJobMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service WorkerNodeService.
   * <pre>
   * Jobs of one node: tasks of the type `node.job`, with the payloads and results that they have over the `Work` stream.
   * Each call has the bearer of the node's configuration: `Authorization: Bearer &lt;bearer&gt;`. Without it, or with another
   * one, a call is refused with UNAUTHENTICATED before its body is read. The node knows nothing of leases: it is told the
   * task and the attempt, and does each of these once, however often it is asked.
   * </pre>
   */
  public static final class WorkerNodeServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<WorkerNodeServiceFutureStub> {
    private WorkerNodeServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected WorkerNodeServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new WorkerNodeServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Ends a job, if it still runs, and forgets it with its result. Answers when nothing of it is left.
     * A job that is not there is no error. To be called when the service has the result, and when the task is canceled.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.node.v1.EndJobResponse> endJob(
        dev.asyncgate.node.v1.EndJobRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getEndJobMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_RUN_JOB = 0;
  private static final int METHODID_END_JOB = 1;

  private static final class MethodHandlers<Req, Resp> implements
      io.grpc.stub.ServerCalls.UnaryMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ServerStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ClientStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.BidiStreamingMethod<Req, Resp> {
    private final AsyncService serviceImpl;
    private final int methodId;

    MethodHandlers(AsyncService serviceImpl, int methodId) {
      this.serviceImpl = serviceImpl;
      this.methodId = methodId;
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public void invoke(Req request, io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        case METHODID_RUN_JOB:
          serviceImpl.runJob((dev.asyncgate.node.v1.RunJobRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.node.v1.RunJobResponse>) responseObserver);
          break;
        case METHODID_END_JOB:
          serviceImpl.endJob((dev.asyncgate.node.v1.EndJobRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.node.v1.EndJobResponse>) responseObserver);
          break;
        default:
          throw new AssertionError();
      }
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public io.grpc.stub.StreamObserver<Req> invoke(
        io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        default:
          throw new AssertionError();
      }
    }
  }

  public static final io.grpc.ServerServiceDefinition bindService(AsyncService service) {
    return io.grpc.ServerServiceDefinition.builder(getServiceDescriptor())
        .addMethod(
          getRunJobMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              dev.asyncgate.node.v1.RunJobRequest,
              dev.asyncgate.node.v1.RunJobResponse>(
                service, METHODID_RUN_JOB)))
        .addMethod(
          getEndJobMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.node.v1.EndJobRequest,
              dev.asyncgate.node.v1.EndJobResponse>(
                service, METHODID_END_JOB)))
        .build();
  }

  private static abstract class WorkerNodeServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    WorkerNodeServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return dev.asyncgate.node.v1.WorkerNodeServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("WorkerNodeService");
    }
  }

  private static final class WorkerNodeServiceFileDescriptorSupplier
      extends WorkerNodeServiceBaseDescriptorSupplier {
    WorkerNodeServiceFileDescriptorSupplier() {}
  }

  private static final class WorkerNodeServiceMethodDescriptorSupplier
      extends WorkerNodeServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    WorkerNodeServiceMethodDescriptorSupplier(java.lang.String methodName) {
      this.methodName = methodName;
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.MethodDescriptor getMethodDescriptor() {
      return getServiceDescriptor().findMethodByName(methodName);
    }
  }

  private static volatile io.grpc.ServiceDescriptor serviceDescriptor;

  public static io.grpc.ServiceDescriptor getServiceDescriptor() {
    io.grpc.ServiceDescriptor result = serviceDescriptor;
    if (result == null) {
      synchronized (WorkerNodeServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new WorkerNodeServiceFileDescriptorSupplier())
              .addMethod(getRunJobMethod())
              .addMethod(getEndJobMethod())
              .build();
        }
      }
    }
    return result;
  }
}
