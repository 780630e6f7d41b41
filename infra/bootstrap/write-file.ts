import { renameSync, writeFileSync } from "node:fs";

/** Writes a file atomically: if the process stops midway, the old content stays. */
export function writeFileAtomically(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}
