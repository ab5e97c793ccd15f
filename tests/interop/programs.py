"""Those who write and read the tables: bullion, and through their own libraries Spark, delta-rs and DuckDB."""

import glob
import io
import json
import os
import pathlib
import re
import subprocess

import duckdb
import duckdb_extension_delta
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, QueryBuilder
from pyspark.sql import SparkSession

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIMEOUT_S = 120
PROJECT = "project: interop\nlake: ./lake\n"


def quoted(text):
    return "'" + str(text).replace("'", "''") + "'"


class Bullion:
    """The program, in a project of its own."""

    def __init__(self, folder, is_new=True, also=""):
        self.folder = pathlib.Path(folder)
        self.program = os.environ.get("BULLION", str(ROOT / "build" / "bullion"))
        if is_new:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / "bullion.yaml").write_text(PROJECT + also)

    def run(self, *arguments, check=True, in_project=True):
        where = ["-C", str(self.folder)] if in_project else []
        command = [self.program, *where, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, stdin=subprocess.DEVNULL, check=False)
        if check:
            said = done.stderr.decode(errors="replace")
            assert done.returncode == 0, f"bullion {' '.join(map(str, arguments))}: exit {done.returncode}\n{said}"
        return done

    def sql(self, query, output="parquet", as_of=None):
        """What a query gives: an Arrow table, or the text where OUTPUT is json or csv."""
        also = ["--as-of", as_of] if as_of is not None else []
        done = self.run("sql", query, "--format", output, *also)
        if output == "parquet":
            return pq.read_table(io.BytesIO(done.stdout))
        return done.stdout.decode()

    def read(self, path, as_of=None):
        return self.sql(f"SELECT * FROM delta({quoted(path)})", as_of=as_of)

    def refuses(self, path, *words, as_of=None):
        """Asserts that it says each word on stderr, and no row before."""
        also = ["--as-of", as_of] if as_of is not None else []
        done = self.run("sql", f"SELECT * FROM delta({quoted(path)})", "--format", "csv", *also, check=False)
        said = done.stderr.decode()
        assert done.returncode in (1, 2, 5) and done.stdout == b"", f"exit {done.returncode}, {len(done.stdout)} bytes: {said}"
        for word in words:
            assert word in said, f"{word!r} is not in: {said}"

    def write(self, into, query, **keys):
        """Runs a sql job that puts what a query gives into a table of the lake, and says where that lies."""
        job = {"kind": "sql", "file": "write.sql", "into": into, **keys}
        (self.folder / "write.sql").write_text(query)
        (self.folder / "bullion.yaml").write_text(f"{PROJECT}jobs:\n  write: {json.dumps(job)}\n")
        self.run("run", "write")
        return self.folder / "lake" / into.replace(".", "/")

    def write_table(self, into, table, **keys):
        path = self.folder / "given.parquet"
        pq.write_table(table, path)
        return self.write(into, f"SELECT * FROM read_parquet({quoted(path)})", **keys)

    def history(self, path):
        return json.loads(self.run("table", "history", path, "--json", "-n", 0).stdout)


class Spark:
    """One session for all tests: starting it takes longer than most of them."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        jars = sorted(glob.glob(str(ROOT / "deps" / "cache" / "interop-jars" / "*.jar")))
        settings = {
            "spark.jars": ",".join(jars),
            "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
            "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
            "spark.driver.memory": "1g",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.warehouse.dir": str(self.folder / "warehouse"),
            "spark.local.dir": str(self.folder / "local"),
            "spark.databricks.delta.snapshotPartitions": "2",
            "spark.databricks.delta.retentionDurationCheck.enabled": "false",
            "spark.sql.sources.parallelPartitionDiscovery.parallelism": "2",  # or VACUUM makes thousands of tasks
            # Dates before 1582 as the calendar of Parquet and Delta says, not as Java's old one.
            "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
            "spark.sql.parquet.int96RebaseModeInWrite": "CORRECTED",
            "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
            "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
        }
        builder = SparkSession.builder.master("local[2]").appName("interop")
        for key, value in settings.items():
            builder = builder.config(key, value)
        self.session = builder.getOrCreate()
        self.session.sparkContext.setLogLevel("OFF")
        self.count = 0

    def sql(self, *statements):
        for statement in statements:
            result = self.session.sql(statement)
        return result

    def at(self, path, *statements):
        """Statements about the table at PATH, which they call T."""
        return self.sql(*(re.sub(r"\bT\b", lambda _: f"delta.`{path}`", s) for s in statements))

    def arrow(self, frame):
        """What Spark makes of a frame, as an Arrow table; through Parquet, which keeps what Python's types do not."""
        self.count += 1
        path = self.folder / f"seen-{self.count}"
        with self.settings({"spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS"}):
            frame.coalesce(1).write.parquet(str(path))
        return pq.read_table(path, partitioning=None)

    def read(self, path, version=None):
        reader = self.session.read.format("delta")
        if version is not None:
            reader = reader.option("versionAsOf", version)
        return self.arrow(reader.load(str(path)))

    def frame(self, table):
        """An Arrow table as a frame."""
        self.count += 1
        path = self.folder / f"given-{self.count}.parquet"
        pq.write_table(table, path)
        return self.session.read.parquet(str(path))

    def write(self, table, path, mode="append", partition_by=(), **options):
        writer = self.frame(table).coalesce(1).write.format("delta").mode(mode).options(**options)
        writer.partitionBy(*partition_by).save(str(path))

    def checkpoint(self, path):
        log = self.session._jvm.org.apache.spark.sql.delta.DeltaLog
        log.forTable(self.session._jsparkSession, str(path)).checkpoint()

    def compact_log(self, path, first, last):
        """A file for the commits FIRST to LAST, by Delta's Java kernel: no statement of Spark's makes one."""
        jvm = self.session._jvm
        kernel = jvm.io.delta.kernel
        engine = kernel.defaults.engine.DefaultEngine.create(self.session._jsparkSession.sessionState().newHadoopConf())
        table, log = (kernel.internal.fs.Path(str(p)) for p in (path, pathlib.Path(path) / "_delta_log"))
        kernel.internal.compaction.LogCompactionWriter(table, log, first, last, 0).writeLogCompactionFile(engine)

    def settings(self, values):
        return _Settings(self.session, values)


class _Settings:
    """Settings of the session, while it lasts."""

    def __init__(self, session, values):
        self.conf, self.values, self.before = session.conf, values, {}

    def __enter__(self):
        for key, value in self.values.items():
            self.before[key] = self.conf.get(key, None)
            self.conf.set(key, value)

    def __exit__(self, *_):
        for key, value in self.before.items():
            if value is None:
                self.conf.unset(key)
            else:
                self.conf.set(key, value)


def read_delta_rs(path, version=None):
    table = DeltaTable(str(path), version=version)
    return pa.table(QueryBuilder().register("t", table).execute("SELECT * FROM t").read_all())


class DuckDB:
    """DuckDB's own delta extension: delta-kernel-rs behind delta_scan()."""

    def __init__(self, folder):
        pattern = os.path.join(os.path.dirname(duckdb_extension_delta.__file__), "**", "delta.duckdb_extension")
        (extension,) = glob.glob(pattern, recursive=True)
        self.connection = duckdb.connect(config={"extension_directory": str(folder)})
        self.connection.execute(f"LOAD {quoted(extension)}")
        self.connection.execute("SET TimeZone = 'UTC'")

    def read(self, path):
        return self.connection.execute(f"SELECT * FROM delta_scan({quoted(path)})").to_arrow_table()
