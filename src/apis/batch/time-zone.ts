/** Parts of zone names that are not simply capitalised. */
const ODD_PARTS = new Set(
  ('ACT LHI NSW GMT UTC UCT EST HST MST CET EET MET WET PRC ROC ROK GB NZ US DumontDUrville McMurdo ComodRivadavia DeNoronha EasterIsland BajaNorte BajaSur YUKON ' +
    'CHAT SU EST5EDT CST6CDT MST7MDT PST8PDT GMT0 of es au').split(' '),
);
const ODD_PART_BY_LOWER = new Map([...ODD_PARTS].map((p) => [p.toLowerCase(), p]));
const OFFSET = /^[+-]?\d/;

/** The name as the zone database writes it: the database is a directory, so case matters. */
function inDatabaseCase(name: string): string {
  return name.replace(/[^/_-]+/g, (part) => {
    const lower = part.toLowerCase();
    const gmt = /^gmt(?:[+-]\d+)?$/.exec(lower);
    if (gmt) return lower.toUpperCase();
    return ODD_PART_BY_LOWER.get(lower) ?? lower.charAt(0).toUpperCase() + lower.slice(1);
  });
}

/** Whether the zone database of the platform has this name, in this very spelling. */
export function timeZoneExists(name: string): boolean {
  if (OFFSET.test(name) || (name !== 'Knox_IN' && !name.endsWith('/Knox_IN') && inDatabaseCase(name) !== name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
