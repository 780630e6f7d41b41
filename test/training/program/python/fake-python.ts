import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

/** What a stand-in for Python does: it answers as the real one as far as environments are made with it. */
export interface FakePython {
  readonly version?: string;
  readonly venv?: "works" | "fails";
  readonly pip?: "works" | "fails";
}

/** Puts a stand-in for Python into a folder of a PATH. Each start is a line of `calls.log` beside it. */
export async function writeFakePython(
  folder: string,
  name: string,
  { version = "3.12.4", venv = "works", pip = "works" }: FakePython = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, name);
  const script = `#!/bin/sh
case "$1 $2" in
  "-c "*list*|"-c "*importlib*) echo '{"python": "${version}", "packages": ["lightgbm==4.7.0"]}' ;;
  "-c "*) echo "${version}" ;;
  "-m venv")
    echo "venv" >> "${folder}/calls.log"
    ${venv === "works" ? `/bin/mkdir -p "$3/bin" && /bin/cp "$0" "$3/bin/python"` : `echo "ensurepip is not available"; exit 1`} ;;
  "-m pip")
    echo "pip" >> "${folder}/calls.log"
    ${pip === "works" ? "echo installed" : `echo "ERROR: No matching distribution found for lightgbm==4.7.0"; exit 1`} ;;
  *) echo "ran $1" ;;
esac
`;
  await writeFile(file, script);
  await chmod(file, 0o755);
}
