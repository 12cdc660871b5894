import os
import shlex
import signal
import socket
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils.crypto import get_random_string
from honcho.manager import Manager

from config.demo.seed import seed


class Command(BaseCommand):
    help = (
        "Run the whole product for a look: migrate, seed the demo, then web and worker together "
        "until Ctrl-C. What was there before stays. DEMO_PORT and DEMO_PASSWORD are heeded."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        port = settings.DEMO_PORT
        refuse_taken_port(port)
        call_command("migrate", verbosity=0)
        password = settings.DEMO_PASSWORD or get_random_string(16)
        seed(port=port, password=password)
        self.stdout.write(
            f"\n  Demo shop    http://localhost:{port}/demo/\n"
            f"  Back office  http://localhost:{port}/admin/   user demo, password {password}\n"
            f"\n  Ctrl-C ends both.\n"
        )
        self.stdout.flush()
        sys.exit(run(port))


def refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is taken; choose another one: DEMO_PORT=8010 make demo"
            ) from error


def run(port: int) -> int:
    """Run web and worker until Ctrl-C or until one ends; returns the exit code for the shell."""
    python = shlex.quote(sys.executable)
    own = f"http://localhost:{port}"
    env = {"LINK_CHECK_HOSTS": own, **os.environ, "PYTHONUNBUFFERED": "1"}
    manager = Manager()
    manager.add_process(
        "web",
        f"exec {python} -m gunicorn config.wsgi --bind 127.0.0.1:{port} --threads 8"
        " --no-control-socket",
        env=env,
        cwd=settings.BASE_DIR,
    )
    manager.add_process("worker", f"exec {python} manage.py worker", env=env, cwd=settings.BASE_DIR)
    # A closed terminal ends both as well.
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    manager.loop()
    ended_by_hand = (130, 143)
    return 0 if manager.returncode in ended_by_hand else manager.returncode
