import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import path from "node:path";
import { explainStorageError } from "../../platform/base/errors";

/** What is kept of a program's output; more is counted. */
const maxLogBytes = 32 * 1024 * 1024;

/**
 * The file with all that a program printed, line by line, in the order in which it came. Written at once, so that it is there
 * however the program, or this process, ends.
 */
export class OutputLog {
  private bytes = 0;
  private leftOut = 0;

  private constructor(
    private readonly descriptor: number,
    private readonly limit: number,
  ) {}

  static open(file: string, limit = maxLogBytes): OutputLog {
    try {
      mkdirSync(path.dirname(file), { recursive: true });
      return new OutputLog(openSync(file, "a", 0o600), limit);
    } catch (error) {
      throw explainStorageError(error, file);
    }
  }

  write(line: string): void {
    const text = Buffer.from(`${line}\n`);
    if (this.leftOut > 0 || this.bytes + text.length > this.limit) {
      this.leftOut += text.length;
      return;
    }
    this.bytes += text.length;
    this.append(text);
  }

  close(): void {
    if (this.leftOut > 0) {
      this.append(
        Buffer.from(`[${this.leftOut} more bytes were printed and are not kept: the log ends here]\n`),
      );
    }
    closeSync(this.descriptor);
  }

  private append(text: Buffer): void {
    try {
      writeSync(this.descriptor, text);
    } catch {
      // A full disk stops the log, not hours of training: what needs the disk next says so.
      this.leftOut += text.length;
    }
  }
}
