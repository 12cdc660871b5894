"""As much of the protobuf wire format as Chromium's messaging needs."""

Field = int | bytes


def varint(value: int) -> bytes:
    """A base-128 number, lowest seven bits first."""
    octets = bytearray()
    while value > 0x7F:
        octets.append(value & 0x7F | 0x80)
        value >>= 7
    octets.append(value)
    return bytes(octets)


def number(field: int, value: int) -> bytes:
    """A varint field; booleans are 0 and 1."""
    return varint(field << 3) + varint(value)


def text(field: int, value: str | bytes) -> bytes:
    """A length-delimited field: text, bytes or an embedded message."""
    octets = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(octets)) + octets


def fixed64(field: int, value: int) -> bytes:
    """A field of eight bytes, little-endian."""
    return varint(field << 3 | 1) + value.to_bytes(8, "little")


def parse(message: bytes) -> dict[int, list[Field]]:
    """All values of a message by field number, in order. Raises ValueError when it is cut short."""
    fields: dict[int, list[Field]] = {}
    position = 0
    while position < len(message):
        key, position = _read_varint(message, position)
        value, position = _read_value(message, position, key & 7)
        fields.setdefault(key >> 3, []).append(value)
    return fields


def _read_value(message: bytes, position: int, wire_type: int) -> tuple[Field, int]:
    if wire_type == 0:
        return _read_varint(message, position)
    if wire_type == 2:
        length, position = _read_varint(message, position)
        return _read_octets(message, position, length)
    if wire_type in (1, 5):
        octets, position = _read_octets(message, position, 8 if wire_type == 1 else 4)
        return int.from_bytes(octets, "little"), position
    raise ValueError(f"unknown wire type {wire_type}")


def _read_octets(message: bytes, position: int, length: int) -> tuple[bytes, int]:
    end = position + length
    if end > len(message):
        raise ValueError("message is cut short")
    return message[position:end], end


def _read_varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(message):
        octet = message[position]
        position += 1
        value |= (octet & 0x7F) << shift
        if octet < 0x80:
            return value, position
        shift += 7
    raise ValueError("message is cut short")
