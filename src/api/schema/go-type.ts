import type { SchemaNode } from './schema';

/** The Go type behind a node as decode errors print it: string, int32, []string, map[string]string, v1.PodSpec. */
export function goType(node: SchemaNode): string {
  switch (node.kind) {
    case 'string':
      return node.format === 'byte' ? '[]uint8' : node.format === 'quantity' ? 'resource.Quantity' : node.format === 'int-or-string' ? 'intstr.IntOrString' : 'string';
    case 'integer':
      return node.format === 'int32' ? 'int32' : 'int64';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    case 'list':
      return `[]${goType(node.items)}`;
    case 'map':
      return `map[string]${goType(node.values)}`;
    case 'any':
      return 'interface {}';
    case 'object': {
      const parts = node.name.split('.');
      return `${parts.at(-2)}.${node.goName}`;
    }
  }
}
