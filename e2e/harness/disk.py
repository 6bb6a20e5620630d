"""A small disk of a server's own, which can be filled and emptied; and a folder that cannot be written to."""

import os
import pathlib
import subprocess

# Also for everything that waits when the disk has room again, twice: in the database and in its log.
SIZE_MIB = 96
BALLAST = "ballast"
BLOCK = 64 * 1024


class Disk:
    """A file system in memory, mounted in a namespace that only the server lives in, over an empty folder."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.server = None

    def command(self):
        """What the server's command line is put behind: it mounts the disk, then becomes the server."""
        mount = f'mount -t tmpfs -o size={SIZE_MIB}m,mode=0700 tmpfs "$0" && exec "$@"'
        return [*namespace(), "sh", "-c", mount, str(self.folder)]

    def inside(self):
        """The disk as the server sees it."""
        return pathlib.Path(f"/proc/{self.server.process.pid}/root{self.folder}")

    def fill(self):
        """Leaves not one block free."""
        with open(self.inside() / BALLAST, "ab", buffering=0) as file:
            for size in (BLOCK, 4096, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    continue

    def empty(self):
        """Gives the room back."""
        os.remove(self.inside() / BALLAST)


def read_only(folder):
    """What a command line is put behind, to which the folder is on a read-only disk."""
    mount = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    return [*namespace(), "sh", "-c", mount, str(folder)]


def is_possible():
    """Whether this machine lets us mount anything; some containers do not."""
    return subprocess.run([*namespace(), "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0


def namespace():
    """A mount namespace; without root it takes a user namespace, which most systems allow."""
    return ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
