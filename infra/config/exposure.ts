import { z } from "zod";
import type { StackConfig } from "./stack-config";

type Exposed = Pick<StackConfig, "scoring" | "exposure" | "host" | "network">;

/** Whether the internet reaches an environment's gateway on AKS. A private network is closed unless a setting opens it. */
export function isExposed({ scoring, exposure, host, network }: Exposed): boolean {
  if (scoring !== "kubernetes") return false;
  return (exposure ?? (network === "private" && host === undefined ? "internal" : "external")) === "external";
}

/** What the output `serving` of the last update says of the gateway. */
const lastSchema = z.object({ tls: z.unknown().optional(), address: z.unknown().optional() });

/**
 * Whether the stack has a public IP address of its own for the gateway. Without one, AKS makes one, which nobody knows
 * beforehand. A stack that had a `host` before this program made addresses keeps that one, as its DNS record leads there,
 * until a setting that is newer than that asks for one of its own.
 */
export function hasOwnAddress(
  config: Exposed & Pick<StackConfig, "dnsZone">,
  /** Output `serving` of the last update; undefined before the first. */
  last: unknown,
): boolean {
  if (!isExposed(config)) return false;
  if (config.host === undefined || config.dnsZone !== undefined || config.exposure === "external")
    return true;
  const { tls, address } = lastSchema.safeParse(last).data ?? {};
  return tls === undefined || address !== undefined;
}

/** Name of a host's record in a zone, by the zone's resource id: `score`, or `@` for the zone's own; undefined if it is outside. */
export function recordIn(zoneId: string, host: string): string | undefined {
  const zone = zoneId.slice(zoneId.lastIndexOf("/") + 1).toLowerCase();
  if (host === zone) return "@";
  return host.endsWith(`.${zone}`) ? host.slice(0, -zone.length - 1) : undefined;
}
