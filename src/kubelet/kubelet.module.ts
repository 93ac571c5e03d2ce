import { Module } from '@nestjs/common';
import { createKubelet } from './kubelet';

/** Token of the function that makes the simulated nodes; the composition root gives it its identity, caches and options. */
export const KUBELET_FACTORY = Symbol('kubelet factory');

@Module({
  providers: [{ provide: KUBELET_FACTORY, useValue: createKubelet }],
  exports: [KUBELET_FACTORY],
})
export class KubeletModule {}
