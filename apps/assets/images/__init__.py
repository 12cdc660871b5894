"""Images: pictures from outside made safe, stored once each, served, and who names them."""
