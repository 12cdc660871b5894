"""A push service for tests: it checks, decrypts, fails on demand and talks to real browsers."""

from .service import PushService

__all__ = ["PushService"]
