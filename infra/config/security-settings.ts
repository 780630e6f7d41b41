import { addressRange, flag, guid, list, publicKeys, text, type Setting } from "./config-values";

/** Settings of encryption, signatures, and of what is watched or closed beyond the defaults. */
export const securitySettings = {
  customerManagedKeys: {
    schema: flag,
    default: "false",
    description:
      "Whether storage, registry and workspace are encrypted with a customer-managed key in the vault",
  },
  cosmosDbPrincipal: {
    schema: text(guid, "expected an object id"),
    optional: true,
    description:
      "Object id of the service principal Azure Cosmos DB in the tenant, which encrypts the workspace's metadata",
  },
  signing: {
    schema: flag,
    default: "false",
    description: "Whether the vault has a key with which training signs versions and releases sign images",
  },
  trustedKeys: {
    schema: publicKeys,
    optional: true,
    description: "Public keys in PEM; one of them must have signed every version and image that is used",
  },
  protect: {
    schema: flag,
    default: "false",
    description: "Whether storage, vault and registry are protected from deletion by any update",
  },
  defender: {
    schema: flag,
    default: "false",
    description:
      "Whether Microsoft Defender for Storage watches the storage account, for its price per account",
  },
  logicAppCallerRanges: {
    schema: list(addressRange, "address ranges, such as 203.0.113.0/24"),
    default: "",
    description:
      "Address ranges that may call the Logic Apps: those of Event Grid; empty allows all that know their signed addresses",
  },
} as const satisfies Record<string, Setting>;
