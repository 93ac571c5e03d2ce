import { Module } from '@nestjs/common';
import { certificatesGroup } from './certificates.group';

/** Token of the API group certificates.k8s.io. */
export const CERTIFICATES_GROUP = Symbol('certificates.k8s.io');

/** Certificate signing requests. */
@Module({ providers: [{ provide: CERTIFICATES_GROUP, useValue: certificatesGroup }], exports: [CERTIFICATES_GROUP] })
export class CertificatesModule {}
