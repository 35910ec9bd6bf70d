"""Makes the virtual environment of the interop tests: python3 make_venv.py FOLDER REQUIREMENTS

Several test files may want it at once: one makes it, the others wait and find it made. A lock of the kernel ends with the
process that holds it, so a killed run leaves nothing that the next would wait for.
"""

import fcntl
import pathlib
import subprocess
import sys
import venv

folder, requirements = pathlib.Path(sys.argv[1]), sys.argv[2]
made = folder / ".made"
with open(f"{folder}.lock", "w") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    if not made.exists():
        venv.create(folder, clear=True, with_pip=True)
        install = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
        subprocess.run([*install, "--requirement", requirements], check=True)
        made.touch()
