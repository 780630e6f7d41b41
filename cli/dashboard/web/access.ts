import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Who may look at the dashboard: whoever has the address that the command prints, which holds a key of this process alone. */
export interface AccessKey {
  /** In the address that is printed. */
  readonly key: string;
  /** In each form that changes something: no other site can know it. */
  readonly formKey: string;
}

export function newAccessKey(): AccessKey {
  const key = randomBytes(24).toString("base64url");
  return { key, formKey: createHmac("sha256", key).update("form").digest("base64url") };
}

/** Whether two texts are the same, in a time that does not tell how much of them is. */
export function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Name of the cookie with the key: browsers keep cookies by host, whatever the port. */
export const cookieName = (port: number): string => `mlops-dashboard-${port}`;

/** A cookie of a request, by its name. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? "").split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}

/**
 * Whether a request was sent to an address of this machine by its name: a page of another site may have its own name resolve to this
 * machine (DNS rebinding), and would then be of the same origin.
 */
export function isOwnHost(host: string | undefined, port: number): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].some((name) => host === `${name}:${port}`);
}

/** Whether a form was sent from a page of this dashboard. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  return origin !== undefined && host !== undefined && origin === `http://${host}`;
}
