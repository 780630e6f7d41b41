import { renameSync, writeFileSync } from "node:fs";

/** Writes a file whole or not at all, wherever the process is stopped. */
export function writeFileAtomically(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}
