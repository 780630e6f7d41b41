import type { Stack } from "@pulumi/pulumi/automation";
import { PlatformError, systemErrorCode } from "../../platform/base/errors";
import { explainStackError } from "./stack-error";

export interface StackOptions {
  /** Folder of the Pulumi project of the environments; that of what serves in them is below it. */
  readonly project: string;
  /** Environment variables beside the process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with a line of progress for each resource that changes. */
  readonly report?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** What the last update of a stack left, by name. */
export type StackOutputs = Readonly<Record<string, unknown>>;

async function loadAutomation(): Promise<typeof import("@pulumi/pulumi/automation")> {
  try {
    // Loaded on use: it is large, only deployments in Azure need it, and images are installed without it.
    return await import("@pulumi/pulumi/automation/index.js");
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== "MODULE_NOT_FOUND" && code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new PlatformError(
      "NOT_FOUND",
      "The package @pulumi/pulumi is not installed. Deployments in Azure need it. Run `npm ci` with its development dependencies.",
      { cause: error },
    );
  }
}

const variables = ({ env }: StackOptions) => env && { envVars: { ...env } };

/** The stack of a name in the project in a folder; throws NOT_FOUND when there is none. */
export async function openStack(name: string, folder: string, options: StackOptions): Promise<Stack> {
  const { LocalWorkspace } = await loadAutomation();
  return guarded(name, options, () =>
    LocalWorkspace.selectStack({ stackName: name, workDir: folder }, variables(options)),
  );
}

/** The same, or undefined when there is none. */
export async function findStack(
  name: string,
  folder: string,
  options: StackOptions,
): Promise<Stack | undefined> {
  const { LocalWorkspace, StackNotFoundError } = await loadAutomation();
  return guarded(name, options, async () => {
    try {
      return await LocalWorkspace.selectStack({ stackName: name, workDir: folder }, variables(options));
    } catch (error) {
      if (error instanceof StackNotFoundError) return undefined;
      throw error;
    }
  });
}

/** Makes an empty stack, whose secrets are encrypted with a key, or, without one, as the backend does by itself. */
export async function makeStack(
  name: string,
  folder: string,
  { secretsProvider, ...options }: StackOptions & { readonly secretsProvider: string | undefined },
): Promise<Stack> {
  const { LocalWorkspace } = await loadAutomation();
  return guarded(name, options, () =>
    LocalWorkspace.createStack(
      { stackName: name, workDir: folder },
      { ...variables(options), ...(secretsProvider !== undefined && { secretsProvider }) },
    ),
  );
}

/** What the last update that succeeded left. */
export async function outputsOf(stack: Stack, options: StackOptions): Promise<StackOutputs> {
  const outputs = await guarded(stack.name, options, () => stack.outputs());
  return Object.fromEntries(Object.entries(outputs).map(([key, { value }]) => [key, value as unknown]));
}

/** Calls Pulumi; what it throws says what happened and what to do. */
export async function guarded<T>(
  stack: string,
  { signal }: StackOptions,
  call: () => Promise<T>,
  faults: readonly string[] = [],
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw explainStackError(error, { stack, faults, interrupted: signal?.aborted ?? false });
  }
}
