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
     * `AGENT_NOT_ACTIVE`; `PERMISSION_DENIED` if the caller is an agent whose scope does not have the tool; and those of
     * CreateTask.
     * </pre>
     */
    default void delegateToAgent(dev.asyncgate.v1.DelegateToAgentRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.DelegateToAgentResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDelegateToAgentMethod(), responseObserver);
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
     * `AGENT_NOT_ACTIVE`; `PERMISSION_DENIED` if the caller is an agent whose scope does not have the tool; and those of
     * CreateTask.
     * </pre>
     */
    public void delegateToAgent(dev.asyncgate.v1.DelegateToAgentRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.DelegateToAgentResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDelegateToAgentMethod(), getCallOptions()), request, responseObserver);
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
     * `AGENT_NOT_ACTIVE`; `PERMISSION_DENIED` if the caller is an agent whose scope does not have the tool; and those of
     * CreateTask.
     * </pre>
     */
    public dev.asyncgate.v1.DelegateToAgentResponse delegateToAgent(dev.asyncgate.v1.DelegateToAgentRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDelegateToAgentMethod(), getCallOptions(), request);
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
     * `AGENT_NOT_ACTIVE`; `PERMISSION_DENIED` if the caller is an agent whose scope does not have the tool; and those of
     * CreateTask.
     * </pre>
     */
    public dev.asyncgate.v1.DelegateToAgentResponse delegateToAgent(dev.asyncgate.v1.DelegateToAgentRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDelegateToAgentMethod(), getCallOptions(), request);
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
     * `AGENT_NOT_ACTIVE`; `PERMISSION_DENIED` if the caller is an agent whose scope does not have the tool; and those of
     * CreateTask.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.DelegateToAgentResponse> delegateToAgent(
        dev.asyncgate.v1.DelegateToAgentRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDelegateToAgentMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_REGISTER_AGENT = 0;
  private static final int METHODID_GET_AGENT = 1;
  private static final int METHODID_LIST_AGENTS = 2;
  private static final int METHODID_LIST_AGENT_TOOLS = 3;
  private static final int METHODID_ROUTE_TASK = 4;
  private static final int METHODID_DELEGATE_TO_AGENT = 5;

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
              .build();
        }
      }
    }
    return result;
  }
}
