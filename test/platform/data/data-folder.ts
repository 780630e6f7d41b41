import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { literal } from "../../../platform/sql/engine";
import { DuckDbEngine } from "../../../platform/sql/duckdb/duckdb-engine";

/** An engine and a folder with files of data, for one test file. */
export class DataFolder {
  private constructor(
    readonly path: string,
    readonly engine: DuckDbEngine,
  ) {}

  static async open(): Promise<DataFolder> {
    return new DataFolder(await mkdtemp(path.join(tmpdir(), "mlops-data-")), await DuckDbEngine.open());
  }

  /** Writes a file below the folder, with the folders above it. */
  async write(name: string, content: string | Uint8Array): Promise<string> {
    const file = path.join(this.path, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
    return file;
  }

  async writeParquet(name: string, select: string): Promise<string> {
    const file = await this.write(name, "");
    await this.engine.run(`COPY (${select}) TO ${literal(file)} (FORMAT parquet)`);
    return file;
  }

  async close(): Promise<void> {
    await this.engine.close();
    await rm(this.path, { recursive: true });
  }
}
