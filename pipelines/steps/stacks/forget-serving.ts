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
 * What others look after now: what is on a cluster, and the way there, has a stack of its own; the API keys are in the
 * vault alone.
 */
const handedOver =
  /^(kubernetes:|pulumi:providers:kubernetes$|azure-native:keyvault:Secret$|random:index\/randomPassword:RandomPassword$)/;
/** What an environment said of its release before that had a stack of its own. */
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

/** The export of an environment's stack without what others look after now: the environment forgets that, and leaves it as it is. */
export function forgetServing(exported: Export): Export {
  const { resources } = exported.deployment;
  const gone = new Set(resources.filter(({ type }) => handedOver.test(type)).map(({ urn }) => urn));
  const kept = resources.filter(({ urn }) => !gone.has(urn)).map((each) => withoutServing(each, gone));
  return { ...exported, deployment: { ...exported.deployment, resources: kept } };
}

/** `npm run infra:forget`: reads what `pulumi stack export` printed, and prints what `pulumi stack import` is to read. */
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
      "The input is not an export of a stack. Expected what `pulumi stack export` prints. Run `pulumi stack export --stack <name> | npm run --silent infra:forget > after.json`.",
    );
  }
  // Not by the step's own printing, which masks what looks like a secret: an export is read again as it is.
  process.stdout.write(`${JSON.stringify(forgetServing(exported.data), undefined, 2)}\n`);
}

if (require.main === module) void runStep(forget);
