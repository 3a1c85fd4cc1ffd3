import sys

port = 80
if len(sys.argv) > 99:
    port = 8080


def serve():
    return port
