//! What Linux says about processes and the machine under `/proc` (proc(5)).

use std::{fs, time::Duration};

use crate::error::{Error, Result};

/// Length of a clock tick in `/proc/PID/stat`: USER_HZ is 100 on every architecture Tacit is built for.
const TICK: Duration = Duration::from_millis(10);

/// CPU time that a process has used in all its threads, in user and kernel mode, in steps of 10 ms.
pub(crate) fn cpu_time(pid: u32) -> Result<Duration> {
    let path = format!("/proc/{pid}/stat");
    let ticks = parse_ticks(&read(&path)?).ok_or_else(|| unreadable(&path))?;
    Ok(TICK * ticks)
}

/// Memory of a process that is in RAM now, in bytes.
pub(crate) fn resident_bytes(pid: u32) -> Result<u64> {
    let path = format!("/proc/{pid}/status");
    parse_resident(&read(&path)?).ok_or_else(|| unreadable(&path))
}

/// CPU time of the whole machine since it started, in steps of 10 ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MachineTime {
    /// Spent on anything, also by the hypervisor on other machines.
    pub(crate) busy: Duration,
    /// Spent or not, over all processors.
    pub(crate) total: Duration,
}

/// Reads the CPU time of the machine.
pub(crate) fn machine_time() -> Result<MachineTime> {
    let path = "/proc/stat";
    parse_machine(&read(path)?).ok_or_else(|| unreadable(path))
}

/// The name of the first processor.
pub(crate) fn cpu_model() -> Result<String> {
    let text = read("/proc/cpuinfo")?;
    Ok(field(&text, "model name").unwrap_or("unknown").to_owned())
}

fn read(path: &str) -> Result<String> {
    fs::read_to_string(path).map_err(Error::io(format!("cannot read {path} (the bench needs Linux)")))
}

fn unreadable(path: &str) -> Error {
    Error::Unfit(format!("{path} does not have the form of proc(5)"))
}

/// `utime` plus `stime`, fields 14 and 15. The name in field 2 may hold spaces and parentheses.
fn parse_ticks(stat: &str) -> Option<u32> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(14 - 3);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    user.checked_add(system)
}

/// The first line: user, nice, system, idle, iowait, irq, softirq, steal. What follows is counted in these.
fn parse_machine(stat: &str) -> Option<MachineTime> {
    let fields = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace().take(8);
    let ticks: Vec<u64> = fields.map(|field| field.parse().ok()).collect::<Option<_>>()?;
    let total: u64 = ticks.iter().sum();
    let idle = ticks.get(3)? + ticks.get(4)?;
    let time = |ticks: u64| Duration::from_millis(10 * ticks);
    Some(MachineTime { busy: time(total - idle), total: time(total) })
}

/// `VmRSS`, which is given in units of 1,024 bytes.
fn parse_resident(status: &str) -> Option<u64> {
    let kibibytes: u64 = field(status, "VmRSS")?.strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// The value of the first line `name: value`.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = text.lines().filter_map(|line| line.split_once(':'));
    fields.find(|(other, _)| other.trim() == name).map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_found_behind_any_process_name() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 100 0 0 0 25 17 0 0 20 0 3 0 99 1000 50";

        assert_eq!(parse_ticks(stat), Some(42));
        assert_eq!(parse_ticks("7 (a) S 1"), None);
    }

    #[test]
    fn resident_memory_is_given_in_bytes() {
        assert_eq!(parse_resident("Name:\ta\nVmHWM:\t 9 kB\nVmRSS:\t    1000 kB\n"), Some(1_024_000));
        assert_eq!(parse_resident("Name:\ta\n"), None);
    }

    #[test]
    fn the_machine_is_busy_with_all_but_idling_and_waiting_for_disks() {
        let time = parse_machine("cpu  1 2 4 100 200 8 16 32 64 128\ncpu0 1 1 1 1 1 1 1 1\n").unwrap();

        assert_eq!(time, MachineTime { busy: TICK * 63, total: TICK * 363 });
        assert_eq!(parse_machine("cpu  1 2 4\n"), None);
        assert_eq!(parse_machine("intr 1\n"), None);
    }

    #[test]
    fn this_process_has_memory_and_a_processor() {
        assert!(resident_bytes(std::process::id()).unwrap() > 100_000);
        assert!(cpu_time(std::process::id()).is_ok());
        assert!(machine_time().unwrap().total > Duration::ZERO);
        assert!(!cpu_model().unwrap().is_empty());
    }

    #[test]
    fn a_process_that_is_gone_is_an_error() {
        assert!(cpu_time(u32::MAX).is_err());
    }
}
