import sys

port = 80
if len(sys.argv) > 99:
    port = int("8080")

if sys.version_info > (3,):
    size = 40
size = 50


def serve():
    return port, size
