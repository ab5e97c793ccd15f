"""Disks that are full, read-only or not ours: a clear error, tables intact, and the next run completes once there is room.

Real file systems of a few hundred kilobytes, for which one must be root (or be let to mount in a namespace of one's own); without
that, the planned faults of points.py (nospace) are all there is."""
import ctypes
import os
import random
import shutil
import subprocess

from kit import Failed, Project, Said, check, judge_logs

CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x00020000, 0x4000, 0x40000
NOBODY = 65534


def may_mount():
    """Gives this process mounts of its own, which nobody else sees and which go with it."""
    libc = ctypes.CDLL(None, use_errno=True)
    return os.geteuid() == 0 and libc.unshare(CLONE_NEWNS) == 0 and libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None) == 0


def mount(*words):
    done = subprocess.run(["mount", *map(str, words)], capture_output=True, text=True)
    check(done.returncode == 0, "mount", *words, done.stderr)


def unmount(folder):
    subprocess.run(["umount", "-l", str(folder)], capture_output=True)


def one_line(said, *words):
    """It failed, and says why where people look: one line, that has one of WORDS."""
    check(said.code == 1, "not exit 1 but", said)
    lines = [line for line in said.err.splitlines() if any(word.lower() in line.lower() for word in words)]
    check(lines, "nothing is said of", words, ":", said)


def full(world, case, kilobytes, on_lake, number):
    """A file system of that size has the lake, or the whole project. *Then* it is made larger."""
    begin, _, _ = world.cases[case]
    place = world.folder / f"full{number}"
    project = Project(world.program, place)
    where = place / "lake" if on_lake else place
    where.mkdir(parents=True)
    used = sum(path.stat().st_size // 4096 * 4 + 4 for path in (begin.lake if on_lake else begin.folder).rglob("*"))
    mount("-t", "tmpfs", "-o", f"size={used + kilobytes}k", "tmpfs", where)
    try:
        shutil.copytree(begin.folder, place, dirs_exist_ok=True)
        said = project.load(world.cases[case][1])
        if said.code != 0:
            one_line(said, "no space left", "disk is full", "database or disk is full")
        judge_logs(project.lake)
        mount("-o", "remount,size=64m", where)
        world.finish(project, case)
    except Failed as failure:
        raise Failed(f"{case}, {kilobytes} KiB left {'of the lake' if on_lake else 'for all'}: {failure}") from failure
    finally:
        unmount(where)
    shutil.rmtree(place)
    return "full" if said.code else "there was room"


def read_only(world):
    """The lake is mounted read-only: reading goes on, writing says so."""
    project = world.loaded.copy(world.folder / "read-only")
    mount("--bind", project.lake, project.lake)
    mount("-o", "remount,bind,ro", project.lake)
    try:
        check(project.digest() == world.cases["first"][2], "a read-only lake reads otherwise")
        one_line(project.load(world.update), "read-only")
    finally:
        unmount(project.lake)
    world.finish(project, "update")
    project.remove()


def forbidden(world):
    """The program runs as somebody who may not write into the lake, or into a table of it."""
    for what in (".", "bronze/cryptos/_delta_log", "silver/cryptos", "gold"):
        project = world.loaded.copy(world.folder / "forbidden")
        subprocess.run(["chown", "-R", str(NOBODY), project.folder], check=True)
        shut = project.lake / what
        subprocess.run(["chown", "-R", "0", shut], check=True)
        subprocess.run(["chmod", "-R", "u=rwX,go=rX", shut], check=True)
        said = as_nobody(project, world.update)
        one_line(said, "permission denied")
        judge_logs(project.lake)
        subprocess.run(["chown", "-R", str(NOBODY), project.folder], check=True)
        said = as_nobody(project, world.update)
        check(said.code == 0, "after permission was given:", said)
        world.finish(project, "update")
        project.remove()


def as_nobody(project, archive):
    process = subprocess.run(
        [project.program, "-C", str(project.folder), "run", "historical", "-p", f"archive={archive}"],
        user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True, text=True, timeout=120,
        env={"PATH": os.environ["PATH"], "HOME": "/"},
    )
    return Said(process.returncode, process.stdout, process.stderr, 0)


def run(world, options):
    if not may_mount():
        return "skipped: nothing can be mounted here (not root)"
    os.chmod(world.folder, 0o755)
    draw = random.Random(options.seed)
    came = {"full": 0, "there was room": 0}
    for number in range(options.points // (1 if options.all else 4)):
        case, on_lake = draw.choice(["first", "update"]), number % 2 == 0
        came[full(world, case, draw.randrange(4, 200) if on_lake else draw.randrange(4, 600), on_lake, number)] += 1
    read_only(world)
    forbidden(world)
    return f"small disks {came}; read-only lake; lake and tables without permission"
