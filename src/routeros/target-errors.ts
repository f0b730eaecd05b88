import { LastmileError } from '../base/errors.ts';

/** The account may log in but not see secrets: comparing against the mask would make changes without end. */
export class RouterHidesSecretsError extends LastmileError {
  readonly code = 'LM_SECRETS_HIDDEN';
  readonly retry = 'never';
  readonly router: string;

  constructor(router: string, menu: string) {
    super(
      `router ${router} hides the secrets of ${menu} from our account: add the policy "sensitive" to its group, ` +
        '/user/group/set GROUP policy=sensitive',
    );
    this.router = router;
  }
}
