"""What every figure needs: the embedded server, and whole processes measured from outside."""

import fcntl
import os
import pty
import re
import select
import statistics
import struct
import subprocess
import tempfile
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))
RELEASE = os.path.join(HERE, "..", "target", "release")
MOPUP = os.environ.get("MOPUP", os.path.join(RELEASE, "mopup"))
TICK = 1 / os.sysconf("SC_CLK_TCK")


class Server:
    """mopup demo-server with so many uploads; its address and keys as an environment."""

    def __init__(self, uploads, latency=0, discard=False, kind="--uploads"):
        command = [MOPUP, "demo-server", kind, str(uploads), "--delay", str(latency)]
        command += ["--discard"] if discard else []
        begin = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        self.env["XDG_STATE_HOME"] = tempfile.mkdtemp()
        self.env["AWS_EC2_METADATA_DISABLED"] = "true"
        for line in self.process.stdout:
            found = re.match(r"\s*export (\w+)=(.*)", line)
            if found:
                self.env[found[1]] = found[2].strip()
            if "AWS_ENDPOINT_URL_S3" in line:
                break
        self.ready = time.monotonic() - begin

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def measure(command, env):
    """Runs to the end; wall and CPU seconds, peak KiB, exit code, and what it printed last."""
    begin = time.monotonic()
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        size = os.fstat(out.fileno()).st_size
        out.seek(max(0, size - 400))
        tail = out.read().decode(errors="replace").strip().splitlines()[-1:]
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, child.returncode, "".join(tail)[:160]


def row(name, results):
    median = lambda index: statistics.median(result[index] for result in results)
    peak = max(result[2] for result in results) / 1024
    codes = {result[3] for result in results}
    print(f"{name:28} wall {median(0):8.2f} s   CPU {median(1):8.2f} s   peak {peak:7.1f} MiB   exit {codes}")
    return median(0), median(1)


def ticks(pid):
    """CPU that a process has used so far, in ticks."""
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def terminal(command, env):
    """Starts a command in a pseudo-terminal of 120 columns and 36 rows."""
    pid, master = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        os.execve(command[0], command, dict(env, TERM="xterm-256color"))
    return pid, master


def drain(master, seconds):
    """Reads what is drawn for so long; how much it was."""
    end, total = time.monotonic() + seconds, 0
    while (left := end - time.monotonic()) > 0:
        if select.select([master], [], [], left)[0]:
            try:
                total += len(os.read(master, 65536))
            except OSError:
                break
    return total


def until(master, text, seconds=20):
    """Reads what is drawn until `text` is in it."""
    end, seen = time.monotonic() + seconds, b""
    while text not in seen:
        left = end - time.monotonic()
        if left < 0:
            raise SystemExit(f"{text!r} was never drawn: {seen[-400:]!r}")
        if select.select([master], [], [], left)[0]:
            seen += os.read(master, 65536)
