import { text } from "node:stream/consumers";
import { z } from "zod";
import { PlatformError } from "../../../platform/base/errors";
import { runStep } from "../base/step";

const resource = z.looseObject({
  urn: z.string(),
  type: z.string(),
  outputs: z.record(z.string(), z.unknown()).exactOptional(),
  dependencies: z.array(z.string()).nullish(),
  propertyDependencies: z.record(z.string(), z.array(z.string()).nullish()).nullish(),
  parent: z.string().nullish(),
});
const exportSchema = z.looseObject({
  version: z.number(),
  deployment: z.looseObject({ resources: z.array(resource) }),
});

type Export = z.output<typeof exportSchema>;
type Resource = z.output<typeof resource>;

/**
 * Types of resources that are managed elsewhere now: cluster objects and their provider have a separate stack, and API keys
 * are only in the vault.
 */
const handedOver =
  /^(kubernetes:|pulumi:providers:kubernetes$|azure-native:keyvault:Secret$|random:index\/randomPassword:RandomPassword$)/;
/** Outputs about the release, from before serving had a separate stack. */
const goneOutputs = ["release", "scoringUrl"];

function withoutServing({ outputs, ...rest }: Resource, gone: ReadonlySet<string>): Resource {
  const kept = (urns: readonly string[]): string[] => urns.filter((urn) => !gone.has(urn));
  const { dependencies, propertyDependencies } = rest;
  const stack = rest.type === "pulumi:pulumi:Stack";
  const shown = Object.entries(outputs ?? {}).filter(([name]) => !stack || !goneOutputs.includes(name));
  return {
    ...rest,
    ...(outputs && { outputs: Object.fromEntries(shown) }),
    ...(dependencies && { dependencies: kept(dependencies) }),
    ...(propertyDependencies && {
      propertyDependencies: Object.fromEntries(
        Object.entries(propertyDependencies).map(([name, urns]) => [name, kept(urns ?? [])]),
      ),
    }),
  };
}

/** Removes resources that are managed elsewhere from an export of an environment's stack: they leave its state but stay. */
export function forgetServing(exported: Export): Export {
  const { resources } = exported.deployment;
  const gone = new Set(resources.filter(({ type }) => handedOver.test(type)).map(({ urn }) => urn));
  const kept = resources.filter(({ urn }) => !gone.has(urn)).map((each) => withoutServing(each, gone));
  return { ...exported, deployment: { ...exported.deployment, resources: kept } };
}

/** `npm run infra:forget`: reads the output of `pulumi stack export`, and prints the input for `pulumi stack import`. */
async function forget(): Promise<void> {
  let read: unknown;
  try {
    read = JSON.parse(await text(process.stdin));
  } catch {
    read = undefined;
  }
  const exported = exportSchema.safeParse(read);
  if (!exported.success) {
    throw new PlatformError(
      "USAGE",
      "The input is not a stack export. Expected the output of `pulumi stack export`. Run `pulumi stack export --stack <name> | npm run --silent infra:forget > after.json`.",
    );
  }
  // Written directly, because `print` masks what looks like a secret, and an export must be imported unchanged.
  process.stdout.write(`${JSON.stringify(forgetServing(exported.data), undefined, 2)}\n`);
}

if (require.main === module) void runStep(forget);
