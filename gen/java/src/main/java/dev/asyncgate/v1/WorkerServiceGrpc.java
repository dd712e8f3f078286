package dev.asyncgate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * For workers that do many tasks. `Work` and ClaimTasks take from the same queues: an offered task cannot be claimed,
 * and tasks that were queued before the stream was opened are offered too.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class WorkerServiceGrpc {

  private WorkerServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "asyncgate.v1.WorkerService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.WorkRequest,
      dev.asyncgate.v1.WorkResponse> getWorkMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Work",
      requestType = dev.asyncgate.v1.WorkRequest.class,
      responseType = dev.asyncgate.v1.WorkResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.WorkRequest,
      dev.asyncgate.v1.WorkResponse> getWorkMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.WorkRequest, dev.asyncgate.v1.WorkResponse> getWorkMethod;
    if ((getWorkMethod = WorkerServiceGrpc.getWorkMethod) == null) {
      synchronized (WorkerServiceGrpc.class) {
        if ((getWorkMethod = WorkerServiceGrpc.getWorkMethod) == null) {
          WorkerServiceGrpc.getWorkMethod = getWorkMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.WorkRequest, dev.asyncgate.v1.WorkResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Work"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.WorkRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.WorkResponse.getDefaultInstance()))
              .setSchemaDescriptor(new WorkerServiceMethodDescriptorSupplier("Work"))
              .build();
        }
      }
    }
    return getWorkMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static WorkerServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<WorkerServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<WorkerServiceStub>() {
        @java.lang.Override
        public WorkerServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new WorkerServiceStub(channel, callOptions);
        }
      };
    return WorkerServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static WorkerServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<WorkerServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<WorkerServiceBlockingV2Stub>() {
        @java.lang.Override
        public WorkerServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new WorkerServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return WorkerServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static WorkerServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<WorkerServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<WorkerServiceBlockingStub>() {
        @java.lang.Override
        public WorkerServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new WorkerServiceBlockingStub(channel, callOptions);
        }
      };
    return WorkerServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static WorkerServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<WorkerServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<WorkerServiceFutureStub>() {
        @java.lang.Override
        public WorkerServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new WorkerServiceFutureStub(channel, callOptions);
        }
      };
    return WorkerServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * For workers that do many tasks. `Work` and ClaimTasks take from the same queues: an offered task cannot be claimed,
   * and tasks that were queued before the stream was opened are offered too.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Opens a session, or resumes one whose stream broke, and works in it until the stream ends.
     * Frames. A frame has a list for each kind of item, and each side puts everything that has gathered into its next
     * frame. The first frame of the worker carries `hello`, and the first frame of the server `welcome`. Within a frame
     * the lists are applied in this order: accepts, declines, starts, progress, outputs, completes, fails, releases,
     * suspends. Items of one lease are applied in the order sent; items of different leases may overtake each other. An
     * item that breaks a rule, or whose lease is unknown or lost, is refused alone in `settled`. A malformed frame ends
     * the stream with `INVALID_ARGUMENT`.
     * Credits and offers. The server offers tasks for the credits that the worker has given. A session never has more
     * offers and leases than that, and never more than `Welcome.leases_max`. An offer that is not accepted within
     * `Welcome.accept_window` returns to its queue, and counts neither as an attempt nor as a lost lease.
     * Heartbeats. One heartbeat renews all leases of the session. If none comes within the TTL, the session expires and
     * all its leases are lost.
     * Breaks. When the stream breaks, the session lives on for `Welcome.resume_grace`, and never beyond its TTL. A worker
     * that comes back in time with the resume token, to any server, resumes the session with the same leases and fences.
     * Items that are sent again are recognized by their request ids and answered as before.
     * Slow consumers. A worker must read the stream without long pauses. If it does not, the server drops the frames that
     * wait, and ends the stream with a last frame, whose `stream_end` is `SLOW_CONSUMER`, and with the reason
     * `SLOW_CONSUMER` (RESOURCE_EXHAUSTED). HTTP/2 delivers both only if the worker reads again within a second. After
     * that the server resets the stream with the error code ENHANCE_YOUR_CALM, which gRPC libraries report as
     * RESOURCE_EXHAUSTED without a detail. Either way the session can be resumed.
     * </pre>
     */
    default io.grpc.stub.StreamObserver<dev.asyncgate.v1.WorkRequest> work(
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.WorkResponse> responseObserver) {
      return io.grpc.stub.ServerCalls.asyncUnimplementedStreamingCall(getWorkMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service WorkerService.
   * <pre>
   * For workers that do many tasks. `Work` and ClaimTasks take from the same queues: an offered task cannot be claimed,
   * and tasks that were queued before the stream was opened are offered too.
   * </pre>
   */
  public static abstract class WorkerServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return WorkerServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service WorkerService.
   * <pre>
   * For workers that do many tasks. `Work` and ClaimTasks take from the same queues: an offered task cannot be claimed,
   * and tasks that were queued before the stream was opened are offered too.
   * </pre>
   */
  public static final class WorkerServiceStub
      extends io.grpc.stub.AbstractAsyncStub<WorkerServiceStub> {
    private WorkerServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected WorkerServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new WorkerServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Opens a session, or resumes one whose stream broke, and works in it until the stream ends.
     * Frames. A frame has a list for each kind of item, and each side puts everything that has gathered into its next
     * frame. The first frame of the worker carries `hello`, and the first frame of the server `welcome`. Within a frame
     * the lists are applied in this order: accepts, declines, starts, progress, outputs, completes, fails, releases,
     * suspends. Items of one lease are applied in the order sent; items of different leases may overtake each other. An
     * item that breaks a rule, or whose lease is unknown or lost, is refused alone in `settled`. A malformed frame ends
     * the stream with `INVALID_ARGUMENT`.
     * Credits and offers. The server offers tasks for the credits that the worker has given. A session never has more
     * offers and leases than that, and never more than `Welcome.leases_max`. An offer that is not accepted within
     * `Welcome.accept_window` returns to its queue, and counts neither as an attempt nor as a lost lease.
     * Heartbeats. One heartbeat renews all leases of the session. If none comes within the TTL, the session expires and
     * all its leases are lost.
     * Breaks. When the stream breaks, the session lives on for `Welcome.resume_grace`, and never beyond its TTL. A worker
     * that comes back in time with the resume token, to any server, resumes the session with the same leases and fences.
     * Items that are sent again are recognized by their request ids and answered as before.
     * Slow consumers. A worker must read the stream without long pauses. If it does not, the server drops the frames that
     * wait, and ends the stream with a last frame, whose `stream_end` is `SLOW_CONSUMER`, and with the reason
     * `SLOW_CONSUMER` (RESOURCE_EXHAUSTED). HTTP/2 delivers both only if the worker reads again within a second. After
     * that the server resets the stream with the error code ENHANCE_YOUR_CALM, which gRPC libraries report as
     * RESOURCE_EXHAUSTED without a detail. Either way the session can be resumed.
     * </pre>
     */
    public io.grpc.stub.StreamObserver<dev.asyncgate.v1.WorkRequest> work(
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.WorkResponse> responseObserver) {
      return io.grpc.stub.ClientCalls.asyncBidiStreamingCall(
          getChannel().newCall(getWorkMethod(), getCallOptions()), responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service WorkerService.
   * <pre>
   * For workers that do many tasks. `Work` and ClaimTasks take from the same queues: an offered task cannot be claimed,
   * and tasks that were queued before the stream was opened are offered too.
   * </pre>
   */
  public static final class WorkerServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<WorkerServiceBlockingV2Stub> {
    private WorkerServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected WorkerServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new WorkerServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Opens a session, or resumes one whose stream broke, and works in it until the stream ends.
     * Frames. A frame has a list for each kind of item, and each side puts everything that has gathered into its next
     * frame. The first frame of the worker carries `hello`, and the first frame of the server `welcome`. Within a frame
     * the lists are applied in this order: accepts, declines, starts, progress, outputs, completes, fails, releases,
     * suspends. Items of one lease are applied in the order sent; items of different leases may overtake each other. An
     * item that breaks a rule, or whose lease is unknown or lost, is refused alone in `settled`. A malformed frame ends
     * the stream with `INVALID_ARGUMENT`.
     * Credits and offers. The server offers tasks for the credits that the worker has given. A session never has more
     * offers and leases than that, and never more than `Welcome.leases_max`. An offer that is not accepted within
     * `Welcome.accept_window` returns to its queue, and counts neither as an attempt nor as a lost lease.
     * Heartbeats. One heartbeat renews all leases of the session. If none comes within the TTL, the session expires and
     * all its leases are lost.
     * Breaks. When the stream breaks, the session lives on for `Welcome.resume_grace`, and never beyond its TTL. A worker
     * that comes back in time with the resume token, to any server, resumes the session with the same leases and fences.
     * Items that are sent again are recognized by their request ids and answered as before.
     * Slow consumers. A worker must read the stream without long pauses. If it does not, the server drops the frames that
     * wait, and ends the stream with a last frame, whose `stream_end` is `SLOW_CONSUMER`, and with the reason
     * `SLOW_CONSUMER` (RESOURCE_EXHAUSTED). HTTP/2 delivers both only if the worker reads again within a second. After
     * that the server resets the stream with the error code ENHANCE_YOUR_CALM, which gRPC libraries report as
     * RESOURCE_EXHAUSTED without a detail. Either way the session can be resumed.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<dev.asyncgate.v1.WorkRequest, dev.asyncgate.v1.WorkResponse>
        work() {
      return io.grpc.stub.ClientCalls.blockingBidiStreamingCall(
          getChannel(), getWorkMethod(), getCallOptions());
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service WorkerService.
   * <pre>
   * For workers that do many tasks. `Work` and ClaimTasks take from the same queues: an offered task cannot be claimed,
   * and tasks that were queued before the stream was opened are offered too.
   * </pre>
   */
  public static final class WorkerServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<WorkerServiceBlockingStub> {
    private WorkerServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected WorkerServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new WorkerServiceBlockingStub(channel, callOptions);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service WorkerService.
   * <pre>
   * For workers that do many tasks. `Work` and ClaimTasks take from the same queues: an offered task cannot be claimed,
   * and tasks that were queued before the stream was opened are offered too.
   * </pre>
   */
  public static final class WorkerServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<WorkerServiceFutureStub> {
    private WorkerServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected WorkerServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new WorkerServiceFutureStub(channel, callOptions);
    }
  }

  private static final int METHODID_WORK = 0;

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
        default:
          throw new AssertionError();
      }
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public io.grpc.stub.StreamObserver<Req> invoke(
        io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        case METHODID_WORK:
          return (io.grpc.stub.StreamObserver<Req>) serviceImpl.work(
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.WorkResponse>) responseObserver);
        default:
          throw new AssertionError();
      }
    }
  }

  public static final io.grpc.ServerServiceDefinition bindService(AsyncService service) {
    return io.grpc.ServerServiceDefinition.builder(getServiceDescriptor())
        .addMethod(
          getWorkMethod(),
          io.grpc.stub.ServerCalls.asyncBidiStreamingCall(
            new MethodHandlers<
              dev.asyncgate.v1.WorkRequest,
              dev.asyncgate.v1.WorkResponse>(
                service, METHODID_WORK)))
        .build();
  }

  private static abstract class WorkerServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    WorkerServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return dev.asyncgate.v1.WorkerServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("WorkerService");
    }
  }

  private static final class WorkerServiceFileDescriptorSupplier
      extends WorkerServiceBaseDescriptorSupplier {
    WorkerServiceFileDescriptorSupplier() {}
  }

  private static final class WorkerServiceMethodDescriptorSupplier
      extends WorkerServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    WorkerServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (WorkerServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new WorkerServiceFileDescriptorSupplier())
              .addMethod(getWorkMethod())
              .build();
        }
      }
    }
    return result;
  }
}
