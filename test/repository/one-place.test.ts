import { linesWith, sourceFiles } from "./sources";

interface OneWay {
  /** How a copy looks. */
  readonly pattern: RegExp;
  /** Files in which it is right. */
  readonly places: readonly string[];
  /** A line that has to be found. */
  readonly copy: string;
}

/** What is done in one place; a line elsewhere that looks so is a copy of it. */
const oneWays: Readonly<Record<string, OneWay>> = {
  "what was thrown is told by reasonOf() and stackOf()": {
    pattern: /\binstanceof Error \? \(?\w+\.(message|stack)|\b(error|cause|thrown)\.stack\b(?! =)/,
    places: ["platform/base/errors.ts"],
    copy: "const reason = cause instanceof Error ? cause.message : String(cause);",
  },
  "a bug is printed by describeBug()": {
    pattern: /This is a bug; please report/,
    places: ["platform/base/errors.ts"],
    copy: "process.stderr.write(`This is a bug; please report it with these lines.`)",
  },
  "times have their names in durations.ts": {
    pattern: /\bconst (minute|hour|day)Ms = |\b(3_600_000|3600000|86_400_000|86400000)\b|\b24 \* 60 \* 60/,
    places: ["platform/base/durations.ts"],
    copy: "const hourMs = 3_600_000;",
  },
  "a share is told in percent by percent(), and made by share()": {
    pattern: /\bfunction (percent|share)\(/,
    places: ["platform/base/wording.ts", "platform/base/share.ts"],
    copy: "export function percent(fraction: number): string {",
  },
  "Azure Pipelines is warned by warningCommand()": {
    pattern: /##vso\[task\.logissue/,
    places: ["platform/base/logging-command.ts"],
    copy: "print.command(`##vso[task.logissue type=warning]${text}`);",
  },
  "data that cannot be read is told by whileReading()": {
    pattern: /cannot be read[^`]*It may be damaged/,
    places: ["platform/data/while-reading.ts"],
    copy: "`${this.file} cannot be read. It may be damaged, or have changed while it was read; write it again.`,",
  },
  "what an agent would obey is made harmless in one place": {
    pattern: /replace(All)?\([^)]*##(\(\?=|vso|\[)/,
    places: ["platform/base/harmless-text.ts"],
    copy: 'line.replaceAll("##vso[", "## vso[")',
  },
  "commands are shown as they have to be typed by typedCommands(), on pages by withNames() and commandLine()":
    {
      pattern: /npm run mlops --|<code>(mlops|npm) |: mlops [a-z]/,
      // The doctor, the bootstrap and a stack's program are started by scripts of other names.
      places: [
        "platform/base/typed-commands.ts",
        "infra/doctor/doctor.ts",
        "infra/doctor/pipeline-checks.ts",
        "infra/doctor/model-checks.ts",
        "infra/bootstrap/stack-models.ts",
        "infra/serving/release.ts",
      ],
      copy: "return `\\nNext: npm run mlops -- ${next}`;",
    },
  "the service's own dialect is asked at scorePath": {
    pattern: /["'`}]\/score["'`$ ]/,
    places: [
      "scoring/dialects/score-path.ts",
      // The place of a page's own form.
      "cli/dashboard/pages/try-place.ts",
      "cli/dashboard/pages/links.ts",
      "cli/dashboard/routes/add-try.ts",
      // What other products answer at.
      "bench/peers/peers.ts",
    ],
    copy: "await askService(`${url}/score`, { method });",
  },
  "kinds of trainers are listed by their rules": {
    pattern:
      /(["`]| )(ridge|elastic-net|logistic|boosted-trees)["`]?(,| or| :|\]| \|\|).*["` ](ridge|elastic-net|logistic|boosted-trees)\b/,
    places: [
      "platform/definition/trainers.ts",
      // Which one a new model gets where nobody says.
      "cli/init/choose-trainer.ts",
      "cli/commands/init-command.ts",
      // What is measured.
      ...[
        "bench/train.ts",
        "bench/train-tables.ts",
        "bench/trainers.ts",
        "bench/simulation/simulated-weeks.ts",
      ],
    ],
    copy: 'const withThreshold: readonly TrainerKind[] = ["logistic", "boosted-trees"];',
  },
  "whether this is a web app of App Service is judged once": {
    pattern: /web app of Azure App Service\b.*this is none/,
    places: ["cli/dashboard/web/access.ts"],
    copy: "`--hosted is for a web app of Azure App Service, and this is none: WEBSITE_HOSTNAME is ...`",
  },
};

describe.each(Object.entries(oneWays))("%s", (_, { pattern, places, copy }) => {
  test("and nowhere else", () => {
    const files = sourceFiles();
    expect(files).toEqual(expect.arrayContaining([...places]));
    expect(
      linesWith(
        pattern,
        files.filter((file) => !places.includes(file)),
      ),
    ).toEqual([]);
  });

  test("and a copy would be found", () => {
    expect(pattern.test(copy)).toBe(true);
  });
});
