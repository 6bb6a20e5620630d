"""The shell commands in a page of documentation, and the shell that runs them."""

import os
import pathlib
import re
import subprocess
import tempfile

PAGE_SECONDS_MAX = 120
# What a page's own first block gives a reader; the test has its own of each.
PREAMBLE = "url="
SHOWN, HIDDEN = "```sh", "<!-- run"
SKIPPED = re.compile(r"<!-- not run: \S.*-->")
REFUSED = re.compile(r"<!-- refused (4\d\d) -->")


class Broken(Exception):
    """A page cannot be run, or did not do what it says. The text is for people."""


def script(page):
    """The page's commands as a script in which every command stands on the line it has in the page."""
    lines, end, mark = [], None, ""
    for line in page.splitlines():
        if end is None:
            end = "```" if line.startswith("```") else "-->" if line == HIDDEN else None
            is_block_skipped = line not in (SHOWN, HIDDEN) or bool(SKIPPED.fullmatch(mark))
            lines.append(opening(mark) if end else "")
        elif line == end:
            lines.append("expected=")
            end = None
        else:
            if line.startswith(PREAMBLE):
                is_block_skipped = True
            lines.append("" if is_block_skipped else line)
        mark = line
    if end is not None:
        raise Broken("a block does not end")
    return "\n".join(lines) + "\n"


def opening(mark):
    """What stands before a block's commands: the status that its requests have to be answered with, if refused."""
    refused = REFUSED.fullmatch(mark)
    return f"expected={refused.group(1)}" if refused else ""


def is_runnable(commands):
    """Whether a page makes requests, as opposed to showing how to build or install."""
    return re.search(r"^(\w+=\$\()?api ", commands, re.MULTILINE) is not None


def run(name, commands, prelude, variables):
    """Runs the commands in one shell after `prelude`, and returns what they print. Raises `Broken`."""
    placeholder = next((number for number, line in enumerate(commands.splitlines(), 1) if "…" in line), None)
    if placeholder:
        raise Broken(f"{name}:{placeholder}: … is no value; set a variable in a hidden block")
    with tempfile.TemporaryDirectory(prefix="tacit-docs.") as folder:
        file = pathlib.Path(folder, "page")
        file.write_text(commands)
        shell = ["bash", "-euo", "pipefail", "-c", f". '{prelude}'; . '{file}'"]
        environment = {**os.environ, **variables, "TMPDIR": folder}
        try:
            done = subprocess.run(
                shell, capture_output=True, text=True, env=environment, timeout=PAGE_SECONDS_MAX, cwd=folder
            )
        except subprocess.TimeoutExpired:
            raise Broken(f"{name}: not done within {PAGE_SECONDS_MAX} s") from None
    if done.returncode != 0:
        raise Broken(f"{name} failed:\n{done.stdout[-2000:]}\n{done.stderr}".replace(f"{file}: line ", f"{name}:"))
    return done.stdout
