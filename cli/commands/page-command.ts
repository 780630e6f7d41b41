import type { Command } from "commander";
import type { CommandScope } from "./command-scope";
import { maxFileMb } from "../dashboard/pages/try-place";
import { jsonOption, modelOption, wholeNumber } from "./options";
import type { PageFlags } from "./page-run";

// Loaded where the verb runs: help and usage errors come without it.
const pages = () => require("./page-run") as typeof import("./page-run");

const defaultPort = 8801;

/** `mlops page`. */
export function addPage(program: Command, scope: CommandScope): void {
  program
    .command("page")
    .description(
      "serve the page of one model for those who may only ask it: a form, and CSV files that come back scored; until Ctrl-C",
    )
    .addOption(modelOption())
    .option(
      "--hosted",
      "run as a web app of Azure App Service, behind its sign-in instead of a link with a key",
    )
    .option("--public", "with --hosted: let everybody on the internet ask, without any sign-in")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <number>", "port to listen on", wholeNumber(1, 65_535), defaultPort)
    .option(
      "--url <address>",
      "address by which others reach it, as of a proxy that ends TLS (default: this machine's own)",
    )
    .option(
      "--max-file-mb <number>",
      "size in MB of the largest file that is taken to be scored",
      wholeNumber(1, maxFileMb),
      maxFileMb,
    )
    .addOption(jsonOption())
    .action((flags: PageFlags) => pages().runPage(scope, flags));
}
