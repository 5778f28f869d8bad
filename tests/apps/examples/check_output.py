"""Runs a program in a fresh folder and compares what it prints, word by word.

Usage: check_output.py EXPECTED PROGRAM [ARGUMENT ...]
"""

import difflib
import subprocess
import sys
import tempfile


def main():
    expected_file, *command = sys.argv[1:]
    with open(expected_file) as f:
        expected = f.read()
    with tempfile.TemporaryDirectory() as folder:
        ran = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE,
                             text=True, timeout=100)
    if ran.returncode != 0:
        sys.exit(f"{command[0]} ended with {ran.returncode}")
    if ran.stdout != expected:
        sys.exit("\n".join(difflib.unified_diff(
            expected.splitlines(), ran.stdout.splitlines(),
            expected_file, command[0], lineterm="")))


main()
