import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { repository } from "../../build/repository";
import { PlatformError } from "../../platform/base/errors";

/** A line of a pipeline that says for which branches it starts. */
const included = /branches: \{ include: \[([^\]]*)\] \}/;

/**
 * Throws USAGE where a pipeline starts for other branches than the one that releases are made from. The branch is text in a pipeline's file,
 * as triggers take no parameters, while policies and branch control are set to it here: with two branches nothing would start, or be allowed to.
 */
export function requireTriggersOf(branch: string, folder = path.join(repository, "pipelines")): void {
  const others = readdirSync(folder)
    .filter((name) => name.endsWith(".yml"))
    .sort()
    .flatMap((name) =>
      readFileSync(path.join(folder, name), "utf8")
        .split("\n")
        .flatMap((line, index) => {
          const branches = included
            .exec(line)?.[1]
            ?.split(",")
            .map((each) => each.trim());
          return branches === undefined || branches.includes(branch)
            ? []
            : [`  pipelines/${name}:${index + 1}: ${line.trim()}`];
        }),
    );
  if (others.length === 0) return;
  throw new PlatformError(
    "USAGE",
    `--branch is "${branch}", but these lines start pipelines for other branches. Expected ${branch} in each. Change them, commit that to ${branch}, and run this again:\n${others.join("\n")}`,
  );
}
