"""Runs every fenced block of a guide, in order, as a reader would.

Usage: run_guide.py GUIDE.md BUILD_DIRECTORY CXX_COMPILER

sh        is run by one bash for the whole guide; every command must succeed
console   lines after `$ ` are run by the same bash; the others are what comes
          back, where `...` stands for any text
cpp       that begins with `// NAME`, and cmake that begins with `# NAME`, are
          written to the file NAME
cpp       without a name is the body of a function that has a session `s`; all
          of them make one program, and a `text` block right after one is what
          it prints

Any other block is an error: it would be an example that nobody runs.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile


class Block:
    def __init__(self, line, language, text):
        self.line, self.language, self.text = line, language, text

    def name(self):
        """The file that the first line names, or None."""
        found = re.match(r"(?://|#) (\S+\.\w+)\n", self.text)
        return found and found.group(1)


def blocks_of(text):
    pattern = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
    return [Block(text.count("\n", 0, m.start()) + 1, m.group(1), m.group(2))
            for m in pattern.finditer(text)]


def matches(expected, given):
    parts = [re.escape(part) for part in expected.rstrip().split("...")]
    return re.fullmatch(".*?".join(parts), given.rstrip(), re.S)


def compare(block, expected, given):
    strip = lambda text: "\n".join(l.rstrip() for l in text.splitlines())
    if not matches(strip(expected), strip(given)):
        sys.exit(f"line {block.line}: expected\n{expected}\nbut got\n{given}")


def split_console(block):
    commands, output = [], []
    for line in block.text.splitlines(keepends=True):
        if line.startswith("$ "):
            commands.append(line[2:])
        else:
            output.append(line)
    return "".join(commands), "".join(output)


def shell_script(blocks):
    """One script; what block i prints goes to out.i."""
    lines = ["trap 'kill $(jobs -p) 2> /dev/null' EXIT"]
    for i, block in enumerate(blocks):
        if block.language == "sh":
            lines += [f"exec > out.{i} 2>&1", "set -e", block.text, "set +e"]
        elif block.language == "console":
            lines += [f"exec > out.{i} 2>&1", split_console(block)[0]]
        elif block.name() and block.language in ("cpp", "cmake"):
            lines += [f"cat > {block.name()} <<'END_OF_FILE'",
                      block.text + "END_OF_FILE"]
    lines.append("exit 0")
    return "\n".join(lines)


def run_shell(blocks, folder, home):
    environment = {k: v for k, v in os.environ.items()
                   if not k.startswith("OPENBLAS_")}
    environment.update(HOME=home)
    with open(os.path.join(folder, "guide.sh"), "w") as script:
        script.write(shell_script(blocks))
    shell = subprocess.Popen(["bash", "guide.sh"], cwd=folder,
                             env=environment, start_new_session=True)
    try:
        status = shell.wait(timeout=200)
    finally:
        try:
            os.killpg(shell.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    read = lambda i: pathlib.Path(folder, f"out.{i}").read_text()
    for i, block in enumerate(blocks):
        if block.language == "console":
            compare(block, split_console(block)[1], read(i))
        elif block.language == "sh" and status != 0:
            print(f"line {block.line}:\n{block.text}\n{read(i)}")
    if status != 0:
        sys.exit("a command failed")


def snippet_program(snippets):
    bodies = "\n".join(
        f"static void snippet_{i}(tern::session& s) {{\n"
        f"static_cast<void>(s);\n#line {b.line + 1} \"guide.md\"\n{b.text}}}"
        for i, b in enumerate(snippets))
    calls = "\n".join(f"snippet_{i}(s);\nstd::cout << \"\\f\";"
                      for i in range(len(snippets)))
    return ("#include <tern/tern.hpp>\n#include <iostream>\n" + bodies
            + "\nint main() {\ntern::session s;\n" + calls + "\n}\n")


SNIPPET_PROJECT = """cmake_minimum_required(VERSION 3.25)
project(snippets LANGUAGES CXX)
find_package(tern 0.1 REQUIRED)
add_executable(snippets snippets.cpp)
target_link_libraries(snippets PRIVATE tern::dataflow)
"""


def run_snippets(blocks, folder, home):
    snippets = [b for b in blocks if b.language == "cpp" and not b.name()]
    source = os.path.join(folder, "snippets")
    os.mkdir(source)
    with open(os.path.join(source, "snippets.cpp"), "w") as f:
        f.write(snippet_program(snippets))
    with open(os.path.join(source, "CMakeLists.txt"), "w") as f:
        f.write(SNIPPET_PROJECT)
    build = os.path.join(source, "build")
    for command in (["cmake", "-G", "Ninja", "-S", source, "-B", build,
                     f"-DCMAKE_PREFIX_PATH={home}/tern"],
                    ["cmake", "--build", build]):
        made = subprocess.run(command, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        if made.returncode != 0:
            sys.exit(made.stdout)
    ran = subprocess.run([os.path.join(build, "snippets")], text=True,
                         stdout=subprocess.PIPE, timeout=100)
    if ran.returncode != 0:
        sys.exit(f"the snippets ended with {ran.returncode}:\n{ran.stdout}")
    printed = ran.stdout.split("\f")
    for i, snippet in enumerate(snippets):
        follower = blocks.index(snippet) + 1
        after = blocks[follower] if follower < len(blocks) else None
        if after and after.language == "text":
            compare(snippet, after.text, printed[i])


def check_languages(blocks):
    for before, block in zip([None] + blocks, blocks):
        known = (block.language in ("sh", "console", "cpp")
                 or block.language == "cmake" and block.name()
                 or block.language == "text" and before is not None
                 and before.language == "cpp" and not before.name())
        if not known:
            sys.exit(f"line {block.line}: nobody runs this block")


def main():
    guide, build, compiler = sys.argv[1:]
    os.environ["CXX"] = compiler
    with open(guide) as f:
        blocks = blocks_of(f.read())
    check_languages(blocks)
    folder = tempfile.mkdtemp(prefix="tern-guide-")
    try:
        home = os.path.join(folder, "home")
        work = os.path.join(folder, "work")
        os.mkdir(home)
        os.makedirs(os.path.join(work, "build"))
        os.symlink(build, os.path.join(work, "build", "release"))
        run_shell(blocks, work, home)
        run_snippets(blocks, work, home)
    finally:
        shutil.rmtree(folder)
    print(f"{len(blocks)} blocks of {guide} do what they say")


if __name__ == "__main__":
    main()
