// The floor of what Node can do: an HTTPS server that parses a JSON body, or answers a GET with 1.6 kB from memory.
import https from 'node:https';
import fs from 'node:fs';

const { key, cert } = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const stored = Buffer.from(JSON.stringify({ kind: 'Pod', padding: 'x'.repeat(1560) }));
const server = https.createServer({ key, cert }, (req, res) => {
  if (req.method === 'GET') {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': stored.length });
    res.end(stored);
    return;
  }
  const parts = [];
  req.on('data', (d) => parts.push(d));
  req.on('end', () => {
    const answer = Buffer.from(JSON.stringify(JSON.parse(Buffer.concat(parts).toString())));
    res.writeHead(201, { 'content-type': 'application/json', 'content-length': answer.length });
    res.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
