package dev.asyncgate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Shows the queues of a tenant, and holds work back: a whole queue, or one task. Every change leaves an audit record,
 * and so does every refusal of one.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class QueueServiceGrpc {

  private QueueServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "asyncgate.v1.QueueService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListQueuesRequest,
      dev.asyncgate.v1.ListQueuesResponse> getListQueuesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListQueues",
      requestType = dev.asyncgate.v1.ListQueuesRequest.class,
      responseType = dev.asyncgate.v1.ListQueuesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListQueuesRequest,
      dev.asyncgate.v1.ListQueuesResponse> getListQueuesMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListQueuesRequest, dev.asyncgate.v1.ListQueuesResponse> getListQueuesMethod;
    if ((getListQueuesMethod = QueueServiceGrpc.getListQueuesMethod) == null) {
      synchronized (QueueServiceGrpc.class) {
        if ((getListQueuesMethod = QueueServiceGrpc.getListQueuesMethod) == null) {
          QueueServiceGrpc.getListQueuesMethod = getListQueuesMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListQueuesRequest, dev.asyncgate.v1.ListQueuesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListQueues"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListQueuesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListQueuesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new QueueServiceMethodDescriptorSupplier("ListQueues"))
              .build();
        }
      }
    }
    return getListQueuesMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListWorkersRequest,
      dev.asyncgate.v1.ListWorkersResponse> getListWorkersMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListWorkers",
      requestType = dev.asyncgate.v1.ListWorkersRequest.class,
      responseType = dev.asyncgate.v1.ListWorkersResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListWorkersRequest,
      dev.asyncgate.v1.ListWorkersResponse> getListWorkersMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListWorkersRequest, dev.asyncgate.v1.ListWorkersResponse> getListWorkersMethod;
    if ((getListWorkersMethod = QueueServiceGrpc.getListWorkersMethod) == null) {
      synchronized (QueueServiceGrpc.class) {
        if ((getListWorkersMethod = QueueServiceGrpc.getListWorkersMethod) == null) {
          QueueServiceGrpc.getListWorkersMethod = getListWorkersMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListWorkersRequest, dev.asyncgate.v1.ListWorkersResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListWorkers"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListWorkersRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListWorkersResponse.getDefaultInstance()))
              .setSchemaDescriptor(new QueueServiceMethodDescriptorSupplier("ListWorkers"))
              .build();
        }
      }
    }
    return getListWorkersMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.PauseQueueRequest,
      dev.asyncgate.v1.PauseQueueResponse> getPauseQueueMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "PauseQueue",
      requestType = dev.asyncgate.v1.PauseQueueRequest.class,
      responseType = dev.asyncgate.v1.PauseQueueResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.PauseQueueRequest,
      dev.asyncgate.v1.PauseQueueResponse> getPauseQueueMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.PauseQueueRequest, dev.asyncgate.v1.PauseQueueResponse> getPauseQueueMethod;
    if ((getPauseQueueMethod = QueueServiceGrpc.getPauseQueueMethod) == null) {
      synchronized (QueueServiceGrpc.class) {
        if ((getPauseQueueMethod = QueueServiceGrpc.getPauseQueueMethod) == null) {
          QueueServiceGrpc.getPauseQueueMethod = getPauseQueueMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.PauseQueueRequest, dev.asyncgate.v1.PauseQueueResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "PauseQueue"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.PauseQueueRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.PauseQueueResponse.getDefaultInstance()))
              .setSchemaDescriptor(new QueueServiceMethodDescriptorSupplier("PauseQueue"))
              .build();
        }
      }
    }
    return getPauseQueueMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ResumeQueueRequest,
      dev.asyncgate.v1.ResumeQueueResponse> getResumeQueueMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ResumeQueue",
      requestType = dev.asyncgate.v1.ResumeQueueRequest.class,
      responseType = dev.asyncgate.v1.ResumeQueueResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ResumeQueueRequest,
      dev.asyncgate.v1.ResumeQueueResponse> getResumeQueueMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ResumeQueueRequest, dev.asyncgate.v1.ResumeQueueResponse> getResumeQueueMethod;
    if ((getResumeQueueMethod = QueueServiceGrpc.getResumeQueueMethod) == null) {
      synchronized (QueueServiceGrpc.class) {
        if ((getResumeQueueMethod = QueueServiceGrpc.getResumeQueueMethod) == null) {
          QueueServiceGrpc.getResumeQueueMethod = getResumeQueueMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ResumeQueueRequest, dev.asyncgate.v1.ResumeQueueResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ResumeQueue"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ResumeQueueRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ResumeQueueResponse.getDefaultInstance()))
              .setSchemaDescriptor(new QueueServiceMethodDescriptorSupplier("ResumeQueue"))
              .build();
        }
      }
    }
    return getResumeQueueMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.PauseTaskRequest,
      dev.asyncgate.v1.PauseTaskResponse> getPauseTaskMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "PauseTask",
      requestType = dev.asyncgate.v1.PauseTaskRequest.class,
      responseType = dev.asyncgate.v1.PauseTaskResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.PauseTaskRequest,
      dev.asyncgate.v1.PauseTaskResponse> getPauseTaskMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.PauseTaskRequest, dev.asyncgate.v1.PauseTaskResponse> getPauseTaskMethod;
    if ((getPauseTaskMethod = QueueServiceGrpc.getPauseTaskMethod) == null) {
      synchronized (QueueServiceGrpc.class) {
        if ((getPauseTaskMethod = QueueServiceGrpc.getPauseTaskMethod) == null) {
          QueueServiceGrpc.getPauseTaskMethod = getPauseTaskMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.PauseTaskRequest, dev.asyncgate.v1.PauseTaskResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "PauseTask"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.PauseTaskRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.PauseTaskResponse.getDefaultInstance()))
              .setSchemaDescriptor(new QueueServiceMethodDescriptorSupplier("PauseTask"))
              .build();
        }
      }
    }
    return getPauseTaskMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ResumeTaskRequest,
      dev.asyncgate.v1.ResumeTaskResponse> getResumeTaskMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ResumeTask",
      requestType = dev.asyncgate.v1.ResumeTaskRequest.class,
      responseType = dev.asyncgate.v1.ResumeTaskResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ResumeTaskRequest,
      dev.asyncgate.v1.ResumeTaskResponse> getResumeTaskMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ResumeTaskRequest, dev.asyncgate.v1.ResumeTaskResponse> getResumeTaskMethod;
    if ((getResumeTaskMethod = QueueServiceGrpc.getResumeTaskMethod) == null) {
      synchronized (QueueServiceGrpc.class) {
        if ((getResumeTaskMethod = QueueServiceGrpc.getResumeTaskMethod) == null) {
          QueueServiceGrpc.getResumeTaskMethod = getResumeTaskMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ResumeTaskRequest, dev.asyncgate.v1.ResumeTaskResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ResumeTask"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ResumeTaskRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ResumeTaskResponse.getDefaultInstance()))
              .setSchemaDescriptor(new QueueServiceMethodDescriptorSupplier("ResumeTask"))
              .build();
        }
      }
    }
    return getResumeTaskMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.OverrideWaitRequest,
      dev.asyncgate.v1.OverrideWaitResponse> getOverrideWaitMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "OverrideWait",
      requestType = dev.asyncgate.v1.OverrideWaitRequest.class,
      responseType = dev.asyncgate.v1.OverrideWaitResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.OverrideWaitRequest,
      dev.asyncgate.v1.OverrideWaitResponse> getOverrideWaitMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.OverrideWaitRequest, dev.asyncgate.v1.OverrideWaitResponse> getOverrideWaitMethod;
    if ((getOverrideWaitMethod = QueueServiceGrpc.getOverrideWaitMethod) == null) {
      synchronized (QueueServiceGrpc.class) {
        if ((getOverrideWaitMethod = QueueServiceGrpc.getOverrideWaitMethod) == null) {
          QueueServiceGrpc.getOverrideWaitMethod = getOverrideWaitMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.OverrideWaitRequest, dev.asyncgate.v1.OverrideWaitResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "OverrideWait"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.OverrideWaitRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.OverrideWaitResponse.getDefaultInstance()))
              .setSchemaDescriptor(new QueueServiceMethodDescriptorSupplier("OverrideWait"))
              .build();
        }
      }
    }
    return getOverrideWaitMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static QueueServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<QueueServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<QueueServiceStub>() {
        @java.lang.Override
        public QueueServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new QueueServiceStub(channel, callOptions);
        }
      };
    return QueueServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static QueueServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<QueueServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<QueueServiceBlockingV2Stub>() {
        @java.lang.Override
        public QueueServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new QueueServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return QueueServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static QueueServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<QueueServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<QueueServiceBlockingStub>() {
        @java.lang.Override
        public QueueServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new QueueServiceBlockingStub(channel, callOptions);
        }
      };
    return QueueServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static QueueServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<QueueServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<QueueServiceFutureStub>() {
        @java.lang.Override
        public QueueServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new QueueServiceFutureStub(channel, callOptions);
        }
      };
    return QueueServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Shows the queues of a tenant, and holds work back: a whole queue, or one task. Every change leaves an audit record,
   * and so does every refusal of one.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Lists queues by name, with what waits in them.
     * A queue is listed once a task has been created in it, or while it is paused. Counts are cheap and bounded: each
     * says where it ends. The answer is a snapshot.
     * </pre>
     */
    default void listQueues(dev.asyncgate.v1.ListQueuesRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListQueuesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListQueuesMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists the workers that have a session now, by session: what each takes, and how much it holds.
     * A worker that polls ClaimTasks has no session and is not listed; one whose stream broke is, until its session
     * expires.
     * </pre>
     */
    default void listWorkers(dev.asyncgate.v1.ListWorkersRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListWorkersResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListWorkersMethod(), responseObserver);
    }

    /**
     * <pre>
     * Pauses a queue: from the answer on, no server leases a task of it, until ResumeQueue.
     * Tasks that are held go on; new tasks are taken and wait; conditions are met, and deadlines run. A queue that is
     * paused already stays as it is, with its first reason. Reasons: `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void pauseQueue(dev.asyncgate.v1.PauseQueueRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.PauseQueueResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getPauseQueueMethod(), responseObserver);
    }

    /**
     * <pre>
     * Resumes a queue: its tasks are leased again.
     * A queue that is not paused stays as it is. Reasons: `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void resumeQueue(dev.asyncgate.v1.ResumeQueueRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ResumeQueueResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getResumeQueueMethod(), responseObserver);
    }

    /**
     * <pre>
     * Pauses one task that is QUEUED or BLOCKED: no worker gets it until ResumeTask.
     * Its conditions go on being met, its deadlines run, and it can be canceled. A task that is paused already stays as
     * it is. Reasons: `TASK_NOT_FOUND`, `INVALID_TRANSITION` if a worker holds it or it has ended, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void pauseTask(dev.asyncgate.v1.PauseTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.PauseTaskResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getPauseTaskMethod(), responseObserver);
    }

    /**
     * <pre>
     * Resumes a paused task: it is where it would stand without the pause, QUEUED or BLOCKED.
     * A task that is not paused stays as it is. Reasons: `TASK_NOT_FOUND`, `INVALID_TRANSITION` if it has ended,
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void resumeTask(dev.asyncgate.v1.ResumeTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ResumeTaskResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getResumeTaskMethod(), responseObserver);
    }

    /**
     * <pre>
     * Ends the wait of a BLOCKED task as it is: the task is QUEUED.
     * Conditions that were pending are marked `OVERRIDDEN`; the next holder sees it. Reasons: `TASK_NOT_FOUND`,
     * `INVALID_TRANSITION` if the task is not BLOCKED, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void overrideWait(dev.asyncgate.v1.OverrideWaitRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.OverrideWaitResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getOverrideWaitMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service QueueService.
   * <pre>
   * Shows the queues of a tenant, and holds work back: a whole queue, or one task. Every change leaves an audit record,
   * and so does every refusal of one.
   * </pre>
   */
  public static abstract class QueueServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return QueueServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service QueueService.
   * <pre>
   * Shows the queues of a tenant, and holds work back: a whole queue, or one task. Every change leaves an audit record,
   * and so does every refusal of one.
   * </pre>
   */
  public static final class QueueServiceStub
      extends io.grpc.stub.AbstractAsyncStub<QueueServiceStub> {
    private QueueServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected QueueServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new QueueServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Lists queues by name, with what waits in them.
     * A queue is listed once a task has been created in it, or while it is paused. Counts are cheap and bounded: each
     * says where it ends. The answer is a snapshot.
     * </pre>
     */
    public void listQueues(dev.asyncgate.v1.ListQueuesRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListQueuesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListQueuesMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists the workers that have a session now, by session: what each takes, and how much it holds.
     * A worker that polls ClaimTasks has no session and is not listed; one whose stream broke is, until its session
     * expires.
     * </pre>
     */
    public void listWorkers(dev.asyncgate.v1.ListWorkersRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListWorkersResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListWorkersMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Pauses a queue: from the answer on, no server leases a task of it, until ResumeQueue.
     * Tasks that are held go on; new tasks are taken and wait; conditions are met, and deadlines run. A queue that is
     * paused already stays as it is, with its first reason. Reasons: `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void pauseQueue(dev.asyncgate.v1.PauseQueueRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.PauseQueueResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getPauseQueueMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Resumes a queue: its tasks are leased again.
     * A queue that is not paused stays as it is. Reasons: `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void resumeQueue(dev.asyncgate.v1.ResumeQueueRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ResumeQueueResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getResumeQueueMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Pauses one task that is QUEUED or BLOCKED: no worker gets it until ResumeTask.
     * Its conditions go on being met, its deadlines run, and it can be canceled. A task that is paused already stays as
     * it is. Reasons: `TASK_NOT_FOUND`, `INVALID_TRANSITION` if a worker holds it or it has ended, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void pauseTask(dev.asyncgate.v1.PauseTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.PauseTaskResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getPauseTaskMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Resumes a paused task: it is where it would stand without the pause, QUEUED or BLOCKED.
     * A task that is not paused stays as it is. Reasons: `TASK_NOT_FOUND`, `INVALID_TRANSITION` if it has ended,
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void resumeTask(dev.asyncgate.v1.ResumeTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ResumeTaskResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getResumeTaskMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Ends the wait of a BLOCKED task as it is: the task is QUEUED.
     * Conditions that were pending are marked `OVERRIDDEN`; the next holder sees it. Reasons: `TASK_NOT_FOUND`,
     * `INVALID_TRANSITION` if the task is not BLOCKED, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void overrideWait(dev.asyncgate.v1.OverrideWaitRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.OverrideWaitResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getOverrideWaitMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service QueueService.
   * <pre>
   * Shows the queues of a tenant, and holds work back: a whole queue, or one task. Every change leaves an audit record,
   * and so does every refusal of one.
   * </pre>
   */
  public static final class QueueServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<QueueServiceBlockingV2Stub> {
    private QueueServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected QueueServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new QueueServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Lists queues by name, with what waits in them.
     * A queue is listed once a task has been created in it, or while it is paused. Counts are cheap and bounded: each
     * says where it ends. The answer is a snapshot.
     * </pre>
     */
    public dev.asyncgate.v1.ListQueuesResponse listQueues(dev.asyncgate.v1.ListQueuesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListQueuesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the workers that have a session now, by session: what each takes, and how much it holds.
     * A worker that polls ClaimTasks has no session and is not listed; one whose stream broke is, until its session
     * expires.
     * </pre>
     */
    public dev.asyncgate.v1.ListWorkersResponse listWorkers(dev.asyncgate.v1.ListWorkersRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListWorkersMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Pauses a queue: from the answer on, no server leases a task of it, until ResumeQueue.
     * Tasks that are held go on; new tasks are taken and wait; conditions are met, and deadlines run. A queue that is
     * paused already stays as it is, with its first reason. Reasons: `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.PauseQueueResponse pauseQueue(dev.asyncgate.v1.PauseQueueRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getPauseQueueMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Resumes a queue: its tasks are leased again.
     * A queue that is not paused stays as it is. Reasons: `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.ResumeQueueResponse resumeQueue(dev.asyncgate.v1.ResumeQueueRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getResumeQueueMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Pauses one task that is QUEUED or BLOCKED: no worker gets it until ResumeTask.
     * Its conditions go on being met, its deadlines run, and it can be canceled. A task that is paused already stays as
     * it is. Reasons: `TASK_NOT_FOUND`, `INVALID_TRANSITION` if a worker holds it or it has ended, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.PauseTaskResponse pauseTask(dev.asyncgate.v1.PauseTaskRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getPauseTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Resumes a paused task: it is where it would stand without the pause, QUEUED or BLOCKED.
     * A task that is not paused stays as it is. Reasons: `TASK_NOT_FOUND`, `INVALID_TRANSITION` if it has ended,
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.ResumeTaskResponse resumeTask(dev.asyncgate.v1.ResumeTaskRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getResumeTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Ends the wait of a BLOCKED task as it is: the task is QUEUED.
     * Conditions that were pending are marked `OVERRIDDEN`; the next holder sees it. Reasons: `TASK_NOT_FOUND`,
     * `INVALID_TRANSITION` if the task is not BLOCKED, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.OverrideWaitResponse overrideWait(dev.asyncgate.v1.OverrideWaitRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getOverrideWaitMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service QueueService.
   * <pre>
   * Shows the queues of a tenant, and holds work back: a whole queue, or one task. Every change leaves an audit record,
   * and so does every refusal of one.
   * </pre>
   */
  public static final class QueueServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<QueueServiceBlockingStub> {
    private QueueServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected QueueServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new QueueServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Lists queues by name, with what waits in them.
     * A queue is listed once a task has been created in it, or while it is paused. Counts are cheap and bounded: each
     * says where it ends. The answer is a snapshot.
     * </pre>
     */
    public dev.asyncgate.v1.ListQueuesResponse listQueues(dev.asyncgate.v1.ListQueuesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListQueuesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the workers that have a session now, by session: what each takes, and how much it holds.
     * A worker that polls ClaimTasks has no session and is not listed; one whose stream broke is, until its session
     * expires.
     * </pre>
     */
    public dev.asyncgate.v1.ListWorkersResponse listWorkers(dev.asyncgate.v1.ListWorkersRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListWorkersMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Pauses a queue: from the answer on, no server leases a task of it, until ResumeQueue.
     * Tasks that are held go on; new tasks are taken and wait; conditions are met, and deadlines run. A queue that is
     * paused already stays as it is, with its first reason. Reasons: `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.PauseQueueResponse pauseQueue(dev.asyncgate.v1.PauseQueueRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getPauseQueueMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Resumes a queue: its tasks are leased again.
     * A queue that is not paused stays as it is. Reasons: `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.ResumeQueueResponse resumeQueue(dev.asyncgate.v1.ResumeQueueRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getResumeQueueMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Pauses one task that is QUEUED or BLOCKED: no worker gets it until ResumeTask.
     * Its conditions go on being met, its deadlines run, and it can be canceled. A task that is paused already stays as
     * it is. Reasons: `TASK_NOT_FOUND`, `INVALID_TRANSITION` if a worker holds it or it has ended, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.PauseTaskResponse pauseTask(dev.asyncgate.v1.PauseTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getPauseTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Resumes a paused task: it is where it would stand without the pause, QUEUED or BLOCKED.
     * A task that is not paused stays as it is. Reasons: `TASK_NOT_FOUND`, `INVALID_TRANSITION` if it has ended,
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.ResumeTaskResponse resumeTask(dev.asyncgate.v1.ResumeTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getResumeTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Ends the wait of a BLOCKED task as it is: the task is QUEUED.
     * Conditions that were pending are marked `OVERRIDDEN`; the next holder sees it. Reasons: `TASK_NOT_FOUND`,
     * `INVALID_TRANSITION` if the task is not BLOCKED, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.OverrideWaitResponse overrideWait(dev.asyncgate.v1.OverrideWaitRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getOverrideWaitMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service QueueService.
   * <pre>
   * Shows the queues of a tenant, and holds work back: a whole queue, or one task. Every change leaves an audit record,
   * and so does every refusal of one.
   * </pre>
   */
  public static final class QueueServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<QueueServiceFutureStub> {
    private QueueServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected QueueServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new QueueServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Lists queues by name, with what waits in them.
     * A queue is listed once a task has been created in it, or while it is paused. Counts are cheap and bounded: each
     * says where it ends. The answer is a snapshot.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListQueuesResponse> listQueues(
        dev.asyncgate.v1.ListQueuesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListQueuesMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists the workers that have a session now, by session: what each takes, and how much it holds.
     * A worker that polls ClaimTasks has no session and is not listed; one whose stream broke is, until its session
     * expires.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListWorkersResponse> listWorkers(
        dev.asyncgate.v1.ListWorkersRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListWorkersMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Pauses a queue: from the answer on, no server leases a task of it, until ResumeQueue.
     * Tasks that are held go on; new tasks are taken and wait; conditions are met, and deadlines run. A queue that is
     * paused already stays as it is, with its first reason. Reasons: `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.PauseQueueResponse> pauseQueue(
        dev.asyncgate.v1.PauseQueueRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getPauseQueueMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Resumes a queue: its tasks are leased again.
     * A queue that is not paused stays as it is. Reasons: `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ResumeQueueResponse> resumeQueue(
        dev.asyncgate.v1.ResumeQueueRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getResumeQueueMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Pauses one task that is QUEUED or BLOCKED: no worker gets it until ResumeTask.
     * Its conditions go on being met, its deadlines run, and it can be canceled. A task that is paused already stays as
     * it is. Reasons: `TASK_NOT_FOUND`, `INVALID_TRANSITION` if a worker holds it or it has ended, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.PauseTaskResponse> pauseTask(
        dev.asyncgate.v1.PauseTaskRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getPauseTaskMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Resumes a paused task: it is where it would stand without the pause, QUEUED or BLOCKED.
     * A task that is not paused stays as it is. Reasons: `TASK_NOT_FOUND`, `INVALID_TRANSITION` if it has ended,
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ResumeTaskResponse> resumeTask(
        dev.asyncgate.v1.ResumeTaskRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getResumeTaskMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Ends the wait of a BLOCKED task as it is: the task is QUEUED.
     * Conditions that were pending are marked `OVERRIDDEN`; the next holder sees it. Reasons: `TASK_NOT_FOUND`,
     * `INVALID_TRANSITION` if the task is not BLOCKED, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.OverrideWaitResponse> overrideWait(
        dev.asyncgate.v1.OverrideWaitRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getOverrideWaitMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_LIST_QUEUES = 0;
  private static final int METHODID_LIST_WORKERS = 1;
  private static final int METHODID_PAUSE_QUEUE = 2;
  private static final int METHODID_RESUME_QUEUE = 3;
  private static final int METHODID_PAUSE_TASK = 4;
  private static final int METHODID_RESUME_TASK = 5;
  private static final int METHODID_OVERRIDE_WAIT = 6;

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
        case METHODID_LIST_QUEUES:
          serviceImpl.listQueues((dev.asyncgate.v1.ListQueuesRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListQueuesResponse>) responseObserver);
          break;
        case METHODID_LIST_WORKERS:
          serviceImpl.listWorkers((dev.asyncgate.v1.ListWorkersRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListWorkersResponse>) responseObserver);
          break;
        case METHODID_PAUSE_QUEUE:
          serviceImpl.pauseQueue((dev.asyncgate.v1.PauseQueueRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.PauseQueueResponse>) responseObserver);
          break;
        case METHODID_RESUME_QUEUE:
          serviceImpl.resumeQueue((dev.asyncgate.v1.ResumeQueueRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ResumeQueueResponse>) responseObserver);
          break;
        case METHODID_PAUSE_TASK:
          serviceImpl.pauseTask((dev.asyncgate.v1.PauseTaskRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.PauseTaskResponse>) responseObserver);
          break;
        case METHODID_RESUME_TASK:
          serviceImpl.resumeTask((dev.asyncgate.v1.ResumeTaskRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ResumeTaskResponse>) responseObserver);
          break;
        case METHODID_OVERRIDE_WAIT:
          serviceImpl.overrideWait((dev.asyncgate.v1.OverrideWaitRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.OverrideWaitResponse>) responseObserver);
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
          getListQueuesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListQueuesRequest,
              dev.asyncgate.v1.ListQueuesResponse>(
                service, METHODID_LIST_QUEUES)))
        .addMethod(
          getListWorkersMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListWorkersRequest,
              dev.asyncgate.v1.ListWorkersResponse>(
                service, METHODID_LIST_WORKERS)))
        .addMethod(
          getPauseQueueMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.PauseQueueRequest,
              dev.asyncgate.v1.PauseQueueResponse>(
                service, METHODID_PAUSE_QUEUE)))
        .addMethod(
          getResumeQueueMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ResumeQueueRequest,
              dev.asyncgate.v1.ResumeQueueResponse>(
                service, METHODID_RESUME_QUEUE)))
        .addMethod(
          getPauseTaskMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.PauseTaskRequest,
              dev.asyncgate.v1.PauseTaskResponse>(
                service, METHODID_PAUSE_TASK)))
        .addMethod(
          getResumeTaskMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ResumeTaskRequest,
              dev.asyncgate.v1.ResumeTaskResponse>(
                service, METHODID_RESUME_TASK)))
        .addMethod(
          getOverrideWaitMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.OverrideWaitRequest,
              dev.asyncgate.v1.OverrideWaitResponse>(
                service, METHODID_OVERRIDE_WAIT)))
        .build();
  }

  private static abstract class QueueServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    QueueServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return dev.asyncgate.v1.QueueServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("QueueService");
    }
  }

  private static final class QueueServiceFileDescriptorSupplier
      extends QueueServiceBaseDescriptorSupplier {
    QueueServiceFileDescriptorSupplier() {}
  }

  private static final class QueueServiceMethodDescriptorSupplier
      extends QueueServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    QueueServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (QueueServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new QueueServiceFileDescriptorSupplier())
              .addMethod(getListQueuesMethod())
              .addMethod(getListWorkersMethod())
              .addMethod(getPauseQueueMethod())
              .addMethod(getResumeQueueMethod())
              .addMethod(getPauseTaskMethod())
              .addMethod(getResumeTaskMethod())
              .addMethod(getOverrideWaitMethod())
              .build();
        }
      }
    }
    return result;
  }
}
