"""Every store call of a run, one after the other: the process dies there, or the store fails. Then the next run makes good.

A point is a case (a first load, an update, a load that is due to write checkpoints), a kind of fault and a call. Writes are few and are where things can break: they come
first, with all kinds; then a sample of all calls."""
import random

from kit import Failed, Reader, check

OF_WRITES = ["kill-in", "kill-after", "lose", "torn", "nospace", "fail", "kill"]
OF_ALL = ["kill", "fail"]


def all_points(world):
    points = []
    for case in world.cases:
        calls = world.calls(case)
        for name in ("put", "put_if_absent", "put_files", "delete_many"):
            points += [(case, f"{kind}@{n}:{name}") for n in range(1, calls[name] + 1) for kind in OF_WRITES]
        points += [(case, f"{kind}@{n}") for n in range(1, calls["all"] + 1) for kind in OF_ALL]
    return points


def sample(points, count, seed):
    """Two thirds of them writes."""
    draw = random.Random(seed)
    writes = [point for point in points if ":" in point[1]]
    others = [point for point in points if ":" not in point[1]]
    wanted = min(len(writes), count * 2 // 3)
    return draw.sample(writes, wanted) + draw.sample(others, min(len(others), count - wanted))


def judge_failure(said, fault):
    """What a run says that met FAULT: it may have got over it; else one action failed, for a reason in one line."""
    check(said.code in (0, 1), fault, "ended with", said)
    lines = said.err.splitlines()
    failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    if said.code == 0:
        check(not fault.startswith("kill"), fault, "was not noticed:", said)
        return "got over it"
    check(len(failed) == 1, "not one action failed:", said)
    reason = failed[0]
    check(("planned fault" in reason) or ("killed" in reason and fault.startswith("kill")), "no clear reason:", said)
    check(sum("planned fault" in line for line in lines) <= 1, "told twice:", said)
    return "failed"


def run_point(world, point, number):
    case, fault = point
    begin, archive, _ = world.cases[case]
    project = begin.copy(world.folder / f"point{number}")
    counts = world.folder / f"point{number}.calls"
    counts.unlink(missing_ok=True)
    reader = Reader(project, is_asking=number % 8 == 0)
    reader.start()
    try:
        said = project.load(archive, faults=f"{fault},count={counts}")
        outcome = judge_failure(said, fault)
        reader.end()
        world.finish(project, case)
    except Failed as failure:
        reader.done.set()
        raise Failed(f"{case} {fault}: {failure}\n  kept: {project.folder}") from failure
    project.remove()
    counts.unlink(missing_ok=True)
    return outcome


def run_successive(world, seed, number):
    """A first load that is killed three times, each time further on or not, before it is let through."""
    draw = random.Random(seed)
    begin, archive, _ = world.cases["first"]
    project = begin.copy(world.folder / f"three{number}")
    faults = [f"{draw.choice(['kill', 'kill-in', 'kill-after'])}@{draw.randrange(1, 150)}" for _ in range(3)]
    faults.append(f"seed={draw.randrange(10**6)},one-in=15")
    try:
        for fault in faults:
            project.load(archive, faults=f"{fault},count={project.folder}.{len(fault)}.calls")
        world.finish(project, "first")
    except Failed as failure:
        raise Failed(f"successive {faults}: {failure}\n  kept: {project.folder}") from failure
    project.remove()
    for path in world.folder.glob(f"three{number}.*.calls"):
        path.unlink()
    return "failed"
