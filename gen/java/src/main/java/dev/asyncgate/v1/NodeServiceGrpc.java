package dev.asyncgate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Nodes: registered with a pre-shared key, configured by operators, and watched by what they report. The work itself
 * goes over the `Work` stream. A configuration is an obligation of its node: the receipt `node.config_issued` is open
 * until the node has answered what became of it.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class NodeServiceGrpc {

  private NodeServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "asyncgate.v1.NodeService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.CreateNodeEnrollmentRequest,
      dev.asyncgate.v1.CreateNodeEnrollmentResponse> getCreateNodeEnrollmentMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CreateNodeEnrollment",
      requestType = dev.asyncgate.v1.CreateNodeEnrollmentRequest.class,
      responseType = dev.asyncgate.v1.CreateNodeEnrollmentResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.CreateNodeEnrollmentRequest,
      dev.asyncgate.v1.CreateNodeEnrollmentResponse> getCreateNodeEnrollmentMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.CreateNodeEnrollmentRequest, dev.asyncgate.v1.CreateNodeEnrollmentResponse> getCreateNodeEnrollmentMethod;
    if ((getCreateNodeEnrollmentMethod = NodeServiceGrpc.getCreateNodeEnrollmentMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getCreateNodeEnrollmentMethod = NodeServiceGrpc.getCreateNodeEnrollmentMethod) == null) {
          NodeServiceGrpc.getCreateNodeEnrollmentMethod = getCreateNodeEnrollmentMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.CreateNodeEnrollmentRequest, dev.asyncgate.v1.CreateNodeEnrollmentResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CreateNodeEnrollment"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CreateNodeEnrollmentRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CreateNodeEnrollmentResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("CreateNodeEnrollment"))
              .build();
        }
      }
    }
    return getCreateNodeEnrollmentMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListNodeEnrollmentsRequest,
      dev.asyncgate.v1.ListNodeEnrollmentsResponse> getListNodeEnrollmentsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListNodeEnrollments",
      requestType = dev.asyncgate.v1.ListNodeEnrollmentsRequest.class,
      responseType = dev.asyncgate.v1.ListNodeEnrollmentsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListNodeEnrollmentsRequest,
      dev.asyncgate.v1.ListNodeEnrollmentsResponse> getListNodeEnrollmentsMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListNodeEnrollmentsRequest, dev.asyncgate.v1.ListNodeEnrollmentsResponse> getListNodeEnrollmentsMethod;
    if ((getListNodeEnrollmentsMethod = NodeServiceGrpc.getListNodeEnrollmentsMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getListNodeEnrollmentsMethod = NodeServiceGrpc.getListNodeEnrollmentsMethod) == null) {
          NodeServiceGrpc.getListNodeEnrollmentsMethod = getListNodeEnrollmentsMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListNodeEnrollmentsRequest, dev.asyncgate.v1.ListNodeEnrollmentsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListNodeEnrollments"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListNodeEnrollmentsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListNodeEnrollmentsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("ListNodeEnrollments"))
              .build();
        }
      }
    }
    return getListNodeEnrollmentsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.RevokeNodeEnrollmentRequest,
      dev.asyncgate.v1.RevokeNodeEnrollmentResponse> getRevokeNodeEnrollmentMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RevokeNodeEnrollment",
      requestType = dev.asyncgate.v1.RevokeNodeEnrollmentRequest.class,
      responseType = dev.asyncgate.v1.RevokeNodeEnrollmentResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.RevokeNodeEnrollmentRequest,
      dev.asyncgate.v1.RevokeNodeEnrollmentResponse> getRevokeNodeEnrollmentMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.RevokeNodeEnrollmentRequest, dev.asyncgate.v1.RevokeNodeEnrollmentResponse> getRevokeNodeEnrollmentMethod;
    if ((getRevokeNodeEnrollmentMethod = NodeServiceGrpc.getRevokeNodeEnrollmentMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getRevokeNodeEnrollmentMethod = NodeServiceGrpc.getRevokeNodeEnrollmentMethod) == null) {
          NodeServiceGrpc.getRevokeNodeEnrollmentMethod = getRevokeNodeEnrollmentMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.RevokeNodeEnrollmentRequest, dev.asyncgate.v1.RevokeNodeEnrollmentResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RevokeNodeEnrollment"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RevokeNodeEnrollmentRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RevokeNodeEnrollmentResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("RevokeNodeEnrollment"))
              .build();
        }
      }
    }
    return getRevokeNodeEnrollmentMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.RegisterNodeRequest,
      dev.asyncgate.v1.RegisterNodeResponse> getRegisterNodeMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RegisterNode",
      requestType = dev.asyncgate.v1.RegisterNodeRequest.class,
      responseType = dev.asyncgate.v1.RegisterNodeResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.RegisterNodeRequest,
      dev.asyncgate.v1.RegisterNodeResponse> getRegisterNodeMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.RegisterNodeRequest, dev.asyncgate.v1.RegisterNodeResponse> getRegisterNodeMethod;
    if ((getRegisterNodeMethod = NodeServiceGrpc.getRegisterNodeMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getRegisterNodeMethod = NodeServiceGrpc.getRegisterNodeMethod) == null) {
          NodeServiceGrpc.getRegisterNodeMethod = getRegisterNodeMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.RegisterNodeRequest, dev.asyncgate.v1.RegisterNodeResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RegisterNode"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RegisterNodeRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RegisterNodeResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("RegisterNode"))
              .build();
        }
      }
    }
    return getRegisterNodeMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.RenewNodeCredentialRequest,
      dev.asyncgate.v1.RenewNodeCredentialResponse> getRenewNodeCredentialMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RenewNodeCredential",
      requestType = dev.asyncgate.v1.RenewNodeCredentialRequest.class,
      responseType = dev.asyncgate.v1.RenewNodeCredentialResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.RenewNodeCredentialRequest,
      dev.asyncgate.v1.RenewNodeCredentialResponse> getRenewNodeCredentialMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.RenewNodeCredentialRequest, dev.asyncgate.v1.RenewNodeCredentialResponse> getRenewNodeCredentialMethod;
    if ((getRenewNodeCredentialMethod = NodeServiceGrpc.getRenewNodeCredentialMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getRenewNodeCredentialMethod = NodeServiceGrpc.getRenewNodeCredentialMethod) == null) {
          NodeServiceGrpc.getRenewNodeCredentialMethod = getRenewNodeCredentialMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.RenewNodeCredentialRequest, dev.asyncgate.v1.RenewNodeCredentialResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RenewNodeCredential"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RenewNodeCredentialRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RenewNodeCredentialResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("RenewNodeCredential"))
              .build();
        }
      }
    }
    return getRenewNodeCredentialMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.GetNodeConfigRequest,
      dev.asyncgate.v1.GetNodeConfigResponse> getGetNodeConfigMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetNodeConfig",
      requestType = dev.asyncgate.v1.GetNodeConfigRequest.class,
      responseType = dev.asyncgate.v1.GetNodeConfigResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.GetNodeConfigRequest,
      dev.asyncgate.v1.GetNodeConfigResponse> getGetNodeConfigMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.GetNodeConfigRequest, dev.asyncgate.v1.GetNodeConfigResponse> getGetNodeConfigMethod;
    if ((getGetNodeConfigMethod = NodeServiceGrpc.getGetNodeConfigMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getGetNodeConfigMethod = NodeServiceGrpc.getGetNodeConfigMethod) == null) {
          NodeServiceGrpc.getGetNodeConfigMethod = getGetNodeConfigMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.GetNodeConfigRequest, dev.asyncgate.v1.GetNodeConfigResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetNodeConfig"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetNodeConfigRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetNodeConfigResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("GetNodeConfig"))
              .build();
        }
      }
    }
    return getGetNodeConfigMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.AckNodeConfigRequest,
      dev.asyncgate.v1.AckNodeConfigResponse> getAckNodeConfigMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "AckNodeConfig",
      requestType = dev.asyncgate.v1.AckNodeConfigRequest.class,
      responseType = dev.asyncgate.v1.AckNodeConfigResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.AckNodeConfigRequest,
      dev.asyncgate.v1.AckNodeConfigResponse> getAckNodeConfigMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.AckNodeConfigRequest, dev.asyncgate.v1.AckNodeConfigResponse> getAckNodeConfigMethod;
    if ((getAckNodeConfigMethod = NodeServiceGrpc.getAckNodeConfigMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getAckNodeConfigMethod = NodeServiceGrpc.getAckNodeConfigMethod) == null) {
          NodeServiceGrpc.getAckNodeConfigMethod = getAckNodeConfigMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.AckNodeConfigRequest, dev.asyncgate.v1.AckNodeConfigResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "AckNodeConfig"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.AckNodeConfigRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.AckNodeConfigResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("AckNodeConfig"))
              .build();
        }
      }
    }
    return getAckNodeConfigMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ReportNodeRequest,
      dev.asyncgate.v1.ReportNodeResponse> getReportNodeMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ReportNode",
      requestType = dev.asyncgate.v1.ReportNodeRequest.class,
      responseType = dev.asyncgate.v1.ReportNodeResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ReportNodeRequest,
      dev.asyncgate.v1.ReportNodeResponse> getReportNodeMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ReportNodeRequest, dev.asyncgate.v1.ReportNodeResponse> getReportNodeMethod;
    if ((getReportNodeMethod = NodeServiceGrpc.getReportNodeMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getReportNodeMethod = NodeServiceGrpc.getReportNodeMethod) == null) {
          NodeServiceGrpc.getReportNodeMethod = getReportNodeMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ReportNodeRequest, dev.asyncgate.v1.ReportNodeResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ReportNode"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ReportNodeRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ReportNodeResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("ReportNode"))
              .build();
        }
      }
    }
    return getReportNodeMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.UpdateNodeConfigRequest,
      dev.asyncgate.v1.UpdateNodeConfigResponse> getUpdateNodeConfigMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "UpdateNodeConfig",
      requestType = dev.asyncgate.v1.UpdateNodeConfigRequest.class,
      responseType = dev.asyncgate.v1.UpdateNodeConfigResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.UpdateNodeConfigRequest,
      dev.asyncgate.v1.UpdateNodeConfigResponse> getUpdateNodeConfigMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.UpdateNodeConfigRequest, dev.asyncgate.v1.UpdateNodeConfigResponse> getUpdateNodeConfigMethod;
    if ((getUpdateNodeConfigMethod = NodeServiceGrpc.getUpdateNodeConfigMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getUpdateNodeConfigMethod = NodeServiceGrpc.getUpdateNodeConfigMethod) == null) {
          NodeServiceGrpc.getUpdateNodeConfigMethod = getUpdateNodeConfigMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.UpdateNodeConfigRequest, dev.asyncgate.v1.UpdateNodeConfigResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "UpdateNodeConfig"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.UpdateNodeConfigRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.UpdateNodeConfigResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("UpdateNodeConfig"))
              .build();
        }
      }
    }
    return getUpdateNodeConfigMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.RevealNodeAddressRequest,
      dev.asyncgate.v1.RevealNodeAddressResponse> getRevealNodeAddressMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RevealNodeAddress",
      requestType = dev.asyncgate.v1.RevealNodeAddressRequest.class,
      responseType = dev.asyncgate.v1.RevealNodeAddressResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.RevealNodeAddressRequest,
      dev.asyncgate.v1.RevealNodeAddressResponse> getRevealNodeAddressMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.RevealNodeAddressRequest, dev.asyncgate.v1.RevealNodeAddressResponse> getRevealNodeAddressMethod;
    if ((getRevealNodeAddressMethod = NodeServiceGrpc.getRevealNodeAddressMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getRevealNodeAddressMethod = NodeServiceGrpc.getRevealNodeAddressMethod) == null) {
          NodeServiceGrpc.getRevealNodeAddressMethod = getRevealNodeAddressMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.RevealNodeAddressRequest, dev.asyncgate.v1.RevealNodeAddressResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RevealNodeAddress"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RevealNodeAddressRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RevealNodeAddressResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("RevealNodeAddress"))
              .build();
        }
      }
    }
    return getRevealNodeAddressMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListNodeConfigsRequest,
      dev.asyncgate.v1.ListNodeConfigsResponse> getListNodeConfigsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListNodeConfigs",
      requestType = dev.asyncgate.v1.ListNodeConfigsRequest.class,
      responseType = dev.asyncgate.v1.ListNodeConfigsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListNodeConfigsRequest,
      dev.asyncgate.v1.ListNodeConfigsResponse> getListNodeConfigsMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListNodeConfigsRequest, dev.asyncgate.v1.ListNodeConfigsResponse> getListNodeConfigsMethod;
    if ((getListNodeConfigsMethod = NodeServiceGrpc.getListNodeConfigsMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getListNodeConfigsMethod = NodeServiceGrpc.getListNodeConfigsMethod) == null) {
          NodeServiceGrpc.getListNodeConfigsMethod = getListNodeConfigsMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListNodeConfigsRequest, dev.asyncgate.v1.ListNodeConfigsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListNodeConfigs"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListNodeConfigsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListNodeConfigsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("ListNodeConfigs"))
              .build();
        }
      }
    }
    return getListNodeConfigsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListNodesRequest,
      dev.asyncgate.v1.ListNodesResponse> getListNodesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListNodes",
      requestType = dev.asyncgate.v1.ListNodesRequest.class,
      responseType = dev.asyncgate.v1.ListNodesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListNodesRequest,
      dev.asyncgate.v1.ListNodesResponse> getListNodesMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListNodesRequest, dev.asyncgate.v1.ListNodesResponse> getListNodesMethod;
    if ((getListNodesMethod = NodeServiceGrpc.getListNodesMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getListNodesMethod = NodeServiceGrpc.getListNodesMethod) == null) {
          NodeServiceGrpc.getListNodesMethod = getListNodesMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListNodesRequest, dev.asyncgate.v1.ListNodesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListNodes"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListNodesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListNodesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("ListNodes"))
              .build();
        }
      }
    }
    return getListNodesMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.GetNodeRequest,
      dev.asyncgate.v1.GetNodeResponse> getGetNodeMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetNode",
      requestType = dev.asyncgate.v1.GetNodeRequest.class,
      responseType = dev.asyncgate.v1.GetNodeResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.GetNodeRequest,
      dev.asyncgate.v1.GetNodeResponse> getGetNodeMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.GetNodeRequest, dev.asyncgate.v1.GetNodeResponse> getGetNodeMethod;
    if ((getGetNodeMethod = NodeServiceGrpc.getGetNodeMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getGetNodeMethod = NodeServiceGrpc.getGetNodeMethod) == null) {
          NodeServiceGrpc.getGetNodeMethod = getGetNodeMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.GetNodeRequest, dev.asyncgate.v1.GetNodeResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetNode"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetNodeRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetNodeResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("GetNode"))
              .build();
        }
      }
    }
    return getGetNodeMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ExplainNodeRequest,
      dev.asyncgate.v1.ExplainNodeResponse> getExplainNodeMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ExplainNode",
      requestType = dev.asyncgate.v1.ExplainNodeRequest.class,
      responseType = dev.asyncgate.v1.ExplainNodeResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ExplainNodeRequest,
      dev.asyncgate.v1.ExplainNodeResponse> getExplainNodeMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ExplainNodeRequest, dev.asyncgate.v1.ExplainNodeResponse> getExplainNodeMethod;
    if ((getExplainNodeMethod = NodeServiceGrpc.getExplainNodeMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getExplainNodeMethod = NodeServiceGrpc.getExplainNodeMethod) == null) {
          NodeServiceGrpc.getExplainNodeMethod = getExplainNodeMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ExplainNodeRequest, dev.asyncgate.v1.ExplainNodeResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ExplainNode"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ExplainNodeRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ExplainNodeResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("ExplainNode"))
              .build();
        }
      }
    }
    return getExplainNodeMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.DrainNodeRequest,
      dev.asyncgate.v1.DrainNodeResponse> getDrainNodeMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "DrainNode",
      requestType = dev.asyncgate.v1.DrainNodeRequest.class,
      responseType = dev.asyncgate.v1.DrainNodeResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.DrainNodeRequest,
      dev.asyncgate.v1.DrainNodeResponse> getDrainNodeMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.DrainNodeRequest, dev.asyncgate.v1.DrainNodeResponse> getDrainNodeMethod;
    if ((getDrainNodeMethod = NodeServiceGrpc.getDrainNodeMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getDrainNodeMethod = NodeServiceGrpc.getDrainNodeMethod) == null) {
          NodeServiceGrpc.getDrainNodeMethod = getDrainNodeMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.DrainNodeRequest, dev.asyncgate.v1.DrainNodeResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "DrainNode"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.DrainNodeRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.DrainNodeResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("DrainNode"))
              .build();
        }
      }
    }
    return getDrainNodeMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ResumeNodeRequest,
      dev.asyncgate.v1.ResumeNodeResponse> getResumeNodeMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ResumeNode",
      requestType = dev.asyncgate.v1.ResumeNodeRequest.class,
      responseType = dev.asyncgate.v1.ResumeNodeResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ResumeNodeRequest,
      dev.asyncgate.v1.ResumeNodeResponse> getResumeNodeMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ResumeNodeRequest, dev.asyncgate.v1.ResumeNodeResponse> getResumeNodeMethod;
    if ((getResumeNodeMethod = NodeServiceGrpc.getResumeNodeMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getResumeNodeMethod = NodeServiceGrpc.getResumeNodeMethod) == null) {
          NodeServiceGrpc.getResumeNodeMethod = getResumeNodeMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ResumeNodeRequest, dev.asyncgate.v1.ResumeNodeResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ResumeNode"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ResumeNodeRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ResumeNodeResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("ResumeNode"))
              .build();
        }
      }
    }
    return getResumeNodeMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.DeactivateNodeRequest,
      dev.asyncgate.v1.DeactivateNodeResponse> getDeactivateNodeMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "DeactivateNode",
      requestType = dev.asyncgate.v1.DeactivateNodeRequest.class,
      responseType = dev.asyncgate.v1.DeactivateNodeResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.DeactivateNodeRequest,
      dev.asyncgate.v1.DeactivateNodeResponse> getDeactivateNodeMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.DeactivateNodeRequest, dev.asyncgate.v1.DeactivateNodeResponse> getDeactivateNodeMethod;
    if ((getDeactivateNodeMethod = NodeServiceGrpc.getDeactivateNodeMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getDeactivateNodeMethod = NodeServiceGrpc.getDeactivateNodeMethod) == null) {
          NodeServiceGrpc.getDeactivateNodeMethod = getDeactivateNodeMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.DeactivateNodeRequest, dev.asyncgate.v1.DeactivateNodeResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "DeactivateNode"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.DeactivateNodeRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.DeactivateNodeResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("DeactivateNode"))
              .build();
        }
      }
    }
    return getDeactivateNodeMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.StartNodeRolloutRequest,
      dev.asyncgate.v1.StartNodeRolloutResponse> getStartNodeRolloutMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "StartNodeRollout",
      requestType = dev.asyncgate.v1.StartNodeRolloutRequest.class,
      responseType = dev.asyncgate.v1.StartNodeRolloutResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.StartNodeRolloutRequest,
      dev.asyncgate.v1.StartNodeRolloutResponse> getStartNodeRolloutMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.StartNodeRolloutRequest, dev.asyncgate.v1.StartNodeRolloutResponse> getStartNodeRolloutMethod;
    if ((getStartNodeRolloutMethod = NodeServiceGrpc.getStartNodeRolloutMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getStartNodeRolloutMethod = NodeServiceGrpc.getStartNodeRolloutMethod) == null) {
          NodeServiceGrpc.getStartNodeRolloutMethod = getStartNodeRolloutMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.StartNodeRolloutRequest, dev.asyncgate.v1.StartNodeRolloutResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "StartNodeRollout"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.StartNodeRolloutRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.StartNodeRolloutResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("StartNodeRollout"))
              .build();
        }
      }
    }
    return getStartNodeRolloutMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.GetNodeRolloutRequest,
      dev.asyncgate.v1.GetNodeRolloutResponse> getGetNodeRolloutMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetNodeRollout",
      requestType = dev.asyncgate.v1.GetNodeRolloutRequest.class,
      responseType = dev.asyncgate.v1.GetNodeRolloutResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.GetNodeRolloutRequest,
      dev.asyncgate.v1.GetNodeRolloutResponse> getGetNodeRolloutMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.GetNodeRolloutRequest, dev.asyncgate.v1.GetNodeRolloutResponse> getGetNodeRolloutMethod;
    if ((getGetNodeRolloutMethod = NodeServiceGrpc.getGetNodeRolloutMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getGetNodeRolloutMethod = NodeServiceGrpc.getGetNodeRolloutMethod) == null) {
          NodeServiceGrpc.getGetNodeRolloutMethod = getGetNodeRolloutMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.GetNodeRolloutRequest, dev.asyncgate.v1.GetNodeRolloutResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetNodeRollout"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetNodeRolloutRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.GetNodeRolloutResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("GetNodeRollout"))
              .build();
        }
      }
    }
    return getGetNodeRolloutMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListNodeRolloutsRequest,
      dev.asyncgate.v1.ListNodeRolloutsResponse> getListNodeRolloutsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListNodeRollouts",
      requestType = dev.asyncgate.v1.ListNodeRolloutsRequest.class,
      responseType = dev.asyncgate.v1.ListNodeRolloutsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListNodeRolloutsRequest,
      dev.asyncgate.v1.ListNodeRolloutsResponse> getListNodeRolloutsMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListNodeRolloutsRequest, dev.asyncgate.v1.ListNodeRolloutsResponse> getListNodeRolloutsMethod;
    if ((getListNodeRolloutsMethod = NodeServiceGrpc.getListNodeRolloutsMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getListNodeRolloutsMethod = NodeServiceGrpc.getListNodeRolloutsMethod) == null) {
          NodeServiceGrpc.getListNodeRolloutsMethod = getListNodeRolloutsMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListNodeRolloutsRequest, dev.asyncgate.v1.ListNodeRolloutsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListNodeRollouts"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListNodeRolloutsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListNodeRolloutsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("ListNodeRollouts"))
              .build();
        }
      }
    }
    return getListNodeRolloutsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ListNodeRolloutNodesRequest,
      dev.asyncgate.v1.ListNodeRolloutNodesResponse> getListNodeRolloutNodesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListNodeRolloutNodes",
      requestType = dev.asyncgate.v1.ListNodeRolloutNodesRequest.class,
      responseType = dev.asyncgate.v1.ListNodeRolloutNodesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ListNodeRolloutNodesRequest,
      dev.asyncgate.v1.ListNodeRolloutNodesResponse> getListNodeRolloutNodesMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ListNodeRolloutNodesRequest, dev.asyncgate.v1.ListNodeRolloutNodesResponse> getListNodeRolloutNodesMethod;
    if ((getListNodeRolloutNodesMethod = NodeServiceGrpc.getListNodeRolloutNodesMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getListNodeRolloutNodesMethod = NodeServiceGrpc.getListNodeRolloutNodesMethod) == null) {
          NodeServiceGrpc.getListNodeRolloutNodesMethod = getListNodeRolloutNodesMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ListNodeRolloutNodesRequest, dev.asyncgate.v1.ListNodeRolloutNodesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListNodeRolloutNodes"))
              .setSafe(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListNodeRolloutNodesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ListNodeRolloutNodesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("ListNodeRolloutNodes"))
              .build();
        }
      }
    }
    return getListNodeRolloutNodesMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.PauseNodeRolloutRequest,
      dev.asyncgate.v1.PauseNodeRolloutResponse> getPauseNodeRolloutMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "PauseNodeRollout",
      requestType = dev.asyncgate.v1.PauseNodeRolloutRequest.class,
      responseType = dev.asyncgate.v1.PauseNodeRolloutResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.PauseNodeRolloutRequest,
      dev.asyncgate.v1.PauseNodeRolloutResponse> getPauseNodeRolloutMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.PauseNodeRolloutRequest, dev.asyncgate.v1.PauseNodeRolloutResponse> getPauseNodeRolloutMethod;
    if ((getPauseNodeRolloutMethod = NodeServiceGrpc.getPauseNodeRolloutMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getPauseNodeRolloutMethod = NodeServiceGrpc.getPauseNodeRolloutMethod) == null) {
          NodeServiceGrpc.getPauseNodeRolloutMethod = getPauseNodeRolloutMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.PauseNodeRolloutRequest, dev.asyncgate.v1.PauseNodeRolloutResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "PauseNodeRollout"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.PauseNodeRolloutRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.PauseNodeRolloutResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("PauseNodeRollout"))
              .build();
        }
      }
    }
    return getPauseNodeRolloutMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.ResumeNodeRolloutRequest,
      dev.asyncgate.v1.ResumeNodeRolloutResponse> getResumeNodeRolloutMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ResumeNodeRollout",
      requestType = dev.asyncgate.v1.ResumeNodeRolloutRequest.class,
      responseType = dev.asyncgate.v1.ResumeNodeRolloutResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.ResumeNodeRolloutRequest,
      dev.asyncgate.v1.ResumeNodeRolloutResponse> getResumeNodeRolloutMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.ResumeNodeRolloutRequest, dev.asyncgate.v1.ResumeNodeRolloutResponse> getResumeNodeRolloutMethod;
    if ((getResumeNodeRolloutMethod = NodeServiceGrpc.getResumeNodeRolloutMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getResumeNodeRolloutMethod = NodeServiceGrpc.getResumeNodeRolloutMethod) == null) {
          NodeServiceGrpc.getResumeNodeRolloutMethod = getResumeNodeRolloutMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.ResumeNodeRolloutRequest, dev.asyncgate.v1.ResumeNodeRolloutResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ResumeNodeRollout"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ResumeNodeRolloutRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.ResumeNodeRolloutResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("ResumeNodeRollout"))
              .build();
        }
      }
    }
    return getResumeNodeRolloutMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.RollBackNodeRolloutRequest,
      dev.asyncgate.v1.RollBackNodeRolloutResponse> getRollBackNodeRolloutMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RollBackNodeRollout",
      requestType = dev.asyncgate.v1.RollBackNodeRolloutRequest.class,
      responseType = dev.asyncgate.v1.RollBackNodeRolloutResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.RollBackNodeRolloutRequest,
      dev.asyncgate.v1.RollBackNodeRolloutResponse> getRollBackNodeRolloutMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.RollBackNodeRolloutRequest, dev.asyncgate.v1.RollBackNodeRolloutResponse> getRollBackNodeRolloutMethod;
    if ((getRollBackNodeRolloutMethod = NodeServiceGrpc.getRollBackNodeRolloutMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getRollBackNodeRolloutMethod = NodeServiceGrpc.getRollBackNodeRolloutMethod) == null) {
          NodeServiceGrpc.getRollBackNodeRolloutMethod = getRollBackNodeRolloutMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.RollBackNodeRolloutRequest, dev.asyncgate.v1.RollBackNodeRolloutResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RollBackNodeRollout"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RollBackNodeRolloutRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.RollBackNodeRolloutResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("RollBackNodeRollout"))
              .build();
        }
      }
    }
    return getRollBackNodeRolloutMethod;
  }

  private static volatile io.grpc.MethodDescriptor<dev.asyncgate.v1.CancelNodeRolloutRequest,
      dev.asyncgate.v1.CancelNodeRolloutResponse> getCancelNodeRolloutMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CancelNodeRollout",
      requestType = dev.asyncgate.v1.CancelNodeRolloutRequest.class,
      responseType = dev.asyncgate.v1.CancelNodeRolloutResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<dev.asyncgate.v1.CancelNodeRolloutRequest,
      dev.asyncgate.v1.CancelNodeRolloutResponse> getCancelNodeRolloutMethod() {
    io.grpc.MethodDescriptor<dev.asyncgate.v1.CancelNodeRolloutRequest, dev.asyncgate.v1.CancelNodeRolloutResponse> getCancelNodeRolloutMethod;
    if ((getCancelNodeRolloutMethod = NodeServiceGrpc.getCancelNodeRolloutMethod) == null) {
      synchronized (NodeServiceGrpc.class) {
        if ((getCancelNodeRolloutMethod = NodeServiceGrpc.getCancelNodeRolloutMethod) == null) {
          NodeServiceGrpc.getCancelNodeRolloutMethod = getCancelNodeRolloutMethod =
              io.grpc.MethodDescriptor.<dev.asyncgate.v1.CancelNodeRolloutRequest, dev.asyncgate.v1.CancelNodeRolloutResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CancelNodeRollout"))
              .setIdempotent(true)
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CancelNodeRolloutRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  dev.asyncgate.v1.CancelNodeRolloutResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NodeServiceMethodDescriptorSupplier("CancelNodeRollout"))
              .build();
        }
      }
    }
    return getCancelNodeRolloutMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static NodeServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<NodeServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<NodeServiceStub>() {
        @java.lang.Override
        public NodeServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new NodeServiceStub(channel, callOptions);
        }
      };
    return NodeServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static NodeServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<NodeServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<NodeServiceBlockingV2Stub>() {
        @java.lang.Override
        public NodeServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new NodeServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return NodeServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static NodeServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<NodeServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<NodeServiceBlockingStub>() {
        @java.lang.Override
        public NodeServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new NodeServiceBlockingStub(channel, callOptions);
        }
      };
    return NodeServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static NodeServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<NodeServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<NodeServiceFutureStub>() {
        @java.lang.Override
        public NodeServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new NodeServiceFutureStub(channel, callOptions);
        }
      };
    return NodeServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Nodes: registered with a pre-shared key, configured by operators, and watched by what they report. The work itself
   * goes over the `Work` stream. A configuration is an obligation of its node: the receipt `node.config_issued` is open
   * until the node has answered what became of it.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Makes a pre-shared key, with which machines register as nodes. This answer is the only one that contains it.
     * A node sends it as `Authorization: Bearer &lt;key&gt;`; all it can do is RegisterNode. Leaves an audit record. A retry
     * with the same `request_id` is refused with `IDEMPOTENCY_CONFLICT`, because the key cannot be shown again: revoke it
     * and make another. Other reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED` (`node_enrollments_max`).
     * </pre>
     */
    default void createNodeEnrollment(dev.asyncgate.v1.CreateNodeEnrollmentRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CreateNodeEnrollmentResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCreateNodeEnrollmentMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists the pre-shared keys of the tenant, newest first, without their secrets.
     * </pre>
     */
    default void listNodeEnrollments(dev.asyncgate.v1.ListNodeEnrollmentsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListNodeEnrollmentsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListNodeEnrollmentsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Revokes a pre-shared key: within 5 s, no server accepts it. Nodes that it has registered keep their credentials.
     * Revoking it again changes nothing. Leaves an audit record. Reasons: `NODE_ENROLLMENT_NOT_FOUND`.
     * </pre>
     */
    default void revokeNodeEnrollment(dev.asyncgate.v1.RevokeNodeEnrollmentRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RevokeNodeEnrollmentResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRevokeNodeEnrollmentMethod(), responseObserver);
    }

    /**
     * <pre>
     * Registers the calling machine as a node, and gives it a credential of the role `node`, which lasts a day.
     * The caller's credential is a pre-shared key, which says the tenant. A node that is registered for the first time is
     * issued the configuration of the enrollment. One that was registered before gets a new credential (`existed`), and
     * its former ones end. If one of these is in use, it is refused with `NODE_REGISTERED` unless the enrollment may
     * replace it: machines with one key cannot take each other's place. A call whose answer was lost may be repeated; the
     * credential of the lost answer ends. Leaves an audit record. Other reasons: `NODE_ENROLLMENT_NOT_FOUND` for other
     * credentials; `NODE_INACTIVE`; `INVALID_ARGUMENT`, also for an id that does not begin as the enrollment says;
     * `NO_SUCH_VERSION` of the report; `LIMIT_EXCEEDED` (`nodes_max`, `node_report_bytes_max`, or the enrollment's own
     * `enrollment_nodes_max`); `RATE_LIMITED` after 600 registrations with one key in a minute.
     * </pre>
     */
    default void registerNode(dev.asyncgate.v1.RegisterNodeRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RegisterNodeResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRegisterNodeMethod(), responseObserver);
    }

    /**
     * <pre>
     * Gives the calling node its next credential. The one of this call lasts on until its own end; any other ends.
     * So a node has at most two, and a lost answer costs nothing: call again. Leaves an audit record. Reasons:
     * `NODE_NOT_FOUND` for callers that are no node, `NODE_INACTIVE`.
     * </pre>
     */
    default void renewNodeCredential(dev.asyncgate.v1.RenewNodeCredentialRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RenewNodeCredentialResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRenewNodeCredentialMethod(), responseObserver);
    }

    /**
     * <pre>
     * Reads the configuration of the calling node, and whether it is to take jobs. May wait until one of them differs from
     * what the node has.
     * Without `wait`, or with another version or state than the current one, it is answered at once; otherwise as soon as
     * there is another, or when `wait` is over. Reasons: `NODE_NOT_FOUND` for callers that are no node,
     * `LIMIT_EXCEEDED` (`parked_waits_max`).
     * </pre>
     */
    default void getNodeConfig(dev.asyncgate.v1.GetNodeConfigRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetNodeConfigResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetNodeConfigMethod(), responseObserver);
    }

    /**
     * <pre>
     * Says what became of a configuration on the calling node.
     * The first answer to a version closes the obligation, by the receipt `node.config_acknowledged`. A later one that
     * differs is put on record behind it: a node may apply a version and have to roll it back. The same again changes
     * nothing. A live roll-out goes on in the same transaction: other nodes are issued its configuration, or none is. Reasons: `NODE_NOT_FOUND` for callers that are no node, `NODE_INACTIVE`, `NO_SUCH_VERSION`, which names
     * the last versions of the node; `INVALID_ARGUMENT` if an error comes with `APPLIED`, or none with the others;
     * `LIMIT_EXCEEDED` after 100 answers to one version (`node_config_acks_max`).
     * </pre>
     */
    default void ackNodeConfig(dev.asyncgate.v1.AckNodeConfigRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.AckNodeConfigResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getAckNodeConfigMethod(), responseObserver);
    }

    /**
     * <pre>
     * Reports what the calling node is, and whether it can do jobs: when it starts, whenever that changes, and every
     * minute.
     * The report is stored whole, once for each content; the last 20 are kept. Repeating it does the same again. Reasons:
     * `NODE_NOT_FOUND` for callers that are no node, `NODE_INACTIVE`, `NO_SUCH_VERSION` for a form of report or a version
     * of a configuration that is not known, which names those that are; `LIMIT_EXCEEDED` (`node_report_bytes_max`).
     * </pre>
     */
    default void reportNode(dev.asyncgate.v1.ReportNodeRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ReportNodeResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getReportNodeMethod(), responseObserver);
    }

    /**
     * <pre>
     * Issues a configuration to a node. It takes the place of the one before, whole, but for `worker_api`: if that is
     * absent, it stays as it was.
     * It is a new version and an obligation of the node; one that the node has not answered yet is closed by it. The node
     * hears of it at once if it waits in GetNodeConfig. Leaves an audit record. Repeated with the same `request_id`, it
     * is answered with the same version. The answer has no bearer. Reasons: `NODE_NOT_FOUND`, `NODE_INACTIVE`,
     * `INVALID_ARGUMENT`, `IDEMPOTENCY_CONFLICT`; `NODE_IN_ROLLOUT` for a node of a live roll-out, which has the nodes to
     * itself; `UNSUPPORTED` for a `worker_api` while the server has no key to seal its bearer with (the setting
     * `sealing-keys-file`).
     * </pre>
     */
    default void updateNodeConfig(dev.asyncgate.v1.UpdateNodeConfigRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.UpdateNodeConfigResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getUpdateNodeConfigMethod(), responseObserver);
    }

    /**
     * <pre>
     * Tells a dispatcher where it gives jobs to a node, and the bearer that the node asks for.
     * Leaves an audit record for each call; so it is called when a node is found, and again when the node refuses the
     * bearer. Reasons: `NODE_NOT_FOUND`, also for a node without an address; `NODE_INACTIVE`; `UNSUPPORTED` if the server
     * does not have the key that the bearer is sealed with.
     * </pre>
     */
    default void revealNodeAddress(dev.asyncgate.v1.RevealNodeAddressRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RevealNodeAddressResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRevealNodeAddressMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists the configurations of a node, newest first, with what it has answered. The last 100 are kept.
     * Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    default void listNodeConfigs(dev.asyncgate.v1.ListNodeConfigsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListNodeConfigsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListNodeConfigsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists nodes by id.
     * A page may be shorter than asked for: only an empty `next_page_token` marks the last page.
     * </pre>
     */
    default void listNodes(dev.asyncgate.v1.ListNodesRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListNodesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListNodesMethod(), responseObserver);
    }

    /**
     * <pre>
     * Reads a node, with its last report.
     * Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    default void getNode(dev.asyncgate.v1.GetNodeRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetNodeResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetNodeMethod(), responseObserver);
    }

    /**
     * <pre>
     * Says what keeps a node from being given work.
     * Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    default void explainNode(dev.asyncgate.v1.ExplainNodeRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ExplainNodeResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getExplainNodeMethod(), responseObserver);
    }

    /**
     * <pre>
     * Drains a node: it ends the jobs that it has, and takes no more until ResumeNode.
     * The node hears of it at once if it waits in GetNodeConfig. A node that drains already stays as it is. Leaves an
     * audit record. Reasons: `NODE_NOT_FOUND`, `NODE_INACTIVE`.
     * </pre>
     */
    default void drainNode(dev.asyncgate.v1.DrainNodeRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.DrainNodeResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDrainNodeMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lets a node take jobs again after DrainNode, or register again after DeactivateNode.
     * For other nodes it changes nothing. Leaves an audit record. Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    default void resumeNode(dev.asyncgate.v1.ResumeNodeRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ResumeNodeResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getResumeNodeMethod(), responseObserver);
    }

    /**
     * <pre>
     * Takes a node out of service: its credentials end within 5 s, and it cannot be registered again until ResumeNode.
     * A configuration that it has not answered is withdrawn, by the receipt `node.config_withdrawn`; in a roll-out, it has
     * failed then. Its jobs end with their leases, and go to other nodes. A node that is INACTIVE already stays as it is.
     * Leaves an audit record. Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    default void deactivateNode(dev.asyncgate.v1.DeactivateNodeRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.DeactivateNodeResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDeactivateNodeMethod(), responseObserver);
    }

    /**
     * <pre>
     * Starts a roll-out: one configuration for many nodes, to a few canaries first.
     * The canaries are issued it in this call, as by UpdateNodeConfig. When all of them have applied it, the others follow,
     * a batch at a time: whenever a node answers, the next is issued it, in the transaction of that answer. A node that
     * fails, rolls back or does not answer in time pauses the roll-out, or rolls it back, as its plan says. The nodes are
     * settled here: one that registers later has no part in it. Each change of its state leaves the receipt
     * `node.rollout_changed` to the principal that has started it. Leaves an audit record. Repeated with the same
     * `request_id`, it is answered with the same roll-out. Reasons: `INVALID_ARGUMENT`, also if no node is selected;
     * `NODE_NOT_FOUND` and `NODE_INACTIVE` for nodes that the request names; `NODE_IN_ROLLOUT`; `LIMIT_EXCEEDED`
     * (`node_rollouts_max` live ones, `node_rollout_nodes_max`); `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    default void startNodeRollout(dev.asyncgate.v1.StartNodeRolloutRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.StartNodeRolloutResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getStartNodeRolloutMethod(), responseObserver);
    }

    /**
     * <pre>
     * Reads a roll-out, with how many of its nodes are where.
     * Reasons: `NODE_ROLLOUT_NOT_FOUND`.
     * </pre>
     */
    default void getNodeRollout(dev.asyncgate.v1.GetNodeRolloutRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetNodeRolloutResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetNodeRolloutMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists roll-outs, newest first.
     * </pre>
     */
    default void listNodeRollouts(dev.asyncgate.v1.ListNodeRolloutsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListNodeRolloutsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListNodeRolloutsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists the nodes of a roll-out, in the order in which they are issued the configuration.
     * Reasons: `NODE_ROLLOUT_NOT_FOUND`.
     * </pre>
     */
    default void listNodeRolloutNodes(dev.asyncgate.v1.ListNodeRolloutNodesRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListNodeRolloutNodesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListNodeRolloutNodesMethod(), responseObserver);
    }

    /**
     * <pre>
     * Pauses a roll-out: no further node is issued anything. What was issued stays, and answers still count.
     * A roll-out that is paused already stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it is not RUNNING.
     * </pre>
     */
    default void pauseNodeRollout(dev.asyncgate.v1.PauseNodeRolloutRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.PauseNodeRolloutResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getPauseNodeRolloutMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lets a paused roll-out go on. Nodes that have failed are issued the configuration again, or are passed by.
     * A roll-out that is RUNNING stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it is neither PAUSED nor RUNNING.
     * </pre>
     */
    default void resumeNodeRollout(dev.asyncgate.v1.ResumeNodeRolloutRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ResumeNodeRolloutResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getResumeNodeRolloutMethod(), responseObserver);
    }

    /**
     * <pre>
     * Rolls a roll-out back: each node that was issued the configuration is issued the one that it had before, a batch at a
     * time, as a new version.
     * One that is rolled back, or about to be, stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it has ended otherwise.
     * </pre>
     */
    default void rollBackNodeRollout(dev.asyncgate.v1.RollBackNodeRolloutRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RollBackNodeRolloutResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRollBackNodeRolloutMethod(), responseObserver);
    }

    /**
     * <pre>
     * Ends a roll-out as it is: each node keeps what it was issued last, and owes the answer to it.
     * One that was canceled stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it has ended otherwise.
     * </pre>
     */
    default void cancelNodeRollout(dev.asyncgate.v1.CancelNodeRolloutRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CancelNodeRolloutResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCancelNodeRolloutMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service NodeService.
   * <pre>
   * Nodes: registered with a pre-shared key, configured by operators, and watched by what they report. The work itself
   * goes over the `Work` stream. A configuration is an obligation of its node: the receipt `node.config_issued` is open
   * until the node has answered what became of it.
   * </pre>
   */
  public static abstract class NodeServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return NodeServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service NodeService.
   * <pre>
   * Nodes: registered with a pre-shared key, configured by operators, and watched by what they report. The work itself
   * goes over the `Work` stream. A configuration is an obligation of its node: the receipt `node.config_issued` is open
   * until the node has answered what became of it.
   * </pre>
   */
  public static final class NodeServiceStub
      extends io.grpc.stub.AbstractAsyncStub<NodeServiceStub> {
    private NodeServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected NodeServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new NodeServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Makes a pre-shared key, with which machines register as nodes. This answer is the only one that contains it.
     * A node sends it as `Authorization: Bearer &lt;key&gt;`; all it can do is RegisterNode. Leaves an audit record. A retry
     * with the same `request_id` is refused with `IDEMPOTENCY_CONFLICT`, because the key cannot be shown again: revoke it
     * and make another. Other reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED` (`node_enrollments_max`).
     * </pre>
     */
    public void createNodeEnrollment(dev.asyncgate.v1.CreateNodeEnrollmentRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CreateNodeEnrollmentResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCreateNodeEnrollmentMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists the pre-shared keys of the tenant, newest first, without their secrets.
     * </pre>
     */
    public void listNodeEnrollments(dev.asyncgate.v1.ListNodeEnrollmentsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListNodeEnrollmentsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListNodeEnrollmentsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Revokes a pre-shared key: within 5 s, no server accepts it. Nodes that it has registered keep their credentials.
     * Revoking it again changes nothing. Leaves an audit record. Reasons: `NODE_ENROLLMENT_NOT_FOUND`.
     * </pre>
     */
    public void revokeNodeEnrollment(dev.asyncgate.v1.RevokeNodeEnrollmentRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RevokeNodeEnrollmentResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRevokeNodeEnrollmentMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Registers the calling machine as a node, and gives it a credential of the role `node`, which lasts a day.
     * The caller's credential is a pre-shared key, which says the tenant. A node that is registered for the first time is
     * issued the configuration of the enrollment. One that was registered before gets a new credential (`existed`), and
     * its former ones end. If one of these is in use, it is refused with `NODE_REGISTERED` unless the enrollment may
     * replace it: machines with one key cannot take each other's place. A call whose answer was lost may be repeated; the
     * credential of the lost answer ends. Leaves an audit record. Other reasons: `NODE_ENROLLMENT_NOT_FOUND` for other
     * credentials; `NODE_INACTIVE`; `INVALID_ARGUMENT`, also for an id that does not begin as the enrollment says;
     * `NO_SUCH_VERSION` of the report; `LIMIT_EXCEEDED` (`nodes_max`, `node_report_bytes_max`, or the enrollment's own
     * `enrollment_nodes_max`); `RATE_LIMITED` after 600 registrations with one key in a minute.
     * </pre>
     */
    public void registerNode(dev.asyncgate.v1.RegisterNodeRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RegisterNodeResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRegisterNodeMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Gives the calling node its next credential. The one of this call lasts on until its own end; any other ends.
     * So a node has at most two, and a lost answer costs nothing: call again. Leaves an audit record. Reasons:
     * `NODE_NOT_FOUND` for callers that are no node, `NODE_INACTIVE`.
     * </pre>
     */
    public void renewNodeCredential(dev.asyncgate.v1.RenewNodeCredentialRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RenewNodeCredentialResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRenewNodeCredentialMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Reads the configuration of the calling node, and whether it is to take jobs. May wait until one of them differs from
     * what the node has.
     * Without `wait`, or with another version or state than the current one, it is answered at once; otherwise as soon as
     * there is another, or when `wait` is over. Reasons: `NODE_NOT_FOUND` for callers that are no node,
     * `LIMIT_EXCEEDED` (`parked_waits_max`).
     * </pre>
     */
    public void getNodeConfig(dev.asyncgate.v1.GetNodeConfigRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetNodeConfigResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetNodeConfigMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Says what became of a configuration on the calling node.
     * The first answer to a version closes the obligation, by the receipt `node.config_acknowledged`. A later one that
     * differs is put on record behind it: a node may apply a version and have to roll it back. The same again changes
     * nothing. A live roll-out goes on in the same transaction: other nodes are issued its configuration, or none is. Reasons: `NODE_NOT_FOUND` for callers that are no node, `NODE_INACTIVE`, `NO_SUCH_VERSION`, which names
     * the last versions of the node; `INVALID_ARGUMENT` if an error comes with `APPLIED`, or none with the others;
     * `LIMIT_EXCEEDED` after 100 answers to one version (`node_config_acks_max`).
     * </pre>
     */
    public void ackNodeConfig(dev.asyncgate.v1.AckNodeConfigRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.AckNodeConfigResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getAckNodeConfigMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Reports what the calling node is, and whether it can do jobs: when it starts, whenever that changes, and every
     * minute.
     * The report is stored whole, once for each content; the last 20 are kept. Repeating it does the same again. Reasons:
     * `NODE_NOT_FOUND` for callers that are no node, `NODE_INACTIVE`, `NO_SUCH_VERSION` for a form of report or a version
     * of a configuration that is not known, which names those that are; `LIMIT_EXCEEDED` (`node_report_bytes_max`).
     * </pre>
     */
    public void reportNode(dev.asyncgate.v1.ReportNodeRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ReportNodeResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getReportNodeMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Issues a configuration to a node. It takes the place of the one before, whole, but for `worker_api`: if that is
     * absent, it stays as it was.
     * It is a new version and an obligation of the node; one that the node has not answered yet is closed by it. The node
     * hears of it at once if it waits in GetNodeConfig. Leaves an audit record. Repeated with the same `request_id`, it
     * is answered with the same version. The answer has no bearer. Reasons: `NODE_NOT_FOUND`, `NODE_INACTIVE`,
     * `INVALID_ARGUMENT`, `IDEMPOTENCY_CONFLICT`; `NODE_IN_ROLLOUT` for a node of a live roll-out, which has the nodes to
     * itself; `UNSUPPORTED` for a `worker_api` while the server has no key to seal its bearer with (the setting
     * `sealing-keys-file`).
     * </pre>
     */
    public void updateNodeConfig(dev.asyncgate.v1.UpdateNodeConfigRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.UpdateNodeConfigResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getUpdateNodeConfigMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Tells a dispatcher where it gives jobs to a node, and the bearer that the node asks for.
     * Leaves an audit record for each call; so it is called when a node is found, and again when the node refuses the
     * bearer. Reasons: `NODE_NOT_FOUND`, also for a node without an address; `NODE_INACTIVE`; `UNSUPPORTED` if the server
     * does not have the key that the bearer is sealed with.
     * </pre>
     */
    public void revealNodeAddress(dev.asyncgate.v1.RevealNodeAddressRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RevealNodeAddressResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRevealNodeAddressMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists the configurations of a node, newest first, with what it has answered. The last 100 are kept.
     * Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public void listNodeConfigs(dev.asyncgate.v1.ListNodeConfigsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListNodeConfigsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListNodeConfigsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists nodes by id.
     * A page may be shorter than asked for: only an empty `next_page_token` marks the last page.
     * </pre>
     */
    public void listNodes(dev.asyncgate.v1.ListNodesRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListNodesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListNodesMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Reads a node, with its last report.
     * Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public void getNode(dev.asyncgate.v1.GetNodeRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetNodeResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetNodeMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Says what keeps a node from being given work.
     * Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public void explainNode(dev.asyncgate.v1.ExplainNodeRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ExplainNodeResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getExplainNodeMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Drains a node: it ends the jobs that it has, and takes no more until ResumeNode.
     * The node hears of it at once if it waits in GetNodeConfig. A node that drains already stays as it is. Leaves an
     * audit record. Reasons: `NODE_NOT_FOUND`, `NODE_INACTIVE`.
     * </pre>
     */
    public void drainNode(dev.asyncgate.v1.DrainNodeRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.DrainNodeResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDrainNodeMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lets a node take jobs again after DrainNode, or register again after DeactivateNode.
     * For other nodes it changes nothing. Leaves an audit record. Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public void resumeNode(dev.asyncgate.v1.ResumeNodeRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ResumeNodeResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getResumeNodeMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Takes a node out of service: its credentials end within 5 s, and it cannot be registered again until ResumeNode.
     * A configuration that it has not answered is withdrawn, by the receipt `node.config_withdrawn`; in a roll-out, it has
     * failed then. Its jobs end with their leases, and go to other nodes. A node that is INACTIVE already stays as it is.
     * Leaves an audit record. Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public void deactivateNode(dev.asyncgate.v1.DeactivateNodeRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.DeactivateNodeResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDeactivateNodeMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Starts a roll-out: one configuration for many nodes, to a few canaries first.
     * The canaries are issued it in this call, as by UpdateNodeConfig. When all of them have applied it, the others follow,
     * a batch at a time: whenever a node answers, the next is issued it, in the transaction of that answer. A node that
     * fails, rolls back or does not answer in time pauses the roll-out, or rolls it back, as its plan says. The nodes are
     * settled here: one that registers later has no part in it. Each change of its state leaves the receipt
     * `node.rollout_changed` to the principal that has started it. Leaves an audit record. Repeated with the same
     * `request_id`, it is answered with the same roll-out. Reasons: `INVALID_ARGUMENT`, also if no node is selected;
     * `NODE_NOT_FOUND` and `NODE_INACTIVE` for nodes that the request names; `NODE_IN_ROLLOUT`; `LIMIT_EXCEEDED`
     * (`node_rollouts_max` live ones, `node_rollout_nodes_max`); `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public void startNodeRollout(dev.asyncgate.v1.StartNodeRolloutRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.StartNodeRolloutResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getStartNodeRolloutMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Reads a roll-out, with how many of its nodes are where.
     * Reasons: `NODE_ROLLOUT_NOT_FOUND`.
     * </pre>
     */
    public void getNodeRollout(dev.asyncgate.v1.GetNodeRolloutRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetNodeRolloutResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetNodeRolloutMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists roll-outs, newest first.
     * </pre>
     */
    public void listNodeRollouts(dev.asyncgate.v1.ListNodeRolloutsRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListNodeRolloutsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListNodeRolloutsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists the nodes of a roll-out, in the order in which they are issued the configuration.
     * Reasons: `NODE_ROLLOUT_NOT_FOUND`.
     * </pre>
     */
    public void listNodeRolloutNodes(dev.asyncgate.v1.ListNodeRolloutNodesRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListNodeRolloutNodesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListNodeRolloutNodesMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Pauses a roll-out: no further node is issued anything. What was issued stays, and answers still count.
     * A roll-out that is paused already stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it is not RUNNING.
     * </pre>
     */
    public void pauseNodeRollout(dev.asyncgate.v1.PauseNodeRolloutRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.PauseNodeRolloutResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getPauseNodeRolloutMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lets a paused roll-out go on. Nodes that have failed are issued the configuration again, or are passed by.
     * A roll-out that is RUNNING stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it is neither PAUSED nor RUNNING.
     * </pre>
     */
    public void resumeNodeRollout(dev.asyncgate.v1.ResumeNodeRolloutRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.ResumeNodeRolloutResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getResumeNodeRolloutMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Rolls a roll-out back: each node that was issued the configuration is issued the one that it had before, a batch at a
     * time, as a new version.
     * One that is rolled back, or about to be, stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it has ended otherwise.
     * </pre>
     */
    public void rollBackNodeRollout(dev.asyncgate.v1.RollBackNodeRolloutRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.RollBackNodeRolloutResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRollBackNodeRolloutMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Ends a roll-out as it is: each node keeps what it was issued last, and owes the answer to it.
     * One that was canceled stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it has ended otherwise.
     * </pre>
     */
    public void cancelNodeRollout(dev.asyncgate.v1.CancelNodeRolloutRequest request,
        io.grpc.stub.StreamObserver<dev.asyncgate.v1.CancelNodeRolloutResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCancelNodeRolloutMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service NodeService.
   * <pre>
   * Nodes: registered with a pre-shared key, configured by operators, and watched by what they report. The work itself
   * goes over the `Work` stream. A configuration is an obligation of its node: the receipt `node.config_issued` is open
   * until the node has answered what became of it.
   * </pre>
   */
  public static final class NodeServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<NodeServiceBlockingV2Stub> {
    private NodeServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected NodeServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new NodeServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Makes a pre-shared key, with which machines register as nodes. This answer is the only one that contains it.
     * A node sends it as `Authorization: Bearer &lt;key&gt;`; all it can do is RegisterNode. Leaves an audit record. A retry
     * with the same `request_id` is refused with `IDEMPOTENCY_CONFLICT`, because the key cannot be shown again: revoke it
     * and make another. Other reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED` (`node_enrollments_max`).
     * </pre>
     */
    public dev.asyncgate.v1.CreateNodeEnrollmentResponse createNodeEnrollment(dev.asyncgate.v1.CreateNodeEnrollmentRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCreateNodeEnrollmentMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the pre-shared keys of the tenant, newest first, without their secrets.
     * </pre>
     */
    public dev.asyncgate.v1.ListNodeEnrollmentsResponse listNodeEnrollments(dev.asyncgate.v1.ListNodeEnrollmentsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListNodeEnrollmentsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Revokes a pre-shared key: within 5 s, no server accepts it. Nodes that it has registered keep their credentials.
     * Revoking it again changes nothing. Leaves an audit record. Reasons: `NODE_ENROLLMENT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.RevokeNodeEnrollmentResponse revokeNodeEnrollment(dev.asyncgate.v1.RevokeNodeEnrollmentRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRevokeNodeEnrollmentMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Registers the calling machine as a node, and gives it a credential of the role `node`, which lasts a day.
     * The caller's credential is a pre-shared key, which says the tenant. A node that is registered for the first time is
     * issued the configuration of the enrollment. One that was registered before gets a new credential (`existed`), and
     * its former ones end. If one of these is in use, it is refused with `NODE_REGISTERED` unless the enrollment may
     * replace it: machines with one key cannot take each other's place. A call whose answer was lost may be repeated; the
     * credential of the lost answer ends. Leaves an audit record. Other reasons: `NODE_ENROLLMENT_NOT_FOUND` for other
     * credentials; `NODE_INACTIVE`; `INVALID_ARGUMENT`, also for an id that does not begin as the enrollment says;
     * `NO_SUCH_VERSION` of the report; `LIMIT_EXCEEDED` (`nodes_max`, `node_report_bytes_max`, or the enrollment's own
     * `enrollment_nodes_max`); `RATE_LIMITED` after 600 registrations with one key in a minute.
     * </pre>
     */
    public dev.asyncgate.v1.RegisterNodeResponse registerNode(dev.asyncgate.v1.RegisterNodeRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRegisterNodeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives the calling node its next credential. The one of this call lasts on until its own end; any other ends.
     * So a node has at most two, and a lost answer costs nothing: call again. Leaves an audit record. Reasons:
     * `NODE_NOT_FOUND` for callers that are no node, `NODE_INACTIVE`.
     * </pre>
     */
    public dev.asyncgate.v1.RenewNodeCredentialResponse renewNodeCredential(dev.asyncgate.v1.RenewNodeCredentialRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRenewNodeCredentialMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads the configuration of the calling node, and whether it is to take jobs. May wait until one of them differs from
     * what the node has.
     * Without `wait`, or with another version or state than the current one, it is answered at once; otherwise as soon as
     * there is another, or when `wait` is over. Reasons: `NODE_NOT_FOUND` for callers that are no node,
     * `LIMIT_EXCEEDED` (`parked_waits_max`).
     * </pre>
     */
    public dev.asyncgate.v1.GetNodeConfigResponse getNodeConfig(dev.asyncgate.v1.GetNodeConfigRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetNodeConfigMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says what became of a configuration on the calling node.
     * The first answer to a version closes the obligation, by the receipt `node.config_acknowledged`. A later one that
     * differs is put on record behind it: a node may apply a version and have to roll it back. The same again changes
     * nothing. A live roll-out goes on in the same transaction: other nodes are issued its configuration, or none is. Reasons: `NODE_NOT_FOUND` for callers that are no node, `NODE_INACTIVE`, `NO_SUCH_VERSION`, which names
     * the last versions of the node; `INVALID_ARGUMENT` if an error comes with `APPLIED`, or none with the others;
     * `LIMIT_EXCEEDED` after 100 answers to one version (`node_config_acks_max`).
     * </pre>
     */
    public dev.asyncgate.v1.AckNodeConfigResponse ackNodeConfig(dev.asyncgate.v1.AckNodeConfigRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getAckNodeConfigMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reports what the calling node is, and whether it can do jobs: when it starts, whenever that changes, and every
     * minute.
     * The report is stored whole, once for each content; the last 20 are kept. Repeating it does the same again. Reasons:
     * `NODE_NOT_FOUND` for callers that are no node, `NODE_INACTIVE`, `NO_SUCH_VERSION` for a form of report or a version
     * of a configuration that is not known, which names those that are; `LIMIT_EXCEEDED` (`node_report_bytes_max`).
     * </pre>
     */
    public dev.asyncgate.v1.ReportNodeResponse reportNode(dev.asyncgate.v1.ReportNodeRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getReportNodeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Issues a configuration to a node. It takes the place of the one before, whole, but for `worker_api`: if that is
     * absent, it stays as it was.
     * It is a new version and an obligation of the node; one that the node has not answered yet is closed by it. The node
     * hears of it at once if it waits in GetNodeConfig. Leaves an audit record. Repeated with the same `request_id`, it
     * is answered with the same version. The answer has no bearer. Reasons: `NODE_NOT_FOUND`, `NODE_INACTIVE`,
     * `INVALID_ARGUMENT`, `IDEMPOTENCY_CONFLICT`; `NODE_IN_ROLLOUT` for a node of a live roll-out, which has the nodes to
     * itself; `UNSUPPORTED` for a `worker_api` while the server has no key to seal its bearer with (the setting
     * `sealing-keys-file`).
     * </pre>
     */
    public dev.asyncgate.v1.UpdateNodeConfigResponse updateNodeConfig(dev.asyncgate.v1.UpdateNodeConfigRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getUpdateNodeConfigMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Tells a dispatcher where it gives jobs to a node, and the bearer that the node asks for.
     * Leaves an audit record for each call; so it is called when a node is found, and again when the node refuses the
     * bearer. Reasons: `NODE_NOT_FOUND`, also for a node without an address; `NODE_INACTIVE`; `UNSUPPORTED` if the server
     * does not have the key that the bearer is sealed with.
     * </pre>
     */
    public dev.asyncgate.v1.RevealNodeAddressResponse revealNodeAddress(dev.asyncgate.v1.RevealNodeAddressRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRevealNodeAddressMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the configurations of a node, newest first, with what it has answered. The last 100 are kept.
     * Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ListNodeConfigsResponse listNodeConfigs(dev.asyncgate.v1.ListNodeConfigsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListNodeConfigsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists nodes by id.
     * A page may be shorter than asked for: only an empty `next_page_token` marks the last page.
     * </pre>
     */
    public dev.asyncgate.v1.ListNodesResponse listNodes(dev.asyncgate.v1.ListNodesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListNodesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads a node, with its last report.
     * Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.GetNodeResponse getNode(dev.asyncgate.v1.GetNodeRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetNodeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says what keeps a node from being given work.
     * Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ExplainNodeResponse explainNode(dev.asyncgate.v1.ExplainNodeRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getExplainNodeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Drains a node: it ends the jobs that it has, and takes no more until ResumeNode.
     * The node hears of it at once if it waits in GetNodeConfig. A node that drains already stays as it is. Leaves an
     * audit record. Reasons: `NODE_NOT_FOUND`, `NODE_INACTIVE`.
     * </pre>
     */
    public dev.asyncgate.v1.DrainNodeResponse drainNode(dev.asyncgate.v1.DrainNodeRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDrainNodeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lets a node take jobs again after DrainNode, or register again after DeactivateNode.
     * For other nodes it changes nothing. Leaves an audit record. Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ResumeNodeResponse resumeNode(dev.asyncgate.v1.ResumeNodeRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getResumeNodeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Takes a node out of service: its credentials end within 5 s, and it cannot be registered again until ResumeNode.
     * A configuration that it has not answered is withdrawn, by the receipt `node.config_withdrawn`; in a roll-out, it has
     * failed then. Its jobs end with their leases, and go to other nodes. A node that is INACTIVE already stays as it is.
     * Leaves an audit record. Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.DeactivateNodeResponse deactivateNode(dev.asyncgate.v1.DeactivateNodeRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDeactivateNodeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Starts a roll-out: one configuration for many nodes, to a few canaries first.
     * The canaries are issued it in this call, as by UpdateNodeConfig. When all of them have applied it, the others follow,
     * a batch at a time: whenever a node answers, the next is issued it, in the transaction of that answer. A node that
     * fails, rolls back or does not answer in time pauses the roll-out, or rolls it back, as its plan says. The nodes are
     * settled here: one that registers later has no part in it. Each change of its state leaves the receipt
     * `node.rollout_changed` to the principal that has started it. Leaves an audit record. Repeated with the same
     * `request_id`, it is answered with the same roll-out. Reasons: `INVALID_ARGUMENT`, also if no node is selected;
     * `NODE_NOT_FOUND` and `NODE_INACTIVE` for nodes that the request names; `NODE_IN_ROLLOUT`; `LIMIT_EXCEEDED`
     * (`node_rollouts_max` live ones, `node_rollout_nodes_max`); `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.StartNodeRolloutResponse startNodeRollout(dev.asyncgate.v1.StartNodeRolloutRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getStartNodeRolloutMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads a roll-out, with how many of its nodes are where.
     * Reasons: `NODE_ROLLOUT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.GetNodeRolloutResponse getNodeRollout(dev.asyncgate.v1.GetNodeRolloutRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetNodeRolloutMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists roll-outs, newest first.
     * </pre>
     */
    public dev.asyncgate.v1.ListNodeRolloutsResponse listNodeRollouts(dev.asyncgate.v1.ListNodeRolloutsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListNodeRolloutsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the nodes of a roll-out, in the order in which they are issued the configuration.
     * Reasons: `NODE_ROLLOUT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ListNodeRolloutNodesResponse listNodeRolloutNodes(dev.asyncgate.v1.ListNodeRolloutNodesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListNodeRolloutNodesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Pauses a roll-out: no further node is issued anything. What was issued stays, and answers still count.
     * A roll-out that is paused already stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it is not RUNNING.
     * </pre>
     */
    public dev.asyncgate.v1.PauseNodeRolloutResponse pauseNodeRollout(dev.asyncgate.v1.PauseNodeRolloutRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getPauseNodeRolloutMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lets a paused roll-out go on. Nodes that have failed are issued the configuration again, or are passed by.
     * A roll-out that is RUNNING stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it is neither PAUSED nor RUNNING.
     * </pre>
     */
    public dev.asyncgate.v1.ResumeNodeRolloutResponse resumeNodeRollout(dev.asyncgate.v1.ResumeNodeRolloutRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getResumeNodeRolloutMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Rolls a roll-out back: each node that was issued the configuration is issued the one that it had before, a batch at a
     * time, as a new version.
     * One that is rolled back, or about to be, stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it has ended otherwise.
     * </pre>
     */
    public dev.asyncgate.v1.RollBackNodeRolloutResponse rollBackNodeRollout(dev.asyncgate.v1.RollBackNodeRolloutRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRollBackNodeRolloutMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Ends a roll-out as it is: each node keeps what it was issued last, and owes the answer to it.
     * One that was canceled stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it has ended otherwise.
     * </pre>
     */
    public dev.asyncgate.v1.CancelNodeRolloutResponse cancelNodeRollout(dev.asyncgate.v1.CancelNodeRolloutRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCancelNodeRolloutMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service NodeService.
   * <pre>
   * Nodes: registered with a pre-shared key, configured by operators, and watched by what they report. The work itself
   * goes over the `Work` stream. A configuration is an obligation of its node: the receipt `node.config_issued` is open
   * until the node has answered what became of it.
   * </pre>
   */
  public static final class NodeServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<NodeServiceBlockingStub> {
    private NodeServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected NodeServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new NodeServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Makes a pre-shared key, with which machines register as nodes. This answer is the only one that contains it.
     * A node sends it as `Authorization: Bearer &lt;key&gt;`; all it can do is RegisterNode. Leaves an audit record. A retry
     * with the same `request_id` is refused with `IDEMPOTENCY_CONFLICT`, because the key cannot be shown again: revoke it
     * and make another. Other reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED` (`node_enrollments_max`).
     * </pre>
     */
    public dev.asyncgate.v1.CreateNodeEnrollmentResponse createNodeEnrollment(dev.asyncgate.v1.CreateNodeEnrollmentRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCreateNodeEnrollmentMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the pre-shared keys of the tenant, newest first, without their secrets.
     * </pre>
     */
    public dev.asyncgate.v1.ListNodeEnrollmentsResponse listNodeEnrollments(dev.asyncgate.v1.ListNodeEnrollmentsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListNodeEnrollmentsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Revokes a pre-shared key: within 5 s, no server accepts it. Nodes that it has registered keep their credentials.
     * Revoking it again changes nothing. Leaves an audit record. Reasons: `NODE_ENROLLMENT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.RevokeNodeEnrollmentResponse revokeNodeEnrollment(dev.asyncgate.v1.RevokeNodeEnrollmentRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRevokeNodeEnrollmentMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Registers the calling machine as a node, and gives it a credential of the role `node`, which lasts a day.
     * The caller's credential is a pre-shared key, which says the tenant. A node that is registered for the first time is
     * issued the configuration of the enrollment. One that was registered before gets a new credential (`existed`), and
     * its former ones end. If one of these is in use, it is refused with `NODE_REGISTERED` unless the enrollment may
     * replace it: machines with one key cannot take each other's place. A call whose answer was lost may be repeated; the
     * credential of the lost answer ends. Leaves an audit record. Other reasons: `NODE_ENROLLMENT_NOT_FOUND` for other
     * credentials; `NODE_INACTIVE`; `INVALID_ARGUMENT`, also for an id that does not begin as the enrollment says;
     * `NO_SUCH_VERSION` of the report; `LIMIT_EXCEEDED` (`nodes_max`, `node_report_bytes_max`, or the enrollment's own
     * `enrollment_nodes_max`); `RATE_LIMITED` after 600 registrations with one key in a minute.
     * </pre>
     */
    public dev.asyncgate.v1.RegisterNodeResponse registerNode(dev.asyncgate.v1.RegisterNodeRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRegisterNodeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives the calling node its next credential. The one of this call lasts on until its own end; any other ends.
     * So a node has at most two, and a lost answer costs nothing: call again. Leaves an audit record. Reasons:
     * `NODE_NOT_FOUND` for callers that are no node, `NODE_INACTIVE`.
     * </pre>
     */
    public dev.asyncgate.v1.RenewNodeCredentialResponse renewNodeCredential(dev.asyncgate.v1.RenewNodeCredentialRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRenewNodeCredentialMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads the configuration of the calling node, and whether it is to take jobs. May wait until one of them differs from
     * what the node has.
     * Without `wait`, or with another version or state than the current one, it is answered at once; otherwise as soon as
     * there is another, or when `wait` is over. Reasons: `NODE_NOT_FOUND` for callers that are no node,
     * `LIMIT_EXCEEDED` (`parked_waits_max`).
     * </pre>
     */
    public dev.asyncgate.v1.GetNodeConfigResponse getNodeConfig(dev.asyncgate.v1.GetNodeConfigRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetNodeConfigMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says what became of a configuration on the calling node.
     * The first answer to a version closes the obligation, by the receipt `node.config_acknowledged`. A later one that
     * differs is put on record behind it: a node may apply a version and have to roll it back. The same again changes
     * nothing. A live roll-out goes on in the same transaction: other nodes are issued its configuration, or none is. Reasons: `NODE_NOT_FOUND` for callers that are no node, `NODE_INACTIVE`, `NO_SUCH_VERSION`, which names
     * the last versions of the node; `INVALID_ARGUMENT` if an error comes with `APPLIED`, or none with the others;
     * `LIMIT_EXCEEDED` after 100 answers to one version (`node_config_acks_max`).
     * </pre>
     */
    public dev.asyncgate.v1.AckNodeConfigResponse ackNodeConfig(dev.asyncgate.v1.AckNodeConfigRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getAckNodeConfigMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reports what the calling node is, and whether it can do jobs: when it starts, whenever that changes, and every
     * minute.
     * The report is stored whole, once for each content; the last 20 are kept. Repeating it does the same again. Reasons:
     * `NODE_NOT_FOUND` for callers that are no node, `NODE_INACTIVE`, `NO_SUCH_VERSION` for a form of report or a version
     * of a configuration that is not known, which names those that are; `LIMIT_EXCEEDED` (`node_report_bytes_max`).
     * </pre>
     */
    public dev.asyncgate.v1.ReportNodeResponse reportNode(dev.asyncgate.v1.ReportNodeRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getReportNodeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Issues a configuration to a node. It takes the place of the one before, whole, but for `worker_api`: if that is
     * absent, it stays as it was.
     * It is a new version and an obligation of the node; one that the node has not answered yet is closed by it. The node
     * hears of it at once if it waits in GetNodeConfig. Leaves an audit record. Repeated with the same `request_id`, it
     * is answered with the same version. The answer has no bearer. Reasons: `NODE_NOT_FOUND`, `NODE_INACTIVE`,
     * `INVALID_ARGUMENT`, `IDEMPOTENCY_CONFLICT`; `NODE_IN_ROLLOUT` for a node of a live roll-out, which has the nodes to
     * itself; `UNSUPPORTED` for a `worker_api` while the server has no key to seal its bearer with (the setting
     * `sealing-keys-file`).
     * </pre>
     */
    public dev.asyncgate.v1.UpdateNodeConfigResponse updateNodeConfig(dev.asyncgate.v1.UpdateNodeConfigRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getUpdateNodeConfigMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Tells a dispatcher where it gives jobs to a node, and the bearer that the node asks for.
     * Leaves an audit record for each call; so it is called when a node is found, and again when the node refuses the
     * bearer. Reasons: `NODE_NOT_FOUND`, also for a node without an address; `NODE_INACTIVE`; `UNSUPPORTED` if the server
     * does not have the key that the bearer is sealed with.
     * </pre>
     */
    public dev.asyncgate.v1.RevealNodeAddressResponse revealNodeAddress(dev.asyncgate.v1.RevealNodeAddressRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRevealNodeAddressMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the configurations of a node, newest first, with what it has answered. The last 100 are kept.
     * Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ListNodeConfigsResponse listNodeConfigs(dev.asyncgate.v1.ListNodeConfigsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListNodeConfigsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists nodes by id.
     * A page may be shorter than asked for: only an empty `next_page_token` marks the last page.
     * </pre>
     */
    public dev.asyncgate.v1.ListNodesResponse listNodes(dev.asyncgate.v1.ListNodesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListNodesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads a node, with its last report.
     * Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.GetNodeResponse getNode(dev.asyncgate.v1.GetNodeRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetNodeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says what keeps a node from being given work.
     * Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ExplainNodeResponse explainNode(dev.asyncgate.v1.ExplainNodeRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getExplainNodeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Drains a node: it ends the jobs that it has, and takes no more until ResumeNode.
     * The node hears of it at once if it waits in GetNodeConfig. A node that drains already stays as it is. Leaves an
     * audit record. Reasons: `NODE_NOT_FOUND`, `NODE_INACTIVE`.
     * </pre>
     */
    public dev.asyncgate.v1.DrainNodeResponse drainNode(dev.asyncgate.v1.DrainNodeRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDrainNodeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lets a node take jobs again after DrainNode, or register again after DeactivateNode.
     * For other nodes it changes nothing. Leaves an audit record. Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ResumeNodeResponse resumeNode(dev.asyncgate.v1.ResumeNodeRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getResumeNodeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Takes a node out of service: its credentials end within 5 s, and it cannot be registered again until ResumeNode.
     * A configuration that it has not answered is withdrawn, by the receipt `node.config_withdrawn`; in a roll-out, it has
     * failed then. Its jobs end with their leases, and go to other nodes. A node that is INACTIVE already stays as it is.
     * Leaves an audit record. Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.DeactivateNodeResponse deactivateNode(dev.asyncgate.v1.DeactivateNodeRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDeactivateNodeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Starts a roll-out: one configuration for many nodes, to a few canaries first.
     * The canaries are issued it in this call, as by UpdateNodeConfig. When all of them have applied it, the others follow,
     * a batch at a time: whenever a node answers, the next is issued it, in the transaction of that answer. A node that
     * fails, rolls back or does not answer in time pauses the roll-out, or rolls it back, as its plan says. The nodes are
     * settled here: one that registers later has no part in it. Each change of its state leaves the receipt
     * `node.rollout_changed` to the principal that has started it. Leaves an audit record. Repeated with the same
     * `request_id`, it is answered with the same roll-out. Reasons: `INVALID_ARGUMENT`, also if no node is selected;
     * `NODE_NOT_FOUND` and `NODE_INACTIVE` for nodes that the request names; `NODE_IN_ROLLOUT`; `LIMIT_EXCEEDED`
     * (`node_rollouts_max` live ones, `node_rollout_nodes_max`); `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public dev.asyncgate.v1.StartNodeRolloutResponse startNodeRollout(dev.asyncgate.v1.StartNodeRolloutRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getStartNodeRolloutMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Reads a roll-out, with how many of its nodes are where.
     * Reasons: `NODE_ROLLOUT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.GetNodeRolloutResponse getNodeRollout(dev.asyncgate.v1.GetNodeRolloutRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetNodeRolloutMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists roll-outs, newest first.
     * </pre>
     */
    public dev.asyncgate.v1.ListNodeRolloutsResponse listNodeRollouts(dev.asyncgate.v1.ListNodeRolloutsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListNodeRolloutsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists the nodes of a roll-out, in the order in which they are issued the configuration.
     * Reasons: `NODE_ROLLOUT_NOT_FOUND`.
     * </pre>
     */
    public dev.asyncgate.v1.ListNodeRolloutNodesResponse listNodeRolloutNodes(dev.asyncgate.v1.ListNodeRolloutNodesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListNodeRolloutNodesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Pauses a roll-out: no further node is issued anything. What was issued stays, and answers still count.
     * A roll-out that is paused already stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it is not RUNNING.
     * </pre>
     */
    public dev.asyncgate.v1.PauseNodeRolloutResponse pauseNodeRollout(dev.asyncgate.v1.PauseNodeRolloutRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getPauseNodeRolloutMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lets a paused roll-out go on. Nodes that have failed are issued the configuration again, or are passed by.
     * A roll-out that is RUNNING stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it is neither PAUSED nor RUNNING.
     * </pre>
     */
    public dev.asyncgate.v1.ResumeNodeRolloutResponse resumeNodeRollout(dev.asyncgate.v1.ResumeNodeRolloutRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getResumeNodeRolloutMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Rolls a roll-out back: each node that was issued the configuration is issued the one that it had before, a batch at a
     * time, as a new version.
     * One that is rolled back, or about to be, stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it has ended otherwise.
     * </pre>
     */
    public dev.asyncgate.v1.RollBackNodeRolloutResponse rollBackNodeRollout(dev.asyncgate.v1.RollBackNodeRolloutRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRollBackNodeRolloutMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Ends a roll-out as it is: each node keeps what it was issued last, and owes the answer to it.
     * One that was canceled stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it has ended otherwise.
     * </pre>
     */
    public dev.asyncgate.v1.CancelNodeRolloutResponse cancelNodeRollout(dev.asyncgate.v1.CancelNodeRolloutRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCancelNodeRolloutMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service NodeService.
   * <pre>
   * Nodes: registered with a pre-shared key, configured by operators, and watched by what they report. The work itself
   * goes over the `Work` stream. A configuration is an obligation of its node: the receipt `node.config_issued` is open
   * until the node has answered what became of it.
   * </pre>
   */
  public static final class NodeServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<NodeServiceFutureStub> {
    private NodeServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected NodeServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new NodeServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Makes a pre-shared key, with which machines register as nodes. This answer is the only one that contains it.
     * A node sends it as `Authorization: Bearer &lt;key&gt;`; all it can do is RegisterNode. Leaves an audit record. A retry
     * with the same `request_id` is refused with `IDEMPOTENCY_CONFLICT`, because the key cannot be shown again: revoke it
     * and make another. Other reasons: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED` (`node_enrollments_max`).
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.CreateNodeEnrollmentResponse> createNodeEnrollment(
        dev.asyncgate.v1.CreateNodeEnrollmentRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCreateNodeEnrollmentMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists the pre-shared keys of the tenant, newest first, without their secrets.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListNodeEnrollmentsResponse> listNodeEnrollments(
        dev.asyncgate.v1.ListNodeEnrollmentsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListNodeEnrollmentsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Revokes a pre-shared key: within 5 s, no server accepts it. Nodes that it has registered keep their credentials.
     * Revoking it again changes nothing. Leaves an audit record. Reasons: `NODE_ENROLLMENT_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.RevokeNodeEnrollmentResponse> revokeNodeEnrollment(
        dev.asyncgate.v1.RevokeNodeEnrollmentRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRevokeNodeEnrollmentMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Registers the calling machine as a node, and gives it a credential of the role `node`, which lasts a day.
     * The caller's credential is a pre-shared key, which says the tenant. A node that is registered for the first time is
     * issued the configuration of the enrollment. One that was registered before gets a new credential (`existed`), and
     * its former ones end. If one of these is in use, it is refused with `NODE_REGISTERED` unless the enrollment may
     * replace it: machines with one key cannot take each other's place. A call whose answer was lost may be repeated; the
     * credential of the lost answer ends. Leaves an audit record. Other reasons: `NODE_ENROLLMENT_NOT_FOUND` for other
     * credentials; `NODE_INACTIVE`; `INVALID_ARGUMENT`, also for an id that does not begin as the enrollment says;
     * `NO_SUCH_VERSION` of the report; `LIMIT_EXCEEDED` (`nodes_max`, `node_report_bytes_max`, or the enrollment's own
     * `enrollment_nodes_max`); `RATE_LIMITED` after 600 registrations with one key in a minute.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.RegisterNodeResponse> registerNode(
        dev.asyncgate.v1.RegisterNodeRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRegisterNodeMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Gives the calling node its next credential. The one of this call lasts on until its own end; any other ends.
     * So a node has at most two, and a lost answer costs nothing: call again. Leaves an audit record. Reasons:
     * `NODE_NOT_FOUND` for callers that are no node, `NODE_INACTIVE`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.RenewNodeCredentialResponse> renewNodeCredential(
        dev.asyncgate.v1.RenewNodeCredentialRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRenewNodeCredentialMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Reads the configuration of the calling node, and whether it is to take jobs. May wait until one of them differs from
     * what the node has.
     * Without `wait`, or with another version or state than the current one, it is answered at once; otherwise as soon as
     * there is another, or when `wait` is over. Reasons: `NODE_NOT_FOUND` for callers that are no node,
     * `LIMIT_EXCEEDED` (`parked_waits_max`).
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.GetNodeConfigResponse> getNodeConfig(
        dev.asyncgate.v1.GetNodeConfigRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetNodeConfigMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Says what became of a configuration on the calling node.
     * The first answer to a version closes the obligation, by the receipt `node.config_acknowledged`. A later one that
     * differs is put on record behind it: a node may apply a version and have to roll it back. The same again changes
     * nothing. A live roll-out goes on in the same transaction: other nodes are issued its configuration, or none is. Reasons: `NODE_NOT_FOUND` for callers that are no node, `NODE_INACTIVE`, `NO_SUCH_VERSION`, which names
     * the last versions of the node; `INVALID_ARGUMENT` if an error comes with `APPLIED`, or none with the others;
     * `LIMIT_EXCEEDED` after 100 answers to one version (`node_config_acks_max`).
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.AckNodeConfigResponse> ackNodeConfig(
        dev.asyncgate.v1.AckNodeConfigRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getAckNodeConfigMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Reports what the calling node is, and whether it can do jobs: when it starts, whenever that changes, and every
     * minute.
     * The report is stored whole, once for each content; the last 20 are kept. Repeating it does the same again. Reasons:
     * `NODE_NOT_FOUND` for callers that are no node, `NODE_INACTIVE`, `NO_SUCH_VERSION` for a form of report or a version
     * of a configuration that is not known, which names those that are; `LIMIT_EXCEEDED` (`node_report_bytes_max`).
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ReportNodeResponse> reportNode(
        dev.asyncgate.v1.ReportNodeRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getReportNodeMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Issues a configuration to a node. It takes the place of the one before, whole, but for `worker_api`: if that is
     * absent, it stays as it was.
     * It is a new version and an obligation of the node; one that the node has not answered yet is closed by it. The node
     * hears of it at once if it waits in GetNodeConfig. Leaves an audit record. Repeated with the same `request_id`, it
     * is answered with the same version. The answer has no bearer. Reasons: `NODE_NOT_FOUND`, `NODE_INACTIVE`,
     * `INVALID_ARGUMENT`, `IDEMPOTENCY_CONFLICT`; `NODE_IN_ROLLOUT` for a node of a live roll-out, which has the nodes to
     * itself; `UNSUPPORTED` for a `worker_api` while the server has no key to seal its bearer with (the setting
     * `sealing-keys-file`).
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.UpdateNodeConfigResponse> updateNodeConfig(
        dev.asyncgate.v1.UpdateNodeConfigRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getUpdateNodeConfigMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Tells a dispatcher where it gives jobs to a node, and the bearer that the node asks for.
     * Leaves an audit record for each call; so it is called when a node is found, and again when the node refuses the
     * bearer. Reasons: `NODE_NOT_FOUND`, also for a node without an address; `NODE_INACTIVE`; `UNSUPPORTED` if the server
     * does not have the key that the bearer is sealed with.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.RevealNodeAddressResponse> revealNodeAddress(
        dev.asyncgate.v1.RevealNodeAddressRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRevealNodeAddressMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists the configurations of a node, newest first, with what it has answered. The last 100 are kept.
     * Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListNodeConfigsResponse> listNodeConfigs(
        dev.asyncgate.v1.ListNodeConfigsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListNodeConfigsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists nodes by id.
     * A page may be shorter than asked for: only an empty `next_page_token` marks the last page.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListNodesResponse> listNodes(
        dev.asyncgate.v1.ListNodesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListNodesMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Reads a node, with its last report.
     * Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.GetNodeResponse> getNode(
        dev.asyncgate.v1.GetNodeRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetNodeMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Says what keeps a node from being given work.
     * Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ExplainNodeResponse> explainNode(
        dev.asyncgate.v1.ExplainNodeRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getExplainNodeMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Drains a node: it ends the jobs that it has, and takes no more until ResumeNode.
     * The node hears of it at once if it waits in GetNodeConfig. A node that drains already stays as it is. Leaves an
     * audit record. Reasons: `NODE_NOT_FOUND`, `NODE_INACTIVE`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.DrainNodeResponse> drainNode(
        dev.asyncgate.v1.DrainNodeRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDrainNodeMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lets a node take jobs again after DrainNode, or register again after DeactivateNode.
     * For other nodes it changes nothing. Leaves an audit record. Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ResumeNodeResponse> resumeNode(
        dev.asyncgate.v1.ResumeNodeRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getResumeNodeMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Takes a node out of service: its credentials end within 5 s, and it cannot be registered again until ResumeNode.
     * A configuration that it has not answered is withdrawn, by the receipt `node.config_withdrawn`; in a roll-out, it has
     * failed then. Its jobs end with their leases, and go to other nodes. A node that is INACTIVE already stays as it is.
     * Leaves an audit record. Reasons: `NODE_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.DeactivateNodeResponse> deactivateNode(
        dev.asyncgate.v1.DeactivateNodeRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDeactivateNodeMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Starts a roll-out: one configuration for many nodes, to a few canaries first.
     * The canaries are issued it in this call, as by UpdateNodeConfig. When all of them have applied it, the others follow,
     * a batch at a time: whenever a node answers, the next is issued it, in the transaction of that answer. A node that
     * fails, rolls back or does not answer in time pauses the roll-out, or rolls it back, as its plan says. The nodes are
     * settled here: one that registers later has no part in it. Each change of its state leaves the receipt
     * `node.rollout_changed` to the principal that has started it. Leaves an audit record. Repeated with the same
     * `request_id`, it is answered with the same roll-out. Reasons: `INVALID_ARGUMENT`, also if no node is selected;
     * `NODE_NOT_FOUND` and `NODE_INACTIVE` for nodes that the request names; `NODE_IN_ROLLOUT`; `LIMIT_EXCEEDED`
     * (`node_rollouts_max` live ones, `node_rollout_nodes_max`); `IDEMPOTENCY_CONFLICT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.StartNodeRolloutResponse> startNodeRollout(
        dev.asyncgate.v1.StartNodeRolloutRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getStartNodeRolloutMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Reads a roll-out, with how many of its nodes are where.
     * Reasons: `NODE_ROLLOUT_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.GetNodeRolloutResponse> getNodeRollout(
        dev.asyncgate.v1.GetNodeRolloutRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetNodeRolloutMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists roll-outs, newest first.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListNodeRolloutsResponse> listNodeRollouts(
        dev.asyncgate.v1.ListNodeRolloutsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListNodeRolloutsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists the nodes of a roll-out, in the order in which they are issued the configuration.
     * Reasons: `NODE_ROLLOUT_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ListNodeRolloutNodesResponse> listNodeRolloutNodes(
        dev.asyncgate.v1.ListNodeRolloutNodesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListNodeRolloutNodesMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Pauses a roll-out: no further node is issued anything. What was issued stays, and answers still count.
     * A roll-out that is paused already stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it is not RUNNING.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.PauseNodeRolloutResponse> pauseNodeRollout(
        dev.asyncgate.v1.PauseNodeRolloutRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getPauseNodeRolloutMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lets a paused roll-out go on. Nodes that have failed are issued the configuration again, or are passed by.
     * A roll-out that is RUNNING stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it is neither PAUSED nor RUNNING.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.ResumeNodeRolloutResponse> resumeNodeRollout(
        dev.asyncgate.v1.ResumeNodeRolloutRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getResumeNodeRolloutMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Rolls a roll-out back: each node that was issued the configuration is issued the one that it had before, a batch at a
     * time, as a new version.
     * One that is rolled back, or about to be, stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it has ended otherwise.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.RollBackNodeRolloutResponse> rollBackNodeRollout(
        dev.asyncgate.v1.RollBackNodeRolloutRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRollBackNodeRolloutMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Ends a roll-out as it is: each node keeps what it was issued last, and owes the answer to it.
     * One that was canceled stays as it is. Leaves an audit record. Reasons: `NODE_ROLLOUT_NOT_FOUND`;
     * `NODE_ROLLOUT_STATE` if it has ended otherwise.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<dev.asyncgate.v1.CancelNodeRolloutResponse> cancelNodeRollout(
        dev.asyncgate.v1.CancelNodeRolloutRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCancelNodeRolloutMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_CREATE_NODE_ENROLLMENT = 0;
  private static final int METHODID_LIST_NODE_ENROLLMENTS = 1;
  private static final int METHODID_REVOKE_NODE_ENROLLMENT = 2;
  private static final int METHODID_REGISTER_NODE = 3;
  private static final int METHODID_RENEW_NODE_CREDENTIAL = 4;
  private static final int METHODID_GET_NODE_CONFIG = 5;
  private static final int METHODID_ACK_NODE_CONFIG = 6;
  private static final int METHODID_REPORT_NODE = 7;
  private static final int METHODID_UPDATE_NODE_CONFIG = 8;
  private static final int METHODID_REVEAL_NODE_ADDRESS = 9;
  private static final int METHODID_LIST_NODE_CONFIGS = 10;
  private static final int METHODID_LIST_NODES = 11;
  private static final int METHODID_GET_NODE = 12;
  private static final int METHODID_EXPLAIN_NODE = 13;
  private static final int METHODID_DRAIN_NODE = 14;
  private static final int METHODID_RESUME_NODE = 15;
  private static final int METHODID_DEACTIVATE_NODE = 16;
  private static final int METHODID_START_NODE_ROLLOUT = 17;
  private static final int METHODID_GET_NODE_ROLLOUT = 18;
  private static final int METHODID_LIST_NODE_ROLLOUTS = 19;
  private static final int METHODID_LIST_NODE_ROLLOUT_NODES = 20;
  private static final int METHODID_PAUSE_NODE_ROLLOUT = 21;
  private static final int METHODID_RESUME_NODE_ROLLOUT = 22;
  private static final int METHODID_ROLL_BACK_NODE_ROLLOUT = 23;
  private static final int METHODID_CANCEL_NODE_ROLLOUT = 24;

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
        case METHODID_CREATE_NODE_ENROLLMENT:
          serviceImpl.createNodeEnrollment((dev.asyncgate.v1.CreateNodeEnrollmentRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.CreateNodeEnrollmentResponse>) responseObserver);
          break;
        case METHODID_LIST_NODE_ENROLLMENTS:
          serviceImpl.listNodeEnrollments((dev.asyncgate.v1.ListNodeEnrollmentsRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListNodeEnrollmentsResponse>) responseObserver);
          break;
        case METHODID_REVOKE_NODE_ENROLLMENT:
          serviceImpl.revokeNodeEnrollment((dev.asyncgate.v1.RevokeNodeEnrollmentRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.RevokeNodeEnrollmentResponse>) responseObserver);
          break;
        case METHODID_REGISTER_NODE:
          serviceImpl.registerNode((dev.asyncgate.v1.RegisterNodeRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.RegisterNodeResponse>) responseObserver);
          break;
        case METHODID_RENEW_NODE_CREDENTIAL:
          serviceImpl.renewNodeCredential((dev.asyncgate.v1.RenewNodeCredentialRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.RenewNodeCredentialResponse>) responseObserver);
          break;
        case METHODID_GET_NODE_CONFIG:
          serviceImpl.getNodeConfig((dev.asyncgate.v1.GetNodeConfigRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetNodeConfigResponse>) responseObserver);
          break;
        case METHODID_ACK_NODE_CONFIG:
          serviceImpl.ackNodeConfig((dev.asyncgate.v1.AckNodeConfigRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.AckNodeConfigResponse>) responseObserver);
          break;
        case METHODID_REPORT_NODE:
          serviceImpl.reportNode((dev.asyncgate.v1.ReportNodeRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ReportNodeResponse>) responseObserver);
          break;
        case METHODID_UPDATE_NODE_CONFIG:
          serviceImpl.updateNodeConfig((dev.asyncgate.v1.UpdateNodeConfigRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.UpdateNodeConfigResponse>) responseObserver);
          break;
        case METHODID_REVEAL_NODE_ADDRESS:
          serviceImpl.revealNodeAddress((dev.asyncgate.v1.RevealNodeAddressRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.RevealNodeAddressResponse>) responseObserver);
          break;
        case METHODID_LIST_NODE_CONFIGS:
          serviceImpl.listNodeConfigs((dev.asyncgate.v1.ListNodeConfigsRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListNodeConfigsResponse>) responseObserver);
          break;
        case METHODID_LIST_NODES:
          serviceImpl.listNodes((dev.asyncgate.v1.ListNodesRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListNodesResponse>) responseObserver);
          break;
        case METHODID_GET_NODE:
          serviceImpl.getNode((dev.asyncgate.v1.GetNodeRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetNodeResponse>) responseObserver);
          break;
        case METHODID_EXPLAIN_NODE:
          serviceImpl.explainNode((dev.asyncgate.v1.ExplainNodeRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ExplainNodeResponse>) responseObserver);
          break;
        case METHODID_DRAIN_NODE:
          serviceImpl.drainNode((dev.asyncgate.v1.DrainNodeRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.DrainNodeResponse>) responseObserver);
          break;
        case METHODID_RESUME_NODE:
          serviceImpl.resumeNode((dev.asyncgate.v1.ResumeNodeRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ResumeNodeResponse>) responseObserver);
          break;
        case METHODID_DEACTIVATE_NODE:
          serviceImpl.deactivateNode((dev.asyncgate.v1.DeactivateNodeRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.DeactivateNodeResponse>) responseObserver);
          break;
        case METHODID_START_NODE_ROLLOUT:
          serviceImpl.startNodeRollout((dev.asyncgate.v1.StartNodeRolloutRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.StartNodeRolloutResponse>) responseObserver);
          break;
        case METHODID_GET_NODE_ROLLOUT:
          serviceImpl.getNodeRollout((dev.asyncgate.v1.GetNodeRolloutRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.GetNodeRolloutResponse>) responseObserver);
          break;
        case METHODID_LIST_NODE_ROLLOUTS:
          serviceImpl.listNodeRollouts((dev.asyncgate.v1.ListNodeRolloutsRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListNodeRolloutsResponse>) responseObserver);
          break;
        case METHODID_LIST_NODE_ROLLOUT_NODES:
          serviceImpl.listNodeRolloutNodes((dev.asyncgate.v1.ListNodeRolloutNodesRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ListNodeRolloutNodesResponse>) responseObserver);
          break;
        case METHODID_PAUSE_NODE_ROLLOUT:
          serviceImpl.pauseNodeRollout((dev.asyncgate.v1.PauseNodeRolloutRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.PauseNodeRolloutResponse>) responseObserver);
          break;
        case METHODID_RESUME_NODE_ROLLOUT:
          serviceImpl.resumeNodeRollout((dev.asyncgate.v1.ResumeNodeRolloutRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.ResumeNodeRolloutResponse>) responseObserver);
          break;
        case METHODID_ROLL_BACK_NODE_ROLLOUT:
          serviceImpl.rollBackNodeRollout((dev.asyncgate.v1.RollBackNodeRolloutRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.RollBackNodeRolloutResponse>) responseObserver);
          break;
        case METHODID_CANCEL_NODE_ROLLOUT:
          serviceImpl.cancelNodeRollout((dev.asyncgate.v1.CancelNodeRolloutRequest) request,
              (io.grpc.stub.StreamObserver<dev.asyncgate.v1.CancelNodeRolloutResponse>) responseObserver);
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
          getCreateNodeEnrollmentMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.CreateNodeEnrollmentRequest,
              dev.asyncgate.v1.CreateNodeEnrollmentResponse>(
                service, METHODID_CREATE_NODE_ENROLLMENT)))
        .addMethod(
          getListNodeEnrollmentsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListNodeEnrollmentsRequest,
              dev.asyncgate.v1.ListNodeEnrollmentsResponse>(
                service, METHODID_LIST_NODE_ENROLLMENTS)))
        .addMethod(
          getRevokeNodeEnrollmentMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.RevokeNodeEnrollmentRequest,
              dev.asyncgate.v1.RevokeNodeEnrollmentResponse>(
                service, METHODID_REVOKE_NODE_ENROLLMENT)))
        .addMethod(
          getRegisterNodeMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.RegisterNodeRequest,
              dev.asyncgate.v1.RegisterNodeResponse>(
                service, METHODID_REGISTER_NODE)))
        .addMethod(
          getRenewNodeCredentialMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.RenewNodeCredentialRequest,
              dev.asyncgate.v1.RenewNodeCredentialResponse>(
                service, METHODID_RENEW_NODE_CREDENTIAL)))
        .addMethod(
          getGetNodeConfigMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.GetNodeConfigRequest,
              dev.asyncgate.v1.GetNodeConfigResponse>(
                service, METHODID_GET_NODE_CONFIG)))
        .addMethod(
          getAckNodeConfigMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.AckNodeConfigRequest,
              dev.asyncgate.v1.AckNodeConfigResponse>(
                service, METHODID_ACK_NODE_CONFIG)))
        .addMethod(
          getReportNodeMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ReportNodeRequest,
              dev.asyncgate.v1.ReportNodeResponse>(
                service, METHODID_REPORT_NODE)))
        .addMethod(
          getUpdateNodeConfigMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.UpdateNodeConfigRequest,
              dev.asyncgate.v1.UpdateNodeConfigResponse>(
                service, METHODID_UPDATE_NODE_CONFIG)))
        .addMethod(
          getRevealNodeAddressMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.RevealNodeAddressRequest,
              dev.asyncgate.v1.RevealNodeAddressResponse>(
                service, METHODID_REVEAL_NODE_ADDRESS)))
        .addMethod(
          getListNodeConfigsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListNodeConfigsRequest,
              dev.asyncgate.v1.ListNodeConfigsResponse>(
                service, METHODID_LIST_NODE_CONFIGS)))
        .addMethod(
          getListNodesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListNodesRequest,
              dev.asyncgate.v1.ListNodesResponse>(
                service, METHODID_LIST_NODES)))
        .addMethod(
          getGetNodeMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.GetNodeRequest,
              dev.asyncgate.v1.GetNodeResponse>(
                service, METHODID_GET_NODE)))
        .addMethod(
          getExplainNodeMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ExplainNodeRequest,
              dev.asyncgate.v1.ExplainNodeResponse>(
                service, METHODID_EXPLAIN_NODE)))
        .addMethod(
          getDrainNodeMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.DrainNodeRequest,
              dev.asyncgate.v1.DrainNodeResponse>(
                service, METHODID_DRAIN_NODE)))
        .addMethod(
          getResumeNodeMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ResumeNodeRequest,
              dev.asyncgate.v1.ResumeNodeResponse>(
                service, METHODID_RESUME_NODE)))
        .addMethod(
          getDeactivateNodeMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.DeactivateNodeRequest,
              dev.asyncgate.v1.DeactivateNodeResponse>(
                service, METHODID_DEACTIVATE_NODE)))
        .addMethod(
          getStartNodeRolloutMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.StartNodeRolloutRequest,
              dev.asyncgate.v1.StartNodeRolloutResponse>(
                service, METHODID_START_NODE_ROLLOUT)))
        .addMethod(
          getGetNodeRolloutMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.GetNodeRolloutRequest,
              dev.asyncgate.v1.GetNodeRolloutResponse>(
                service, METHODID_GET_NODE_ROLLOUT)))
        .addMethod(
          getListNodeRolloutsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListNodeRolloutsRequest,
              dev.asyncgate.v1.ListNodeRolloutsResponse>(
                service, METHODID_LIST_NODE_ROLLOUTS)))
        .addMethod(
          getListNodeRolloutNodesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ListNodeRolloutNodesRequest,
              dev.asyncgate.v1.ListNodeRolloutNodesResponse>(
                service, METHODID_LIST_NODE_ROLLOUT_NODES)))
        .addMethod(
          getPauseNodeRolloutMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.PauseNodeRolloutRequest,
              dev.asyncgate.v1.PauseNodeRolloutResponse>(
                service, METHODID_PAUSE_NODE_ROLLOUT)))
        .addMethod(
          getResumeNodeRolloutMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.ResumeNodeRolloutRequest,
              dev.asyncgate.v1.ResumeNodeRolloutResponse>(
                service, METHODID_RESUME_NODE_ROLLOUT)))
        .addMethod(
          getRollBackNodeRolloutMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.RollBackNodeRolloutRequest,
              dev.asyncgate.v1.RollBackNodeRolloutResponse>(
                service, METHODID_ROLL_BACK_NODE_ROLLOUT)))
        .addMethod(
          getCancelNodeRolloutMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              dev.asyncgate.v1.CancelNodeRolloutRequest,
              dev.asyncgate.v1.CancelNodeRolloutResponse>(
                service, METHODID_CANCEL_NODE_ROLLOUT)))
        .build();
  }

  private static abstract class NodeServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    NodeServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return dev.asyncgate.v1.NodeServiceProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("NodeService");
    }
  }

  private static final class NodeServiceFileDescriptorSupplier
      extends NodeServiceBaseDescriptorSupplier {
    NodeServiceFileDescriptorSupplier() {}
  }

  private static final class NodeServiceMethodDescriptorSupplier
      extends NodeServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    NodeServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (NodeServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new NodeServiceFileDescriptorSupplier())
              .addMethod(getCreateNodeEnrollmentMethod())
              .addMethod(getListNodeEnrollmentsMethod())
              .addMethod(getRevokeNodeEnrollmentMethod())
              .addMethod(getRegisterNodeMethod())
              .addMethod(getRenewNodeCredentialMethod())
              .addMethod(getGetNodeConfigMethod())
              .addMethod(getAckNodeConfigMethod())
              .addMethod(getReportNodeMethod())
              .addMethod(getUpdateNodeConfigMethod())
              .addMethod(getRevealNodeAddressMethod())
              .addMethod(getListNodeConfigsMethod())
              .addMethod(getListNodesMethod())
              .addMethod(getGetNodeMethod())
              .addMethod(getExplainNodeMethod())
              .addMethod(getDrainNodeMethod())
              .addMethod(getResumeNodeMethod())
              .addMethod(getDeactivateNodeMethod())
              .addMethod(getStartNodeRolloutMethod())
              .addMethod(getGetNodeRolloutMethod())
              .addMethod(getListNodeRolloutsMethod())
              .addMethod(getListNodeRolloutNodesMethod())
              .addMethod(getPauseNodeRolloutMethod())
              .addMethod(getResumeNodeRolloutMethod())
              .addMethod(getRollBackNodeRolloutMethod())
              .addMethod(getCancelNodeRolloutMethod())
              .build();
        }
      }
    }
    return result;
  }
}
