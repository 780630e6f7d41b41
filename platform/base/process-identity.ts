import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { z } from "zod";
import { systemErrorCode } from "./errors";

/** Tells a process from every other one, also from a later one that was given the same id. */
export const processIdentitySchema = z.object({
  host: z.string(),
  pid: z.number().int().positive(),
  /** Linux: the boot of the host, the namespace in which the pid counts, and the start in clock ticks since the boot. */
  boot: z.string().exactOptional(),
  namespace: z.string().exactOptional(),
  startTicks: z.string().exactOptional(),
});

export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

/** What `read` gives, or nothing where the system has no such file (not Linux, or no such process). */
function ifThere(read: () => string): string | undefined {
  try {
    return read();
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return undefined;
  }
}

/** What /proc/<pid>/stat says of a process (proc(5)), from field 3 on. */
function statOf(pid: number): string[] | undefined {
  const stat = ifThere(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  // The second field is the program's name in parentheses; it may itself hold spaces and parentheses.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** The id of a process's parent (field 4); nothing when there is no such process, or the system is not Linux. */
export function parentOf(pid: number): number | undefined {
  const parent = statOf(pid)?.[1];
  return parent === undefined ? undefined : Number(parent);
}

/** The arguments that a process was started with, its name first; nothing where they are not known, as for `parentOf`. */
export function argumentsOf(pid: number): string[] | undefined {
  return ifThere(() => readFileSync(`/proc/${pid}/cmdline`, "utf8"))?.split("\0");
}

/** When a process was started (fields 3 and 22); nothing when it has ended. */
function startTicksOf(pid: number): string | undefined {
  const fields = statOf(pid);
  // Z and X: it has ended and only its exit code is still kept.
  return ["Z", "X"].includes(fields?.[0] ?? "Z") ? undefined : fields?.[19];
}

/** The identity of this process. */
export function ownIdentity(): ProcessIdentity {
  const boot = ifThere(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  const namespace = ifThere(() => readlinkSync("/proc/self/ns/pid"));
  const startTicks = startTicksOf(process.pid);
  return {
    host: hostname(),
    pid: process.pid,
    ...(boot !== undefined && { boot }),
    ...(namespace !== undefined && { namespace }),
    ...(startTicks !== undefined && { startTicks }),
  };
}

/** Whether a process still runs; "unknown" when it belongs to another host or container and cannot be seen. */
export function stateOfProcess(identity: ProcessIdentity): "running" | "gone" | "unknown" {
  const own = ownIdentity();
  if (identity.host !== own.host) return "unknown";
  if (identity.boot !== own.boot) return "gone";
  if (identity.namespace !== own.namespace) return "unknown";
  if (own.startTicks !== undefined) {
    return startTicksOf(identity.pid) === identity.startTicks ? "running" : "gone";
  }
  try {
    process.kill(identity.pid, 0);
    return "running";
  } catch (error) {
    return systemErrorCode(error) === "EPERM" ? "running" : "gone";
  }
}
