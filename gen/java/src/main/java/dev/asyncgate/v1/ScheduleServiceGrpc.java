package dev.asyncgate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Creates schedules and controls them. A scheduler carries out what is asked: the server has one inside, unless that is
 * switched off. Every method is thin: it creates, signals, reads or cancels the task that the schedule is.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class ScheduleServiceGrpc {

  private ScheduleServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "asyncgate.v1.ScheduleService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.CreateScheduleRequest,
      dev.asyncgate.v1.CreateScheduleResponse> getCreateScheduleMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CreateSchedule",
      requestType = dev.asyncgate.v1.CreateScheduleRequest.class,
      responseType = dev.asyncgate.v1.CreateScheduleResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.CreateScheduleRequest,
      dev.asyncgate.v1.CreateScheduleResponse> getCreateScheduleMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.CreateScheduleRequest, dev.asyncgate.v1.CreateScheduleResponse> getCreateScheduleMethod;
    if ((getCreateScheduleMethod = ScheduleServiceGrpc.getCreateScheduleMethod) == null) {
      synchronized (ScheduleServiceGrpc.class) {
        if ((getCreateScheduleMethod = ScheduleServiceGrpc.getCreateScheduleMethod) == null) {
          ScheduleServiceGrpc.getCreateScheduleMethod = getCreateScheduleMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.CreateScheduleRequest, dev.asyncgate.v1.CreateScheduleResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CreateSchedule"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CreateScheduleRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CreateScheduleResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ScheduleServiceMethodDescriptorSupplier("CreateSchedule"))
              .build();
        }
      }
    }
    return getCreateScheduleMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.GetScheduleRequest,
      dev.asyncgate.v1.GetScheduleResponse> getGetScheduleMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetSchedule",
      requestType = dev.asyncgate.v1.GetScheduleRequest.class,
      responseType = dev.asyncgate.v1.GetScheduleResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.GetScheduleRequest,
      dev.asyncgate.v1.GetScheduleResponse> getGetScheduleMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.GetScheduleRequest, dev.asyncgate.v1.GetScheduleResponse> getGetScheduleMethod;
    if ((getGetScheduleMethod = ScheduleServiceGrpc.getGetScheduleMethod) == null) {
      synchronized (ScheduleServiceGrpc.class) {
        if ((getGetScheduleMethod = ScheduleServiceGrpc.getGetScheduleMethod) == null) {
          ScheduleServiceGrpc.getGetScheduleMethod = getGetScheduleMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.GetScheduleRequest, dev.asyncgate.v1.GetScheduleResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetSchedule"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetScheduleRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetScheduleResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ScheduleServiceMethodDescriptorSupplier("GetSchedule"))
              .build();
        }
      }
    }
    return getGetScheduleMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListSchedulesRequest,
      dev.asyncgate.v1.ListSchedulesResponse> getListSchedulesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListSchedules",
      requestType = dev.asyncgate.v1.ListSchedulesRequest.class,
      responseType = dev.asyncgate.v1.ListSchedulesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListSchedulesRequest,
      dev.asyncgate.v1.ListSchedulesResponse> getListSchedulesMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListSchedulesRequest, dev.asyncgate.v1.ListSchedulesResponse> getListSchedulesMethod;
    if ((getListSchedulesMethod = ScheduleServiceGrpc.getListSchedulesMethod) == null) {
      synchronized (ScheduleServiceGrpc.class) {
        if ((getListSchedulesMethod = ScheduleServiceGrpc.getListSchedulesMethod) == null) {
          ScheduleServiceGrpc.getListSchedulesMethod = getListSchedulesMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListSchedulesRequest, dev.asyncgate.v1.ListSchedulesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListSchedules"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListSchedulesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListSchedulesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ScheduleServiceMethodDescriptorSupplier("ListSchedules"))
              .build();
        }
      }
    }
    return getListSchedulesMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.UpdateScheduleRequest,
      dev.asyncgate.v1.UpdateScheduleResponse> getUpdateScheduleMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "UpdateSchedule",
      requestType = dev.asyncgate.v1.UpdateScheduleRequest.class,
      responseType = dev.asyncgate.v1.UpdateScheduleResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.UpdateScheduleRequest,
      dev.asyncgate.v1.UpdateScheduleResponse> getUpdateScheduleMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.UpdateScheduleRequest, dev.asyncgate.v1.UpdateScheduleResponse> getUpdateScheduleMethod;
    if ((getUpdateScheduleMethod = ScheduleServiceGrpc.getUpdateScheduleMethod) == null) {
      synchronized (ScheduleServiceGrpc.class) {
        if ((getUpdateScheduleMethod = ScheduleServiceGrpc.getUpdateScheduleMethod) == null) {
          ScheduleServiceGrpc.getUpdateScheduleMethod = getUpdateScheduleMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.UpdateScheduleRequest, dev.asyncgate.v1.UpdateScheduleResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "UpdateSchedule"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.UpdateScheduleRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.UpdateScheduleResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ScheduleServiceMethodDescriptorSupplier("UpdateSchedule"))
              .build();
        }
      }
    }
    return getUpdateScheduleMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.PauseScheduleRequest,
      dev.asyncgate.v1.PauseScheduleResponse> getPauseScheduleMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "PauseSchedule",
      requestType = dev.asyncgate.v1.PauseScheduleRequest.class,
      responseType = dev.asyncgate.v1.PauseScheduleResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.PauseScheduleRequest,
      dev.asyncgate.v1.PauseScheduleResponse> getPauseScheduleMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.PauseScheduleRequest, dev.asyncgate.v1.PauseScheduleResponse> getPauseScheduleMethod;
    if ((getPauseScheduleMethod = ScheduleServiceGrpc.getPauseScheduleMethod) == null) {
      synchronized (ScheduleServiceGrpc.class) {
        if ((getPauseScheduleMethod = ScheduleServiceGrpc.getPauseScheduleMethod) == null) {
          ScheduleServiceGrpc.getPauseScheduleMethod = getPauseScheduleMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.PauseScheduleRequest, dev.asyncgate.v1.PauseScheduleResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "PauseSchedule"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.PauseScheduleRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.PauseScheduleResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ScheduleServiceMethodDescriptorSupplier("PauseSchedule"))
              .build();
        }
      }
    }
    return getPauseScheduleMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ResumeScheduleRequest,
      dev.asyncgate.v1.ResumeScheduleResponse> getResumeScheduleMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ResumeSchedule",
      requestType = dev.asyncgate.v1.ResumeScheduleRequest.class,
      responseType = dev.asyncgate.v1.ResumeScheduleResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ResumeScheduleRequest,
      dev.asyncgate.v1.ResumeScheduleResponse> getResumeScheduleMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ResumeScheduleRequest, dev.asyncgate.v1.ResumeScheduleResponse> getResumeScheduleMethod;
    if ((getResumeScheduleMethod = ScheduleServiceGrpc.getResumeScheduleMethod) == null) {
      synchronized (ScheduleServiceGrpc.class) {
        if ((getResumeScheduleMethod = ScheduleServiceGrpc.getResumeScheduleMethod) == null) {
          ScheduleServiceGrpc.getResumeScheduleMethod = getResumeScheduleMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ResumeScheduleRequest, dev.asyncgate.v1.ResumeScheduleResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ResumeSchedule"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ResumeScheduleRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ResumeScheduleResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ScheduleServiceMethodDescriptorSupplier("ResumeSchedule"))
              .build();
        }
      }
    }
    return getResumeScheduleMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.DeleteScheduleRequest,
      dev.asyncgate.v1.DeleteScheduleResponse> getDeleteScheduleMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "DeleteSchedule",
      requestType = dev.asyncgate.v1.DeleteScheduleRequest.class,
      responseType = dev.asyncgate.v1.DeleteScheduleResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.DeleteScheduleRequest,
      dev.asyncgate.v1.DeleteScheduleResponse> getDeleteScheduleMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.DeleteScheduleRequest, dev.asyncgate.v1.DeleteScheduleResponse> getDeleteScheduleMethod;
    if ((getDeleteScheduleMethod = ScheduleServiceGrpc.getDeleteScheduleMethod) == null) {
      synchronized (ScheduleServiceGrpc.class) {
        if ((getDeleteScheduleMethod = ScheduleServiceGrpc.getDeleteScheduleMethod) == null) {
          ScheduleServiceGrpc.getDeleteScheduleMethod = getDeleteScheduleMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.DeleteScheduleRequest, dev.asyncgate.v1.DeleteScheduleResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "DeleteSchedule"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.DeleteScheduleRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.DeleteScheduleResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ScheduleServiceMethodDescriptorSupplier("DeleteSchedule"))
              .build();
        }
      }
    }
    return getDeleteScheduleMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.TriggerScheduleRequest,
      dev.asyncgate.v1.TriggerScheduleResponse> getTriggerScheduleMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "TriggerSchedule",
      requestType = dev.asyncgate.v1.TriggerScheduleRequest.class,
      responseType = dev.asyncgate.v1.TriggerScheduleResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.TriggerScheduleRequest,
      dev.asyncgate.v1.TriggerScheduleResponse> getTriggerScheduleMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.TriggerScheduleRequest, dev.asyncgate.v1.TriggerScheduleResponse> getTriggerScheduleMethod;
    if ((getTriggerScheduleMethod = ScheduleServiceGrpc.getTriggerScheduleMethod) == null) {
      synchronized (ScheduleServiceGrpc.class) {
        if ((getTriggerScheduleMethod = ScheduleServiceGrpc.getTriggerScheduleMethod) == null) {
          ScheduleServiceGrpc.getTriggerScheduleMethod = getTriggerScheduleMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.TriggerScheduleRequest, dev.asyncgate.v1.TriggerScheduleResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "TriggerSchedule"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.TriggerScheduleRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.TriggerScheduleResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ScheduleServiceMethodDescriptorSupplier("TriggerSchedule"))
              .build();
        }
      }
    }
    return getTriggerScheduleMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.BackfillScheduleRequest,
      dev.asyncgate.v1.BackfillScheduleResponse> getBackfillScheduleMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "BackfillSchedule",
      requestType = dev.asyncgate.v1.BackfillScheduleRequest.class,
      responseType = dev.asyncgate.v1.BackfillScheduleResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.BackfillScheduleRequest,
      dev.asyncgate.v1.BackfillScheduleResponse> getBackfillScheduleMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.BackfillScheduleRequest, dev.asyncgate.v1.BackfillScheduleResponse> getBackfillScheduleMethod;
    if ((getBackfillScheduleMethod = ScheduleServiceGrpc.getBackfillScheduleMethod) == null) {
      synchronized (ScheduleServiceGrpc.class) {
        if ((getBackfillScheduleMethod = ScheduleServiceGrpc.getBackfillScheduleMethod) == null) {
          ScheduleServiceGrpc.getBackfillScheduleMethod = getBackfillScheduleMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.BackfillScheduleRequest, dev.asyncgate.v1.BackfillScheduleResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "BackfillSchedule"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.BackfillScheduleRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.BackfillScheduleResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ScheduleServiceMethodDescriptorSupplier("BackfillSchedule"))
              .build();
        }
      }
    }
    return getBackfillScheduleMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.SkipNextRunRequest,
      dev.asyncgate.v1.SkipNextRunResponse> getSkipNextRunMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SkipNextRun",
      requestType = dev.asyncgate.v1.SkipNextRunRequest.class,
      responseType = dev.asyncgate.v1.SkipNextRunResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.SkipNextRunRequest,
      dev.asyncgate.v1.SkipNextRunResponse> getSkipNextRunMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.SkipNextRunRequest, dev.asyncgate.v1.SkipNextRunResponse> getSkipNextRunMethod;
    if ((getSkipNextRunMethod = ScheduleServiceGrpc.getSkipNextRunMethod) == null) {
      synchronized (ScheduleServiceGrpc.class) {
        if ((getSkipNextRunMethod = ScheduleServiceGrpc.getSkipNextRunMethod) == null) {
          ScheduleServiceGrpc.getSkipNextRunMethod = getSkipNextRunMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.SkipNextRunRequest, dev.asyncgate.v1.SkipNextRunResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SkipNextRun"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.SkipNextRunRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.SkipNextRunResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ScheduleServiceMethodDescriptorSupplier("SkipNextRun"))
              .build();
        }
      }
    }
    return getSkipNextRunMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.PreviewScheduleRequest,
      dev.asyncgate.v1.PreviewScheduleResponse> getPreviewScheduleMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "PreviewSchedule",
      requestType = dev.asyncgate.v1.PreviewScheduleRequest.class,
      responseType = dev.asyncgate.v1.PreviewScheduleResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.PreviewScheduleRequest,
      dev.asyncgate.v1.PreviewScheduleResponse> getPreviewScheduleMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.PreviewScheduleRequest, dev.asyncgate.v1.PreviewScheduleResponse> getPreviewScheduleMethod;
    if ((getPreviewScheduleMethod = ScheduleServiceGrpc.getPreviewScheduleMethod) == null) {
      synchronized (ScheduleServiceGrpc.class) {
        if ((getPreviewScheduleMethod = ScheduleServiceGrpc.getPreviewScheduleMethod) == null) {
          ScheduleServiceGrpc.getPreviewScheduleMethod = getPreviewScheduleMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.PreviewScheduleRequest, dev.asyncgate.v1.PreviewScheduleResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "PreviewSchedule"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.PreviewScheduleRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.PreviewScheduleResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ScheduleServiceMethodDescriptorSupplier("PreviewSchedule"))
              .build();
        }
      }
    }
    return getPreviewScheduleMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListScheduleRunsRequest,
      dev.asyncgate.v1.ListScheduleRunsResponse> getListScheduleRunsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListScheduleRuns",
      requestType = dev.asyncgate.v1.ListScheduleRunsRequest.class,
      responseType = dev.asyncgate.v1.ListScheduleRunsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListScheduleRunsRequest,
      dev.asyncgate.v1.ListScheduleRunsResponse> getListScheduleRunsMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListScheduleRunsRequest, dev.asyncgate.v1.ListScheduleRunsResponse> getListScheduleRunsMethod;
    if ((getListScheduleRunsMethod = ScheduleServiceGrpc.getListScheduleRunsMethod) == null) {
      synchronized (ScheduleServiceGrpc.class) {
        if ((getListScheduleRunsMethod = ScheduleServiceGrpc.getListScheduleRunsMethod) == null) {
          ScheduleServiceGrpc.getListScheduleRunsMethod = getListScheduleRunsMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListScheduleRunsRequest, dev.asyncgate.v1.ListScheduleRunsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListScheduleRuns"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListScheduleRunsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListScheduleRunsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ScheduleServiceMethodDescriptorSupplier("ListScheduleRuns"))
              .build();
        }
      }
    }
    return getListScheduleRunsMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static ScheduleServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ScheduleServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ScheduleServiceStub>() {
        @java.lang.Override
        public ScheduleServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ScheduleServiceStub(channel, callOptions);
        }
      };
    return ScheduleServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static ScheduleServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ScheduleServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ScheduleServiceBlockingV2Stub>() {
        @java.lang.Override
        public ScheduleServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ScheduleServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return ScheduleServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static ScheduleServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ScheduleServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ScheduleServiceBlockingStub>() {
        @java.lang.Override
        public ScheduleServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ScheduleServiceBlockingStub(channel, callOptions);
        }
      };
    return ScheduleServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static ScheduleServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ScheduleServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ScheduleServiceFutureStub>() {
        @java.lang.Override
        public ScheduleServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ScheduleServiceFutureStub(channel, callOptions);
        }
      };
    return ScheduleServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Creates schedules and controls them. A scheduler carries out what is asked: the server has one inside, unless that is
   * switched off. Every method is thin: it creates, signals, reads or cancels the task that the schedule is.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Creates a schedule.
     * Its task is committed before the answer is sent, so its runs are not lost whatever happens. A `schedule_id` that a
     * live schedule has is refused with `NAME_TAKEN`. A spec that cannot be read, has no run, or runs more than once a
     * second, and an action that may not be scheduled are refused with `INVALID_ARGUMENT`, which names the field and the
     * place in it. Other reasons: `LIMIT_EXCEEDED`.
     * </pre>
     */
    default void createSchedule(dev.asyncgate.v1.CreateScheduleRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CreateScheduleResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCreateScheduleMethod(), responseObserver);
    }

    /**
     * <pre>
     * Reads a schedule: what it says, and what it has done.
     * Of a schedule that has ended it shows the last one with that id, as long as its task is kept. Reasons:
     * `TASK_NOT_FOUND`.
     * </pre>
     */
    default void getSchedule(dev.asyncgate.v1.GetScheduleRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetScheduleResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetScheduleMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists the caller's live schedules, newest first; with `tasks:read_all`, those of the tenant.
     * A page may be shorter than asked for.
     * </pre>
     */
    default void listSchedules(dev.asyncgate.v1.ListSchedulesRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListSchedulesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListSchedulesMethod(), responseObserver);
    }

    /**
     * <pre>
     * Changes what a schedule says. Fields that are absent stay as they are.
     * Runs that are decided stay decided: the new spec holds from the last of them on. The schedule goes on as a new
     * generation with the same name. Reasons: `TASK_NOT_FOUND`, `INVALID_ARGUMENT`, `LIMIT_EXCEEDED`,
     * `PERMISSION_DENIED`.
     * </pre>
     */
    default void updateSchedule(dev.asyncgate.v1.UpdateScheduleRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.UpdateScheduleResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getUpdateScheduleMethod(), responseObserver);
    }

    /**
     * <pre>
     * Pauses a schedule: nothing is due until it is resumed. Tasks that it has created go on.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    default void pauseSchedule(dev.asyncgate.v1.PauseScheduleRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.PauseScheduleResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getPauseScheduleMethod(), responseObserver);
    }

    /**
     * <pre>
     * Resumes a paused schedule. Its next run is the first after now.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    default void resumeSchedule(dev.asyncgate.v1.ResumeScheduleRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ResumeScheduleResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getResumeScheduleMethod(), responseObserver);
    }

    /**
     * <pre>
     * Deletes a schedule: its task is canceled at once, by this call itself, whether or not a scheduler runs. That closes
     * its obligation. Tasks that it has created go on.
     * Repeated, it is answered with the schedule as it ended. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    default void deleteSchedule(dev.asyncgate.v1.DeleteScheduleRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.DeleteScheduleResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDeleteScheduleMethod(), responseObserver);
    }

    /**
     * <pre>
     * Fires a schedule now, once, also while it is paused. Its run time is the moment at which that is carried out.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    default void triggerSchedule(dev.asyncgate.v1.TriggerScheduleRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.TriggerScheduleResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getTriggerScheduleMethod(), responseObserver);
    }

    /**
     * <pre>
     * Fires the runs of a past span of time, in their order, as if they were due. A run time that was fired before is not
     * fired again.
     * Reasons: `TASK_NOT_FOUND`, `INVALID_ARGUMENT`, `PERMISSION_DENIED`.
     * </pre>
     */
    default void backfillSchedule(dev.asyncgate.v1.BackfillScheduleRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.BackfillScheduleResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getBackfillScheduleMethod(), responseObserver);
    }

    /**
     * <pre>
     * Skips the next runs of a schedule, one if no number is given. They are counted, and not fired.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    default void skipNextRun(dev.asyncgate.v1.SkipNextRunRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.SkipNextRunResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSkipNextRunMethod(), responseObserver);
    }

    /**
     * <pre>
     * Shows the next runs of a schedule, or of a spec before it becomes one. The function that computes them is the one
     * that fires.
     * Reasons: `TASK_NOT_FOUND`, `INVALID_ARGUMENT`.
     * </pre>
     */
    default void previewSchedule(dev.asyncgate.v1.PreviewScheduleRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.PreviewScheduleResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getPreviewScheduleMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists the last runs that a schedule has fired, newest first, with the states of their tasks.
     * As many as the schedule keeps. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    default void listScheduleRuns(dev.asyncgate.v1.ListScheduleRunsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListScheduleRunsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListScheduleRunsMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service ScheduleService.
   * <pre>
   * Creates schedules and controls them. A scheduler carries out what is asked: the server has one inside, unless that is
   * switched off. Every method is thin: it creates, signals, reads or cancels the task that the schedule is.
   * </pre>
   */
  public static abstract class ScheduleServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return ScheduleServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service ScheduleService.
   * <pre>
   * Creates schedules and controls them. A scheduler carries out what is asked: the server has one inside, unless that is
   * switched off. Every method is thin: it creates, signals, reads or cancels the task that the schedule is.
   * </pre>
   */
  public static final class ScheduleServiceStub
      extends io.grpc.stub.AbstractAsyncStub<ScheduleServiceStub> {
    private ScheduleServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ScheduleServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ScheduleServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Creates a schedule.
     * Its task is committed before the answer is sent, so its runs are not lost whatever happens. A `schedule_id` that a
     * live schedule has is refused with `NAME_TAKEN`. A spec that cannot be read, has no run, or runs more than once a
     * second, and an action that may not be scheduled are refused with `INVALID_ARGUMENT`, which names the field and the
     * place in it. Other reasons: `LIMIT_EXCEEDED`.
     * </pre>
     */
    public void createSchedule(dev.asyncgate.v1.CreateScheduleRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CreateScheduleResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCreateScheduleMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Reads a schedule: what it says, and what it has done.
     * Of a schedule that has ended it shows the last one with that id, as long as its task is kept. Reasons:
     * `TASK_NOT_FOUND`.
     * </pre>
     */
    public void getSchedule(dev.asyncgate.v1.GetScheduleRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetScheduleResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetScheduleMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists the caller's live schedules, newest first; with `tasks:read_all`, those of the tenant.
     * A page may be shorter than asked for.
     * </pre>
     */
    public void listSchedules(dev.asyncgate.v1.ListSchedulesRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListSchedulesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListSchedulesMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Changes what a schedule says. Fields that are absent stay as they are.
     * Runs that are decided stay decided: the new spec holds from the last of them on. The schedule goes on as a new
     * generation with the same name. Reasons: `TASK_NOT_FOUND`, `INVALID_ARGUMENT`, `LIMIT_EXCEEDED`,
     * `PERMISSION_DENIED`.
     * </pre>
     */
    public void updateSchedule(dev.asyncgate.v1.UpdateScheduleRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.UpdateScheduleResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getUpdateScheduleMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Pauses a schedule: nothing is due until it is resumed. Tasks that it has created go on.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public void pauseSchedule(dev.asyncgate.v1.PauseScheduleRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.PauseScheduleResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getPauseScheduleMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Resumes a paused schedule. Its next run is the first after now.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public void resumeSchedule(dev.asyncgate.v1.ResumeScheduleRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ResumeScheduleResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getResumeScheduleMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Deletes a schedule: its task is canceled at once, by this call itself, whether or not a scheduler runs. That closes
     * its obligation. Tasks that it has created go on.
     * Repeated, it is answered with the schedule as it ended. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public void deleteSchedule(dev.asyncgate.v1.DeleteScheduleRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.DeleteScheduleResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDeleteScheduleMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Fires a schedule now, once, also while it is paused. Its run time is the moment at which that is carried out.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public void triggerSchedule(dev.asyncgate.v1.TriggerScheduleRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.TriggerScheduleResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getTriggerScheduleMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Fires the runs of a past span of time, in their order, as if they were due. A run time that was fired before is not
     * fired again.
     * Reasons: `TASK_NOT_FOUND`, `INVALID_ARGUMENT`, `PERMISSION_DENIED`.
     * </pre>
     */
    public void backfillSchedule(dev.asyncgate.v1.BackfillScheduleRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.BackfillScheduleResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getBackfillScheduleMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Skips the next runs of a schedule, one if no number is given. They are counted, and not fired.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public void skipNextRun(dev.asyncgate.v1.SkipNextRunRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.SkipNextRunResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSkipNextRunMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Shows the next runs of a schedule, or of a spec before it becomes one. The function that computes them is the one
     * that fires.
     * Reasons: `TASK_NOT_FOUND`, `INVALID_ARGUMENT`.
     * </pre>
     */
    public void previewSchedule(dev.asyncgate.v1.PreviewScheduleRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.PreviewScheduleResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getPreviewScheduleMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists the last runs that a schedule has fired, newest first, with the states of their tasks.
     * As many as the schedule keeps. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public void listScheduleRuns(dev.asyncgate.v1.ListScheduleRunsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListScheduleRunsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListScheduleRunsMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service ScheduleService.
   * <pre>
   * Creates schedules and controls them. A scheduler carries out what is asked: the server has one inside, unless that is
   * switched off. Every method is thin: it creates, signals, reads or cancels the task that the schedule is.
   * </pre>
   */
  public static final class ScheduleServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<ScheduleServiceBlockingV2Stub> {
    private ScheduleServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ScheduleServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ScheduleServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Creates a schedule.
     * Its task is committed before the answer is sent, so its runs are not lost whatever happens. A `schedule_id` that a
     * live schedule has is refused with `NAME_TAKEN`. A spec that cannot be read, has no run, or runs more than once a
     * second, and an action that may not be scheduled are refused with `INVALID_ARGUMENT`, which names the field and the
     * place in it. Other reasons: `LIMIT_EXCEEDED`.
     * </pre>
     */
    public dev.asyncgate.v1.CreateScheduleResponse createSchedule(dev.asyncgate.v1.CreateScheduleRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCreateScheduleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads a schedule: what it says, and what it has done.
     * Of a schedule that has ended it shows the last one with that id, as long as its task is kept. Reasons:
     * `TASK_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.GetScheduleResponse getSchedule(dev.asyncgate.v1.GetScheduleRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetScheduleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the caller's live schedules, newest first; with `tasks:read_all`, those of the tenant.
     * A page may be shorter than asked for.
     * </pre>
     */
    public dev.asyncgate.v1.ListSchedulesResponse listSchedules(dev.asyncgate.v1.ListSchedulesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListSchedulesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Changes what a schedule says. Fields that are absent stay as they are.
     * Runs that are decided stay decided: the new spec holds from the last of them on. The schedule goes on as a new
     * generation with the same name. Reasons: `TASK_NOT_FOUND`, `INVALID_ARGUMENT`, `LIMIT_EXCEEDED`,
     * `PERMISSION_DENIED`.
     * </pre>
     */
    public dev.asyncgate.v1.UpdateScheduleResponse updateSchedule(dev.asyncgate.v1.UpdateScheduleRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getUpdateScheduleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Pauses a schedule: nothing is due until it is resumed. Tasks that it has created go on.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public dev.asyncgate.v1.PauseScheduleResponse pauseSchedule(dev.asyncgate.v1.PauseScheduleRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getPauseScheduleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Resumes a paused schedule. Its next run is the first after now.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public dev.asyncgate.v1.ResumeScheduleResponse resumeSchedule(dev.asyncgate.v1.ResumeScheduleRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getResumeScheduleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Deletes a schedule: its task is canceled at once, by this call itself, whether or not a scheduler runs. That closes
     * its obligation. Tasks that it has created go on.
     * Repeated, it is answered with the schedule as it ended. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.DeleteScheduleResponse deleteSchedule(dev.asyncgate.v1.DeleteScheduleRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDeleteScheduleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Fires a schedule now, once, also while it is paused. Its run time is the moment at which that is carried out.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public dev.asyncgate.v1.TriggerScheduleResponse triggerSchedule(dev.asyncgate.v1.TriggerScheduleRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getTriggerScheduleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Fires the runs of a past span of time, in their order, as if they were due. A run time that was fired before is not
     * fired again.
     * Reasons: `TASK_NOT_FOUND`, `INVALID_ARGUMENT`, `PERMISSION_DENIED`.
     * </pre>
     */
    public dev.asyncgate.v1.BackfillScheduleResponse backfillSchedule(dev.asyncgate.v1.BackfillScheduleRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getBackfillScheduleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Skips the next runs of a schedule, one if no number is given. They are counted, and not fired.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public dev.asyncgate.v1.SkipNextRunResponse skipNextRun(dev.asyncgate.v1.SkipNextRunRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSkipNextRunMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Shows the next runs of a schedule, or of a spec before it becomes one. The function that computes them is the one
     * that fires.
     * Reasons: `TASK_NOT_FOUND`, `INVALID_ARGUMENT`.
     * </pre>
     */
    public dev.asyncgate.v1.PreviewScheduleResponse previewSchedule(dev.asyncgate.v1.PreviewScheduleRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getPreviewScheduleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the last runs that a schedule has fired, newest first, with the states of their tasks.
     * As many as the schedule keeps. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ListScheduleRunsResponse listScheduleRuns(dev.asyncgate.v1.ListScheduleRunsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListScheduleRunsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service ScheduleService.
   * <pre>
   * Creates schedules and controls them. A scheduler carries out what is asked: the server has one inside, unless that is
   * switched off. Every method is thin: it creates, signals, reads or cancels the task that the schedule is.
   * </pre>
   */
  public static final class ScheduleServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<ScheduleServiceBlockingStub> {
    private ScheduleServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ScheduleServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ScheduleServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Creates a schedule.
     * Its task is committed before the answer is sent, so its runs are not lost whatever happens. A `schedule_id` that a
     * live schedule has is refused with `NAME_TAKEN`. A spec that cannot be read, has no run, or runs more than once a
     * second, and an action that may not be scheduled are refused with `INVALID_ARGUMENT`, which names the field and the
     * place in it. Other reasons: `LIMIT_EXCEEDED`.
     * </pre>
     */
    public dev.asyncgate.v1.CreateScheduleResponse createSchedule(dev.asyncgate.v1.CreateScheduleRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCreateScheduleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads a schedule: what it says, and what it has done.
     * Of a schedule that has ended it shows the last one with that id, as long as its task is kept. Reasons:
     * `TASK_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.GetScheduleResponse getSchedule(dev.asyncgate.v1.GetScheduleRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetScheduleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the caller's live schedules, newest first; with `tasks:read_all`, those of the tenant.
     * A page may be shorter than asked for.
     * </pre>
     */
    public dev.asyncgate.v1.ListSchedulesResponse listSchedules(dev.asyncgate.v1.ListSchedulesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListSchedulesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Changes what a schedule says. Fields that are absent stay as they are.
     * Runs that are decided stay decided: the new spec holds from the last of them on. The schedule goes on as a new
     * generation with the same name. Reasons: `TASK_NOT_FOUND`, `INVALID_ARGUMENT`, `LIMIT_EXCEEDED`,
     * `PERMISSION_DENIED`.
     * </pre>
     */
    public dev.asyncgate.v1.UpdateScheduleResponse updateSchedule(dev.asyncgate.v1.UpdateScheduleRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getUpdateScheduleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Pauses a schedule: nothing is due until it is resumed. Tasks that it has created go on.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public dev.asyncgate.v1.PauseScheduleResponse pauseSchedule(dev.asyncgate.v1.PauseScheduleRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getPauseScheduleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Resumes a paused schedule. Its next run is the first after now.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public dev.asyncgate.v1.ResumeScheduleResponse resumeSchedule(dev.asyncgate.v1.ResumeScheduleRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getResumeScheduleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Deletes a schedule: its task is canceled at once, by this call itself, whether or not a scheduler runs. That closes
     * its obligation. Tasks that it has created go on.
     * Repeated, it is answered with the schedule as it ended. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.DeleteScheduleResponse deleteSchedule(dev.asyncgate.v1.DeleteScheduleRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDeleteScheduleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Fires a schedule now, once, also while it is paused. Its run time is the moment at which that is carried out.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public dev.asyncgate.v1.TriggerScheduleResponse triggerSchedule(dev.asyncgate.v1.TriggerScheduleRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getTriggerScheduleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Fires the runs of a past span of time, in their order, as if they were due. A run time that was fired before is not
     * fired again.
     * Reasons: `TASK_NOT_FOUND`, `INVALID_ARGUMENT`, `PERMISSION_DENIED`.
     * </pre>
     */
    public dev.asyncgate.v1.BackfillScheduleResponse backfillSchedule(dev.asyncgate.v1.BackfillScheduleRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getBackfillScheduleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Skips the next runs of a schedule, one if no number is given. They are counted, and not fired.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public dev.asyncgate.v1.SkipNextRunResponse skipNextRun(dev.asyncgate.v1.SkipNextRunRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSkipNextRunMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Shows the next runs of a schedule, or of a spec before it becomes one. The function that computes them is the one
     * that fires.
     * Reasons: `TASK_NOT_FOUND`, `INVALID_ARGUMENT`.
     * </pre>
     */
    public dev.asyncgate.v1.PreviewScheduleResponse previewSchedule(dev.asyncgate.v1.PreviewScheduleRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getPreviewScheduleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the last runs that a schedule has fired, newest first, with the states of their tasks.
     * As many as the schedule keeps. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ListScheduleRunsResponse listScheduleRuns(dev.asyncgate.v1.ListScheduleRunsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListScheduleRunsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service ScheduleService.
   * <pre>
   * Creates schedules and controls them. A scheduler carries out what is asked: the server has one inside, unless that is
   * switched off. Every method is thin: it creates, signals, reads or cancels the task that the schedule is.
   * </pre>
   */
  public static final class ScheduleServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<ScheduleServiceFutureStub> {
    private ScheduleServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ScheduleServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ScheduleServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Creates a schedule.
     * Its task is committed before the answer is sent, so its runs are not lost whatever happens. A `schedule_id` that a
     * live schedule has is refused with `NAME_TAKEN`. A spec that cannot be read, has no run, or runs more than once a
     * second, and an action that may not be scheduled are refused with `INVALID_ARGUMENT`, which names the field and the
     * place in it. Other reasons: `LIMIT_EXCEEDED`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.CreateScheduleResponse> createSchedule(
        dev.asyncgate.v1.CreateScheduleRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCreateScheduleMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Reads a schedule: what it says, and what it has done.
     * Of a schedule that has ended it shows the last one with that id, as long as its task is kept. Reasons:
     * `TASK_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.GetScheduleResponse> getSchedule(
        dev.asyncgate.v1.GetScheduleRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetScheduleMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists the caller's live schedules, newest first; with `tasks:read_all`, those of the tenant.
     * A page may be shorter than asked for.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListSchedulesResponse> listSchedules(
        dev.asyncgate.v1.ListSchedulesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListSchedulesMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Changes what a schedule says. Fields that are absent stay as they are.
     * Runs that are decided stay decided: the new spec holds from the last of them on. The schedule goes on as a new
     * generation with the same name. Reasons: `TASK_NOT_FOUND`, `INVALID_ARGUMENT`, `LIMIT_EXCEEDED`,
     * `PERMISSION_DENIED`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.UpdateScheduleResponse> updateSchedule(
        dev.asyncgate.v1.UpdateScheduleRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getUpdateScheduleMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Pauses a schedule: nothing is due until it is resumed. Tasks that it has created go on.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.PauseScheduleResponse> pauseSchedule(
        dev.asyncgate.v1.PauseScheduleRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getPauseScheduleMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Resumes a paused schedule. Its next run is the first after now.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ResumeScheduleResponse> resumeSchedule(
        dev.asyncgate.v1.ResumeScheduleRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getResumeScheduleMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Deletes a schedule: its task is canceled at once, by this call itself, whether or not a scheduler runs. That closes
     * its obligation. Tasks that it has created go on.
     * Repeated, it is answered with the schedule as it ended. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.DeleteScheduleResponse> deleteSchedule(
        dev.asyncgate.v1.DeleteScheduleRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDeleteScheduleMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Fires a schedule now, once, also while it is paused. Its run time is the moment at which that is carried out.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.TriggerScheduleResponse> triggerSchedule(
        dev.asyncgate.v1.TriggerScheduleRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getTriggerScheduleMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Fires the runs of a past span of time, in their order, as if they were due. A run time that was fired before is not
     * fired again.
     * Reasons: `TASK_NOT_FOUND`, `INVALID_ARGUMENT`, `PERMISSION_DENIED`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.BackfillScheduleResponse> backfillSchedule(
        dev.asyncgate.v1.BackfillScheduleRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getBackfillScheduleMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Skips the next runs of a schedule, one if no number is given. They are counted, and not fired.
     * Reasons: `TASK_NOT_FOUND`, `PERMISSION_DENIED`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.SkipNextRunResponse> skipNextRun(
        dev.asyncgate.v1.SkipNextRunRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSkipNextRunMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Shows the next runs of a schedule, or of a spec before it becomes one. The function that computes them is the one
     * that fires.
     * Reasons: `TASK_NOT_FOUND`, `INVALID_ARGUMENT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.PreviewScheduleResponse> previewSchedule(
        dev.asyncgate.v1.PreviewScheduleRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getPreviewScheduleMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists the last runs that a schedule has fired, newest first, with the states of their tasks.
     * As many as the schedule keeps. Reasons: `TASK_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListScheduleRunsResponse> listScheduleRuns(
        dev.asyncgate.v1.ListScheduleRunsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListScheduleRunsMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_CREATE_SCHEDULE = 0;
  private static final int METHODID_GET_SCHEDULE = 1;
  private static final int METHODID_LIST_SCHEDULES = 2;
  private static final int METHODID_UPDATE_SCHEDULE = 3;
  private static final int METHODID_PAUSE_SCHEDULE = 4;
  private static final int METHODID_RESUME_SCHEDULE = 5;
  private static final int METHODID_DELETE_SCHEDULE = 6;
  private static final int METHODID_TRIGGER_SCHEDULE = 7;
  private static final int METHODID_BACKFILL_SCHEDULE = 8;
  private static final int METHODID_SKIP_NEXT_RUN = 9;
  private static final int METHODID_PREVIEW_SCHEDULE = 10;
  private static final int METHODID_LIST_SCHEDULE_RUNS = 11;

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
        case METHODID_CREATE_SCHEDULE:
          serviceImpl.createSchedule((dev.asyncgate.v1.CreateScheduleRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.CreateScheduleResponse>) responseObserver);
          break;
        case METHODID_GET_SCHEDULE:
          serviceImpl.getSchedule((dev.asyncgate.v1.GetScheduleRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetScheduleResponse>) responseObserver);
          break;
        case METHODID_LIST_SCHEDULES:
          serviceImpl.listSchedules((dev.asyncgate.v1.ListSchedulesRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListSchedulesResponse>) responseObserver);
          break;
        case METHODID_UPDATE_SCHEDULE:
          serviceImpl.updateSchedule((dev.asyncgate.v1.UpdateScheduleRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.UpdateScheduleResponse>) responseObserver);
          break;
        case METHODID_PAUSE_SCHEDULE:
          serviceImpl.pauseSchedule((dev.asyncgate.v1.PauseScheduleRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.PauseScheduleResponse>) responseObserver);
          break;
        case METHODID_RESUME_SCHEDULE:
          serviceImpl.resumeSchedule((dev.asyncgate.v1.ResumeScheduleRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ResumeScheduleResponse>) responseObserver);
          break;
        case METHODID_DELETE_SCHEDULE:
          serviceImpl.deleteSchedule((dev.asyncgate.v1.DeleteScheduleRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.DeleteScheduleResponse>) responseObserver);
          break;
        case METHODID_TRIGGER_SCHEDULE:
          serviceImpl.triggerSchedule((dev.asyncgate.v1.TriggerScheduleRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.TriggerScheduleResponse>) responseObserver);
          break;
        case METHODID_BACKFILL_SCHEDULE:
          serviceImpl.backfillSchedule((dev.asyncgate.v1.BackfillScheduleRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.BackfillScheduleResponse>) responseObserver);
          break;
        case METHODID_SKIP_NEXT_RUN:
          serviceImpl.skipNextRun((dev.asyncgate.v1.SkipNextRunRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.SkipNextRunResponse>) responseObserver);
          break;
        case METHODID_PREVIEW_SCHEDULE:
          serviceImpl.previewSchedule((dev.asyncgate.v1.PreviewScheduleRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.PreviewScheduleResponse>) responseObserver);
          break;
        case METHODID_LIST_SCHEDULE_RUNS:
          serviceImpl.listScheduleRuns((dev.asyncgate.v1.ListScheduleRunsRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListScheduleRunsResponse>) responseObserver);
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
          getCreateScheduleMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.CreateScheduleRequest,
              dev.asyncgate.v1.CreateScheduleResponse>(
                service, METHODID_CREATE_SCHEDULE)))
        .addMethod(
          getGetScheduleMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.GetScheduleRequest,
              dev.asyncgate.v1.GetScheduleResponse>(
                service, METHODID_GET_SCHEDULE)))
        .addMethod(
          getListSchedulesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListSchedulesRequest,
              dev.asyncgate.v1.ListSchedulesResponse>(
                service, METHODID_LIST_SCHEDULES)))
        .addMethod(
          getUpdateScheduleMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.UpdateScheduleRequest,
              dev.asyncgate.v1.UpdateScheduleResponse>(
                service, METHODID_UPDATE_SCHEDULE)))
        .addMethod(
          getPauseScheduleMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.PauseScheduleRequest,
              dev.asyncgate.v1.PauseScheduleResponse>(
                service, METHODID_PAUSE_SCHEDULE)))
        .addMethod(
          getResumeScheduleMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ResumeScheduleRequest,
              dev.asyncgate.v1.ResumeScheduleResponse>(
                service, METHODID_RESUME_SCHEDULE)))
        .addMethod(
          getDeleteScheduleMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.DeleteScheduleRequest,
              dev.asyncgate.v1.DeleteScheduleResponse>(
                service, METHODID_DELETE_SCHEDULE)))
        .addMethod(
          getTriggerScheduleMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.TriggerScheduleRequest,
              dev.asyncgate.v1.TriggerScheduleResponse>(
                service, METHODID_TRIGGER_SCHEDULE)))
        .addMethod(
          getBackfillScheduleMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.BackfillScheduleRequest,
              dev.asyncgate.v1.BackfillScheduleResponse>(
                service, METHODID_BACKFILL_SCHEDULE)))
        .addMethod(
          getSkipNextRunMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.SkipNextRunRequest,
              dev.asyncgate.v1.SkipNextRunResponse>(
                service, METHODID_SKIP_NEXT_RUN)))
        .addMethod(
          getPreviewScheduleMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.PreviewScheduleRequest,
              dev.asyncgate.v1.PreviewScheduleResponse>(
                service, METHODID_PREVIEW_SCHEDULE)))
        .addMethod(
          getListScheduleRunsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListScheduleRunsRequest,
              dev.asyncgate.v1.ListScheduleRunsResponse>(
                service, METHODID_LIST_SCHEDULE_RUNS)))
        .build();
  }

  private static abstract class ScheduleServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    ScheduleServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return dev.asyncgate.v1.ScheduleServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("ScheduleService");
    }
  }

  private static final class ScheduleServiceFileDescriptorSupplier
      extends ScheduleServiceBaseDescriptorSupplier {
    ScheduleServiceFileDescriptorSupplier() {}
  }

  private static final class ScheduleServiceMethodDescriptorSupplier
      extends ScheduleServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    ScheduleServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (ScheduleServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new ScheduleServiceFileDescriptorSupplier())
              .addMethod(getCreateScheduleMethod())
              .addMethod(getGetScheduleMethod())
              .addMethod(getListSchedulesMethod())
              .addMethod(getUpdateScheduleMethod())
              .addMethod(getPauseScheduleMethod())
              .addMethod(getResumeScheduleMethod())
              .addMethod(getDeleteScheduleMethod())
              .addMethod(getTriggerScheduleMethod())
              .addMethod(getBackfillScheduleMethod())
              .addMethod(getSkipNextRunMethod())
              .addMethod(getPreviewScheduleMethod())
              .addMethod(getListScheduleRunsMethod())
              .build();
        }
      }
    }
    return result;
  }
}
