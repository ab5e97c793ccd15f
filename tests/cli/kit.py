"""What the tests of the program share: run it as a user does. Only the standard library."""
import os
import pathlib
import subprocess
import sys

BULLION, ROOT = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])


def bullion(*args, cwd=None, **env):
    """Runs it; the result has code, out and err."""
    environment = {k: v for k, v in os.environ.items() if k not in ("BULLION_LAKE", "FMP_KEY")}
    environment.update(env)
    done = subprocess.run([BULLION, *args], cwd=cwd, env=environment, capture_output=True, timeout=60)
    done.code, done.out, done.err = done.returncode, done.stdout.decode(), done.stderr.decode()
    return done
