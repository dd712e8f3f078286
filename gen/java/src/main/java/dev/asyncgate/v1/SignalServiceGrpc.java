package dev.asyncgate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Sends signals, and shows what waits for what. A task waits for signals with a `signal` condition.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class SignalServiceGrpc {

  private SignalServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "asyncgate.v1.SignalService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.SendSignalRequest,
      dev.asyncgate.v1.SendSignalResponse> getSendSignalMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SendSignal",
      requestType = dev.asyncgate.v1.SendSignalRequest.class,
      responseType = dev.asyncgate.v1.SendSignalResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.SendSignalRequest,
      dev.asyncgate.v1.SendSignalResponse> getSendSignalMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.SendSignalRequest, dev.asyncgate.v1.SendSignalResponse> getSendSignalMethod;
    if ((getSendSignalMethod = SignalServiceGrpc.getSendSignalMethod) == null) {
      synchronized (SignalServiceGrpc.class) {
        if ((getSendSignalMethod = SignalServiceGrpc.getSendSignalMethod) == null) {
          SignalServiceGrpc.getSendSignalMethod = getSendSignalMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.SendSignalRequest, dev.asyncgate.v1.SendSignalResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SendSignal"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.SendSignalRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.SendSignalResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SignalServiceMethodDescriptorSupplier("SendSignal"))
              .build();
        }
      }
    }
    return getSendSignalMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListSignalsRequest,
      dev.asyncgate.v1.ListSignalsResponse> getListSignalsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListSignals",
      requestType = dev.asyncgate.v1.ListSignalsRequest.class,
      responseType = dev.asyncgate.v1.ListSignalsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListSignalsRequest,
      dev.asyncgate.v1.ListSignalsResponse> getListSignalsMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListSignalsRequest, dev.asyncgate.v1.ListSignalsResponse> getListSignalsMethod;
    if ((getListSignalsMethod = SignalServiceGrpc.getListSignalsMethod) == null) {
      synchronized (SignalServiceGrpc.class) {
        if ((getListSignalsMethod = SignalServiceGrpc.getListSignalsMethod) == null) {
          SignalServiceGrpc.getListSignalsMethod = getListSignalsMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListSignalsRequest, dev.asyncgate.v1.ListSignalsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListSignals"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListSignalsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListSignalsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SignalServiceMethodDescriptorSupplier("ListSignals"))
              .build();
        }
      }
    }
    return getListSignalsMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static SignalServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<SignalServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<SignalServiceStub>() {
        @java.lang.Override
        public SignalServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new SignalServiceStub(channel, callOptions);
        }
      };
    return SignalServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static SignalServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<SignalServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<SignalServiceBlockingV2Stub>() {
        @java.lang.Override
        public SignalServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new SignalServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return SignalServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static SignalServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<SignalServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<SignalServiceBlockingStub>() {
        @java.lang.Override
        public SignalServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new SignalServiceBlockingStub(channel, callOptions);
        }
      };
    return SignalServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static SignalServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<SignalServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<SignalServiceFutureStub>() {
        @java.lang.Override
        public SignalServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new SignalServiceFutureStub(channel, callOptions);
        }
      };
    return SignalServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Sends signals, and shows what waits for what. A task waits for signals with a `signal` condition.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Sends a signal on a channel, or to a task.
     * It meets the condition that has waited longest for one on that channel, in the same transaction. If none waits, it
     * is kept until one does, or until its `ttl` has passed. Each signal is taken by one condition only. With
     * `broadcast`, it meets all conditions that wait now, and is not kept. A task's channel is open to its creator, its
     * holder, its tree (the owner of the task at the top, and the holders of tasks in it), and callers with
     * `tasks:signal_all`; for others the task does not exist. All other channels need the scope
     * `signals:send`. Reasons: `TASK_NOT_FOUND`, `INVALID_TRANSITION` for a task that has ended, `PERMISSION_DENIED`,
     * `LIMIT_EXCEEDED` for a payload or a channel that is too large, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void sendSignal(dev.asyncgate.v1.SendSignalRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.SendSignalResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSendSignalMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists what waits on a channel, oldest first: signals that no condition has taken, and conditions that no signal has
     * met; or the signals that a task has taken.
     * What a task has taken, and the channel of a task, is shown to callers that may read the task; for others the task
     * does not exist. All other channels need the scope `signals:read`. A page is shorter than asked for if it is the
     * last one, or if an answer holds no more. Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    default void listSignals(dev.asyncgate.v1.ListSignalsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListSignalsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListSignalsMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service SignalService.
   * <pre>
   * Sends signals, and shows what waits for what. A task waits for signals with a `signal` condition.
   * </pre>
   */
  public static abstract class SignalServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return SignalServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service SignalService.
   * <pre>
   * Sends signals, and shows what waits for what. A task waits for signals with a `signal` condition.
   * </pre>
   */
  public static final class SignalServiceStub
      extends io.grpc.stub.AbstractAsyncStub<SignalServiceStub> {
    private SignalServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected SignalServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new SignalServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Sends a signal on a channel, or to a task.
     * It meets the condition that has waited longest for one on that channel, in the same transaction. If none waits, it
     * is kept until one does, or until its `ttl` has passed. Each signal is taken by one condition only. With
     * `broadcast`, it meets all conditions that wait now, and is not kept. A task's channel is open to its creator, its
     * holder, its tree (the owner of the task at the top, and the holders of tasks in it), and callers with
     * `tasks:signal_all`; for others the task does not exist. All other channels need the scope
     * `signals:send`. Reasons: `TASK_NOT_FOUND`, `INVALID_TRANSITION` for a task that has ended, `PERMISSION_DENIED`,
     * `LIMIT_EXCEEDED` for a payload or a channel that is too large, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void sendSignal(dev.asyncgate.v1.SendSignalRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.SendSignalResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSendSignalMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists what waits on a channel, oldest first: signals that no condition has taken, and conditions that no signal has
     * met; or the signals that a task has taken.
     * What a task has taken, and the channel of a task, is shown to callers that may read the task; for others the task
     * does not exist. All other channels need the scope `signals:read`. A page is shorter than asked for if it is the
     * last one, or if an answer holds no more. Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public void listSignals(dev.asyncgate.v1.ListSignalsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListSignalsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListSignalsMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service SignalService.
   * <pre>
   * Sends signals, and shows what waits for what. A task waits for signals with a `signal` condition.
   * </pre>
   */
  public static final class SignalServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<SignalServiceBlockingV2Stub> {
    private SignalServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected SignalServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new SignalServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Sends a signal on a channel, or to a task.
     * It meets the condition that has waited longest for one on that channel, in the same transaction. If none waits, it
     * is kept until one does, or until its `ttl` has passed. Each signal is taken by one condition only. With
     * `broadcast`, it meets all conditions that wait now, and is not kept. A task's channel is open to its creator, its
     * holder, its tree (the owner of the task at the top, and the holders of tasks in it), and callers with
     * `tasks:signal_all`; for others the task does not exist. All other channels need the scope
     * `signals:send`. Reasons: `TASK_NOT_FOUND`, `INVALID_TRANSITION` for a task that has ended, `PERMISSION_DENIED`,
     * `LIMIT_EXCEEDED` for a payload or a channel that is too large, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.SendSignalResponse sendSignal(dev.asyncgate.v1.SendSignalRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSendSignalMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists what waits on a channel, oldest first: signals that no condition has taken, and conditions that no signal has
     * met; or the signals that a task has taken.
     * What a task has taken, and the channel of a task, is shown to callers that may read the task; for others the task
     * does not exist. All other channels need the scope `signals:read`. A page is shorter than asked for if it is the
     * last one, or if an answer holds no more. Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public dev.asyncgate.v1.ListSignalsResponse listSignals(dev.asyncgate.v1.ListSignalsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListSignalsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service SignalService.
   * <pre>
   * Sends signals, and shows what waits for what. A task waits for signals with a `signal` condition.
   * </pre>
   */
  public static final class SignalServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<SignalServiceBlockingStub> {
    private SignalServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected SignalServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new SignalServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Sends a signal on a channel, or to a task.
     * It meets the condition that has waited longest for one on that channel, in the same transaction. If none waits, it
     * is kept until one does, or until its `ttl` has passed. Each signal is taken by one condition only. With
     * `broadcast`, it meets all conditions that wait now, and is not kept. A task's channel is open to its creator, its
     * holder, its tree (the owner of the task at the top, and the holders of tasks in it), and callers with
     * `tasks:signal_all`; for others the task does not exist. All other channels need the scope
     * `signals:send`. Reasons: `TASK_NOT_FOUND`, `INVALID_TRANSITION` for a task that has ended, `PERMISSION_DENIED`,
     * `LIMIT_EXCEEDED` for a payload or a channel that is too large, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.SendSignalResponse sendSignal(dev.asyncgate.v1.SendSignalRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSendSignalMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists what waits on a channel, oldest first: signals that no condition has taken, and conditions that no signal has
     * met; or the signals that a task has taken.
     * What a task has taken, and the channel of a task, is shown to callers that may read the task; for others the task
     * does not exist. All other channels need the scope `signals:read`. A page is shorter than asked for if it is the
     * last one, or if an answer holds no more. Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public dev.asyncgate.v1.ListSignalsResponse listSignals(dev.asyncgate.v1.ListSignalsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListSignalsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service SignalService.
   * <pre>
   * Sends signals, and shows what waits for what. A task waits for signals with a `signal` condition.
   * </pre>
   */
  public static final class SignalServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<SignalServiceFutureStub> {
    private SignalServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected SignalServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new SignalServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Sends a signal on a channel, or to a task.
     * It meets the condition that has waited longest for one on that channel, in the same transaction. If none waits, it
     * is kept until one does, or until its `ttl` has passed. Each signal is taken by one condition only. With
     * `broadcast`, it meets all conditions that wait now, and is not kept. A task's channel is open to its creator, its
     * holder, its tree (the owner of the task at the top, and the holders of tasks in it), and callers with
     * `tasks:signal_all`; for others the task does not exist. All other channels need the scope
     * `signals:send`. Reasons: `TASK_NOT_FOUND`, `INVALID_TRANSITION` for a task that has ended, `PERMISSION_DENIED`,
     * `LIMIT_EXCEEDED` for a payload or a channel that is too large, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.SendSignalResponse> sendSignal(
        dev.asyncgate.v1.SendSignalRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSendSignalMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists what waits on a channel, oldest first: signals that no condition has taken, and conditions that no signal has
     * met; or the signals that a task has taken.
     * What a task has taken, and the channel of a task, is shown to callers that may read the task; for others the task
     * does not exist. All other channels need the scope `signals:read`. A page is shorter than asked for if it is the
     * last one, or if an answer holds no more. Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListSignalsResponse> listSignals(
        dev.asyncgate.v1.ListSignalsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListSignalsMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_SEND_SIGNAL = 0;
  private static final int METHODID_LIST_SIGNALS = 1;

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
        case METHODID_SEND_SIGNAL:
          serviceImpl.sendSignal((dev.asyncgate.v1.SendSignalRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.SendSignalResponse>) responseObserver);
          break;
        case METHODID_LIST_SIGNALS:
          serviceImpl.listSignals((dev.asyncgate.v1.ListSignalsRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListSignalsResponse>) responseObserver);
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
          getSendSignalMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.SendSignalRequest,
              dev.asyncgate.v1.SendSignalResponse>(
                service, METHODID_SEND_SIGNAL)))
        .addMethod(
          getListSignalsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListSignalsRequest,
              dev.asyncgate.v1.ListSignalsResponse>(
                service, METHODID_LIST_SIGNALS)))
        .build();
  }

  private static abstract class SignalServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    SignalServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return dev.asyncgate.v1.SignalServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("SignalService");
    }
  }

  private static final class SignalServiceFileDescriptorSupplier
      extends SignalServiceBaseDescriptorSupplier {
    SignalServiceFileDescriptorSupplier() {}
  }

  private static final class SignalServiceMethodDescriptorSupplier
      extends SignalServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    SignalServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (SignalServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new SignalServiceFileDescriptorSupplier())
              .addMethod(getSendSignalMethod())
              .addMethod(getListSignalsMethod())
              .build();
        }
      }
    }
    return result;
  }
}
