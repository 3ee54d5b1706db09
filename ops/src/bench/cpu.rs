//! CPU time from `/proc`: ours, and that of a PostgreSQL with all its processes. Zero where there is no `/proc`.

/// Kernel ticks per second that `/proc/<pid>/stat` counts in (USER_HZ, 100 on every Linux that we run on).
const TICKS: f64 = 100.0;

/// Seconds of CPU that this process has used.
pub fn own_seconds() -> f64 {
    stat("self").map_or(0.0, |stat| stat.own)
}

/// Seconds of CPU of a process, its present children and those it has waited for.
pub fn family_seconds(pid: u32) -> f64 {
    let Some(parent) = stat(&pid.to_string()) else { return 0.0 };
    let Ok(entries) = std::fs::read_dir("/proc") else { return 0.0 };
    let children: f64 = entries
        .flatten()
        .filter_map(|entry| stat(entry.file_name().to_str().filter(|name| name.bytes().all(|b| b.is_ascii_digit()))?))
        .filter(|stat| stat.parent == pid)
        .map(|stat| stat.own)
        .sum();
    parent.own + parent.waited_for + children
}

/// Most memory that a process has held at once so far, in MB.
pub fn peak_memory_mb(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

struct Stat {
    parent: u32,
    own: f64,
    waited_for: f64,
}

fn stat(pid: &str) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold anything; what follows the last bracket is numbers, beginning with the state.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        own: (number(11)? + number(12)?) / TICKS,
        waited_for: (number(13)? + number(14)?) / TICKS,
    })
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn work_is_seen() {
        let before = own_seconds();
        let mut sum = 0_u64;
        // However slow or busy the machine is: work until some of it shows.
        for _ in 0..10_000 {
            if own_seconds() - before > 0.02 {
                break;
            }
            (0..1_000_000_u64).for_each(|n| sum = std::hint::black_box(sum.wrapping_add(n)));
        }
        assert!(own_seconds() - before > 0.02);
        assert!(family_seconds(std::process::id()) > 0.0);
        assert!(peak_memory_mb(std::process::id()) > 0.5);
    }
}
