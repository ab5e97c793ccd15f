"""Running a program to its end and seeing what it needed."""
import os
import subprocess
import sys
import tempfile
import threading
import time

BEGIN = time.monotonic()
LOOK_SECONDS = 0.1  # between two looks at the memory
PAGE = os.sysconf("SC_PAGE_SIZE")


class Failed(Exception):
    pass


def say(text):
    seconds = int(time.monotonic() - BEGIN)
    print(f"[{seconds // 60:3}:{seconds % 60:02}] {text}", file=sys.stderr, flush=True)


def family(pid):
    """PID and all that descend from it."""
    children = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                with open(f"/proc/{entry.name}/stat", encoding="utf-8", errors="replace") as stat:
                    parent = int(stat.read().rpartition(")")[2].split()[1])
            except OSError:  # it has ended
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for one in found:
        found.extend(children.get(one, []))
    return found


def memory(pid):
    """MiB that PID and its descendants hold together; of what they map of files, that of the one with the most. To ask for
    more, such as who shares what, would keep a program waiting that holds much."""
    own, mapped = 0, 0
    for one in family(pid):
        try:
            with open(f"/proc/{one}/statm", encoding="utf-8") as statm:
                _, resident, shared, *_ = map(int, statm.read().split())
        except OSError:
            continue
        own += resident - shared
        mapped = max(mapped, shared)
    return (own + mapped) * PAGE / (1 << 20)


class Watch(threading.Thread):
    """The peak of memory of a program while it runs."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.peak, self.over = pid, 0, threading.Event()

    def run(self):
        while not self.over.wait(LOOK_SECONDS):
            self.peak = max(self.peak, memory(self.pid))

    def end(self):
        self.over.set()
        self.join()
        return self.peak


def measured(argv, also=None):
    """Wall and CPU seconds of ARGV and its children, peak MiB of all of them together, what it printed."""
    argv = [str(argument) for argument in argv]
    with tempfile.TemporaryFile() as output:
        start = time.monotonic()
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                 env={**os.environ, **(also or {})})
        watch = Watch(child.pid)
        watch.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            child.terminate()
            child.wait()
            raise
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - start
        peak = max(watch.end(), usage.ru_maxrss / 1024)  # what is short, a look may miss; the kernel knows the largest
        output.seek(0)
        text = output.read().decode(errors="replace")
    if child.returncode:
        raise Failed(f"{' '.join(argv)}: exit code {child.returncode}\n{text}")
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "rss": peak, "text": text}
