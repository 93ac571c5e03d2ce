/** The word after `--name` on the command line; without it, `otherwise`. */
export function arg(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
}
