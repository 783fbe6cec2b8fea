import type { Command } from 'commander';
import { z } from 'zod';
import { createProgram } from './program.js';
import { JSON_OUTPUT } from './schemas/index.js';

const HELP_WIDTH = 110;

/** The generated part of docs/cli.md: the help of every command and the shape of its JSON document. */
export function commandReference(): string {
  return leaves(createProgram(), []).map(section).join('\n\n');
}

/** Commands that do something, with the words that call them. */
function leaves(
  command: Command,
  words: readonly string[],
): { command: Command; words: readonly string[] }[] {
  if (command.commands.length === 0) return [{ command, words }];
  return command.commands.flatMap((child) => leaves(child, [...words, child.name()]));
}

function section({ command, words }: { command: Command; words: readonly string[] }): string {
  const name = words.join(' ');
  command.configureHelp({ helpWidth: HELP_WIDTH });
  const schemas = Object.entries(JSON_OUTPUT).filter(([key]) => key === name || key.startsWith(`${name} `));
  const shapes = schemas.map(([key, schema]) => {
    const shape = render(z.toJSONSchema(schema) as JsonSchema, '');
    return `\`klinemill ${key} --json\`:\n\n\`\`\`text\n${shape}\n\`\`\``;
  });
  return [
    `### klinemill ${name}`,
    `\`\`\`text\n${command.helpInformation().trimEnd()}\n\`\`\``,
    ...shapes,
  ].join('\n\n');
}

/** The part of JSON Schema that the schemas of the commands use. */
interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly (string | number)[];
}

/** A schema as people write shapes down: names, types, and what they mean behind. */
function render(schema: JsonSchema, indent: string): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map((part) => render(part, indent)).join(' | ');
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.prefixItems !== undefined)
    return `[${schema.prefixItems.map((part) => render(part, indent)).join(', ')}]`;
  if (schema.type === 'array') {
    const items = render(schema.items!, indent);
    return items.includes(' | ') && !items.startsWith('{') ? `(${items})[]` : `${items}[]`;
  }
  if (schema.properties !== undefined) {
    const lines = Object.entries(schema.properties).map(([name, part]) => {
      const text = part.description === undefined ? '' : `  // ${part.description}`;
      return `${indent}  ${name}: ${withComment(render(part, `${indent}  `), text)}`;
    });
    return `{\n${lines.join('\n')}\n${indent}}`;
  }
  if (typeof schema.additionalProperties === 'object')
    return `{ [name]: ${render(schema.additionalProperties, indent)} }`;
  return [schema.type!].flat().join(' | ');
}

/** The comment stands behind the first line of a shape. */
function withComment(shape: string, comment: string): string {
  const [first, ...rest] = shape.split('\n');
  return [`${first}${comment}`, ...rest].join('\n');
}
