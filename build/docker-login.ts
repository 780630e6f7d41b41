import { symlink, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import type { RegistryLogin } from "../platform/oci/docker-credentials";
import { fileExists, findJson, withTemporaryFolder } from "../platform/base/files";

/**
 * Runs something with the variables by which the docker command is signed in to a registry. The sign-in is in a folder of
 * its own that is removed: nothing is left in the user's configuration, and no key store has to be there.
 */
export async function signedIn<T>(
  host: string,
  { user, password }: RegistryLogin,
  work: (variables: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const own = process.env.DOCKER_CONFIG ?? path.join(homedir(), ".docker");
  return withTemporaryFolder("mlops-docker-", async (folder) => {
    // Which engine is used stays as it is; with a store, the sign-in would be looked for there.
    const found = (await findJson(path.join(own, "config.json"))) as { currentContext?: string } | undefined;
    const auth = Buffer.from(`${user}:${password}`).toString("base64");
    const config = { currentContext: found?.currentContext, auths: { [host]: { auth } } };
    await writeFile(path.join(folder, "config.json"), JSON.stringify(config), { mode: 0o600 });
    const contexts = path.join(own, "contexts");
    if (await fileExists(contexts)) await symlink(contexts, path.join(folder, "contexts"));
    return await work({ DOCKER_CONFIG: folder });
  });
}
