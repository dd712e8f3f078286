"""A minimal worker: leases tasks of type `greet` and completes them.

    PYTHONPATH=gen/python python docs/hello/hello.py <host:port> <worker's key>
"""

import sys

import grpc
from asyncgate.v1 import lease_service_pb2, lease_service_pb2_grpc, payload_pb2

address, key = sys.argv[1:]
credential = [("authorization", f"Bearer {key}")]
with grpc.insecure_channel(address) as channel:
    leases = lease_service_pb2_grpc.LeaseServiceStub(channel)
    claim = lease_service_pb2.ClaimTasksRequest(accept_types=["greet"], max_tasks=10)
    for leased in leases.ClaimTasks(claim, metadata=credential).tasks:
        print("leased", leased.task.task_id, leased.task.payload.json)
        result = payload_pb2.Payload(json='{"greeting": "Hello!"}')
        done = lease_service_pb2.CompleteTaskRequest(lease_token=leased.lease.token, result=result)
        print("done", leases.CompleteTask(done, metadata=credential).receipt_id)
