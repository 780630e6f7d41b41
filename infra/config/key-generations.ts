import type { KeyGenerations } from "../../platform/azure/scoring-keys";
import { testKeySecret } from "../../platform/settings/security-settings";
import type { StackConfig } from "./stack-config";

/**
 * The keys that the vault of an environment is to have: one by which the scoring service recognises our own tests, which
 * no client has, and two for clients, unless these have Entra tokens. The names are those that the service asks for by
 * default (platform/settings/settings.ts).
 */
export function keyGenerations({
  scoringAudience,
  keyRotation,
}: Pick<StackConfig, "scoringAudience" | "keyRotation">): KeyGenerations {
  const ofClients = {
    "scoring-primary-key": keyRotation.primary,
    "scoring-secondary-key": keyRotation.secondary,
  };
  return { ...(scoringAudience === undefined && ofClients), [testKeySecret]: "1" };
}
