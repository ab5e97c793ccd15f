"""A table of 10,000 commits, opened by us and by delta-rs; and commits of ours beside bare durable writes."""
import json
import re
import time

from measure import Failed, measured
from pipeline import BUILD

COMMITS = 10_000


def log_make(folder):
    """A table of COMMITS commits, one file each, without a checkpoint; the files themselves are not asked for."""
    log = folder / "_delta_log"
    log.mkdir(parents=True)
    schema = {"type": "struct", "fields": [{"name": "k", "type": "long", "nullable": True, "metadata": {}}]}
    for version in range(COMMITS):
        actions = [{"add": {"path": f"part-{version}.parquet", "partitionValues": {}, "size": 1000, "modificationTime": 0,
                            "dataChange": True, "stats": json.dumps({"numRecords": 1, "minValues": {"k": version},
                                                                     "maxValues": {"k": version}, "nullCount": {"k": 0}})}}]
        if version == 0:
            actions = [{"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}},
                       {"metaData": {"id": "b1e0c2a4-0000-4000-8000-000000000000", "format": {"provider": "parquet", "options": {}},
                                     "schemaString": json.dumps(schema), "partitionColumns": [], "configuration": {},
                                     "createdTime": 0}}] + actions
        (log / f"{version:020}.json").write_text("".join(json.dumps(a) + "\n" for a in actions))


def opening(folder, runs):
    """Seconds to open the table: ours, delta-rs's, by turns."""
    from deltalake import DeltaTable

    log_make(folder)
    ours, theirs = [], []
    for _ in range(runs):
        text = measured([BUILD / "delta_snapshot_bench", folder, 1])["text"]
        ours.append(int(re.search(r"(\d+) us", text)[1]) / 1e6)
        start = time.monotonic()
        if len(DeltaTable(str(folder)).file_uris()) != COMMITS:
            raise Failed("delta-rs sees another number of files")
        theirs.append(time.monotonic() - start)
    return ours, theirs


def commits(folder, runs):
    """Seconds of a commit, and of a durable write of as many bytes, on the disk of FOLDER."""
    ours, bare = [], []
    for run in range(runs):
        place = folder / str(run)
        place.mkdir(parents=True)
        found = re.search(r"commit (\d+) us, bare write (\d+) us", measured([BUILD / "delta_commit_bench", place])["text"])
        ours.append(int(found[1]) / 1e6)
        bare.append(int(found[2]) / 1e6)
    return ours, bare
