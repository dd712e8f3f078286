"""A minimal worker: leases tasks of type `greet` and completes them, until Ctrl-C.

    PYTHONPATH=gen/python python docs/hello/hello.py <host:port> <worker's key>
"""

import json
import sys

import grpc
from asyncgate.v1 import lease_service_pb2, lease_service_pb2_grpc, payload_pb2
from google.protobuf.duration_pb2 import Duration

address, key = sys.argv[1:]
credential = [("authorization", f"Bearer {key}")]
claim = lease_service_pb2.ClaimTasksRequest(accept_types=["greet"], max_tasks=10, wait=Duration(seconds=30))
with grpc.insecure_channel(address) as channel:
    leases = lease_service_pb2_grpc.LeaseServiceStub(channel)
    while True:  # a claim waits for the first task, and answers without one after 30 s
        for leased in leases.ClaimTasks(claim, metadata=credential).tasks:
            name = json.loads(leased.task.payload.json or "{}").get("name", "world")
            result = payload_pb2.Payload(json=json.dumps({"greeting": f"Hello, {name}!"}))
            done = lease_service_pb2.CompleteTaskRequest(lease_token=leased.lease.token, result=result)
            leases.CompleteTask(done, metadata=credential)
            print("done", leased.task.task_id, flush=True)
