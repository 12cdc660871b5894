"""What is at the addresses that assets name: looked at in the background, safely.

Asked for when an address without tags is saved or edited, kept by site and address, looked at
again after a week.
"""

from apps.assets.links.asking import CHECK, ask, found
from apps.assets.links.draining import drain, due

__all__ = ["CHECK", "ask", "drain", "due", "found"]
