import type { Storage } from "../../../platform/storage/storage";

/** A storage that refuses to write while it is out. */
export class FailingStorage implements Storage {
  out = false;
  attempts = 0;
  readonly get: Storage["get"];
  readonly list: Storage["list"];
  readonly delete: Storage["delete"];
  readonly create: Storage["create"];
  readonly dropEarlier: Storage["dropEarlier"];

  constructor(private readonly inner: Storage) {
    this.get = inner.get.bind(inner);
    this.list = inner.list.bind(inner);
    this.delete = inner.delete.bind(inner);
    this.create = inner.create.bind(inner);
    this.dropEarlier = inner.dropEarlier.bind(inner);
  }

  async put(path: string, content: Uint8Array | string): Promise<void> {
    this.attempts += 1;
    // The worst outage: what was written is there, but the writer is told that it is not.
    await this.inner.put(path, content);
    if (this.out) throw new Error("The network is down.");
  }
}

/** Waits, for 10 s at most. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("The condition was not met within 10 s.");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
