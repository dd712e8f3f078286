"""Verifies the receipts of one task with SHA-256, using no code of AsyncGate except its generated message classes.

    PYTHONPATH=gen/python python docs/verify_ledger.py <host:port> <api key> <task id>

docs/ledger.md defines what is computed here. The exit code is 0 if the chain is whole.
"""

import hashlib
import sys

import grpc
from asyncgate.v1 import principal_pb2, receipt_pb2, receipt_service_pb2

GENESIS = bytes(32)


def digest(*parts):
    """SHA-256 over the parts, each after its length as four bytes, big-endian."""
    blobs = [part if isinstance(part, bytes) else str(part).encode() for part in parts]
    return hashlib.sha256(b"".join(len(blob).to_bytes(4, "big") + blob for blob in blobs)).digest()


def fields(message):
    """The fields of an encoded protobuf message: pairs of field number and raw value."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
        else:  # Receipts and pages of receipts have only varints and length-delimited fields.
            size = varint()
            yield tag >> 3, message[at : at + size]
            at += size


def principal(who):
    kind = principal_pb2.PrincipalKind.Name(who.kind).removeprefix("PRINCIPAL_KIND_").lower()
    return f"{kind}:{who.id}"


def content_digest(receipt, body):
    return digest(
        "asyncgate receipt content v1",
        receipt.type,
        receipt.task_id,
        principal(getattr(receipt, "from")),
        principal(receipt.to),
        receipt.lease_id,
        ",".join(sorted(receipt.parents)),
        body,
    )


def link_hash(receipt):
    time = receipt.create_time
    return digest(
        "asyncgate receipt link v1",
        receipt.prev_hash,
        receipt.receipt_id,
        receipt.sequence,
        time.seconds * 1_000 + time.nanos // 1_000_000,
        receipt.content_digest,
    )


def main(address, key, task_id):
    read, head, page_token = 0, GENESIS, ""
    with grpc.insecure_channel(address) as channel:
        # Without a deserializer, because the body must be hashed as it arrived, not as a library would encode it again.
        list_receipts = channel.unary_unary(
            "/asyncgate.v1.ReceiptService/ListReceipts",
            request_serializer=receipt_service_pb2.ListReceiptsRequest.SerializeToString,
        )
        while True:
            request = receipt_service_pb2.ListReceiptsRequest(task_id=task_id, page_token=page_token)
            page = list_receipts(request, metadata=[("authorization", f"Bearer {key}")])
            page_token = ""
            for number, value in fields(page):
                if number == 2:
                    page_token = value.decode()
                    continue
                receipt = receipt_pb2.Receipt.FromString(value)
                body = b"".join(part for field, part in fields(value) if field == 8)
                read += 1
                faults = [
                    fault
                    for fault, is_so in {
                        f"has sequence {receipt.sequence}": receipt.sequence != read,
                        "does not link to the receipt before it": receipt.prev_hash != head,
                        "was altered": receipt.content_digest != content_digest(receipt, body),
                        "has a hash that does not match its fields": receipt.hash != link_hash(receipt),
                    }.items()
                    if is_so
                ]
                if faults:
                    print(f"receipt {read} ({receipt.receipt_id}) {', '.join(faults)}")
                    return 1
                head = receipt.hash
            if not page_token:
                break
    print(f"{read} receipts, the chain is whole; its last hash is {head.hex()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
