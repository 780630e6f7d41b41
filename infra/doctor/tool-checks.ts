import type { StackConfig } from "../config/stack-config";
import { failed, ok, type Finding } from "./finding";

/** A required program, and how to determine its version. */
export interface Tool {
  readonly name: string;
  readonly args: readonly string[];
  /** Captures the version in its output. */
  readonly pattern: RegExp;
  /** Minimum version, as numbers. */
  readonly min: readonly number[];
  readonly mend: string;
}

/** What decides which tools a stack needs. */
export type ToolNeeds = Pick<
  StackConfig,
  "scoring" | "trainingImage" | "dashboardImage" | "scoringPackage" | "dashboard" | "page"
>;

/** Settings of images that an update of the stack builds; none where all are named. */
function builtImages({
  trainingImage,
  dashboardImage,
  scoringPackage,
  dashboard,
  page,
}: ToolNeeds): string[] {
  const hosted = dashboard !== "off" || page !== "off";
  return [
    ...(trainingImage === undefined ? ["mlops:trainingImage"] : []),
    ...(hosted && dashboardImage === undefined ? ["mlops:dashboardImage"] : []),
    ...(scoringPackage === undefined ? [] : ["mlops:scoringPackage"]),
  ];
}

/** The tools that a stack needs on this machine: Docker only if an update builds an image, kubelogin only if it has a cluster. */
export function toolsFor(
  config: ToolNeeds,
  versions: { readonly pulumi: string; readonly node: string },
): Tool[] {
  const [major = 3, minor = 0] = numbersOf(versions.pulumi);
  const always: Tool[] = [
    {
      name: "node",
      args: ["--version"],
      pattern: /v(\d+\.\d+\.\d+)/,
      min: numbersOf(versions.node),
      mend: "nvm install, or https://nodejs.org/en/download",
    },
    {
      name: "az",
      args: ["version", "--output", "json"],
      pattern: /"azure-cli": "(\d+\.\d+\.\d+)"/,
      min: [2, 60],
      mend: "https://learn.microsoft.com/cli/azure/install-azure-cli",
    },
    {
      name: "pulumi",
      args: ["version"],
      pattern: /(\d{1,6}\.\d{1,6}\.\d{1,6})/,
      // The SDK needs a matching engine; an older one may not support its calls.
      min: [major, Math.max(0, minor - 50)],
      mend: "https://www.pulumi.com/docs/iac/download-install/",
    },
  ];
  const docker: Tool = {
    name: "docker",
    args: ["version", "--format", "{{.Server.Version}}"],
    pattern: /^(\d+\.\d+(\.\d+)?)/,
    min: [23],
    mend: "Start Docker, or set mlops:trainingImage (and mlops:dashboardImage for web apps) to an image that a build has pushed",
  };
  const kubelogin: Tool = {
    name: "kubelogin",
    args: ["--version"],
    pattern: /v(\d+\.\d+\.\d+)/,
    min: [0, 1],
    mend: "az aks install-cli",
  };
  return [
    ...always,
    ...(builtImages(config).length > 0 ? [docker] : []),
    ...(config.scoring === "kubernetes" ? [kubelogin] : []),
  ];
}

function numbersOf(version: string): number[] {
  return (version.match(/\d+/g) ?? []).map(Number);
}

function isOlder(version: readonly number[], min: readonly number[]): boolean {
  for (const [index, wanted] of min.entries()) {
    const has = version[index] ?? 0;
    if (has !== wanted) return has < wanted;
  }
  return false;
}

/** Checks from a tool's output whether it is installed and recent enough. */
export function checkTool(
  { name, pattern, min, mend }: Tool,
  answer: { readonly code: number; readonly output: string },
): Finding {
  const check = `tool ${name}`;
  const version = pattern.exec(answer.output.trim())?.[1];
  if (answer.code !== 0 || version === undefined) {
    const why =
      answer.code === 127
        ? "is not installed"
        : `does not report its version: ${answer.output.trim().split("\n")[0] ?? ""}`;
    return failed(check, `${name} ${why}`, mend);
  }
  return isOlder(numbersOf(version), min)
    ? failed(check, `${name} is ${version}, older than ${min.join(".")}`, mend)
    : ok(check, version);
}
