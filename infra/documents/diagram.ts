/** A resource that the program registered. */
export interface DrawnResource {
  /** Contains the types of all enclosing components, the outermost first. */
  readonly urn: string;
  readonly id: string;
  /** Its inputs and outputs; ids of other resources in them become arrows. */
  readonly state: unknown;
}

interface Box {
  readonly title: string;
  readonly kinds: Map<string, number>;
  readonly ids: string[];
  text: string;
}

const component = "mlops:infra:";

/** Component that creates a resource, and the resource's kind: for example `Storage` and `BlobContainer`. */
function placeOf({ urn, state }: DrawnResource): { title: string; kind: string } | undefined {
  const types = (urn.split("::")[2] ?? "").split("$");
  const own = types.at(-1) ?? "";
  if (own.startsWith(component) || own.startsWith("pulumi:")) return undefined;
  const innermost = types.findLast((type) => type.startsWith(component));
  // An untyped resource has its type among its inputs.
  const untyped = (state as { resourceType?: string } | undefined)?.resourceType;
  const kind = untyped ?? own.slice(own.lastIndexOf(":") + 1);
  return { title: innermost?.slice(component.length) ?? "Stack", kind };
}

function boxesOf(resources: readonly DrawnResource[]): Box[] {
  const boxes = new Map<string, Box>();
  for (const resource of resources) {
    const place = placeOf(resource);
    if (place === undefined) continue;
    const box = boxes.get(place.title) ?? {
      title: place.title,
      kinds: new Map<string, number>(),
      ids: [],
      text: "",
    };
    boxes.set(place.title, box);
    box.kinds.set(place.kind, (box.kinds.get(place.kind) ?? 0) + 1);
    if (resource.id !== "") box.ids.push(resource.id);
    box.text += JSON.stringify(resource.state);
  }
  return [...boxes.values()].sort((a, b) => a.title.localeCompare(b.title, "en"));
}

/** Whether a text contains an id as a whole, and not only as the beginning of a longer id. */
function mentions(text: string, id: string): boolean {
  const [, ...after] = text.split(id);
  return after.some((rest) => !/^[\w-]/.test(rest));
}

function label({ title, kinds }: Box): string {
  const lines = [...kinds].sort(([a], [b]) => a.localeCompare(b, "en"));
  return [
    `<b>${title}</b>`,
    ...lines.map(([kind, count]) => (count === 1 ? kind : `${kind} × ${count}`)),
  ].join("<br/>");
}

/** Mermaid diagram of a program's resources: a box for each component, and arrows to the components that it refers to. */
export function diagramOf(resources: readonly DrawnResource[]): string {
  const boxes = boxesOf(resources);
  const arrows = boxes.flatMap((from) =>
    boxes
      .filter((to) => to !== from && to.ids.some((id) => mentions(from.text, id)))
      .map((to) => `  ${from.title} --> ${to.title}`),
  );
  return ["flowchart LR", ...boxes.map((box) => `  ${box.title}["${label(box)}"]`), ...arrows].join("\n");
}
