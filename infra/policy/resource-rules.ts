import { at, azure, listAt, shown, type Rule } from "./rule";

/** Webhooks that Event Grid calls: their subscriptions are made by a template, by which their address stays out of the state. */
function webhooksOf(deployment: unknown): { readonly version: unknown }[] {
  return listAt(deployment, "template", "resources")
    .filter(({ type }) => String(type).endsWith("/eventSubscriptions"))
    .map(({ properties }) => at(properties, "destination"))
    .filter((destination) => at(destination, "endpointType") === "WebHook")
    .map((destination) => ({ version: at(destination, "properties", "minimumTlsVersionAllowed") }));
}

/** Security and cost rules for Azure resources. */
export const resourceRules: readonly Rule[] = [
  {
    name: "no-public-blobs",
    description: "Blobs cannot be read anonymously",
    types: [azure("storage:StorageAccount"), azure("storage:BlobContainer")],
    violation: ({ allowBlobPublicAccess, publicAccess }, type) => {
      if (type === azure("storage:BlobContainer")) {
        return publicAccess === undefined || publicAccess === "None"
          ? undefined
          : `publicAccess is ${shown(publicAccess)}, so anybody can read the container. Set it to "None".`;
      }
      return allowBlobPublicAccess === false
        ? undefined
        : "Containers of the account can be made public. Set allowBlobPublicAccess to false.";
    },
  },
  {
    name: "tls-1-2",
    description: "Connections are encrypted with TLS 1.2 or later",
    types: [azure("storage:StorageAccount"), azure("resources:Deployment"), azure("web:WebApp")],
    violation: ({ minimumTlsVersion, enableHttpsTrafficOnly, properties, httpsOnly, siteConfig }, type) => {
      if (type === azure("web:WebApp")) {
        if (httpsOnly !== true) return "The web app accepts HTTP. Set httpsOnly to true.";
        const version = at(siteConfig, "minTlsVersion");
        return version === "1.2" || version === "1.3"
          ? undefined
          : 'The web app accepts older TLS versions. Set siteConfig.minTlsVersion to "1.2".';
      }
      if (type === azure("resources:Deployment")) {
        return webhooksOf(properties).every(({ version }) => version === "1.2" || version === "1.3")
          ? undefined
          : 'The webhook can be called with an older TLS version. Set minimumTlsVersionAllowed to "1.2".';
      }
      if (enableHttpsTrafficOnly === false) {
        return "The account accepts HTTP. Leave enableHttpsTrafficOnly on.";
      }
      return minimumTlsVersion === "TLS1_2" || minimumTlsVersion === "TLS1_3"
        ? undefined
        : 'The account accepts older TLS versions. Set minimumTlsVersion to "TLS1_2".';
    },
  },
  {
    name: "no-shared-keys",
    description: "Storage is accessed with an identity, never with account keys",
    types: [azure("storage:StorageAccount")],
    violation: ({ allowSharedKeyAccess }) =>
      allowSharedKeyAccess === false
        ? undefined
        : "An account key grants full access to the account. Set allowSharedKeyAccess to false and assign roles to identities.",
  },
  {
    name: "no-admin-users",
    description: "Registries have no admin user and no anonymous access",
    types: [azure("containerregistry:Registry")],
    violation: ({ adminUserEnabled, anonymousPullEnabled }) => {
      if (adminUserEnabled === true) {
        return "The registry has an admin user with a password. Set adminUserEnabled to false and assign AcrPull to identities.";
      }
      return anonymousPullEnabled === true
        ? "Anybody can pull images. Set anonymousPullEnabled to false."
        : undefined;
    },
  },
  {
    name: "no-local-auth",
    description: "Services authenticate people and programs only with Microsoft Entra ID",
    types: [
      azure("keyvault:Vault"),
      azure("containerservice:ManagedCluster"),
      azure("machinelearningservices:Compute"),
      azure("machinelearningservices:BatchEndpoint"),
      azure("web:WebAppAuthSettingsV2"),
      azure("web:WebAppFtpAllowed"),
      azure("web:WebAppScmAllowed"),
    ],
    violation: ({ properties, disableLocalAccounts, globalValidation, allow }, type) => {
      switch (type) {
        case azure("web:WebAppAuthSettingsV2"):
          return at(globalValidation, "requireAuthentication") === true
            ? undefined
            : "The web app lets in whoever comes. Set globalValidation.requireAuthentication to true.";
        case azure("web:WebAppFtpAllowed"):
        case azure("web:WebAppScmAllowed"):
          return allow === false
            ? undefined
            : "The web app takes deployments by a password. Set allow to false.";
        case azure("keyvault:Vault"):
          return at(properties, "enableRbacAuthorization") === true
            ? undefined
            : "The vault uses access policies. Set enableRbacAuthorization to true and assign roles.";
        case azure("containerservice:ManagedCluster"):
          return disableLocalAccounts === true
            ? undefined
            : "The cluster has local administrator accounts. Set disableLocalAccounts to true.";
        case azure("machinelearningservices:Compute"):
          return at(properties, "disableLocalAuth") === true
            ? undefined
            : "Nodes accept SSH logins. Set disableLocalAuth to true.";
        default:
          return at(properties, "authMode") === "AADToken"
            ? undefined
            : `The endpoint accepts keys (authMode ${shown(at(properties, "authMode"))}). Set authMode to "AADToken".`;
      }
    },
  },
  {
    name: "min-nodes-0",
    description: "An idle training cluster costs nothing",
    types: [azure("machinelearningservices:Compute")],
    violation: ({ properties }) => {
      const minimum = at(properties, "properties", "scaleSettings", "minNodeCount");
      return minimum === undefined || minimum === 0
        ? undefined
        : `The cluster keeps ${shown(minimum)} nodes, which cost money while idle. Set mlops:computeMinNodes to 0, or this rule to "advisory" in the pack's configuration.`;
    },
  },
  {
    name: "allowed-regions",
    description: "Resources are in allowed regions",
    violation: ({ location }, type, { regions }) => {
      if (!type.startsWith("azure-native:") || typeof location !== "string") return undefined;
      const region = location.toLowerCase().replace(/ /g, "");
      return region === "global" || regions.includes(region)
        ? undefined
        : `The region is "${location}". Allowed: ${regions.join(", ")}. Choose one of these.`;
    },
  },
];
