"""The payloads of a packet capture: UDP over IPv4 or IPv6 on Ethernet, from a classic pcap file.

Format: libpcap savefile, https://www.tcpdump.org/manpages/pcap-savefile.5.html.
"""

from __future__ import annotations

import struct
from typing import Final

from buckler.errors import InputError

_MAGIC: Final = {b"\xd4\xc3\xb2\xa1": ("<", 1e-6), b"\xa1\xb2\xc3\xd4": (">", 1e-6), b"\x4d\x3c\xb2\xa1": ("<", 1e-9),
                 b"\xa1\xb2\x3c\x4d": (">", 1e-9)}  # fmt: skip
_PCAPNG: Final = b"\x0a\x0d\x0d\x0a"
_ETHERNET: Final = 1
_RAW_IP: Final = 101
_VLAN: Final = (0x8100, 0x88A8)
_UDP: Final = 17


def is_capture(content: bytes) -> bool:
    """Whether a file's content is a packet capture."""
    return content[:4] in _MAGIC or content[:4] == _PCAPNG


def udp_payloads(content: bytes, file: str) -> tuple[list[tuple[float, bytes]], list[str]]:
    """(seconds since 1970, payload) of every UDP packet, and what was wrong: a capture that is cut short gives what is whole."""
    if content[:4] == _PCAPNG:
        raise InputError(f"{file}: a pcapng capture; convert it to classic pcap: editcap -F pcap IN OUT")
    order, tick = _MAGIC[content[:4]]
    if len(content) < 24:
        raise InputError(f"{file}: the capture ends within its header")
    link = struct.unpack(order + "I", content[20:24])[0] & 0xFFFF
    if link not in (_ETHERNET, _RAW_IP):
        raise InputError(f"{file}: packets of link type {link}; buckler reads Ethernet (1) and raw IP (101)")
    found: list[tuple[float, bytes]] = []
    said: list[str] = []
    at, others = 24, 0
    while at < len(content):
        if at + 16 > len(content):
            said.append(f"the capture is cut short in a packet's header after {len(found) + others} whole packets, which are used")
            break
        seconds, part, kept, _ = struct.unpack(order + "IIII", content[at : at + 16])
        packet = content[at + 16 : at + 16 + kept]
        at += 16 + kept
        if len(packet) < kept:
            said.append(f"the capture is cut short in a packet after {len(found) + others} whole packets, which are used")
            break
        payload = _payload(packet, link)
        if payload is None:
            others += 1
        else:
            found.append((seconds + part * tick, payload))
    if others:
        said.append(f"{others} packets are not UDP over IP: held out")
    return found, said


def _payload(packet: bytes, link: int) -> bytes | None:
    """What a UDP packet carries; None for any other packet, and for all but the first fragment."""
    at = 0
    if link == _ETHERNET:
        at = 12
        while len(packet) >= at + 4 and int.from_bytes(packet[at : at + 2], "big") in _VLAN:
            at += 4
        kind = packet[at : at + 2]
        at += 2
        if kind not in (b"\x08\x00", b"\x86\xdd"):
            return None
    version = packet[at] >> 4 if len(packet) > at else 0
    if version == 4 and len(packet) >= at + 20 and packet[at + 9] == _UDP:
        if int.from_bytes(packet[at + 6 : at + 8], "big") & 0x1FFF:
            return None
        at += 4 * (packet[at] & 0x0F)
    elif version == 6 and len(packet) >= at + 40 and packet[at + 6] == _UDP:
        at += 40
    else:
        return None
    length = int.from_bytes(packet[at + 4 : at + 6], "big")
    return packet[at + 8 : at + length] if length >= 8 else None
