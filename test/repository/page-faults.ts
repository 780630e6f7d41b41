import path from "node:path";

/** Pages in Markdown: their text by their path, which is relative to the repository and has "/" between folders. */
export type Pages = ReadonlyMap<string, string>;

function withoutFences(text: string): string {
  return text.replaceAll(/^( *)(```+)[^\n]*\n.*?^\1\2 *$/gms, "");
}

function withoutCode(text: string): string {
  return withoutFences(text).replaceAll(/`[^`\n]*`/g, "");
}

/** The anchors that GitHub and Azure DevOps give the headings of a page. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of withoutFences(text).matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replaceAll(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");
    let anchor = slug;
    for (let again = 1; anchors.has(anchor); again++) anchor = `${slug}-${again}`;
    anchors.add(anchor);
  }
  return anchors;
}

interface Link {
  readonly page: string;
  readonly written: string;
  /** Path in the repository. */
  readonly target: string;
  readonly anchor?: string | undefined;
}

function linksOf(page: string, text: string): Link[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)]
    .map(([, written = ""]) => written)
    .filter((written) => !/^[a-z]+:/.test(written))
    .map((written) => {
      const [file = "", anchor] = written.split("#");
      const target = file === "" ? page : path.posix.join(path.posix.dirname(page), file);
      return { page, written, target: target.replace(/\/$/, ""), anchor };
    });
}

/** Relative links that lead to no file, folder or heading. `paths` are all files and folders of the repository. */
export function brokenLinks(pages: Pages, paths: ReadonlySet<string>): string[] {
  return [...pages].flatMap(([page, text]) =>
    linksOf(page, text).flatMap(({ written, target, anchor }) => {
      if (!paths.has(target)) return [`${page}: the link ${written} leads to no file or folder.`];
      if (anchor === undefined || anchorsOf(pages.get(target) ?? "").has(anchor)) return [];
      return [`${page}: the link ${written} leads to no heading of ${target}.`];
    }),
  );
}

/** Pages that no chain of links from `start` reaches. */
export function unreachablePages(pages: Pages, start: string): string[] {
  const reached = new Set([start]);
  for (const page of reached) {
    for (const { target } of linksOf(page, pages.get(page) ?? "")) if (pages.has(target)) reached.add(target);
  }
  return [...pages.keys()].filter((page) => !reached.has(page));
}

/** Scripts of npm that pages name and `package.json` does not have. */
export function unknownScripts(pages: Pages, scripts: ReadonlySet<string>): string[] {
  return [...pages].flatMap(([page, text]) =>
    [...text.matchAll(/\bnpm (?:run (?:--silent )?([\w:.-]*\w)|(start|test)\b)/g)]
      .map(([, script = "", short]) => short ?? script)
      .filter((script) => !scripts.has(script))
      .map((script) => `${page}: package.json has no script "${script}".`),
  );
}

/** `<name>`, `*`, `**` and `{a,b}` stand for what they usually stand for. */
function patternOf(named: string): RegExp {
  const source = named
    .replace(/\/$/, "")
    .replaceAll(/[.+?^$()|[\]\\]/g, "\\$&")
    .replaceAll(/\{([^}]*)\}/g, (_all, names: string) => `(?:${names.replaceAll(",", "|")})`)
    .replaceAll(/<[^>]*>/g, "[^/]+")
    .replaceAll(/\*\*|\*/g, (stars) => (stars === "**" ? ".+" : "[^/]*"));
  return new RegExp(`^${source}$`);
}

/** Paths in code spans that begin with a folder of the repository, and are not there. `examples` need not be. */
export function missingPaths(
  pages: Pages,
  paths: ReadonlySet<string>,
  examples: readonly string[] = [],
): string[] {
  const folders = new Set([...paths].filter((one) => one.includes("/")).map((one) => one.split("/")[0]));
  return [...pages].flatMap(([page, text]) =>
    [...withoutFences(text).matchAll(/`([^`\s]+\/[^`\s]*)`/g)]
      .map(([, named = ""]) => named)
      .filter((named) => folders.has(named.split("/")[0]))
      .filter((named) => !examples.some((example) => named.startsWith(example)))
      .filter((named) => !paths.has(named) && ![...paths].some((one) => patternOf(named).test(one)))
      .map((named) => `${page}: there is no ${named}.`),
  );
}

/** Settings that pages name and no program reads. */
export function unknownVariables(pages: Pages, known: ReadonlySet<string>): string[] {
  return [...pages].flatMap(([page, text]) =>
    [...text.matchAll(/\bMLOPS_\w*[A-Z]\b/g)]
      .map(([name]) => name)
      .filter((name) => !known.has(name))
      .map((name) => `${page}: no program reads ${name}.`),
  );
}

/** What a record of a decision, `NNNN-title.md`, lacks. */
export function recordFaults(page: string, text: string): string[] {
  const number = Number(path.posix.basename(page).slice(0, 4));
  const wanted: readonly [string, RegExp][] = [
    [`the heading "# ${number}. <title>"`, new RegExp(`^# ${number}\\. \\S`)],
    ["a date", /^- Date: \d{4}-\d\d-\d\d$/m],
    ["a status", /^- Status: (accepted|superseded by \[)/m],
    ...["Choice", "Reasons", "What would change it"].map((section): [string, RegExp] => [
      `the section "${section}"`,
      new RegExp(`^## ${section}\\n\\n\\S`, "m"),
    ]),
  ];
  return wanted.filter(([, pattern]) => !pattern.test(text)).map(([what]) => `${page} lacks ${what}.`);
}
