import { readFileSync } from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";
import { itemsOf, substitute, type TemplateContext } from "./expressions";

export type Mapping = Readonly<Record<string, unknown>>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A mapping that has no other keys than these. */
export function mapping(value: unknown, keys: readonly string[], where: string): Mapping {
  if (!isMapping(value)) throw new Error(`${where}: a mapping is expected.`);
  const unknown = Object.keys(value).filter((key) => !keys.includes(key));
  if (unknown.length === 0) return value;
  throw new Error(`${where}: this runner does not know ${unknown.join(", ")}.`);
}

/** An optional list. */
export function list(value: unknown, where: string): readonly unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw new Error(`${where}: a list is expected.`);
}

export function text(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new Error(`${where}: a text is expected.`);
}

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly values: readonly unknown[] | undefined;
  readonly fallback: unknown;
}

function parameterOf(value: unknown, where: string): Parameter {
  const declared = mapping(value, ["name", "displayName", "type", "values", "default"], where);
  const name = text(declared.name, where);
  const type = text(declared.type, `${where}: the type of ${name}`);
  if (!["string", "number", "boolean", "object"].includes(type))
    throw new Error(`${where}: "${type}" is no type of a parameter that this runner knows.`);
  const values = declared.values === undefined ? undefined : list(declared.values, where);
  return { name, type, values, fallback: declared.default };
}

/** Values arrive as text where somebody has typed them. */
function typed(value: unknown, { name, type, values }: Parameter, where: string): unknown {
  const fits =
    type === "object" ||
    (type === "number" && (typeof value === "number" || /^-?\d+(\.\d+)?$/.test(String(value)))) ||
    (type === "boolean" && /^(true|false)$/i.test(String(value))) ||
    (type === "string" && typeof value !== "object");
  if (!fits) throw new Error(`${where}: parameter ${name} is ${JSON.stringify(value)}, not a ${type}.`);
  if (values !== undefined && !values.some((one) => String(one) === String(value)))
    throw new Error(
      `${where}: parameter ${name} is ${JSON.stringify(value)}; expected ${values.map(String).join(" or ")}.`,
    );
  return type === "string" ? String(value) : value;
}

function parametersOf(document: Mapping, given: Mapping, where: string): Mapping {
  const declared = list(document.parameters, where).map((value) => parameterOf(value, where));
  const unknown = Object.keys(given).filter((name) => !declared.some((one) => one.name === name));
  if (unknown.length > 0) throw new Error(`${where}: there is no parameter ${unknown.join(", ")}.`);
  return Object.fromEntries(
    declared.map((parameter) => {
      const value = given[parameter.name] ?? parameter.fallback;
      if (value === undefined) throw new Error(`${where}: parameter ${parameter.name} is missing.`);
      return [parameter.name, typed(value, parameter, where)];
    }),
  );
}

/** Files that take the place of others, by their names: a test has environments of its own by it. */
export type Instead = Readonly<Record<string, string>>;

/** Where a part of a file is expanded: the file, and what expressions in it may look at. */
interface Place extends TemplateContext {
  readonly file: string;
  readonly instead: Instead;
}

function readYaml(file: string): Mapping {
  const document = parseDocument(readFileSync(file, "utf8"), { uniqueKeys: true });
  if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0]?.message}`);
  const value: unknown = document.toJS();
  if (!isMapping(value)) throw new Error(`${file}: a mapping is expected.`);
  return value;
}

/** A list, or names with their values: variables may be written as both. */
function itemsOfSection(value: unknown, key: string, where: string): readonly unknown[] {
  if (key === "variables" && isMapping(value))
    return Object.entries(value).map(([name, text]) => ({ name, value: text }));
  return list(value, where);
}

function expandTemplate(item: Mapping, key: string, place: Place): unknown[] {
  const where = `${path.basename(place.file)}: template`;
  const call = mapping(expandNode(item, key, place), ["template", "parameters"], where);
  const name = text(call.template, where);
  const file = place.instead[path.basename(name)] ?? path.join(path.dirname(place.file), name);
  const given = call.parameters === undefined ? {} : call.parameters;
  if (!isMapping(given)) throw new Error(`${where}: parameters have to be a mapping.`);
  const content = expandContent(file, given, place);
  const names = Object.keys(content).filter((each) => each !== "parameters");
  if (names.length !== 1 || names[0] !== key)
    throw new Error(`${where} ${path.basename(file)} has ${names.join(", ")} where ${key} are expected.`);
  return [...itemsOfSection(content[key], key, where)];
}

const loop = /^\$\{\{ each (\w+) in (.+) \}\}$/;

/** An item of a list, or the several that a template or a loop stands for. */
function expandItem(item: unknown, key: string, place: Place): unknown[] {
  if (!isMapping(item)) return [expandNode(item, key, place)];
  if ("template" in item) return expandTemplate(item, key, place);
  const [first = "", ...more] = Object.keys(item);
  const [, name, source] = loop.exec(first) ?? [];
  if (name === undefined || source === undefined) return [expandNode(item, key, place)];
  if (more.length > 0) throw new Error(`${place.file}: nothing may stand beside "${first}".`);
  const repeated = list(item[first], `${place.file}: ${first}`);
  return itemsOf(source, place).flatMap((value) => {
    const inside = { ...place, items: { ...place.items, [name]: value } };
    return repeated.flatMap((each) => expandItem(each, key, inside));
  });
}

function expandNode(node: unknown, key: string, place: Place): unknown {
  if (typeof node === "string") return substitute(node, place);
  if (Array.isArray(node)) return node.flatMap((item) => expandItem(item, key, place));
  if (!isMapping(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([name, value]) => {
      if (name.includes("${{")) throw new Error(`${place.file}: this runner does not know "${name}".`);
      return [name, expandNode(value, name, place)];
    }),
  );
}

/** A file with its parameters put in; a template sees the variables of the pipeline that it is a part of. */
function expandContent(
  file: string,
  given: Mapping,
  { variables, instead }: Pick<Place, "variables" | "instead">,
): Mapping {
  const document = readYaml(file);
  const parameters = parametersOf(document, given, path.basename(file));
  const { parameters: declared, ...body } = document;
  void declared;
  return expandNode(body, "", { file, parameters, variables: variables ?? {}, instead }) as Mapping;
}

/** Variables of a pipeline that are a constant text, and so known where its templates are expanded. */
function constantsOf(file: string, given: Mapping, instead: Instead): Readonly<Record<string, string>> {
  const document = readYaml(file);
  const parameters = parametersOf(document, given, path.basename(file));
  const { variables } = document;
  const expanded = expandNode(variables ?? [], "variables", { file, parameters, variables: {}, instead });
  return Object.fromEntries(
    itemsOfSection(expanded, "variables", file).flatMap((item) =>
      isMapping(item) && typeof item.name === "string" && !String(item.value).includes("$(")
        ? [[item.name, String(item.value)]]
        : [],
    ),
  );
}

/** A pipeline with its parameters and templates put in; a parameter that is missing, unknown or wrong is an error. */
export function expandFile(file: string, given: Mapping = {}, instead: Instead = {}): Mapping {
  return expandContent(file, given, { variables: constantsOf(file, given, instead), instead });
}
