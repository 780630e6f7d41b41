import { z } from "zod";
import { PlatformError } from "../base/errors";
import { HttpClient } from "../http/http-client";
import { RemoteError } from "../http/remote-error";
import type { RetryTiming } from "../http/retries";
import type { RegistryLogin } from "./docker-credentials";
import { registryUrl } from "./image-reference";

/** Headers by which a registry knows who asks; empty where it asks for nothing. */
export type AccessHeaders = Readonly<Record<string, string>>;

export interface AccessRequest {
  readonly host: string;
  readonly repository: string;
  readonly rights: "pull" | "pull,push";
  readonly login: RegistryLogin | undefined;
  readonly timing?: Partial<RetryTiming> | undefined;
}

/** What a registry asks for: a password itself, or a token that a service gives for one. */
export type Challenge =
  | { readonly scheme: "basic" }
  | { readonly scheme: "bearer"; readonly realm: string; readonly service?: string };

/** Reads the header `www-authenticate` of a registry (distribution specification, "token authentication"). */
export function parseChallenge(header: string): Challenge | undefined {
  const [scheme = "", ...rest] = header.trim().split(" ");
  if (scheme.toLowerCase() === "basic") return { scheme: "basic" };
  if (scheme.toLowerCase() !== "bearer") return undefined;
  // name="value", name="value": what stands in quotation marks is a value, what stands before it its name.
  const pieces = rest.join(" ").split('"');
  const parts = Object.fromEntries(
    pieces.flatMap((piece, i) =>
      i % 2 === 1 ? [[(pieces[i - 1] ?? "").replace(/[\s,=]/g, ""), piece]] : [],
    ),
  ) as Readonly<Partial<Record<string, string>>>;
  const { realm, service } = parts;
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  return { scheme: "bearer", realm, ...(service !== undefined && { service }) };
}

const tokenSchema = z.object({ token: z.string().optional(), access_token: z.string().optional() });

const basic = ({ user, password }: RegistryLogin): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

/** What its client is told of a registry. Nothing that it says is shown: it may repeat a password. */
export function registryService(host: string, timing: Partial<RetryTiming> | undefined) {
  return {
    name: "the image registry",
    code: "REMOTE_FAILED",
    mask: () => "",
    remedy: ({ status }: { readonly status: number | undefined }) =>
      status === 401 || status === 403
        ? `Expected a sign-in that may read the image and, to sign it, write beside it. Run \`docker login ${host}\`, for Azure's \`az acr login --name ${host.split(".")[0]}\`, and try again.`
        : undefined,
    timing,
  } as const;
}

/** Signs in to a registry as it asks for, for one repository. Throws RemoteError. */
export async function accessTo(request: AccessRequest): Promise<AccessHeaders> {
  const { host, repository, rights, login, timing } = request;
  const client = new HttpClient(registryService(host, timing));
  let header: string;
  try {
    await client.tell({ what: "Asking for the registry", method: "GET", url: `${registryUrl(host)}/v2/` });
    return {};
  } catch (error) {
    if (!(error instanceof RemoteError) || error.httpStatus !== 401) throw error;
    header = error.headers.challenge ?? "";
  }
  const challenge = parseChallenge(header);
  if (challenge === undefined)
    throw new PlatformError(
      "REMOTE_FAILED",
      `The image registry ${host} does not say how to sign in: "${header}". Expected the scheme Basic or Bearer. Correct its address.`,
    );
  if (challenge.scheme === "basic") {
    if (login !== undefined) return { authorization: basic(login) };
    throw new PlatformError(
      "REMOTE_FAILED",
      `Nobody is signed in to the image registry ${host}. Expected a sign-in of Docker's. Run \`docker login ${host}\`.`,
    );
  }
  const { realm, service = "" } = challenge;
  const scope = `repository:${repository}:${rights}`;
  const common = { what: "Signing in", answer: tokenSchema, idempotent: true };
  // A helper of Docker's gives this name with a token of the service's own instead of a password.
  const answer =
    login?.user === "<token>"
      ? await client.call({
          ...common,
          method: "POST",
          url: realm,
          body: new URLSearchParams({
            grant_type: "refresh_token",
            service,
            scope,
            refresh_token: login.password,
          }),
        })
      : await client.call({
          ...common,
          method: "GET",
          url: `${realm}?${new URLSearchParams({ service, scope }).toString()}`,
          ...(login && { headers: { authorization: basic(login) } }),
        });
  const token = answer.token ?? answer.access_token;
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  throw new PlatformError("REMOTE_FAILED", `The service that signs in to ${host} gave no token. Try again.`);
}
