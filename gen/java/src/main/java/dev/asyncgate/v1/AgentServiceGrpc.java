package dev.asyncgate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * The registry of agents: who can do what, by which contract, and which of them gets a task. A route follows from what
 * is registered, by rules; no model has a part in it.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class AgentServiceGrpc {

  private AgentServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "asyncgate.v1.AgentService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.RegisterAgentRequest,
      dev.asyncgate.v1.RegisterAgentResponse> getRegisterAgentMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RegisterAgent",
      requestType = dev.asyncgate.v1.RegisterAgentRequest.class,
      responseType = dev.asyncgate.v1.RegisterAgentResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.RegisterAgentRequest,
      dev.asyncgate.v1.RegisterAgentResponse> getRegisterAgentMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.RegisterAgentRequest, dev.asyncgate.v1.RegisterAgentResponse> getRegisterAgentMethod;
    if ((getRegisterAgentMethod = AgentServiceGrpc.getRegisterAgentMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getRegisterAgentMethod = AgentServiceGrpc.getRegisterAgentMethod) == null) {
          AgentServiceGrpc.getRegisterAgentMethod = getRegisterAgentMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.RegisterAgentRequest, dev.asyncgate.v1.RegisterAgentResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RegisterAgent"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RegisterAgentRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RegisterAgentResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("RegisterAgent"))
              .build();
        }
      }
    }
    return getRegisterAgentMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.GetAgentRequest,
      dev.asyncgate.v1.GetAgentResponse> getGetAgentMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetAgent",
      requestType = dev.asyncgate.v1.GetAgentRequest.class,
      responseType = dev.asyncgate.v1.GetAgentResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.GetAgentRequest,
      dev.asyncgate.v1.GetAgentResponse> getGetAgentMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.GetAgentRequest, dev.asyncgate.v1.GetAgentResponse> getGetAgentMethod;
    if ((getGetAgentMethod = AgentServiceGrpc.getGetAgentMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getGetAgentMethod = AgentServiceGrpc.getGetAgentMethod) == null) {
          AgentServiceGrpc.getGetAgentMethod = getGetAgentMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.GetAgentRequest, dev.asyncgate.v1.GetAgentResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetAgent"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetAgentRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetAgentResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("GetAgent"))
              .build();
        }
      }
    }
    return getGetAgentMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListAgentsRequest,
      dev.asyncgate.v1.ListAgentsResponse> getListAgentsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListAgents",
      requestType = dev.asyncgate.v1.ListAgentsRequest.class,
      responseType = dev.asyncgate.v1.ListAgentsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListAgentsRequest,
      dev.asyncgate.v1.ListAgentsResponse> getListAgentsMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListAgentsRequest, dev.asyncgate.v1.ListAgentsResponse> getListAgentsMethod;
    if ((getListAgentsMethod = AgentServiceGrpc.getListAgentsMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getListAgentsMethod = AgentServiceGrpc.getListAgentsMethod) == null) {
          AgentServiceGrpc.getListAgentsMethod = getListAgentsMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListAgentsRequest, dev.asyncgate.v1.ListAgentsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListAgents"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListAgentsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListAgentsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("ListAgents"))
              .build();
        }
      }
    }
    return getListAgentsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListAgentToolsRequest,
      dev.asyncgate.v1.ListAgentToolsResponse> getListAgentToolsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListAgentTools",
      requestType = dev.asyncgate.v1.ListAgentToolsRequest.class,
      responseType = dev.asyncgate.v1.ListAgentToolsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListAgentToolsRequest,
      dev.asyncgate.v1.ListAgentToolsResponse> getListAgentToolsMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListAgentToolsRequest, dev.asyncgate.v1.ListAgentToolsResponse> getListAgentToolsMethod;
    if ((getListAgentToolsMethod = AgentServiceGrpc.getListAgentToolsMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getListAgentToolsMethod = AgentServiceGrpc.getListAgentToolsMethod) == null) {
          AgentServiceGrpc.getListAgentToolsMethod = getListAgentToolsMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListAgentToolsRequest, dev.asyncgate.v1.ListAgentToolsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListAgentTools"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListAgentToolsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListAgentToolsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("ListAgentTools"))
              .build();
        }
      }
    }
    return getListAgentToolsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.RouteTaskRequest,
      dev.asyncgate.v1.RouteTaskResponse> getRouteTaskMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RouteTask",
      requestType = dev.asyncgate.v1.RouteTaskRequest.class,
      responseType = dev.asyncgate.v1.RouteTaskResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.RouteTaskRequest,
      dev.asyncgate.v1.RouteTaskResponse> getRouteTaskMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.RouteTaskRequest, dev.asyncgate.v1.RouteTaskResponse> getRouteTaskMethod;
    if ((getRouteTaskMethod = AgentServiceGrpc.getRouteTaskMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getRouteTaskMethod = AgentServiceGrpc.getRouteTaskMethod) == null) {
          AgentServiceGrpc.getRouteTaskMethod = getRouteTaskMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.RouteTaskRequest, dev.asyncgate.v1.RouteTaskResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RouteTask"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RouteTaskRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RouteTaskResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("RouteTask"))
              .build();
        }
      }
    }
    return getRouteTaskMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.DelegateToAgentRequest,
      dev.asyncgate.v1.DelegateToAgentResponse> getDelegateToAgentMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "DelegateToAgent",
      requestType = dev.asyncgate.v1.DelegateToAgentRequest.class,
      responseType = dev.asyncgate.v1.DelegateToAgentResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.DelegateToAgentRequest,
      dev.asyncgate.v1.DelegateToAgentResponse> getDelegateToAgentMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.DelegateToAgentRequest, dev.asyncgate.v1.DelegateToAgentResponse> getDelegateToAgentMethod;
    if ((getDelegateToAgentMethod = AgentServiceGrpc.getDelegateToAgentMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getDelegateToAgentMethod = AgentServiceGrpc.getDelegateToAgentMethod) == null) {
          AgentServiceGrpc.getDelegateToAgentMethod = getDelegateToAgentMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.DelegateToAgentRequest, dev.asyncgate.v1.DelegateToAgentResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "DelegateToAgent"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.DelegateToAgentRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.DelegateToAgentResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("DelegateToAgent"))
              .build();
        }
      }
    }
    return getDelegateToAgentMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.OpenAgentSessionRequest,
      dev.asyncgate.v1.OpenAgentSessionResponse> getOpenAgentSessionMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "OpenAgentSession",
      requestType = dev.asyncgate.v1.OpenAgentSessionRequest.class,
      responseType = dev.asyncgate.v1.OpenAgentSessionResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.OpenAgentSessionRequest,
      dev.asyncgate.v1.OpenAgentSessionResponse> getOpenAgentSessionMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.OpenAgentSessionRequest, dev.asyncgate.v1.OpenAgentSessionResponse> getOpenAgentSessionMethod;
    if ((getOpenAgentSessionMethod = AgentServiceGrpc.getOpenAgentSessionMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getOpenAgentSessionMethod = AgentServiceGrpc.getOpenAgentSessionMethod) == null) {
          AgentServiceGrpc.getOpenAgentSessionMethod = getOpenAgentSessionMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.OpenAgentSessionRequest, dev.asyncgate.v1.OpenAgentSessionResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "OpenAgentSession"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.OpenAgentSessionRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.OpenAgentSessionResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("OpenAgentSession"))
              .build();
        }
      }
    }
    return getOpenAgentSessionMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.KeepAgentSessionRequest,
      dev.asyncgate.v1.KeepAgentSessionResponse> getKeepAgentSessionMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "KeepAgentSession",
      requestType = dev.asyncgate.v1.KeepAgentSessionRequest.class,
      responseType = dev.asyncgate.v1.KeepAgentSessionResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.KeepAgentSessionRequest,
      dev.asyncgate.v1.KeepAgentSessionResponse> getKeepAgentSessionMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.KeepAgentSessionRequest, dev.asyncgate.v1.KeepAgentSessionResponse> getKeepAgentSessionMethod;
    if ((getKeepAgentSessionMethod = AgentServiceGrpc.getKeepAgentSessionMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getKeepAgentSessionMethod = AgentServiceGrpc.getKeepAgentSessionMethod) == null) {
          AgentServiceGrpc.getKeepAgentSessionMethod = getKeepAgentSessionMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.KeepAgentSessionRequest, dev.asyncgate.v1.KeepAgentSessionResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "KeepAgentSession"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.KeepAgentSessionRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.KeepAgentSessionResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("KeepAgentSession"))
              .build();
        }
      }
    }
    return getKeepAgentSessionMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.CloseAgentSessionRequest,
      dev.asyncgate.v1.CloseAgentSessionResponse> getCloseAgentSessionMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CloseAgentSession",
      requestType = dev.asyncgate.v1.CloseAgentSessionRequest.class,
      responseType = dev.asyncgate.v1.CloseAgentSessionResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.CloseAgentSessionRequest,
      dev.asyncgate.v1.CloseAgentSessionResponse> getCloseAgentSessionMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.CloseAgentSessionRequest, dev.asyncgate.v1.CloseAgentSessionResponse> getCloseAgentSessionMethod;
    if ((getCloseAgentSessionMethod = AgentServiceGrpc.getCloseAgentSessionMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getCloseAgentSessionMethod = AgentServiceGrpc.getCloseAgentSessionMethod) == null) {
          AgentServiceGrpc.getCloseAgentSessionMethod = getCloseAgentSessionMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.CloseAgentSessionRequest, dev.asyncgate.v1.CloseAgentSessionResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CloseAgentSession"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CloseAgentSessionRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CloseAgentSessionResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("CloseAgentSession"))
              .build();
        }
      }
    }
    return getCloseAgentSessionMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListAgentSessionsRequest,
      dev.asyncgate.v1.ListAgentSessionsResponse> getListAgentSessionsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListAgentSessions",
      requestType = dev.asyncgate.v1.ListAgentSessionsRequest.class,
      responseType = dev.asyncgate.v1.ListAgentSessionsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListAgentSessionsRequest,
      dev.asyncgate.v1.ListAgentSessionsResponse> getListAgentSessionsMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListAgentSessionsRequest, dev.asyncgate.v1.ListAgentSessionsResponse> getListAgentSessionsMethod;
    if ((getListAgentSessionsMethod = AgentServiceGrpc.getListAgentSessionsMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getListAgentSessionsMethod = AgentServiceGrpc.getListAgentSessionsMethod) == null) {
          AgentServiceGrpc.getListAgentSessionsMethod = getListAgentSessionsMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListAgentSessionsRequest, dev.asyncgate.v1.ListAgentSessionsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListAgentSessions"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListAgentSessionsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListAgentSessionsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("ListAgentSessions"))
              .build();
        }
      }
    }
    return getListAgentSessionsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.CheckAgentsRequest,
      dev.asyncgate.v1.CheckAgentsResponse> getCheckAgentsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CheckAgents",
      requestType = dev.asyncgate.v1.CheckAgentsRequest.class,
      responseType = dev.asyncgate.v1.CheckAgentsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.CheckAgentsRequest,
      dev.asyncgate.v1.CheckAgentsResponse> getCheckAgentsMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.CheckAgentsRequest, dev.asyncgate.v1.CheckAgentsResponse> getCheckAgentsMethod;
    if ((getCheckAgentsMethod = AgentServiceGrpc.getCheckAgentsMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getCheckAgentsMethod = AgentServiceGrpc.getCheckAgentsMethod) == null) {
          AgentServiceGrpc.getCheckAgentsMethod = getCheckAgentsMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.CheckAgentsRequest, dev.asyncgate.v1.CheckAgentsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CheckAgents"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CheckAgentsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CheckAgentsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("CheckAgents"))
              .build();
        }
      }
    }
    return getCheckAgentsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.OverridePreflightRequest,
      dev.asyncgate.v1.OverridePreflightResponse> getOverridePreflightMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "OverridePreflight",
      requestType = dev.asyncgate.v1.OverridePreflightRequest.class,
      responseType = dev.asyncgate.v1.OverridePreflightResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.OverridePreflightRequest,
      dev.asyncgate.v1.OverridePreflightResponse> getOverridePreflightMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.OverridePreflightRequest, dev.asyncgate.v1.OverridePreflightResponse> getOverridePreflightMethod;
    if ((getOverridePreflightMethod = AgentServiceGrpc.getOverridePreflightMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getOverridePreflightMethod = AgentServiceGrpc.getOverridePreflightMethod) == null) {
          AgentServiceGrpc.getOverridePreflightMethod = getOverridePreflightMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.OverridePreflightRequest, dev.asyncgate.v1.OverridePreflightResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "OverridePreflight"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.OverridePreflightRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.OverridePreflightResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("OverridePreflight"))
              .build();
        }
      }
    }
    return getOverridePreflightMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.PutHandOffContractRequest,
      dev.asyncgate.v1.PutHandOffContractResponse> getPutHandOffContractMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "PutHandOffContract",
      requestType = dev.asyncgate.v1.PutHandOffContractRequest.class,
      responseType = dev.asyncgate.v1.PutHandOffContractResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.PutHandOffContractRequest,
      dev.asyncgate.v1.PutHandOffContractResponse> getPutHandOffContractMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.PutHandOffContractRequest, dev.asyncgate.v1.PutHandOffContractResponse> getPutHandOffContractMethod;
    if ((getPutHandOffContractMethod = AgentServiceGrpc.getPutHandOffContractMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getPutHandOffContractMethod = AgentServiceGrpc.getPutHandOffContractMethod) == null) {
          AgentServiceGrpc.getPutHandOffContractMethod = getPutHandOffContractMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.PutHandOffContractRequest, dev.asyncgate.v1.PutHandOffContractResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "PutHandOffContract"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.PutHandOffContractRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.PutHandOffContractResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("PutHandOffContract"))
              .build();
        }
      }
    }
    return getPutHandOffContractMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.GetHandOffContractRequest,
      dev.asyncgate.v1.GetHandOffContractResponse> getGetHandOffContractMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetHandOffContract",
      requestType = dev.asyncgate.v1.GetHandOffContractRequest.class,
      responseType = dev.asyncgate.v1.GetHandOffContractResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.GetHandOffContractRequest,
      dev.asyncgate.v1.GetHandOffContractResponse> getGetHandOffContractMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.GetHandOffContractRequest, dev.asyncgate.v1.GetHandOffContractResponse> getGetHandOffContractMethod;
    if ((getGetHandOffContractMethod = AgentServiceGrpc.getGetHandOffContractMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getGetHandOffContractMethod = AgentServiceGrpc.getGetHandOffContractMethod) == null) {
          AgentServiceGrpc.getGetHandOffContractMethod = getGetHandOffContractMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.GetHandOffContractRequest, dev.asyncgate.v1.GetHandOffContractResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetHandOffContract"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetHandOffContractRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetHandOffContractResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("GetHandOffContract"))
              .build();
        }
      }
    }
    return getGetHandOffContractMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListHandOffContractsRequest,
      dev.asyncgate.v1.ListHandOffContractsResponse> getListHandOffContractsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListHandOffContracts",
      requestType = dev.asyncgate.v1.ListHandOffContractsRequest.class,
      responseType = dev.asyncgate.v1.ListHandOffContractsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListHandOffContractsRequest,
      dev.asyncgate.v1.ListHandOffContractsResponse> getListHandOffContractsMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListHandOffContractsRequest, dev.asyncgate.v1.ListHandOffContractsResponse> getListHandOffContractsMethod;
    if ((getListHandOffContractsMethod = AgentServiceGrpc.getListHandOffContractsMethod) == null) {
      synchronized (AgentServiceGrpc.class) {
        if ((getListHandOffContractsMethod = AgentServiceGrpc.getListHandOffContractsMethod) == null) {
          AgentServiceGrpc.getListHandOffContractsMethod = getListHandOffContractsMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListHandOffContractsRequest, dev.asyncgate.v1.ListHandOffContractsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListHandOffContracts"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListHandOffContractsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListHandOffContractsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AgentServiceMethodDescriptorSupplier("ListHandOffContracts"))
              .build();
        }
      }
    }
    return getListHandOffContractsMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static AgentServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AgentServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AgentServiceStub>() {
        @java.lang.Override
        public AgentServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AgentServiceStub(channel, callOptions);
        }
      };
    return AgentServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static AgentServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AgentServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AgentServiceBlockingV2Stub>() {
        @java.lang.Override
        public AgentServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AgentServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return AgentServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static AgentServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AgentServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AgentServiceBlockingStub>() {
        @java.lang.Override
        public AgentServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AgentServiceBlockingStub(channel, callOptions);
        }
      };
    return AgentServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static AgentServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AgentServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AgentServiceFutureStub>() {
        @java.lang.Override
        public AgentServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AgentServiceFutureStub(channel, callOptions);
        }
      };
    return AgentServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * The registry of agents: who can do what, by which contract, and which of them gets a task. A route follows from what
   * is registered, by rules; no model has a part in it.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Registers an agent, or changes it: what is given takes the place of what was registered.
     * A change makes a new version and leaves an audit record, and so does every refusal; the same again changes nothing.
     * With a `version`, it is refused with `AGENT_VERSION_CONFLICT` unless that is the current one, so that two who
     * change an agent see each other. An ACTIVE agent whose write scopes overlap those of another one is refused with
     * `AGENT_SCOPE_TAKEN`, which names both. Repeated with the same `request_id`, it is answered with the agent as it
     * stands. Other reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED` (`agents_max`, `agent_bytes_max`),
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void registerAgent(dev.asyncgate.v1.RegisterAgentRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RegisterAgentResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRegisterAgentMethod(), responseObserver);
    }

    /**
     * <pre>
     * Reads an agent: as it is, or as a former version was.
     * The last 100 versions are kept. Reasons: `AGENT_NOT_FOUND`, also for a version that there is not.
     * </pre>
     */
    default void getAgent(dev.asyncgate.v1.GetAgentRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetAgentResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetAgentMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists agents by id. The schemas of their tools are left out: ListAgentTools and GetAgent show them.
     * A page is shorter than asked for if it is the last one, or if its agents are large: only an empty `next_page_token`
     * marks the last page.
     * </pre>
     */
    default void listAgents(dev.asyncgate.v1.ListAgentsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListAgentsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListAgentsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists the tools of one agent, or of all ACTIVE ones, with the schemas of their input.
     * A page may be shorter than asked for: only an empty `next_page_token` marks the last page. Reasons:
     * `AGENT_NOT_FOUND`.
     * </pre>
     */
    default void listAgentTools(dev.asyncgate.v1.ListAgentToolsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListAgentToolsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListAgentToolsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Says which ACTIVE agent a task belongs to, and why.
     * The same question has the same answer as long as the registry and the load are the same. Of a text, domains and
     * what agents own count first, then capabilities, then keywords; of agents that match alike, the one with more
     * matching words, then with less load, then the first by id. What an agent leaves to another goes there. That nothing
     * matches is an answer, `NOT_FOUND`. It creates nothing: DelegateToAgent does.
     * </pre>
     */
    default void routeTask(dev.asyncgate.v1.RouteTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RouteTaskResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRouteTaskMethod(), responseObserver);
    }

    /**
     * <pre>
     * Gives work to an agent: creates the task that a tool of it stands for.
     * The task has the type of the tool, the input as its payload, and requires the capability `agent:` followed by the
     * agent's id; if the agent has a principal, that one alone may lease it. Input that does not fit the tool's schema is
     * refused with every way in which it does not. With `under`, the scope `tasks:create_children` is enough, as for
     * CreateTask. Repeated with the same `request_id` or `idempotency_key`, it is answered with the task that it has
     * created, whatever has become of the agent. Reasons: `AGENT_NOT_FOUND`, also if no agent matches;
     * `AGENT_NOT_ACTIVE`; `PREFLIGHT_FAILED` if the preflight is `REQUIRED` and the agent is not well; `PERMISSION_DENIED`
     * if the caller is an agent whose scope does not have the tool; and those of CreateTask.
     * </pre>
     */
    default void delegateToAgent(dev.asyncgate.v1.DelegateToAgentRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.DelegateToAgentResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDelegateToAgentMethod(), responseObserver);
    }

    /**
     * <pre>
     * Opens a session of an agent: its presence while it works, in one role.
     * The session lives as long as it is heard of: by KeepAgentSession, by RenewLeases of a lease that was granted in it, or
     * by the heartbeats of a `Work` stream whose `Hello` names it. What is claimed in it is kept with it, by ClaimTasks
     * with its id or by that stream. Its role binds what it may do: a VERIFIER gets verification tasks and nothing else,
     * the others get none of these; only an ORCHESTRATOR creates tasks under those that it holds. Its scopes are held
     * against all tasks outside of it, and against other sessions. While a session of that name lives, the call is refused
     * with `SESSION_COLLISION`, which names it, its holder and when it expires. Repeated with the same `request_id`, the
     * call is answered with the session as it stands, and with `AGENT_SESSION_NOT_FOUND` once it has ended. Other reasons:
     * `AGENT_NOT_FOUND`, `AGENT_NOT_ACTIVE`, `PERMISSION_DENIED` (the agent has another principal), `AGENT_SCOPE_TAKEN`,
     * `SCOPE_HELD`, `TASK_NOT_FOUND` (what it binds), `INVALID_ARGUMENT` (also a role that the agent does not have),
     * `LIMIT_EXCEEDED` (`sessions_max`), `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void openAgentSession(dev.asyncgate.v1.OpenAgentSessionRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.OpenAgentSessionResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getOpenAgentSessionMethod(), responseObserver);
    }

    /**
     * <pre>
     * Keeps a session alive for its TTL from now, with all leases that it keeps.
     * Call it every third of the TTL. A `Work` stream in the session does so by itself. Like every heartbeat, it is
     * acknowledged before it is flushed: a crash of the database may end the session sooner. Reasons:
     * `AGENT_SESSION_NOT_FOUND`, also once it has expired: then its leases are lost.
     * </pre>
     */
    default void keepAgentSession(dev.asyncgate.v1.KeepAgentSessionRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.KeepAgentSessionResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getKeepAgentSessionMethod(), responseObserver);
    }

    /**
     * <pre>
     * Ends a session.
     * Its leases return to the queue, each with a `lease.released` receipt that names the session, and nothing is counted;
     * its scopes are free. Its holder may end it, and an operator (`agents:manage`), whose call leaves an audit record.
     * A session that is not closed and not heard of expires: then its leases are lost, each with a `lease.expired` receipt.
     * Repeated with the same `request_id`, it is answered as the first time, without the session. Reasons:
     * `AGENT_SESSION_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void closeAgentSession(dev.asyncgate.v1.CloseAgentSessionRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CloseAgentSessionResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCloseAgentSessionMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists the live sessions of agents, in the order in which they were opened.
     * </pre>
     */
    default void listAgentSessions(dev.asyncgate.v1.ListAgentSessionsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListAgentSessionsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListAgentSessionsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Says whether agents are well: by their endpoints, which are probed, and by their live sessions.
     * A check is used for 10 s, so that it may be asked for before each piece of work. Endpoints get a GET with 3 s for the
     * answer; redirects are not followed. Which hosts may be probed is a setting of the server; none may, unless it is set.
     * That an agent is not well is an answer. Reasons: `AGENT_NOT_FOUND`, `INVALID_ARGUMENT`.
     * </pre>
     */
    default void checkAgents(dev.asyncgate.v1.CheckAgentsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CheckAgentsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCheckAgentsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lets an agent pass its preflight for some time, whatever its health; or ends that.
     * Tasks with a preflight that is `REQUIRED` are leased to its workers then, and their `task.accepted` receipts say
     * `OVERRIDDEN`. It takes effect within 10 s on every server. It leaves an audit record, and so does every refusal.
     * Repeated with the same `request_id`, it changes nothing. Reasons: `AGENT_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void overridePreflight(dev.asyncgate.v1.OverridePreflightRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.OverridePreflightResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getOverridePreflightMethod(), responseObserver);
    }

    /**
     * <pre>
     * Makes a hand-off contract, or changes it: what is given takes the place of what was there.
     * HandOff and CompleteTask with `next` name a contract, and are refused with `OUTCOME_INCOMPLETE` unless their artifacts
     * fulfill it. A task may demand one by `expected_outcome.contract`; it keeps the version that was there when it was
     * created. A change makes a new version and leaves an audit record; the same again changes nothing. Contracts are not
     * deleted: tasks refer to them. Repeated with the same `request_id`, it is answered with the contract as it stands.
     * Reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED` (`hand_off_contracts_max`), `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void putHandOffContract(dev.asyncgate.v1.PutHandOffContractRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.PutHandOffContractResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getPutHandOffContractMethod(), responseObserver);
    }

    /**
     * <pre>
     * Reads a hand-off contract. Reasons: `HAND_OFF_CONTRACT_NOT_FOUND`.
     * </pre>
     */
    default void getHandOffContract(dev.asyncgate.v1.GetHandOffContractRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetHandOffContractResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetHandOffContractMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists hand-off contracts by name.
     * </pre>
     */
    default void listHandOffContracts(dev.asyncgate.v1.ListHandOffContractsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListHandOffContractsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListHandOffContractsMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service AgentService.
   * <pre>
   * The registry of agents: who can do what, by which contract, and which of them gets a task. A route follows from what
   * is registered, by rules; no model has a part in it.
   * </pre>
   */
  public static abstract class AgentServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return AgentServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service AgentService.
   * <pre>
   * The registry of agents: who can do what, by which contract, and which of them gets a task. A route follows from what
   * is registered, by rules; no model has a part in it.
   * </pre>
   */
  public static final class AgentServiceStub
      extends io.grpc.stub.AbstractAsyncStub<AgentServiceStub> {
    private AgentServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AgentServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AgentServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Registers an agent, or changes it: what is given takes the place of what was registered.
     * A change makes a new version and leaves an audit record, and so does every refusal; the same again changes nothing.
     * With a `version`, it is refused with `AGENT_VERSION_CONFLICT` unless that is the current one, so that two who
     * change an agent see each other. An ACTIVE agent whose write scopes overlap those of another one is refused with
     * `AGENT_SCOPE_TAKEN`, which names both. Repeated with the same `request_id`, it is answered with the agent as it
     * stands. Other reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED` (`agents_max`, `agent_bytes_max`),
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void registerAgent(dev.asyncgate.v1.RegisterAgentRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RegisterAgentResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRegisterAgentMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Reads an agent: as it is, or as a former version was.
     * The last 100 versions are kept. Reasons: `AGENT_NOT_FOUND`, also for a version that there is not.
     * </pre>
     */
    public void getAgent(dev.asyncgate.v1.GetAgentRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetAgentResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetAgentMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists agents by id. The schemas of their tools are left out: ListAgentTools and GetAgent show them.
     * A page is shorter than asked for if it is the last one, or if its agents are large: only an empty `next_page_token`
     * marks the last page.
     * </pre>
     */
    public void listAgents(dev.asyncgate.v1.ListAgentsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListAgentsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListAgentsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists the tools of one agent, or of all ACTIVE ones, with the schemas of their input.
     * A page may be shorter than asked for: only an empty `next_page_token` marks the last page. Reasons:
     * `AGENT_NOT_FOUND`.
     * </pre>
     */
    public void listAgentTools(dev.asyncgate.v1.ListAgentToolsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListAgentToolsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListAgentToolsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Says which ACTIVE agent a task belongs to, and why.
     * The same question has the same answer as long as the registry and the load are the same. Of a text, domains and
     * what agents own count first, then capabilities, then keywords; of agents that match alike, the one with more
     * matching words, then with less load, then the first by id. What an agent leaves to another goes there. That nothing
     * matches is an answer, `NOT_FOUND`. It creates nothing: DelegateToAgent does.
     * </pre>
     */
    public void routeTask(dev.asyncgate.v1.RouteTaskRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RouteTaskResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRouteTaskMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Gives work to an agent: creates the task that a tool of it stands for.
     * The task has the type of the tool, the input as its payload, and requires the capability `agent:` followed by the
     * agent's id; if the agent has a principal, that one alone may lease it. Input that does not fit the tool's schema is
     * refused with every way in which it does not. With `under`, the scope `tasks:create_children` is enough, as for
     * CreateTask. Repeated with the same `request_id` or `idempotency_key`, it is answered with the task that it has
     * created, whatever has become of the agent. Reasons: `AGENT_NOT_FOUND`, also if no agent matches;
     * `AGENT_NOT_ACTIVE`; `PREFLIGHT_FAILED` if the preflight is `REQUIRED` and the agent is not well; `PERMISSION_DENIED`
     * if the caller is an agent whose scope does not have the tool; and those of CreateTask.
     * </pre>
     */
    public void delegateToAgent(dev.asyncgate.v1.DelegateToAgentRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.DelegateToAgentResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDelegateToAgentMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Opens a session of an agent: its presence while it works, in one role.
     * The session lives as long as it is heard of: by KeepAgentSession, by RenewLeases of a lease that was granted in it, or
     * by the heartbeats of a `Work` stream whose `Hello` names it. What is claimed in it is kept with it, by ClaimTasks
     * with its id or by that stream. Its role binds what it may do: a VERIFIER gets verification tasks and nothing else,
     * the others get none of these; only an ORCHESTRATOR creates tasks under those that it holds. Its scopes are held
     * against all tasks outside of it, and against other sessions. While a session of that name lives, the call is refused
     * with `SESSION_COLLISION`, which names it, its holder and when it expires. Repeated with the same `request_id`, the
     * call is answered with the session as it stands, and with `AGENT_SESSION_NOT_FOUND` once it has ended. Other reasons:
     * `AGENT_NOT_FOUND`, `AGENT_NOT_ACTIVE`, `PERMISSION_DENIED` (the agent has another principal), `AGENT_SCOPE_TAKEN`,
     * `SCOPE_HELD`, `TASK_NOT_FOUND` (what it binds), `INVALID_ARGUMENT` (also a role that the agent does not have),
     * `LIMIT_EXCEEDED` (`sessions_max`), `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void openAgentSession(dev.asyncgate.v1.OpenAgentSessionRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.OpenAgentSessionResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getOpenAgentSessionMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Keeps a session alive for its TTL from now, with all leases that it keeps.
     * Call it every third of the TTL. A `Work` stream in the session does so by itself. Like every heartbeat, it is
     * acknowledged before it is flushed: a crash of the database may end the session sooner. Reasons:
     * `AGENT_SESSION_NOT_FOUND`, also once it has expired: then its leases are lost.
     * </pre>
     */
    public void keepAgentSession(dev.asyncgate.v1.KeepAgentSessionRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.KeepAgentSessionResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getKeepAgentSessionMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Ends a session.
     * Its leases return to the queue, each with a `lease.released` receipt that names the session, and nothing is counted;
     * its scopes are free. Its holder may end it, and an operator (`agents:manage`), whose call leaves an audit record.
     * A session that is not closed and not heard of expires: then its leases are lost, each with a `lease.expired` receipt.
     * Repeated with the same `request_id`, it is answered as the first time, without the session. Reasons:
     * `AGENT_SESSION_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void closeAgentSession(dev.asyncgate.v1.CloseAgentSessionRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CloseAgentSessionResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCloseAgentSessionMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists the live sessions of agents, in the order in which they were opened.
     * </pre>
     */
    public void listAgentSessions(dev.asyncgate.v1.ListAgentSessionsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListAgentSessionsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListAgentSessionsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Says whether agents are well: by their endpoints, which are probed, and by their live sessions.
     * A check is used for 10 s, so that it may be asked for before each piece of work. Endpoints get a GET with 3 s for the
     * answer; redirects are not followed. Which hosts may be probed is a setting of the server; none may, unless it is set.
     * That an agent is not well is an answer. Reasons: `AGENT_NOT_FOUND`, `INVALID_ARGUMENT`.
     * </pre>
     */
    public void checkAgents(dev.asyncgate.v1.CheckAgentsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CheckAgentsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCheckAgentsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lets an agent pass its preflight for some time, whatever its health; or ends that.
     * Tasks with a preflight that is `REQUIRED` are leased to its workers then, and their `task.accepted` receipts say
     * `OVERRIDDEN`. It takes effect within 10 s on every server. It leaves an audit record, and so does every refusal.
     * Repeated with the same `request_id`, it changes nothing. Reasons: `AGENT_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void overridePreflight(dev.asyncgate.v1.OverridePreflightRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.OverridePreflightResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getOverridePreflightMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Makes a hand-off contract, or changes it: what is given takes the place of what was there.
     * HandOff and CompleteTask with `next` name a contract, and are refused with `OUTCOME_INCOMPLETE` unless their artifacts
     * fulfill it. A task may demand one by `expected_outcome.contract`; it keeps the version that was there when it was
     * created. A change makes a new version and leaves an audit record; the same again changes nothing. Contracts are not
     * deleted: tasks refer to them. Repeated with the same `request_id`, it is answered with the contract as it stands.
     * Reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED` (`hand_off_contracts_max`), `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void putHandOffContract(dev.asyncgate.v1.PutHandOffContractRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.PutHandOffContractResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getPutHandOffContractMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Reads a hand-off contract. Reasons: `HAND_OFF_CONTRACT_NOT_FOUND`.
     * </pre>
     */
    public void getHandOffContract(dev.asyncgate.v1.GetHandOffContractRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetHandOffContractResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetHandOffContractMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists hand-off contracts by name.
     * </pre>
     */
    public void listHandOffContracts(dev.asyncgate.v1.ListHandOffContractsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListHandOffContractsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListHandOffContractsMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service AgentService.
   * <pre>
   * The registry of agents: who can do what, by which contract, and which of them gets a task. A route follows from what
   * is registered, by rules; no model has a part in it.
   * </pre>
   */
  public static final class AgentServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<AgentServiceBlockingV2Stub> {
    private AgentServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AgentServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AgentServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Registers an agent, or changes it: what is given takes the place of what was registered.
     * A change makes a new version and leaves an audit record, and so does every refusal; the same again changes nothing.
     * With a `version`, it is refused with `AGENT_VERSION_CONFLICT` unless that is the current one, so that two who
     * change an agent see each other. An ACTIVE agent whose write scopes overlap those of another one is refused with
     * `AGENT_SCOPE_TAKEN`, which names both. Repeated with the same `request_id`, it is answered with the agent as it
     * stands. Other reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED` (`agents_max`, `agent_bytes_max`),
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.RegisterAgentResponse registerAgent(dev.asyncgate.v1.RegisterAgentRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRegisterAgentMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads an agent: as it is, or as a former version was.
     * The last 100 versions are kept. Reasons: `AGENT_NOT_FOUND`, also for a version that there is not.
     * </pre>
     */
    public dev.asyncgate.v1.GetAgentResponse getAgent(dev.asyncgate.v1.GetAgentRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetAgentMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists agents by id. The schemas of their tools are left out: ListAgentTools and GetAgent show them.
     * A page is shorter than asked for if it is the last one, or if its agents are large: only an empty `next_page_token`
     * marks the last page.
     * </pre>
     */
    public dev.asyncgate.v1.ListAgentsResponse listAgents(dev.asyncgate.v1.ListAgentsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListAgentsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the tools of one agent, or of all ACTIVE ones, with the schemas of their input.
     * A page may be shorter than asked for: only an empty `next_page_token` marks the last page. Reasons:
     * `AGENT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ListAgentToolsResponse listAgentTools(dev.asyncgate.v1.ListAgentToolsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListAgentToolsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says which ACTIVE agent a task belongs to, and why.
     * The same question has the same answer as long as the registry and the load are the same. Of a text, domains and
     * what agents own count first, then capabilities, then keywords; of agents that match alike, the one with more
     * matching words, then with less load, then the first by id. What an agent leaves to another goes there. That nothing
     * matches is an answer, `NOT_FOUND`. It creates nothing: DelegateToAgent does.
     * </pre>
     */
    public dev.asyncgate.v1.RouteTaskResponse routeTask(dev.asyncgate.v1.RouteTaskRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRouteTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives work to an agent: creates the task that a tool of it stands for.
     * The task has the type of the tool, the input as its payload, and requires the capability `agent:` followed by the
     * agent's id; if the agent has a principal, that one alone may lease it. Input that does not fit the tool's schema is
     * refused with every way in which it does not. With `under`, the scope `tasks:create_children` is enough, as for
     * CreateTask. Repeated with the same `request_id` or `idempotency_key`, it is answered with the task that it has
     * created, whatever has become of the agent. Reasons: `AGENT_NOT_FOUND`, also if no agent matches;
     * `AGENT_NOT_ACTIVE`; `PREFLIGHT_FAILED` if the preflight is `REQUIRED` and the agent is not well; `PERMISSION_DENIED`
     * if the caller is an agent whose scope does not have the tool; and those of CreateTask.
     * </pre>
     */
    public dev.asyncgate.v1.DelegateToAgentResponse delegateToAgent(dev.asyncgate.v1.DelegateToAgentRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDelegateToAgentMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Opens a session of an agent: its presence while it works, in one role.
     * The session lives as long as it is heard of: by KeepAgentSession, by RenewLeases of a lease that was granted in it, or
     * by the heartbeats of a `Work` stream whose `Hello` names it. What is claimed in it is kept with it, by ClaimTasks
     * with its id or by that stream. Its role binds what it may do: a VERIFIER gets verification tasks and nothing else,
     * the others get none of these; only an ORCHESTRATOR creates tasks under those that it holds. Its scopes are held
     * against all tasks outside of it, and against other sessions. While a session of that name lives, the call is refused
     * with `SESSION_COLLISION`, which names it, its holder and when it expires. Repeated with the same `request_id`, the
     * call is answered with the session as it stands, and with `AGENT_SESSION_NOT_FOUND` once it has ended. Other reasons:
     * `AGENT_NOT_FOUND`, `AGENT_NOT_ACTIVE`, `PERMISSION_DENIED` (the agent has another principal), `AGENT_SCOPE_TAKEN`,
     * `SCOPE_HELD`, `TASK_NOT_FOUND` (what it binds), `INVALID_ARGUMENT` (also a role that the agent does not have),
     * `LIMIT_EXCEEDED` (`sessions_max`), `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.OpenAgentSessionResponse openAgentSession(dev.asyncgate.v1.OpenAgentSessionRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getOpenAgentSessionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Keeps a session alive for its TTL from now, with all leases that it keeps.
     * Call it every third of the TTL. A `Work` stream in the session does so by itself. Like every heartbeat, it is
     * acknowledged before it is flushed: a crash of the database may end the session sooner. Reasons:
     * `AGENT_SESSION_NOT_FOUND`, also once it has expired: then its leases are lost.
     * </pre>
     */
    public dev.asyncgate.v1.KeepAgentSessionResponse keepAgentSession(dev.asyncgate.v1.KeepAgentSessionRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getKeepAgentSessionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Ends a session.
     * Its leases return to the queue, each with a `lease.released` receipt that names the session, and nothing is counted;
     * its scopes are free. Its holder may end it, and an operator (`agents:manage`), whose call leaves an audit record.
     * A session that is not closed and not heard of expires: then its leases are lost, each with a `lease.expired` receipt.
     * Repeated with the same `request_id`, it is answered as the first time, without the session. Reasons:
     * `AGENT_SESSION_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.CloseAgentSessionResponse closeAgentSession(dev.asyncgate.v1.CloseAgentSessionRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCloseAgentSessionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the live sessions of agents, in the order in which they were opened.
     * </pre>
     */
    public dev.asyncgate.v1.ListAgentSessionsResponse listAgentSessions(dev.asyncgate.v1.ListAgentSessionsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListAgentSessionsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says whether agents are well: by their endpoints, which are probed, and by their live sessions.
     * A check is used for 10 s, so that it may be asked for before each piece of work. Endpoints get a GET with 3 s for the
     * answer; redirects are not followed. Which hosts may be probed is a setting of the server; none may, unless it is set.
     * That an agent is not well is an answer. Reasons: `AGENT_NOT_FOUND`, `INVALID_ARGUMENT`.
     * </pre>
     */
    public dev.asyncgate.v1.CheckAgentsResponse checkAgents(dev.asyncgate.v1.CheckAgentsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCheckAgentsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lets an agent pass its preflight for some time, whatever its health; or ends that.
     * Tasks with a preflight that is `REQUIRED` are leased to its workers then, and their `task.accepted` receipts say
     * `OVERRIDDEN`. It takes effect within 10 s on every server. It leaves an audit record, and so does every refusal.
     * Repeated with the same `request_id`, it changes nothing. Reasons: `AGENT_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.OverridePreflightResponse overridePreflight(dev.asyncgate.v1.OverridePreflightRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getOverridePreflightMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Makes a hand-off contract, or changes it: what is given takes the place of what was there.
     * HandOff and CompleteTask with `next` name a contract, and are refused with `OUTCOME_INCOMPLETE` unless their artifacts
     * fulfill it. A task may demand one by `expected_outcome.contract`; it keeps the version that was there when it was
     * created. A change makes a new version and leaves an audit record; the same again changes nothing. Contracts are not
     * deleted: tasks refer to them. Repeated with the same `request_id`, it is answered with the contract as it stands.
     * Reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED` (`hand_off_contracts_max`), `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.PutHandOffContractResponse putHandOffContract(dev.asyncgate.v1.PutHandOffContractRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getPutHandOffContractMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads a hand-off contract. Reasons: `HAND_OFF_CONTRACT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.GetHandOffContractResponse getHandOffContract(dev.asyncgate.v1.GetHandOffContractRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetHandOffContractMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists hand-off contracts by name.
     * </pre>
     */
    public dev.asyncgate.v1.ListHandOffContractsResponse listHandOffContracts(dev.asyncgate.v1.ListHandOffContractsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListHandOffContractsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service AgentService.
   * <pre>
   * The registry of agents: who can do what, by which contract, and which of them gets a task. A route follows from what
   * is registered, by rules; no model has a part in it.
   * </pre>
   */
  public static final class AgentServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<AgentServiceBlockingStub> {
    private AgentServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AgentServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AgentServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Registers an agent, or changes it: what is given takes the place of what was registered.
     * A change makes a new version and leaves an audit record, and so does every refusal; the same again changes nothing.
     * With a `version`, it is refused with `AGENT_VERSION_CONFLICT` unless that is the current one, so that two who
     * change an agent see each other. An ACTIVE agent whose write scopes overlap those of another one is refused with
     * `AGENT_SCOPE_TAKEN`, which names both. Repeated with the same `request_id`, it is answered with the agent as it
     * stands. Other reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED` (`agents_max`, `agent_bytes_max`),
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.RegisterAgentResponse registerAgent(dev.asyncgate.v1.RegisterAgentRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRegisterAgentMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads an agent: as it is, or as a former version was.
     * The last 100 versions are kept. Reasons: `AGENT_NOT_FOUND`, also for a version that there is not.
     * </pre>
     */
    public dev.asyncgate.v1.GetAgentResponse getAgent(dev.asyncgate.v1.GetAgentRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetAgentMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists agents by id. The schemas of their tools are left out: ListAgentTools and GetAgent show them.
     * A page is shorter than asked for if it is the last one, or if its agents are large: only an empty `next_page_token`
     * marks the last page.
     * </pre>
     */
    public dev.asyncgate.v1.ListAgentsResponse listAgents(dev.asyncgate.v1.ListAgentsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListAgentsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the tools of one agent, or of all ACTIVE ones, with the schemas of their input.
     * A page may be shorter than asked for: only an empty `next_page_token` marks the last page. Reasons:
     * `AGENT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ListAgentToolsResponse listAgentTools(dev.asyncgate.v1.ListAgentToolsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListAgentToolsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says which ACTIVE agent a task belongs to, and why.
     * The same question has the same answer as long as the registry and the load are the same. Of a text, domains and
     * what agents own count first, then capabilities, then keywords; of agents that match alike, the one with more
     * matching words, then with less load, then the first by id. What an agent leaves to another goes there. That nothing
     * matches is an answer, `NOT_FOUND`. It creates nothing: DelegateToAgent does.
     * </pre>
     */
    public dev.asyncgate.v1.RouteTaskResponse routeTask(dev.asyncgate.v1.RouteTaskRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRouteTaskMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives work to an agent: creates the task that a tool of it stands for.
     * The task has the type of the tool, the input as its payload, and requires the capability `agent:` followed by the
     * agent's id; if the agent has a principal, that one alone may lease it. Input that does not fit the tool's schema is
     * refused with every way in which it does not. With `under`, the scope `tasks:create_children` is enough, as for
     * CreateTask. Repeated with the same `request_id` or `idempotency_key`, it is answered with the task that it has
     * created, whatever has become of the agent. Reasons: `AGENT_NOT_FOUND`, also if no agent matches;
     * `AGENT_NOT_ACTIVE`; `PREFLIGHT_FAILED` if the preflight is `REQUIRED` and the agent is not well; `PERMISSION_DENIED`
     * if the caller is an agent whose scope does not have the tool; and those of CreateTask.
     * </pre>
     */
    public dev.asyncgate.v1.DelegateToAgentResponse delegateToAgent(dev.asyncgate.v1.DelegateToAgentRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDelegateToAgentMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Opens a session of an agent: its presence while it works, in one role.
     * The session lives as long as it is heard of: by KeepAgentSession, by RenewLeases of a lease that was granted in it, or
     * by the heartbeats of a `Work` stream whose `Hello` names it. What is claimed in it is kept with it, by ClaimTasks
     * with its id or by that stream. Its role binds what it may do: a VERIFIER gets verification tasks and nothing else,
     * the others get none of these; only an ORCHESTRATOR creates tasks under those that it holds. Its scopes are held
     * against all tasks outside of it, and against other sessions. While a session of that name lives, the call is refused
     * with `SESSION_COLLISION`, which names it, its holder and when it expires. Repeated with the same `request_id`, the
     * call is answered with the session as it stands, and with `AGENT_SESSION_NOT_FOUND` once it has ended. Other reasons:
     * `AGENT_NOT_FOUND`, `AGENT_NOT_ACTIVE`, `PERMISSION_DENIED` (the agent has another principal), `AGENT_SCOPE_TAKEN`,
     * `SCOPE_HELD`, `TASK_NOT_FOUND` (what it binds), `INVALID_ARGUMENT` (also a role that the agent does not have),
     * `LIMIT_EXCEEDED` (`sessions_max`), `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.OpenAgentSessionResponse openAgentSession(dev.asyncgate.v1.OpenAgentSessionRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getOpenAgentSessionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Keeps a session alive for its TTL from now, with all leases that it keeps.
     * Call it every third of the TTL. A `Work` stream in the session does so by itself. Like every heartbeat, it is
     * acknowledged before it is flushed: a crash of the database may end the session sooner. Reasons:
     * `AGENT_SESSION_NOT_FOUND`, also once it has expired: then its leases are lost.
     * </pre>
     */
    public dev.asyncgate.v1.KeepAgentSessionResponse keepAgentSession(dev.asyncgate.v1.KeepAgentSessionRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getKeepAgentSessionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Ends a session.
     * Its leases return to the queue, each with a `lease.released` receipt that names the session, and nothing is counted;
     * its scopes are free. Its holder may end it, and an operator (`agents:manage`), whose call leaves an audit record.
     * A session that is not closed and not heard of expires: then its leases are lost, each with a `lease.expired` receipt.
     * Repeated with the same `request_id`, it is answered as the first time, without the session. Reasons:
     * `AGENT_SESSION_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.CloseAgentSessionResponse closeAgentSession(dev.asyncgate.v1.CloseAgentSessionRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCloseAgentSessionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the live sessions of agents, in the order in which they were opened.
     * </pre>
     */
    public dev.asyncgate.v1.ListAgentSessionsResponse listAgentSessions(dev.asyncgate.v1.ListAgentSessionsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListAgentSessionsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says whether agents are well: by their endpoints, which are probed, and by their live sessions.
     * A check is used for 10 s, so that it may be asked for before each piece of work. Endpoints get a GET with 3 s for the
     * answer; redirects are not followed. Which hosts may be probed is a setting of the server; none may, unless it is set.
     * That an agent is not well is an answer. Reasons: `AGENT_NOT_FOUND`, `INVALID_ARGUMENT`.
     * </pre>
     */
    public dev.asyncgate.v1.CheckAgentsResponse checkAgents(dev.asyncgate.v1.CheckAgentsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCheckAgentsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lets an agent pass its preflight for some time, whatever its health; or ends that.
     * Tasks with a preflight that is `REQUIRED` are leased to its workers then, and their `task.accepted` receipts say
     * `OVERRIDDEN`. It takes effect within 10 s on every server. It leaves an audit record, and so does every refusal.
     * Repeated with the same `request_id`, it changes nothing. Reasons: `AGENT_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.OverridePreflightResponse overridePreflight(dev.asyncgate.v1.OverridePreflightRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getOverridePreflightMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Makes a hand-off contract, or changes it: what is given takes the place of what was there.
     * HandOff and CompleteTask with `next` name a contract, and are refused with `OUTCOME_INCOMPLETE` unless their artifacts
     * fulfill it. A task may demand one by `expected_outcome.contract`; it keeps the version that was there when it was
     * created. A change makes a new version and leaves an audit record; the same again changes nothing. Contracts are not
     * deleted: tasks refer to them. Repeated with the same `request_id`, it is answered with the contract as it stands.
     * Reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED` (`hand_off_contracts_max`), `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.PutHandOffContractResponse putHandOffContract(dev.asyncgate.v1.PutHandOffContractRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getPutHandOffContractMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads a hand-off contract. Reasons: `HAND_OFF_CONTRACT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.GetHandOffContractResponse getHandOffContract(dev.asyncgate.v1.GetHandOffContractRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetHandOffContractMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists hand-off contracts by name.
     * </pre>
     */
    public dev.asyncgate.v1.ListHandOffContractsResponse listHandOffContracts(dev.asyncgate.v1.ListHandOffContractsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListHandOffContractsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service AgentService.
   * <pre>
   * The registry of agents: who can do what, by which contract, and which of them gets a task. A route follows from what
   * is registered, by rules; no model has a part in it.
   * </pre>
   */
  public static final class AgentServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<AgentServiceFutureStub> {
    private AgentServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AgentServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AgentServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Registers an agent, or changes it: what is given takes the place of what was registered.
     * A change makes a new version and leaves an audit record, and so does every refusal; the same again changes nothing.
     * With a `version`, it is refused with `AGENT_VERSION_CONFLICT` unless that is the current one, so that two who
     * change an agent see each other. An ACTIVE agent whose write scopes overlap those of another one is refused with
     * `AGENT_SCOPE_TAKEN`, which names both. Repeated with the same `request_id`, it is answered with the agent as it
     * stands. Other reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED` (`agents_max`, `agent_bytes_max`),
     * `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.RegisterAgentResponse> registerAgent(
        dev.asyncgate.v1.RegisterAgentRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRegisterAgentMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Reads an agent: as it is, or as a former version was.
     * The last 100 versions are kept. Reasons: `AGENT_NOT_FOUND`, also for a version that there is not.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.GetAgentResponse> getAgent(
        dev.asyncgate.v1.GetAgentRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetAgentMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists agents by id. The schemas of their tools are left out: ListAgentTools and GetAgent show them.
     * A page is shorter than asked for if it is the last one, or if its agents are large: only an empty `next_page_token`
     * marks the last page.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListAgentsResponse> listAgents(
        dev.asyncgate.v1.ListAgentsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListAgentsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists the tools of one agent, or of all ACTIVE ones, with the schemas of their input.
     * A page may be shorter than asked for: only an empty `next_page_token` marks the last page. Reasons:
     * `AGENT_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListAgentToolsResponse> listAgentTools(
        dev.asyncgate.v1.ListAgentToolsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListAgentToolsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Says which ACTIVE agent a task belongs to, and why.
     * The same question has the same answer as long as the registry and the load are the same. Of a text, domains and
     * what agents own count first, then capabilities, then keywords; of agents that match alike, the one with more
     * matching words, then with less load, then the first by id. What an agent leaves to another goes there. That nothing
     * matches is an answer, `NOT_FOUND`. It creates nothing: DelegateToAgent does.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.RouteTaskResponse> routeTask(
        dev.asyncgate.v1.RouteTaskRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRouteTaskMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Gives work to an agent: creates the task that a tool of it stands for.
     * The task has the type of the tool, the input as its payload, and requires the capability `agent:` followed by the
     * agent's id; if the agent has a principal, that one alone may lease it. Input that does not fit the tool's schema is
     * refused with every way in which it does not. With `under`, the scope `tasks:create_children` is enough, as for
     * CreateTask. Repeated with the same `request_id` or `idempotency_key`, it is answered with the task that it has
     * created, whatever has become of the agent. Reasons: `AGENT_NOT_FOUND`, also if no agent matches;
     * `AGENT_NOT_ACTIVE`; `PREFLIGHT_FAILED` if the preflight is `REQUIRED` and the agent is not well; `PERMISSION_DENIED`
     * if the caller is an agent whose scope does not have the tool; and those of CreateTask.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.DelegateToAgentResponse> delegateToAgent(
        dev.asyncgate.v1.DelegateToAgentRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDelegateToAgentMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Opens a session of an agent: its presence while it works, in one role.
     * The session lives as long as it is heard of: by KeepAgentSession, by RenewLeases of a lease that was granted in it, or
     * by the heartbeats of a `Work` stream whose `Hello` names it. What is claimed in it is kept with it, by ClaimTasks
     * with its id or by that stream. Its role binds what it may do: a VERIFIER gets verification tasks and nothing else,
     * the others get none of these; only an ORCHESTRATOR creates tasks under those that it holds. Its scopes are held
     * against all tasks outside of it, and against other sessions. While a session of that name lives, the call is refused
     * with `SESSION_COLLISION`, which names it, its holder and when it expires. Repeated with the same `request_id`, the
     * call is answered with the session as it stands, and with `AGENT_SESSION_NOT_FOUND` once it has ended. Other reasons:
     * `AGENT_NOT_FOUND`, `AGENT_NOT_ACTIVE`, `PERMISSION_DENIED` (the agent has another principal), `AGENT_SCOPE_TAKEN`,
     * `SCOPE_HELD`, `TASK_NOT_FOUND` (what it binds), `INVALID_ARGUMENT` (also a role that the agent does not have),
     * `LIMIT_EXCEEDED` (`sessions_max`), `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.OpenAgentSessionResponse> openAgentSession(
        dev.asyncgate.v1.OpenAgentSessionRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getOpenAgentSessionMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Keeps a session alive for its TTL from now, with all leases that it keeps.
     * Call it every third of the TTL. A `Work` stream in the session does so by itself. Like every heartbeat, it is
     * acknowledged before it is flushed: a crash of the database may end the session sooner. Reasons:
     * `AGENT_SESSION_NOT_FOUND`, also once it has expired: then its leases are lost.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.KeepAgentSessionResponse> keepAgentSession(
        dev.asyncgate.v1.KeepAgentSessionRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getKeepAgentSessionMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Ends a session.
     * Its leases return to the queue, each with a `lease.released` receipt that names the session, and nothing is counted;
     * its scopes are free. Its holder may end it, and an operator (`agents:manage`), whose call leaves an audit record.
     * A session that is not closed and not heard of expires: then its leases are lost, each with a `lease.expired` receipt.
     * Repeated with the same `request_id`, it is answered as the first time, without the session. Reasons:
     * `AGENT_SESSION_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.CloseAgentSessionResponse> closeAgentSession(
        dev.asyncgate.v1.CloseAgentSessionRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCloseAgentSessionMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists the live sessions of agents, in the order in which they were opened.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListAgentSessionsResponse> listAgentSessions(
        dev.asyncgate.v1.ListAgentSessionsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListAgentSessionsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Says whether agents are well: by their endpoints, which are probed, and by their live sessions.
     * A check is used for 10 s, so that it may be asked for before each piece of work. Endpoints get a GET with 3 s for the
     * answer; redirects are not followed. Which hosts may be probed is a setting of the server; none may, unless it is set.
     * That an agent is not well is an answer. Reasons: `AGENT_NOT_FOUND`, `INVALID_ARGUMENT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.CheckAgentsResponse> checkAgents(
        dev.asyncgate.v1.CheckAgentsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCheckAgentsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lets an agent pass its preflight for some time, whatever its health; or ends that.
     * Tasks with a preflight that is `REQUIRED` are leased to its workers then, and their `task.accepted` receipts say
     * `OVERRIDDEN`. It takes effect within 10 s on every server. It leaves an audit record, and so does every refusal.
     * Repeated with the same `request_id`, it changes nothing. Reasons: `AGENT_NOT_FOUND`, `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.OverridePreflightResponse> overridePreflight(
        dev.asyncgate.v1.OverridePreflightRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getOverridePreflightMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Makes a hand-off contract, or changes it: what is given takes the place of what was there.
     * HandOff and CompleteTask with `next` name a contract, and are refused with `OUTCOME_INCOMPLETE` unless their artifacts
     * fulfill it. A task may demand one by `expected_outcome.contract`; it keeps the version that was there when it was
     * created. A change makes a new version and leaves an audit record; the same again changes nothing. Contracts are not
     * deleted: tasks refer to them. Repeated with the same `request_id`, it is answered with the contract as it stands.
     * Reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED` (`hand_off_contracts_max`), `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.PutHandOffContractResponse> putHandOffContract(
        dev.asyncgate.v1.PutHandOffContractRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getPutHandOffContractMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Reads a hand-off contract. Reasons: `HAND_OFF_CONTRACT_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.GetHandOffContractResponse> getHandOffContract(
        dev.asyncgate.v1.GetHandOffContractRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetHandOffContractMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists hand-off contracts by name.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListHandOffContractsResponse> listHandOffContracts(
        dev.asyncgate.v1.ListHandOffContractsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListHandOffContractsMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_REGISTER_AGENT = 0;
  private static final int METHODID_GET_AGENT = 1;
  private static final int METHODID_LIST_AGENTS = 2;
  private static final int METHODID_LIST_AGENT_TOOLS = 3;
  private static final int METHODID_ROUTE_TASK = 4;
  private static final int METHODID_DELEGATE_TO_AGENT = 5;
  private static final int METHODID_OPEN_AGENT_SESSION = 6;
  private static final int METHODID_KEEP_AGENT_SESSION = 7;
  private static final int METHODID_CLOSE_AGENT_SESSION = 8;
  private static final int METHODID_LIST_AGENT_SESSIONS = 9;
  private static final int METHODID_CHECK_AGENTS = 10;
  private static final int METHODID_OVERRIDE_PREFLIGHT = 11;
  private static final int METHODID_PUT_HAND_OFF_CONTRACT = 12;
  private static final int METHODID_GET_HAND_OFF_CONTRACT = 13;
  private static final int METHODID_LIST_HAND_OFF_CONTRACTS = 14;

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
        case METHODID_REGISTER_AGENT:
          serviceImpl.registerAgent((dev.asyncgate.v1.RegisterAgentRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.RegisterAgentResponse>) responseObserver);
          break;
        case METHODID_GET_AGENT:
          serviceImpl.getAgent((dev.asyncgate.v1.GetAgentRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetAgentResponse>) responseObserver);
          break;
        case METHODID_LIST_AGENTS:
          serviceImpl.listAgents((dev.asyncgate.v1.ListAgentsRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListAgentsResponse>) responseObserver);
          break;
        case METHODID_LIST_AGENT_TOOLS:
          serviceImpl.listAgentTools((dev.asyncgate.v1.ListAgentToolsRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListAgentToolsResponse>) responseObserver);
          break;
        case METHODID_ROUTE_TASK:
          serviceImpl.routeTask((dev.asyncgate.v1.RouteTaskRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.RouteTaskResponse>) responseObserver);
          break;
        case METHODID_DELEGATE_TO_AGENT:
          serviceImpl.delegateToAgent((dev.asyncgate.v1.DelegateToAgentRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.DelegateToAgentResponse>) responseObserver);
          break;
        case METHODID_OPEN_AGENT_SESSION:
          serviceImpl.openAgentSession((dev.asyncgate.v1.OpenAgentSessionRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.OpenAgentSessionResponse>) responseObserver);
          break;
        case METHODID_KEEP_AGENT_SESSION:
          serviceImpl.keepAgentSession((dev.asyncgate.v1.KeepAgentSessionRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.KeepAgentSessionResponse>) responseObserver);
          break;
        case METHODID_CLOSE_AGENT_SESSION:
          serviceImpl.closeAgentSession((dev.asyncgate.v1.CloseAgentSessionRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.CloseAgentSessionResponse>) responseObserver);
          break;
        case METHODID_LIST_AGENT_SESSIONS:
          serviceImpl.listAgentSessions((dev.asyncgate.v1.ListAgentSessionsRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListAgentSessionsResponse>) responseObserver);
          break;
        case METHODID_CHECK_AGENTS:
          serviceImpl.checkAgents((dev.asyncgate.v1.CheckAgentsRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.CheckAgentsResponse>) responseObserver);
          break;
        case METHODID_OVERRIDE_PREFLIGHT:
          serviceImpl.overridePreflight((dev.asyncgate.v1.OverridePreflightRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.OverridePreflightResponse>) responseObserver);
          break;
        case METHODID_PUT_HAND_OFF_CONTRACT:
          serviceImpl.putHandOffContract((dev.asyncgate.v1.PutHandOffContractRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.PutHandOffContractResponse>) responseObserver);
          break;
        case METHODID_GET_HAND_OFF_CONTRACT:
          serviceImpl.getHandOffContract((dev.asyncgate.v1.GetHandOffContractRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetHandOffContractResponse>) responseObserver);
          break;
        case METHODID_LIST_HAND_OFF_CONTRACTS:
          serviceImpl.listHandOffContracts((dev.asyncgate.v1.ListHandOffContractsRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListHandOffContractsResponse>) responseObserver);
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
          getRegisterAgentMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.RegisterAgentRequest,
              dev.asyncgate.v1.RegisterAgentResponse>(
                service, METHODID_REGISTER_AGENT)))
        .addMethod(
          getGetAgentMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.GetAgentRequest,
              dev.asyncgate.v1.GetAgentResponse>(
                service, METHODID_GET_AGENT)))
        .addMethod(
          getListAgentsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListAgentsRequest,
              dev.asyncgate.v1.ListAgentsResponse>(
                service, METHODID_LIST_AGENTS)))
        .addMethod(
          getListAgentToolsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListAgentToolsRequest,
              dev.asyncgate.v1.ListAgentToolsResponse>(
                service, METHODID_LIST_AGENT_TOOLS)))
        .addMethod(
          getRouteTaskMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.RouteTaskRequest,
              dev.asyncgate.v1.RouteTaskResponse>(
                service, METHODID_ROUTE_TASK)))
        .addMethod(
          getDelegateToAgentMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.DelegateToAgentRequest,
              dev.asyncgate.v1.DelegateToAgentResponse>(
                service, METHODID_DELEGATE_TO_AGENT)))
        .addMethod(
          getOpenAgentSessionMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.OpenAgentSessionRequest,
              dev.asyncgate.v1.OpenAgentSessionResponse>(
                service, METHODID_OPEN_AGENT_SESSION)))
        .addMethod(
          getKeepAgentSessionMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.KeepAgentSessionRequest,
              dev.asyncgate.v1.KeepAgentSessionResponse>(
                service, METHODID_KEEP_AGENT_SESSION)))
        .addMethod(
          getCloseAgentSessionMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.CloseAgentSessionRequest,
              dev.asyncgate.v1.CloseAgentSessionResponse>(
                service, METHODID_CLOSE_AGENT_SESSION)))
        .addMethod(
          getListAgentSessionsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListAgentSessionsRequest,
              dev.asyncgate.v1.ListAgentSessionsResponse>(
                service, METHODID_LIST_AGENT_SESSIONS)))
        .addMethod(
          getCheckAgentsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.CheckAgentsRequest,
              dev.asyncgate.v1.CheckAgentsResponse>(
                service, METHODID_CHECK_AGENTS)))
        .addMethod(
          getOverridePreflightMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.OverridePreflightRequest,
              dev.asyncgate.v1.OverridePreflightResponse>(
                service, METHODID_OVERRIDE_PREFLIGHT)))
        .addMethod(
          getPutHandOffContractMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.PutHandOffContractRequest,
              dev.asyncgate.v1.PutHandOffContractResponse>(
                service, METHODID_PUT_HAND_OFF_CONTRACT)))
        .addMethod(
          getGetHandOffContractMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.GetHandOffContractRequest,
              dev.asyncgate.v1.GetHandOffContractResponse>(
                service, METHODID_GET_HAND_OFF_CONTRACT)))
        .addMethod(
          getListHandOffContractsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListHandOffContractsRequest,
              dev.asyncgate.v1.ListHandOffContractsResponse>(
                service, METHODID_LIST_HAND_OFF_CONTRACTS)))
        .build();
  }

  private static abstract class AgentServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    AgentServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return dev.asyncgate.v1.AgentServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("AgentService");
    }
  }

  private static final class AgentServiceFileDescriptorSupplier
      extends AgentServiceBaseDescriptorSupplier {
    AgentServiceFileDescriptorSupplier() {}
  }

  private static final class AgentServiceMethodDescriptorSupplier
      extends AgentServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    AgentServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (AgentServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new AgentServiceFileDescriptorSupplier())
              .addMethod(getRegisterAgentMethod())
              .addMethod(getGetAgentMethod())
              .addMethod(getListAgentsMethod())
              .addMethod(getListAgentToolsMethod())
              .addMethod(getRouteTaskMethod())
              .addMethod(getDelegateToAgentMethod())
              .addMethod(getOpenAgentSessionMethod())
              .addMethod(getKeepAgentSessionMethod())
              .addMethod(getCloseAgentSessionMethod())
              .addMethod(getListAgentSessionsMethod())
              .addMethod(getCheckAgentsMethod())
              .addMethod(getOverridePreflightMethod())
              .addMethod(getPutHandOffContractMethod())
              .addMethod(getGetHandOffContractMethod())
              .addMethod(getListHandOffContractsMethod())
              .build();
        }
      }
    }
    return result;
  }
}
