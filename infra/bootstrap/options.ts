import { Command, InvalidArgumentError, Option } from "commander";
import type { Environments } from "../../platform/release/environments";
import { regions } from "../config/regions";
import type { Environment, Target } from "./names";

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface Given {
  readonly subscription: string;
  readonly organisation: string;
  readonly project: string;
  /** Subscription ids by environment, for those in a subscription other than `subscription`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly location: string;
  readonly resourceGroup: string;
  readonly branch: string;
  readonly reviewers: number;
  readonly approver?: readonly string[];
  readonly set: Readonly<Record<string, string>>;
  readonly plan: boolean;
  readonly yes: boolean;
}

/** The parsed command line. */
export interface Asked {
  readonly target: Target;
  readonly settings: Readonly<Record<string, string>>;
  readonly planOnly: boolean;
  readonly yes: boolean;
}

function matching(pattern: RegExp, expected: string): (text: string) => string {
  return (text) => {
    if (pattern.test(text)) return text;
    throw new InvalidArgumentError(`Expected ${expected}.`);
  };
}

function ownSubscription({ names }: Environments) {
  return (text: string, before: Readonly<Record<string, string>>): Record<string, string> => {
    const [name = "", id = ""] = text.split("=");
    if (!names.includes(name))
      throw new InvalidArgumentError(
        `environments.yml has no environment "${name}", only ${names.join(", ")}. Correct the name, or add it there first.`,
      );
    if (!guid.test(id)) throw new InvalidArgumentError("Expected <name>=<subscription id>.");
    if (name in before) throw new InvalidArgumentError(`"${name}" is given twice. Expected it once.`);
    return { ...before, [name]: id };
  };
}

function setting(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [, key, value] = /^([A-Za-z]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined)
    throw new InvalidArgumentError(
      "Expected <key>=<value>, with a key from docs/reference/stack-settings.md.",
    );
  return { ...before, [`mlops:${key}`]: value };
}

const collect = (text: string, before: readonly string[] = []): string[] => [...before, text];

/** Azure DevOps takes 1 to 10; 0 makes no policy. */
function reviewerCount(text: string): number {
  if (/^([0-9]|10)$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number from 0 to 10.");
}

const organisationName = matching(
  /^[A-Za-z0-9][A-Za-z0-9-]{0,49}$/,
  "the name in https://dev.azure.com/<name>",
);

function commandOf(environments: Environments): Command {
  const required = (flags: string, description: string): Option =>
    new Option(flags, description).makeOptionMandatory();
  return new Command("bootstrap")
    .description("Creates what the stacks and pipelines need in Azure and Azure DevOps before they can run.")
    .addOption(
      required("--subscription <id>", "subscription that keeps the state").argParser(
        matching(guid, "a subscription id; `az account list --output table` lists them"),
      ),
    )
    .addOption(required("--organisation <name>", "Azure DevOps organisation").argParser(organisationName))
    .addOption(required("--project <name>", "Azure DevOps project, with a repository of the same name"))
    .option(
      "--environment <name=subscription>",
      `subscription of one of ${environments.names.join(", ")}, if it differs from --subscription; repeatable`,
      ownSubscription(environments),
      {},
    )
    .addOption(
      new Option("--location <region>", "region of everything that is created")
        .choices(regions)
        .default("westeurope"),
    )
    .option(
      "--resource-group <name>",
      "resource group of what outlives the stacks",
      matching(
        /^[A-Za-z0-9][\w().-]{0,88}[\w()-]$/,
        "2 to 90 letters, digits, dots and dashes, without a dot at the end",
      ),
      "mlops-state",
    )
    .option("--branch <name>", "branch that releases are made from", "main")
    .option(
      "--reviewers <number>",
      "how many besides the author have to agree to a pull request; 0 for a team of one",
      reviewerCount,
      1,
    )
    .option("--approver <who>", "e-mail or group that approves releases (default: you); repeatable", collect)
    .option("--set <key=value>", "a setting for all stacks, such as owner=team-risk; repeatable", setting, {})
    .option("--plan", "show the plan without changing anything", false)
    .option("--yes", "apply the plan without asking", false);
}

/** Reads the command line, given all environments of the project. On a fault, commander prints it and throws. */
export function readOptions(argv: readonly string[], all: Environments): Asked {
  const given = commandOf(all).exitOverride().parse(argv).opts<Given>();
  const { subscription: subscriptionId, resourceGroup, location, organisation, project } = given;
  const { branch, reviewers } = given;
  const environments = all.names.map((name): Environment => ({
    name,
    subscriptionId: given.environment[name] ?? subscriptionId,
  }));
  const approvers = given.approver ?? [];
  return {
    target: {
      subscriptionId,
      resourceGroup,
      location,
      organisation,
      project,
      branch,
      reviewers,
      environments,
      approvers,
    },
    settings: given.set,
    planOnly: given.plan,
    yes: given.yes,
  };
}
