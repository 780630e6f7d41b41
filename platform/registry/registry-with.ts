import type { Registry } from "./registry";

/** A registry that registers by `register` and delegates the rest. */
export function registryWith(registry: Registry, register: Registry["register"]): Registry {
  return {
    register,
    get: (ref) => registry.get(ref),
    list: (name) => registry.list(name),
    findAlias: (name, alias) => registry.findAlias(name, alias),
    setAlias: (ref, alias) => registry.setAlias(ref, alias),
    setTag: (ref, key, value) => registry.setTag(ref, key, value),
    download: (ref, destination) => registry.download(ref, destination),
  };
}
