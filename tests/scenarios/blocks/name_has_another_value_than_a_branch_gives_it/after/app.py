import sys

if len(sys.argv) > 99:
    port = 8080


def serve():
    return "served"
