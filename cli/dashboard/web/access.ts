import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { PlatformError } from "../../../platform/base/errors";

/** Who may look at the dashboard: whoever has the address that the command prints, which holds a key of this process alone. */
export interface AccessKey {
  /** In the address that is printed. */
  readonly key: string;
  /** In each form that changes something: no other site can know it. */
  readonly formKey: string;
}

export function newAccessKey(): AccessKey {
  return accessKeyOf(randomBytes(24).toString("base64url"));
}

/** The same of a key that was given, so that an address that holds it lasts. */
export function accessKeyOf(key: string): AccessKey {
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

/** Where pages may be asked for: at this machine's own names or, of one that is published, at its address. */
export interface Entrance {
  readonly isHost: (host: string | undefined, port: number) => boolean;
  readonly isOrigin: (origin: string | undefined, host: string | undefined) => boolean;
  /** Who is signed in, where something before this process signs people in: then there is no key. */
  readonly whoIs?: (headers: IncomingHttpHeaders) => string | undefined;
  /** Whether browsers come by TLS alone. */
  readonly isSecure: boolean;
  /** Whether there are other pages to go to. */
  readonly hasPages: boolean;
  /** For whoever comes without the key. */
  readonly keyHint: string;
  /** An error of the platform as whoever looks may read it. */
  readonly explain: (error: PlatformError) => string;
}

/** The dashboard's: loopback, and operators, who may read everything. */
export const ownEntrance: Entrance = {
  isHost: isOwnHost,
  isOrigin: isOwnOrigin,
  isSecure: false,
  hasPages: true,
  keyHint:
    "Open the address that `mlops dashboard` has printed when it began: it holds a key. A dashboard that was started again has another one.",
  explain: ({ message }) => message,
};

/** Header in which App Service says who is signed in. It takes it from no request that comes from outside. */
const principalHeader = "x-ms-client-principal-name";

/**
 * That of a web app of App Service, which signs people in before it passes a request on. Only where it does is its header believed:
 * without, anybody could send one. Its front end chooses the site by the host name, so there is no other name to resolve to it.
 */
export function hostedEntrance(env: NodeJS.ProcessEnv): Entrance {
  return {
    ...webAppOf(env, { signsIn: true }),
    whoIs: ({ [principalHeader]: who }) => (typeof who === "string" && who !== "" ? who : undefined),
    hasPages: true,
    keyHint: "Sign in: the request came without the name that App Service adds to those of who is signed in.",
    explain: ({ message }) => message,
  };
}

/** What is so of every web app of App Service, whoever it lets in. Throws USAGE where this is none, or none that signs people in as it has to. */
function webAppOf(
  { WEBSITE_HOSTNAME: hostname = "", WEBSITE_AUTH_ENABLED: auth = "" }: NodeJS.ProcessEnv,
  { signsIn }: { readonly signsIn: boolean },
): Pick<Entrance, "isHost" | "isOrigin" | "isSecure"> {
  if (hostname === "" || (signsIn && auth.toLowerCase() !== "true")) {
    const [who, found, mend] = signsIn
      ? [
          " that signs people in",
          ` and WEBSITE_AUTH_ENABLED is "${auth}"`,
          'both from App Service, the second "True". Turn on its authentication, or leave --hosted out.',
        ]
      : [
          "",
          "",
          "it from App Service. Leave --hosted and --public out: the page then has a link with a key.",
        ];
    throw new PlatformError(
      "USAGE",
      `--hosted is for a web app of Azure App Service${who}, and this is none: WEBSITE_HOSTNAME is "${hostname}"${found}. Expected ${mend}`,
    );
  }
  return {
    isHost: () => true,
    isOrigin: (origin) => origin === `https://${hostname}`,
    isSecure: true,
  };
}

/** Faults of what was sent, which are its sender's business; others are the operator's. */
const ofSenders: readonly string[] = ["USAGE", "CONFLICT", "DATA_INVALID", "DATA_UNREADABLE"];

/** That of a page for customers: at an address of its own, too, which may be behind a proxy that ends TLS. */
export function publishedEntrance(url: string | undefined): Entrance {
  const published = url === undefined ? undefined : new URL(url);
  return {
    isHost: (host, port) => host === published?.host || isOwnHost(host, port),
    isOrigin: (origin, host) =>
      (origin !== undefined && origin === published?.origin) || isOwnOrigin(origin, host),
    isSecure: published?.protocol === "https:",
    hasPages: false,
    keyHint: "Open the link that you were given: it holds a key. If it no longer works, ask for another one.",
    explain: ({ code, message }) => {
      if (ofSenders.includes(code)) return message;
      if (code === "NOT_SERVING") return "The model does not answer now. Try again later.";
      return code === "NOT_FOUND"
        ? "It is not there: it may have been removed. Go back and try again."
        : "This cannot be done now. Try again later, or tell whoever gave you the link.";
    },
  };
}

/** That of a page for customers as a web app of App Service: for whoever is signed in there or, if it is public, for everybody. */
export function hostedPageEntrance(
  env: NodeJS.ProcessEnv,
  { isPublic }: { readonly isPublic: boolean },
): Entrance {
  const { hasPages, explain, keyHint } = publishedEntrance(undefined);
  if (!isPublic) return { ...hostedEntrance(env), hasPages, explain };
  return { ...webAppOf(env, { signsIn: false }), whoIs: () => "everybody", hasPages, explain, keyHint };
}

/** Refuses a form that no page of this process has shown. */
export function requireFormKey({ formKey }: AccessKey, key: unknown): void {
  if (typeof key === "string" && isSame(key, formKey)) return;
  throw new PlatformError(
    "CONFLICT",
    "The form is of a dashboard that has ended. Open the page again, and send it from there.",
  );
}
