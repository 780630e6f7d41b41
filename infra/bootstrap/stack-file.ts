import { readFileSync } from "node:fs";
import path from "node:path";
import { parseDocument, type Document } from "yaml";
import { systemErrorCode } from "../../platform/base/errors";
import { writeFileAtomically } from "./write-file";

/** A stack's settings file, which is committed to the repository. */
export class StackFile {
  readonly name: string;
  private readonly file: string;

  constructor(folder: string, stack: string) {
    this.name = `Pulumi.${stack}.yaml`;
    this.file = path.join(folder, this.name);
  }

  private read(): Document {
    try {
      return parseDocument(readFileSync(this.file, "utf8"));
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return parseDocument("config: {}\n");
      throw error;
    }
  }

  /** Values of `config` as text, by key. */
  settings(): Record<string, string> {
    const { config } = (this.read().toJS() ?? {}) as { config?: Record<string, unknown> };
    return Object.fromEntries(
      Object.entries(config ?? {}).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );
  }

  /** URL of the key that encrypts the stack's secrets; undefined until the stack is created with one. */
  secretsProvider(): string | undefined {
    const { secretsprovider, encryptedkey } = (this.read().toJS() ?? {}) as Record<string, unknown>;
    return typeof secretsprovider === "string" && typeof encryptedkey === "string"
      ? secretsprovider
      : undefined;
  }

  /** Sets the given values and leaves everything else, including comments, unchanged. */
  set(values: Readonly<Record<string, string>>): void {
    const document = this.read();
    for (const [key, value] of Object.entries(values)) {
      document.setIn(["config", key], /^\d{1,15}$/.test(value) ? Number(value) : value);
    }
    writeFileAtomically(this.file, document.toString());
  }
}
