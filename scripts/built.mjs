// Last step of the build: marks it as whole, for `npm start`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

writeFileSync(join(import.meta.dirname, '..', 'dist', '.built'), '');
