import type { PropertyChange } from "./property-changes";

/** Properties that decide who may do or reach what, by the end of their path. */
const telling: readonly RegExp[] = [
  // Role assignments, policies, and identities that are trusted.
  /(^|\.)(scope|roleDefinitionId|principalId|principalType|condition|policyDefinitionId|enforcementMode|issuer|subject)$/,
  // Rules of networks: of security groups, of services' own firewalls, and of Kubernetes.
  /(^|\.)(access|direction|sourceAddressPrefix(es)?|destinationAddressPrefix(es)?|destinationPortRanges?|sourcePortRange)(\[\d+\])?$/,
  /(^|\.)(networkRuleSet|networkAcls)\.(defaultAction|bypass|ipRules\[[^\]]*\]\.\w+)$/,
  /(^|\.)(authorizedIPRanges|allowedCallerIpAddresses)\[\d+\](\.\w+)?$/,
  /^spec\.(ingress|egress)\[\d+\]\./,
  // Doors of services.
  /(^|\.)(publicNetworkAccess|publicAccess|allowBlobPublicAccess|allowSharedKeyAccess|adminUserEnabled|anonymousPullEnabled)$/,
  /(^|\.)(disableLocalAuth|disableLocalAccounts|enableRbacAuthorization|enablePrivateCluster|ipAddress\.type|endpointType)$/,
  /(^|\.)(requireAuthentication|unauthenticatedClientAction|allowedPrincipals\.groups\[\d+\])$/,
  /(^|\.)(ingressGateways\[\d+\]\.mode|domainNameLabel)$/,
];

/** The properties of a created or deleted resource that a reviewer has to see: who gets which right on what, and what is open to whom. */
export function accessProperties(properties: readonly PropertyChange[]): PropertyChange[] {
  return properties.filter(({ path }) => telling.some((pattern) => pattern.test(path)));
}
