package dev.asyncgate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Describes the server, and its limits and defaults for the caller.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class SystemServiceGrpc {

  private SystemServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "asyncgate.v1.SystemService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.GetServerInfoRequest,
      dev.asyncgate.v1.GetServerInfoResponse> getGetServerInfoMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetServerInfo",
      requestType = dev.asyncgate.v1.GetServerInfoRequest.class,
      responseType = dev.asyncgate.v1.GetServerInfoResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.GetServerInfoRequest,
      dev.asyncgate.v1.GetServerInfoResponse> getGetServerInfoMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.GetServerInfoRequest, dev.asyncgate.v1.GetServerInfoResponse> getGetServerInfoMethod;
    if ((getGetServerInfoMethod = SystemServiceGrpc.getGetServerInfoMethod) == null) {
      synchronized (SystemServiceGrpc.class) {
        if ((getGetServerInfoMethod = SystemServiceGrpc.getGetServerInfoMethod) == null) {
          SystemServiceGrpc.getGetServerInfoMethod = getGetServerInfoMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.GetServerInfoRequest, dev.asyncgate.v1.GetServerInfoResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetServerInfo"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetServerInfoRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetServerInfoResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SystemServiceMethodDescriptorSupplier("GetServerInfo"))
              .build();
        }
      }
    }
    return getGetServerInfoMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.GetConfigRequest,
      dev.asyncgate.v1.GetConfigResponse> getGetConfigMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetConfig",
      requestType = dev.asyncgate.v1.GetConfigRequest.class,
      responseType = dev.asyncgate.v1.GetConfigResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.GetConfigRequest,
      dev.asyncgate.v1.GetConfigResponse> getGetConfigMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.GetConfigRequest, dev.asyncgate.v1.GetConfigResponse> getGetConfigMethod;
    if ((getGetConfigMethod = SystemServiceGrpc.getGetConfigMethod) == null) {
      synchronized (SystemServiceGrpc.class) {
        if ((getGetConfigMethod = SystemServiceGrpc.getGetConfigMethod) == null) {
          SystemServiceGrpc.getGetConfigMethod = getGetConfigMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.GetConfigRequest, dev.asyncgate.v1.GetConfigResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetConfig"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetConfigRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetConfigResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SystemServiceMethodDescriptorSupplier("GetConfig"))
              .build();
        }
      }
    }
    return getGetConfigMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.BootstrapRequest,
      dev.asyncgate.v1.BootstrapResponse> getBootstrapMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Bootstrap",
      requestType = dev.asyncgate.v1.BootstrapRequest.class,
      responseType = dev.asyncgate.v1.BootstrapResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.BootstrapRequest,
      dev.asyncgate.v1.BootstrapResponse> getBootstrapMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.BootstrapRequest, dev.asyncgate.v1.BootstrapResponse> getBootstrapMethod;
    if ((getBootstrapMethod = SystemServiceGrpc.getBootstrapMethod) == null) {
      synchronized (SystemServiceGrpc.class) {
        if ((getBootstrapMethod = SystemServiceGrpc.getBootstrapMethod) == null) {
          SystemServiceGrpc.getBootstrapMethod = getBootstrapMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.BootstrapRequest, dev.asyncgate.v1.BootstrapResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Bootstrap"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.BootstrapRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.BootstrapResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SystemServiceMethodDescriptorSupplier("Bootstrap"))
              .build();
        }
      }
    }
    return getBootstrapMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static SystemServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<SystemServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<SystemServiceStub>() {
        @java.lang.Override
        public SystemServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new SystemServiceStub(channel, callOptions);
        }
      };
    return SystemServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static SystemServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<SystemServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<SystemServiceBlockingV2Stub>() {
        @java.lang.Override
        public SystemServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new SystemServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return SystemServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static SystemServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<SystemServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<SystemServiceBlockingStub>() {
        @java.lang.Override
        public SystemServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new SystemServiceBlockingStub(channel, callOptions);
        }
      };
    return SystemServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static SystemServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<SystemServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<SystemServiceFutureStub>() {
        @java.lang.Override
        public SystemServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new SystemServiceFutureStub(channel, callOptions);
        }
      };
    return SystemServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Describes the server, and its limits and defaults for the caller.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Describes the server, and the caller as the server sees it.
     * Needs a valid credential and only the scope that every role has. A good first call: it checks address and key.
     * </pre>
     */
    default void getServerInfo(dev.asyncgate.v1.GetServerInfoRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetServerInfoResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetServerInfoMethod(), responseObserver);
    }

    /**
     * <pre>
     * Answers the limits and defaults that apply to the caller.
     * </pre>
     */
    default void getConfig(dev.asyncgate.v1.GetConfigRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetConfigResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetConfigMethod(), responseObserver);
    }

    /**
     * <pre>
     * Answers what is open in the buckets of the first AsyncGate. Deprecated from the start: use
     * ObligationService.ListOpenObligations, which reads the same data and leaves the judging to you.
     * </pre>
     */
    @java.lang.Deprecated
    default void bootstrap(dev.asyncgate.v1.BootstrapRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.BootstrapResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getBootstrapMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service SystemService.
   * <pre>
   * Describes the server, and its limits and defaults for the caller.
   * </pre>
   */
  public static abstract class SystemServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return SystemServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service SystemService.
   * <pre>
   * Describes the server, and its limits and defaults for the caller.
   * </pre>
   */
  public static final class SystemServiceStub
      extends io.grpc.stub.AbstractAsyncStub<SystemServiceStub> {
    private SystemServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected SystemServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new SystemServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Describes the server, and the caller as the server sees it.
     * Needs a valid credential and only the scope that every role has. A good first call: it checks address and key.
     * </pre>
     */
    public void getServerInfo(dev.asyncgate.v1.GetServerInfoRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetServerInfoResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetServerInfoMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Answers the limits and defaults that apply to the caller.
     * </pre>
     */
    public void getConfig(dev.asyncgate.v1.GetConfigRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetConfigResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetConfigMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Answers what is open in the buckets of the first AsyncGate. Deprecated from the start: use
     * ObligationService.ListOpenObligations, which reads the same data and leaves the judging to you.
     * </pre>
     */
    @java.lang.Deprecated
    public void bootstrap(dev.asyncgate.v1.BootstrapRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.BootstrapResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getBootstrapMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service SystemService.
   * <pre>
   * Describes the server, and its limits and defaults for the caller.
   * </pre>
   */
  public static final class SystemServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<SystemServiceBlockingV2Stub> {
    private SystemServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected SystemServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new SystemServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Describes the server, and the caller as the server sees it.
     * Needs a valid credential and only the scope that every role has. A good first call: it checks address and key.
     * </pre>
     */
    public dev.asyncgate.v1.GetServerInfoResponse getServerInfo(dev.asyncgate.v1.GetServerInfoRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetServerInfoMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Answers the limits and defaults that apply to the caller.
     * </pre>
     */
    public dev.asyncgate.v1.GetConfigResponse getConfig(dev.asyncgate.v1.GetConfigRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetConfigMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Answers what is open in the buckets of the first AsyncGate. Deprecated from the start: use
     * ObligationService.ListOpenObligations, which reads the same data and leaves the judging to you.
     * </pre>
     */
    @java.lang.Deprecated
    public dev.asyncgate.v1.BootstrapResponse bootstrap(dev.asyncgate.v1.BootstrapRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getBootstrapMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service SystemService.
   * <pre>
   * Describes the server, and its limits and defaults for the caller.
   * </pre>
   */
  public static final class SystemServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<SystemServiceBlockingStub> {
    private SystemServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected SystemServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new SystemServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Describes the server, and the caller as the server sees it.
     * Needs a valid credential and only the scope that every role has. A good first call: it checks address and key.
     * </pre>
     */
    public dev.asyncgate.v1.GetServerInfoResponse getServerInfo(dev.asyncgate.v1.GetServerInfoRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetServerInfoMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Answers the limits and defaults that apply to the caller.
     * </pre>
     */
    public dev.asyncgate.v1.GetConfigResponse getConfig(dev.asyncgate.v1.GetConfigRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetConfigMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Answers what is open in the buckets of the first AsyncGate. Deprecated from the start: use
     * ObligationService.ListOpenObligations, which reads the same data and leaves the judging to you.
     * </pre>
     */
    @java.lang.Deprecated
    public dev.asyncgate.v1.BootstrapResponse bootstrap(dev.asyncgate.v1.BootstrapRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getBootstrapMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service SystemService.
   * <pre>
   * Describes the server, and its limits and defaults for the caller.
   * </pre>
   */
  public static final class SystemServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<SystemServiceFutureStub> {
    private SystemServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected SystemServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new SystemServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Describes the server, and the caller as the server sees it.
     * Needs a valid credential and only the scope that every role has. A good first call: it checks address and key.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.GetServerInfoResponse> getServerInfo(
        dev.asyncgate.v1.GetServerInfoRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetServerInfoMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Answers the limits and defaults that apply to the caller.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.GetConfigResponse> getConfig(
        dev.asyncgate.v1.GetConfigRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetConfigMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Answers what is open in the buckets of the first AsyncGate. Deprecated from the start: use
     * ObligationService.ListOpenObligations, which reads the same data and leaves the judging to you.
     * </pre>
     */
    @java.lang.Deprecated
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.BootstrapResponse> bootstrap(
        dev.asyncgate.v1.BootstrapRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getBootstrapMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_GET_SERVER_INFO = 0;
  private static final int METHODID_GET_CONFIG = 1;
  private static final int METHODID_BOOTSTRAP = 2;

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
        case METHODID_GET_SERVER_INFO:
          serviceImpl.getServerInfo((dev.asyncgate.v1.GetServerInfoRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetServerInfoResponse>) responseObserver);
          break;
        case METHODID_GET_CONFIG:
          serviceImpl.getConfig((dev.asyncgate.v1.GetConfigRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetConfigResponse>) responseObserver);
          break;
        case METHODID_BOOTSTRAP:
          serviceImpl.bootstrap((dev.asyncgate.v1.BootstrapRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.BootstrapResponse>) responseObserver);
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
          getGetServerInfoMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.GetServerInfoRequest,
              dev.asyncgate.v1.GetServerInfoResponse>(
                service, METHODID_GET_SERVER_INFO)))
        .addMethod(
          getGetConfigMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.GetConfigRequest,
              dev.asyncgate.v1.GetConfigResponse>(
                service, METHODID_GET_CONFIG)))
        .addMethod(
          getBootstrapMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.BootstrapRequest,
              dev.asyncgate.v1.BootstrapResponse>(
                service, METHODID_BOOTSTRAP)))
        .build();
  }

  private static abstract class SystemServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    SystemServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return dev.asyncgate.v1.SystemServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("SystemService");
    }
  }

  private static final class SystemServiceFileDescriptorSupplier
      extends SystemServiceBaseDescriptorSupplier {
    SystemServiceFileDescriptorSupplier() {}
  }

  private static final class SystemServiceMethodDescriptorSupplier
      extends SystemServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    SystemServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (SystemServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new SystemServiceFileDescriptorSupplier())
              .addMethod(getGetServerInfoMethod())
              .addMethod(getGetConfigMethod())
              .addMethod(getBootstrapMethod())
              .build();
        }
      }
    }
    return result;
  }
}
