"""Mistakes planted into small guides are found."""

import tempfile
import unittest

import run_guide


def guide(*blocks):
    return run_guide.blocks_of(
        "".join(f"```{language}\n{text}```\n\n" for language, text in blocks))


class RunGuide(unittest.TestCase):
    def run_shell(self, *blocks):
        with tempfile.TemporaryDirectory() as folder:
            run_guide.run_shell(guide(*blocks), folder, folder)

    def test_a_console_that_says_the_truth_passes(self):
        self.run_shell(("sh", "x=3\n"), ("console", "$ echo $x\n3\n"),
                       ("console", "$ echo a b\n$ false\n$ echo $?\na ...\n1\n"))

    def test_a_console_that_says_something_else_is_found(self):
        with self.assertRaises(SystemExit) as found:
            self.run_shell(("console", "$ echo 4\n3\n"))
        self.assertIn("line 1", str(found.exception))

    def test_a_line_too_many_is_found(self):
        with self.assertRaises(SystemExit):
            self.run_shell(("console", "$ echo 4; echo 5\n4\n"))

    def test_a_command_that_fails_is_found(self):
        with self.assertRaises(SystemExit):
            self.run_shell(("sh", "false\ntrue\n"))

    def test_named_blocks_are_files(self):
        self.run_shell(("cpp", "// a.cpp\nint $x;\n"),
                       ("console", "$ cat a.cpp\n// a.cpp\nint $x;\n"))

    def test_a_block_that_nobody_runs_is_found(self):
        for block in (("python", "1\n"), ("text", "1\n"), ("", "1\n"),
                      ("cmake", "project(a)\n")):
            with self.assertRaises(SystemExit):
                run_guide.check_languages(guide(block))
        run_guide.check_languages(guide(("cpp", "f();\n"), ("text", "1\n")))


unittest.main()
