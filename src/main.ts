import { keepCompiledCode } from './cli/compiled-code';
import { optimizeLate } from './cli/optimizing';

optimizeLate();
keepCompiledCode(process.env);
// After these two: loading the rest is most of the work until a cluster is ready.
// eslint-disable-next-line @typescript-eslint/no-require-imports -- import declarations come before every statement
import program = require('./cli/program');
void program.run(process.argv.slice(2), process.env);
