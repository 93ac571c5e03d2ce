import { describe, expect, it } from 'vitest';
import { selfSubjectReview } from '../../../src/apis/authentication/self-subject-review';
import { tokenReview, type TokenVerifier } from '../../../src/apis/authentication/token-review';
import { KindUnderTest } from '../kind-under-test';

describe('SelfSubjectReview', () => {
  it('tells callers who they are', async () => {
    const kind = new KindUnderTest(selfSubjectReview);
    kind.user = { name: 'ann', uid: 'u', groups: ['dev', 'system:authenticated'], extra: { team: ['red'] } };
    const answer = await selfSubjectReview.virtualCreate!(kind.context('create').ctx, kind.decode('{}'));
    expect(answer.status).toEqual({ userInfo: { username: 'ann', uid: 'u', groups: ['dev', 'system:authenticated'], extra: { team: ['red'] } } });
    expect(answer.metadata.creationTimestamp).toBe('2024-05-01T10:00:00Z');
  });
});

describe('TokenReview', () => {
  const verifier: TokenVerifier = {
    verify: (token, audiences) => (token === 'good' ? { user: { name: 'ann', groups: [] }, audiences } : { error: 'invalid bearer token' }),
  };
  const definition = tokenReview(verifier);
  const kind = new KindUnderTest(definition);
  const review = async (spec: string): Promise<unknown> => (await definition.virtualCreate!(kind.context('create').ctx, kind.decode(`spec: ${spec}`))).status;

  it('asks the verifier', async () => {
    expect(await review('{token: good, audiences: [vault]}')).toEqual({ authenticated: true, user: { username: 'ann' }, audiences: ['vault'] });
    expect(await review('{token: bad}')).toEqual({ user: {}, error: 'invalid bearer token' });
    await expect(review('{}')).rejects.toThrow('token is required for TokenReview in authentication');
  });
});
