import type { Settings } from "../../platform/settings/settings";
import type { Authenticator } from "./authenticator";

/** How often a folder of keys is read, in milliseconds. */
const folderRefreshMs = 1000;

type AuthSettings = Pick<
  Settings<"scoring">,
  | "auth"
  | "primaryKey"
  | "secondaryKey"
  | "keysFolder"
  | "keyVault"
  | "keyVaultPrimary"
  | "keyVaultSecondary"
  | "keyVaultRefreshMs"
  | "entraTenant"
  | "entraAudiences"
  | "entraRole"
  | "entraAuthority"
>;

async function openKeys(settings: AuthSettings, report: (message: string) => void): Promise<Authenticator> {
  const { ApiKeys } = require("./api-keys") as typeof import("./api-keys");
  const { primaryKey, secondaryKey, keysFolder, keyVault } = settings;
  if (primaryKey !== undefined) {
    return new ApiKeys({
      primary: primaryKey,
      ...(secondaryKey !== undefined && { secondary: secondaryKey }),
    });
  }
  const { keysOfFolder, keysOfVault, openRefreshedKeys } =
    require("./key-sources") as typeof import("./key-sources");
  if (keysFolder !== undefined) {
    return openRefreshedKeys({ read: keysOfFolder(keysFolder), refreshMs: folderRefreshMs, report });
  }
  if (keyVault === undefined) throw new Error("the settings name no keys");
  const read = await keysOfVault({
    vault: keyVault,
    primary: settings.keyVaultPrimary,
    secondary: settings.keyVaultSecondary,
  });
  return openRefreshedKeys({ read, refreshMs: settings.keyVaultRefreshMs, report });
}

/** The key of our own tests, where the settings have one or say where it is. */
export async function openTestKey(
  { testKey, testKeyVault }: Pick<Settings<"scoring">, "testKey" | "testKeyVault">,
  report: (message: string) => void,
): Promise<string | undefined> {
  if (testKeyVault === undefined) return testKey;
  const { testKeyOfVault } = require("./key-sources") as typeof import("./key-sources");
  return testKeyOfVault(testKeyVault, report);
}

/** Who may call, as the settings say; `undefined` when anyone may. What is not used is not loaded. */
export async function openAuthenticator(
  settings: AuthSettings,
  report: (message: string) => void,
): Promise<Authenticator | undefined> {
  const { auth = "none", entraTenant, entraAudiences, entraRole, entraAuthority } = settings;
  if (auth === "none") return undefined;
  if (auth === "keys") return openKeys(settings, report);
  if (entraTenant === undefined || entraAudiences === undefined || entraRole === undefined) {
    throw new Error("the settings name no tenant, audience or role");
  }
  const { EntraTokens } = require("./entra-tokens") as typeof import("./entra-tokens");
  return new EntraTokens({
    tenant: entraTenant,
    audiences: entraAudiences,
    role: entraRole,
    authority: entraAuthority ?? "https://login.microsoftonline.com",
    report,
  });
}
