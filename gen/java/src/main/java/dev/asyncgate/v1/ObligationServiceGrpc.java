package dev.asyncgate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Shows who still owes what. An obligation is a receipt of an obliging type that no receipt has closed yet.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class ObligationServiceGrpc {

  private ObligationServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "asyncgate.v1.ObligationService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListOpenObligationsRequest,
      dev.asyncgate.v1.ListOpenObligationsResponse> getListOpenObligationsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListOpenObligations",
      requestType = dev.asyncgate.v1.ListOpenObligationsRequest.class,
      responseType = dev.asyncgate.v1.ListOpenObligationsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListOpenObligationsRequest,
      dev.asyncgate.v1.ListOpenObligationsResponse> getListOpenObligationsMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListOpenObligationsRequest, dev.asyncgate.v1.ListOpenObligationsResponse> getListOpenObligationsMethod;
    if ((getListOpenObligationsMethod = ObligationServiceGrpc.getListOpenObligationsMethod) == null) {
      synchronized (ObligationServiceGrpc.class) {
        if ((getListOpenObligationsMethod = ObligationServiceGrpc.getListOpenObligationsMethod) == null) {
          ObligationServiceGrpc.getListOpenObligationsMethod = getListOpenObligationsMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListOpenObligationsRequest, dev.asyncgate.v1.ListOpenObligationsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListOpenObligations"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListOpenObligationsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListOpenObligationsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ObligationServiceMethodDescriptorSupplier("ListOpenObligations"))
              .build();
        }
      }
    }
    return getListOpenObligationsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.WatchOpenObligationsRequest,
      dev.asyncgate.v1.WatchOpenObligationsResponse> getWatchOpenObligationsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "WatchOpenObligations",
      requestType = dev.asyncgate.v1.WatchOpenObligationsRequest.class,
      responseType = dev.asyncgate.v1.WatchOpenObligationsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.WatchOpenObligationsRequest,
      dev.asyncgate.v1.WatchOpenObligationsResponse> getWatchOpenObligationsMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.WatchOpenObligationsRequest, dev.asyncgate.v1.WatchOpenObligationsResponse> getWatchOpenObligationsMethod;
    if ((getWatchOpenObligationsMethod = ObligationServiceGrpc.getWatchOpenObligationsMethod) == null) {
      synchronized (ObligationServiceGrpc.class) {
        if ((getWatchOpenObligationsMethod = ObligationServiceGrpc.getWatchOpenObligationsMethod) == null) {
          ObligationServiceGrpc.getWatchOpenObligationsMethod = getWatchOpenObligationsMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.WatchOpenObligationsRequest, dev.asyncgate.v1.WatchOpenObligationsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "WatchOpenObligations"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.WatchOpenObligationsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.WatchOpenObligationsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ObligationServiceMethodDescriptorSupplier("WatchOpenObligations"))
              .build();
        }
      }
    }
    return getWatchOpenObligationsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ExplainObligationRequest,
      dev.asyncgate.v1.ExplainObligationResponse> getExplainObligationMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ExplainObligation",
      requestType = dev.asyncgate.v1.ExplainObligationRequest.class,
      responseType = dev.asyncgate.v1.ExplainObligationResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ExplainObligationRequest,
      dev.asyncgate.v1.ExplainObligationResponse> getExplainObligationMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ExplainObligationRequest, dev.asyncgate.v1.ExplainObligationResponse> getExplainObligationMethod;
    if ((getExplainObligationMethod = ObligationServiceGrpc.getExplainObligationMethod) == null) {
      synchronized (ObligationServiceGrpc.class) {
        if ((getExplainObligationMethod = ObligationServiceGrpc.getExplainObligationMethod) == null) {
          ObligationServiceGrpc.getExplainObligationMethod = getExplainObligationMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ExplainObligationRequest, dev.asyncgate.v1.ExplainObligationResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ExplainObligation"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ExplainObligationRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ExplainObligationResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ObligationServiceMethodDescriptorSupplier("ExplainObligation"))
              .build();
        }
      }
    }
    return getExplainObligationMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static ObligationServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ObligationServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ObligationServiceStub>() {
        @java.lang.Override
        public ObligationServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ObligationServiceStub(channel, callOptions);
        }
      };
    return ObligationServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static ObligationServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ObligationServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ObligationServiceBlockingV2Stub>() {
        @java.lang.Override
        public ObligationServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ObligationServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return ObligationServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static ObligationServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ObligationServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ObligationServiceBlockingStub>() {
        @java.lang.Override
        public ObligationServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ObligationServiceBlockingStub(channel, callOptions);
        }
      };
    return ObligationServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static ObligationServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ObligationServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ObligationServiceFutureStub>() {
        @java.lang.Override
        public ObligationServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ObligationServiceFutureStub(channel, callOptions);
        }
      };
    return ObligationServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Shows who still owes what. An obligation is a receipt of an obliging type that no receipt has closed yet.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Lists what a principal still owes, oldest first. Make this call first in a new session.
     * The answer is never sorted into buckets of urgency: judging is left to the caller. Its cost grows with the open
     * obligations of the principal, not with the size of the ledger. A page is shorter than asked for if it is the last
     * one, or if an answer holds no more. Reasons: `PERMISSION_DENIED` for the obligations of another principal without
     * the wider scope.
     * </pre>
     */
    default void listOpenObligations(dev.asyncgate.v1.ListOpenObligationsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListOpenObligationsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListOpenObligationsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Follows what a principal owes: first all open obligations, then each one that opens or closes.
     * What is too much for one message comes in several; `caught_up` is set from the last message of the start on. After
     * a disconnect, call again: the stream starts over with all open obligations. Reasons: as ListOpenObligations, and
     * `LIMIT_EXCEEDED` for a principal that owes more than `watched_obligations_max`.
     * </pre>
     */
    default void watchOpenObligations(dev.asyncgate.v1.WatchOpenObligationsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.WatchOpenObligationsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getWatchOpenObligationsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Explains one obligation: whether it is open, why, and what would close it.
     * Reasons: `RECEIPT_NOT_FOUND`, also for receipts that the caller may not read and for types that do not oblige.
     * </pre>
     */
    default void explainObligation(dev.asyncgate.v1.ExplainObligationRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ExplainObligationResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getExplainObligationMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service ObligationService.
   * <pre>
   * Shows who still owes what. An obligation is a receipt of an obliging type that no receipt has closed yet.
   * </pre>
   */
  public static abstract class ObligationServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return ObligationServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service ObligationService.
   * <pre>
   * Shows who still owes what. An obligation is a receipt of an obliging type that no receipt has closed yet.
   * </pre>
   */
  public static final class ObligationServiceStub
      extends io.grpc.stub.AbstractAsyncStub<ObligationServiceStub> {
    private ObligationServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ObligationServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ObligationServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Lists what a principal still owes, oldest first. Make this call first in a new session.
     * The answer is never sorted into buckets of urgency: judging is left to the caller. Its cost grows with the open
     * obligations of the principal, not with the size of the ledger. A page is shorter than asked for if it is the last
     * one, or if an answer holds no more. Reasons: `PERMISSION_DENIED` for the obligations of another principal without
     * the wider scope.
     * </pre>
     */
    public void listOpenObligations(dev.asyncgate.v1.ListOpenObligationsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListOpenObligationsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListOpenObligationsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Follows what a principal owes: first all open obligations, then each one that opens or closes.
     * What is too much for one message comes in several; `caught_up` is set from the last message of the start on. After
     * a disconnect, call again: the stream starts over with all open obligations. Reasons: as ListOpenObligations, and
     * `LIMIT_EXCEEDED` for a principal that owes more than `watched_obligations_max`.
     * </pre>
     */
    public void watchOpenObligations(dev.asyncgate.v1.WatchOpenObligationsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.WatchOpenObligationsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getWatchOpenObligationsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Explains one obligation: whether it is open, why, and what would close it.
     * Reasons: `RECEIPT_NOT_FOUND`, also for receipts that the caller may not read and for types that do not oblige.
     * </pre>
     */
    public void explainObligation(dev.asyncgate.v1.ExplainObligationRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ExplainObligationResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getExplainObligationMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service ObligationService.
   * <pre>
   * Shows who still owes what. An obligation is a receipt of an obliging type that no receipt has closed yet.
   * </pre>
   */
  public static final class ObligationServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<ObligationServiceBlockingV2Stub> {
    private ObligationServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ObligationServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ObligationServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Lists what a principal still owes, oldest first. Make this call first in a new session.
     * The answer is never sorted into buckets of urgency: judging is left to the caller. Its cost grows with the open
     * obligations of the principal, not with the size of the ledger. A page is shorter than asked for if it is the last
     * one, or if an answer holds no more. Reasons: `PERMISSION_DENIED` for the obligations of another principal without
     * the wider scope.
     * </pre>
     */
    public dev.asyncgate.v1.ListOpenObligationsResponse listOpenObligations(dev.asyncgate.v1.ListOpenObligationsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListOpenObligationsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Follows what a principal owes: first all open obligations, then each one that opens or closes.
     * What is too much for one message comes in several; `caught_up` is set from the last message of the start on. After
     * a disconnect, call again: the stream starts over with all open obligations. Reasons: as ListOpenObligations, and
     * `LIMIT_EXCEEDED` for a principal that owes more than `watched_obligations_max`.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, dev.asyncgate.v1.WatchOpenObligationsResponse>
        watchOpenObligations(dev.asyncgate.v1.WatchOpenObligationsRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getWatchOpenObligationsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Explains one obligation: whether it is open, why, and what would close it.
     * Reasons: `RECEIPT_NOT_FOUND`, also for receipts that the caller may not read and for types that do not oblige.
     * </pre>
     */
    public dev.asyncgate.v1.ExplainObligationResponse explainObligation(dev.asyncgate.v1.ExplainObligationRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getExplainObligationMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service ObligationService.
   * <pre>
   * Shows who still owes what. An obligation is a receipt of an obliging type that no receipt has closed yet.
   * </pre>
   */
  public static final class ObligationServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<ObligationServiceBlockingStub> {
    private ObligationServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ObligationServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ObligationServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Lists what a principal still owes, oldest first. Make this call first in a new session.
     * The answer is never sorted into buckets of urgency: judging is left to the caller. Its cost grows with the open
     * obligations of the principal, not with the size of the ledger. A page is shorter than asked for if it is the last
     * one, or if an answer holds no more. Reasons: `PERMISSION_DENIED` for the obligations of another principal without
     * the wider scope.
     * </pre>
     */
    public dev.asyncgate.v1.ListOpenObligationsResponse listOpenObligations(dev.asyncgate.v1.ListOpenObligationsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListOpenObligationsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Follows what a principal owes: first all open obligations, then each one that opens or closes.
     * What is too much for one message comes in several; `caught_up` is set from the last message of the start on. After
     * a disconnect, call again: the stream starts over with all open obligations. Reasons: as ListOpenObligations, and
     * `LIMIT_EXCEEDED` for a principal that owes more than `watched_obligations_max`.
     * </pre>
     */
    public java.util.Iterator<dev.asyncgate.v1.WatchOpenObligationsResponse> watchOpenObligations(
        dev.asyncgate.v1.WatchOpenObligationsRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getWatchOpenObligationsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Explains one obligation: whether it is open, why, and what would close it.
     * Reasons: `RECEIPT_NOT_FOUND`, also for receipts that the caller may not read and for types that do not oblige.
     * </pre>
     */
    public dev.asyncgate.v1.ExplainObligationResponse explainObligation(dev.asyncgate.v1.ExplainObligationRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getExplainObligationMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service ObligationService.
   * <pre>
   * Shows who still owes what. An obligation is a receipt of an obliging type that no receipt has closed yet.
   * </pre>
   */
  public static final class ObligationServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<ObligationServiceFutureStub> {
    private ObligationServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ObligationServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ObligationServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Lists what a principal still owes, oldest first. Make this call first in a new session.
     * The answer is never sorted into buckets of urgency: judging is left to the caller. Its cost grows with the open
     * obligations of the principal, not with the size of the ledger. A page is shorter than asked for if it is the last
     * one, or if an answer holds no more. Reasons: `PERMISSION_DENIED` for the obligations of another principal without
     * the wider scope.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListOpenObligationsResponse> listOpenObligations(
        dev.asyncgate.v1.ListOpenObligationsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListOpenObligationsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Explains one obligation: whether it is open, why, and what would close it.
     * Reasons: `RECEIPT_NOT_FOUND`, also for receipts that the caller may not read and for types that do not oblige.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ExplainObligationResponse> explainObligation(
        dev.asyncgate.v1.ExplainObligationRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getExplainObligationMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_LIST_OPEN_OBLIGATIONS = 0;
  private static final int METHODID_WATCH_OPEN_OBLIGATIONS = 1;
  private static final int METHODID_EXPLAIN_OBLIGATION = 2;

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
        case METHODID_LIST_OPEN_OBLIGATIONS:
          serviceImpl.listOpenObligations((dev.asyncgate.v1.ListOpenObligationsRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListOpenObligationsResponse>) responseObserver);
          break;
        case METHODID_WATCH_OPEN_OBLIGATIONS:
          serviceImpl.watchOpenObligations((dev.asyncgate.v1.WatchOpenObligationsRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.WatchOpenObligationsResponse>) responseObserver);
          break;
        case METHODID_EXPLAIN_OBLIGATION:
          serviceImpl.explainObligation((dev.asyncgate.v1.ExplainObligationRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ExplainObligationResponse>) responseObserver);
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
          getListOpenObligationsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListOpenObligationsRequest,
              dev.asyncgate.v1.ListOpenObligationsResponse>(
                service, METHODID_LIST_OPEN_OBLIGATIONS)))
        .addMethod(
          getWatchOpenObligationsMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              dev.asyncgate.v1.WatchOpenObligationsRequest,
              dev.asyncgate.v1.WatchOpenObligationsResponse>(
                service, METHODID_WATCH_OPEN_OBLIGATIONS)))
        .addMethod(
          getExplainObligationMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ExplainObligationRequest,
              dev.asyncgate.v1.ExplainObligationResponse>(
                service, METHODID_EXPLAIN_OBLIGATION)))
        .build();
  }

  private static abstract class ObligationServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    ObligationServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return dev.asyncgate.v1.ObligationServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("ObligationService");
    }
  }

  private static final class ObligationServiceFileDescriptorSupplier
      extends ObligationServiceBaseDescriptorSupplier {
    ObligationServiceFileDescriptorSupplier() {}
  }

  private static final class ObligationServiceMethodDescriptorSupplier
      extends ObligationServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    ObligationServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (ObligationServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new ObligationServiceFileDescriptorSupplier())
              .addMethod(getListOpenObligationsMethod())
              .addMethod(getWatchOpenObligationsMethod())
              .addMethod(getExplainObligationMethod())
              .build();
        }
      }
    }
    return result;
  }
}
