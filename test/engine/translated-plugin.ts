import { mkdir, mkdtemp, readFile, realpath, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pulumiFolder } from "./engine";

/** A folder for the PATH with the azure-native plugin in which texts are replaced; each has to be there. */
async function changedPlugin(
  changes: Readonly<Record<string, string>>,
): Promise<{ folder: string; bin: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), "mlops-plugins-"));
  const bin = path.join(folder, "bin");
  await mkdir(bin);
  const name = "pulumi-resource-azure-native";
  const plugin = await realpath(path.join(pulumiFolder, name));
  let text = await readFile(plugin, "utf8");
  for (const [known, other] of Object.entries(changes)) {
    if (!text.includes(known)) throw new Error(`${plugin} does in another way what was "${known}"`);
    text = text.replace(known, () => other);
  }
  await writeFile(path.join(bin, name), text, { mode: 0o755 });
  // Where the plugin looks for Azure's schemas and for what checks with them.
  await symlink(path.join(path.dirname(plugin), "..", "arm"), path.join(folder, "arm"));
  await symlink(path.join(pulumiFolder, "node_modules"), path.join(bin, "node_modules"));
  return { folder, bin };
}

/**
 * A folder for the PATH with an azure-native plugin that knows two things more, as the real provider does: what the SDK
 * calls `encryptionIdentity` and `encryptionUserAssignedIdentity` are `identity` and `userAssignedIdentity` to Azure
 * (Microsoft.Storage 2024-01-01, `EncryptionIdentity`), and a key that was made has an address with its version. The
 * plugin's check stays as it is.
 */
export function translatingPlugins(): Promise<{ folder: string; bin: string }> {
  const renames = "const renames = { ";
  const vault = "    Vault: { properties:";
  const version = "`https://${inputs.vaultName}.vault.azure.net/keys/${n}/${digest(n).slice(0, 32)}`";
  return changedPlugin({
    [renames]: `${renames}encryptionIdentity: "identity", encryptionUserAssignedIdentity: "userAssignedIdentity", `,
    [vault]: `    Key: { keyUriWithVersion: ${version} },\n${vault}`,
  });
}

/**
 * The same with the plugin that completes the names of two stacks differently, as the real provider does: by itself it
 * takes the digits from the resource's name in the program, and both would have one registry and one vault.
 */
export function pluginsWithNamesOfTheirStack(): Promise<{ folder: string; bin: string }> {
  const nameOf = 'const nameOf = (urn) => urn.split("::").slice(3).join("::");';
  const suffix = "const suffix = digest(name).slice(0, 8);";
  return changedPlugin({
    [nameOf]: `let stack = "";\n${nameOf.replace("(urn) =>", "(urn) => (stack = urn.split(':')[2]) &&")}`,
    [suffix]: suffix.replace("digest(name)", "digest(stack + name)"),
  });
}
