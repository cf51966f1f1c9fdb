"""Figures of listing: a million uploads beside other clients, and side by side against page by page."""

import shutil
import subprocess
import sys

from measuring import MOPUP, Server, measure, row

BOTO = """
import boto3, os
from botocore.config import Config
client = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))
pages = client.get_paginator("list_multipart_uploads").paginate(Bucket="many")
print(sum(len(page.get("Uploads", [])) for page in pages))
"""
# The others keep every upload, and take minutes for a million: they list these, and time is scaled up.
FEW = 50_000


def ls(env, *more):
    return measure([MOPUP, "ls", "s3://many", *more], env)


def peers(env):
    """Name and command of each other client that is there."""
    if subprocess.run([sys.executable, "-c", "import boto3"], capture_output=True).returncode == 0:
        yield "boto3 paginator", [sys.executable, "-c", BOTO]
    if shutil.which("rclone"):
        remote = (
            f":s3,provider=Other,env_auth=true,endpoint='{env['AWS_ENDPOINT_URL_S3']}',"
            "force_path_style=true,region=us-east-1:many"
        )
        yield "rclone backend", ["rclone", "--config", "/dev/null", "backend", "list-multipart-uploads", remote]


def million(uploads, runs):
    with Server(uploads) as server:
        print(f"{'':28} the server was ready after {server.ready:.1f} s")
        ours = row(f"mopup ls --jsonl, {uploads}", [ls(server.env, "--jsonl") for _ in range(runs)])
        row(f"mopup ls --csv, {uploads}", [ls(server.env, "--csv") for _ in range(runs)])
    with Server(FEW) as server:
        scale = uploads / FEW
        for name, command in peers(server.env):
            theirs = row(f"{name}, {FEW}", [measure(command, server.env) for _ in range(runs)])
            print(
                f"{'':28} scaled up to {uploads}: wall {theirs[0] * scale:.1f} s, CPU {theirs[1] * scale:.1f} s; "
                f"of mopup: wall {theirs[0] * scale / ours[0]:.1f}, CPU {theirs[1] * scale / ours[1]:.1f} times"
            )


def spread(uploads, runs):
    for delay in (10, 30, 100):
        with Server(uploads, delay) as server:
            best = lambda *more: min(ls(server.env, *more)[0] for _ in range(runs))
            one = best("--jsonl", "--workers", "1")
            for way in ("--jsonl", "--csv"):
                many = best(way)
                print(
                    f"{uploads} uploads, {delay:3} ms: page by page {one:6.2f} s, side by side {way:7} {many:6.2f} s: "
                    f"{one / many:.1f} times"
                )
