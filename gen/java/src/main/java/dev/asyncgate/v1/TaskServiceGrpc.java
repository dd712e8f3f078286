package dev.asyncgate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Creates tasks and follows them. Callers see the tasks that they created, hold or owe; the scope `tasks:read_all`
 * shows all of the tenant.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class TaskServiceGrpc {

  private TaskServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "asyncgate.v1.TaskService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.CreateTaskRequest,
      dev.asyncgate.v1.CreateTaskResponse> getCreateTaskMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CreateTask",
      requestType = dev.asyncgate.v1.CreateTaskRequest.class,
      responseType = dev.asyncgate.v1.CreateTaskResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.CreateTaskRequest,
      dev.asyncgate.v1.CreateTaskResponse> getCreateTaskMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.CreateTaskRequest, dev.asyncgate.v1.CreateTaskResponse> getCreateTaskMethod;
    if ((getCreateTaskMethod = TaskServiceGrpc.getCreateTaskMethod) == null) {
      synchronized (TaskServiceGrpc.class) {
        if ((getCreateTaskMethod = TaskServiceGrpc.getCreateTaskMethod) == null) {
          TaskServiceGrpc.getCreateTaskMethod = getCreateTaskMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.CreateTaskRequest, dev.asyncgate.v1.CreateTaskResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CreateTask"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CreateTaskRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CreateTaskResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TaskServiceMethodDescriptorSupplier("CreateTask"))
              .build();
        }
      }
    }
    return getCreateTaskMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.CreateTasksRequest,
      dev.asyncgate.v1.CreateTasksResponse> getCreateTasksMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CreateTasks",
      requestType = dev.asyncgate.v1.CreateTasksRequest.class,
      responseType = dev.asyncgate.v1.CreateTasksResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.CreateTasksRequest,
      dev.asyncgate.v1.CreateTasksResponse> getCreateTasksMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.CreateTasksRequest, dev.asyncgate.v1.CreateTasksResponse> getCreateTasksMethod;
    if ((getCreateTasksMethod = TaskServiceGrpc.getCreateTasksMethod) == null) {
      synchronized (TaskServiceGrpc.class) {
        if ((getCreateTasksMethod = TaskServiceGrpc.getCreateTasksMethod) == null) {
          TaskServiceGrpc.getCreateTasksMethod = getCreateTasksMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.CreateTasksRequest, dev.asyncgate.v1.CreateTasksResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CreateTasks"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CreateTasksRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CreateTasksResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TaskServiceMethodDescriptorSupplier("CreateTasks"))
              .build();
        }
      }
    }
    return getCreateTasksMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.GetTaskRequest,
      dev.asyncgate.v1.GetTaskResponse> getGetTaskMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetTask",
      requestType = dev.asyncgate.v1.GetTaskRequest.class,
      responseType = dev.asyncgate.v1.GetTaskResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.GetTaskRequest,
      dev.asyncgate.v1.GetTaskResponse> getGetTaskMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.GetTaskRequest, dev.asyncgate.v1.GetTaskResponse> getGetTaskMethod;
    if ((getGetTaskMethod = TaskServiceGrpc.getGetTaskMethod) == null) {
      synchronized (TaskServiceGrpc.class) {
        if ((getGetTaskMethod = TaskServiceGrpc.getGetTaskMethod) == null) {
          TaskServiceGrpc.getGetTaskMethod = getGetTaskMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.GetTaskRequest, dev.asyncgate.v1.GetTaskResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetTask"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetTaskRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetTaskResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TaskServiceMethodDescriptorSupplier("GetTask"))
              .build();
        }
      }
    }
    return getGetTaskMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListTasksRequest,
      dev.asyncgate.v1.ListTasksResponse> getListTasksMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListTasks",
      requestType = dev.asyncgate.v1.ListTasksRequest.class,
      responseType = dev.asyncgate.v1.ListTasksResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListTasksRequest,
      dev.asyncgate.v1.ListTasksResponse> getListTasksMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListTasksRequest, dev.asyncgate.v1.ListTasksResponse> getListTasksMethod;
    if ((getListTasksMethod = TaskServiceGrpc.getListTasksMethod) == null) {
      synchronized (TaskServiceGrpc.class) {
        if ((getListTasksMethod = TaskServiceGrpc.getListTasksMethod) == null) {
          TaskServiceGrpc.getListTasksMethod = getListTasksMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListTasksRequest, dev.asyncgate.v1.ListTasksResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListTasks"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListTasksRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListTasksResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TaskServiceMethodDescriptorSupplier("ListTasks"))
              .build();
        }
      }
    }
    return getListTasksMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ExplainTaskRequest,
      dev.asyncgate.v1.ExplainTaskResponse> getExplainTaskMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ExplainTask",
      requestType = dev.asyncgate.v1.ExplainTaskRequest.class,
      responseType = dev.asyncgate.v1.ExplainTaskResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ExplainTaskRequest,
      dev.asyncgate.v1.ExplainTaskResponse> getExplainTaskMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ExplainTaskRequest, dev.asyncgate.v1.ExplainTaskResponse> getExplainTaskMethod;
    if ((getExplainTaskMethod = TaskServiceGrpc.getExplainTaskMethod) == null) {
      synchronized (TaskServiceGrpc.class) {
        if ((getExplainTaskMethod = TaskServiceGrpc.getExplainTaskMethod) == null) {
          TaskServiceGrpc.getExplainTaskMethod = getExplainTaskMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ExplainTaskRequest, dev.asyncgate.v1.ExplainTaskResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ExplainTask"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ExplainTaskRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ExplainTaskResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TaskServiceMethodDescriptorSupplier("ExplainTask"))
              .build();
        }
      }
    }
    return getExplainTaskMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.GetTaskTreeRequest,
      dev.asyncgate.v1.GetTaskTreeResponse> getGetTaskTreeMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetTaskTree",
      requestType = dev.asyncgate.v1.GetTaskTreeRequest.class,
      responseType = dev.asyncgate.v1.GetTaskTreeResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.GetTaskTreeRequest,
      dev.asyncgate.v1.GetTaskTreeResponse> getGetTaskTreeMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.GetTaskTreeRequest, dev.asyncgate.v1.GetTaskTreeResponse> getGetTaskTreeMethod;
    if ((getGetTaskTreeMethod = TaskServiceGrpc.getGetTaskTreeMethod) == null) {
      synchronized (TaskServiceGrpc.class) {
        if ((getGetTaskTreeMethod = TaskServiceGrpc.getGetTaskTreeMethod) == null) {
          TaskServiceGrpc.getGetTaskTreeMethod = getGetTaskTreeMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.GetTaskTreeRequest, dev.asyncgate.v1.GetTaskTreeResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetTaskTree"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetTaskTreeRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetTaskTreeResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TaskServiceMethodDescriptorSupplier("GetTaskTree"))
              .build();
        }
      }
    }
    return getGetTaskTreeMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.CancelTaskRequest,
      dev.asyncgate.v1.CancelTaskResponse> getCancelTaskMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CancelTask",
      requestType = dev.asyncgate.v1.CancelTaskRequest.class,
      responseType = dev.asyncgate.v1.CancelTaskResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.CancelTaskRequest,
      dev.asyncgate.v1.CancelTaskResponse> getCancelTaskMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.CancelTaskRequest, dev.asyncgate.v1.CancelTaskResponse> getCancelTaskMethod;
    if ((getCancelTaskMethod = TaskServiceGrpc.getCancelTaskMethod) == null) {
      synchronized (TaskServiceGrpc.class) {
        if ((getCancelTaskMethod = TaskServiceGrpc.getCancelTaskMethod) == null) {
          TaskServiceGrpc.getCancelTaskMethod = getCancelTaskMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.CancelTaskRequest, dev.asyncgate.v1.CancelTaskResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CancelTask"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CancelTaskRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CancelTaskResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TaskServiceMethodDescriptorSupplier("CancelTask"))
              .build();
        }
      }
    }
    return getCancelTaskMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ProvideInputRequest,
      dev.asyncgate.v1.ProvideInputResponse> getProvideInputMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ProvideInput",
      requestType = dev.asyncgate.v1.ProvideInputRequest.class,
      responseType = dev.asyncgate.v1.ProvideInputResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ProvideInputRequest,
      dev.asyncgate.v1.ProvideInputResponse> getProvideInputMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ProvideInputRequest, dev.asyncgate.v1.ProvideInputResponse> getProvideInputMethod;
    if ((getProvideInputMethod = TaskServiceGrpc.getProvideInputMethod) == null) {
      synchronized (TaskServiceGrpc.class) {
        if ((getProvideInputMethod = TaskServiceGrpc.getProvideInputMethod) == null) {
          TaskServiceGrpc.getProvideInputMethod = getProvideInputMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ProvideInputRequest, dev.asyncgate.v1.ProvideInputResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ProvideInput"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ProvideInputRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ProvideInputResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TaskServiceMethodDescriptorSupplier("ProvideInput"))
              .build();
        }
      }
    }
    return getProvideInputMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.AwaitTaskRequest,
      dev.asyncgate.v1.AwaitTaskResponse> getAwaitTaskMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "AwaitTask",
      requestType = dev.asyncgate.v1.AwaitTaskRequest.class,
      responseType = dev.asyncgate.v1.AwaitTaskResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.AwaitTaskRequest,
      dev.asyncgate.v1.AwaitTaskResponse> getAwaitTaskMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.AwaitTaskRequest, dev.asyncgate.v1.AwaitTaskResponse> getAwaitTaskMethod;
    if ((getAwaitTaskMethod = TaskServiceGrpc.getAwaitTaskMethod) == null) {
      synchronized (TaskServiceGrpc.class) {
        if ((getAwaitTaskMethod = TaskServiceGrpc.getAwaitTaskMethod) == null) {
          TaskServiceGrpc.getAwaitTaskMethod = getAwaitTaskMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.AwaitTaskRequest, dev.asyncgate.v1.AwaitTaskResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "AwaitTask"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.AwaitTaskRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.AwaitTaskResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TaskServiceMethodDescriptorSupplier("AwaitTask"))
              .build();
        }
      }
    }
    return getAwaitTaskMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.WatchTaskRequest,
      dev.asyncgate.v1.WatchTaskResponse> getWatchTaskMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "WatchTask",
      requestType = dev.asyncgate.v1.WatchTaskRequest.class,
      responseType = dev.asyncgate.v1.WatchTaskResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.WatchTaskRequest,
      dev.asyncgate.v1.WatchTaskResponse> getWatchTaskMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.WatchTaskRequest, dev.asyncgate.v1.WatchTaskResponse> getWatchTaskMethod;
    if ((getWatchTaskMethod = TaskServiceGrpc.getWatchTaskMethod) == null) {
      synchronized (TaskServiceGrpc.class) {
        if ((getWatchTaskMethod = TaskServiceGrpc.getWatchTaskMethod) == null) {
          TaskServiceGrpc.getWatchTaskMethod = getWatchTaskMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.WatchTaskRequest, dev.asyncgate.v1.WatchTaskResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "WatchTask"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.WatchTaskRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.WatchTaskResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TaskServiceMethodDescriptorSupplier("WatchTask"))
              .build();
        }
      }
    }
    return getWatchTaskMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static TaskServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TaskServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TaskServiceStub>() {
        @java.lang.Override
        public TaskServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TaskServiceStub(channel, callOptions);
        }
      };
    return TaskServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static TaskServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TaskServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TaskServiceBlockingV2Stub>() {
        @java.lang.Override
        public TaskServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TaskServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return TaskServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static TaskServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TaskServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TaskServiceBlockingStub>() {
        @java.lang.Override
        public TaskServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TaskServiceBlockingStub(channel, callOptions);
        }
      };
    return TaskServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static TaskServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TaskServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TaskServiceFutureStub>() {
        @java.lang.Override
        public TaskServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TaskServiceFutureStub(channel, callOptions);
        }
      };
    return TaskServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Creates tasks and follows them. Callers see the tasks that they created, hold or owe; the scope `tasks:read_all`
   * shows all of the tenant.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Creates one task.
     * Task and `task.assigned` receipt are committed together before the answer is sent. Repeated with the same
     * `idempotency_key` or `request_id` by the same principal, it answers with the task as it stands and `existed`, and
     * writes nothing; the same key with another request is refused with `IDEMPOTENCY_CONFLICT`. With a `name` that a live
     * task bears, it is refused with `NAME_TAKEN`, or does what `on_name_taken` says. With a `wait`, it is BLOCKED until
     * that is over. With `under`, it is a child of the task that the caller holds; then the scope
     * `tasks:create_children` is enough, and the reasons are also those of a holder's call, and `BUDGET_EXCEEDED`. Other
     * reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED`, `PARENT_NOT_FOUND`, and `TASK_NOT_FOUND` for a task to wait for. If
     * there is no answer, repeat the call with the same key.
     * </pre>
     */
    default void createTask(dev.asyncgate.v1.CreateTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CreateTaskResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCreateTaskMethod(), responseObserver);
    }

    /**
     * <pre>
     * Creates up to 500 tasks.
     * Answers item by item, in order; a bad item does not fail its neighbours. The good ones are committed together. Each
     * item is treated as CreateTask treats it. With a `request_id` of the batch, items without a key of their own are
     * created only once, too; repeated, the batch tries the items again that were refused.
     * </pre>
     */
    default void createTasks(dev.asyncgate.v1.CreateTasksRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CreateTasksResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCreateTasksMethod(), responseObserver);
    }

    /**
     * <pre>
     * Reads one task.
     * A name finds only the live task that bears it; ListTasks with `name` shows those that have ended. Reasons:
     * `TASK_NOT_FOUND`, also for tasks the caller may not read.
     * </pre>
     */
    default void getTask(dev.asyncgate.v1.GetTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetTaskResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetTaskMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists tasks, newest first.
     * Filters apply before paging. A page is shorter than asked for if it is the last one, or if its tasks are so large
     * that an answer holds no more of them: only an empty `next_page_token` marks the last page. A page is a snapshot of
     * its moment; tasks that change between pages may be missed or seen by a state filter, and never twice.
     * </pre>
     */
    default void listTasks(dev.asyncgate.v1.ListTasksRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListTasksResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListTasksMethod(), responseObserver);
    }

    /**
     * <pre>
     * Explains why a task does not run, or what it is doing.
     * It says what keeps the task from every worker, what else makes it wait, which workers fit and how many there are,
     * which tasks are before it, who holds it and was heard of when, and what would move it. Nothing is counted without a
     * bound. A caller that may read the task may have it explained. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    default void explainTask(dev.asyncgate.v1.ExplainTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ExplainTaskResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getExplainTaskMethod(), responseObserver);
    }

    /**
     * <pre>
     * Shows a task and everything below it, in outline: who asked for what, and how far each is.
     * Parents come before their children, level by level, and children in the order of their creation. A caller that may
     * read the task may see the outline of its tree; GetTask shows the details of those that it may read. Reasons:
     * `TASK_NOT_FOUND`.
     * </pre>
     */
    default void getTaskTree(dev.asyncgate.v1.GetTaskTreeRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetTaskTreeResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetTaskTreeMethod(), responseObserver);
    }

    /**
     * <pre>
     * Cancels a task.
     * By default at once: the task becomes CANCELED, with its receipts, in one transaction; its holder is fenced off, and
     * learns of it from its next answer. Its children are canceled after it, down the tree. With `grace_period`, a held task goes on with `cancel_requested` until its
     * holder ends it or the period is over. A cancellation races with completion and exactly one wins; the loser is
     * answered `INVALID_TRANSITION` with the winner's state. Canceling a canceled task is answered as the first time.
     * Called with a name, a repeated call needs a `request_id`, as the next task may bear the name by then.
     * Other reasons: `TASK_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void cancelTask(dev.asyncgate.v1.CancelTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CancelTaskResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCancelTaskMethod(), responseObserver);
    }

    /**
     * <pre>
     * Answers or declines the open question of a task.
     * The task is QUEUED, or goes on being PAUSED; its next holder gets the answer. The `input.provided` or
     * `input.declined` receipt closes the obligation, all in one transaction, and one answer is taken: another call is
     * refused with `INPUT_ANSWERED`, whose facts say how the question was settled and by which principal. The addressee may
     * call, the second addressee once the question was escalated, and those that the asker also allowed. Repeated with the
     * same `request_id`, it is answered as the first time. Reasons: `INVALID_ARGUMENT` with every way in which the answer
     * does not fit, `TASK_NOT_FOUND`, `RECEIPT_NOT_FOUND` for a question that the task has not asked, `PERMISSION_DENIED`,
     * `INPUT_ANSWERED`, `INVALID_TRANSITION` if the task has ended, `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void provideInput(dev.asyncgate.v1.ProvideInputRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ProvideInputResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getProvideInputMethod(), responseObserver);
    }

    /**
     * <pre>
     * Waits until a task has ended, at most 50 s, and reads it.
     * If the task in the answer has not ended, call again; that is no error. Called with a name, call again with the id of
     * that task, as the name may have passed on. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    default void awaitTask(dev.asyncgate.v1.AwaitTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.AwaitTaskResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getAwaitTaskMethod(), responseObserver);
    }

    /**
     * <pre>
     * Follows a task: first a snapshot, then every change and the latest progress, until it ends.
     * The stream ends by itself after the terminal state. After a disconnect, call again with `after_version` set to the
     * version of the last task that you received: every change since then comes, in order. Progress notes that came
     * faster than they could be sent are merged into the latest. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    default void watchTask(dev.asyncgate.v1.WatchTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.WatchTaskResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getWatchTaskMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service TaskService.
   * <pre>
   * Creates tasks and follows them. Callers see the tasks that they created, hold or owe; the scope `tasks:read_all`
   * shows all of the tenant.
   * </pre>
   */
  public static abstract class TaskServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return TaskServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service TaskService.
   * <pre>
   * Creates tasks and follows them. Callers see the tasks that they created, hold or owe; the scope `tasks:read_all`
   * shows all of the tenant.
   * </pre>
   */
  public static final class TaskServiceStub
      extends io.grpc.stub.AbstractAsyncStub<TaskServiceStub> {
    private TaskServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TaskServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TaskServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Creates one task.
     * Task and `task.assigned` receipt are committed together before the answer is sent. Repeated with the same
     * `idempotency_key` or `request_id` by the same principal, it answers with the task as it stands and `existed`, and
     * writes nothing; the same key with another request is refused with `IDEMPOTENCY_CONFLICT`. With a `name` that a live
     * task bears, it is refused with `NAME_TAKEN`, or does what `on_name_taken` says. With a `wait`, it is BLOCKED until
     * that is over. With `under`, it is a child of the task that the caller holds; then the scope
     * `tasks:create_children` is enough, and the reasons are also those of a holder's call, and `BUDGET_EXCEEDED`. Other
     * reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED`, `PARENT_NOT_FOUND`, and `TASK_NOT_FOUND` for a task to wait for. If
     * there is no answer, repeat the call with the same key.
     * </pre>
     */
    public void createTask(dev.asyncgate.v1.CreateTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CreateTaskResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCreateTaskMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Creates up to 500 tasks.
     * Answers item by item, in order; a bad item does not fail its neighbours. The good ones are committed together. Each
     * item is treated as CreateTask treats it. With a `request_id` of the batch, items without a key of their own are
     * created only once, too; repeated, the batch tries the items again that were refused.
     * </pre>
     */
    public void createTasks(dev.asyncgate.v1.CreateTasksRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CreateTasksResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCreateTasksMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Reads one task.
     * A name finds only the live task that bears it; ListTasks with `name` shows those that have ended. Reasons:
     * `TASK_NOT_FOUND`, also for tasks the caller may not read.
     * </pre>
     */
    public void getTask(dev.asyncgate.v1.GetTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetTaskResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetTaskMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists tasks, newest first.
     * Filters apply before paging. A page is shorter than asked for if it is the last one, or if its tasks are so large
     * that an answer holds no more of them: only an empty `next_page_token` marks the last page. A page is a snapshot of
     * its moment; tasks that change between pages may be missed or seen by a state filter, and never twice.
     * </pre>
     */
    public void listTasks(dev.asyncgate.v1.ListTasksRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListTasksResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListTasksMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Explains why a task does not run, or what it is doing.
     * It says what keeps the task from every worker, what else makes it wait, which workers fit and how many there are,
     * which tasks are before it, who holds it and was heard of when, and what would move it. Nothing is counted without a
     * bound. A caller that may read the task may have it explained. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public void explainTask(dev.asyncgate.v1.ExplainTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ExplainTaskResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getExplainTaskMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Shows a task and everything below it, in outline: who asked for what, and how far each is.
     * Parents come before their children, level by level, and children in the order of their creation. A caller that may
     * read the task may see the outline of its tree; GetTask shows the details of those that it may read. Reasons:
     * `TASK_NOT_FOUND`.
     * </pre>
     */
    public void getTaskTree(dev.asyncgate.v1.GetTaskTreeRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetTaskTreeResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetTaskTreeMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Cancels a task.
     * By default at once: the task becomes CANCELED, with its receipts, in one transaction; its holder is fenced off, and
     * learns of it from its next answer. Its children are canceled after it, down the tree. With `grace_period`, a held task goes on with `cancel_requested` until its
     * holder ends it or the period is over. A cancellation races with completion and exactly one wins; the loser is
     * answered `INVALID_TRANSITION` with the winner's state. Canceling a canceled task is answered as the first time.
     * Called with a name, a repeated call needs a `request_id`, as the next task may bear the name by then.
     * Other reasons: `TASK_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void cancelTask(dev.asyncgate.v1.CancelTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CancelTaskResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCancelTaskMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Answers or declines the open question of a task.
     * The task is QUEUED, or goes on being PAUSED; its next holder gets the answer. The `input.provided` or
     * `input.declined` receipt closes the obligation, all in one transaction, and one answer is taken: another call is
     * refused with `INPUT_ANSWERED`, whose facts say how the question was settled and by which principal. The addressee may
     * call, the second addressee once the question was escalated, and those that the asker also allowed. Repeated with the
     * same `request_id`, it is answered as the first time. Reasons: `INVALID_ARGUMENT` with every way in which the answer
     * does not fit, `TASK_NOT_FOUND`, `RECEIPT_NOT_FOUND` for a question that the task has not asked, `PERMISSION_DENIED`,
     * `INPUT_ANSWERED`, `INVALID_TRANSITION` if the task has ended, `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void provideInput(dev.asyncgate.v1.ProvideInputRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ProvideInputResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getProvideInputMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Waits until a task has ended, at most 50 s, and reads it.
     * If the task in the answer has not ended, call again; that is no error. Called with a name, call again with the id of
     * that task, as the name may have passed on. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public void awaitTask(dev.asyncgate.v1.AwaitTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.AwaitTaskResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getAwaitTaskMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Follows a task: first a snapshot, then every change and the latest progress, until it ends.
     * The stream ends by itself after the terminal state. After a disconnect, call again with `after_version` set to the
     * version of the last task that you received: every change since then comes, in order. Progress notes that came
     * faster than they could be sent are merged into the latest. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public void watchTask(dev.asyncgate.v1.WatchTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.WatchTaskResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getWatchTaskMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service TaskService.
   * <pre>
   * Creates tasks and follows them. Callers see the tasks that they created, hold or owe; the scope `tasks:read_all`
   * shows all of the tenant.
   * </pre>
   */
  public static final class TaskServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<TaskServiceBlockingV2Stub> {
    private TaskServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TaskServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TaskServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Creates one task.
     * Task and `task.assigned` receipt are committed together before the answer is sent. Repeated with the same
     * `idempotency_key` or `request_id` by the same principal, it answers with the task as it stands and `existed`, and
     * writes nothing; the same key with another request is refused with `IDEMPOTENCY_CONFLICT`. With a `name` that a live
     * task bears, it is refused with `NAME_TAKEN`, or does what `on_name_taken` says. With a `wait`, it is BLOCKED until
     * that is over. With `under`, it is a child of the task that the caller holds; then the scope
     * `tasks:create_children` is enough, and the reasons are also those of a holder's call, and `BUDGET_EXCEEDED`. Other
     * reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED`, `PARENT_NOT_FOUND`, and `TASK_NOT_FOUND` for a task to wait for. If
     * there is no answer, repeat the call with the same key.
     * </pre>
     */
    public dev.asyncgate.v1.CreateTaskResponse createTask(dev.asyncgate.v1.CreateTaskRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCreateTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Creates up to 500 tasks.
     * Answers item by item, in order; a bad item does not fail its neighbours. The good ones are committed together. Each
     * item is treated as CreateTask treats it. With a `request_id` of the batch, items without a key of their own are
     * created only once, too; repeated, the batch tries the items again that were refused.
     * </pre>
     */
    public dev.asyncgate.v1.CreateTasksResponse createTasks(dev.asyncgate.v1.CreateTasksRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCreateTasksMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads one task.
     * A name finds only the live task that bears it; ListTasks with `name` shows those that have ended. Reasons:
     * `TASK_NOT_FOUND`, also for tasks the caller may not read.
     * </pre>
     */
    public dev.asyncgate.v1.GetTaskResponse getTask(dev.asyncgate.v1.GetTaskRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists tasks, newest first.
     * Filters apply before paging. A page is shorter than asked for if it is the last one, or if its tasks are so large
     * that an answer holds no more of them: only an empty `next_page_token` marks the last page. A page is a snapshot of
     * its moment; tasks that change between pages may be missed or seen by a state filter, and never twice.
     * </pre>
     */
    public dev.asyncgate.v1.ListTasksResponse listTasks(dev.asyncgate.v1.ListTasksRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListTasksMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Explains why a task does not run, or what it is doing.
     * It says what keeps the task from every worker, what else makes it wait, which workers fit and how many there are,
     * which tasks are before it, who holds it and was heard of when, and what would move it. Nothing is counted without a
     * bound. A caller that may read the task may have it explained. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ExplainTaskResponse explainTask(dev.asyncgate.v1.ExplainTaskRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getExplainTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Shows a task and everything below it, in outline: who asked for what, and how far each is.
     * Parents come before their children, level by level, and children in the order of their creation. A caller that may
     * read the task may see the outline of its tree; GetTask shows the details of those that it may read. Reasons:
     * `TASK_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.GetTaskTreeResponse getTaskTree(dev.asyncgate.v1.GetTaskTreeRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetTaskTreeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Cancels a task.
     * By default at once: the task becomes CANCELED, with its receipts, in one transaction; its holder is fenced off, and
     * learns of it from its next answer. Its children are canceled after it, down the tree. With `grace_period`, a held task goes on with `cancel_requested` until its
     * holder ends it or the period is over. A cancellation races with completion and exactly one wins; the loser is
     * answered `INVALID_TRANSITION` with the winner's state. Canceling a canceled task is answered as the first time.
     * Called with a name, a repeated call needs a `request_id`, as the next task may bear the name by then.
     * Other reasons: `TASK_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.CancelTaskResponse cancelTask(dev.asyncgate.v1.CancelTaskRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCancelTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Answers or declines the open question of a task.
     * The task is QUEUED, or goes on being PAUSED; its next holder gets the answer. The `input.provided` or
     * `input.declined` receipt closes the obligation, all in one transaction, and one answer is taken: another call is
     * refused with `INPUT_ANSWERED`, whose facts say how the question was settled and by which principal. The addressee may
     * call, the second addressee once the question was escalated, and those that the asker also allowed. Repeated with the
     * same `request_id`, it is answered as the first time. Reasons: `INVALID_ARGUMENT` with every way in which the answer
     * does not fit, `TASK_NOT_FOUND`, `RECEIPT_NOT_FOUND` for a question that the task has not asked, `PERMISSION_DENIED`,
     * `INPUT_ANSWERED`, `INVALID_TRANSITION` if the task has ended, `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.ProvideInputResponse provideInput(dev.asyncgate.v1.ProvideInputRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getProvideInputMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Waits until a task has ended, at most 50 s, and reads it.
     * If the task in the answer has not ended, call again; that is no error. Called with a name, call again with the id of
     * that task, as the name may have passed on. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.AwaitTaskResponse awaitTask(dev.asyncgate.v1.AwaitTaskRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getAwaitTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Follows a task: first a snapshot, then every change and the latest progress, until it ends.
     * The stream ends by itself after the terminal state. After a disconnect, call again with `after_version` set to the
     * version of the last task that you received: every change since then comes, in order. Progress notes that came
     * faster than they could be sent are merged into the latest. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, dev.asyncgate.v1.WatchTaskResponse>
        watchTask(dev.asyncgate.v1.WatchTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getWatchTaskMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service TaskService.
   * <pre>
   * Creates tasks and follows them. Callers see the tasks that they created, hold or owe; the scope `tasks:read_all`
   * shows all of the tenant.
   * </pre>
   */
  public static final class TaskServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<TaskServiceBlockingStub> {
    private TaskServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TaskServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TaskServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Creates one task.
     * Task and `task.assigned` receipt are committed together before the answer is sent. Repeated with the same
     * `idempotency_key` or `request_id` by the same principal, it answers with the task as it stands and `existed`, and
     * writes nothing; the same key with another request is refused with `IDEMPOTENCY_CONFLICT`. With a `name` that a live
     * task bears, it is refused with `NAME_TAKEN`, or does what `on_name_taken` says. With a `wait`, it is BLOCKED until
     * that is over. With `under`, it is a child of the task that the caller holds; then the scope
     * `tasks:create_children` is enough, and the reasons are also those of a holder's call, and `BUDGET_EXCEEDED`. Other
     * reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED`, `PARENT_NOT_FOUND`, and `TASK_NOT_FOUND` for a task to wait for. If
     * there is no answer, repeat the call with the same key.
     * </pre>
     */
    public dev.asyncgate.v1.CreateTaskResponse createTask(dev.asyncgate.v1.CreateTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCreateTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Creates up to 500 tasks.
     * Answers item by item, in order; a bad item does not fail its neighbours. The good ones are committed together. Each
     * item is treated as CreateTask treats it. With a `request_id` of the batch, items without a key of their own are
     * created only once, too; repeated, the batch tries the items again that were refused.
     * </pre>
     */
    public dev.asyncgate.v1.CreateTasksResponse createTasks(dev.asyncgate.v1.CreateTasksRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCreateTasksMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads one task.
     * A name finds only the live task that bears it; ListTasks with `name` shows those that have ended. Reasons:
     * `TASK_NOT_FOUND`, also for tasks the caller may not read.
     * </pre>
     */
    public dev.asyncgate.v1.GetTaskResponse getTask(dev.asyncgate.v1.GetTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists tasks, newest first.
     * Filters apply before paging. A page is shorter than asked for if it is the last one, or if its tasks are so large
     * that an answer holds no more of them: only an empty `next_page_token` marks the last page. A page is a snapshot of
     * its moment; tasks that change between pages may be missed or seen by a state filter, and never twice.
     * </pre>
     */
    public dev.asyncgate.v1.ListTasksResponse listTasks(dev.asyncgate.v1.ListTasksRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListTasksMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Explains why a task does not run, or what it is doing.
     * It says what keeps the task from every worker, what else makes it wait, which workers fit and how many there are,
     * which tasks are before it, who holds it and was heard of when, and what would move it. Nothing is counted without a
     * bound. A caller that may read the task may have it explained. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ExplainTaskResponse explainTask(dev.asyncgate.v1.ExplainTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getExplainTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Shows a task and everything below it, in outline: who asked for what, and how far each is.
     * Parents come before their children, level by level, and children in the order of their creation. A caller that may
     * read the task may see the outline of its tree; GetTask shows the details of those that it may read. Reasons:
     * `TASK_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.GetTaskTreeResponse getTaskTree(dev.asyncgate.v1.GetTaskTreeRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetTaskTreeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Cancels a task.
     * By default at once: the task becomes CANCELED, with its receipts, in one transaction; its holder is fenced off, and
     * learns of it from its next answer. Its children are canceled after it, down the tree. With `grace_period`, a held task goes on with `cancel_requested` until its
     * holder ends it or the period is over. A cancellation races with completion and exactly one wins; the loser is
     * answered `INVALID_TRANSITION` with the winner's state. Canceling a canceled task is answered as the first time.
     * Called with a name, a repeated call needs a `request_id`, as the next task may bear the name by then.
     * Other reasons: `TASK_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.CancelTaskResponse cancelTask(dev.asyncgate.v1.CancelTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCancelTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Answers or declines the open question of a task.
     * The task is QUEUED, or goes on being PAUSED; its next holder gets the answer. The `input.provided` or
     * `input.declined` receipt closes the obligation, all in one transaction, and one answer is taken: another call is
     * refused with `INPUT_ANSWERED`, whose facts say how the question was settled and by which principal. The addressee may
     * call, the second addressee once the question was escalated, and those that the asker also allowed. Repeated with the
     * same `request_id`, it is answered as the first time. Reasons: `INVALID_ARGUMENT` with every way in which the answer
     * does not fit, `TASK_NOT_FOUND`, `RECEIPT_NOT_FOUND` for a question that the task has not asked, `PERMISSION_DENIED`,
     * `INPUT_ANSWERED`, `INVALID_TRANSITION` if the task has ended, `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.ProvideInputResponse provideInput(dev.asyncgate.v1.ProvideInputRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getProvideInputMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Waits until a task has ended, at most 50 s, and reads it.
     * If the task in the answer has not ended, call again; that is no error. Called with a name, call again with the id of
     * that task, as the name may have passed on. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.AwaitTaskResponse awaitTask(dev.asyncgate.v1.AwaitTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getAwaitTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Follows a task: first a snapshot, then every change and the latest progress, until it ends.
     * The stream ends by itself after the terminal state. After a disconnect, call again with `after_version` set to the
     * version of the last task that you received: every change since then comes, in order. Progress notes that came
     * faster than they could be sent are merged into the latest. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public java.util.Iterator<dev.asyncgate.v1.WatchTaskResponse> watchTask(
        dev.asyncgate.v1.WatchTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getWatchTaskMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service TaskService.
   * <pre>
   * Creates tasks and follows them. Callers see the tasks that they created, hold or owe; the scope `tasks:read_all`
   * shows all of the tenant.
   * </pre>
   */
  public static final class TaskServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<TaskServiceFutureStub> {
    private TaskServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TaskServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TaskServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Creates one task.
     * Task and `task.assigned` receipt are committed together before the answer is sent. Repeated with the same
     * `idempotency_key` or `request_id` by the same principal, it answers with the task as it stands and `existed`, and
     * writes nothing; the same key with another request is refused with `IDEMPOTENCY_CONFLICT`. With a `name` that a live
     * task bears, it is refused with `NAME_TAKEN`, or does what `on_name_taken` says. With a `wait`, it is BLOCKED until
     * that is over. With `under`, it is a child of the task that the caller holds; then the scope
     * `tasks:create_children` is enough, and the reasons are also those of a holder's call, and `BUDGET_EXCEEDED`. Other
     * reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED`, `PARENT_NOT_FOUND`, and `TASK_NOT_FOUND` for a task to wait for. If
     * there is no answer, repeat the call with the same key.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.CreateTaskResponse> createTask(
        dev.asyncgate.v1.CreateTaskRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCreateTaskMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Creates up to 500 tasks.
     * Answers item by item, in order; a bad item does not fail its neighbours. The good ones are committed together. Each
     * item is treated as CreateTask treats it. With a `request_id` of the batch, items without a key of their own are
     * created only once, too; repeated, the batch tries the items again that were refused.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.CreateTasksResponse> createTasks(
        dev.asyncgate.v1.CreateTasksRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCreateTasksMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Reads one task.
     * A name finds only the live task that bears it; ListTasks with `name` shows those that have ended. Reasons:
     * `TASK_NOT_FOUND`, also for tasks the caller may not read.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.GetTaskResponse> getTask(
        dev.asyncgate.v1.GetTaskRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetTaskMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists tasks, newest first.
     * Filters apply before paging. A page is shorter than asked for if it is the last one, or if its tasks are so large
     * that an answer holds no more of them: only an empty `next_page_token` marks the last page. A page is a snapshot of
     * its moment; tasks that change between pages may be missed or seen by a state filter, and never twice.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListTasksResponse> listTasks(
        dev.asyncgate.v1.ListTasksRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListTasksMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Explains why a task does not run, or what it is doing.
     * It says what keeps the task from every worker, what else makes it wait, which workers fit and how many there are,
     * which tasks are before it, who holds it and was heard of when, and what would move it. Nothing is counted without a
     * bound. A caller that may read the task may have it explained. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ExplainTaskResponse> explainTask(
        dev.asyncgate.v1.ExplainTaskRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getExplainTaskMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Shows a task and everything below it, in outline: who asked for what, and how far each is.
     * Parents come before their children, level by level, and children in the order of their creation. A caller that may
     * read the task may see the outline of its tree; GetTask shows the details of those that it may read. Reasons:
     * `TASK_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.GetTaskTreeResponse> getTaskTree(
        dev.asyncgate.v1.GetTaskTreeRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetTaskTreeMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Cancels a task.
     * By default at once: the task becomes CANCELED, with its receipts, in one transaction; its holder is fenced off, and
     * learns of it from its next answer. Its children are canceled after it, down the tree. With `grace_period`, a held task goes on with `cancel_requested` until its
     * holder ends it or the period is over. A cancellation races with completion and exactly one wins; the loser is
     * answered `INVALID_TRANSITION` with the winner's state. Canceling a canceled task is answered as the first time.
     * Called with a name, a repeated call needs a `request_id`, as the next task may bear the name by then.
     * Other reasons: `TASK_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.CancelTaskResponse> cancelTask(
        dev.asyncgate.v1.CancelTaskRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCancelTaskMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Answers or declines the open question of a task.
     * The task is QUEUED, or goes on being PAUSED; its next holder gets the answer. The `input.provided` or
     * `input.declined` receipt closes the obligation, all in one transaction, and one answer is taken: another call is
     * refused with `INPUT_ANSWERED`, whose facts say how the question was settled and by which principal. The addressee may
     * call, the second addressee once the question was escalated, and those that the asker also allowed. Repeated with the
     * same `request_id`, it is answered as the first time. Reasons: `INVALID_ARGUMENT` with every way in which the answer
     * does not fit, `TASK_NOT_FOUND`, `RECEIPT_NOT_FOUND` for a question that the task has not asked, `PERMISSION_DENIED`,
     * `INPUT_ANSWERED`, `INVALID_TRANSITION` if the task has ended, `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ProvideInputResponse> provideInput(
        dev.asyncgate.v1.ProvideInputRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getProvideInputMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Waits until a task has ended, at most 50 s, and reads it.
     * If the task in the answer has not ended, call again; that is no error. Called with a name, call again with the id of
     * that task, as the name may have passed on. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.AwaitTaskResponse> awaitTask(
        dev.asyncgate.v1.AwaitTaskRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getAwaitTaskMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_CREATE_TASK = 0;
  private static final int METHODID_CREATE_TASKS = 1;
  private static final int METHODID_GET_TASK = 2;
  private static final int METHODID_LIST_TASKS = 3;
  private static final int METHODID_EXPLAIN_TASK = 4;
  private static final int METHODID_GET_TASK_TREE = 5;
  private static final int METHODID_CANCEL_TASK = 6;
  private static final int METHODID_PROVIDE_INPUT = 7;
  private static final int METHODID_AWAIT_TASK = 8;
  private static final int METHODID_WATCH_TASK = 9;

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
        case METHODID_CREATE_TASK:
          serviceImpl.createTask((dev.asyncgate.v1.CreateTaskRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.CreateTaskResponse>) responseObserver);
          break;
        case METHODID_CREATE_TASKS:
          serviceImpl.createTasks((dev.asyncgate.v1.CreateTasksRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.CreateTasksResponse>) responseObserver);
          break;
        case METHODID_GET_TASK:
          serviceImpl.getTask((dev.asyncgate.v1.GetTaskRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetTaskResponse>) responseObserver);
          break;
        case METHODID_LIST_TASKS:
          serviceImpl.listTasks((dev.asyncgate.v1.ListTasksRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListTasksResponse>) responseObserver);
          break;
        case METHODID_EXPLAIN_TASK:
          serviceImpl.explainTask((dev.asyncgate.v1.ExplainTaskRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ExplainTaskResponse>) responseObserver);
          break;
        case METHODID_GET_TASK_TREE:
          serviceImpl.getTaskTree((dev.asyncgate.v1.GetTaskTreeRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetTaskTreeResponse>) responseObserver);
          break;
        case METHODID_CANCEL_TASK:
          serviceImpl.cancelTask((dev.asyncgate.v1.CancelTaskRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.CancelTaskResponse>) responseObserver);
          break;
        case METHODID_PROVIDE_INPUT:
          serviceImpl.provideInput((dev.asyncgate.v1.ProvideInputRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ProvideInputResponse>) responseObserver);
          break;
        case METHODID_AWAIT_TASK:
          serviceImpl.awaitTask((dev.asyncgate.v1.AwaitTaskRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.AwaitTaskResponse>) responseObserver);
          break;
        case METHODID_WATCH_TASK:
          serviceImpl.watchTask((dev.asyncgate.v1.WatchTaskRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.WatchTaskResponse>) responseObserver);
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
          getCreateTaskMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.CreateTaskRequest,
              dev.asyncgate.v1.CreateTaskResponse>(
                service, METHODID_CREATE_TASK)))
        .addMethod(
          getCreateTasksMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.CreateTasksRequest,
              dev.asyncgate.v1.CreateTasksResponse>(
                service, METHODID_CREATE_TASKS)))
        .addMethod(
          getGetTaskMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.GetTaskRequest,
              dev.asyncgate.v1.GetTaskResponse>(
                service, METHODID_GET_TASK)))
        .addMethod(
          getListTasksMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListTasksRequest,
              dev.asyncgate.v1.ListTasksResponse>(
                service, METHODID_LIST_TASKS)))
        .addMethod(
          getExplainTaskMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ExplainTaskRequest,
              dev.asyncgate.v1.ExplainTaskResponse>(
                service, METHODID_EXPLAIN_TASK)))
        .addMethod(
          getGetTaskTreeMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.GetTaskTreeRequest,
              dev.asyncgate.v1.GetTaskTreeResponse>(
                service, METHODID_GET_TASK_TREE)))
        .addMethod(
          getCancelTaskMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.CancelTaskRequest,
              dev.asyncgate.v1.CancelTaskResponse>(
                service, METHODID_CANCEL_TASK)))
        .addMethod(
          getProvideInputMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ProvideInputRequest,
              dev.asyncgate.v1.ProvideInputResponse>(
                service, METHODID_PROVIDE_INPUT)))
        .addMethod(
          getAwaitTaskMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.AwaitTaskRequest,
              dev.asyncgate.v1.AwaitTaskResponse>(
                service, METHODID_AWAIT_TASK)))
        .addMethod(
          getWatchTaskMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              dev.asyncgate.v1.WatchTaskRequest,
              dev.asyncgate.v1.WatchTaskResponse>(
                service, METHODID_WATCH_TASK)))
        .build();
  }

  private static abstract class TaskServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    TaskServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return dev.asyncgate.v1.TaskServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("TaskService");
    }
  }

  private static final class TaskServiceFileDescriptorSupplier
      extends TaskServiceBaseDescriptorSupplier {
    TaskServiceFileDescriptorSupplier() {}
  }

  private static final class TaskServiceMethodDescriptorSupplier
      extends TaskServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    TaskServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (TaskServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new TaskServiceFileDescriptorSupplier())
              .addMethod(getCreateTaskMethod())
              .addMethod(getCreateTasksMethod())
              .addMethod(getGetTaskMethod())
              .addMethod(getListTasksMethod())
              .addMethod(getExplainTaskMethod())
              .addMethod(getGetTaskTreeMethod())
              .addMethod(getCancelTaskMethod())
              .addMethod(getProvideInputMethod())
              .addMethod(getAwaitTaskMethod())
              .addMethod(getWatchTaskMethod())
              .build();
        }
      }
    }
    return result;
  }
}
