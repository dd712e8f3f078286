package dev.asyncgate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Output of tasks. Each lease of a task has logs of its own, one for each stream name; a log is bytes from offset 0.
 * Offsets never change: where a log was too long to be kept whole, a hole says which bytes are missing.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class OutputServiceGrpc {

  private OutputServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "asyncgate.v1.OutputService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.AppendOutputRequest,
      dev.asyncgate.v1.AppendOutputResponse> getAppendOutputMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "AppendOutput",
      requestType = dev.asyncgate.v1.AppendOutputRequest.class,
      responseType = dev.asyncgate.v1.AppendOutputResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.AppendOutputRequest,
      dev.asyncgate.v1.AppendOutputResponse> getAppendOutputMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.AppendOutputRequest, dev.asyncgate.v1.AppendOutputResponse> getAppendOutputMethod;
    if ((getAppendOutputMethod = OutputServiceGrpc.getAppendOutputMethod) == null) {
      synchronized (OutputServiceGrpc.class) {
        if ((getAppendOutputMethod = OutputServiceGrpc.getAppendOutputMethod) == null) {
          OutputServiceGrpc.getAppendOutputMethod = getAppendOutputMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.AppendOutputRequest, dev.asyncgate.v1.AppendOutputResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "AppendOutput"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.AppendOutputRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.AppendOutputResponse.getDefaultInstance()))
              .setSchemaDescriptor(new OutputServiceMethodDescriptorSupplier("AppendOutput"))
              .build();
        }
      }
    }
    return getAppendOutputMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.CloseOutputRequest,
      dev.asyncgate.v1.CloseOutputResponse> getCloseOutputMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CloseOutput",
      requestType = dev.asyncgate.v1.CloseOutputRequest.class,
      responseType = dev.asyncgate.v1.CloseOutputResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.CloseOutputRequest,
      dev.asyncgate.v1.CloseOutputResponse> getCloseOutputMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.CloseOutputRequest, dev.asyncgate.v1.CloseOutputResponse> getCloseOutputMethod;
    if ((getCloseOutputMethod = OutputServiceGrpc.getCloseOutputMethod) == null) {
      synchronized (OutputServiceGrpc.class) {
        if ((getCloseOutputMethod = OutputServiceGrpc.getCloseOutputMethod) == null) {
          OutputServiceGrpc.getCloseOutputMethod = getCloseOutputMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.CloseOutputRequest, dev.asyncgate.v1.CloseOutputResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CloseOutput"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CloseOutputRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CloseOutputResponse.getDefaultInstance()))
              .setSchemaDescriptor(new OutputServiceMethodDescriptorSupplier("CloseOutput"))
              .build();
        }
      }
    }
    return getCloseOutputMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ReadOutputRequest,
      dev.asyncgate.v1.ReadOutputResponse> getReadOutputMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ReadOutput",
      requestType = dev.asyncgate.v1.ReadOutputRequest.class,
      responseType = dev.asyncgate.v1.ReadOutputResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ReadOutputRequest,
      dev.asyncgate.v1.ReadOutputResponse> getReadOutputMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ReadOutputRequest, dev.asyncgate.v1.ReadOutputResponse> getReadOutputMethod;
    if ((getReadOutputMethod = OutputServiceGrpc.getReadOutputMethod) == null) {
      synchronized (OutputServiceGrpc.class) {
        if ((getReadOutputMethod = OutputServiceGrpc.getReadOutputMethod) == null) {
          OutputServiceGrpc.getReadOutputMethod = getReadOutputMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ReadOutputRequest, dev.asyncgate.v1.ReadOutputResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ReadOutput"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ReadOutputRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ReadOutputResponse.getDefaultInstance()))
              .setSchemaDescriptor(new OutputServiceMethodDescriptorSupplier("ReadOutput"))
              .build();
        }
      }
    }
    return getReadOutputMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.GetOutputRequest,
      dev.asyncgate.v1.GetOutputResponse> getGetOutputMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetOutput",
      requestType = dev.asyncgate.v1.GetOutputRequest.class,
      responseType = dev.asyncgate.v1.GetOutputResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.GetOutputRequest,
      dev.asyncgate.v1.GetOutputResponse> getGetOutputMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.GetOutputRequest, dev.asyncgate.v1.GetOutputResponse> getGetOutputMethod;
    if ((getGetOutputMethod = OutputServiceGrpc.getGetOutputMethod) == null) {
      synchronized (OutputServiceGrpc.class) {
        if ((getGetOutputMethod = OutputServiceGrpc.getGetOutputMethod) == null) {
          OutputServiceGrpc.getGetOutputMethod = getGetOutputMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.GetOutputRequest, dev.asyncgate.v1.GetOutputResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetOutput"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetOutputRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetOutputResponse.getDefaultInstance()))
              .setSchemaDescriptor(new OutputServiceMethodDescriptorSupplier("GetOutput"))
              .build();
        }
      }
    }
    return getGetOutputMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListOutputsRequest,
      dev.asyncgate.v1.ListOutputsResponse> getListOutputsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListOutputs",
      requestType = dev.asyncgate.v1.ListOutputsRequest.class,
      responseType = dev.asyncgate.v1.ListOutputsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListOutputsRequest,
      dev.asyncgate.v1.ListOutputsResponse> getListOutputsMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListOutputsRequest, dev.asyncgate.v1.ListOutputsResponse> getListOutputsMethod;
    if ((getListOutputsMethod = OutputServiceGrpc.getListOutputsMethod) == null) {
      synchronized (OutputServiceGrpc.class) {
        if ((getListOutputsMethod = OutputServiceGrpc.getListOutputsMethod) == null) {
          OutputServiceGrpc.getListOutputsMethod = getListOutputsMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListOutputsRequest, dev.asyncgate.v1.ListOutputsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListOutputs"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListOutputsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListOutputsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new OutputServiceMethodDescriptorSupplier("ListOutputs"))
              .build();
        }
      }
    }
    return getListOutputsMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static OutputServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<OutputServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<OutputServiceStub>() {
        @java.lang.Override
        public OutputServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new OutputServiceStub(channel, callOptions);
        }
      };
    return OutputServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static OutputServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<OutputServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<OutputServiceBlockingV2Stub>() {
        @java.lang.Override
        public OutputServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new OutputServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return OutputServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static OutputServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<OutputServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<OutputServiceBlockingStub>() {
        @java.lang.Override
        public OutputServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new OutputServiceBlockingStub(channel, callOptions);
        }
      };
    return OutputServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static OutputServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<OutputServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<OutputServiceFutureStub>() {
        @java.lang.Override
        public OutputServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new OutputServiceFutureStub(channel, callOptions);
        }
      };
    return OutputServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Output of tasks. Each lease of a task has logs of its own, one for each stream name; a log is bytes from offset 0.
   * Offsets never change: where a log was too long to be kept whole, a hole says which bytes are missing.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Appends bytes to a log of the leased task.
     * `offset` is where the bytes begin. At the end of the log it extends the log. Bytes that are there already are
     * answered as done, so a call can be repeated. Any other offset is refused with `OFFSET_MISMATCH`, which names the
     * end. An append is acknowledged before it is flushed to disk: a crash of Postgres may lose those of the last 600 ms,
     * always from the end. Ending the task flushes what was appended before. Beyond the tenant's `output_bytes_max`, the
     * middle of the output is dropped, and the call succeeds all the same. Other reasons: `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`, `LIMIT_EXCEEDED` for more streams than a lease may have.
     * </pre>
     */
    default void appendOutput(dev.asyncgate.v1.AppendOutputRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.AppendOutputResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getAppendOutputMethod(), responseObserver);
    }

    /**
     * <pre>
     * Closes a log of the leased task: it has as many bytes as the call says, and gets no more.
     * Optional: every log of a lease ends with the lease. A wrong length is refused with `OFFSET_MISMATCH`, and a wrong
     * SHA-256 with `DIGEST_MISMATCH`; the log stays open then. If a part of the log was dropped, its SHA-256 is kept as it
     * was sent, and is not checked. Repeated, the call is answered as the first time. Other reasons: `LEASE_EXPIRED`,
     * `FENCED`, `NOT_HOLDER`.
     * </pre>
     */
    default void closeOutput(dev.asyncgate.v1.CloseOutputRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CloseOutputResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCloseOutputMethod(), responseObserver);
    }

    /**
     * <pre>
     * Reads a log from an offset on, and with `follow` goes on as it grows.
     * Without `follow`, the stream ends at the end of the log. With it, the stream ends when the task has ended and all
     * its bytes were sent; when another lease begins to write to the stream of this name, the answers go on with that
     * lease's log from its offset 0. A caller that reads too slowly is cut off with `SLOW_CONSUMER`. After any break, go on
     * with the `fence` and `next_offset` of the last answer, on any server. Reasons: `TASK_NOT_FOUND`, also for tasks that
     * the caller may not read, `OFFSET_MISMATCH` for an offset beyond the end, `LIMIT_EXCEEDED` for too many followers.
     * </pre>
     */
    default void readOutput(dev.asyncgate.v1.ReadOutputRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ReadOutputResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getReadOutputMethod(), responseObserver);
    }

    /**
     * <pre>
     * Reads one piece of a log, at most 256 KiB. With `wait`, it waits until there is a byte to read.
     * To read on, call again with the `fence` and `next_offset` of the answer, until `ended` is true; without `wait`,
     * until `up_to_date` is. Reasons: as for ReadOutput.
     * </pre>
     */
    default void getOutput(dev.asyncgate.v1.GetOutputRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetOutputResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetOutputMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists the logs of a task: those of the latest lease first, by name.
     * Reasons: `TASK_NOT_FOUND`, also for tasks that the caller may not read.
     * </pre>
     */
    default void listOutputs(dev.asyncgate.v1.ListOutputsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListOutputsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListOutputsMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service OutputService.
   * <pre>
   * Output of tasks. Each lease of a task has logs of its own, one for each stream name; a log is bytes from offset 0.
   * Offsets never change: where a log was too long to be kept whole, a hole says which bytes are missing.
   * </pre>
   */
  public static abstract class OutputServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return OutputServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service OutputService.
   * <pre>
   * Output of tasks. Each lease of a task has logs of its own, one for each stream name; a log is bytes from offset 0.
   * Offsets never change: where a log was too long to be kept whole, a hole says which bytes are missing.
   * </pre>
   */
  public static final class OutputServiceStub
      extends io.grpc.stub.AbstractAsyncStub<OutputServiceStub> {
    private OutputServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected OutputServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new OutputServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Appends bytes to a log of the leased task.
     * `offset` is where the bytes begin. At the end of the log it extends the log. Bytes that are there already are
     * answered as done, so a call can be repeated. Any other offset is refused with `OFFSET_MISMATCH`, which names the
     * end. An append is acknowledged before it is flushed to disk: a crash of Postgres may lose those of the last 600 ms,
     * always from the end. Ending the task flushes what was appended before. Beyond the tenant's `output_bytes_max`, the
     * middle of the output is dropped, and the call succeeds all the same. Other reasons: `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`, `LIMIT_EXCEEDED` for more streams than a lease may have.
     * </pre>
     */
    public void appendOutput(dev.asyncgate.v1.AppendOutputRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.AppendOutputResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getAppendOutputMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Closes a log of the leased task: it has as many bytes as the call says, and gets no more.
     * Optional: every log of a lease ends with the lease. A wrong length is refused with `OFFSET_MISMATCH`, and a wrong
     * SHA-256 with `DIGEST_MISMATCH`; the log stays open then. If a part of the log was dropped, its SHA-256 is kept as it
     * was sent, and is not checked. Repeated, the call is answered as the first time. Other reasons: `LEASE_EXPIRED`,
     * `FENCED`, `NOT_HOLDER`.
     * </pre>
     */
    public void closeOutput(dev.asyncgate.v1.CloseOutputRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CloseOutputResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCloseOutputMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Reads a log from an offset on, and with `follow` goes on as it grows.
     * Without `follow`, the stream ends at the end of the log. With it, the stream ends when the task has ended and all
     * its bytes were sent; when another lease begins to write to the stream of this name, the answers go on with that
     * lease's log from its offset 0. A caller that reads too slowly is cut off with `SLOW_CONSUMER`. After any break, go on
     * with the `fence` and `next_offset` of the last answer, on any server. Reasons: `TASK_NOT_FOUND`, also for tasks that
     * the caller may not read, `OFFSET_MISMATCH` for an offset beyond the end, `LIMIT_EXCEEDED` for too many followers.
     * </pre>
     */
    public void readOutput(dev.asyncgate.v1.ReadOutputRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ReadOutputResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getReadOutputMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Reads one piece of a log, at most 256 KiB. With `wait`, it waits until there is a byte to read.
     * To read on, call again with the `fence` and `next_offset` of the answer, until `ended` is true; without `wait`,
     * until `up_to_date` is. Reasons: as for ReadOutput.
     * </pre>
     */
    public void getOutput(dev.asyncgate.v1.GetOutputRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetOutputResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetOutputMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists the logs of a task: those of the latest lease first, by name.
     * Reasons: `TASK_NOT_FOUND`, also for tasks that the caller may not read.
     * </pre>
     */
    public void listOutputs(dev.asyncgate.v1.ListOutputsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListOutputsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListOutputsMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service OutputService.
   * <pre>
   * Output of tasks. Each lease of a task has logs of its own, one for each stream name; a log is bytes from offset 0.
   * Offsets never change: where a log was too long to be kept whole, a hole says which bytes are missing.
   * </pre>
   */
  public static final class OutputServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<OutputServiceBlockingV2Stub> {
    private OutputServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected OutputServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new OutputServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Appends bytes to a log of the leased task.
     * `offset` is where the bytes begin. At the end of the log it extends the log. Bytes that are there already are
     * answered as done, so a call can be repeated. Any other offset is refused with `OFFSET_MISMATCH`, which names the
     * end. An append is acknowledged before it is flushed to disk: a crash of Postgres may lose those of the last 600 ms,
     * always from the end. Ending the task flushes what was appended before. Beyond the tenant's `output_bytes_max`, the
     * middle of the output is dropped, and the call succeeds all the same. Other reasons: `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`, `LIMIT_EXCEEDED` for more streams than a lease may have.
     * </pre>
     */
    public dev.asyncgate.v1.AppendOutputResponse appendOutput(dev.asyncgate.v1.AppendOutputRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getAppendOutputMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Closes a log of the leased task: it has as many bytes as the call says, and gets no more.
     * Optional: every log of a lease ends with the lease. A wrong length is refused with `OFFSET_MISMATCH`, and a wrong
     * SHA-256 with `DIGEST_MISMATCH`; the log stays open then. If a part of the log was dropped, its SHA-256 is kept as it
     * was sent, and is not checked. Repeated, the call is answered as the first time. Other reasons: `LEASE_EXPIRED`,
     * `FENCED`, `NOT_HOLDER`.
     * </pre>
     */
    public dev.asyncgate.v1.CloseOutputResponse closeOutput(dev.asyncgate.v1.CloseOutputRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCloseOutputMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads a log from an offset on, and with `follow` goes on as it grows.
     * Without `follow`, the stream ends at the end of the log. With it, the stream ends when the task has ended and all
     * its bytes were sent; when another lease begins to write to the stream of this name, the answers go on with that
     * lease's log from its offset 0. A caller that reads too slowly is cut off with `SLOW_CONSUMER`. After any break, go on
     * with the `fence` and `next_offset` of the last answer, on any server. Reasons: `TASK_NOT_FOUND`, also for tasks that
     * the caller may not read, `OFFSET_MISMATCH` for an offset beyond the end, `LIMIT_EXCEEDED` for too many followers.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, dev.asyncgate.v1.ReadOutputResponse>
        readOutput(dev.asyncgate.v1.ReadOutputRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getReadOutputMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads one piece of a log, at most 256 KiB. With `wait`, it waits until there is a byte to read.
     * To read on, call again with the `fence` and `next_offset` of the answer, until `ended` is true; without `wait`,
     * until `up_to_date` is. Reasons: as for ReadOutput.
     * </pre>
     */
    public dev.asyncgate.v1.GetOutputResponse getOutput(dev.asyncgate.v1.GetOutputRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetOutputMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the logs of a task: those of the latest lease first, by name.
     * Reasons: `TASK_NOT_FOUND`, also for tasks that the caller may not read.
     * </pre>
     */
    public dev.asyncgate.v1.ListOutputsResponse listOutputs(dev.asyncgate.v1.ListOutputsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListOutputsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service OutputService.
   * <pre>
   * Output of tasks. Each lease of a task has logs of its own, one for each stream name; a log is bytes from offset 0.
   * Offsets never change: where a log was too long to be kept whole, a hole says which bytes are missing.
   * </pre>
   */
  public static final class OutputServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<OutputServiceBlockingStub> {
    private OutputServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected OutputServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new OutputServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Appends bytes to a log of the leased task.
     * `offset` is where the bytes begin. At the end of the log it extends the log. Bytes that are there already are
     * answered as done, so a call can be repeated. Any other offset is refused with `OFFSET_MISMATCH`, which names the
     * end. An append is acknowledged before it is flushed to disk: a crash of Postgres may lose those of the last 600 ms,
     * always from the end. Ending the task flushes what was appended before. Beyond the tenant's `output_bytes_max`, the
     * middle of the output is dropped, and the call succeeds all the same. Other reasons: `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`, `LIMIT_EXCEEDED` for more streams than a lease may have.
     * </pre>
     */
    public dev.asyncgate.v1.AppendOutputResponse appendOutput(dev.asyncgate.v1.AppendOutputRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getAppendOutputMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Closes a log of the leased task: it has as many bytes as the call says, and gets no more.
     * Optional: every log of a lease ends with the lease. A wrong length is refused with `OFFSET_MISMATCH`, and a wrong
     * SHA-256 with `DIGEST_MISMATCH`; the log stays open then. If a part of the log was dropped, its SHA-256 is kept as it
     * was sent, and is not checked. Repeated, the call is answered as the first time. Other reasons: `LEASE_EXPIRED`,
     * `FENCED`, `NOT_HOLDER`.
     * </pre>
     */
    public dev.asyncgate.v1.CloseOutputResponse closeOutput(dev.asyncgate.v1.CloseOutputRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCloseOutputMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads a log from an offset on, and with `follow` goes on as it grows.
     * Without `follow`, the stream ends at the end of the log. With it, the stream ends when the task has ended and all
     * its bytes were sent; when another lease begins to write to the stream of this name, the answers go on with that
     * lease's log from its offset 0. A caller that reads too slowly is cut off with `SLOW_CONSUMER`. After any break, go on
     * with the `fence` and `next_offset` of the last answer, on any server. Reasons: `TASK_NOT_FOUND`, also for tasks that
     * the caller may not read, `OFFSET_MISMATCH` for an offset beyond the end, `LIMIT_EXCEEDED` for too many followers.
     * </pre>
     */
    public java.util.Iterator<dev.asyncgate.v1.ReadOutputResponse> readOutput(
        dev.asyncgate.v1.ReadOutputRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getReadOutputMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads one piece of a log, at most 256 KiB. With `wait`, it waits until there is a byte to read.
     * To read on, call again with the `fence` and `next_offset` of the answer, until `ended` is true; without `wait`,
     * until `up_to_date` is. Reasons: as for ReadOutput.
     * </pre>
     */
    public dev.asyncgate.v1.GetOutputResponse getOutput(dev.asyncgate.v1.GetOutputRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetOutputMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the logs of a task: those of the latest lease first, by name.
     * Reasons: `TASK_NOT_FOUND`, also for tasks that the caller may not read.
     * </pre>
     */
    public dev.asyncgate.v1.ListOutputsResponse listOutputs(dev.asyncgate.v1.ListOutputsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListOutputsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service OutputService.
   * <pre>
   * Output of tasks. Each lease of a task has logs of its own, one for each stream name; a log is bytes from offset 0.
   * Offsets never change: where a log was too long to be kept whole, a hole says which bytes are missing.
   * </pre>
   */
  public static final class OutputServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<OutputServiceFutureStub> {
    private OutputServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected OutputServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new OutputServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Appends bytes to a log of the leased task.
     * `offset` is where the bytes begin. At the end of the log it extends the log. Bytes that are there already are
     * answered as done, so a call can be repeated. Any other offset is refused with `OFFSET_MISMATCH`, which names the
     * end. An append is acknowledged before it is flushed to disk: a crash of Postgres may lose those of the last 600 ms,
     * always from the end. Ending the task flushes what was appended before. Beyond the tenant's `output_bytes_max`, the
     * middle of the output is dropped, and the call succeeds all the same. Other reasons: `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`, `LIMIT_EXCEEDED` for more streams than a lease may have.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.AppendOutputResponse> appendOutput(
        dev.asyncgate.v1.AppendOutputRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getAppendOutputMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Closes a log of the leased task: it has as many bytes as the call says, and gets no more.
     * Optional: every log of a lease ends with the lease. A wrong length is refused with `OFFSET_MISMATCH`, and a wrong
     * SHA-256 with `DIGEST_MISMATCH`; the log stays open then. If a part of the log was dropped, its SHA-256 is kept as it
     * was sent, and is not checked. Repeated, the call is answered as the first time. Other reasons: `LEASE_EXPIRED`,
     * `FENCED`, `NOT_HOLDER`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.CloseOutputResponse> closeOutput(
        dev.asyncgate.v1.CloseOutputRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCloseOutputMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Reads one piece of a log, at most 256 KiB. With `wait`, it waits until there is a byte to read.
     * To read on, call again with the `fence` and `next_offset` of the answer, until `ended` is true; without `wait`,
     * until `up_to_date` is. Reasons: as for ReadOutput.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.GetOutputResponse> getOutput(
        dev.asyncgate.v1.GetOutputRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetOutputMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists the logs of a task: those of the latest lease first, by name.
     * Reasons: `TASK_NOT_FOUND`, also for tasks that the caller may not read.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListOutputsResponse> listOutputs(
        dev.asyncgate.v1.ListOutputsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListOutputsMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_APPEND_OUTPUT = 0;
  private static final int METHODID_CLOSE_OUTPUT = 1;
  private static final int METHODID_READ_OUTPUT = 2;
  private static final int METHODID_GET_OUTPUT = 3;
  private static final int METHODID_LIST_OUTPUTS = 4;

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
        case METHODID_APPEND_OUTPUT:
          serviceImpl.appendOutput((dev.asyncgate.v1.AppendOutputRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.AppendOutputResponse>) responseObserver);
          break;
        case METHODID_CLOSE_OUTPUT:
          serviceImpl.closeOutput((dev.asyncgate.v1.CloseOutputRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.CloseOutputResponse>) responseObserver);
          break;
        case METHODID_READ_OUTPUT:
          serviceImpl.readOutput((dev.asyncgate.v1.ReadOutputRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ReadOutputResponse>) responseObserver);
          break;
        case METHODID_GET_OUTPUT:
          serviceImpl.getOutput((dev.asyncgate.v1.GetOutputRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetOutputResponse>) responseObserver);
          break;
        case METHODID_LIST_OUTPUTS:
          serviceImpl.listOutputs((dev.asyncgate.v1.ListOutputsRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListOutputsResponse>) responseObserver);
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
          getAppendOutputMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.AppendOutputRequest,
              dev.asyncgate.v1.AppendOutputResponse>(
                service, METHODID_APPEND_OUTPUT)))
        .addMethod(
          getCloseOutputMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.CloseOutputRequest,
              dev.asyncgate.v1.CloseOutputResponse>(
                service, METHODID_CLOSE_OUTPUT)))
        .addMethod(
          getReadOutputMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              dev.asyncgate.v1.ReadOutputRequest,
              dev.asyncgate.v1.ReadOutputResponse>(
                service, METHODID_READ_OUTPUT)))
        .addMethod(
          getGetOutputMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.GetOutputRequest,
              dev.asyncgate.v1.GetOutputResponse>(
                service, METHODID_GET_OUTPUT)))
        .addMethod(
          getListOutputsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListOutputsRequest,
              dev.asyncgate.v1.ListOutputsResponse>(
                service, METHODID_LIST_OUTPUTS)))
        .build();
  }

  private static abstract class OutputServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    OutputServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return dev.asyncgate.v1.OutputServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("OutputService");
    }
  }

  private static final class OutputServiceFileDescriptorSupplier
      extends OutputServiceBaseDescriptorSupplier {
    OutputServiceFileDescriptorSupplier() {}
  }

  private static final class OutputServiceMethodDescriptorSupplier
      extends OutputServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    OutputServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (OutputServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new OutputServiceFileDescriptorSupplier())
              .addMethod(getAppendOutputMethod())
              .addMethod(getCloseOutputMethod())
              .addMethod(getReadOutputMethod())
              .addMethod(getGetOutputMethod())
              .addMethod(getListOutputsMethod())
              .build();
        }
      }
    }
    return result;
  }
}
