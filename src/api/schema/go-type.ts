import type { SchemaNode } from './schema';

const FORMATS: Readonly<Record<string, string>> = {
  byte: '[]uint8',
  quantity: 'resource.Quantity',
  'int-or-string': 'intstr.IntOrString',
  'date-time': 'v1.Time',
  'micro-time': 'v1.MicroTime',
};

/** The Go type behind a node as decode errors print it: string, int32, []string, map[string]string, v1.PodSpec. */
export function goType(node: SchemaNode): string {
  switch (node.kind) {
    case 'string':
      return FORMATS[node.format ?? ''] ?? 'string';
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
      return node.name === undefined ? 'interface {}' : lastTwo(node.name);
    case 'object':
      return lastTwo(node.name);
  }
}

/** io.k8s.api.core.v1.Pod → v1.Pod */
function lastTwo(name: string): string {
  return name.split('.').slice(-2).join('.');
}
