/**
 * Where the parameters in a path come from: a listed parent, the rows of which carry what their own parents
 * gave them, or a parameter of the source.
 * @module
 */
import type { ListAnswer } from "./answers.ts";
import type { Value } from "./description.ts";
import { boundField } from "./keys.ts";
import { pathWords, plainWord, singular } from "./names.ts";
import type { Operation, Parameter } from "./operations.ts";
import { type PathTemplate, writePath } from "./paths.ts";
import type { ShapeOf } from "./shapes.ts";
import type { SourceParameters } from "./source_parameters.ts";

/** A list that becomes a resource. */
export interface ListedResource {
  readonly name: string;
  readonly operation: Operation;
  readonly template: PathTemplate;
  readonly answer: ListAnswer;
  readonly headers: readonly string[];
  /** Key of its records among themselves. */
  readonly primaryKey: readonly string[];
}

/** A path whose parameters are all accounted for. */
export interface BoundPath {
  /** In the declarative grammar. */
  readonly path: string;
  readonly parent?: ListedResource;
  /** Fields of the parent that every row needs a copy of. */
  readonly copied: readonly string[];
  /** Values of the placeholders that name no parent. */
  readonly params: ReadonlyMap<string, Value>;
  /** For each parameter of the path, the field of this resource's rows that holds its value. */
  readonly rowFields: readonly (string | undefined)[];
}

/** Binds paths of one source. */
export function pathBinder(
  resources: readonly ListedResource[],
  parameters: SourceParameters,
  shapeOf: ShapeOf,
): (resource: Pick<ListedResource, "operation" | "template">) => BoundPath {
  const byKey = new Map<string, ListedResource>();
  for (const each of resources) if (!byKey.has(each.template.key)) byKey.set(each.template.key, each);
  const byThing = new Map<string, ListedResource>();
  for (const each of resources) {
    const thing = plainWord(singular(each.name));
    if (each.template.parameters.length === 0 && !byThing.has(thing)) byThing.set(thing, each);
  }
  const known = new Map<PathTemplate, BoundPath>();

  const bind = ({ operation, template }: Pick<ListedResource, "operation" | "template">): BoundPath => {
    const found = known.get(template);
    if (found) return found;
    const link = parentLink(operation, template);
    const above = link && bind(link.parent);
    const params = new Map<string, Value>();
    const copied: string[] = [];
    const rowFields: (string | undefined)[] = [];
    const replacements = template.parameters.map(({ name }, index) => {
      const inherited = link?.isPrefix && index < link.index ? above?.rowFields[index] : undefined;
      const field = index === link?.index ? link.field : inherited;
      if (field !== undefined) {
        if (!copied.includes(field)) copied.push(field);
        rowFields[index] = `_${link!.parent.name}_${field}`;
        return `{resources.${link!.parent.name}.${field}}`;
      }
      const open = parameters.pathValueFor(
        pathParameter(operation, name),
        name,
        textBefore(template, index),
      );
      params.set(open.name, open.value);
      return `{${open.name}}`;
    });
    const bound: BoundPath = {
      path: writePath(template, replacements),
      parent: link?.parent,
      copied,
      params,
      rowFields,
    };
    known.set(template, bound);
    return bound;
  };

  /** The last parameter that a listed resource gives, by its place in the path or else by its name. */
  const parentLink = (operation: Operation, template: PathTemplate) => {
    const found = [...template.parameters.entries()].reverse();
    for (const [index, { name, listKey }] of found) {
      const parent = byKey.get(listKey);
      // Fewer parameters at each step up: no circle, whatever the paths are.
      const isAbove = parent?.template.parameters.length === index;
      const field = isAbove && boundField(pathParameter(operation, name) ?? unknown(name), parent, shapeOf);
      if (field) return { parent: parent!, field, index, isPrefix: true };
    }
    for (const [index, { name }] of found) {
      const owner = singular(pathWords(textBefore(template, index)).at(-1) ?? "");
      const thing = plainWord(name).replace(/(?:uuid|guid|id|key|slug)$/, "") || plainWord(owner);
      const parent = thing ? byThing.get(thing) : undefined;
      if (!parent || parent.template.key === template.key) continue;
      const field = boundField(pathParameter(operation, name) ?? unknown(name), parent, shapeOf);
      if (field !== undefined) return { parent, field, index, isPrefix: false };
    }
  };
  return bind;
}

/** The fixed text in front of a parameter. */
function textBefore({ pieces }: PathTemplate, index: number): string {
  return pieces.slice(0, 2 * index + 1).filter((_, piece) => piece % 2 === 0).join("{}");
}

function pathParameter({ parameters }: Operation, name: string): Parameter | undefined {
  return parameters.find((each) => each.place === "path" && each.name === name);
}

/** A parameter in braces that the document says nothing of. */
function unknown(name: string): Pick<Parameter, "name" | "shape"> {
  return { name, shape: { properties: new Map(), required: new Set(), nodes: [] } };
}
