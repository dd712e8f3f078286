package dev.asyncgate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Reads the ledger, follows its links and verifies it. Callers see receipts from and to themselves and those of tasks
 * they may read; the scope `receipts:read_all` shows all receipts of the tenant.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class ReceiptServiceGrpc {

  private ReceiptServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "asyncgate.v1.ReceiptService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.GetReceiptRequest,
      dev.asyncgate.v1.GetReceiptResponse> getGetReceiptMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetReceipt",
      requestType = dev.asyncgate.v1.GetReceiptRequest.class,
      responseType = dev.asyncgate.v1.GetReceiptResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.GetReceiptRequest,
      dev.asyncgate.v1.GetReceiptResponse> getGetReceiptMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.GetReceiptRequest, dev.asyncgate.v1.GetReceiptResponse> getGetReceiptMethod;
    if ((getGetReceiptMethod = ReceiptServiceGrpc.getGetReceiptMethod) == null) {
      synchronized (ReceiptServiceGrpc.class) {
        if ((getGetReceiptMethod = ReceiptServiceGrpc.getGetReceiptMethod) == null) {
          ReceiptServiceGrpc.getGetReceiptMethod = getGetReceiptMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.GetReceiptRequest, dev.asyncgate.v1.GetReceiptResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetReceipt"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetReceiptRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetReceiptResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ReceiptServiceMethodDescriptorSupplier("GetReceipt"))
              .build();
        }
      }
    }
    return getGetReceiptMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListReceiptsRequest,
      dev.asyncgate.v1.ListReceiptsResponse> getListReceiptsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListReceipts",
      requestType = dev.asyncgate.v1.ListReceiptsRequest.class,
      responseType = dev.asyncgate.v1.ListReceiptsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListReceiptsRequest,
      dev.asyncgate.v1.ListReceiptsResponse> getListReceiptsMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListReceiptsRequest, dev.asyncgate.v1.ListReceiptsResponse> getListReceiptsMethod;
    if ((getListReceiptsMethod = ReceiptServiceGrpc.getListReceiptsMethod) == null) {
      synchronized (ReceiptServiceGrpc.class) {
        if ((getListReceiptsMethod = ReceiptServiceGrpc.getListReceiptsMethod) == null) {
          ReceiptServiceGrpc.getListReceiptsMethod = getListReceiptsMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListReceiptsRequest, dev.asyncgate.v1.ListReceiptsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListReceipts"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListReceiptsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListReceiptsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ReceiptServiceMethodDescriptorSupplier("ListReceipts"))
              .build();
        }
      }
    }
    return getListReceiptsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.AcknowledgeReceiptRequest,
      dev.asyncgate.v1.AcknowledgeReceiptResponse> getAcknowledgeReceiptMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "AcknowledgeReceipt",
      requestType = dev.asyncgate.v1.AcknowledgeReceiptRequest.class,
      responseType = dev.asyncgate.v1.AcknowledgeReceiptResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.AcknowledgeReceiptRequest,
      dev.asyncgate.v1.AcknowledgeReceiptResponse> getAcknowledgeReceiptMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.AcknowledgeReceiptRequest, dev.asyncgate.v1.AcknowledgeReceiptResponse> getAcknowledgeReceiptMethod;
    if ((getAcknowledgeReceiptMethod = ReceiptServiceGrpc.getAcknowledgeReceiptMethod) == null) {
      synchronized (ReceiptServiceGrpc.class) {
        if ((getAcknowledgeReceiptMethod = ReceiptServiceGrpc.getAcknowledgeReceiptMethod) == null) {
          ReceiptServiceGrpc.getAcknowledgeReceiptMethod = getAcknowledgeReceiptMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.AcknowledgeReceiptRequest, dev.asyncgate.v1.AcknowledgeReceiptResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "AcknowledgeReceipt"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.AcknowledgeReceiptRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.AcknowledgeReceiptResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ReceiptServiceMethodDescriptorSupplier("AcknowledgeReceipt"))
              .build();
        }
      }
    }
    return getAcknowledgeReceiptMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.AppendReceiptRequest,
      dev.asyncgate.v1.AppendReceiptResponse> getAppendReceiptMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "AppendReceipt",
      requestType = dev.asyncgate.v1.AppendReceiptRequest.class,
      responseType = dev.asyncgate.v1.AppendReceiptResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.AppendReceiptRequest,
      dev.asyncgate.v1.AppendReceiptResponse> getAppendReceiptMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.AppendReceiptRequest, dev.asyncgate.v1.AppendReceiptResponse> getAppendReceiptMethod;
    if ((getAppendReceiptMethod = ReceiptServiceGrpc.getAppendReceiptMethod) == null) {
      synchronized (ReceiptServiceGrpc.class) {
        if ((getAppendReceiptMethod = ReceiptServiceGrpc.getAppendReceiptMethod) == null) {
          ReceiptServiceGrpc.getAppendReceiptMethod = getAppendReceiptMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.AppendReceiptRequest, dev.asyncgate.v1.AppendReceiptResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "AppendReceipt"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.AppendReceiptRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.AppendReceiptResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ReceiptServiceMethodDescriptorSupplier("AppendReceipt"))
              .build();
        }
      }
    }
    return getAppendReceiptMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.CheckTerminationRequest,
      dev.asyncgate.v1.CheckTerminationResponse> getCheckTerminationMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CheckTermination",
      requestType = dev.asyncgate.v1.CheckTerminationRequest.class,
      responseType = dev.asyncgate.v1.CheckTerminationResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.CheckTerminationRequest,
      dev.asyncgate.v1.CheckTerminationResponse> getCheckTerminationMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.CheckTerminationRequest, dev.asyncgate.v1.CheckTerminationResponse> getCheckTerminationMethod;
    if ((getCheckTerminationMethod = ReceiptServiceGrpc.getCheckTerminationMethod) == null) {
      synchronized (ReceiptServiceGrpc.class) {
        if ((getCheckTerminationMethod = ReceiptServiceGrpc.getCheckTerminationMethod) == null) {
          ReceiptServiceGrpc.getCheckTerminationMethod = getCheckTerminationMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.CheckTerminationRequest, dev.asyncgate.v1.CheckTerminationResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CheckTermination"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CheckTerminationRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CheckTerminationResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ReceiptServiceMethodDescriptorSupplier("CheckTermination"))
              .build();
        }
      }
    }
    return getCheckTerminationMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.TraceReceiptRequest,
      dev.asyncgate.v1.TraceReceiptResponse> getTraceReceiptMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "TraceReceipt",
      requestType = dev.asyncgate.v1.TraceReceiptRequest.class,
      responseType = dev.asyncgate.v1.TraceReceiptResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.TraceReceiptRequest,
      dev.asyncgate.v1.TraceReceiptResponse> getTraceReceiptMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.TraceReceiptRequest, dev.asyncgate.v1.TraceReceiptResponse> getTraceReceiptMethod;
    if ((getTraceReceiptMethod = ReceiptServiceGrpc.getTraceReceiptMethod) == null) {
      synchronized (ReceiptServiceGrpc.class) {
        if ((getTraceReceiptMethod = ReceiptServiceGrpc.getTraceReceiptMethod) == null) {
          ReceiptServiceGrpc.getTraceReceiptMethod = getTraceReceiptMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.TraceReceiptRequest, dev.asyncgate.v1.TraceReceiptResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "TraceReceipt"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.TraceReceiptRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.TraceReceiptResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ReceiptServiceMethodDescriptorSupplier("TraceReceipt"))
              .build();
        }
      }
    }
    return getTraceReceiptMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.VerifyLedgerRequest,
      dev.asyncgate.v1.VerifyLedgerResponse> getVerifyLedgerMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "VerifyLedger",
      requestType = dev.asyncgate.v1.VerifyLedgerRequest.class,
      responseType = dev.asyncgate.v1.VerifyLedgerResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.VerifyLedgerRequest,
      dev.asyncgate.v1.VerifyLedgerResponse> getVerifyLedgerMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.VerifyLedgerRequest, dev.asyncgate.v1.VerifyLedgerResponse> getVerifyLedgerMethod;
    if ((getVerifyLedgerMethod = ReceiptServiceGrpc.getVerifyLedgerMethod) == null) {
      synchronized (ReceiptServiceGrpc.class) {
        if ((getVerifyLedgerMethod = ReceiptServiceGrpc.getVerifyLedgerMethod) == null) {
          ReceiptServiceGrpc.getVerifyLedgerMethod = getVerifyLedgerMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.VerifyLedgerRequest, dev.asyncgate.v1.VerifyLedgerResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "VerifyLedger"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.VerifyLedgerRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.VerifyLedgerResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ReceiptServiceMethodDescriptorSupplier("VerifyLedger"))
              .build();
        }
      }
    }
    return getVerifyLedgerMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static ReceiptServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ReceiptServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ReceiptServiceStub>() {
        @java.lang.Override
        public ReceiptServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ReceiptServiceStub(channel, callOptions);
        }
      };
    return ReceiptServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static ReceiptServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ReceiptServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ReceiptServiceBlockingV2Stub>() {
        @java.lang.Override
        public ReceiptServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ReceiptServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return ReceiptServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static ReceiptServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ReceiptServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ReceiptServiceBlockingStub>() {
        @java.lang.Override
        public ReceiptServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ReceiptServiceBlockingStub(channel, callOptions);
        }
      };
    return ReceiptServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static ReceiptServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ReceiptServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ReceiptServiceFutureStub>() {
        @java.lang.Override
        public ReceiptServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ReceiptServiceFutureStub(channel, callOptions);
        }
      };
    return ReceiptServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Reads the ledger, follows its links and verifies it. Callers see receipts from and to themselves and those of tasks
   * they may read; the scope `receipts:read_all` shows all receipts of the tenant.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Reads one receipt.
     * Reasons: `RECEIPT_NOT_FOUND`, also for receipts that the caller may not read.
     * </pre>
     */
    default void getReceipt(dev.asyncgate.v1.GetReceiptRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetReceiptResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetReceiptMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists the receipts of a task in the order of its chain, or those addressed to a principal, newest first.
     * Filters apply before paging. A page is shorter than asked for if it is the last one, or if its receipts are so
     * large that an answer holds no more of them: only an empty `next_page_token` marks the last page. Reading sets
     * `delivered_time`, which decides nothing.
     * </pre>
     */
    default void listReceipts(dev.asyncgate.v1.ListReceiptsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListReceiptsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListReceiptsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Acknowledges a receipt that is addressed to the caller.
     * Writes a `receipt.acknowledged` receipt, which closes nothing. A repeated call is answered with the receipt that
     * exists. Reasons: `RECEIPT_NOT_FOUND`, also for receipts addressed to others; `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void acknowledgeReceipt(dev.asyncgate.v1.AcknowledgeReceiptRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.AcknowledgeReceiptResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getAcknowledgeReceiptMethod(), responseObserver);
    }

    /**
     * <pre>
     * Adds a receipt by hand. This version takes two kinds: a `task.completed` from the worker or owner of a task that
     * succeeded without a locator, which supplies the locator; and a `system.anomaly` from an operator.
     * The receipt is stored and the obligation closed in one transaction. If a receipt with the same content exists, that
     * one is the answer. Reasons: `UNSUPPORTED` (any other type: only the operations that they record write those),
     * `PARENT_REQUIRED`, `PARENT_NOT_FOUND`, `ILLEGAL_TERMINATOR`, `LOCATOR_REQUIRED`, `LIMIT_EXCEEDED` ("Receipt bodies
     * are contracts, not chat messages"), `PERMISSION_DENIED`, `INVALID_TRANSITION`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void appendReceipt(dev.asyncgate.v1.AppendReceiptRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.AppendReceiptResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getAppendReceiptMethod(), responseObserver);
    }

    /**
     * <pre>
     * Answers which receipt types may close which, from the registry that every receipt is checked against.
     * Reads no receipt unless the request names one. Reasons: `RECEIPT_NOT_FOUND`.
     * </pre>
     */
    default void checkTermination(dev.asyncgate.v1.CheckTerminationRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CheckTerminationResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCheckTerminationMethod(), responseObserver);
    }

    /**
     * <pre>
     * Follows the links of a receipt in both directions: to its parents and theirs, and to the receipts that answer it.
     * Answers at most 1,000 receipts in each direction, and no more than one answer can hold, the nearest of both
     * directions first; `truncated` says if there are more. Receipts that the caller may not read are left out, and their
     * links are not followed. Reasons: `RECEIPT_NOT_FOUND`.
     * </pre>
     */
    default void traceReceipt(dev.asyncgate.v1.TraceReceiptRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.TraceReceiptResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getTraceReceiptMethod(), responseObserver);
    }

    /**
     * <pre>
     * Verifies the hash chain of one task, or of all tasks of the tenant page by page.
     * Recomputes every content digest and every link, and names the first fault of each chain. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    default void verifyLedger(dev.asyncgate.v1.VerifyLedgerRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.VerifyLedgerResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getVerifyLedgerMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service ReceiptService.
   * <pre>
   * Reads the ledger, follows its links and verifies it. Callers see receipts from and to themselves and those of tasks
   * they may read; the scope `receipts:read_all` shows all receipts of the tenant.
   * </pre>
   */
  public static abstract class ReceiptServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return ReceiptServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service ReceiptService.
   * <pre>
   * Reads the ledger, follows its links and verifies it. Callers see receipts from and to themselves and those of tasks
   * they may read; the scope `receipts:read_all` shows all receipts of the tenant.
   * </pre>
   */
  public static final class ReceiptServiceStub
      extends io.grpc.stub.AbstractAsyncStub<ReceiptServiceStub> {
    private ReceiptServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ReceiptServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ReceiptServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Reads one receipt.
     * Reasons: `RECEIPT_NOT_FOUND`, also for receipts that the caller may not read.
     * </pre>
     */
    public void getReceipt(dev.asyncgate.v1.GetReceiptRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetReceiptResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetReceiptMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists the receipts of a task in the order of its chain, or those addressed to a principal, newest first.
     * Filters apply before paging. A page is shorter than asked for if it is the last one, or if its receipts are so
     * large that an answer holds no more of them: only an empty `next_page_token` marks the last page. Reading sets
     * `delivered_time`, which decides nothing.
     * </pre>
     */
    public void listReceipts(dev.asyncgate.v1.ListReceiptsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListReceiptsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListReceiptsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Acknowledges a receipt that is addressed to the caller.
     * Writes a `receipt.acknowledged` receipt, which closes nothing. A repeated call is answered with the receipt that
     * exists. Reasons: `RECEIPT_NOT_FOUND`, also for receipts addressed to others; `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void acknowledgeReceipt(dev.asyncgate.v1.AcknowledgeReceiptRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.AcknowledgeReceiptResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getAcknowledgeReceiptMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Adds a receipt by hand. This version takes two kinds: a `task.completed` from the worker or owner of a task that
     * succeeded without a locator, which supplies the locator; and a `system.anomaly` from an operator.
     * The receipt is stored and the obligation closed in one transaction. If a receipt with the same content exists, that
     * one is the answer. Reasons: `UNSUPPORTED` (any other type: only the operations that they record write those),
     * `PARENT_REQUIRED`, `PARENT_NOT_FOUND`, `ILLEGAL_TERMINATOR`, `LOCATOR_REQUIRED`, `LIMIT_EXCEEDED` ("Receipt bodies
     * are contracts, not chat messages"), `PERMISSION_DENIED`, `INVALID_TRANSITION`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void appendReceipt(dev.asyncgate.v1.AppendReceiptRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.AppendReceiptResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getAppendReceiptMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Answers which receipt types may close which, from the registry that every receipt is checked against.
     * Reads no receipt unless the request names one. Reasons: `RECEIPT_NOT_FOUND`.
     * </pre>
     */
    public void checkTermination(dev.asyncgate.v1.CheckTerminationRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CheckTerminationResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCheckTerminationMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Follows the links of a receipt in both directions: to its parents and theirs, and to the receipts that answer it.
     * Answers at most 1,000 receipts in each direction, and no more than one answer can hold, the nearest of both
     * directions first; `truncated` says if there are more. Receipts that the caller may not read are left out, and their
     * links are not followed. Reasons: `RECEIPT_NOT_FOUND`.
     * </pre>
     */
    public void traceReceipt(dev.asyncgate.v1.TraceReceiptRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.TraceReceiptResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getTraceReceiptMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Verifies the hash chain of one task, or of all tasks of the tenant page by page.
     * Recomputes every content digest and every link, and names the first fault of each chain. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public void verifyLedger(dev.asyncgate.v1.VerifyLedgerRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.VerifyLedgerResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getVerifyLedgerMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service ReceiptService.
   * <pre>
   * Reads the ledger, follows its links and verifies it. Callers see receipts from and to themselves and those of tasks
   * they may read; the scope `receipts:read_all` shows all receipts of the tenant.
   * </pre>
   */
  public static final class ReceiptServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<ReceiptServiceBlockingV2Stub> {
    private ReceiptServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ReceiptServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ReceiptServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Reads one receipt.
     * Reasons: `RECEIPT_NOT_FOUND`, also for receipts that the caller may not read.
     * </pre>
     */
    public dev.asyncgate.v1.GetReceiptResponse getReceipt(dev.asyncgate.v1.GetReceiptRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetReceiptMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the receipts of a task in the order of its chain, or those addressed to a principal, newest first.
     * Filters apply before paging. A page is shorter than asked for if it is the last one, or if its receipts are so
     * large that an answer holds no more of them: only an empty `next_page_token` marks the last page. Reading sets
     * `delivered_time`, which decides nothing.
     * </pre>
     */
    public dev.asyncgate.v1.ListReceiptsResponse listReceipts(dev.asyncgate.v1.ListReceiptsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListReceiptsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Acknowledges a receipt that is addressed to the caller.
     * Writes a `receipt.acknowledged` receipt, which closes nothing. A repeated call is answered with the receipt that
     * exists. Reasons: `RECEIPT_NOT_FOUND`, also for receipts addressed to others; `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.AcknowledgeReceiptResponse acknowledgeReceipt(dev.asyncgate.v1.AcknowledgeReceiptRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getAcknowledgeReceiptMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Adds a receipt by hand. This version takes two kinds: a `task.completed` from the worker or owner of a task that
     * succeeded without a locator, which supplies the locator; and a `system.anomaly` from an operator.
     * The receipt is stored and the obligation closed in one transaction. If a receipt with the same content exists, that
     * one is the answer. Reasons: `UNSUPPORTED` (any other type: only the operations that they record write those),
     * `PARENT_REQUIRED`, `PARENT_NOT_FOUND`, `ILLEGAL_TERMINATOR`, `LOCATOR_REQUIRED`, `LIMIT_EXCEEDED` ("Receipt bodies
     * are contracts, not chat messages"), `PERMISSION_DENIED`, `INVALID_TRANSITION`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.AppendReceiptResponse appendReceipt(dev.asyncgate.v1.AppendReceiptRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getAppendReceiptMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Answers which receipt types may close which, from the registry that every receipt is checked against.
     * Reads no receipt unless the request names one. Reasons: `RECEIPT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.CheckTerminationResponse checkTermination(dev.asyncgate.v1.CheckTerminationRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCheckTerminationMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Follows the links of a receipt in both directions: to its parents and theirs, and to the receipts that answer it.
     * Answers at most 1,000 receipts in each direction, and no more than one answer can hold, the nearest of both
     * directions first; `truncated` says if there are more. Receipts that the caller may not read are left out, and their
     * links are not followed. Reasons: `RECEIPT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.TraceReceiptResponse traceReceipt(dev.asyncgate.v1.TraceReceiptRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getTraceReceiptMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Verifies the hash chain of one task, or of all tasks of the tenant page by page.
     * Recomputes every content digest and every link, and names the first fault of each chain. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.VerifyLedgerResponse verifyLedger(dev.asyncgate.v1.VerifyLedgerRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getVerifyLedgerMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service ReceiptService.
   * <pre>
   * Reads the ledger, follows its links and verifies it. Callers see receipts from and to themselves and those of tasks
   * they may read; the scope `receipts:read_all` shows all receipts of the tenant.
   * </pre>
   */
  public static final class ReceiptServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<ReceiptServiceBlockingStub> {
    private ReceiptServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ReceiptServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ReceiptServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Reads one receipt.
     * Reasons: `RECEIPT_NOT_FOUND`, also for receipts that the caller may not read.
     * </pre>
     */
    public dev.asyncgate.v1.GetReceiptResponse getReceipt(dev.asyncgate.v1.GetReceiptRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetReceiptMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the receipts of a task in the order of its chain, or those addressed to a principal, newest first.
     * Filters apply before paging. A page is shorter than asked for if it is the last one, or if its receipts are so
     * large that an answer holds no more of them: only an empty `next_page_token` marks the last page. Reading sets
     * `delivered_time`, which decides nothing.
     * </pre>
     */
    public dev.asyncgate.v1.ListReceiptsResponse listReceipts(dev.asyncgate.v1.ListReceiptsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListReceiptsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Acknowledges a receipt that is addressed to the caller.
     * Writes a `receipt.acknowledged` receipt, which closes nothing. A repeated call is answered with the receipt that
     * exists. Reasons: `RECEIPT_NOT_FOUND`, also for receipts addressed to others; `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.AcknowledgeReceiptResponse acknowledgeReceipt(dev.asyncgate.v1.AcknowledgeReceiptRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getAcknowledgeReceiptMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Adds a receipt by hand. This version takes two kinds: a `task.completed` from the worker or owner of a task that
     * succeeded without a locator, which supplies the locator; and a `system.anomaly` from an operator.
     * The receipt is stored and the obligation closed in one transaction. If a receipt with the same content exists, that
     * one is the answer. Reasons: `UNSUPPORTED` (any other type: only the operations that they record write those),
     * `PARENT_REQUIRED`, `PARENT_NOT_FOUND`, `ILLEGAL_TERMINATOR`, `LOCATOR_REQUIRED`, `LIMIT_EXCEEDED` ("Receipt bodies
     * are contracts, not chat messages"), `PERMISSION_DENIED`, `INVALID_TRANSITION`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.AppendReceiptResponse appendReceipt(dev.asyncgate.v1.AppendReceiptRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getAppendReceiptMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Answers which receipt types may close which, from the registry that every receipt is checked against.
     * Reads no receipt unless the request names one. Reasons: `RECEIPT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.CheckTerminationResponse checkTermination(dev.asyncgate.v1.CheckTerminationRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCheckTerminationMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Follows the links of a receipt in both directions: to its parents and theirs, and to the receipts that answer it.
     * Answers at most 1,000 receipts in each direction, and no more than one answer can hold, the nearest of both
     * directions first; `truncated` says if there are more. Receipts that the caller may not read are left out, and their
     * links are not followed. Reasons: `RECEIPT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.TraceReceiptResponse traceReceipt(dev.asyncgate.v1.TraceReceiptRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getTraceReceiptMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Verifies the hash chain of one task, or of all tasks of the tenant page by page.
     * Recomputes every content digest and every link, and names the first fault of each chain. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.VerifyLedgerResponse verifyLedger(dev.asyncgate.v1.VerifyLedgerRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getVerifyLedgerMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service ReceiptService.
   * <pre>
   * Reads the ledger, follows its links and verifies it. Callers see receipts from and to themselves and those of tasks
   * they may read; the scope `receipts:read_all` shows all receipts of the tenant.
   * </pre>
   */
  public static final class ReceiptServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<ReceiptServiceFutureStub> {
    private ReceiptServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ReceiptServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ReceiptServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Reads one receipt.
     * Reasons: `RECEIPT_NOT_FOUND`, also for receipts that the caller may not read.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.GetReceiptResponse> getReceipt(
        dev.asyncgate.v1.GetReceiptRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetReceiptMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists the receipts of a task in the order of its chain, or those addressed to a principal, newest first.
     * Filters apply before paging. A page is shorter than asked for if it is the last one, or if its receipts are so
     * large that an answer holds no more of them: only an empty `next_page_token` marks the last page. Reading sets
     * `delivered_time`, which decides nothing.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListReceiptsResponse> listReceipts(
        dev.asyncgate.v1.ListReceiptsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListReceiptsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Acknowledges a receipt that is addressed to the caller.
     * Writes a `receipt.acknowledged` receipt, which closes nothing. A repeated call is answered with the receipt that
     * exists. Reasons: `RECEIPT_NOT_FOUND`, also for receipts addressed to others; `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.AcknowledgeReceiptResponse> acknowledgeReceipt(
        dev.asyncgate.v1.AcknowledgeReceiptRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getAcknowledgeReceiptMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Adds a receipt by hand. This version takes two kinds: a `task.completed` from the worker or owner of a task that
     * succeeded without a locator, which supplies the locator; and a `system.anomaly` from an operator.
     * The receipt is stored and the obligation closed in one transaction. If a receipt with the same content exists, that
     * one is the answer. Reasons: `UNSUPPORTED` (any other type: only the operations that they record write those),
     * `PARENT_REQUIRED`, `PARENT_NOT_FOUND`, `ILLEGAL_TERMINATOR`, `LOCATOR_REQUIRED`, `LIMIT_EXCEEDED` ("Receipt bodies
     * are contracts, not chat messages"), `PERMISSION_DENIED`, `INVALID_TRANSITION`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.AppendReceiptResponse> appendReceipt(
        dev.asyncgate.v1.AppendReceiptRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getAppendReceiptMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Answers which receipt types may close which, from the registry that every receipt is checked against.
     * Reads no receipt unless the request names one. Reasons: `RECEIPT_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.CheckTerminationResponse> checkTermination(
        dev.asyncgate.v1.CheckTerminationRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCheckTerminationMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Follows the links of a receipt in both directions: to its parents and theirs, and to the receipts that answer it.
     * Answers at most 1,000 receipts in each direction, and no more than one answer can hold, the nearest of both
     * directions first; `truncated` says if there are more. Receipts that the caller may not read are left out, and their
     * links are not followed. Reasons: `RECEIPT_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.TraceReceiptResponse> traceReceipt(
        dev.asyncgate.v1.TraceReceiptRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getTraceReceiptMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Verifies the hash chain of one task, or of all tasks of the tenant page by page.
     * Recomputes every content digest and every link, and names the first fault of each chain. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.VerifyLedgerResponse> verifyLedger(
        dev.asyncgate.v1.VerifyLedgerRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getVerifyLedgerMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_GET_RECEIPT = 0;
  private static final int METHODID_LIST_RECEIPTS = 1;
  private static final int METHODID_ACKNOWLEDGE_RECEIPT = 2;
  private static final int METHODID_APPEND_RECEIPT = 3;
  private static final int METHODID_CHECK_TERMINATION = 4;
  private static final int METHODID_TRACE_RECEIPT = 5;
  private static final int METHODID_VERIFY_LEDGER = 6;

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
        case METHODID_GET_RECEIPT:
          serviceImpl.getReceipt((dev.asyncgate.v1.GetReceiptRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetReceiptResponse>) responseObserver);
          break;
        case METHODID_LIST_RECEIPTS:
          serviceImpl.listReceipts((dev.asyncgate.v1.ListReceiptsRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListReceiptsResponse>) responseObserver);
          break;
        case METHODID_ACKNOWLEDGE_RECEIPT:
          serviceImpl.acknowledgeReceipt((dev.asyncgate.v1.AcknowledgeReceiptRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.AcknowledgeReceiptResponse>) responseObserver);
          break;
        case METHODID_APPEND_RECEIPT:
          serviceImpl.appendReceipt((dev.asyncgate.v1.AppendReceiptRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.AppendReceiptResponse>) responseObserver);
          break;
        case METHODID_CHECK_TERMINATION:
          serviceImpl.checkTermination((dev.asyncgate.v1.CheckTerminationRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.CheckTerminationResponse>) responseObserver);
          break;
        case METHODID_TRACE_RECEIPT:
          serviceImpl.traceReceipt((dev.asyncgate.v1.TraceReceiptRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.TraceReceiptResponse>) responseObserver);
          break;
        case METHODID_VERIFY_LEDGER:
          serviceImpl.verifyLedger((dev.asyncgate.v1.VerifyLedgerRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.VerifyLedgerResponse>) responseObserver);
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
          getGetReceiptMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.GetReceiptRequest,
              dev.asyncgate.v1.GetReceiptResponse>(
                service, METHODID_GET_RECEIPT)))
        .addMethod(
          getListReceiptsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListReceiptsRequest,
              dev.asyncgate.v1.ListReceiptsResponse>(
                service, METHODID_LIST_RECEIPTS)))
        .addMethod(
          getAcknowledgeReceiptMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.AcknowledgeReceiptRequest,
              dev.asyncgate.v1.AcknowledgeReceiptResponse>(
                service, METHODID_ACKNOWLEDGE_RECEIPT)))
        .addMethod(
          getAppendReceiptMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.AppendReceiptRequest,
              dev.asyncgate.v1.AppendReceiptResponse>(
                service, METHODID_APPEND_RECEIPT)))
        .addMethod(
          getCheckTerminationMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.CheckTerminationRequest,
              dev.asyncgate.v1.CheckTerminationResponse>(
                service, METHODID_CHECK_TERMINATION)))
        .addMethod(
          getTraceReceiptMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.TraceReceiptRequest,
              dev.asyncgate.v1.TraceReceiptResponse>(
                service, METHODID_TRACE_RECEIPT)))
        .addMethod(
          getVerifyLedgerMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.VerifyLedgerRequest,
              dev.asyncgate.v1.VerifyLedgerResponse>(
                service, METHODID_VERIFY_LEDGER)))
        .build();
  }

  private static abstract class ReceiptServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    ReceiptServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return dev.asyncgate.v1.ReceiptServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("ReceiptService");
    }
  }

  private static final class ReceiptServiceFileDescriptorSupplier
      extends ReceiptServiceBaseDescriptorSupplier {
    ReceiptServiceFileDescriptorSupplier() {}
  }

  private static final class ReceiptServiceMethodDescriptorSupplier
      extends ReceiptServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    ReceiptServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (ReceiptServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new ReceiptServiceFileDescriptorSupplier())
              .addMethod(getGetReceiptMethod())
              .addMethod(getListReceiptsMethod())
              .addMethod(getAcknowledgeReceiptMethod())
              .addMethod(getAppendReceiptMethod())
              .addMethod(getCheckTerminationMethod())
              .addMethod(getTraceReceiptMethod())
              .addMethod(getVerifyLedgerMethod())
              .build();
        }
      }
    }
    return result;
  }
}
