package dev.asyncgate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Starts machines and shows their executions; checks and keeps their documents. A runner carries executions out: the
 * server has one inside, unless that is switched off. An execution is a task, so whatever is not here is done with the
 * methods for tasks: CancelTask ends one, WatchTask follows it, ListTasks with the type `asyncgate.machine` lists them.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class MachineServiceGrpc {

  private MachineServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "asyncgate.v1.MachineService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.StartMachineRequest,
      dev.asyncgate.v1.StartMachineResponse> getStartMachineMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "StartMachine",
      requestType = dev.asyncgate.v1.StartMachineRequest.class,
      responseType = dev.asyncgate.v1.StartMachineResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.StartMachineRequest,
      dev.asyncgate.v1.StartMachineResponse> getStartMachineMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.StartMachineRequest, dev.asyncgate.v1.StartMachineResponse> getStartMachineMethod;
    if ((getStartMachineMethod = MachineServiceGrpc.getStartMachineMethod) == null) {
      synchronized (MachineServiceGrpc.class) {
        if ((getStartMachineMethod = MachineServiceGrpc.getStartMachineMethod) == null) {
          MachineServiceGrpc.getStartMachineMethod = getStartMachineMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.StartMachineRequest, dev.asyncgate.v1.StartMachineResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "StartMachine"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.StartMachineRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.StartMachineResponse.getDefaultInstance()))
              .setSchemaDescriptor(new MachineServiceMethodDescriptorSupplier("StartMachine"))
              .build();
        }
      }
    }
    return getStartMachineMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.GetExecutionRequest,
      dev.asyncgate.v1.GetExecutionResponse> getGetExecutionMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetExecution",
      requestType = dev.asyncgate.v1.GetExecutionRequest.class,
      responseType = dev.asyncgate.v1.GetExecutionResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.GetExecutionRequest,
      dev.asyncgate.v1.GetExecutionResponse> getGetExecutionMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.GetExecutionRequest, dev.asyncgate.v1.GetExecutionResponse> getGetExecutionMethod;
    if ((getGetExecutionMethod = MachineServiceGrpc.getGetExecutionMethod) == null) {
      synchronized (MachineServiceGrpc.class) {
        if ((getGetExecutionMethod = MachineServiceGrpc.getGetExecutionMethod) == null) {
          MachineServiceGrpc.getGetExecutionMethod = getGetExecutionMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.GetExecutionRequest, dev.asyncgate.v1.GetExecutionResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetExecution"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetExecutionRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetExecutionResponse.getDefaultInstance()))
              .setSchemaDescriptor(new MachineServiceMethodDescriptorSupplier("GetExecution"))
              .build();
        }
      }
    }
    return getGetExecutionMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.CloneExecutionRequest,
      dev.asyncgate.v1.CloneExecutionResponse> getCloneExecutionMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CloneExecution",
      requestType = dev.asyncgate.v1.CloneExecutionRequest.class,
      responseType = dev.asyncgate.v1.CloneExecutionResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.CloneExecutionRequest,
      dev.asyncgate.v1.CloneExecutionResponse> getCloneExecutionMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.CloneExecutionRequest, dev.asyncgate.v1.CloneExecutionResponse> getCloneExecutionMethod;
    if ((getCloneExecutionMethod = MachineServiceGrpc.getCloneExecutionMethod) == null) {
      synchronized (MachineServiceGrpc.class) {
        if ((getCloneExecutionMethod = MachineServiceGrpc.getCloneExecutionMethod) == null) {
          MachineServiceGrpc.getCloneExecutionMethod = getCloneExecutionMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.CloneExecutionRequest, dev.asyncgate.v1.CloneExecutionResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CloneExecution"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CloneExecutionRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CloneExecutionResponse.getDefaultInstance()))
              .setSchemaDescriptor(new MachineServiceMethodDescriptorSupplier("CloneExecution"))
              .build();
        }
      }
    }
    return getCloneExecutionMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.RetryExecutionRequest,
      dev.asyncgate.v1.RetryExecutionResponse> getRetryExecutionMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RetryExecution",
      requestType = dev.asyncgate.v1.RetryExecutionRequest.class,
      responseType = dev.asyncgate.v1.RetryExecutionResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.RetryExecutionRequest,
      dev.asyncgate.v1.RetryExecutionResponse> getRetryExecutionMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.RetryExecutionRequest, dev.asyncgate.v1.RetryExecutionResponse> getRetryExecutionMethod;
    if ((getRetryExecutionMethod = MachineServiceGrpc.getRetryExecutionMethod) == null) {
      synchronized (MachineServiceGrpc.class) {
        if ((getRetryExecutionMethod = MachineServiceGrpc.getRetryExecutionMethod) == null) {
          MachineServiceGrpc.getRetryExecutionMethod = getRetryExecutionMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.RetryExecutionRequest, dev.asyncgate.v1.RetryExecutionResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RetryExecution"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RetryExecutionRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RetryExecutionResponse.getDefaultInstance()))
              .setSchemaDescriptor(new MachineServiceMethodDescriptorSupplier("RetryExecution"))
              .build();
        }
      }
    }
    return getRetryExecutionMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ValidateMachineRequest,
      dev.asyncgate.v1.ValidateMachineResponse> getValidateMachineMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ValidateMachine",
      requestType = dev.asyncgate.v1.ValidateMachineRequest.class,
      responseType = dev.asyncgate.v1.ValidateMachineResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ValidateMachineRequest,
      dev.asyncgate.v1.ValidateMachineResponse> getValidateMachineMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ValidateMachineRequest, dev.asyncgate.v1.ValidateMachineResponse> getValidateMachineMethod;
    if ((getValidateMachineMethod = MachineServiceGrpc.getValidateMachineMethod) == null) {
      synchronized (MachineServiceGrpc.class) {
        if ((getValidateMachineMethod = MachineServiceGrpc.getValidateMachineMethod) == null) {
          MachineServiceGrpc.getValidateMachineMethod = getValidateMachineMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ValidateMachineRequest, dev.asyncgate.v1.ValidateMachineResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ValidateMachine"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ValidateMachineRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ValidateMachineResponse.getDefaultInstance()))
              .setSchemaDescriptor(new MachineServiceMethodDescriptorSupplier("ValidateMachine"))
              .build();
        }
      }
    }
    return getValidateMachineMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.PutMachineRequest,
      dev.asyncgate.v1.PutMachineResponse> getPutMachineMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "PutMachine",
      requestType = dev.asyncgate.v1.PutMachineRequest.class,
      responseType = dev.asyncgate.v1.PutMachineResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.PutMachineRequest,
      dev.asyncgate.v1.PutMachineResponse> getPutMachineMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.PutMachineRequest, dev.asyncgate.v1.PutMachineResponse> getPutMachineMethod;
    if ((getPutMachineMethod = MachineServiceGrpc.getPutMachineMethod) == null) {
      synchronized (MachineServiceGrpc.class) {
        if ((getPutMachineMethod = MachineServiceGrpc.getPutMachineMethod) == null) {
          MachineServiceGrpc.getPutMachineMethod = getPutMachineMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.PutMachineRequest, dev.asyncgate.v1.PutMachineResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "PutMachine"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.PutMachineRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.PutMachineResponse.getDefaultInstance()))
              .setSchemaDescriptor(new MachineServiceMethodDescriptorSupplier("PutMachine"))
              .build();
        }
      }
    }
    return getPutMachineMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.GetMachineRequest,
      dev.asyncgate.v1.GetMachineResponse> getGetMachineMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetMachine",
      requestType = dev.asyncgate.v1.GetMachineRequest.class,
      responseType = dev.asyncgate.v1.GetMachineResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.GetMachineRequest,
      dev.asyncgate.v1.GetMachineResponse> getGetMachineMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.GetMachineRequest, dev.asyncgate.v1.GetMachineResponse> getGetMachineMethod;
    if ((getGetMachineMethod = MachineServiceGrpc.getGetMachineMethod) == null) {
      synchronized (MachineServiceGrpc.class) {
        if ((getGetMachineMethod = MachineServiceGrpc.getGetMachineMethod) == null) {
          MachineServiceGrpc.getGetMachineMethod = getGetMachineMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.GetMachineRequest, dev.asyncgate.v1.GetMachineResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetMachine"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetMachineRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetMachineResponse.getDefaultInstance()))
              .setSchemaDescriptor(new MachineServiceMethodDescriptorSupplier("GetMachine"))
              .build();
        }
      }
    }
    return getGetMachineMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListMachinesRequest,
      dev.asyncgate.v1.ListMachinesResponse> getListMachinesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListMachines",
      requestType = dev.asyncgate.v1.ListMachinesRequest.class,
      responseType = dev.asyncgate.v1.ListMachinesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListMachinesRequest,
      dev.asyncgate.v1.ListMachinesResponse> getListMachinesMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListMachinesRequest, dev.asyncgate.v1.ListMachinesResponse> getListMachinesMethod;
    if ((getListMachinesMethod = MachineServiceGrpc.getListMachinesMethod) == null) {
      synchronized (MachineServiceGrpc.class) {
        if ((getListMachinesMethod = MachineServiceGrpc.getListMachinesMethod) == null) {
          MachineServiceGrpc.getListMachinesMethod = getListMachinesMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListMachinesRequest, dev.asyncgate.v1.ListMachinesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListMachines"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListMachinesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListMachinesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new MachineServiceMethodDescriptorSupplier("ListMachines"))
              .build();
        }
      }
    }
    return getListMachinesMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static MachineServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<MachineServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<MachineServiceStub>() {
        @java.lang.Override
        public MachineServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new MachineServiceStub(channel, callOptions);
        }
      };
    return MachineServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static MachineServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<MachineServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<MachineServiceBlockingV2Stub>() {
        @java.lang.Override
        public MachineServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new MachineServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return MachineServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static MachineServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<MachineServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<MachineServiceBlockingStub>() {
        @java.lang.Override
        public MachineServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new MachineServiceBlockingStub(channel, callOptions);
        }
      };
    return MachineServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static MachineServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<MachineServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<MachineServiceFutureStub>() {
        @java.lang.Override
        public MachineServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new MachineServiceFutureStub(channel, callOptions);
        }
      };
    return MachineServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Starts machines and shows their executions; checks and keeps their documents. A runner carries executions out: the
   * server has one inside, unless that is switched off. An execution is a task, so whatever is not here is done with the
   * methods for tasks: CancelTask ends one, WatchTask follows it, ListTasks with the type `asyncgate.machine` lists them.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Starts an execution of a machine.
     * Its task is committed before the answer is sent, and carries the whole document with its hash: it goes on with what
     * it began with. Repeated with the same `request_id`, it is answered with the same execution, also if the machine has
     * got a newer version meanwhile. A document with faults is refused with `INVALID_ARGUMENT`, which names the first of
     * them with path and line; ValidateMachine names all. Other reasons: `MACHINE_NOT_FOUND`, `NAME_TAKEN`,
     * `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void startMachine(dev.asyncgate.v1.StartMachineRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.StartMachineResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getStartMachineMethod(), responseObserver);
    }

    /**
     * <pre>
     * Shows an execution: its state and context, what it has cost, its tasks, and what it waits for.
     * Callers that may read its task may see it. Reasons: `TASK_NOT_FOUND`, also for tasks that are no execution.
     * </pre>
     */
    default void getExecution(dev.asyncgate.v1.GetExecutionRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetExecutionResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetExecutionMethod(), responseObserver);
    }

    /**
     * <pre>
     * Starts a further execution from where another one is: with its document, its input and its context, in its state.
     * The work of that state is made anew, so its agents are called again; the tasks of the other execution stay with it.
     * The other one goes on, or stays as it has ended. One that has succeeded has nothing left, and is refused with
     * `INVALID_TRANSITION`; so is one that has failed in a way in which the clone would fail at once. Repeated with the
     * same `request_id` and the id, it is answered with the same clone, unless the other one has succeeded meanwhile.
     * Other reasons: `TASK_NOT_FOUND`, `NAME_TAKEN`, `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void cloneExecution(dev.asyncgate.v1.CloneExecutionRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CloneExecutionResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCloneExecutionMethod(), responseObserver);
    }

    /**
     * <pre>
     * Tries an execution again that has failed or was canceled, from the state in which it has ended.
     * It is a new execution with the document, the input and the context of that one, whose `redrive_of` names it. It has
     * its name, unless another is given. An execution that has not ended, has succeeded, or has failed in a way in which
     * it would fail again at once (`MAX_STEPS_EXCEEDED`, `CHECKPOINT_TOO_LARGE`, in a final state) is refused with
     * `INVALID_TRANSITION`. Other reasons: `TASK_NOT_FOUND`, `NAME_TAKEN`, `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void retryExecution(dev.asyncgate.v1.RetryExecutionRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RetryExecutionResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRetryExecutionMethod(), responseObserver);
    }

    /**
     * <pre>
     * Checks a document and names every fault, with path, line and column. Nothing is kept.
     * It reads no files: `machines` with a `file` is a fault; the command line reads files before it sends a document.
     * </pre>
     */
    default void validateMachine(dev.asyncgate.v1.ValidateMachineRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ValidateMachineResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getValidateMachineMethod(), responseObserver);
    }

    /**
     * <pre>
     * Keeps a document as a version of its machine.
     * A version never changes. The same content again is answered with the version that has it, and `existed`; other
     * content under a version of the same name is refused with `MACHINE_VERSION_EXISTS`. A name belongs to the principal
     * that has kept its first version: others need the scope `machines:write_all`, or are refused with
     * `PERMISSION_DENIED`. Each new version leaves an audit record. A document with faults is refused with
     * `INVALID_ARGUMENT`. Other reasons: `LIMIT_EXCEEDED` for a document that is too large, or if the tenant has too many
     * versions, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void putMachine(dev.asyncgate.v1.PutMachineRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.PutMachineResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getPutMachineMethod(), responseObserver);
    }

    /**
     * <pre>
     * Reads a stored machine with its document.
     * Reasons: `MACHINE_NOT_FOUND`.
     * </pre>
     */
    default void getMachine(dev.asyncgate.v1.GetMachineRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetMachineResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetMachineMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists the stored machines of the tenant by name, each in its latest version; or all versions of one, newest first.
     * </pre>
     */
    default void listMachines(dev.asyncgate.v1.ListMachinesRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListMachinesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListMachinesMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service MachineService.
   * <pre>
   * Starts machines and shows their executions; checks and keeps their documents. A runner carries executions out: the
   * server has one inside, unless that is switched off. An execution is a task, so whatever is not here is done with the
   * methods for tasks: CancelTask ends one, WatchTask follows it, ListTasks with the type `asyncgate.machine` lists them.
   * </pre>
   */
  public static abstract class MachineServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return MachineServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service MachineService.
   * <pre>
   * Starts machines and shows their executions; checks and keeps their documents. A runner carries executions out: the
   * server has one inside, unless that is switched off. An execution is a task, so whatever is not here is done with the
   * methods for tasks: CancelTask ends one, WatchTask follows it, ListTasks with the type `asyncgate.machine` lists them.
   * </pre>
   */
  public static final class MachineServiceStub
      extends io.grpc.stub.AbstractAsyncStub<MachineServiceStub> {
    private MachineServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected MachineServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new MachineServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Starts an execution of a machine.
     * Its task is committed before the answer is sent, and carries the whole document with its hash: it goes on with what
     * it began with. Repeated with the same `request_id`, it is answered with the same execution, also if the machine has
     * got a newer version meanwhile. A document with faults is refused with `INVALID_ARGUMENT`, which names the first of
     * them with path and line; ValidateMachine names all. Other reasons: `MACHINE_NOT_FOUND`, `NAME_TAKEN`,
     * `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void startMachine(dev.asyncgate.v1.StartMachineRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.StartMachineResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getStartMachineMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Shows an execution: its state and context, what it has cost, its tasks, and what it waits for.
     * Callers that may read its task may see it. Reasons: `TASK_NOT_FOUND`, also for tasks that are no execution.
     * </pre>
     */
    public void getExecution(dev.asyncgate.v1.GetExecutionRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetExecutionResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetExecutionMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Starts a further execution from where another one is: with its document, its input and its context, in its state.
     * The work of that state is made anew, so its agents are called again; the tasks of the other execution stay with it.
     * The other one goes on, or stays as it has ended. One that has succeeded has nothing left, and is refused with
     * `INVALID_TRANSITION`; so is one that has failed in a way in which the clone would fail at once. Repeated with the
     * same `request_id` and the id, it is answered with the same clone, unless the other one has succeeded meanwhile.
     * Other reasons: `TASK_NOT_FOUND`, `NAME_TAKEN`, `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void cloneExecution(dev.asyncgate.v1.CloneExecutionRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CloneExecutionResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCloneExecutionMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Tries an execution again that has failed or was canceled, from the state in which it has ended.
     * It is a new execution with the document, the input and the context of that one, whose `redrive_of` names it. It has
     * its name, unless another is given. An execution that has not ended, has succeeded, or has failed in a way in which
     * it would fail again at once (`MAX_STEPS_EXCEEDED`, `CHECKPOINT_TOO_LARGE`, in a final state) is refused with
     * `INVALID_TRANSITION`. Other reasons: `TASK_NOT_FOUND`, `NAME_TAKEN`, `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void retryExecution(dev.asyncgate.v1.RetryExecutionRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RetryExecutionResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRetryExecutionMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Checks a document and names every fault, with path, line and column. Nothing is kept.
     * It reads no files: `machines` with a `file` is a fault; the command line reads files before it sends a document.
     * </pre>
     */
    public void validateMachine(dev.asyncgate.v1.ValidateMachineRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ValidateMachineResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getValidateMachineMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Keeps a document as a version of its machine.
     * A version never changes. The same content again is answered with the version that has it, and `existed`; other
     * content under a version of the same name is refused with `MACHINE_VERSION_EXISTS`. A name belongs to the principal
     * that has kept its first version: others need the scope `machines:write_all`, or are refused with
     * `PERMISSION_DENIED`. Each new version leaves an audit record. A document with faults is refused with
     * `INVALID_ARGUMENT`. Other reasons: `LIMIT_EXCEEDED` for a document that is too large, or if the tenant has too many
     * versions, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void putMachine(dev.asyncgate.v1.PutMachineRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.PutMachineResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getPutMachineMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Reads a stored machine with its document.
     * Reasons: `MACHINE_NOT_FOUND`.
     * </pre>
     */
    public void getMachine(dev.asyncgate.v1.GetMachineRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetMachineResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetMachineMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists the stored machines of the tenant by name, each in its latest version; or all versions of one, newest first.
     * </pre>
     */
    public void listMachines(dev.asyncgate.v1.ListMachinesRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListMachinesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListMachinesMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service MachineService.
   * <pre>
   * Starts machines and shows their executions; checks and keeps their documents. A runner carries executions out: the
   * server has one inside, unless that is switched off. An execution is a task, so whatever is not here is done with the
   * methods for tasks: CancelTask ends one, WatchTask follows it, ListTasks with the type `asyncgate.machine` lists them.
   * </pre>
   */
  public static final class MachineServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<MachineServiceBlockingV2Stub> {
    private MachineServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected MachineServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new MachineServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Starts an execution of a machine.
     * Its task is committed before the answer is sent, and carries the whole document with its hash: it goes on with what
     * it began with. Repeated with the same `request_id`, it is answered with the same execution, also if the machine has
     * got a newer version meanwhile. A document with faults is refused with `INVALID_ARGUMENT`, which names the first of
     * them with path and line; ValidateMachine names all. Other reasons: `MACHINE_NOT_FOUND`, `NAME_TAKEN`,
     * `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.StartMachineResponse startMachine(dev.asyncgate.v1.StartMachineRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getStartMachineMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Shows an execution: its state and context, what it has cost, its tasks, and what it waits for.
     * Callers that may read its task may see it. Reasons: `TASK_NOT_FOUND`, also for tasks that are no execution.
     * </pre>
     */
    public dev.asyncgate.v1.GetExecutionResponse getExecution(dev.asyncgate.v1.GetExecutionRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetExecutionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Starts a further execution from where another one is: with its document, its input and its context, in its state.
     * The work of that state is made anew, so its agents are called again; the tasks of the other execution stay with it.
     * The other one goes on, or stays as it has ended. One that has succeeded has nothing left, and is refused with
     * `INVALID_TRANSITION`; so is one that has failed in a way in which the clone would fail at once. Repeated with the
     * same `request_id` and the id, it is answered with the same clone, unless the other one has succeeded meanwhile.
     * Other reasons: `TASK_NOT_FOUND`, `NAME_TAKEN`, `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.CloneExecutionResponse cloneExecution(dev.asyncgate.v1.CloneExecutionRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCloneExecutionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Tries an execution again that has failed or was canceled, from the state in which it has ended.
     * It is a new execution with the document, the input and the context of that one, whose `redrive_of` names it. It has
     * its name, unless another is given. An execution that has not ended, has succeeded, or has failed in a way in which
     * it would fail again at once (`MAX_STEPS_EXCEEDED`, `CHECKPOINT_TOO_LARGE`, in a final state) is refused with
     * `INVALID_TRANSITION`. Other reasons: `TASK_NOT_FOUND`, `NAME_TAKEN`, `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.RetryExecutionResponse retryExecution(dev.asyncgate.v1.RetryExecutionRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRetryExecutionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Checks a document and names every fault, with path, line and column. Nothing is kept.
     * It reads no files: `machines` with a `file` is a fault; the command line reads files before it sends a document.
     * </pre>
     */
    public dev.asyncgate.v1.ValidateMachineResponse validateMachine(dev.asyncgate.v1.ValidateMachineRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getValidateMachineMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Keeps a document as a version of its machine.
     * A version never changes. The same content again is answered with the version that has it, and `existed`; other
     * content under a version of the same name is refused with `MACHINE_VERSION_EXISTS`. A name belongs to the principal
     * that has kept its first version: others need the scope `machines:write_all`, or are refused with
     * `PERMISSION_DENIED`. Each new version leaves an audit record. A document with faults is refused with
     * `INVALID_ARGUMENT`. Other reasons: `LIMIT_EXCEEDED` for a document that is too large, or if the tenant has too many
     * versions, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.PutMachineResponse putMachine(dev.asyncgate.v1.PutMachineRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getPutMachineMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads a stored machine with its document.
     * Reasons: `MACHINE_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.GetMachineResponse getMachine(dev.asyncgate.v1.GetMachineRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetMachineMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the stored machines of the tenant by name, each in its latest version; or all versions of one, newest first.
     * </pre>
     */
    public dev.asyncgate.v1.ListMachinesResponse listMachines(dev.asyncgate.v1.ListMachinesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListMachinesMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service MachineService.
   * <pre>
   * Starts machines and shows their executions; checks and keeps their documents. A runner carries executions out: the
   * server has one inside, unless that is switched off. An execution is a task, so whatever is not here is done with the
   * methods for tasks: CancelTask ends one, WatchTask follows it, ListTasks with the type `asyncgate.machine` lists them.
   * </pre>
   */
  public static final class MachineServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<MachineServiceBlockingStub> {
    private MachineServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected MachineServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new MachineServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Starts an execution of a machine.
     * Its task is committed before the answer is sent, and carries the whole document with its hash: it goes on with what
     * it began with. Repeated with the same `request_id`, it is answered with the same execution, also if the machine has
     * got a newer version meanwhile. A document with faults is refused with `INVALID_ARGUMENT`, which names the first of
     * them with path and line; ValidateMachine names all. Other reasons: `MACHINE_NOT_FOUND`, `NAME_TAKEN`,
     * `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.StartMachineResponse startMachine(dev.asyncgate.v1.StartMachineRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getStartMachineMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Shows an execution: its state and context, what it has cost, its tasks, and what it waits for.
     * Callers that may read its task may see it. Reasons: `TASK_NOT_FOUND`, also for tasks that are no execution.
     * </pre>
     */
    public dev.asyncgate.v1.GetExecutionResponse getExecution(dev.asyncgate.v1.GetExecutionRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetExecutionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Starts a further execution from where another one is: with its document, its input and its context, in its state.
     * The work of that state is made anew, so its agents are called again; the tasks of the other execution stay with it.
     * The other one goes on, or stays as it has ended. One that has succeeded has nothing left, and is refused with
     * `INVALID_TRANSITION`; so is one that has failed in a way in which the clone would fail at once. Repeated with the
     * same `request_id` and the id, it is answered with the same clone, unless the other one has succeeded meanwhile.
     * Other reasons: `TASK_NOT_FOUND`, `NAME_TAKEN`, `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.CloneExecutionResponse cloneExecution(dev.asyncgate.v1.CloneExecutionRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCloneExecutionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Tries an execution again that has failed or was canceled, from the state in which it has ended.
     * It is a new execution with the document, the input and the context of that one, whose `redrive_of` names it. It has
     * its name, unless another is given. An execution that has not ended, has succeeded, or has failed in a way in which
     * it would fail again at once (`MAX_STEPS_EXCEEDED`, `CHECKPOINT_TOO_LARGE`, in a final state) is refused with
     * `INVALID_TRANSITION`. Other reasons: `TASK_NOT_FOUND`, `NAME_TAKEN`, `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.RetryExecutionResponse retryExecution(dev.asyncgate.v1.RetryExecutionRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRetryExecutionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Checks a document and names every fault, with path, line and column. Nothing is kept.
     * It reads no files: `machines` with a `file` is a fault; the command line reads files before it sends a document.
     * </pre>
     */
    public dev.asyncgate.v1.ValidateMachineResponse validateMachine(dev.asyncgate.v1.ValidateMachineRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getValidateMachineMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Keeps a document as a version of its machine.
     * A version never changes. The same content again is answered with the version that has it, and `existed`; other
     * content under a version of the same name is refused with `MACHINE_VERSION_EXISTS`. A name belongs to the principal
     * that has kept its first version: others need the scope `machines:write_all`, or are refused with
     * `PERMISSION_DENIED`. Each new version leaves an audit record. A document with faults is refused with
     * `INVALID_ARGUMENT`. Other reasons: `LIMIT_EXCEEDED` for a document that is too large, or if the tenant has too many
     * versions, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.PutMachineResponse putMachine(dev.asyncgate.v1.PutMachineRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getPutMachineMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads a stored machine with its document.
     * Reasons: `MACHINE_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.GetMachineResponse getMachine(dev.asyncgate.v1.GetMachineRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetMachineMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the stored machines of the tenant by name, each in its latest version; or all versions of one, newest first.
     * </pre>
     */
    public dev.asyncgate.v1.ListMachinesResponse listMachines(dev.asyncgate.v1.ListMachinesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListMachinesMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service MachineService.
   * <pre>
   * Starts machines and shows their executions; checks and keeps their documents. A runner carries executions out: the
   * server has one inside, unless that is switched off. An execution is a task, so whatever is not here is done with the
   * methods for tasks: CancelTask ends one, WatchTask follows it, ListTasks with the type `asyncgate.machine` lists them.
   * </pre>
   */
  public static final class MachineServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<MachineServiceFutureStub> {
    private MachineServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected MachineServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new MachineServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Starts an execution of a machine.
     * Its task is committed before the answer is sent, and carries the whole document with its hash: it goes on with what
     * it began with. Repeated with the same `request_id`, it is answered with the same execution, also if the machine has
     * got a newer version meanwhile. A document with faults is refused with `INVALID_ARGUMENT`, which names the first of
     * them with path and line; ValidateMachine names all. Other reasons: `MACHINE_NOT_FOUND`, `NAME_TAKEN`,
     * `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.StartMachineResponse> startMachine(
        dev.asyncgate.v1.StartMachineRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getStartMachineMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Shows an execution: its state and context, what it has cost, its tasks, and what it waits for.
     * Callers that may read its task may see it. Reasons: `TASK_NOT_FOUND`, also for tasks that are no execution.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.GetExecutionResponse> getExecution(
        dev.asyncgate.v1.GetExecutionRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetExecutionMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Starts a further execution from where another one is: with its document, its input and its context, in its state.
     * The work of that state is made anew, so its agents are called again; the tasks of the other execution stay with it.
     * The other one goes on, or stays as it has ended. One that has succeeded has nothing left, and is refused with
     * `INVALID_TRANSITION`; so is one that has failed in a way in which the clone would fail at once. Repeated with the
     * same `request_id` and the id, it is answered with the same clone, unless the other one has succeeded meanwhile.
     * Other reasons: `TASK_NOT_FOUND`, `NAME_TAKEN`, `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.CloneExecutionResponse> cloneExecution(
        dev.asyncgate.v1.CloneExecutionRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCloneExecutionMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Tries an execution again that has failed or was canceled, from the state in which it has ended.
     * It is a new execution with the document, the input and the context of that one, whose `redrive_of` names it. It has
     * its name, unless another is given. An execution that has not ended, has succeeded, or has failed in a way in which
     * it would fail again at once (`MAX_STEPS_EXCEEDED`, `CHECKPOINT_TOO_LARGE`, in a final state) is refused with
     * `INVALID_TRANSITION`. Other reasons: `TASK_NOT_FOUND`, `NAME_TAKEN`, `LIMIT_EXCEEDED`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.RetryExecutionResponse> retryExecution(
        dev.asyncgate.v1.RetryExecutionRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRetryExecutionMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Checks a document and names every fault, with path, line and column. Nothing is kept.
     * It reads no files: `machines` with a `file` is a fault; the command line reads files before it sends a document.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ValidateMachineResponse> validateMachine(
        dev.asyncgate.v1.ValidateMachineRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getValidateMachineMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Keeps a document as a version of its machine.
     * A version never changes. The same content again is answered with the version that has it, and `existed`; other
     * content under a version of the same name is refused with `MACHINE_VERSION_EXISTS`. A name belongs to the principal
     * that has kept its first version: others need the scope `machines:write_all`, or are refused with
     * `PERMISSION_DENIED`. Each new version leaves an audit record. A document with faults is refused with
     * `INVALID_ARGUMENT`. Other reasons: `LIMIT_EXCEEDED` for a document that is too large, or if the tenant has too many
     * versions, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.PutMachineResponse> putMachine(
        dev.asyncgate.v1.PutMachineRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getPutMachineMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Reads a stored machine with its document.
     * Reasons: `MACHINE_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.GetMachineResponse> getMachine(
        dev.asyncgate.v1.GetMachineRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetMachineMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists the stored machines of the tenant by name, each in its latest version; or all versions of one, newest first.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListMachinesResponse> listMachines(
        dev.asyncgate.v1.ListMachinesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListMachinesMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_START_MACHINE = 0;
  private static final int METHODID_GET_EXECUTION = 1;
  private static final int METHODID_CLONE_EXECUTION = 2;
  private static final int METHODID_RETRY_EXECUTION = 3;
  private static final int METHODID_VALIDATE_MACHINE = 4;
  private static final int METHODID_PUT_MACHINE = 5;
  private static final int METHODID_GET_MACHINE = 6;
  private static final int METHODID_LIST_MACHINES = 7;

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
        case METHODID_START_MACHINE:
          serviceImpl.startMachine((dev.asyncgate.v1.StartMachineRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.StartMachineResponse>) responseObserver);
          break;
        case METHODID_GET_EXECUTION:
          serviceImpl.getExecution((dev.asyncgate.v1.GetExecutionRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetExecutionResponse>) responseObserver);
          break;
        case METHODID_CLONE_EXECUTION:
          serviceImpl.cloneExecution((dev.asyncgate.v1.CloneExecutionRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.CloneExecutionResponse>) responseObserver);
          break;
        case METHODID_RETRY_EXECUTION:
          serviceImpl.retryExecution((dev.asyncgate.v1.RetryExecutionRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.RetryExecutionResponse>) responseObserver);
          break;
        case METHODID_VALIDATE_MACHINE:
          serviceImpl.validateMachine((dev.asyncgate.v1.ValidateMachineRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ValidateMachineResponse>) responseObserver);
          break;
        case METHODID_PUT_MACHINE:
          serviceImpl.putMachine((dev.asyncgate.v1.PutMachineRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.PutMachineResponse>) responseObserver);
          break;
        case METHODID_GET_MACHINE:
          serviceImpl.getMachine((dev.asyncgate.v1.GetMachineRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetMachineResponse>) responseObserver);
          break;
        case METHODID_LIST_MACHINES:
          serviceImpl.listMachines((dev.asyncgate.v1.ListMachinesRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListMachinesResponse>) responseObserver);
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
          getStartMachineMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.StartMachineRequest,
              dev.asyncgate.v1.StartMachineResponse>(
                service, METHODID_START_MACHINE)))
        .addMethod(
          getGetExecutionMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.GetExecutionRequest,
              dev.asyncgate.v1.GetExecutionResponse>(
                service, METHODID_GET_EXECUTION)))
        .addMethod(
          getCloneExecutionMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.CloneExecutionRequest,
              dev.asyncgate.v1.CloneExecutionResponse>(
                service, METHODID_CLONE_EXECUTION)))
        .addMethod(
          getRetryExecutionMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.RetryExecutionRequest,
              dev.asyncgate.v1.RetryExecutionResponse>(
                service, METHODID_RETRY_EXECUTION)))
        .addMethod(
          getValidateMachineMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ValidateMachineRequest,
              dev.asyncgate.v1.ValidateMachineResponse>(
                service, METHODID_VALIDATE_MACHINE)))
        .addMethod(
          getPutMachineMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.PutMachineRequest,
              dev.asyncgate.v1.PutMachineResponse>(
                service, METHODID_PUT_MACHINE)))
        .addMethod(
          getGetMachineMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.GetMachineRequest,
              dev.asyncgate.v1.GetMachineResponse>(
                service, METHODID_GET_MACHINE)))
        .addMethod(
          getListMachinesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListMachinesRequest,
              dev.asyncgate.v1.ListMachinesResponse>(
                service, METHODID_LIST_MACHINES)))
        .build();
  }

  private static abstract class MachineServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    MachineServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return dev.asyncgate.v1.MachineServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("MachineService");
    }
  }

  private static final class MachineServiceFileDescriptorSupplier
      extends MachineServiceBaseDescriptorSupplier {
    MachineServiceFileDescriptorSupplier() {}
  }

  private static final class MachineServiceMethodDescriptorSupplier
      extends MachineServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    MachineServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (MachineServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new MachineServiceFileDescriptorSupplier())
              .addMethod(getStartMachineMethod())
              .addMethod(getGetExecutionMethod())
              .addMethod(getCloneExecutionMethod())
              .addMethod(getRetryExecutionMethod())
              .addMethod(getValidateMachineMethod())
              .addMethod(getPutMachineMethod())
              .addMethod(getGetMachineMethod())
              .addMethod(getListMachinesMethod())
              .build();
        }
      }
    }
    return result;
  }
}
