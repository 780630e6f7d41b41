import type { Storage } from "./storage";

/** A storage whose place is slow to look up: that happens when it is first used, and again where it failed. */
export class LateStorage implements Storage {
  private opened: Promise<Storage> | undefined;

  constructor(private readonly open: () => Promise<Storage>) {}

  async put(...args: Parameters<Storage["put"]>): Promise<void> {
    return (await this.storage()).put(...args);
  }
  async create(...args: Parameters<Storage["create"]>): Promise<boolean> {
    return (await this.storage()).create(...args);
  }
  async get(path: string): Promise<Uint8Array> {
    return (await this.storage()).get(path);
  }
  async list(prefix: string): Promise<string[]> {
    return (await this.storage()).list(prefix);
  }
  async delete(path: string): Promise<void> {
    return (await this.storage()).delete(path);
  }
  async dropEarlier(prefix: string): Promise<void> {
    return (await this.storage()).dropEarlier(prefix);
  }

  private storage(): Promise<Storage> {
    return (this.opened ??= this.open().catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    }));
  }
}
