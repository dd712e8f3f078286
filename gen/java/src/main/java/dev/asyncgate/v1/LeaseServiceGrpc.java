package dev.asyncgate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Leases tasks, renews leases, ends tasks. Every call of a holder carries its lease token; a token with an older fence
 * changes nothing and is answered `FENCED`.
 * In calls that carry a lease token, a request id belongs to that lease and method: used with another lease, it is the id
 * of another call. The receipts of the lease tell its calls apart, so that settling a task does not also write and index a
 * row for its request id, which would make it a tenth slower.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class LeaseServiceGrpc {

  private LeaseServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "asyncgate.v1.LeaseService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ClaimTasksRequest,
      dev.asyncgate.v1.ClaimTasksResponse> getClaimTasksMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ClaimTasks",
      requestType = dev.asyncgate.v1.ClaimTasksRequest.class,
      responseType = dev.asyncgate.v1.ClaimTasksResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ClaimTasksRequest,
      dev.asyncgate.v1.ClaimTasksResponse> getClaimTasksMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ClaimTasksRequest, dev.asyncgate.v1.ClaimTasksResponse> getClaimTasksMethod;
    if ((getClaimTasksMethod = LeaseServiceGrpc.getClaimTasksMethod) == null) {
      synchronized (LeaseServiceGrpc.class) {
        if ((getClaimTasksMethod = LeaseServiceGrpc.getClaimTasksMethod) == null) {
          LeaseServiceGrpc.getClaimTasksMethod = getClaimTasksMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ClaimTasksRequest, dev.asyncgate.v1.ClaimTasksResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ClaimTasks"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ClaimTasksRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ClaimTasksResponse.getDefaultInstance()))
              .setSchemaDescriptor(new LeaseServiceMethodDescriptorSupplier("ClaimTasks"))
              .build();
        }
      }
    }
    return getClaimTasksMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.RenewLeasesRequest,
      dev.asyncgate.v1.RenewLeasesResponse> getRenewLeasesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RenewLeases",
      requestType = dev.asyncgate.v1.RenewLeasesRequest.class,
      responseType = dev.asyncgate.v1.RenewLeasesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.RenewLeasesRequest,
      dev.asyncgate.v1.RenewLeasesResponse> getRenewLeasesMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.RenewLeasesRequest, dev.asyncgate.v1.RenewLeasesResponse> getRenewLeasesMethod;
    if ((getRenewLeasesMethod = LeaseServiceGrpc.getRenewLeasesMethod) == null) {
      synchronized (LeaseServiceGrpc.class) {
        if ((getRenewLeasesMethod = LeaseServiceGrpc.getRenewLeasesMethod) == null) {
          LeaseServiceGrpc.getRenewLeasesMethod = getRenewLeasesMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.RenewLeasesRequest, dev.asyncgate.v1.RenewLeasesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RenewLeases"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RenewLeasesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RenewLeasesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new LeaseServiceMethodDescriptorSupplier("RenewLeases"))
              .build();
        }
      }
    }
    return getRenewLeasesMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.KeepLeasesRequest,
      dev.asyncgate.v1.KeepLeasesResponse> getKeepLeasesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "KeepLeases",
      requestType = dev.asyncgate.v1.KeepLeasesRequest.class,
      responseType = dev.asyncgate.v1.KeepLeasesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.KeepLeasesRequest,
      dev.asyncgate.v1.KeepLeasesResponse> getKeepLeasesMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.KeepLeasesRequest, dev.asyncgate.v1.KeepLeasesResponse> getKeepLeasesMethod;
    if ((getKeepLeasesMethod = LeaseServiceGrpc.getKeepLeasesMethod) == null) {
      synchronized (LeaseServiceGrpc.class) {
        if ((getKeepLeasesMethod = LeaseServiceGrpc.getKeepLeasesMethod) == null) {
          LeaseServiceGrpc.getKeepLeasesMethod = getKeepLeasesMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.KeepLeasesRequest, dev.asyncgate.v1.KeepLeasesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "KeepLeases"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.KeepLeasesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.KeepLeasesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new LeaseServiceMethodDescriptorSupplier("KeepLeases"))
              .build();
        }
      }
    }
    return getKeepLeasesMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.StartTaskRequest,
      dev.asyncgate.v1.StartTaskResponse> getStartTaskMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "StartTask",
      requestType = dev.asyncgate.v1.StartTaskRequest.class,
      responseType = dev.asyncgate.v1.StartTaskResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.StartTaskRequest,
      dev.asyncgate.v1.StartTaskResponse> getStartTaskMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.StartTaskRequest, dev.asyncgate.v1.StartTaskResponse> getStartTaskMethod;
    if ((getStartTaskMethod = LeaseServiceGrpc.getStartTaskMethod) == null) {
      synchronized (LeaseServiceGrpc.class) {
        if ((getStartTaskMethod = LeaseServiceGrpc.getStartTaskMethod) == null) {
          LeaseServiceGrpc.getStartTaskMethod = getStartTaskMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.StartTaskRequest, dev.asyncgate.v1.StartTaskResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "StartTask"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.StartTaskRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.StartTaskResponse.getDefaultInstance()))
              .setSchemaDescriptor(new LeaseServiceMethodDescriptorSupplier("StartTask"))
              .build();
        }
      }
    }
    return getStartTaskMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ReportProgressRequest,
      dev.asyncgate.v1.ReportProgressResponse> getReportProgressMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ReportProgress",
      requestType = dev.asyncgate.v1.ReportProgressRequest.class,
      responseType = dev.asyncgate.v1.ReportProgressResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ReportProgressRequest,
      dev.asyncgate.v1.ReportProgressResponse> getReportProgressMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ReportProgressRequest, dev.asyncgate.v1.ReportProgressResponse> getReportProgressMethod;
    if ((getReportProgressMethod = LeaseServiceGrpc.getReportProgressMethod) == null) {
      synchronized (LeaseServiceGrpc.class) {
        if ((getReportProgressMethod = LeaseServiceGrpc.getReportProgressMethod) == null) {
          LeaseServiceGrpc.getReportProgressMethod = getReportProgressMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ReportProgressRequest, dev.asyncgate.v1.ReportProgressResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ReportProgress"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ReportProgressRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ReportProgressResponse.getDefaultInstance()))
              .setSchemaDescriptor(new LeaseServiceMethodDescriptorSupplier("ReportProgress"))
              .build();
        }
      }
    }
    return getReportProgressMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.CompleteTaskRequest,
      dev.asyncgate.v1.CompleteTaskResponse> getCompleteTaskMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CompleteTask",
      requestType = dev.asyncgate.v1.CompleteTaskRequest.class,
      responseType = dev.asyncgate.v1.CompleteTaskResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.CompleteTaskRequest,
      dev.asyncgate.v1.CompleteTaskResponse> getCompleteTaskMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.CompleteTaskRequest, dev.asyncgate.v1.CompleteTaskResponse> getCompleteTaskMethod;
    if ((getCompleteTaskMethod = LeaseServiceGrpc.getCompleteTaskMethod) == null) {
      synchronized (LeaseServiceGrpc.class) {
        if ((getCompleteTaskMethod = LeaseServiceGrpc.getCompleteTaskMethod) == null) {
          LeaseServiceGrpc.getCompleteTaskMethod = getCompleteTaskMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.CompleteTaskRequest, dev.asyncgate.v1.CompleteTaskResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CompleteTask"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CompleteTaskRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CompleteTaskResponse.getDefaultInstance()))
              .setSchemaDescriptor(new LeaseServiceMethodDescriptorSupplier("CompleteTask"))
              .build();
        }
      }
    }
    return getCompleteTaskMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.CompleteTasksRequest,
      dev.asyncgate.v1.CompleteTasksResponse> getCompleteTasksMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CompleteTasks",
      requestType = dev.asyncgate.v1.CompleteTasksRequest.class,
      responseType = dev.asyncgate.v1.CompleteTasksResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.CompleteTasksRequest,
      dev.asyncgate.v1.CompleteTasksResponse> getCompleteTasksMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.CompleteTasksRequest, dev.asyncgate.v1.CompleteTasksResponse> getCompleteTasksMethod;
    if ((getCompleteTasksMethod = LeaseServiceGrpc.getCompleteTasksMethod) == null) {
      synchronized (LeaseServiceGrpc.class) {
        if ((getCompleteTasksMethod = LeaseServiceGrpc.getCompleteTasksMethod) == null) {
          LeaseServiceGrpc.getCompleteTasksMethod = getCompleteTasksMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.CompleteTasksRequest, dev.asyncgate.v1.CompleteTasksResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CompleteTasks"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CompleteTasksRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CompleteTasksResponse.getDefaultInstance()))
              .setSchemaDescriptor(new LeaseServiceMethodDescriptorSupplier("CompleteTasks"))
              .build();
        }
      }
    }
    return getCompleteTasksMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.FailTaskRequest,
      dev.asyncgate.v1.FailTaskResponse> getFailTaskMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "FailTask",
      requestType = dev.asyncgate.v1.FailTaskRequest.class,
      responseType = dev.asyncgate.v1.FailTaskResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.FailTaskRequest,
      dev.asyncgate.v1.FailTaskResponse> getFailTaskMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.FailTaskRequest, dev.asyncgate.v1.FailTaskResponse> getFailTaskMethod;
    if ((getFailTaskMethod = LeaseServiceGrpc.getFailTaskMethod) == null) {
      synchronized (LeaseServiceGrpc.class) {
        if ((getFailTaskMethod = LeaseServiceGrpc.getFailTaskMethod) == null) {
          LeaseServiceGrpc.getFailTaskMethod = getFailTaskMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.FailTaskRequest, dev.asyncgate.v1.FailTaskResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "FailTask"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.FailTaskRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.FailTaskResponse.getDefaultInstance()))
              .setSchemaDescriptor(new LeaseServiceMethodDescriptorSupplier("FailTask"))
              .build();
        }
      }
    }
    return getFailTaskMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ReleaseLeaseRequest,
      dev.asyncgate.v1.ReleaseLeaseResponse> getReleaseLeaseMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ReleaseLease",
      requestType = dev.asyncgate.v1.ReleaseLeaseRequest.class,
      responseType = dev.asyncgate.v1.ReleaseLeaseResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ReleaseLeaseRequest,
      dev.asyncgate.v1.ReleaseLeaseResponse> getReleaseLeaseMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ReleaseLeaseRequest, dev.asyncgate.v1.ReleaseLeaseResponse> getReleaseLeaseMethod;
    if ((getReleaseLeaseMethod = LeaseServiceGrpc.getReleaseLeaseMethod) == null) {
      synchronized (LeaseServiceGrpc.class) {
        if ((getReleaseLeaseMethod = LeaseServiceGrpc.getReleaseLeaseMethod) == null) {
          LeaseServiceGrpc.getReleaseLeaseMethod = getReleaseLeaseMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ReleaseLeaseRequest, dev.asyncgate.v1.ReleaseLeaseResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ReleaseLease"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ReleaseLeaseRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ReleaseLeaseResponse.getDefaultInstance()))
              .setSchemaDescriptor(new LeaseServiceMethodDescriptorSupplier("ReleaseLease"))
              .build();
        }
      }
    }
    return getReleaseLeaseMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.SuspendTaskRequest,
      dev.asyncgate.v1.SuspendTaskResponse> getSuspendTaskMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SuspendTask",
      requestType = dev.asyncgate.v1.SuspendTaskRequest.class,
      responseType = dev.asyncgate.v1.SuspendTaskResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.SuspendTaskRequest,
      dev.asyncgate.v1.SuspendTaskResponse> getSuspendTaskMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.SuspendTaskRequest, dev.asyncgate.v1.SuspendTaskResponse> getSuspendTaskMethod;
    if ((getSuspendTaskMethod = LeaseServiceGrpc.getSuspendTaskMethod) == null) {
      synchronized (LeaseServiceGrpc.class) {
        if ((getSuspendTaskMethod = LeaseServiceGrpc.getSuspendTaskMethod) == null) {
          LeaseServiceGrpc.getSuspendTaskMethod = getSuspendTaskMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.SuspendTaskRequest, dev.asyncgate.v1.SuspendTaskResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SuspendTask"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.SuspendTaskRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.SuspendTaskResponse.getDefaultInstance()))
              .setSchemaDescriptor(new LeaseServiceMethodDescriptorSupplier("SuspendTask"))
              .build();
        }
      }
    }
    return getSuspendTaskMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.HandOffRequest,
      dev.asyncgate.v1.HandOffResponse> getHandOffMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "HandOff",
      requestType = dev.asyncgate.v1.HandOffRequest.class,
      responseType = dev.asyncgate.v1.HandOffResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.HandOffRequest,
      dev.asyncgate.v1.HandOffResponse> getHandOffMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.HandOffRequest, dev.asyncgate.v1.HandOffResponse> getHandOffMethod;
    if ((getHandOffMethod = LeaseServiceGrpc.getHandOffMethod) == null) {
      synchronized (LeaseServiceGrpc.class) {
        if ((getHandOffMethod = LeaseServiceGrpc.getHandOffMethod) == null) {
          LeaseServiceGrpc.getHandOffMethod = getHandOffMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.HandOffRequest, dev.asyncgate.v1.HandOffResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "HandOff"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.HandOffRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.HandOffResponse.getDefaultInstance()))
              .setSchemaDescriptor(new LeaseServiceMethodDescriptorSupplier("HandOff"))
              .build();
        }
      }
    }
    return getHandOffMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.AddScopesRequest,
      dev.asyncgate.v1.AddScopesResponse> getAddScopesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "AddScopes",
      requestType = dev.asyncgate.v1.AddScopesRequest.class,
      responseType = dev.asyncgate.v1.AddScopesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.AddScopesRequest,
      dev.asyncgate.v1.AddScopesResponse> getAddScopesMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.AddScopesRequest, dev.asyncgate.v1.AddScopesResponse> getAddScopesMethod;
    if ((getAddScopesMethod = LeaseServiceGrpc.getAddScopesMethod) == null) {
      synchronized (LeaseServiceGrpc.class) {
        if ((getAddScopesMethod = LeaseServiceGrpc.getAddScopesMethod) == null) {
          LeaseServiceGrpc.getAddScopesMethod = getAddScopesMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.AddScopesRequest, dev.asyncgate.v1.AddScopesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "AddScopes"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.AddScopesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.AddScopesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new LeaseServiceMethodDescriptorSupplier("AddScopes"))
              .build();
        }
      }
    }
    return getAddScopesMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListScopesRequest,
      dev.asyncgate.v1.ListScopesResponse> getListScopesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListScopes",
      requestType = dev.asyncgate.v1.ListScopesRequest.class,
      responseType = dev.asyncgate.v1.ListScopesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListScopesRequest,
      dev.asyncgate.v1.ListScopesResponse> getListScopesMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListScopesRequest, dev.asyncgate.v1.ListScopesResponse> getListScopesMethod;
    if ((getListScopesMethod = LeaseServiceGrpc.getListScopesMethod) == null) {
      synchronized (LeaseServiceGrpc.class) {
        if ((getListScopesMethod = LeaseServiceGrpc.getListScopesMethod) == null) {
          LeaseServiceGrpc.getListScopesMethod = getListScopesMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListScopesRequest, dev.asyncgate.v1.ListScopesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListScopes"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListScopesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListScopesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new LeaseServiceMethodDescriptorSupplier("ListScopes"))
              .build();
        }
      }
    }
    return getListScopesMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.RequestInputRequest,
      dev.asyncgate.v1.RequestInputResponse> getRequestInputMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RequestInput",
      requestType = dev.asyncgate.v1.RequestInputRequest.class,
      responseType = dev.asyncgate.v1.RequestInputResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.RequestInputRequest,
      dev.asyncgate.v1.RequestInputResponse> getRequestInputMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.RequestInputRequest, dev.asyncgate.v1.RequestInputResponse> getRequestInputMethod;
    if ((getRequestInputMethod = LeaseServiceGrpc.getRequestInputMethod) == null) {
      synchronized (LeaseServiceGrpc.class) {
        if ((getRequestInputMethod = LeaseServiceGrpc.getRequestInputMethod) == null) {
          LeaseServiceGrpc.getRequestInputMethod = getRequestInputMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.RequestInputRequest, dev.asyncgate.v1.RequestInputResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RequestInput"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RequestInputRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RequestInputResponse.getDefaultInstance()))
              .setSchemaDescriptor(new LeaseServiceMethodDescriptorSupplier("RequestInput"))
              .build();
        }
      }
    }
    return getRequestInputMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static LeaseServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<LeaseServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<LeaseServiceStub>() {
        @java.lang.Override
        public LeaseServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new LeaseServiceStub(channel, callOptions);
        }
      };
    return LeaseServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static LeaseServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<LeaseServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<LeaseServiceBlockingV2Stub>() {
        @java.lang.Override
        public LeaseServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new LeaseServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return LeaseServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static LeaseServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<LeaseServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<LeaseServiceBlockingStub>() {
        @java.lang.Override
        public LeaseServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new LeaseServiceBlockingStub(channel, callOptions);
        }
      };
    return LeaseServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static LeaseServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<LeaseServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<LeaseServiceFutureStub>() {
        @java.lang.Override
        public LeaseServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new LeaseServiceFutureStub(channel, callOptions);
        }
      };
    return LeaseServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Leases tasks, renews leases, ends tasks. Every call of a holder carries its lease token; a token with an older fence
   * changes nothing and is answered `FENCED`.
   * In calls that carry a lease token, a request id belongs to that lease and method: used with another lease, it is the id
   * of another call. The receipts of the lease tell its calls apart, so that settling a task does not also write and index a
   * row for its request id, which would make it a tenth slower.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Leases up to `max_tasks` eligible tasks: by priority, then by how long they have been eligible. With `task_ids`, only
     * these.
     * Each lease and its `task.accepted` receipt are committed together before the answer is sent. With `wait`, a call to
     * an empty queue waits until a task becomes eligible. An empty answer means that there was none; call again. Repeated
     * with the same `request_id`, it answers with the same leases and takes no others. An empty answer is not recorded,
     * because it changed nothing: the repeated call takes what is there by then. Reasons: `INVALID_ARGUMENT`,
     * `AGENT_SESSION_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`, and `PREFLIGHT_FAILED` where nothing is leased, the call does not
     * wait, and there are tasks for an agent (`agent:painter` among `capabilities`) that is not well. If an answer is lost and the call is not repeated, each of its tasks loses a lease.
     * </pre>
     */
    default void claimTasks(dev.asyncgate.v1.ClaimTasksRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ClaimTasksResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getClaimTasksMethod(), responseObserver);
    }

    /**
     * <pre>
     * Renews leases that the caller holds, for a full TTL from now.
     * Answers item by item, in order. An expired lease is never renewed, even before the sweep has found it. Reasons of
     * an item: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`; the worker must stop that work. Each answer carries the server's
     * directives. A lease that was granted in an agent's session stays in it: the session is kept instead, for its own TTL.
     * </pre>
     */
    default void renewLeases(dev.asyncgate.v1.RenewLeasesRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RenewLeasesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRenewLeasesMethod(), responseObserver);
    }

    /**
     * <pre>
     * Keeps a set of leases alive over one stream, with one database write per heartbeat, however many they are.
     * The client sends the set when it changes, and a heartbeat every third of the TTL. Each heartbeat is answered with
     * the expire time, the server's directives, and the leases that were lost, with the reason. When the stream breaks,
     * the leases last until they expire. A lost lease never ends the stream; a malformed message does.
     * </pre>
     */
    default io.grpc.stub.StreamObserver<dev.asyncgate.v1.KeepLeasesRequest> keepLeases(
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.KeepLeasesResponse> responseObserver) {
      return io.grpc.stub.ServerCalls.asyncUnimplementedStreamingCall(getKeepLeasesMethod(), responseObserver);
    }

    /**
     * <pre>
     * Reports that work on a leased task has begun.
     * LEASED becomes RUNNING, with a `task.started` receipt. Repeated by the same holder, it answers the same. The call
     * is optional: the first progress starts the task, and a task can end without it. Reasons: `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`.
     * </pre>
     */
    default void startTask(dev.asyncgate.v1.StartTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.StartTaskResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getStartTaskMethod(), responseObserver);
    }

    /**
     * <pre>
     * Reports progress, and stores a checkpoint for the next holder.
     * A report replaces the one before. It is acknowledged before it is flushed to disk: a crash of the server may lose
     * the latest reports, and nothing else. With `receipted`, the report is also written to the ledger, and flushed like
     * everything there. It does not renew the lease. Repeated with the same `request_id`, the call changes nothing and is
     * answered with the same `sequence` and `receipt_id`, and with the lease's current state. A receipted report is
     * recognised as long as its task is kept, any other one as long as it is the task's latest. A report with `spend` is
     * always receipted, so that it is counted once. Reasons: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`, `LIMIT_EXCEEDED`,
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void reportProgress(dev.asyncgate.v1.ReportProgressRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ReportProgressResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getReportProgressMethod(), responseObserver);
    }

    /**
     * <pre>
     * Completes a task, with its result or the places where it is.
     * The task becomes SUCCEEDED and its lease ends, with the `task.completed` and `task.result_ready` receipts, in one
     * transaction. The server stores a result that the call contains, and that is its delivery proof. A completion
     * without any locator: a lenient tenant accepts it, raises an anomaly and leaves the obligation open; a strict one
     * refuses it with `LOCATOR_REQUIRED`, and the lease stays. So does it after `OUTCOME_INCOMPLETE`: the task enforces
     * artifacts that the call does not have. With `next`, the tasks that go on from here are created in the same
     * transaction; that needs the scope `tasks:create_children` or `tasks:create`. If one of them is refused, all is, for its
     * reason, and `item` of the error names it. Repeated with the same token and content, the call is answered as the first
     * time.
     * A task with a `verification` becomes VERIFYING instead, with a `task.reported` receipt and its verification tasks, in
     * that transaction; the obligation stays open, and tasks of `next` are created when the report is accepted. If a graceful
     * cancellation was requested, it is CANCELED. A verification task is completed with a `verdict`, which decides about the
     * verified task in the same transaction. Other reasons: `VERIFIER_NOT_INDEPENDENT`, `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`, `INVALID_TRANSITION` (canceled meanwhile, or the verification is over), `INVALID_ARGUMENT` (a verification
     * without a verdict, or with old evidence), `LIMIT_EXCEEDED`.
     * </pre>
     */
    default void completeTask(dev.asyncgate.v1.CompleteTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CompleteTaskResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCompleteTaskMethod(), responseObserver);
    }

    /**
     * <pre>
     * Completes up to 500 tasks.
     * Answers item by item, in order; the good ones are committed together. Each item is treated as CompleteTask treats
     * it.
     * </pre>
     */
    default void completeTasks(dev.asyncgate.v1.CompleteTasksRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CompleteTasksResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCompleteTasksMethod(), responseObserver);
    }

    /**
     * <pre>
     * Reports that an attempt failed.
     * If attempts are left and the error is retryable, the task is QUEUED again for later, with a `task.retry_scheduled`
     * receipt; else it is FAILED, with `task.failed`. If a graceful cancellation was requested, there is no further
     * attempt: it is CANCELED. All in one transaction. Repeated with the same token and content, it is answered as the
     * first time. Reasons: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`.
     * </pre>
     */
    default void failTask(dev.asyncgate.v1.FailTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.FailTaskResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getFailTaskMethod(), responseObserver);
    }

    /**
     * <pre>
     * Returns a task to the queue without a failure: nothing is counted.
     * The task is QUEUED again, at once or after `delay`, with a `lease.released` receipt, in one transaction. If a
     * graceful cancellation was requested, it is CANCELED instead. Repeated with the same token, it is answered as the
     * first time. Reasons: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`.
     * </pre>
     */
    default void releaseLease(dev.asyncgate.v1.ReleaseLeaseRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ReleaseLeaseResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getReleaseLeaseMethod(), responseObserver);
    }

    /**
     * <pre>
     * Returns a task until what it waits for has happened. Its next holder gets the results with the lease.
     * No counter changes. The checkpoint is kept, the lease ends, and the task is BLOCKED until the wait is over, all in
     * one transaction. With `create`, that transaction also creates the tasks to wait for, so that none is created twice or
     * lost; it needs the scope `tasks:create_children` or `tasks:create`. If one of them is refused, all is, for its
     * reason, and `item` of the error names it. A wait that is over already leaves the task QUEUED. If a graceful
     * cancellation was requested, the task is CANCELED, and nothing is created. Reasons: `DEPENDENCY_CYCLE`,
     * `TASK_NOT_FOUND` for a task to wait for, `INVALID_ARGUMENT`, `LIMIT_EXCEEDED`, `BUDGET_EXCEEDED`, `INVALID_TRANSITION`, `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void suspendTask(dev.asyncgate.v1.SuspendTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.SuspendTaskResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSuspendTaskMethod(), responseObserver);
    }

    /**
     * <pre>
     * Hands a task over to another worker. Its next holder gets the note, the references and the checkpoint.
     * No counter changes. The lease ends and the task is QUEUED with the addressee, the requirements and the queue that the
     * call names; what it does not name stays, and without a principal any worker may lease it. A `task.handed_off` receipt
     * goes to the principal, or to the owner, all in one transaction. If a graceful cancellation was requested, the task is
     * CANCELED instead. Repeated with the same token and content, it is answered as the first time. Reasons:
     * `OUTCOME_INCOMPLETE` if the task enforces artifacts that `refs` do not have, `VERIFIER_NOT_INDEPENDENT` if it verifies
     * what the principal has held, `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`, `INVALID_TRANSITION`, `LIMIT_EXCEEDED`,
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void handOff(dev.asyncgate.v1.HandOffRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.HandOffResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getHandOffMethod(), responseObserver);
    }

    /**
     * <pre>
     * Adds write scopes to a lease that the caller holds: all of them, or none.
     * They are held until the lease ends, and are not the next holder's. If one of them overlaps a scope that another task
     * holds, unless both read, the call is refused with `SCOPE_HELD` and the holders; it never waits, so two holders
     * cannot wait for each other. What the lease has already stays, and a `READ` that is asked for as `WRITE` becomes
     * one. Repeated, the call changes nothing. Reasons: `SCOPE_HELD`, `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`,
     * `LIMIT_EXCEEDED`.
     * </pre>
     */
    default void addScopes(dev.asyncgate.v1.AddScopesRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.AddScopesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getAddScopesMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists the write scopes that are held, by their resources, with their holders and the tasks that wait for them.
     * A page is shorter than asked for if it is the last one. Reasons: `INVALID_ARGUMENT`.
     * </pre>
     */
    default void listScopes(dev.asyncgate.v1.ListScopesRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListScopesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListScopesMethod(), responseObserver);
    }

    /**
     * <pre>
     * Asks a person or an agent, and returns the task until there is an answer. Its next holder gets the answer with the
     * lease.
     * No counter changes, and the attempt's timeout stands still; the deadline does not. The checkpoint is kept, the lease
     * ends, and the task is INPUT_REQUIRED, with an `input.requested` receipt that obliges the addressee, all in one
     * transaction. The addressee finds it with ListOpenObligations and answers with ProvideInput. A task has one open
     * question at a time. If a graceful cancellation was requested, the task is CANCELED instead. Repeated with the same
     * token and content, it is answered as the first time. Reasons: `INVALID_ARGUMENT` for a schema that is not served, an
     * addressee that may not answer, or a default answer that does not fit, `LIMIT_EXCEEDED`, `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`, `INVALID_TRANSITION`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void requestInput(dev.asyncgate.v1.RequestInputRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RequestInputResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRequestInputMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service LeaseService.
   * <pre>
   * Leases tasks, renews leases, ends tasks. Every call of a holder carries its lease token; a token with an older fence
   * changes nothing and is answered `FENCED`.
   * In calls that carry a lease token, a request id belongs to that lease and method: used with another lease, it is the id
   * of another call. The receipts of the lease tell its calls apart, so that settling a task does not also write and index a
   * row for its request id, which would make it a tenth slower.
   * </pre>
   */
  public static abstract class LeaseServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return LeaseServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service LeaseService.
   * <pre>
   * Leases tasks, renews leases, ends tasks. Every call of a holder carries its lease token; a token with an older fence
   * changes nothing and is answered `FENCED`.
   * In calls that carry a lease token, a request id belongs to that lease and method: used with another lease, it is the id
   * of another call. The receipts of the lease tell its calls apart, so that settling a task does not also write and index a
   * row for its request id, which would make it a tenth slower.
   * </pre>
   */
  public static final class LeaseServiceStub
      extends io.grpc.stub.AbstractAsyncStub<LeaseServiceStub> {
    private LeaseServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected LeaseServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new LeaseServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Leases up to `max_tasks` eligible tasks: by priority, then by how long they have been eligible. With `task_ids`, only
     * these.
     * Each lease and its `task.accepted` receipt are committed together before the answer is sent. With `wait`, a call to
     * an empty queue waits until a task becomes eligible. An empty answer means that there was none; call again. Repeated
     * with the same `request_id`, it answers with the same leases and takes no others. An empty answer is not recorded,
     * because it changed nothing: the repeated call takes what is there by then. Reasons: `INVALID_ARGUMENT`,
     * `AGENT_SESSION_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`, and `PREFLIGHT_FAILED` where nothing is leased, the call does not
     * wait, and there are tasks for an agent (`agent:painter` among `capabilities`) that is not well. If an answer is lost and the call is not repeated, each of its tasks loses a lease.
     * </pre>
     */
    public void claimTasks(dev.asyncgate.v1.ClaimTasksRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ClaimTasksResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getClaimTasksMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Renews leases that the caller holds, for a full TTL from now.
     * Answers item by item, in order. An expired lease is never renewed, even before the sweep has found it. Reasons of
     * an item: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`; the worker must stop that work. Each answer carries the server's
     * directives. A lease that was granted in an agent's session stays in it: the session is kept instead, for its own TTL.
     * </pre>
     */
    public void renewLeases(dev.asyncgate.v1.RenewLeasesRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RenewLeasesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRenewLeasesMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Keeps a set of leases alive over one stream, with one database write per heartbeat, however many they are.
     * The client sends the set when it changes, and a heartbeat every third of the TTL. Each heartbeat is answered with
     * the expire time, the server's directives, and the leases that were lost, with the reason. When the stream breaks,
     * the leases last until they expire. A lost lease never ends the stream; a malformed message does.
     * </pre>
     */
    public io.grpc.stub.StreamObserver<dev.asyncgate.v1.KeepLeasesRequest> keepLeases(
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.KeepLeasesResponse> responseObserver) {
      return io.grpc.stub.ClientCalls.asyncBidiStreamingCall(
          getChannel().newCall(getKeepLeasesMethod(), getCallOptions()), responseObserver);
    }

    /**
     * <pre>
     * Reports that work on a leased task has begun.
     * LEASED becomes RUNNING, with a `task.started` receipt. Repeated by the same holder, it answers the same. The call
     * is optional: the first progress starts the task, and a task can end without it. Reasons: `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`.
     * </pre>
     */
    public void startTask(dev.asyncgate.v1.StartTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.StartTaskResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getStartTaskMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Reports progress, and stores a checkpoint for the next holder.
     * A report replaces the one before. It is acknowledged before it is flushed to disk: a crash of the server may lose
     * the latest reports, and nothing else. With `receipted`, the report is also written to the ledger, and flushed like
     * everything there. It does not renew the lease. Repeated with the same `request_id`, the call changes nothing and is
     * answered with the same `sequence` and `receipt_id`, and with the lease's current state. A receipted report is
     * recognised as long as its task is kept, any other one as long as it is the task's latest. A report with `spend` is
     * always receipted, so that it is counted once. Reasons: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`, `LIMIT_EXCEEDED`,
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void reportProgress(dev.asyncgate.v1.ReportProgressRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ReportProgressResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getReportProgressMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Completes a task, with its result or the places where it is.
     * The task becomes SUCCEEDED and its lease ends, with the `task.completed` and `task.result_ready` receipts, in one
     * transaction. The server stores a result that the call contains, and that is its delivery proof. A completion
     * without any locator: a lenient tenant accepts it, raises an anomaly and leaves the obligation open; a strict one
     * refuses it with `LOCATOR_REQUIRED`, and the lease stays. So does it after `OUTCOME_INCOMPLETE`: the task enforces
     * artifacts that the call does not have. With `next`, the tasks that go on from here are created in the same
     * transaction; that needs the scope `tasks:create_children` or `tasks:create`. If one of them is refused, all is, for its
     * reason, and `item` of the error names it. Repeated with the same token and content, the call is answered as the first
     * time.
     * A task with a `verification` becomes VERIFYING instead, with a `task.reported` receipt and its verification tasks, in
     * that transaction; the obligation stays open, and tasks of `next` are created when the report is accepted. If a graceful
     * cancellation was requested, it is CANCELED. A verification task is completed with a `verdict`, which decides about the
     * verified task in the same transaction. Other reasons: `VERIFIER_NOT_INDEPENDENT`, `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`, `INVALID_TRANSITION` (canceled meanwhile, or the verification is over), `INVALID_ARGUMENT` (a verification
     * without a verdict, or with old evidence), `LIMIT_EXCEEDED`.
     * </pre>
     */
    public void completeTask(dev.asyncgate.v1.CompleteTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CompleteTaskResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCompleteTaskMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Completes up to 500 tasks.
     * Answers item by item, in order; the good ones are committed together. Each item is treated as CompleteTask treats
     * it.
     * </pre>
     */
    public void completeTasks(dev.asyncgate.v1.CompleteTasksRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CompleteTasksResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCompleteTasksMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Reports that an attempt failed.
     * If attempts are left and the error is retryable, the task is QUEUED again for later, with a `task.retry_scheduled`
     * receipt; else it is FAILED, with `task.failed`. If a graceful cancellation was requested, there is no further
     * attempt: it is CANCELED. All in one transaction. Repeated with the same token and content, it is answered as the
     * first time. Reasons: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`.
     * </pre>
     */
    public void failTask(dev.asyncgate.v1.FailTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.FailTaskResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getFailTaskMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Returns a task to the queue without a failure: nothing is counted.
     * The task is QUEUED again, at once or after `delay`, with a `lease.released` receipt, in one transaction. If a
     * graceful cancellation was requested, it is CANCELED instead. Repeated with the same token, it is answered as the
     * first time. Reasons: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`.
     * </pre>
     */
    public void releaseLease(dev.asyncgate.v1.ReleaseLeaseRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ReleaseLeaseResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getReleaseLeaseMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Returns a task until what it waits for has happened. Its next holder gets the results with the lease.
     * No counter changes. The checkpoint is kept, the lease ends, and the task is BLOCKED until the wait is over, all in
     * one transaction. With `create`, that transaction also creates the tasks to wait for, so that none is created twice or
     * lost; it needs the scope `tasks:create_children` or `tasks:create`. If one of them is refused, all is, for its
     * reason, and `item` of the error names it. A wait that is over already leaves the task QUEUED. If a graceful
     * cancellation was requested, the task is CANCELED, and nothing is created. Reasons: `DEPENDENCY_CYCLE`,
     * `TASK_NOT_FOUND` for a task to wait for, `INVALID_ARGUMENT`, `LIMIT_EXCEEDED`, `BUDGET_EXCEEDED`, `INVALID_TRANSITION`, `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void suspendTask(dev.asyncgate.v1.SuspendTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.SuspendTaskResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSuspendTaskMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Hands a task over to another worker. Its next holder gets the note, the references and the checkpoint.
     * No counter changes. The lease ends and the task is QUEUED with the addressee, the requirements and the queue that the
     * call names; what it does not name stays, and without a principal any worker may lease it. A `task.handed_off` receipt
     * goes to the principal, or to the owner, all in one transaction. If a graceful cancellation was requested, the task is
     * CANCELED instead. Repeated with the same token and content, it is answered as the first time. Reasons:
     * `OUTCOME_INCOMPLETE` if the task enforces artifacts that `refs` do not have, `VERIFIER_NOT_INDEPENDENT` if it verifies
     * what the principal has held, `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`, `INVALID_TRANSITION`, `LIMIT_EXCEEDED`,
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void handOff(dev.asyncgate.v1.HandOffRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.HandOffResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getHandOffMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Adds write scopes to a lease that the caller holds: all of them, or none.
     * They are held until the lease ends, and are not the next holder's. If one of them overlaps a scope that another task
     * holds, unless both read, the call is refused with `SCOPE_HELD` and the holders; it never waits, so two holders
     * cannot wait for each other. What the lease has already stays, and a `READ` that is asked for as `WRITE` becomes
     * one. Repeated, the call changes nothing. Reasons: `SCOPE_HELD`, `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`,
     * `LIMIT_EXCEEDED`.
     * </pre>
     */
    public void addScopes(dev.asyncgate.v1.AddScopesRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.AddScopesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getAddScopesMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists the write scopes that are held, by their resources, with their holders and the tasks that wait for them.
     * A page is shorter than asked for if it is the last one. Reasons: `INVALID_ARGUMENT`.
     * </pre>
     */
    public void listScopes(dev.asyncgate.v1.ListScopesRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListScopesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListScopesMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Asks a person or an agent, and returns the task until there is an answer. Its next holder gets the answer with the
     * lease.
     * No counter changes, and the attempt's timeout stands still; the deadline does not. The checkpoint is kept, the lease
     * ends, and the task is INPUT_REQUIRED, with an `input.requested` receipt that obliges the addressee, all in one
     * transaction. The addressee finds it with ListOpenObligations and answers with ProvideInput. A task has one open
     * question at a time. If a graceful cancellation was requested, the task is CANCELED instead. Repeated with the same
     * token and content, it is answered as the first time. Reasons: `INVALID_ARGUMENT` for a schema that is not served, an
     * addressee that may not answer, or a default answer that does not fit, `LIMIT_EXCEEDED`, `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`, `INVALID_TRANSITION`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void requestInput(dev.asyncgate.v1.RequestInputRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RequestInputResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRequestInputMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service LeaseService.
   * <pre>
   * Leases tasks, renews leases, ends tasks. Every call of a holder carries its lease token; a token with an older fence
   * changes nothing and is answered `FENCED`.
   * In calls that carry a lease token, a request id belongs to that lease and method: used with another lease, it is the id
   * of another call. The receipts of the lease tell its calls apart, so that settling a task does not also write and index a
   * row for its request id, which would make it a tenth slower.
   * </pre>
   */
  public static final class LeaseServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<LeaseServiceBlockingV2Stub> {
    private LeaseServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected LeaseServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new LeaseServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Leases up to `max_tasks` eligible tasks: by priority, then by how long they have been eligible. With `task_ids`, only
     * these.
     * Each lease and its `task.accepted` receipt are committed together before the answer is sent. With `wait`, a call to
     * an empty queue waits until a task becomes eligible. An empty answer means that there was none; call again. Repeated
     * with the same `request_id`, it answers with the same leases and takes no others. An empty answer is not recorded,
     * because it changed nothing: the repeated call takes what is there by then. Reasons: `INVALID_ARGUMENT`,
     * `AGENT_SESSION_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`, and `PREFLIGHT_FAILED` where nothing is leased, the call does not
     * wait, and there are tasks for an agent (`agent:painter` among `capabilities`) that is not well. If an answer is lost and the call is not repeated, each of its tasks loses a lease.
     * </pre>
     */
    public dev.asyncgate.v1.ClaimTasksResponse claimTasks(dev.asyncgate.v1.ClaimTasksRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getClaimTasksMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Renews leases that the caller holds, for a full TTL from now.
     * Answers item by item, in order. An expired lease is never renewed, even before the sweep has found it. Reasons of
     * an item: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`; the worker must stop that work. Each answer carries the server's
     * directives. A lease that was granted in an agent's session stays in it: the session is kept instead, for its own TTL.
     * </pre>
     */
    public dev.asyncgate.v1.RenewLeasesResponse renewLeases(dev.asyncgate.v1.RenewLeasesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRenewLeasesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Keeps a set of leases alive over one stream, with one database write per heartbeat, however many they are.
     * The client sends the set when it changes, and a heartbeat every third of the TTL. Each heartbeat is answered with
     * the expire time, the server's directives, and the leases that were lost, with the reason. When the stream breaks,
     * the leases last until they expire. A lost lease never ends the stream; a malformed message does.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<dev.asyncgate.v1.KeepLeasesRequest, dev.asyncgate.v1.KeepLeasesResponse>
        keepLeases() {
      return io.grpc.stub.ClientCalls.blockingBidiStreamingCall(
          getChannel(), getKeepLeasesMethod(), getCallOptions());
    }

    /**
     * <pre>
     * Reports that work on a leased task has begun.
     * LEASED becomes RUNNING, with a `task.started` receipt. Repeated by the same holder, it answers the same. The call
     * is optional: the first progress starts the task, and a task can end without it. Reasons: `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`.
     * </pre>
     */
    public dev.asyncgate.v1.StartTaskResponse startTask(dev.asyncgate.v1.StartTaskRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getStartTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reports progress, and stores a checkpoint for the next holder.
     * A report replaces the one before. It is acknowledged before it is flushed to disk: a crash of the server may lose
     * the latest reports, and nothing else. With `receipted`, the report is also written to the ledger, and flushed like
     * everything there. It does not renew the lease. Repeated with the same `request_id`, the call changes nothing and is
     * answered with the same `sequence` and `receipt_id`, and with the lease's current state. A receipted report is
     * recognised as long as its task is kept, any other one as long as it is the task's latest. A report with `spend` is
     * always receipted, so that it is counted once. Reasons: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`, `LIMIT_EXCEEDED`,
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.ReportProgressResponse reportProgress(dev.asyncgate.v1.ReportProgressRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getReportProgressMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Completes a task, with its result or the places where it is.
     * The task becomes SUCCEEDED and its lease ends, with the `task.completed` and `task.result_ready` receipts, in one
     * transaction. The server stores a result that the call contains, and that is its delivery proof. A completion
     * without any locator: a lenient tenant accepts it, raises an anomaly and leaves the obligation open; a strict one
     * refuses it with `LOCATOR_REQUIRED`, and the lease stays. So does it after `OUTCOME_INCOMPLETE`: the task enforces
     * artifacts that the call does not have. With `next`, the tasks that go on from here are created in the same
     * transaction; that needs the scope `tasks:create_children` or `tasks:create`. If one of them is refused, all is, for its
     * reason, and `item` of the error names it. Repeated with the same token and content, the call is answered as the first
     * time.
     * A task with a `verification` becomes VERIFYING instead, with a `task.reported` receipt and its verification tasks, in
     * that transaction; the obligation stays open, and tasks of `next` are created when the report is accepted. If a graceful
     * cancellation was requested, it is CANCELED. A verification task is completed with a `verdict`, which decides about the
     * verified task in the same transaction. Other reasons: `VERIFIER_NOT_INDEPENDENT`, `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`, `INVALID_TRANSITION` (canceled meanwhile, or the verification is over), `INVALID_ARGUMENT` (a verification
     * without a verdict, or with old evidence), `LIMIT_EXCEEDED`.
     * </pre>
     */
    public dev.asyncgate.v1.CompleteTaskResponse completeTask(dev.asyncgate.v1.CompleteTaskRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCompleteTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Completes up to 500 tasks.
     * Answers item by item, in order; the good ones are committed together. Each item is treated as CompleteTask treats
     * it.
     * </pre>
     */
    public dev.asyncgate.v1.CompleteTasksResponse completeTasks(dev.asyncgate.v1.CompleteTasksRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCompleteTasksMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reports that an attempt failed.
     * If attempts are left and the error is retryable, the task is QUEUED again for later, with a `task.retry_scheduled`
     * receipt; else it is FAILED, with `task.failed`. If a graceful cancellation was requested, there is no further
     * attempt: it is CANCELED. All in one transaction. Repeated with the same token and content, it is answered as the
     * first time. Reasons: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`.
     * </pre>
     */
    public dev.asyncgate.v1.FailTaskResponse failTask(dev.asyncgate.v1.FailTaskRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getFailTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns a task to the queue without a failure: nothing is counted.
     * The task is QUEUED again, at once or after `delay`, with a `lease.released` receipt, in one transaction. If a
     * graceful cancellation was requested, it is CANCELED instead. Repeated with the same token, it is answered as the
     * first time. Reasons: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`.
     * </pre>
     */
    public dev.asyncgate.v1.ReleaseLeaseResponse releaseLease(dev.asyncgate.v1.ReleaseLeaseRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getReleaseLeaseMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns a task until what it waits for has happened. Its next holder gets the results with the lease.
     * No counter changes. The checkpoint is kept, the lease ends, and the task is BLOCKED until the wait is over, all in
     * one transaction. With `create`, that transaction also creates the tasks to wait for, so that none is created twice or
     * lost; it needs the scope `tasks:create_children` or `tasks:create`. If one of them is refused, all is, for its
     * reason, and `item` of the error names it. A wait that is over already leaves the task QUEUED. If a graceful
     * cancellation was requested, the task is CANCELED, and nothing is created. Reasons: `DEPENDENCY_CYCLE`,
     * `TASK_NOT_FOUND` for a task to wait for, `INVALID_ARGUMENT`, `LIMIT_EXCEEDED`, `BUDGET_EXCEEDED`, `INVALID_TRANSITION`, `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.SuspendTaskResponse suspendTask(dev.asyncgate.v1.SuspendTaskRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSuspendTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Hands a task over to another worker. Its next holder gets the note, the references and the checkpoint.
     * No counter changes. The lease ends and the task is QUEUED with the addressee, the requirements and the queue that the
     * call names; what it does not name stays, and without a principal any worker may lease it. A `task.handed_off` receipt
     * goes to the principal, or to the owner, all in one transaction. If a graceful cancellation was requested, the task is
     * CANCELED instead. Repeated with the same token and content, it is answered as the first time. Reasons:
     * `OUTCOME_INCOMPLETE` if the task enforces artifacts that `refs` do not have, `VERIFIER_NOT_INDEPENDENT` if it verifies
     * what the principal has held, `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`, `INVALID_TRANSITION`, `LIMIT_EXCEEDED`,
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.HandOffResponse handOff(dev.asyncgate.v1.HandOffRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getHandOffMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Adds write scopes to a lease that the caller holds: all of them, or none.
     * They are held until the lease ends, and are not the next holder's. If one of them overlaps a scope that another task
     * holds, unless both read, the call is refused with `SCOPE_HELD` and the holders; it never waits, so two holders
     * cannot wait for each other. What the lease has already stays, and a `READ` that is asked for as `WRITE` becomes
     * one. Repeated, the call changes nothing. Reasons: `SCOPE_HELD`, `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`,
     * `LIMIT_EXCEEDED`.
     * </pre>
     */
    public dev.asyncgate.v1.AddScopesResponse addScopes(dev.asyncgate.v1.AddScopesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getAddScopesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the write scopes that are held, by their resources, with their holders and the tasks that wait for them.
     * A page is shorter than asked for if it is the last one. Reasons: `INVALID_ARGUMENT`.
     * </pre>
     */
    public dev.asyncgate.v1.ListScopesResponse listScopes(dev.asyncgate.v1.ListScopesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListScopesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Asks a person or an agent, and returns the task until there is an answer. Its next holder gets the answer with the
     * lease.
     * No counter changes, and the attempt's timeout stands still; the deadline does not. The checkpoint is kept, the lease
     * ends, and the task is INPUT_REQUIRED, with an `input.requested` receipt that obliges the addressee, all in one
     * transaction. The addressee finds it with ListOpenObligations and answers with ProvideInput. A task has one open
     * question at a time. If a graceful cancellation was requested, the task is CANCELED instead. Repeated with the same
     * token and content, it is answered as the first time. Reasons: `INVALID_ARGUMENT` for a schema that is not served, an
     * addressee that may not answer, or a default answer that does not fit, `LIMIT_EXCEEDED`, `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`, `INVALID_TRANSITION`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.RequestInputResponse requestInput(dev.asyncgate.v1.RequestInputRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRequestInputMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service LeaseService.
   * <pre>
   * Leases tasks, renews leases, ends tasks. Every call of a holder carries its lease token; a token with an older fence
   * changes nothing and is answered `FENCED`.
   * In calls that carry a lease token, a request id belongs to that lease and method: used with another lease, it is the id
   * of another call. The receipts of the lease tell its calls apart, so that settling a task does not also write and index a
   * row for its request id, which would make it a tenth slower.
   * </pre>
   */
  public static final class LeaseServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<LeaseServiceBlockingStub> {
    private LeaseServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected LeaseServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new LeaseServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Leases up to `max_tasks` eligible tasks: by priority, then by how long they have been eligible. With `task_ids`, only
     * these.
     * Each lease and its `task.accepted` receipt are committed together before the answer is sent. With `wait`, a call to
     * an empty queue waits until a task becomes eligible. An empty answer means that there was none; call again. Repeated
     * with the same `request_id`, it answers with the same leases and takes no others. An empty answer is not recorded,
     * because it changed nothing: the repeated call takes what is there by then. Reasons: `INVALID_ARGUMENT`,
     * `AGENT_SESSION_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`, and `PREFLIGHT_FAILED` where nothing is leased, the call does not
     * wait, and there are tasks for an agent (`agent:painter` among `capabilities`) that is not well. If an answer is lost and the call is not repeated, each of its tasks loses a lease.
     * </pre>
     */
    public dev.asyncgate.v1.ClaimTasksResponse claimTasks(dev.asyncgate.v1.ClaimTasksRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getClaimTasksMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Renews leases that the caller holds, for a full TTL from now.
     * Answers item by item, in order. An expired lease is never renewed, even before the sweep has found it. Reasons of
     * an item: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`; the worker must stop that work. Each answer carries the server's
     * directives. A lease that was granted in an agent's session stays in it: the session is kept instead, for its own TTL.
     * </pre>
     */
    public dev.asyncgate.v1.RenewLeasesResponse renewLeases(dev.asyncgate.v1.RenewLeasesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRenewLeasesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reports that work on a leased task has begun.
     * LEASED becomes RUNNING, with a `task.started` receipt. Repeated by the same holder, it answers the same. The call
     * is optional: the first progress starts the task, and a task can end without it. Reasons: `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`.
     * </pre>
     */
    public dev.asyncgate.v1.StartTaskResponse startTask(dev.asyncgate.v1.StartTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getStartTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reports progress, and stores a checkpoint for the next holder.
     * A report replaces the one before. It is acknowledged before it is flushed to disk: a crash of the server may lose
     * the latest reports, and nothing else. With `receipted`, the report is also written to the ledger, and flushed like
     * everything there. It does not renew the lease. Repeated with the same `request_id`, the call changes nothing and is
     * answered with the same `sequence` and `receipt_id`, and with the lease's current state. A receipted report is
     * recognised as long as its task is kept, any other one as long as it is the task's latest. A report with `spend` is
     * always receipted, so that it is counted once. Reasons: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`, `LIMIT_EXCEEDED`,
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.ReportProgressResponse reportProgress(dev.asyncgate.v1.ReportProgressRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getReportProgressMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Completes a task, with its result or the places where it is.
     * The task becomes SUCCEEDED and its lease ends, with the `task.completed` and `task.result_ready` receipts, in one
     * transaction. The server stores a result that the call contains, and that is its delivery proof. A completion
     * without any locator: a lenient tenant accepts it, raises an anomaly and leaves the obligation open; a strict one
     * refuses it with `LOCATOR_REQUIRED`, and the lease stays. So does it after `OUTCOME_INCOMPLETE`: the task enforces
     * artifacts that the call does not have. With `next`, the tasks that go on from here are created in the same
     * transaction; that needs the scope `tasks:create_children` or `tasks:create`. If one of them is refused, all is, for its
     * reason, and `item` of the error names it. Repeated with the same token and content, the call is answered as the first
     * time.
     * A task with a `verification` becomes VERIFYING instead, with a `task.reported` receipt and its verification tasks, in
     * that transaction; the obligation stays open, and tasks of `next` are created when the report is accepted. If a graceful
     * cancellation was requested, it is CANCELED. A verification task is completed with a `verdict`, which decides about the
     * verified task in the same transaction. Other reasons: `VERIFIER_NOT_INDEPENDENT`, `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`, `INVALID_TRANSITION` (canceled meanwhile, or the verification is over), `INVALID_ARGUMENT` (a verification
     * without a verdict, or with old evidence), `LIMIT_EXCEEDED`.
     * </pre>
     */
    public dev.asyncgate.v1.CompleteTaskResponse completeTask(dev.asyncgate.v1.CompleteTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCompleteTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Completes up to 500 tasks.
     * Answers item by item, in order; the good ones are committed together. Each item is treated as CompleteTask treats
     * it.
     * </pre>
     */
    public dev.asyncgate.v1.CompleteTasksResponse completeTasks(dev.asyncgate.v1.CompleteTasksRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCompleteTasksMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reports that an attempt failed.
     * If attempts are left and the error is retryable, the task is QUEUED again for later, with a `task.retry_scheduled`
     * receipt; else it is FAILED, with `task.failed`. If a graceful cancellation was requested, there is no further
     * attempt: it is CANCELED. All in one transaction. Repeated with the same token and content, it is answered as the
     * first time. Reasons: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`.
     * </pre>
     */
    public dev.asyncgate.v1.FailTaskResponse failTask(dev.asyncgate.v1.FailTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getFailTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns a task to the queue without a failure: nothing is counted.
     * The task is QUEUED again, at once or after `delay`, with a `lease.released` receipt, in one transaction. If a
     * graceful cancellation was requested, it is CANCELED instead. Repeated with the same token, it is answered as the
     * first time. Reasons: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`.
     * </pre>
     */
    public dev.asyncgate.v1.ReleaseLeaseResponse releaseLease(dev.asyncgate.v1.ReleaseLeaseRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getReleaseLeaseMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns a task until what it waits for has happened. Its next holder gets the results with the lease.
     * No counter changes. The checkpoint is kept, the lease ends, and the task is BLOCKED until the wait is over, all in
     * one transaction. With `create`, that transaction also creates the tasks to wait for, so that none is created twice or
     * lost; it needs the scope `tasks:create_children` or `tasks:create`. If one of them is refused, all is, for its
     * reason, and `item` of the error names it. A wait that is over already leaves the task QUEUED. If a graceful
     * cancellation was requested, the task is CANCELED, and nothing is created. Reasons: `DEPENDENCY_CYCLE`,
     * `TASK_NOT_FOUND` for a task to wait for, `INVALID_ARGUMENT`, `LIMIT_EXCEEDED`, `BUDGET_EXCEEDED`, `INVALID_TRANSITION`, `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.SuspendTaskResponse suspendTask(dev.asyncgate.v1.SuspendTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSuspendTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Hands a task over to another worker. Its next holder gets the note, the references and the checkpoint.
     * No counter changes. The lease ends and the task is QUEUED with the addressee, the requirements and the queue that the
     * call names; what it does not name stays, and without a principal any worker may lease it. A `task.handed_off` receipt
     * goes to the principal, or to the owner, all in one transaction. If a graceful cancellation was requested, the task is
     * CANCELED instead. Repeated with the same token and content, it is answered as the first time. Reasons:
     * `OUTCOME_INCOMPLETE` if the task enforces artifacts that `refs` do not have, `VERIFIER_NOT_INDEPENDENT` if it verifies
     * what the principal has held, `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`, `INVALID_TRANSITION`, `LIMIT_EXCEEDED`,
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.HandOffResponse handOff(dev.asyncgate.v1.HandOffRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getHandOffMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Adds write scopes to a lease that the caller holds: all of them, or none.
     * They are held until the lease ends, and are not the next holder's. If one of them overlaps a scope that another task
     * holds, unless both read, the call is refused with `SCOPE_HELD` and the holders; it never waits, so two holders
     * cannot wait for each other. What the lease has already stays, and a `READ` that is asked for as `WRITE` becomes
     * one. Repeated, the call changes nothing. Reasons: `SCOPE_HELD`, `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`,
     * `LIMIT_EXCEEDED`.
     * </pre>
     */
    public dev.asyncgate.v1.AddScopesResponse addScopes(dev.asyncgate.v1.AddScopesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getAddScopesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the write scopes that are held, by their resources, with their holders and the tasks that wait for them.
     * A page is shorter than asked for if it is the last one. Reasons: `INVALID_ARGUMENT`.
     * </pre>
     */
    public dev.asyncgate.v1.ListScopesResponse listScopes(dev.asyncgate.v1.ListScopesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListScopesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Asks a person or an agent, and returns the task until there is an answer. Its next holder gets the answer with the
     * lease.
     * No counter changes, and the attempt's timeout stands still; the deadline does not. The checkpoint is kept, the lease
     * ends, and the task is INPUT_REQUIRED, with an `input.requested` receipt that obliges the addressee, all in one
     * transaction. The addressee finds it with ListOpenObligations and answers with ProvideInput. A task has one open
     * question at a time. If a graceful cancellation was requested, the task is CANCELED instead. Repeated with the same
     * token and content, it is answered as the first time. Reasons: `INVALID_ARGUMENT` for a schema that is not served, an
     * addressee that may not answer, or a default answer that does not fit, `LIMIT_EXCEEDED`, `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`, `INVALID_TRANSITION`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.RequestInputResponse requestInput(dev.asyncgate.v1.RequestInputRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRequestInputMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service LeaseService.
   * <pre>
   * Leases tasks, renews leases, ends tasks. Every call of a holder carries its lease token; a token with an older fence
   * changes nothing and is answered `FENCED`.
   * In calls that carry a lease token, a request id belongs to that lease and method: used with another lease, it is the id
   * of another call. The receipts of the lease tell its calls apart, so that settling a task does not also write and index a
   * row for its request id, which would make it a tenth slower.
   * </pre>
   */
  public static final class LeaseServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<LeaseServiceFutureStub> {
    private LeaseServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected LeaseServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new LeaseServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Leases up to `max_tasks` eligible tasks: by priority, then by how long they have been eligible. With `task_ids`, only
     * these.
     * Each lease and its `task.accepted` receipt are committed together before the answer is sent. With `wait`, a call to
     * an empty queue waits until a task becomes eligible. An empty answer means that there was none; call again. Repeated
     * with the same `request_id`, it answers with the same leases and takes no others. An empty answer is not recorded,
     * because it changed nothing: the repeated call takes what is there by then. Reasons: `INVALID_ARGUMENT`,
     * `AGENT_SESSION_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`, and `PREFLIGHT_FAILED` where nothing is leased, the call does not
     * wait, and there are tasks for an agent (`agent:painter` among `capabilities`) that is not well. If an answer is lost and the call is not repeated, each of its tasks loses a lease.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ClaimTasksResponse> claimTasks(
        dev.asyncgate.v1.ClaimTasksRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getClaimTasksMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Renews leases that the caller holds, for a full TTL from now.
     * Answers item by item, in order. An expired lease is never renewed, even before the sweep has found it. Reasons of
     * an item: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`; the worker must stop that work. Each answer carries the server's
     * directives. A lease that was granted in an agent's session stays in it: the session is kept instead, for its own TTL.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.RenewLeasesResponse> renewLeases(
        dev.asyncgate.v1.RenewLeasesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRenewLeasesMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Reports that work on a leased task has begun.
     * LEASED becomes RUNNING, with a `task.started` receipt. Repeated by the same holder, it answers the same. The call
     * is optional: the first progress starts the task, and a task can end without it. Reasons: `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.StartTaskResponse> startTask(
        dev.asyncgate.v1.StartTaskRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getStartTaskMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Reports progress, and stores a checkpoint for the next holder.
     * A report replaces the one before. It is acknowledged before it is flushed to disk: a crash of the server may lose
     * the latest reports, and nothing else. With `receipted`, the report is also written to the ledger, and flushed like
     * everything there. It does not renew the lease. Repeated with the same `request_id`, the call changes nothing and is
     * answered with the same `sequence` and `receipt_id`, and with the lease's current state. A receipted report is
     * recognised as long as its task is kept, any other one as long as it is the task's latest. A report with `spend` is
     * always receipted, so that it is counted once. Reasons: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`, `LIMIT_EXCEEDED`,
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ReportProgressResponse> reportProgress(
        dev.asyncgate.v1.ReportProgressRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getReportProgressMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Completes a task, with its result or the places where it is.
     * The task becomes SUCCEEDED and its lease ends, with the `task.completed` and `task.result_ready` receipts, in one
     * transaction. The server stores a result that the call contains, and that is its delivery proof. A completion
     * without any locator: a lenient tenant accepts it, raises an anomaly and leaves the obligation open; a strict one
     * refuses it with `LOCATOR_REQUIRED`, and the lease stays. So does it after `OUTCOME_INCOMPLETE`: the task enforces
     * artifacts that the call does not have. With `next`, the tasks that go on from here are created in the same
     * transaction; that needs the scope `tasks:create_children` or `tasks:create`. If one of them is refused, all is, for its
     * reason, and `item` of the error names it. Repeated with the same token and content, the call is answered as the first
     * time.
     * A task with a `verification` becomes VERIFYING instead, with a `task.reported` receipt and its verification tasks, in
     * that transaction; the obligation stays open, and tasks of `next` are created when the report is accepted. If a graceful
     * cancellation was requested, it is CANCELED. A verification task is completed with a `verdict`, which decides about the
     * verified task in the same transaction. Other reasons: `VERIFIER_NOT_INDEPENDENT`, `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`, `INVALID_TRANSITION` (canceled meanwhile, or the verification is over), `INVALID_ARGUMENT` (a verification
     * without a verdict, or with old evidence), `LIMIT_EXCEEDED`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.CompleteTaskResponse> completeTask(
        dev.asyncgate.v1.CompleteTaskRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCompleteTaskMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Completes up to 500 tasks.
     * Answers item by item, in order; the good ones are committed together. Each item is treated as CompleteTask treats
     * it.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.CompleteTasksResponse> completeTasks(
        dev.asyncgate.v1.CompleteTasksRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCompleteTasksMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Reports that an attempt failed.
     * If attempts are left and the error is retryable, the task is QUEUED again for later, with a `task.retry_scheduled`
     * receipt; else it is FAILED, with `task.failed`. If a graceful cancellation was requested, there is no further
     * attempt: it is CANCELED. All in one transaction. Repeated with the same token and content, it is answered as the
     * first time. Reasons: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.FailTaskResponse> failTask(
        dev.asyncgate.v1.FailTaskRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getFailTaskMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Returns a task to the queue without a failure: nothing is counted.
     * The task is QUEUED again, at once or after `delay`, with a `lease.released` receipt, in one transaction. If a
     * graceful cancellation was requested, it is CANCELED instead. Repeated with the same token, it is answered as the
     * first time. Reasons: `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ReleaseLeaseResponse> releaseLease(
        dev.asyncgate.v1.ReleaseLeaseRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getReleaseLeaseMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Returns a task until what it waits for has happened. Its next holder gets the results with the lease.
     * No counter changes. The checkpoint is kept, the lease ends, and the task is BLOCKED until the wait is over, all in
     * one transaction. With `create`, that transaction also creates the tasks to wait for, so that none is created twice or
     * lost; it needs the scope `tasks:create_children` or `tasks:create`. If one of them is refused, all is, for its
     * reason, and `item` of the error names it. A wait that is over already leaves the task QUEUED. If a graceful
     * cancellation was requested, the task is CANCELED, and nothing is created. Reasons: `DEPENDENCY_CYCLE`,
     * `TASK_NOT_FOUND` for a task to wait for, `INVALID_ARGUMENT`, `LIMIT_EXCEEDED`, `BUDGET_EXCEEDED`, `INVALID_TRANSITION`, `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.SuspendTaskResponse> suspendTask(
        dev.asyncgate.v1.SuspendTaskRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSuspendTaskMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Hands a task over to another worker. Its next holder gets the note, the references and the checkpoint.
     * No counter changes. The lease ends and the task is QUEUED with the addressee, the requirements and the queue that the
     * call names; what it does not name stays, and without a principal any worker may lease it. A `task.handed_off` receipt
     * goes to the principal, or to the owner, all in one transaction. If a graceful cancellation was requested, the task is
     * CANCELED instead. Repeated with the same token and content, it is answered as the first time. Reasons:
     * `OUTCOME_INCOMPLETE` if the task enforces artifacts that `refs` do not have, `VERIFIER_NOT_INDEPENDENT` if it verifies
     * what the principal has held, `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`, `INVALID_TRANSITION`, `LIMIT_EXCEEDED`,
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.HandOffResponse> handOff(
        dev.asyncgate.v1.HandOffRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getHandOffMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Adds write scopes to a lease that the caller holds: all of them, or none.
     * They are held until the lease ends, and are not the next holder's. If one of them overlaps a scope that another task
     * holds, unless both read, the call is refused with `SCOPE_HELD` and the holders; it never waits, so two holders
     * cannot wait for each other. What the lease has already stays, and a `READ` that is asked for as `WRITE` becomes
     * one. Repeated, the call changes nothing. Reasons: `SCOPE_HELD`, `LEASE_EXPIRED`, `FENCED`, `NOT_HOLDER`,
     * `LIMIT_EXCEEDED`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.AddScopesResponse> addScopes(
        dev.asyncgate.v1.AddScopesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getAddScopesMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists the write scopes that are held, by their resources, with their holders and the tasks that wait for them.
     * A page is shorter than asked for if it is the last one. Reasons: `INVALID_ARGUMENT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListScopesResponse> listScopes(
        dev.asyncgate.v1.ListScopesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListScopesMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Asks a person or an agent, and returns the task until there is an answer. Its next holder gets the answer with the
     * lease.
     * No counter changes, and the attempt's timeout stands still; the deadline does not. The checkpoint is kept, the lease
     * ends, and the task is INPUT_REQUIRED, with an `input.requested` receipt that obliges the addressee, all in one
     * transaction. The addressee finds it with ListOpenObligations and answers with ProvideInput. A task has one open
     * question at a time. If a graceful cancellation was requested, the task is CANCELED instead. Repeated with the same
     * token and content, it is answered as the first time. Reasons: `INVALID_ARGUMENT` for a schema that is not served, an
     * addressee that may not answer, or a default answer that does not fit, `LIMIT_EXCEEDED`, `LEASE_EXPIRED`, `FENCED`,
     * `NOT_HOLDER`, `INVALID_TRANSITION`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.RequestInputResponse> requestInput(
        dev.asyncgate.v1.RequestInputRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRequestInputMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_CLAIM_TASKS = 0;
  private static final int METHODID_RENEW_LEASES = 1;
  private static final int METHODID_START_TASK = 2;
  private static final int METHODID_REPORT_PROGRESS = 3;
  private static final int METHODID_COMPLETE_TASK = 4;
  private static final int METHODID_COMPLETE_TASKS = 5;
  private static final int METHODID_FAIL_TASK = 6;
  private static final int METHODID_RELEASE_LEASE = 7;
  private static final int METHODID_SUSPEND_TASK = 8;
  private static final int METHODID_HAND_OFF = 9;
  private static final int METHODID_ADD_SCOPES = 10;
  private static final int METHODID_LIST_SCOPES = 11;
  private static final int METHODID_REQUEST_INPUT = 12;
  private static final int METHODID_KEEP_LEASES = 13;

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
        case METHODID_CLAIM_TASKS:
          serviceImpl.claimTasks((dev.asyncgate.v1.ClaimTasksRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ClaimTasksResponse>) responseObserver);
          break;
        case METHODID_RENEW_LEASES:
          serviceImpl.renewLeases((dev.asyncgate.v1.RenewLeasesRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.RenewLeasesResponse>) responseObserver);
          break;
        case METHODID_START_TASK:
          serviceImpl.startTask((dev.asyncgate.v1.StartTaskRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.StartTaskResponse>) responseObserver);
          break;
        case METHODID_REPORT_PROGRESS:
          serviceImpl.reportProgress((dev.asyncgate.v1.ReportProgressRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ReportProgressResponse>) responseObserver);
          break;
        case METHODID_COMPLETE_TASK:
          serviceImpl.completeTask((dev.asyncgate.v1.CompleteTaskRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.CompleteTaskResponse>) responseObserver);
          break;
        case METHODID_COMPLETE_TASKS:
          serviceImpl.completeTasks((dev.asyncgate.v1.CompleteTasksRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.CompleteTasksResponse>) responseObserver);
          break;
        case METHODID_FAIL_TASK:
          serviceImpl.failTask((dev.asyncgate.v1.FailTaskRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.FailTaskResponse>) responseObserver);
          break;
        case METHODID_RELEASE_LEASE:
          serviceImpl.releaseLease((dev.asyncgate.v1.ReleaseLeaseRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ReleaseLeaseResponse>) responseObserver);
          break;
        case METHODID_SUSPEND_TASK:
          serviceImpl.suspendTask((dev.asyncgate.v1.SuspendTaskRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.SuspendTaskResponse>) responseObserver);
          break;
        case METHODID_HAND_OFF:
          serviceImpl.handOff((dev.asyncgate.v1.HandOffRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.HandOffResponse>) responseObserver);
          break;
        case METHODID_ADD_SCOPES:
          serviceImpl.addScopes((dev.asyncgate.v1.AddScopesRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.AddScopesResponse>) responseObserver);
          break;
        case METHODID_LIST_SCOPES:
          serviceImpl.listScopes((dev.asyncgate.v1.ListScopesRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListScopesResponse>) responseObserver);
          break;
        case METHODID_REQUEST_INPUT:
          serviceImpl.requestInput((dev.asyncgate.v1.RequestInputRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.RequestInputResponse>) responseObserver);
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
        case METHODID_KEEP_LEASES:
          return (io.grpc.stub.StreamObserver<Req>) serviceImpl.keepLeases(
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.KeepLeasesResponse>) responseObserver);
        default:
          throw new AssertionError();
      }
    }
  }

  public static final io.grpc.ServerServiceDefinition bindService(AsyncService service) {
    return io.grpc.ServerServiceDefinition.builder(getServiceDescriptor())
        .addMethod(
          getClaimTasksMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ClaimTasksRequest,
              dev.asyncgate.v1.ClaimTasksResponse>(
                service, METHODID_CLAIM_TASKS)))
        .addMethod(
          getRenewLeasesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.RenewLeasesRequest,
              dev.asyncgate.v1.RenewLeasesResponse>(
                service, METHODID_RENEW_LEASES)))
        .addMethod(
          getKeepLeasesMethod(),
          io.grpc.stub.ServerCalls.asyncBidiStreamingCall(
            new MethodHandlers<
              dev.asyncgate.v1.KeepLeasesRequest,
              dev.asyncgate.v1.KeepLeasesResponse>(
                service, METHODID_KEEP_LEASES)))
        .addMethod(
          getStartTaskMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.StartTaskRequest,
              dev.asyncgate.v1.StartTaskResponse>(
                service, METHODID_START_TASK)))
        .addMethod(
          getReportProgressMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ReportProgressRequest,
              dev.asyncgate.v1.ReportProgressResponse>(
                service, METHODID_REPORT_PROGRESS)))
        .addMethod(
          getCompleteTaskMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.CompleteTaskRequest,
              dev.asyncgate.v1.CompleteTaskResponse>(
                service, METHODID_COMPLETE_TASK)))
        .addMethod(
          getCompleteTasksMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.CompleteTasksRequest,
              dev.asyncgate.v1.CompleteTasksResponse>(
                service, METHODID_COMPLETE_TASKS)))
        .addMethod(
          getFailTaskMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.FailTaskRequest,
              dev.asyncgate.v1.FailTaskResponse>(
                service, METHODID_FAIL_TASK)))
        .addMethod(
          getReleaseLeaseMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ReleaseLeaseRequest,
              dev.asyncgate.v1.ReleaseLeaseResponse>(
                service, METHODID_RELEASE_LEASE)))
        .addMethod(
          getSuspendTaskMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.SuspendTaskRequest,
              dev.asyncgate.v1.SuspendTaskResponse>(
                service, METHODID_SUSPEND_TASK)))
        .addMethod(
          getHandOffMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.HandOffRequest,
              dev.asyncgate.v1.HandOffResponse>(
                service, METHODID_HAND_OFF)))
        .addMethod(
          getAddScopesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.AddScopesRequest,
              dev.asyncgate.v1.AddScopesResponse>(
                service, METHODID_ADD_SCOPES)))
        .addMethod(
          getListScopesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListScopesRequest,
              dev.asyncgate.v1.ListScopesResponse>(
                service, METHODID_LIST_SCOPES)))
        .addMethod(
          getRequestInputMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.RequestInputRequest,
              dev.asyncgate.v1.RequestInputResponse>(
                service, METHODID_REQUEST_INPUT)))
        .build();
  }

  private static abstract class LeaseServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    LeaseServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return dev.asyncgate.v1.LeaseServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("LeaseService");
    }
  }

  private static final class LeaseServiceFileDescriptorSupplier
      extends LeaseServiceBaseDescriptorSupplier {
    LeaseServiceFileDescriptorSupplier() {}
  }

  private static final class LeaseServiceMethodDescriptorSupplier
      extends LeaseServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    LeaseServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (LeaseServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new LeaseServiceFileDescriptorSupplier())
              .addMethod(getClaimTasksMethod())
              .addMethod(getRenewLeasesMethod())
              .addMethod(getKeepLeasesMethod())
              .addMethod(getStartTaskMethod())
              .addMethod(getReportProgressMethod())
              .addMethod(getCompleteTaskMethod())
              .addMethod(getCompleteTasksMethod())
              .addMethod(getFailTaskMethod())
              .addMethod(getReleaseLeaseMethod())
              .addMethod(getSuspendTaskMethod())
              .addMethod(getHandOffMethod())
              .addMethod(getAddScopesMethod())
              .addMethod(getListScopesMethod())
              .addMethod(getRequestInputMethod())
              .build();
        }
      }
    }
    return result;
  }
}
