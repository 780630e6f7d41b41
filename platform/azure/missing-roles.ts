/**
 * Codes of errors by which Azure refuses what a role assignment allows that is not yet in effect. The same codes are those of
 * a role that is really missing; nothing in the error tells the one from the other.
 */
const codes = [
  // AKS, of the nodes' identity: Azure/azure-service-operator#3267.
  "CustomKubeletIdentityMissingPermissionError",
  // Azure Resource Manager, "If access was recently granted, please refresh your credentials"; also LinkedAuthorizationFailed:
  // learn.microsoft.com/azure/role-based-access-control/troubleshooting.
  "AuthorizationFailed",
  // Container Instances, of an image that its identity may not pull: MicrosoftDocs/azure-docs#89111.
  "InaccessibleImage",
  // Storage, of an encryption key: Azure/bicep#16601, where the same deployment passes when it is repeated.
  "KeyVaultAuthenticationFailure",
  // Key Vault, "If role assignments [...] were changed recently, please observe propagation time":
  // Azure/terraform-azurerm-avm-res-keyvault-vault#78.
  "ForbiddenByRbac",
] as const;

/** Pause before an update is repeated that failed for want of a role, in milliseconds. */
export const missingRolePauseMs = 5 * 60_000;

/** The code in the text of errors by which Azure may only not know a new role assignment yet; undefined where there is none. */
export function missingRoleCode(text: string): string | undefined {
  return new RegExp(`\\b(Linked)?(${codes.join("|")})\\b`).exec(text)?.[0];
}
