package dev.asyncgate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Administers tenants and keys. Every call leaves an audit record, and so does every refusal. The exception are calls
 * without a valid credential: each server records at most ten of them a second and only logs the others.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class AdminServiceGrpc {

  private AdminServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "asyncgate.v1.AdminService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.CreateTenantRequest,
      dev.asyncgate.v1.CreateTenantResponse> getCreateTenantMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CreateTenant",
      requestType = dev.asyncgate.v1.CreateTenantRequest.class,
      responseType = dev.asyncgate.v1.CreateTenantResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.CreateTenantRequest,
      dev.asyncgate.v1.CreateTenantResponse> getCreateTenantMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.CreateTenantRequest, dev.asyncgate.v1.CreateTenantResponse> getCreateTenantMethod;
    if ((getCreateTenantMethod = AdminServiceGrpc.getCreateTenantMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getCreateTenantMethod = AdminServiceGrpc.getCreateTenantMethod) == null) {
          AdminServiceGrpc.getCreateTenantMethod = getCreateTenantMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.CreateTenantRequest, dev.asyncgate.v1.CreateTenantResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CreateTenant"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CreateTenantRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CreateTenantResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("CreateTenant"))
              .build();
        }
      }
    }
    return getCreateTenantMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListTenantsRequest,
      dev.asyncgate.v1.ListTenantsResponse> getListTenantsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListTenants",
      requestType = dev.asyncgate.v1.ListTenantsRequest.class,
      responseType = dev.asyncgate.v1.ListTenantsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListTenantsRequest,
      dev.asyncgate.v1.ListTenantsResponse> getListTenantsMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListTenantsRequest, dev.asyncgate.v1.ListTenantsResponse> getListTenantsMethod;
    if ((getListTenantsMethod = AdminServiceGrpc.getListTenantsMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getListTenantsMethod = AdminServiceGrpc.getListTenantsMethod) == null) {
          AdminServiceGrpc.getListTenantsMethod = getListTenantsMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListTenantsRequest, dev.asyncgate.v1.ListTenantsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListTenants"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListTenantsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListTenantsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("ListTenants"))
              .build();
        }
      }
    }
    return getListTenantsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.UpdateTenantRequest,
      dev.asyncgate.v1.UpdateTenantResponse> getUpdateTenantMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "UpdateTenant",
      requestType = dev.asyncgate.v1.UpdateTenantRequest.class,
      responseType = dev.asyncgate.v1.UpdateTenantResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.UpdateTenantRequest,
      dev.asyncgate.v1.UpdateTenantResponse> getUpdateTenantMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.UpdateTenantRequest, dev.asyncgate.v1.UpdateTenantResponse> getUpdateTenantMethod;
    if ((getUpdateTenantMethod = AdminServiceGrpc.getUpdateTenantMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getUpdateTenantMethod = AdminServiceGrpc.getUpdateTenantMethod) == null) {
          AdminServiceGrpc.getUpdateTenantMethod = getUpdateTenantMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.UpdateTenantRequest, dev.asyncgate.v1.UpdateTenantResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "UpdateTenant"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.UpdateTenantRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.UpdateTenantResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("UpdateTenant"))
              .build();
        }
      }
    }
    return getUpdateTenantMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.SuspendTenantRequest,
      dev.asyncgate.v1.SuspendTenantResponse> getSuspendTenantMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SuspendTenant",
      requestType = dev.asyncgate.v1.SuspendTenantRequest.class,
      responseType = dev.asyncgate.v1.SuspendTenantResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.SuspendTenantRequest,
      dev.asyncgate.v1.SuspendTenantResponse> getSuspendTenantMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.SuspendTenantRequest, dev.asyncgate.v1.SuspendTenantResponse> getSuspendTenantMethod;
    if ((getSuspendTenantMethod = AdminServiceGrpc.getSuspendTenantMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getSuspendTenantMethod = AdminServiceGrpc.getSuspendTenantMethod) == null) {
          AdminServiceGrpc.getSuspendTenantMethod = getSuspendTenantMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.SuspendTenantRequest, dev.asyncgate.v1.SuspendTenantResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SuspendTenant"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.SuspendTenantRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.SuspendTenantResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("SuspendTenant"))
              .build();
        }
      }
    }
    return getSuspendTenantMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ResumeTenantRequest,
      dev.asyncgate.v1.ResumeTenantResponse> getResumeTenantMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ResumeTenant",
      requestType = dev.asyncgate.v1.ResumeTenantRequest.class,
      responseType = dev.asyncgate.v1.ResumeTenantResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ResumeTenantRequest,
      dev.asyncgate.v1.ResumeTenantResponse> getResumeTenantMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ResumeTenantRequest, dev.asyncgate.v1.ResumeTenantResponse> getResumeTenantMethod;
    if ((getResumeTenantMethod = AdminServiceGrpc.getResumeTenantMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getResumeTenantMethod = AdminServiceGrpc.getResumeTenantMethod) == null) {
          AdminServiceGrpc.getResumeTenantMethod = getResumeTenantMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ResumeTenantRequest, dev.asyncgate.v1.ResumeTenantResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ResumeTenant"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ResumeTenantRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ResumeTenantResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("ResumeTenant"))
              .build();
        }
      }
    }
    return getResumeTenantMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.CreateApiKeyRequest,
      dev.asyncgate.v1.CreateApiKeyResponse> getCreateApiKeyMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CreateApiKey",
      requestType = dev.asyncgate.v1.CreateApiKeyRequest.class,
      responseType = dev.asyncgate.v1.CreateApiKeyResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.CreateApiKeyRequest,
      dev.asyncgate.v1.CreateApiKeyResponse> getCreateApiKeyMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.CreateApiKeyRequest, dev.asyncgate.v1.CreateApiKeyResponse> getCreateApiKeyMethod;
    if ((getCreateApiKeyMethod = AdminServiceGrpc.getCreateApiKeyMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getCreateApiKeyMethod = AdminServiceGrpc.getCreateApiKeyMethod) == null) {
          AdminServiceGrpc.getCreateApiKeyMethod = getCreateApiKeyMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.CreateApiKeyRequest, dev.asyncgate.v1.CreateApiKeyResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CreateApiKey"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CreateApiKeyRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CreateApiKeyResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("CreateApiKey"))
              .build();
        }
      }
    }
    return getCreateApiKeyMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListApiKeysRequest,
      dev.asyncgate.v1.ListApiKeysResponse> getListApiKeysMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListApiKeys",
      requestType = dev.asyncgate.v1.ListApiKeysRequest.class,
      responseType = dev.asyncgate.v1.ListApiKeysResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListApiKeysRequest,
      dev.asyncgate.v1.ListApiKeysResponse> getListApiKeysMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListApiKeysRequest, dev.asyncgate.v1.ListApiKeysResponse> getListApiKeysMethod;
    if ((getListApiKeysMethod = AdminServiceGrpc.getListApiKeysMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getListApiKeysMethod = AdminServiceGrpc.getListApiKeysMethod) == null) {
          AdminServiceGrpc.getListApiKeysMethod = getListApiKeysMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListApiKeysRequest, dev.asyncgate.v1.ListApiKeysResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListApiKeys"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListApiKeysRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListApiKeysResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("ListApiKeys"))
              .build();
        }
      }
    }
    return getListApiKeysMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.RevokeApiKeyRequest,
      dev.asyncgate.v1.RevokeApiKeyResponse> getRevokeApiKeyMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RevokeApiKey",
      requestType = dev.asyncgate.v1.RevokeApiKeyRequest.class,
      responseType = dev.asyncgate.v1.RevokeApiKeyResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.RevokeApiKeyRequest,
      dev.asyncgate.v1.RevokeApiKeyResponse> getRevokeApiKeyMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.RevokeApiKeyRequest, dev.asyncgate.v1.RevokeApiKeyResponse> getRevokeApiKeyMethod;
    if ((getRevokeApiKeyMethod = AdminServiceGrpc.getRevokeApiKeyMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getRevokeApiKeyMethod = AdminServiceGrpc.getRevokeApiKeyMethod) == null) {
          AdminServiceGrpc.getRevokeApiKeyMethod = getRevokeApiKeyMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.RevokeApiKeyRequest, dev.asyncgate.v1.RevokeApiKeyResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RevokeApiKey"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RevokeApiKeyRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RevokeApiKeyResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("RevokeApiKey"))
              .build();
        }
      }
    }
    return getRevokeApiKeyMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListPrincipalsRequest,
      dev.asyncgate.v1.ListPrincipalsResponse> getListPrincipalsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListPrincipals",
      requestType = dev.asyncgate.v1.ListPrincipalsRequest.class,
      responseType = dev.asyncgate.v1.ListPrincipalsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListPrincipalsRequest,
      dev.asyncgate.v1.ListPrincipalsResponse> getListPrincipalsMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListPrincipalsRequest, dev.asyncgate.v1.ListPrincipalsResponse> getListPrincipalsMethod;
    if ((getListPrincipalsMethod = AdminServiceGrpc.getListPrincipalsMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getListPrincipalsMethod = AdminServiceGrpc.getListPrincipalsMethod) == null) {
          AdminServiceGrpc.getListPrincipalsMethod = getListPrincipalsMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListPrincipalsRequest, dev.asyncgate.v1.ListPrincipalsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListPrincipals"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListPrincipalsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListPrincipalsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("ListPrincipals"))
              .build();
        }
      }
    }
    return getListPrincipalsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListAuditRecordsRequest,
      dev.asyncgate.v1.ListAuditRecordsResponse> getListAuditRecordsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListAuditRecords",
      requestType = dev.asyncgate.v1.ListAuditRecordsRequest.class,
      responseType = dev.asyncgate.v1.ListAuditRecordsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListAuditRecordsRequest,
      dev.asyncgate.v1.ListAuditRecordsResponse> getListAuditRecordsMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListAuditRecordsRequest, dev.asyncgate.v1.ListAuditRecordsResponse> getListAuditRecordsMethod;
    if ((getListAuditRecordsMethod = AdminServiceGrpc.getListAuditRecordsMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getListAuditRecordsMethod = AdminServiceGrpc.getListAuditRecordsMethod) == null) {
          AdminServiceGrpc.getListAuditRecordsMethod = getListAuditRecordsMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListAuditRecordsRequest, dev.asyncgate.v1.ListAuditRecordsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListAuditRecords"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListAuditRecordsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListAuditRecordsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("ListAuditRecords"))
              .build();
        }
      }
    }
    return getListAuditRecordsMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static AdminServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AdminServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AdminServiceStub>() {
        @java.lang.Override
        public AdminServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AdminServiceStub(channel, callOptions);
        }
      };
    return AdminServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static AdminServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AdminServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AdminServiceBlockingV2Stub>() {
        @java.lang.Override
        public AdminServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AdminServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return AdminServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static AdminServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AdminServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AdminServiceBlockingStub>() {
        @java.lang.Override
        public AdminServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AdminServiceBlockingStub(channel, callOptions);
        }
      };
    return AdminServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static AdminServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AdminServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AdminServiceFutureStub>() {
        @java.lang.Override
        public AdminServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AdminServiceFutureStub(channel, callOptions);
        }
      };
    return AdminServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Administers tenants and keys. Every call leaves an audit record, and so does every refusal. The exception are calls
   * without a valid credential: each server records at most ten of them a second and only logs the others.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Creates a tenant.
     * A retry with the same `request_id` is answered with the tenant that was created. Reasons: `TENANT_EXISTS`.
     * </pre>
     */
    default void createTenant(dev.asyncgate.v1.CreateTenantRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CreateTenantResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCreateTenantMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists tenants by name.
     * </pre>
     */
    default void listTenants(dev.asyncgate.v1.ListTenantsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListTenantsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListTenantsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Changes a tenant's mode, limits or retention. Fields that are absent stay as they are.
     * Every server applies the change to new calls within 5 s. Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    default void updateTenant(dev.asyncgate.v1.UpdateTenantRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.UpdateTenantResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getUpdateTenantMethod(), responseObserver);
    }

    /**
     * <pre>
     * Suspends a tenant: within 5 s, every server refuses its calls with `TENANT_SUSPENDED`. No data is lost.
     * Its leases expire as usual. A tenant can suspend itself; then only an administrator of another tenant, or the
     * command line on the database, can resume it. Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    default void suspendTenant(dev.asyncgate.v1.SuspendTenantRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.SuspendTenantResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSuspendTenantMethod(), responseObserver);
    }

    /**
     * <pre>
     * Resumes a suspended tenant.
     * Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    default void resumeTenant(dev.asyncgate.v1.ResumeTenantRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ResumeTenantResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getResumeTenantMethod(), responseObserver);
    }

    /**
     * <pre>
     * Creates an API key for a principal of a tenant. This answer is the only one that contains its secret.
     * Only a digest of the secret is stored. A retry with the same `request_id` is refused with `IDEMPOTENCY_CONFLICT`,
     * because the secret cannot be shown again: revoke the key and create another. Reasons: `TENANT_NOT_FOUND`,
     * `INVALID_ARGUMENT` (the kinds `service` and `system` are reserved for the server).
     * </pre>
     */
    default void createApiKey(dev.asyncgate.v1.CreateApiKeyRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CreateApiKeyResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCreateApiKeyMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists the keys of a tenant, without secrets.
     * Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    default void listApiKeys(dev.asyncgate.v1.ListApiKeysRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListApiKeysResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListApiKeysMethod(), responseObserver);
    }

    /**
     * <pre>
     * Revokes a key: within 5 s, no server accepts it, and streams that it opened are closed.
     * Revoking a revoked key changes nothing and is answered alike. Reasons: `API_KEY_NOT_FOUND`.
     * </pre>
     */
    default void revokeApiKey(dev.asyncgate.v1.RevokeApiKeyRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RevokeApiKeyResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRevokeApiKeyMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists the principals that have been seen in a tenant.
     * Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    default void listPrincipals(dev.asyncgate.v1.ListPrincipalsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListPrincipalsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListPrincipalsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists audit records, newest first.
     * </pre>
     */
    default void listAuditRecords(dev.asyncgate.v1.ListAuditRecordsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListAuditRecordsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListAuditRecordsMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service AdminService.
   * <pre>
   * Administers tenants and keys. Every call leaves an audit record, and so does every refusal. The exception are calls
   * without a valid credential: each server records at most ten of them a second and only logs the others.
   * </pre>
   */
  public static abstract class AdminServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return AdminServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service AdminService.
   * <pre>
   * Administers tenants and keys. Every call leaves an audit record, and so does every refusal. The exception are calls
   * without a valid credential: each server records at most ten of them a second and only logs the others.
   * </pre>
   */
  public static final class AdminServiceStub
      extends io.grpc.stub.AbstractAsyncStub<AdminServiceStub> {
    private AdminServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AdminServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AdminServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Creates a tenant.
     * A retry with the same `request_id` is answered with the tenant that was created. Reasons: `TENANT_EXISTS`.
     * </pre>
     */
    public void createTenant(dev.asyncgate.v1.CreateTenantRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CreateTenantResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCreateTenantMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists tenants by name.
     * </pre>
     */
    public void listTenants(dev.asyncgate.v1.ListTenantsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListTenantsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListTenantsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Changes a tenant's mode, limits or retention. Fields that are absent stay as they are.
     * Every server applies the change to new calls within 5 s. Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public void updateTenant(dev.asyncgate.v1.UpdateTenantRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.UpdateTenantResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getUpdateTenantMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Suspends a tenant: within 5 s, every server refuses its calls with `TENANT_SUSPENDED`. No data is lost.
     * Its leases expire as usual. A tenant can suspend itself; then only an administrator of another tenant, or the
     * command line on the database, can resume it. Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public void suspendTenant(dev.asyncgate.v1.SuspendTenantRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.SuspendTenantResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSuspendTenantMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Resumes a suspended tenant.
     * Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public void resumeTenant(dev.asyncgate.v1.ResumeTenantRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ResumeTenantResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getResumeTenantMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Creates an API key for a principal of a tenant. This answer is the only one that contains its secret.
     * Only a digest of the secret is stored. A retry with the same `request_id` is refused with `IDEMPOTENCY_CONFLICT`,
     * because the secret cannot be shown again: revoke the key and create another. Reasons: `TENANT_NOT_FOUND`,
     * `INVALID_ARGUMENT` (the kinds `service` and `system` are reserved for the server).
     * </pre>
     */
    public void createApiKey(dev.asyncgate.v1.CreateApiKeyRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CreateApiKeyResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCreateApiKeyMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists the keys of a tenant, without secrets.
     * Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public void listApiKeys(dev.asyncgate.v1.ListApiKeysRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListApiKeysResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListApiKeysMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Revokes a key: within 5 s, no server accepts it, and streams that it opened are closed.
     * Revoking a revoked key changes nothing and is answered alike. Reasons: `API_KEY_NOT_FOUND`.
     * </pre>
     */
    public void revokeApiKey(dev.asyncgate.v1.RevokeApiKeyRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RevokeApiKeyResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRevokeApiKeyMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists the principals that have been seen in a tenant.
     * Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public void listPrincipals(dev.asyncgate.v1.ListPrincipalsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListPrincipalsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListPrincipalsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists audit records, newest first.
     * </pre>
     */
    public void listAuditRecords(dev.asyncgate.v1.ListAuditRecordsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListAuditRecordsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListAuditRecordsMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service AdminService.
   * <pre>
   * Administers tenants and keys. Every call leaves an audit record, and so does every refusal. The exception are calls
   * without a valid credential: each server records at most ten of them a second and only logs the others.
   * </pre>
   */
  public static final class AdminServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<AdminServiceBlockingV2Stub> {
    private AdminServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AdminServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AdminServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Creates a tenant.
     * A retry with the same `request_id` is answered with the tenant that was created. Reasons: `TENANT_EXISTS`.
     * </pre>
     */
    public dev.asyncgate.v1.CreateTenantResponse createTenant(dev.asyncgate.v1.CreateTenantRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCreateTenantMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists tenants by name.
     * </pre>
     */
    public dev.asyncgate.v1.ListTenantsResponse listTenants(dev.asyncgate.v1.ListTenantsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListTenantsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Changes a tenant's mode, limits or retention. Fields that are absent stay as they are.
     * Every server applies the change to new calls within 5 s. Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.UpdateTenantResponse updateTenant(dev.asyncgate.v1.UpdateTenantRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getUpdateTenantMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Suspends a tenant: within 5 s, every server refuses its calls with `TENANT_SUSPENDED`. No data is lost.
     * Its leases expire as usual. A tenant can suspend itself; then only an administrator of another tenant, or the
     * command line on the database, can resume it. Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.SuspendTenantResponse suspendTenant(dev.asyncgate.v1.SuspendTenantRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSuspendTenantMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Resumes a suspended tenant.
     * Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ResumeTenantResponse resumeTenant(dev.asyncgate.v1.ResumeTenantRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getResumeTenantMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Creates an API key for a principal of a tenant. This answer is the only one that contains its secret.
     * Only a digest of the secret is stored. A retry with the same `request_id` is refused with `IDEMPOTENCY_CONFLICT`,
     * because the secret cannot be shown again: revoke the key and create another. Reasons: `TENANT_NOT_FOUND`,
     * `INVALID_ARGUMENT` (the kinds `service` and `system` are reserved for the server).
     * </pre>
     */
    public dev.asyncgate.v1.CreateApiKeyResponse createApiKey(dev.asyncgate.v1.CreateApiKeyRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCreateApiKeyMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the keys of a tenant, without secrets.
     * Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ListApiKeysResponse listApiKeys(dev.asyncgate.v1.ListApiKeysRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListApiKeysMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Revokes a key: within 5 s, no server accepts it, and streams that it opened are closed.
     * Revoking a revoked key changes nothing and is answered alike. Reasons: `API_KEY_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.RevokeApiKeyResponse revokeApiKey(dev.asyncgate.v1.RevokeApiKeyRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRevokeApiKeyMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the principals that have been seen in a tenant.
     * Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ListPrincipalsResponse listPrincipals(dev.asyncgate.v1.ListPrincipalsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListPrincipalsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists audit records, newest first.
     * </pre>
     */
    public dev.asyncgate.v1.ListAuditRecordsResponse listAuditRecords(dev.asyncgate.v1.ListAuditRecordsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListAuditRecordsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service AdminService.
   * <pre>
   * Administers tenants and keys. Every call leaves an audit record, and so does every refusal. The exception are calls
   * without a valid credential: each server records at most ten of them a second and only logs the others.
   * </pre>
   */
  public static final class AdminServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<AdminServiceBlockingStub> {
    private AdminServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AdminServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AdminServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Creates a tenant.
     * A retry with the same `request_id` is answered with the tenant that was created. Reasons: `TENANT_EXISTS`.
     * </pre>
     */
    public dev.asyncgate.v1.CreateTenantResponse createTenant(dev.asyncgate.v1.CreateTenantRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCreateTenantMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists tenants by name.
     * </pre>
     */
    public dev.asyncgate.v1.ListTenantsResponse listTenants(dev.asyncgate.v1.ListTenantsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListTenantsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Changes a tenant's mode, limits or retention. Fields that are absent stay as they are.
     * Every server applies the change to new calls within 5 s. Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.UpdateTenantResponse updateTenant(dev.asyncgate.v1.UpdateTenantRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getUpdateTenantMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Suspends a tenant: within 5 s, every server refuses its calls with `TENANT_SUSPENDED`. No data is lost.
     * Its leases expire as usual. A tenant can suspend itself; then only an administrator of another tenant, or the
     * command line on the database, can resume it. Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.SuspendTenantResponse suspendTenant(dev.asyncgate.v1.SuspendTenantRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSuspendTenantMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Resumes a suspended tenant.
     * Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ResumeTenantResponse resumeTenant(dev.asyncgate.v1.ResumeTenantRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getResumeTenantMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Creates an API key for a principal of a tenant. This answer is the only one that contains its secret.
     * Only a digest of the secret is stored. A retry with the same `request_id` is refused with `IDEMPOTENCY_CONFLICT`,
     * because the secret cannot be shown again: revoke the key and create another. Reasons: `TENANT_NOT_FOUND`,
     * `INVALID_ARGUMENT` (the kinds `service` and `system` are reserved for the server).
     * </pre>
     */
    public dev.asyncgate.v1.CreateApiKeyResponse createApiKey(dev.asyncgate.v1.CreateApiKeyRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCreateApiKeyMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the keys of a tenant, without secrets.
     * Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ListApiKeysResponse listApiKeys(dev.asyncgate.v1.ListApiKeysRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListApiKeysMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Revokes a key: within 5 s, no server accepts it, and streams that it opened are closed.
     * Revoking a revoked key changes nothing and is answered alike. Reasons: `API_KEY_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.RevokeApiKeyResponse revokeApiKey(dev.asyncgate.v1.RevokeApiKeyRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRevokeApiKeyMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the principals that have been seen in a tenant.
     * Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ListPrincipalsResponse listPrincipals(dev.asyncgate.v1.ListPrincipalsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListPrincipalsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists audit records, newest first.
     * </pre>
     */
    public dev.asyncgate.v1.ListAuditRecordsResponse listAuditRecords(dev.asyncgate.v1.ListAuditRecordsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListAuditRecordsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service AdminService.
   * <pre>
   * Administers tenants and keys. Every call leaves an audit record, and so does every refusal. The exception are calls
   * without a valid credential: each server records at most ten of them a second and only logs the others.
   * </pre>
   */
  public static final class AdminServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<AdminServiceFutureStub> {
    private AdminServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AdminServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AdminServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Creates a tenant.
     * A retry with the same `request_id` is answered with the tenant that was created. Reasons: `TENANT_EXISTS`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.CreateTenantResponse> createTenant(
        dev.asyncgate.v1.CreateTenantRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCreateTenantMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists tenants by name.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListTenantsResponse> listTenants(
        dev.asyncgate.v1.ListTenantsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListTenantsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Changes a tenant's mode, limits or retention. Fields that are absent stay as they are.
     * Every server applies the change to new calls within 5 s. Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.UpdateTenantResponse> updateTenant(
        dev.asyncgate.v1.UpdateTenantRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getUpdateTenantMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Suspends a tenant: within 5 s, every server refuses its calls with `TENANT_SUSPENDED`. No data is lost.
     * Its leases expire as usual. A tenant can suspend itself; then only an administrator of another tenant, or the
     * command line on the database, can resume it. Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.SuspendTenantResponse> suspendTenant(
        dev.asyncgate.v1.SuspendTenantRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSuspendTenantMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Resumes a suspended tenant.
     * Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ResumeTenantResponse> resumeTenant(
        dev.asyncgate.v1.ResumeTenantRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getResumeTenantMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Creates an API key for a principal of a tenant. This answer is the only one that contains its secret.
     * Only a digest of the secret is stored. A retry with the same `request_id` is refused with `IDEMPOTENCY_CONFLICT`,
     * because the secret cannot be shown again: revoke the key and create another. Reasons: `TENANT_NOT_FOUND`,
     * `INVALID_ARGUMENT` (the kinds `service` and `system` are reserved for the server).
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.CreateApiKeyResponse> createApiKey(
        dev.asyncgate.v1.CreateApiKeyRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCreateApiKeyMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists the keys of a tenant, without secrets.
     * Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListApiKeysResponse> listApiKeys(
        dev.asyncgate.v1.ListApiKeysRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListApiKeysMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Revokes a key: within 5 s, no server accepts it, and streams that it opened are closed.
     * Revoking a revoked key changes nothing and is answered alike. Reasons: `API_KEY_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.RevokeApiKeyResponse> revokeApiKey(
        dev.asyncgate.v1.RevokeApiKeyRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRevokeApiKeyMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists the principals that have been seen in a tenant.
     * Reasons: `TENANT_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListPrincipalsResponse> listPrincipals(
        dev.asyncgate.v1.ListPrincipalsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListPrincipalsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists audit records, newest first.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListAuditRecordsResponse> listAuditRecords(
        dev.asyncgate.v1.ListAuditRecordsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListAuditRecordsMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_CREATE_TENANT = 0;
  private static final int METHODID_LIST_TENANTS = 1;
  private static final int METHODID_UPDATE_TENANT = 2;
  private static final int METHODID_SUSPEND_TENANT = 3;
  private static final int METHODID_RESUME_TENANT = 4;
  private static final int METHODID_CREATE_API_KEY = 5;
  private static final int METHODID_LIST_API_KEYS = 6;
  private static final int METHODID_REVOKE_API_KEY = 7;
  private static final int METHODID_LIST_PRINCIPALS = 8;
  private static final int METHODID_LIST_AUDIT_RECORDS = 9;

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
        case METHODID_CREATE_TENANT:
          serviceImpl.createTenant((dev.asyncgate.v1.CreateTenantRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.CreateTenantResponse>) responseObserver);
          break;
        case METHODID_LIST_TENANTS:
          serviceImpl.listTenants((dev.asyncgate.v1.ListTenantsRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListTenantsResponse>) responseObserver);
          break;
        case METHODID_UPDATE_TENANT:
          serviceImpl.updateTenant((dev.asyncgate.v1.UpdateTenantRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.UpdateTenantResponse>) responseObserver);
          break;
        case METHODID_SUSPEND_TENANT:
          serviceImpl.suspendTenant((dev.asyncgate.v1.SuspendTenantRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.SuspendTenantResponse>) responseObserver);
          break;
        case METHODID_RESUME_TENANT:
          serviceImpl.resumeTenant((dev.asyncgate.v1.ResumeTenantRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ResumeTenantResponse>) responseObserver);
          break;
        case METHODID_CREATE_API_KEY:
          serviceImpl.createApiKey((dev.asyncgate.v1.CreateApiKeyRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.CreateApiKeyResponse>) responseObserver);
          break;
        case METHODID_LIST_API_KEYS:
          serviceImpl.listApiKeys((dev.asyncgate.v1.ListApiKeysRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListApiKeysResponse>) responseObserver);
          break;
        case METHODID_REVOKE_API_KEY:
          serviceImpl.revokeApiKey((dev.asyncgate.v1.RevokeApiKeyRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.RevokeApiKeyResponse>) responseObserver);
          break;
        case METHODID_LIST_PRINCIPALS:
          serviceImpl.listPrincipals((dev.asyncgate.v1.ListPrincipalsRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListPrincipalsResponse>) responseObserver);
          break;
        case METHODID_LIST_AUDIT_RECORDS:
          serviceImpl.listAuditRecords((dev.asyncgate.v1.ListAuditRecordsRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListAuditRecordsResponse>) responseObserver);
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
          getCreateTenantMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.CreateTenantRequest,
              dev.asyncgate.v1.CreateTenantResponse>(
                service, METHODID_CREATE_TENANT)))
        .addMethod(
          getListTenantsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListTenantsRequest,
              dev.asyncgate.v1.ListTenantsResponse>(
                service, METHODID_LIST_TENANTS)))
        .addMethod(
          getUpdateTenantMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.UpdateTenantRequest,
              dev.asyncgate.v1.UpdateTenantResponse>(
                service, METHODID_UPDATE_TENANT)))
        .addMethod(
          getSuspendTenantMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.SuspendTenantRequest,
              dev.asyncgate.v1.SuspendTenantResponse>(
                service, METHODID_SUSPEND_TENANT)))
        .addMethod(
          getResumeTenantMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ResumeTenantRequest,
              dev.asyncgate.v1.ResumeTenantResponse>(
                service, METHODID_RESUME_TENANT)))
        .addMethod(
          getCreateApiKeyMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.CreateApiKeyRequest,
              dev.asyncgate.v1.CreateApiKeyResponse>(
                service, METHODID_CREATE_API_KEY)))
        .addMethod(
          getListApiKeysMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListApiKeysRequest,
              dev.asyncgate.v1.ListApiKeysResponse>(
                service, METHODID_LIST_API_KEYS)))
        .addMethod(
          getRevokeApiKeyMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.RevokeApiKeyRequest,
              dev.asyncgate.v1.RevokeApiKeyResponse>(
                service, METHODID_REVOKE_API_KEY)))
        .addMethod(
          getListPrincipalsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListPrincipalsRequest,
              dev.asyncgate.v1.ListPrincipalsResponse>(
                service, METHODID_LIST_PRINCIPALS)))
        .addMethod(
          getListAuditRecordsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListAuditRecordsRequest,
              dev.asyncgate.v1.ListAuditRecordsResponse>(
                service, METHODID_LIST_AUDIT_RECORDS)))
        .build();
  }

  private static abstract class AdminServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    AdminServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return dev.asyncgate.v1.AdminServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("AdminService");
    }
  }

  private static final class AdminServiceFileDescriptorSupplier
      extends AdminServiceBaseDescriptorSupplier {
    AdminServiceFileDescriptorSupplier() {}
  }

  private static final class AdminServiceMethodDescriptorSupplier
      extends AdminServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    AdminServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (AdminServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new AdminServiceFileDescriptorSupplier())
              .addMethod(getCreateTenantMethod())
              .addMethod(getListTenantsMethod())
              .addMethod(getUpdateTenantMethod())
              .addMethod(getSuspendTenantMethod())
              .addMethod(getResumeTenantMethod())
              .addMethod(getCreateApiKeyMethod())
              .addMethod(getListApiKeysMethod())
              .addMethod(getRevokeApiKeyMethod())
              .addMethod(getListPrincipalsMethod())
              .addMethod(getListAuditRecordsMethod())
              .build();
        }
      }
    }
    return result;
  }
}
