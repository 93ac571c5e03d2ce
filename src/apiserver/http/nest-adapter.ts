import type { RequestListener, Server } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { ApiServer } from './api-server';
import { makeServer } from './listener';
import { ownsPath } from './plain-routes';

/** Kubernetes says this of every path nobody serves; Nest would say it in JSON. */
class KubeFastifyAdapter extends FastifyAdapter {
  override setNotFoundHandler(): ReturnType<FastifyAdapter['setNotFoundHandler']> {
    return this.getInstance<FastifyInstance>().setNotFoundHandler((_request, reply) =>
      reply.code(404).header('content-type', 'text/plain; charset=utf-8').header('x-content-type-options', 'nosniff').send('404 page not found\n'),
    ) as never;
  }
}

/** No route has a JSON schema; without its compilers, of which ajv is one, Fastify loads in half the time. */
const NO_SCHEMAS = {
  compilersFactory: { buildValidator: () => () => () => true, buildSerializer: () => () => (data: unknown) => JSON.stringify(data) },
};

/** NestJS on the listener of an API server. */
export interface NestHttpAdapter {
  /** What NestFactory.create takes. */
  readonly nest: FastifyAdapter;
  /** Gives the API paths to `api`, its TLS material to the listener. Until then they are answered with 503. */
  attach(api: ApiServer): void;
}

/**
 * Makes the HTTP adapter of a Nest application whose listener hands API paths straight to an API server, past Fastify: no parser, pipe,
 * guard or interceptor is in their way. Everything else is Nest's. `secure`: HTTPS (then the API server must have TLS material).
 */
export function createAdapter(secure = true): NestHttpAdapter {
  let api: ApiServer | undefined;
  let server: Server | undefined;
  const serverFactory = (others: RequestListener): Server => {
    server = makeServer(secure ? {} : undefined, (req, res) => {
      if (!ownsPath(req.url ?? '/')) others(req, res);
      else if (api) api.handle(req, res);
      else res.writeHead(503, ['Content-Type', 'text/plain; charset=utf-8', 'Retry-After', '1']).end('the API server is starting\n');
    });
    return server;
  };
  const nest = new KubeFastifyAdapter({ serverFactory, forceCloseConnections: true, schemaController: NO_SCHEMAS as never });
  return {
    nest,
    attach(a) {
      api = a;
      a.attach(server!);
    },
  };
}
