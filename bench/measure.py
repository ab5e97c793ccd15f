"""Running a program to its end and seeing what it needed."""
import os
import subprocess
import sys
import tempfile
import time

BEGIN = time.monotonic()


class Failed(Exception):
    pass


def say(text):
    seconds = int(time.monotonic() - BEGIN)
    print(f"[{seconds // 60:3}:{seconds % 60:02}] {text}", file=sys.stderr, flush=True)


def measured(argv, also=None):
    """Wall and CPU seconds of ARGV and its children, peak MiB of its largest process, what it printed."""
    argv = [str(argument) for argument in argv]
    with tempfile.TemporaryFile() as output:
        start = time.monotonic()
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                 env={**os.environ, **(also or {})})
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            child.terminate()
            child.wait()
            raise
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - start
        output.seek(0)
        text = output.read().decode(errors="replace")
    if child.returncode:
        raise Failed(f"{' '.join(argv)}: exit code {child.returncode}\n{text}")
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "rss": usage.ru_maxrss / 1024, "text": text}
