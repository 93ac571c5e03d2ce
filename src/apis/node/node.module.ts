import { Module } from '@nestjs/common';
import { nodeGroup } from './node.group';

/** Token of the API group node.k8s.io. */
export const NODE_GROUP = Symbol('node.k8s.io');

/** Runtime classes. */
@Module({ providers: [{ provide: NODE_GROUP, useValue: nodeGroup }], exports: [NODE_GROUP] })
export class NodeModule {}
