package config

import (
	"bufio"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// maxAutoMiB caps what a run takes without being told: more memory than this
// shortens no step.
const maxAutoMiB = 32768

// Workers is how many threads a run uses: run.threads, or one for each
// processor.
func (r Run) Workers() int {
	if r.Threads > 0 {
		return r.Threads
	}
	return runtime.GOMAXPROCS(0)
}

// Memory is the engine's memory in MiB: run.memory_mib, or half of what the
// machine or the container has, 256 to 32768; 2048 where that is not known.
func (r Run) Memory() int {
	if r.MemoryMiB > 0 {
		return r.MemoryMiB
	}
	have := machineMiB("/proc/meminfo", "/sys/fs/cgroup/memory.max")
	if have == 0 {
		return 2048
	}
	return min(max(have/2, 256), maxAutoMiB)
}

// machineMiB is the lesser of the machine's memory and the container's limit,
// 0 where neither is known.
func machineMiB(meminfo, limit string) int {
	have := 0
	if f, err := os.Open(meminfo); err == nil {
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			if rest, ok := strings.CutPrefix(s.Text(), "MemTotal:"); ok {
				kib, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
				have = int(kib >> 10)
				break
			}
		}
	}
	if text, err := os.ReadFile(limit); err == nil {
		if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 {
			if mib := int(n >> 20); have == 0 || mib < have {
				have = mib
			}
		}
	}
	return have
}
