import { execFile } from "node:child_process";
import { homedir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { PlatformError, reasonOf, systemErrorCode } from "../base/errors";
import { findJson } from "../base/files";

/** A sign-in to a registry. */
export interface RegistryLogin {
  readonly user: string;
  readonly password: string;
}

const configSchema = z.object({
  auths: z.record(z.string(), z.object({ auth: z.string().optional() })).default({}),
  credHelpers: z.record(z.string(), z.string()).default({}),
  credsStore: z.string().optional(),
});
const helperSchema = z.object({ Username: z.string(), Secret: z.string() });
const helperTimeoutMs = 20_000;

/** Asks one of Docker's helpers, `docker-credential-<name>`; undefined when it has no sign-in. */
function askHelper(name: string, server: string): Promise<RegistryLogin | undefined> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      `docker-credential-${name}`,
      ["get"],
      { timeout: helperTimeoutMs, env: process.env },
      (error, stdout) => {
        if (error !== null && systemErrorCode(error) === "ENOENT") {
          const message = `Docker's configuration names the helper docker-credential-${name}, which is not on the PATH. Install it, or sign in anew with \`docker login ${server}\`.`;
          reject(new PlatformError("NOT_FOUND", message, { cause: error }));
          // It says by its exit code that it has none; what it prints may be a secret.
        } else if (error !== null) resolve(undefined);
        else
          try {
            const { Username: user, Secret: password } = helperSchema.parse(JSON.parse(stdout));
            resolve({ user, password });
          } catch {
            const message = `docker-credential-${name} did not print a sign-in as it should. Sign in anew with \`docker login ${server}\`.`;
            reject(new PlatformError("REMOTE_FAILED", message));
          }
      },
    );
    // One that does not read ends with its own reason.
    child.stdin?.once("error", () => undefined).end(server);
  });
}

/** What Docker's configuration knows a registry by. */
const serverOf = (host: string): string => (host === "docker.io" ? "https://index.docker.io/v1/" : host);

/** The sign-in that the docker command has for a registry: in its configuration, or in the store that this names. */
export async function dockerCredentials(host: string): Promise<RegistryLogin | undefined> {
  const folder = process.env.DOCKER_CONFIG ?? path.join(homedir(), ".docker");
  const file = path.join(folder, "config.json");
  const found = configSchema.safeParse((await findJson(file)) ?? {});
  if (!found.success)
    throw new PlatformError(
      "SETTINGS_INVALID",
      `${file} is not a configuration of Docker's: ${reasonOf(found.error)}. Correct it, or sign in anew with \`docker login ${host}\`.`,
    );
  const { auths, credHelpers, credsStore } = found.data;
  const server = serverOf(host);
  const helper = credHelpers[server] ?? credsStore;
  if (helper !== undefined) return askHelper(helper, server);
  const text = Buffer.from(auths[server]?.auth ?? "", "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon === -1 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
