"use strict";
/** Loaded before a program that is measured: leaves what it used in the file that BENCH_USAGE names. */
const { readFileSync, writeFileSync } = require("node:fs");

/** Of this program alone: the figure of `resourceUsage` begins with what the parent held when it forked. */
function peakBytes() {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

process.on("exit", () => {
  const { BENCH_USAGE: file } = process.env;
  if (file === undefined) return;
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  writeFileSync(
    file,
    JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakBytes: peakBytes() }),
  );
});
