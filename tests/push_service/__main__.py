"""Run the push service as a process of its own, until it is told to end."""

import argparse
import signal
import threading

from .service import PushService


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m tests.push_service", description=__doc__)
    parser.add_argument("--port", type=int, default=8002, help="of HTTP and Firefox's WebSocket")
    parser.add_argument("--mcs-port", type=int, default=0, help="of Chromium's TLS; 0: a free one")
    options = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with PushService(port=options.port, mcs_port=options.mcs_port) as service:
        print(f"push service at {service.origin}, MCS at {service.mcs_url}", flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
