"""Opens, calls and closes grpcio's client again and again, then cancels crowds of waiting calls on one connection.

Arguments: address, API key, connections, crowds, calls in a crowd. Prints what it has done, one line each.
"""

import sys
import time

import grpc

from asyncgate.v1 import system_service_pb2, system_service_pb2_grpc, task_service_pb2, task_service_pb2_grpc

CALL_TIMEOUT_SECONDS = 30
# The waiting calls are under way by then; were they not, their end would only come sooner.
WAIT_BEFORE_CANCEL_SECONDS = 0.5


def main() -> None:
    address, key = sys.argv[1:3]
    connections, crowds, size = map(int, sys.argv[3:6])
    metadata = [("authorization", f"Bearer {key}")]
    print("connections", repeat("connection", connections, lambda: open_call_close(address, metadata)))
    with grpc.insecure_channel(address) as channel:
        tasks = task_service_pb2_grpc.TaskServiceStub(channel)
        request = task_service_pb2.CreateTaskRequest(type="real-clients")
        task_id = tasks.CreateTask(request, metadata=metadata, timeout=CALL_TIMEOUT_SECONDS).task.task_id
        print("crowds", repeat("crowd", crowds, lambda: cancel_crowd(tasks, task_id, metadata, size)))


def repeat(what, times, run) -> int:
    for done in range(times):
        try:
            run()
        except Exception as error:
            print(f"{what} {done + 1}: {error}", file=sys.stderr)
            return done
    return times


def open_call_close(address, metadata) -> None:
    # Without this option all channels to one address share a connection.
    with grpc.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        system = system_service_pb2_grpc.SystemServiceStub(channel)
        request = system_service_pb2.GetServerInfoRequest()
        system.GetServerInfo(request, metadata=metadata, timeout=CALL_TIMEOUT_SECONDS)


def cancel_crowd(tasks, task_id, metadata, size) -> None:
    request = task_service_pb2.AwaitTaskRequest(task_id=task_id)
    waits = [tasks.AwaitTask.future(request, metadata=metadata) for _ in range(size)]
    time.sleep(WAIT_BEFORE_CANCEL_SECONDS)
    for wait in waits:
        wait.cancel()
    for wait in waits:
        if wait.code() is not grpc.StatusCode.CANCELLED:
            raise RuntimeError(f"a waiting call ended with {wait.code()}: {wait.details()}")
    request = task_service_pb2.GetTaskRequest(task_id=task_id)
    tasks.GetTask(request, metadata=metadata, timeout=CALL_TIMEOUT_SECONDS)


main()
