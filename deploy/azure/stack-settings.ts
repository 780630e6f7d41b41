import { PlatformError } from "../../platform/base/errors";
import type { ModelRef } from "../../platform/definition/model-ref";
import type { ModelVersion, Registry } from "../../platform/registry/registry";

/** A registry whose address is slow to look up: that happens only when the registry is first used. */
export class LateRegistry implements Registry {
  private opened: Promise<Registry> | undefined;

  constructor(private readonly open: () => Promise<Registry>) {}

  private get registry(): Promise<Registry> {
    return (this.opened ??= this.open());
  }

  async register(...args: Parameters<Registry["register"]>): Promise<ModelVersion> {
    return (await this.registry).register(...args);
  }
  async get(ref: ModelRef): Promise<ModelVersion> {
    return (await this.registry).get(ref);
  }
  async list(name?: string): Promise<ModelVersion[]> {
    return (await this.registry).list(name);
  }
  async findAlias(name: string, alias: string): Promise<ModelVersion | undefined> {
    return (await this.registry).findAlias(name, alias);
  }
  async setAlias(ref: ModelRef, alias: string): Promise<void> {
    return (await this.registry).setAlias(ref, alias);
  }
  async setTag(ref: ModelRef, key: string, value: string): Promise<void> {
    return (await this.registry).setTag(ref, key, value);
  }
  async download(ref: ModelRef, destination: string): Promise<void> {
    return (await this.registry).download(ref, destination);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

interface StackSetting {
  readonly process: "cli" | "scoring";
  readonly name: string;
}

/** A variable of a process in a stack's environment, as the stack's outputs tell it; infra/config/environment.ts writes them. */
export function findSetting(
  { environment }: Readonly<Record<string, unknown>>,
  { process, name }: StackSetting,
): string | undefined {
  const variables = isRecord(environment) ? environment[process] : undefined;
  const value = isRecord(variables) ? variables[name] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The same, where it has to be there. */
export function settingOf(
  outputs: Readonly<Record<string, unknown>>,
  { stack, process, name }: StackSetting & { readonly stack: string },
): string {
  const value = findSetting(outputs, { process, name });
  if (value !== undefined) return value;
  throw new PlatformError(
    "CONFLICT",
    `${name} is not set, and the outputs of stack ${stack} do not have it. Expected one of them. Run \`npm run infra:up -- --stack ${stack}\`, or set ${name}.`,
  );
}
