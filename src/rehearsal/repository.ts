import type { LoadSettings } from '../daemon/load.ts';
import type { Declared, ScenarioSpec } from '../model/declarations.ts';
import type { Model } from '../model/model.ts';
import type { SourceFile } from '../source/source.ts';

/** A repository that scenarios are played on: read once, whatever there are of them. */
export interface Repository {
  readonly files: readonly SourceFile[];
  readonly model: Model;
  readonly scenarios: readonly Declared<ScenarioSpec>[];
  /** How files are read after a step changed one. */
  readonly load: () => LoadSettings;
}
