"""kill -9 of the runner or of its job, and Ctrl-C, at random moments: nobody works on behind the runner's back, nothing is written half, the records
tell what happened, and the next run completes."""
import json
import os
import pathlib
import random
import signal
import time

from kit import Failed, check, wait_for_call

HOW = {"kill": signal.SIGKILL, "interrupt": signal.SIGINT, "terminate": signal.SIGTERM, "kill the job": None}
ENDED = {"SUCCEEDED", "COMPLETED", "FAILED", "TIMEOUT", "STOPPED", "ERROR", "SKIPPED"}


def processes_of(project):
    """Those that were given the project's folder on their command line."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        if os.fsencode(project.folder) in words and state != "Z":
            found.append((int(entry.name), b" ".join(words).decode()))
    return found


def kill_if_there(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def nobody_left(project, seconds=5):
    end = time.monotonic() + seconds
    while (left := processes_of(project)) and time.monotonic() < end:
        time.sleep(0.01)
    check(not left, "still at work:", left)


def runs(project):
    said = project.bullion("runs", "list", "--json")
    check(said.code == 0, said)
    return json.loads(said.out)


def disturb(world, how, call, after_s, number):
    """A moment is so long after so many store calls: 0 are before there is a job."""
    case = ("first", "update")[number % 2]
    begin, archive, _ = world.cases[case]
    project = begin.copy(world.folder / f"signal{number}")
    counts = world.folder / f"signal{number}.calls"
    counts.unlink(missing_ok=True)
    process = project.start("run", "historical", "-p", f"archive={archive}", faults=f"count={counts}")
    try:
        wait_for_call(counts, call, process)
        time.sleep(after_s)
        had_ended = process.poll() is not None
        if how == "kill the job":
            for pid, _ in [found for found in processes_of(project) if "job-run" in found[1]]:
                kill_if_there(pid)
        elif not had_ended:
            process.send_signal(HOW[how])
        begun = time.monotonic()
        try:
            _, err = process.communicate(timeout=15)
        except Exception:
            process.kill()
            raise Failed("it did not end within 15 s of", how) from None
        ended_s = time.monotonic() - begun
        nobody_left(project)
        outcome = "it was done" if process.returncode == 0 else how
        if how == "kill the job":
            check(process.returncode in (0, 1), "the run of a job that was killed ended with", process.returncode, err.decode())
        elif how != "kill" and process.returncode not in (0, -HOW[how]):  # that: before it listened
            states = [run["state"] for run in runs(project)]
            check(all(state in ENDED for state in states), "runs go on after Ctrl-C:", states, err.decode())
            check(not states or "STOPPED" in states, "no run is STOPPED:", states, err.decode())
            check(ended_s < 12, "it took", ended_s, "s to stop")
        world.finish(project, case)
        states = [run["state"] for run in runs(project)]
        check(all(state in ENDED for state in states), "runs that nobody runs:", states)
    except Failed as failure:
        raise Failed(f"{how} {after_s:.3f} s after call {call}: {failure}\n  kept: {project.folder}") from failure
    project.remove()
    counts.unlink(missing_ok=True)
    return outcome


def run(world, options):
    draw = random.Random(options.seed)
    calls = min(world.calls(case)["all"] for case in world.cases)
    came = {}
    count = options.points // (1 if options.all else 3)
    for number in range(count):
        outcome = disturb(world, list(HOW)[number // 2 % len(HOW)], draw.randrange(calls), draw.uniform(0, 0.05), number)
        came[outcome] = came.get(outcome, 0) + 1
    return f"{count} runs, {came}"
