import { z } from "zod";
import type { ModelRef } from "../../definition/model-ref";
import { modelNamePattern } from "../../definition/model-ref";
import type { MlflowClient } from "./mlflow-client";
import { isAlreadyThere, isMissing } from "./mlflow-failures";
import type { StoredVersion } from "./mlflow-versions";
import { requestTag, storedSchema } from "./mlflow-versions";

const pageSize = 200;
const versionAnswer = z.object({ model_version: storedSchema });
const versionsPage = z.object({
  model_versions: z.array(storedSchema).default([]),
  next_page_token: z.string().default(""),
});
const modelsPage = z.object({
  registered_models: z.array(z.object({ name: z.string() })).default([]),
  next_page_token: z.string().default(""),
});

/** What a version is made from. */
export interface NewVersion {
  readonly name: string;
  readonly source: string;
  readonly runId: string;
  readonly tags: Readonly<Record<string, string>>;
}

const keysOf = ({ name, version }: ModelRef): { name: string; version: string } => ({
  name,
  version: String(version),
});

/** The calls on models and their versions that MLflow 2 and Azure Machine Learning have in common. */
export class MlflowVersionCalls {
  constructor(private readonly client: MlflowClient) {}

  /** Makes a model without versions, if there is none of that name. */
  async makeModel(name: string): Promise<void> {
    try {
      await this.client.call({
        method: "POST",
        path: "registered-models/create",
        body: { name },
        answer: z.unknown(),
      });
    } catch (error) {
      if (!isAlreadyThere(error)) throw error;
    }
  }

  /** Makes the next version of a model, once, also when a reply is lost. */
  makeVersion({ name, source, runId, tags }: NewVersion): Promise<StoredVersion> {
    const body = {
      name,
      source,
      run_id: runId,
      tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    };
    const make = async (): Promise<StoredVersion> => {
      const call = { method: "POST", path: "model-versions/create", body, answer: versionAnswer } as const;
      return (await this.client.call({ ...call, idempotent: false })).model_version;
    };
    const find = async (): Promise<StoredVersion | undefined> => {
      const all = await this.versionsOf(name);
      const [first, ...others] = all.filter((each) => each.tags.get(requestTag) === tags[requestTag]);
      // A slow server may have handled both attempts and made it twice.
      for (const other of others) await this.deleteVersion(other);
      return first;
    };
    return this.client.makeOnce(make, find);
  }

  /** A version, or `undefined` when there is none. */
  async findVersion(ref: ModelRef): Promise<StoredVersion | undefined> {
    const call = { method: "GET", path: "model-versions/get", answer: versionAnswer } as const;
    try {
      return (await this.client.call({ ...call, query: keysOf(ref) })).model_version;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** All versions of a model, by rising number. */
  async versionsOf(name: string): Promise<StoredVersion[]> {
    const filter = `name='${name}'`;
    const versions = await this.pages({ path: "model-versions/search", filter, page: versionsPage }, (page) =>
      page.model_versions.filter((each) => each.name === name),
    );
    return versions.sort((a, b) => a.version - b.version);
  }

  /** Names of all models that the platform could have named so, sorted. */
  async modelNames(): Promise<string[]> {
    const names = await this.pages({ path: "registered-models/search", page: modelsPage }, (page) =>
      page.registered_models.map(({ name }) => name),
    );
    return names.filter((name) => modelNamePattern.test(name)).sort();
  }

  async setTag(ref: ModelRef, key: string, value: string): Promise<void> {
    const body = { ...keysOf(ref), key, value };
    await this.client.call({ method: "POST", path: "model-versions/set-tag", body, answer: z.unknown() });
  }

  /** Removes a tag; one that is gone already is fine. */
  async deleteTag(ref: ModelRef, key: string): Promise<void> {
    const body = { ...keysOf(ref), key };
    await this.unlessMissing({ method: "DELETE", path: "model-versions/delete-tag", body });
  }

  private async deleteVersion(ref: ModelRef): Promise<void> {
    await this.unlessMissing({ method: "DELETE", path: "model-versions/delete", body: keysOf(ref) });
  }

  private async unlessMissing(call: { method: "DELETE"; path: string; body: unknown }): Promise<void> {
    try {
      await this.client.call({ ...call, answer: z.unknown() });
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  /** The items of all pages; none when the server says that there is nothing of the kind. */
  private async pages<P extends { readonly next_page_token: string }, T>(
    { path, filter, page }: { path: string; filter?: string; page: z.ZodType<P> },
    itemsOf: (page: P) => readonly T[],
  ): Promise<T[]> {
    const items: T[] = [];
    const query: Record<string, string> = { max_results: String(pageSize), ...(filter && { filter }) };
    try {
      for (;;) {
        const answer = await this.client.call({ method: "GET", path, query, answer: page });
        items.push(...itemsOf(answer));
        if (answer.next_page_token === "") return items;
        query.page_token = answer.next_page_token;
      }
    } catch (error) {
      if (isMissing(error)) return items;
      throw error;
    }
  }

  /** Waits for a version whose files the server has yet to take over. */
  async untilReady(
    made: StoredVersion,
    { looks, pauseMs }: { looks: number; pauseMs: number },
  ): Promise<StoredVersion> {
    let stored = made;
    for (let look = 0; stored.status === "PENDING_REGISTRATION" && look < looks; look += 1) {
      await this.client.pause(pauseMs);
      stored = (await this.findVersion(stored)) ?? stored;
    }
    return stored;
  }
}
