import type { Target, TargetPart } from './target.ts';

/**
 * A target seen through some of its rows: compared, changed and read back as any, and nothing is said of the others. What
 * only the whole can tell is not asked: such rows have no bearing on our access (`Target.partOf`).
 */
export function partTarget(target: Target, part: TargetPart): Target {
  return {
    name: target.name,
    exclusive: target.exclusive,
    references: target.references,
    ordered: target.ordered,
    ...(target.spaces === undefined ? {} : { spaces: target.spaces }),
    ...(target.folders === undefined ? {} : { folders: target.folders }),
    ...(target.unique === undefined ? {} : { unique: target.unique }),
    ...(target.aside === undefined ? {} : { aside: target.aside }),
    ...(target.precedence === undefined ? {} : { precedence: target.precedence }),
    ...(target.behind === undefined ? {} : { behind: target.behind }),
    desired: () => part.desired,
    observe: (signal) => part.observe(signal),
    sessionEffects: (changes, observation) => target.sessionEffects(changes, observation),
    apply: (level, signal) => target.apply(level, signal),
    settleSessions: (effects, signal) => target.settleSessions(effects, signal),
  };
}
