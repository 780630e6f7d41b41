import type { Command } from "commander";
import type { CommandScope } from "./command-scope";
import type { DashboardFlags } from "./dashboard-run";
import { jsonOption, wholeNumber } from "./options";

// Loaded where the verb runs: help and usage errors come without it.
const dashboards = () => require("./dashboard-run") as typeof import("./dashboard-run");

const defaultPort = 8800;

/** `mlops dashboard`. */
export function addDashboard(program: Command, scope: CommandScope): void {
  program
    .command("dashboard")
    .description(
      "show models, versions, runs, environments and drift in a browser on this machine, until Ctrl-C",
    )
    .option("--port <number>", "port on 127.0.0.1", wholeNumber(1, 65_535), defaultPort)
    .option(
      "--hosted",
      "run as a web app of Azure App Service: behind its sign-in, for other machines, and shows what releases have recorded",
    )
    .option("--allow-changes", "approve, promote, roll back and retrain from its pages, too")
    .option(
      "--history <place>",
      "folder, or address of a blob container, where `mlops monitor --history` keeps what it measured and decided",
    )
    .addOption(jsonOption())
    .action((flags: DashboardFlags) => dashboards().runDashboard(scope, flags));
}
