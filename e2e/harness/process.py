"""What the system says of a running process."""

import os
import pathlib
import resource


class Process:
    """A process by its id: memory, processor time, descriptors. Linux."""

    def __init__(self, pid):
        self.folder = pathlib.Path(f"/proc/{pid}")

    def memory(self):
        """Its resident memory in KiB."""
        return self.status("VmRSS")

    def peak(self):
        """The most resident memory that it ever had, in KiB."""
        return self.status("VmHWM")

    def status(self, name):
        for line in (self.folder / "status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
        raise KeyError(name)

    def processor_seconds(self):
        """The processor time that it has used."""
        fields = (self.folder / "stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        """How many files and connections it has open."""
        return len(os.listdir(self.folder / "fd"))


def raise_open_files():
    """Lets this process open as many files as it may. Returns how many that are."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most
