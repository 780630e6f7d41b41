import { at, azure, shown, type Rule } from "./rule";

/** Rules about how Azure resources are made safe. */
export const resourceRules: readonly Rule[] = [
  {
    name: "no-public-blobs",
    description: "Nobody reads blobs without signing in",
    types: [azure("storage:StorageAccount"), azure("storage:BlobContainer")],
    violation: ({ allowBlobPublicAccess, publicAccess }, type) => {
      if (type === azure("storage:BlobContainer")) {
        return publicAccess === undefined || publicAccess === "None"
          ? undefined
          : `publicAccess is ${shown(publicAccess)}: anybody may read the container. Set it to "None".`;
      }
      return allowBlobPublicAccess === false
        ? undefined
        : "Containers of the account could be made public. Set allowBlobPublicAccess to false.";
    },
  },
  {
    name: "tls-1-2",
    description: "Connections are encrypted with TLS 1.2 or later",
    types: [azure("storage:StorageAccount"), azure("eventgrid:SystemTopicEventSubscription")],
    violation: ({ minimumTlsVersion, enableHttpsTrafficOnly, destination }, type) => {
      if (type === azure("eventgrid:SystemTopicEventSubscription")) {
        const isWebHook = at(destination, "endpointType") === "WebHook";
        const version = at(destination, "minimumTlsVersionAllowed");
        return !isWebHook || version === "1.2" || version === "1.3"
          ? undefined
          : 'The web hook may be called over an older TLS. Set minimumTlsVersionAllowed to "1.2".';
      }
      if (enableHttpsTrafficOnly === false) {
        return "The account takes HTTP. Leave enableHttpsTrafficOnly on.";
      }
      return minimumTlsVersion === "TLS1_2" || minimumTlsVersion === "TLS1_3"
        ? undefined
        : 'The account takes an older TLS. Set minimumTlsVersion to "TLS1_2".';
    },
  },
  {
    name: "no-shared-keys",
    description: "Storage is reached with an identity, never with the account's keys",
    types: [azure("storage:StorageAccount")],
    violation: ({ allowSharedKeyAccess }) =>
      allowSharedKeyAccess === false
        ? undefined
        : "Whoever has a key of the account has all of it. Set allowSharedKeyAccess to false and give identities roles.",
  },
  {
    name: "no-admin-users",
    description: "Registries have no shared administrator and serve nobody who has not signed in",
    types: [azure("containerregistry:Registry")],
    violation: ({ adminUserEnabled, anonymousPullEnabled }) => {
      if (adminUserEnabled === true) {
        return "The registry has an admin user with a password. Set adminUserEnabled to false and give identities AcrPull.";
      }
      return anonymousPullEnabled === true
        ? "Anybody may pull images. Set anonymousPullEnabled to false."
        : undefined;
    },
  },
  {
    name: "no-local-auth",
    description: "Services know people and programs by Microsoft Entra ID only",
    types: [
      azure("keyvault:Vault"),
      azure("containerservice:ManagedCluster"),
      azure("machinelearningservices:Compute"),
      azure("machinelearningservices:BatchEndpoint"),
    ],
    violation: ({ properties, disableLocalAccounts }, type) => {
      switch (type) {
        case azure("keyvault:Vault"):
          return at(properties, "enableRbacAuthorization") === true
            ? undefined
            : "The vault uses access policies. Set enableRbacAuthorization to true and give roles.";
        case azure("containerservice:ManagedCluster"):
          return disableLocalAccounts === true
            ? undefined
            : "The cluster has an administrator's certificate. Set disableLocalAccounts to true.";
        case azure("machinelearningservices:Compute"):
          return at(properties, "disableLocalAuth") === true
            ? undefined
            : "Nodes take SSH sign-ins. Set disableLocalAuth to true.";
        default:
          return at(properties, "authMode") === "AADToken"
            ? undefined
            : `The endpoint takes keys (authMode ${shown(at(properties, "authMode"))}). Set authMode to "AADToken".`;
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
        : `The cluster keeps ${shown(minimum)} nodes that cost while idle. Set mlops:computeMinNodes to 0, or this rule to "advisory" in the pack's configuration.`;
    },
  },
  {
    name: "allowed-regions",
    description: "Resources are in regions that are allowed",
    violation: ({ location }, type, { regions }) => {
      if (!type.startsWith("azure-native:") || typeof location !== "string") return undefined;
      const region = location.toLowerCase().replace(/ /g, "");
      return region === "global" || regions.includes(region)
        ? undefined
        : `The region is "${location}". Allowed: ${regions.join(", ")}. Choose one of them.`;
    },
  },
];
