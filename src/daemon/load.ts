import { inTurns, othersFirst } from '../base/steps.ts';
import {
  type FileCache,
  type LoadMemory,
  type LoadOptions,
  loadManifest,
  loadManifestInSteps,
  type Manifest,
} from '../manifest/load-manifest.ts';
import { checkAttribute, hidesValue } from '../radius/dictionary/check-attribute.ts';
import type { SourceFile } from '../source/source.ts';
import { resolverOf, type SecretSettings } from './declared-secrets.ts';

export interface LoadSettings extends SecretSettings {
  /** `validate`: missing secrets are warnings. `use`: they are errors. */
  readonly mode: 'validate' | 'use';
  /** Kept between loads, so that only files that changed are read again. */
  readonly cache?: FileCache;
  /** Kept between loads of one line of revisions, so that what did not change is not made again. */
  readonly memory?: LoadMemory;
  /** Secrets in clear text are not warned about. */
  readonly example?: boolean;
}

/** Files → `Model`, or everything that is wrong with them. Reads secrets anew each time. */
export function loadFiles(files: readonly SourceFile[], settings: LoadSettings): Manifest {
  return loadManifest(files, optionsOf(settings));
}

/** The same, a little in each turn of the event loop: logins are answered meanwhile. */
export async function loadInTurns(files: readonly SourceFile[], settings: LoadSettings): Promise<Manifest> {
  const manifest = await inTurns(loadManifestInSteps(files, optionsOf(settings)));
  await othersFirst();
  return manifest;
}

function optionsOf(settings: LoadSettings): LoadOptions {
  const { mode, example, cache, memory } = settings;
  return {
    secrets: resolverOf(settings),
    attributeCheck: checkAttribute,
    attributeHides: hidesValue,
    mode,
    ...(example === undefined ? {} : { example }),
    ...(cache === undefined ? {} : { cache }),
    ...(memory === undefined ? {} : { memory }),
  };
}
